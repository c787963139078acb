"""Why an exception stands no more, in words that name nobody, no place and no value.

Reads what detection left of tonight: `unraised_finding`, `profile`, `stay`, `claim`, `pregnancy`, `relation`, `hidden_adult`, `shielded`. A
reason is given only where something that tonight's tables hold says it, never because something is missing: what is missing
may have come under protection. Of whoever is shielded, and wherever nothing is known for sure, the words are `NO_LONGER`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import duckdb

from linkage import identity
from linkage.detect.records import Row, rows
from linkage.ledger.threads import MERGED, SPLIT
from linkage.night import Night
from linkage.vocabulary import BENIGN_WORDS

NO_LONGER = "What was said then is not said any more, or is too old to count."
INSIDE = "It is told inside another exception about the same people."
UNROUTED = "None of its homes lies in the area of a hub any more."
LESS_SURE = "What the records say of it is no longer sure enough to be raised"
ADULT_NOW = "No child is left in it: whoever was one is 18 now."
PREGNANCY_OVER = "The pregnancy is over, and no living child of it is known."
REGISTERED = "A register now shows the person at that home."
REGISTERED_WITH_CHILD = "A register now shows the adult at the child's registered home."
NAMED = "A record that faces the child now names the adult in that part."
SAYS_WHO = "The maternity booking now says who the adult is to the mother."
NAMED_ALIKE = "The maternity booking now names a father or partner of that name."
ELSEWHERE = "A later record gives the person another home."
TOO_OLD = "What put the person at that home is over a year old, and nothing newer does."
ENDED = "The record that put the person at that home has ended."
FAMILY_ELSEWHERE = "By the latest word of the records the child, or the mother, is not at that home any more."
HOME_TOO_OLD = "What gave one of the homes is over a year old, and nothing newer gives it."
HOME_ENDED = "The record that gave one of the homes has ended."
ONE_HOME = "The records that count give the person one home now."
OVERTAKEN = "A later registration has overtaken what gave the other home."
PARTS = {"child": "the child", "mother": "the mother", "carer": "the carer"}
"""Of the roles of people, what a reason calls them; the others are the adult."""
STATEMENTS = ("police", "maternity_birth", "maternity_booking")
"""Contracts whose records give a home at one moment, and count for a year."""


class Known(Protocol):
    """What is asked of a past exception."""

    exception_id: str
    thread: str
    content: dict[str, Any]
    detail: dict[str, Any]


class Was(NamedTuple):
    """A past exception in tonight's ids. The subject comes first among its people; `joined`: two of them are one person now."""

    thread: str
    kind: str
    subject: str
    roles: tuple[tuple[str, str], ...]
    observed: frozenset[str]
    places: frozenset[str]
    of_pregnancy: bool
    parts: frozenset[str]
    joined: bool

    def of(self, role: str) -> list[str]:
        """Its people in a role."""
        return [person for person, part in self.roles if part == role]

    @property
    def people(self) -> set[str]:
        return {person for person, _ in self.roles}


def explain(con: duckdb.DuckDBPyConnection, night: Night, gone: Sequence[Known]) -> dict[str, str]:
    """By exception_id, for each exception that stands no more, why."""
    if not gone:
        return {}
    into = identity.became(con, "person")
    was = {one.exception_id: _was(one, into) for one in gone}
    tonight = Tonight(con, night, {person for one in was.values() for person in one.people})
    return {exception_id: _reason(one, tonight) for exception_id, one in was.items()}


def _was(one: Known, into: Mapping[str, str]) -> Was:
    content = one.content
    roles = tuple((into.get(p["person_id"], p["person_id"]), p["role"]) for p in content["people"])
    return Was(
        thread="|".join(into.get(part, part) for part in one.thread.split("|")),
        kind=content["kind"],
        subject=roles[0][0],
        roles=roles,
        observed=frozenset(a["uprn"] for a in content["addresses"] if a["role"] == "observed"),
        places=frozenset(a["uprn"] for a in content["addresses"]),
        of_pregnancy=content["pregnancy"] is not None,
        parts=frozenset(what for what, _ in one.detail.get("score_parts", ())),
        joined=len({person for person, _ in roles}) < len({p["person_id"] for p in content["people"]}),
    )


