"""What one hub's night comes to: its views in the groups that every format shows, counted, and which suppliers are stale.

Page and print are both drawn from `Hub`; they differ in form, never in content.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from linkage import vocabulary as words
from linkage.report import genogram, household_map, timeline
from linkage.report.allow import View
from linkage.report.content import NightContent, SupplierState
from linkage.report.dates import spoken
from linkage.report.view import views

MARKING = "OFFICIAL-SENSITIVE"
SAFE_CONTACT = "Do not contact the adults, relatives or community before a safe-contact decision."
INVENTED = "All people in this report are invented. It was made from synthetic records."
WHAT_IT_IS = (
    "Each page below is a claim that no single agency's record makes. It is a reason to look, not a finding of fact, and "
    "not a referral. A person decides what happens next."
)
TO_VERIFY = (
    "No urgent fact is recorded. Once a week the practice or maternity unit is asked to confirm its own record, and is told "
    "nothing else. The pages are here so that you know."
)


@dataclass(frozen=True)
class Hub:
    """One hub's share of a night. `views` are all of them in order; the groups below hold each once."""

    name: str
    gss: str
    night: str
    synthetic: bool
    versions: str
    views: list[View]

    @cached_property
    def lines(self) -> list[str]:
        """Each view as one line of JSON: exceptions.json and the store hold the same."""
        return [json.dumps(view, ensure_ascii=False) for view in self.views]

    @property
    def led(self) -> list[View]:
        return [v for v in self.views if v["reader"] == "lead"]

    @property
    def to_look_at(self) -> list[View]:
        return [v for v in self.led if not v["waiting"] and v["status"] != "resolved"]

    @property
    def urgent(self) -> list[View]:
        return [v for v in self.to_look_at if v["priority"] != "C"]

    @property
    def to_verify(self) -> list[View]:
        return [v for v in self.to_look_at if v["priority"] == "C"]

    @property
    def waiting(self) -> list[View]:
        return [v for v in self.led if v["waiting"] and v["status"] != "resolved"]

    @property
    def resolved(self) -> list[View]:
        return [v for v in self.led if v["status"] == "resolved"]

    @property
    def notices(self) -> list[View]:
        return [v for v in self.views if v["reader"] == "notified"]

    def counts(self) -> list[tuple[str, int]]:
        """Counts for the head of the report: by status, then what waits and what is for information."""
        by_status = Counter(v["status"] for v in self.led)
        rows = [(text, by_status[status]) for status, text in words.STATUS_WORDS.items() if by_status[status]]
        return [
            *rows,
            ("Waiting (beyond this week's number, or held for a data officer)", len(self.waiting)),
            ("Notices about this council's residents, led by another hub", len(self.notices)),
        ]


def hub(content: NightContent, gss: str) -> Hub:
    """A hub's share of the night."""
    versions = f"linkage {content.software_version} · model {content.model_version}"
    return Hub(content.hubs[gss].name, gss, content.night.isoformat(), content.synthetic, versions, views(content, gss))


def stale(content: NightContent) -> list[str]:
    """A sentence for each supplier whose file did not come or was refused, and what that means for the reader."""
    return [_stale(s, content.night) for s in content.suppliers if s.status != "accepted"]


def _stale(supplier: SupplierState, tonight: date) -> str:
    who = f"{words.CONTRACT_WORDS.get(supplier.contract, supplier.contract)} ({supplier.supplier.replace('_', ' ')})"
    if supplier.last_good_night is None:
        return f"{who}: {supplier.status}. Nothing from it stands, so silence about it means nothing."
    days = (tonight - supplier.last_good_night).days
    came = f"the last good file came {days} day{'s' if days > 1 else ''} ago"
    what = "tonight's file was refused" if supplier.status == "refused" else "no file came tonight"
    night = spoken(supplier.last_good_night)
    return f"{who}: {what}; {came}. What it said on {night} still stands; a change since then is not seen here."


def subjects(view: View) -> list[dict[str, Any]]:
    """Whom a line of a list names: the children, or where there is none yet everybody it is about."""
    people = view["people"]
    return [p for p in people if p["role"] == "Child"] or list(people)


def pictures(view: View) -> dict[str, str]:
    """The pictures of one exception as SVG, by name; a picture that would be empty is left out."""
    drawn = {
        "map": household_map.svg(view) if view["addresses"] else "",
        "time": timeline.svg(view),
        "family": genogram.svg(view),
    }
    return {name: svg for name, svg in drawn.items() if svg}
