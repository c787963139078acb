"""Ids that stay: which group keeps which, and what is told of it. Each case: last night, tonight, ids and events."""

from __future__ import annotations

import random

import pytest

from linkage import identity

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
