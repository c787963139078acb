"""Which past exception a thread of tonight goes on: also where people were merged or split since, or a family is named by others.

A thread is `<subject or "family">|<family>`, of person ids. What happened to the ids is in `store.person_event`. The family is
the mother while a maternity record names her, else the child: it is called otherwise when that record comes or leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import duckdb

from linkage import identity
from linkage.night import Night

MERGED = "Records that were held to be two people's are now held to be one person's."
SPLIT = "Records that were held to be one person's are now held to be two people's."
RENAMED = "Other records name the family now."


class Known(Protocol):
    """What is asked of a past exception."""

    exception_id: str
    thread: str
    first_raised: date
    content: dict[str, Any]

    @property
    def open(self) -> bool:
        """Whether it stood before tonight."""


P = TypeVar("P", bound=Known)


class About(NamedTuple):
    """Whom and what an exception is about, whatever its family is called.

    subject: as its thread calls them, who may be the "family"; person: who they are.
    """

    subject: str
    person: str
    family: frozenset[str]
    places: frozenset[str]
    kind: str


class Followed(NamedTuple, Generic[P]):
    """By thread of tonight the past exception and why its thread reads otherwise; by exception_id what took another up."""

    known: dict[str, tuple[P, str]]
    taken_up: dict[str, str]


def follow(
    con: duckdb.DuckDBPyConnection, night: Night, past: Collection[P], raised: Mapping[str, dict[str, Any]],
    quiet: Collection[str] = (),
) -> Followed[P]:  # fmt: skip
    """Lay tonight's threads beside those of the past exceptions.

    raised: tonight's contents by thread. quiet: ids of exceptions that do not stand because a hub answered so.
    """
    into = identity.became(con, "person")
    now: dict[str, list[P]] = defaultdict(list)
    for one in past:
        now["|".join(into.get(part, part) for part in one.thread.split("|"))].append(one)
    # Of several that have become one thread the one that stands goes on, the oldest first.
    first = {thread: min(some, key=_first) for thread, some in now.items()}
    known: dict[str, tuple[P, str]] = {}
    for thread in raised:
        if thread in first:
            known[thread] = (first[thread], "" if first[thread].thread == thread else MERGED)
    origins, gone_on = _origins(con, night), {one.exception_id for one, _ in known.values()}
    for thread in sorted(set(raised) - known.keys()):
        before = next(
            (t for t in _before(thread, origins) if t in first and first[t].exception_id not in gone_on), None
        )
        if before is not None:
            known[thread] = (first[before], SPLIT)
            gone_on.add(first[before].exception_id)
    left = {
        thread: one
        for thread, one in first.items()
        if (one.open or one.exception_id in quiet) and thread not in raised and one.exception_id not in gone_on
    }
    known |= _renamed(left, {t: raised[t] for t in raised if t not in known}, into)
    goes_on = {one.exception_id for one, _ in known.values()}
    taken_up = {
        one.exception_id: first[thread].exception_id
        for thread, some in now.items()
        if first[thread].exception_id in goes_on
        for one in some
        if one is not first[thread]
    }
    return Followed(known, taken_up)


def _first(one: Known) -> tuple[bool, date, str]:
    return (not one.open, one.first_raised, one.exception_id)


def _renamed(
    left: Mapping[str, P], raised: Mapping[str, dict[str, Any]], into: Mapping[str, str]
) -> dict[str, tuple[P, str]]:
    """What goes on by threads without a past: of the same subject, a child or mother, and a place where both name one.

    A divergence is told of a family, and so goes on under another thread what became stronger or weaker: of the same person,
    where one names all the places of the other.
    left: what stood or was quiet and nothing goes on, by its thread in tonight's ids. Those with the most people and places in common
    first, then those of one kind, then the oldest.
    """
    before = {thread: _about(thread, one.content, into) for thread, one in left.items()}
    alike = [
        (
            now.subject != was.subject,
            -len(now.family & was.family),
            -len(now.places & was.places),
            now.kind != was.kind,
            _first(left[old]),
            thread,
            old,
        )
        for thread, content in raised.items()
        for now in [_about(thread, content, {})]
        for old, was in before.items()
        if _of_one(now, was)
    ]
    known: dict[str, tuple[P, str]] = {}
    taken: set[str] = set()
    for *_, thread, old in sorted(alike):
        if thread not in known and old not in taken:
            known[thread] = (left[old], RENAMED if thread.partition("|")[0] == old.partition("|")[0] else "")
            taken.add(old)
    return known


def _about(thread: str, content: Mapping[str, Any], into: Mapping[str, str]) -> About:
    subject, _, family = thread.partition("|")
    members = {p["person_id"] for p in content["people"] if p["role"] in ("child", "mother")}
    first = content["people"][0]["person_id"]
    return About(
        subject,
        into.get(first, first),
        frozenset({family, *(into.get(person, person) for person in members)}),
        frozenset(a["uprn"] for a in content["addresses"]),
        content["kind"],
    )


def _of_one(now: About, was: About) -> bool:
    shared = now.places & was.places
    if now.subject == was.subject:
        same = bool(shared) or not now.places or not was.places
    else:
        all_of_one = bool(shared) and shared in (now.places, was.places)
        same = now.person == was.person and now.kind != was.kind and all_of_one
    return same and bool(now.family & was.family)


def _origins(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, list[str]]:
    """By person id those from whom records went to it tonight."""
    found: dict[str, list[str]] = defaultdict(list)
    for old, new in con.execute(
        "SELECT person_id, other_person_id FROM store.person_event WHERE night = $night AND event = 'split' "
        "ORDER BY person_id, other_person_id",
        {"night": night.date},
    ).fetchall():
        found[new].append(old)
    return found


def _before(thread: str, origins: dict[str, list[str]]) -> Iterator[str]:
    """The threads that this one may have been before people were split tonight."""
    for parts in product(*([part, *origins.get(part, [])] for part in thread.split("|"))):
        if "|".join(parts) != thread:
            yield "|".join(parts)
