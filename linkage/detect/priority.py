"""Priority, holding and routing by printed rules. Priority is how soon to look, not how dangerous somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from linkage.detect.finding import Finding
from linkage.settings import Settings


@dataclass(frozen=True)
class Priority:
    """A letter and the rules that gave it, as printed."""

    letter: str
    reasons: tuple[str, ...]


def decide(
    finding: Finding, facts: list[dict[str, Any]], weakest_link: float, crosses: bool, night: date, settings: Settings
) -> Priority:
    """Priority by stated rules. `facts` are the subject's rows of occurrence_fact; `crosses` a council boundary."""
    if weakest_link < settings.number("priority.hold_below_link"):
        return Priority("H", ("Held: a data officer must first confirm that the records are one person.",))
    years = settings.integer("priority.police_look_back_years")
    recent = [f for f in facts if f["occurred_on"] >= night - timedelta(days=365 * years)]
    young = finding.infant or finding.unborn
    together = finding.kind == "unregistered_co_residence" or bool(finding.observed)
    high = any(f["risk_grade"] == "high" and f["occurred_on"] >= night - timedelta(days=365) for f in recent)
    if recent and young and together and high:
        return Priority(
            "A", ("A child under one or a pregnancy; a high-risk police record in the last year; one home.",)
        )
    if recent and (young or together) and finding.kind != "address_divergence":
        reason = f"A police record of violence, weapons or domestic abuse in the last {years} years"
        return Priority(
            "B", (f"{reason}; {'a child under one or a pregnancy' if young else 'one home with a child'}.",)
        )
    if young and crosses and finding.kind == "unregistered_co_residence":
        return Priority(
            "B", ("A child under one or a pregnancy, and the records lie on two sides of a council boundary.",)
        )
    return Priority("C", ("No urgent fact is recorded: for the source agency to verify.",))
