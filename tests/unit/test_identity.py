"""Ids that stay: which group keeps which, and what is told of it. Each case: last night, tonight, ids and events."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import duckdb
import pytest

from linkage import identity
from linkage.night import Night

CASES = {
    "nothing changed": ({"a": "P1", "b": "P1"}, ["ab"], ["P1"], []),
    "a member more": ({"a": "P1"}, ["ab"], ["P1"], []),
    "first seen": ({}, ["a"], ["new"], ["new created None"]),
    "none left": ({"a": "P1"}, [], [], ["P1 retired None"]),
    "two become one: the larger keeps its id": (
        {"a": "P1", "b": "P2", "c": "P2"}, ["abc"], ["P2"], ["P1 absorbed P2", "P2 merged P1"],
    ),
    "one becomes two: the larger part keeps the id": (
        {"a": "P1", "b": "P1", "c": "P1"}, ["a", "bc"], ["new", "P1"], ["P1 split new", "new created P1"],
    ),
    "a member changes hands": (
        {"a": "P1", "b": "P1", "c": "P2"}, ["a", "bc"], ["P1", "P2"], ["P1 split P2", "P2 merged P1"],
    ),
    "equal parts: the smallest member's keeps the id": ({"a": "P1", "b": "P1"}, ["a", "b"], ["P1", "new"],
                                                        ["P1 split new", "new created P1"]),
}  # fmt: skip


def resolve(held, groups, used=()):
    kept = identity.carry_over(groups, held)
    ids = [kept.get(place, "new") for place in range(len(groups))]
    found = identity.events(
        groups, ids, held, set(held.values()), set(held.values()) | set(used), lambda group, moved: "because", "gone"
    )
    return ids, found


@pytest.mark.parametrize("case", CASES)
def test_who_keeps_the_id_and_what_is_told(case):
    held, groups, ids, told = CASES[case]
    found_ids, found = resolve(held, groups)
    assert found_ids == ids
    assert [f"{e.subject} {e.event} {e.other}" for e in found] == told
    assert all(e.reason for e in found)


def test_an_id_that_was_given_before_and_stands_again_has_returned():
    held = {"a": "P1"}
    found = identity.events(
        ["a", "b"], ["P1", "P0"], {**held, "b": "P0"}, {"P1"}, {"P0", "P1"}, lambda group, moved: "", "gone"
    )
    assert [(e.subject, e.event) for e in found] == [("P0", "returned")]


@pytest.mark.parametrize("seed", range(20))
def test_every_id_that_begins_or_ends_has_its_event_and_no_id_is_given_twice(seed):
    draw = random.Random(seed)
    members = [f"m{i:02}" for i in range(30)]

    def partition():
        drawn = {m: draw.randrange(12) for m in members if draw.random() < 0.9}
        return [sorted(m for m in drawn if drawn[m] == part) for part in sorted(set(drawn.values()))]

    held, used = {}, set()
    for night in range(6):
        groups = partition()
        kept = identity.carry_over(groups, held)
        ids = [kept.get(i) or identity.mint("P", g[0], str(night), used) for i, g in enumerate(groups)]
        assert len(set(ids)) == len(groups)
        found = identity.events(
            groups, ids, held, set(held.values()), used - set(ids) | set(held.values()), lambda g, n: "x", "gone"
        )
        begun = {e.subject for e in found if e.event in ("created", "returned")}
        ended = {e.subject for e in found if e.event in ("absorbed", "retired")}
        assert begun == set(ids) - set(held.values())
        assert ended == set(held.values()) - set(ids)
        for e in found:
            if e.event == "split":
                assert any(o.subject == e.other and o.event in ("created", "merged") for o in found)
        held = {m: i for g, i in zip(groups, ids, strict=True) for m in g}


@pytest.mark.parametrize("seed", range(20))
def test_ids_are_the_same_whether_or_not_groups_that_stood_are_set_apart(seed):
    """Most groups of a night stand as they stood; rules speak of the others alone, and say what they would say of all."""
    draw = random.Random(seed)
    con = duckdb.connect()
    con.execute("ATTACH ':memory:' AS store")
    groups, held, used = [[m] for m in "xyz"], {}, set()
    for day in range(1, 6):
        night = Night(date(2026, 1, day), Path(), Path(), None)
        groups = regrouped(draw, groups)
        kept = identity.carry_over(groups, held)
        before = set(used)
        ids = [kept.get(i) or identity.mint("P", g[0], night.date.isoformat(), used) for i, g in enumerate(groups)]
        events = identity.events(groups, ids, held, set(held.values()), before, lambda g, n: f"{n} moved", "gone")

        identity.prepare(con, "person", night)
        con.execute("CREATE OR REPLACE TABLE group_member (grp VARCHAR, member VARCHAR)")
        con.executemany("INSERT INTO group_member VALUES (?, ?)", [(g[0], m) for g in groups for m in g])
        con.execute(
            "CREATE OR REPLACE TABLE held AS SELECT mention_id AS member, person_id AS id FROM store.person_member "
            "WHERE known_to IS NULL"
        )
        identity.give_ids(
            con, "person", night, lambda first, _: first, lambda held, groups: lambda g, n: f"{n} moved", "gone"
        )
        assert con.execute("SELECT id FROM group_id ORDER BY grp").fetchall() == [(i,) for i in ids]
        told = con.execute(
            "SELECT person_id, event, other_person_id, reason FROM store.person_event WHERE night = ? ORDER BY rowid",
            [night.date],
        ).fetchall()
        assert told == [(e.subject, e.event.value, e.other, e.reason) for e in events]

        held = {m: i for g, i in zip(groups, ids, strict=True) for m in g}
        con.execute("UPDATE store.person_member SET known_to = ? WHERE known_to IS NULL", [night.date])
        con.executemany(
            "INSERT INTO store.person_member VALUES (?, ?, ?, NULL)", [(m, i, night.date) for m, i in held.items()]
        )


def regrouped(draw, groups):
    """A few groups joined, parted, gone or come; most as they were."""
    found = [list(g) for g in groups]
    for _ in range(3):
        one, other = draw.choice(found), draw.choice(found)
        if one is not other and draw.random() < 0.5:
            one += other
            found.remove(other)
        elif len(one) > 1:
            found.append([one.pop()])
        if draw.random() < 0.3 and len(found) > 1:
            found.remove(draw.choice(found))
        found.append([f"m{draw.randrange(10**6):06}"])
    return sorted(sorted(g) for g in found)