class Tonight:
    """What tonight's tables hold of some people."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: Night, people: Collection[str]) -> None:
        self._con, self._given = con, {"ids": sorted(people), "night": night.date}
        self.shielded = {r["person_id"] for r in self._of("SELECT person_id FROM shielded WHERE person_id IN $ids")}
        self.profile = {r["person_id"]: r for r in self._of("SELECT * FROM profile WHERE person_id IN $ids")}
        self.stays = _by_person(self._of("SELECT * FROM stay WHERE person_id IN $ids ORDER BY person_id, uprn"))
        self.ended = _by_person(self._of(
            "SELECT person_id, uprn, contract FROM claim WHERE person_id IN $ids AND valid_to < $night ORDER BY ALL"
        ))  # fmt: skip
        self._unraised = self._of(
            "SELECT * FROM unraised_finding WHERE EXISTS (SELECT 1 FROM (SELECT unnest(people) AS person_id) WHERE person_id IN $ids) ORDER BY ALL"
        )
        self._unraised_about: defaultdict[str, list[int]] = defaultdict(list)
        for place, finding in enumerate(self._unraised):
            for person in finding["people"]:
                self._unraised_about[person].append(place)
        # Pregnancies of which a maternity record stands, by mother: whether one of them is current or has a child.
        self.expecting = {r["person_id"]: r["stands"] for r in self._of(
            "SELECT p.person_id, coalesce(bool_or(k.is_current OR k.has_child), FALSE) AS stands FROM person AS p "
            "LEFT JOIN pregnancy AS k ON p.mention_id = k.mother_mention_id "
            "WHERE p.contract = 'maternity_booking' AND p.mention = 'mother' AND p.person_id IN $ids GROUP BY p.person_id"
        )}  # fmt: skip
        # Adults whom a record that faces the child has in a part, beside the mother or child.
        self.named = {(r["person_a"], r["person_b"]) for r in self._of(
            "SELECT r.person_a, r.person_b FROM relation AS r LEFT JOIN pregnancy AS k "
            "ON r.contract = 'maternity_booking' AND r.supplier = k.supplier AND r.record_id = k.record_id "
            "WHERE r.person_a IN $ids AND ((r.relation IN ('partner', 'father_of_pregnancy') AND (r.contract = 'gp' OR k.record_id IS NOT NULL)) "
            "OR (r.relation = 'parent' AND r.contract = 'gp'))"
        )}  # fmt: skip
        # Whom a booking of a pregnancy that stands calls kin, or gives as a contact by trade.
        self.said_to_be = {(r["person_a"], r["person_b"]) for r in self._of(
            "SELECT r.person_a, r.person_b FROM relation AS r INNER JOIN pregnancy AS k "
            "ON r.contract = 'maternity_booking' AND r.supplier = k.supplier AND r.record_id = k.record_id WHERE r.person_a IN $ids "
            "AND r.relation IN ('parent', 'child', 'sibling', 'kin', 'relative', 'professional')"
        )}  # fmt: skip
        self.hidden = {(r["subject_id"], r["mother_id"]): r for r in self._of(
            "SELECT subject_id, mother_id, named_alike, single_parent, registered_with_mother OR registered_at_childs_home AS registered "
            "FROM hidden_adult WHERE subject_id IN $ids ORDER BY ALL"
        )}  # fmt: skip
        self.split = {r["person_id"] for r in self._of(
            "SELECT DISTINCT person_id FROM store.person_event WHERE night = $night AND event = 'split' AND person_id IN $ids"
        )}  # fmt: skip

    def _of(self, query: str) -> list[Row]:
        given = {name: value for name, value in self._given.items() if f"${name}" in query}
        return rows(self._con, query.replace("$ids", "(SELECT unnest($ids))"), given)

    def unraised(self, people: Collection[str]) -> list[Row]:
        """Findings of tonight about some people that are no exceptions, in their order."""
        return [
            self._unraised[place] for place in sorted({p for person in people for p in self._unraised_about[person]})
        ]

    def at(self, person: str, uprns: Collection[str]) -> list[Row]:
        """A person's stays at some properties."""
        return [stay for stay in self.stays[person] if stay["uprn"] in uprns]

    def has_died(self, person: str) -> bool:
        return person in self.profile and self.profile[person]["died_on"] is not None


