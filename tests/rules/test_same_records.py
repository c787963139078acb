"""The same records are told the same way whatever was known on the nights before: a person_id decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.rules.conftest import booking, involved, patient
from tests.rules.test_divergence import TWIN, birth
from tests.rules.test_rules import ANN, BORN, CHILD, FAMILY, JACK, MOTHER

SEEN = date(2025, 11, 1)
NIGHTS_BEFORE = (None, 4, 3, 2, 1)
"""Days of January on which everybody was first known, by which ids are minted; None: tonight."""
MIA = patient("a1", "Mia Lee", date(2017, 6, 6), "1", TWIN, sex="2")


@pytest.fixture
def told_after(con, night, people_from, contents_from):
    """Run a night after each of several histories; gives what is told with names for people, and how many ways ids ran."""

    def run(**records):
        told, ways = [], set()
        for day in NIGHTS_BEFORE:
            if day:
                people_from(replace(night, date=date(2026, 1, day)), **records)
            contents = contents_from(**records)
            names = dict(con.execute("SELECT person_id, name_display FROM profile").fetchall())
            told.append([_by_name(content, names) for content in contents])
            ways.add(tuple(names[p] for p in sorted(names) if names[p] in {"Tom Lee", "Mia Lee"}))
        assert len(ways) > 1, "ids that run one way alone would show nothing"
        return told

    return run


def _by_name(content, names):
    people = [(p["role"], names[p["person_id"]]) for p in content["people"]]
    return {**content, "people": people}


def test_of_two_children_with_two_homes_the_elder_is_named_first(told_after):
    seen = [
        involved("i1", "Tom Lee", BORN["Tom Lee"], "2", SEEN),
        involved("i2", "Mia Lee", MIA["date_of_birth"], "2", SEEN),
    ]
    first, *others = told_after(gp=[*FAMILY, MIA, JACK], police=seen)
    assert [(c["kind"], c["people"]) for c in first] == [
        ("address_divergence", [("child", "Tom Lee"), ("child", "Mia Lee")])
    ]
    assert others == [first] * len(others)


def test_of_twins_at_a_home_without_a_register_the_first_by_name_is(told_after):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered", booked_on=date(2024, 11, 1))
    births = [{**birth("n1", CHILD, 1, "1"), "given_names": "Tom"}, {**birth("n2", TWIN, 2, "1"), "given_names": "Mia"}]
    born = births[0]["date_of_birth"]
    twins = [patient("p5", "Tom Lee", born, "1", CHILD, sex="1"), patient("p6", "Mia Lee", born, "1", TWIN, sex="2")]
    twins = [{**twin, "registered_on": date(2025, 5, 20)} for twin in twins]
    seen = [involved(f"i{n}", f"{name} Lee", born, "4", SEEN) for n, name in enumerate(["Tom", "Mia"])]
    first, *others = told_after(
        gp=[ANN, *twins], maternity_booking=[named], maternity_birth=births, police=seen,
    )  # fmt: skip
    assert [(c["kind"], c["people"][:2]) for c in first] == [
        ("unregistered_co_residence", [("co_resident", "Mia Lee"), ("child", "Tom Lee")])
    ]
    assert others == [first] * len(others)
