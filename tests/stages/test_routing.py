"""Who leads: the council of the child's recorded residence, then the mother's, then whose part it is besides."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from linkage.detect.exceptions import Writer
from linkage.detect.finding import Finding

COUNCILS = {"child": ["A"], "brother": ["B"], "mother": ["C"], "man": ["D"], "abroad": ["Z"]}


@pytest.fixture
def hubs():
    writer = object.__new__(Writer)
    writer.records = SimpleNamespace(councils_of=lambda person: COUNCILS.get(person, []))
    writer.council = {"1": "A", "2": "E"}
    writer.council_names = dict.fromkeys("ABCDE", "name")

    def of(kind, subject, role, *, children=(), mother=None, variant="", observed=("2",)):
        return writer._hubs(
            Finding(kind, variant, subject, role, "f", tuple(children), mother, None, False, False, date(2026, 1, 1),
                    observed, (), ())
        )  # fmt: skip

    return of


def test_the_childs_own_council_leads(hubs):
    divergence = hubs("address_divergence", "child", "child", children=["brother"], mother="mother")
    assert divergence == ["A", "B", "C", "E"]
    assert (
        hubs("unregistered_co_residence", "child", "co_resident", mother="mother", variant="child_with_relatives")[0]
        == "A"
    )


def test_an_adults_council_never_leads_where_a_child_or_mother_has_one(hubs):
    assert hubs("hidden_adult", "man", "adult", children=["child"], mother="mother") == ["A", "C", "D", "E"]
    assert hubs("hidden_adult", "man", "adult", mother="mother")[0] == "C"
    assert hubs("unregistered_co_residence", "man", "co_resident", children=["nobody registered"])[0] == "D"


def test_a_council_without_a_hub_is_told_nothing(hubs):
    assert hubs("address_divergence", "abroad", "child", observed=("2",)) == ["E"]
    assert hubs("address_divergence", "abroad", "child", observed=()) == []