def _by_person(found: Iterable[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        grouped[row["person_id"]].append(row)
    return grouped


def _reason(was: Was, tonight: Tonight) -> str:
    found = tonight.unraised(was.people)
    if tonight.shielded & was.people or any(f["why"] == "suppressed" for f in found):
        return NO_LONGER
    same = [f for f in found if f["kind"] == was.kind and _is_it(was, f)]
    looked: list[Callable[[], str]] = [
        lambda: _of_lives(was, tonight),
        lambda: _of_findings(was, same),
        lambda: MERGED if was.joined else SPLIT if tonight.split & was.people else "",
        lambda: _OF_KIND[was.kind](was, tonight),
        lambda: _of_findings(was, [f for f in found if f["kind"] != was.kind and _is_it(was, f)]),
    ]
    return next((said for look in looked if (said := look())), NO_LONGER)


def _is_it(was: Was, finding: Row) -> bool:
    """Whether a finding of tonight is about the same people and, where both name any, about a property of theirs."""
    same_people = finding["thread"] == was.thread or finding["subject_id"] == was.subject
    return same_people and (not was.places or not finding["uprns"] or bool(was.places.intersection(finding["uprns"])))


def _of_lives(was: Was, tonight: Tonight) -> str:
    """A death, or no child and no pregnancy left."""
    children, mothers = was.of("child"), was.of("mother")
    for person, part in ((was.subject, dict(was.roles)[was.subject]), *((m, "mother") for m in mothers)):
        if tonight.has_died(person):
            return f"A record says that {PARTS.get(part, 'the adult')} has died."
    expecting = any(tonight.expecting.get(mother, False) for mother in mothers)
    if expecting or any(child not in tonight.profile for child in children):
        return ""
    if children and not any(tonight.profile[child]["is_child"] for child in children):
        return f"A record says that {PARTS['child']} has died." if all(map(tonight.has_died, children)) else ADULT_NOW
    ended = was.of_pregnancy and any(mother in tonight.expecting for mother in mothers)
    return PREGNANCY_OVER if not children and ended else ""


def _of_findings(was: Was, found: list[Row]) -> str:
    """What became of the finding itself, where tonight's records still make it."""
    by_reason = {f["why"]: f for f in reversed(found)}
    if "inside" in by_reason:
        return INSIDE
    if "dismissed" in by_reason:
        words = "; ".join(BENIGN_WORDS[e] for e in by_reason["dismissed"]["explanations"])
        return f"There is an innocent reason now: {words}."
    if "below" in by_reason:
        against = [what for what, part in json.loads(by_reason["below"]["parts"]) if part < 0 and what not in was.parts]
        return f"{LESS_SURE}{': ' if against else ''}{'; '.join(against)}."
    return UNROUTED if "unrouted" in by_reason else ""


def _of_co_residence(was: Was, tonight: Tonight) -> str:
    there = tonight.at(was.subject, was.observed)
    if any(stay["registered"] for stay in there):
        return REGISTERED
    left = _left(was.subject, was.observed, tonight)
    if left:
        return left
    family = [p for p in (*was.of("child"), *was.of("mother")) if tonight.stays[p]]
    at_home = any(stay["is_latest"] for p in family for stay in tonight.at(p, was.observed))
    return FAMILY_ELSEWHERE if there and family and not at_home else ""


def _left(person: str, uprns: Collection[str], tonight: Tonight) -> str:
    """What ended somebody's stay at some properties."""
    there = tonight.at(person, uprns)
    if there:
        return "" if any(stay["is_latest"] for stay in there) else ELSEWHERE
    ended = [claim for claim in tonight.ended[person] if claim["uprn"] in uprns]
    if not ended:
        return ""
    return TOO_OLD if all(claim["contract"] in STATEMENTS for claim in ended) else ENDED


def _of_hidden_adult(was: Was, tonight: Tonight) -> str:
    mothers, children = was.of("mother"), was.of("child")
    row = next((r for m in mothers if (r := tonight.hidden.get((was.subject, m)))), None)
    if row and row["named_alike"]:
        return NAMED_ALIKE
    if row and row["registered"] and row["single_parent"] != "Y":
        return REGISTERED_WITH_CHILD
    if any((was.subject, other) in tonight.named for other in (*mothers, *children)):
        return NAMED
    if row is None and any((was.subject, mother) in tonight.said_to_be for mother in mothers):
        return SAYS_WHO
    return _left(was.subject, was.observed, tonight) if was.observed else ""


def _of_divergence(was: Was, tonight: Tonight) -> str:
    there = tonight.at(was.subject, was.places)
    if len(tonight.stays[was.subject]) == 1:
        ended = {claim["contract"] for claim in tonight.ended[was.subject] if claim["uprn"] in was.places}
        return ONE_HOME if not ended else HOME_TOO_OLD if ended <= set(STATEMENTS) else HOME_ENDED
    latest = [stay for stay in there if stay["is_latest"]]
    return OVERTAKEN if len(there) > 1 and latest and all(stay["registered"] for stay in latest) else ""


_OF_KIND: dict[str, Callable[[Was, Tonight], str]] = {
    "unregistered_co_residence": _of_co_residence,
    "hidden_adult": _of_hidden_adult,
    "address_divergence": _of_divergence,
}
