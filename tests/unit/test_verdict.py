"""Verdicts: which are in force, and that clusters obey them whatever the rules say."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.people.components import unique_clusters
from linkage.people.resolve import Edge, Resolution, Ruling
from linkage.people.verdict import Outcome, Verdict, settled
from tests.unit.test_resolve import fact

BORN = {"a": date(1990, 1, 1), "b": date(1962, 7, 9)}


def groups(facts, edges, rulings):
    resolution = Resolution(facts, [Edge(*edge) for edge in edges], 0.9, rulings)
    return {"".join(c.members) for c in unique_clusters(resolution.run())}, resolution


def verdict(officer: str, outcome: str, *parts: str, at: int = 1, evidence: str = "h1", readers: int = 1) -> Verdict:
    return Verdict(
        f"{officer}{at}", "E1", evidence, date(2026, 1, 5), f"2026-01-06T09:{at:02}:00Z", officer, Outcome(outcome),
        "names", tuple(tuple(p) for p in parts), readers,
    )  # fmt: skip


def test_a_joining_is_obeyed_against_every_rule():
    facts = [fact("a", born=BORN["a"], nhs_number="9991777636"), fact("b", born=BORN["b"], nhs_number="9997783530")]
    assert groups(facts, [(30.0, "a", "b")], [])[0] == {"a", "b"}
    found, resolution = groups(facts, [], [Ruling("a", "b", True)])
    assert found == {"ab"}
    assert resolution.link == {"a": 1.0, "b": 1.0}
    assert resolution.reviewed == {"a", "b"}


def test_a_parting_is_never_undone_by_a_stronger_link_or_by_a_third_record():
    facts = [fact(m) for m in "abcd"]
    edges = [(40.0, "a", "b"), (30.0, "a", "c"), (20.0, "b", "c"), (19.0, "c", "d"), (18.0, "b", "d")]
    assert groups(facts, edges, [])[0] == {"abcd"}
    found, resolution = groups(facts, edges, [Ruling("a", "b", False)])
    assert found == {"acd", "b"}
    assert resolution.refused[("a", "b")] == "verdict"


def test_a_joining_cannot_undo_a_parting_and_says_so():
    facts = [fact(m) for m in "abc"]
    rulings = [Ruling("a", "b", True), Ruling("a", "c", False), Ruling("b", "c", True)]
    found, resolution = groups(facts, [], rulings)
    assert found == {"ab", "c"}
    assert resolution.refused == {("b", "c"): "verdict"}


def test_a_weak_mention_goes_to_the_other_rival_when_one_is_ruled_out():
    facts = [fact("a", born=BORN["a"]), fact("b", born=BORN["b"]), fact("w", strong=False)]
    edges = [(6.0, "a", "w"), (6.0, "b", "w")]
    assert groups(facts, edges, [])[0] == {"a", "b", "w"}
    assert groups(facts, edges, [Ruling("a", "w", False)])[0] == {"a", "bw"}


def test_a_ruling_on_a_record_that_is_gone_binds_nothing():
    assert groups([fact("a")], [], [Ruling("a", "gone", True)])[0] == {"a"}


@pytest.mark.parametrize(
    ("outcome", "parts", "same", "apart"),
    [
        ("same", ["abc"], {("a", "b"), ("a", "c")}, set()),
        ("different", ["ab", "c"], set(), {("a", "c"), ("b", "c")}),
        ("split", ["ab", "c"], {("a", "b")}, {("a", "c"), ("b", "c")}),
        ("cannot_tell", ["abc"], set(), set()),
    ],
)
def test_what_a_verdict_binds(outcome, parts, same, apart):
    found = list(verdict("ann", outcome, *parts).rulings())
    assert {(r.a, r.b) for r in found if r.same} == same
    assert {(r.a, r.b) for r in found if not r.same} == apart


def test_one_reader_the_last_word_stands_and_can_be_taken_back():
    same, split = verdict("ann", "same", "ab"), verdict("bob", "split", "a", "b", at=2)
    assert settled([same]) == same
    assert settled([split, same]) == split
    assert settled([same, split, verdict("bob", "withdrawn", at=3)]) == same
    assert settled([same, verdict("ann", "withdrawn", at=3)]) is None


def test_two_readers_must_agree_and_a_third_decides():
    one = verdict("ann", "same", "ab", readers=2)
    again = verdict("ann", "same", "ab", at=2, readers=2)
    agrees, differs = (
        verdict("bob", "same", "ba", at=3, readers=2),
        verdict("bob", "different", "a", "b", at=3, readers=2),
    )
    third = verdict("cat", "different", "a", "b", at=4, readers=2)
    assert settled([one]) is None
    assert settled([one, again]) is None, "one officer is not two"
    assert settled([one, agrees]) == one
    assert settled([one, differs]) is None
    assert settled([one, differs, third]) == third


def test_changed_evidence_opens_a_new_round_and_the_old_one_binds_until_then():
    old = verdict("ann", "same", "ab")
    new = verdict("bob", "different", "a", "b", at=5, evidence="h2", readers=2)
    assert settled([old, new]) == old
    second = verdict("cat", "different", "a", "b", at=6, evidence="h2", readers=2)
    assert settled([old, new, second]) == new
