"""Which past exception a thread of tonight goes on: also where people were merged or split since.

A thread is `<subject or "family">|<family>`, of person ids. What happened to the ids is in `store.person_event`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from itertools import product
from typing import Generic, NamedTuple, Protocol, TypeVar

import duckdb

from linkage import identity
from linkage.night import Night

MERGED = "Records that were held to be two people's are now held to be one person's."
SPLIT = "Records that were held to be one person's are now held to be two people's."


class Known(Protocol):
    """What is asked of a past exception."""

    exception_id: str
    thread: str
    first_raised: date

    @property
    def open(self) -> bool:
        """Whether it stood before tonight."""


P = TypeVar("P", bound=Known)


class Followed(NamedTuple, Generic[P]):
    """By thread of tonight the past exception and why its thread reads otherwise; by exception_id what took another up."""

    known: dict[str, tuple[P, str]]
    taken_up: dict[str, str]


def follow(con: duckdb.DuckDBPyConnection, night: Night, past: Collection[P], raised: Collection[str]) -> Followed[P]:
    """Lay tonight's threads beside those of the past exceptions. raised: tonight's threads."""
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
    taken_up = {
        one.exception_id: known[thread][0].exception_id
        for thread, some in now.items()
        if thread in known
        for one in some
        if one is not known[thread][0]
    }
    return Followed(known, taken_up)


def _first(one: Known) -> tuple[bool, date, str]:
    return (not one.open, one.first_raised, one.exception_id)


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
