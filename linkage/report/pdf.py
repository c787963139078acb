"""report.pdf: report.html for print, by Typst, tagged to PDF/UA-1. What source agencies are to verify is listed only.

Every value goes in as data (one JSON text), never into Typst source, so that no name can be markup. The fonts come with
the packages; none of the machine's own is used, so that the same night gives the same bytes everywhere.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from typing import Any

from linkage.report import genogram, household_map, press, summary
from linkage.report.allow import View
from linkage.report.content import NightContent

SHOWN_IN_PRINT = "\N{REPLACEMENT CHARACTER}"
"""Stands for a letter that the fonts have no shape for; report.html shows it."""


IN_THE_PAGE = "They are in report.html; print holds those to look at now."
LISTED = {
    "to_verify": ("reference", "claim", "status_words"),
    "waiting": ("reference", "priority", "kind_words", "first_raised"),
    "resolved": ("reference", "kind_words", "resolved_because"),
    "notices": ("reference", "priority", "residents", "ring", "lead_hub"),
}
"""What print says of exceptions that it lists in a line each: the rest of them need not be written and read again."""


def pdf(content: NightContent, hub: summary.Hub) -> bytes:
    """The report of one hub and night as a tagged PDF."""
    told = {
        "hub": hub.name,
        "night": hub.night,
        "marking": summary.MARKING,
        "safe_contact": summary.SAFE_CONTACT,
        "invented": summary.INVENTED if hub.synthetic else "",
        "what_it_is": summary.WHAT_IT_IS,
        "verified_how": f"{summary.TO_VERIFY} {IN_THE_PAGE}",
        "counts": [[text, str(count)] for text, count in hub.counts()],
        "stale": summary.stale(content),
        "urgent": [_with_pictures(v) for v in hub.urgent],
        **{
            name: [{field: view[field] for field in fields} for view in getattr(hub, name)]
            for name, fields in LISTED.items()
        },
        "versions": hub.versions,
    }
    night = datetime.combine(date.fromisoformat(hub.night), time(), UTC)
    return press.pressed(printable(json.dumps(told, ensure_ascii=False)), int(night.timestamp()))


def _with_pictures(view: View) -> dict[str, Any]:
    facts = {
        "map": [" ".join(row) for row in household_map.facts(view)],
        "members": genogram.member_facts(view),
        "family_ties": genogram.tie_facts(view),
    }
    named = "; ".join(p["name"] for p in summary.subjects(view))
    return {**view, "subjects": named, "pictures": summary.pictures(view), "facts": facts}


PRINTED = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x38E, 0x3A1), (0x3A3, 0x3CE), (0x400, 0x486), (0x1EA0, 0x1EF9),
    (0x2013, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0xFFFD, 0xFFFD),
)  # fmt: skip
"""Ranges of letters that the fonts hold: Latin with its accents, Greek, Cyrillic, Vietnamese, punctuation."""
_NOT_PRINTED = re.compile("[^" + "".join(f"{chr(low)}-{chr(high)}" for low, high in PRINTED) + "]")


def printable(text: str) -> str:
    """The text with every letter that cannot be printed replaced. PDF/UA forbids a letter without a shape."""
    return _NOT_PRINTED.sub(SHOWN_IN_PRINT, text)
