"""A night's content as reports get it, made by hand: a hidden adult, a co-residence, and one that waits."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.report.content import (
    Detail,
    Family,
    FamilyTie,
    HubDisplay,
    LinkEvidence,
    Member,
    NightContent,
    PersonDisplay,
    PropertyDisplay,
    SupplierState,
)

LEAD, OTHER = "E08000027", "E08000028"


def evidence(contract, record_id, mention, says, on="2025-01-01", basis="self_reported"):
    return {
        "contract": contract, "supplier": "s", "record_id": record_id, "mention": mention, "fields": ["address"],
        "date": on, "basis": basis, "says": says,
    }  # fmt: skip


def exception(reference="X1", **more):
    return {
        "exception_id": reference, "kind": "hidden_adult", "status": "new", "first_raised": "2026-01-05",
        "last_changed": "2026-01-05", "priority": "B", "score": 0.82, "hubs": [LEAD, OTHER], "pregnancy": None,
        "claim": "An adult <script>alert(1)</script> #panic() lives at 1 Secret Lane.",
        "people": [{"person_id": "P1", "role": "adult"}, {"person_id": "P2", "role": "mother"},
                   {"person_id": "P3", "role": "child"}, {"person_id": "P4", "role": "child"}],
        "addresses": [{"uprn": "1", "role": "registered"}, {"uprn": "2", "role": "observed"}],
        "evidence": [
            evidence("gp", "r", "patient", "The GP registration gives as home 1 Secret Lane.", "2019-04-02"),
            evidence("council_tax", "c", "liable", "The council-tax account gives as home 11 Secret Lane."),
            evidence("police", "p", "person", "The police record gives as home 1 Secret Lane.", "2026-01-04", "verified"),
            evidence("maternity_booking", "m", "emergency_contact", "The maternity booking names this person.", None),
        ],
        "benign_considered": [{"explanation": "recent_move", "found": False, "why": "looked"}],
        "supporting": [{"kind": "address_divergence", "claim": "Two homes."}], "checks": ["Ask."], "waiting": False,
    } | more  # fmt: skip


FAMILY = Family(
    members=(
        Member("", "Father", 1, "unknown", name="not known", sex="male"),
        Member("P2", "Mother", 1, "recorded", name="Ann Lee", sex="female", born="1992"),
        Member("P3", "Child", 2, "recorded", name="Bo <Lee>", sex="male", born="2025-11-02"),
        Member("P4", "Child", 2, "recorded", name="Cy Lee", sex="not known", born="2025-11-02"),
        Member("P1", "Adult", 1, "inferred", name="=cmd|'/c calc'!A1", sex="male", born="1990"),
        Member("P5", "Mother's mother", 0, "recorded", name="Dee Lee", sex="female", died=True),
    ),
    ties=(
        FamilyTie(0, 1, "co_parent", "unknown", "no record here says who"),
        FamilyTie(0, 2, "parent", "unknown", "no record here says who"),
        FamilyTie(1, 2, "parent", "recorded", "Birth record, 2 Nov 2025"),
        FamilyTie(1, 3, "parent", "recorded", "Birth record, 2 Nov 2025"),
        FamilyTie(4, 1, "part_not_known", "inferred", "read from the records on this page"),
        FamilyTie(5, 1, "parent", "recorded", "GP registration, 2 Apr 2019"),
    ),
)


@pytest.fixture
def content():
    return NightContent(
        night=date(2026, 1, 5),
        synthetic=True,
        exceptions=[
            exception(),
            exception("X2", waiting=True, priority="H", claim="Waits."),
            exception("X3", status="resolved", resolved_because="The records no longer say so."),
        ],
        details={
            "X1": Detail(
                not_known=["Paternal line: not asked."],
                priority_reasons=["Because."],
                link_evidence=[
                    LinkEvidence("Two records.", ["given name"], ["sex"], ["phone number"], "Rare.", "strong")
                ],
                speaks_for=["one home"],
                speaks_against=["old"],
                changed=["Raised for the first time tonight."],
                family=FAMILY,
            )
        },
        people={
            "P1": PersonDisplay("=cmd|'/c calc'!A1", date(1990, 1, 1), "male", OTHER),
            "P2": PersonDisplay("Ann Lee", date(1992, 2, 2), "female", LEAD),
            "P3": PersonDisplay("Bo <Lee>", date(2025, 11, 2), "male", LEAD),
            "P4": PersonDisplay("Cy 李 Lee", date(2025, 11, 2), "not known", None),
        },
        properties={"1": PropertyDisplay("1 Secret Lane", LEAD), "2": PropertyDisplay("11 Secret Lane", OTHER)},
        ties={("P2", "1"): True, ("P2", "2"): False, ("P3", "1"): False},
        about={"gp|s|r|patient": "P2", "police|s|p|person": "P3", "maternity_booking|s|m|emergency_contact": "P1"},
        suppliers=[SupplierState("gp", "s", "stale", date(2026, 1, 4))],
        hubs={LEAD: HubDisplay("Dudley", "ring Dudley"), OTHER: HubDisplay("Sandwell", "ring Sandwell")},
        software_version="0",
        model_version="0",
    )
