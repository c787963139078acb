"""report.html: one self-contained page that opens offline: no script, no request, everything escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from linkage.report import genogram, household_map, summary
from linkage.report.content import NightContent
from linkage.report.dates import day

TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """Jinja with autoescape, and an error for a name that is not given. One for all pages: each template is read once."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = day
    return made


def html(content: NightContent, hub: summary.Hub) -> str:
    """The report of one hub and night."""
    return (
        environment()
        .get_template("hub.html")
        .render(
            hub=hub,
            stale=summary.stale(content),
            subjects=summary.subjects,
            pictures=summary.pictures,
            member_facts=genogram.member_facts,
            tie_facts=genogram.tie_facts,
            map_facts=household_map.facts,
            marking=summary.MARKING,
            safe_contact=summary.SAFE_CONTACT,
            invented=summary.INVENTED,
            what_it_is=summary.WHAT_IT_IS,
            to_verify=summary.TO_VERIFY,
        )
    )
