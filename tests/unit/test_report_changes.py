"""What changed since last night, as sentences."""

from __future__ import annotations

import pytest

from linkage.report import changes
from tests.unit.conftest import evidence, exception

OLD = exception(evidence=[evidence("gp", "r", "patient", "The GP registration gives as home 1 Secret Lane.")])
POLICE = evidence("police", "p", "person", "The police record gives as home 2 Elm Road.", "2026-01-04")
CASES = {
    "first time": (None, exception(), ["Raised for the first time tonight."]),
    "unchanged": (OLD, OLD | {"status": "continuing"}, ["Nothing since 5 Jan 2026."]),
    "priority": (OLD, OLD | {"priority": "A"}, ["Priority was B and is A."]),
    "kind": (OLD | {"kind": "address_divergence"}, OLD, ["Was: Records give two different homes."]),
    "let through": (OLD | {"waiting": True}, OLD, ["It was waiting and is now let through."]),
    "a new record": (
        OLD,
        OLD | {"evidence": [*OLD["evidence"], POLICE]},
        ["New about Ann Lee: The police record gives as home 2 Elm Road (4 Jan 2026)."],
    ),
    "a record gone": (
        OLD,
        OLD | {"evidence": []},
        ["No longer there: GP registration record (1 Jan 2025)."],
    ),
    "a birth": (
        OLD | {"people": OLD["people"][:2], "pregnancy": {"record_id": "b"}},
        OLD,
        ["The pregnancy has become a birth.", "Now also about: child, child."],
    ),
    "an address": (OLD | {"addresses": OLD["addresses"][:1]}, OLD, ["An address was added."]),
    "reopened": (OLD, OLD | {"status": "reopened"}, ["Raised again tonight after it had been resolved."]),
    "resolved": (
        OLD,
        OLD | {"status": "resolved", "resolved_because": "The records no longer say so."},
        ["Resolved tonight. The records no longer say so."],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_told(case):
    was, now, says = CASES[case]
    assert changes.told(was, now, lambda e: "Ann Lee") == says


def test_what_a_record_said_is_not_repeated_once_it_is_gone():
    """It may have come under protection since."""
    (line,) = changes.told(OLD, OLD | {"evidence": []}, lambda e: "Ann Lee")
    assert "Secret" not in line
    assert "Ann" not in line
