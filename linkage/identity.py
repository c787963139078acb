"""Ids that stay: which group of tonight keeps which id of last night, and what is told of it.

A group is the mentions of a person or the people of a household. Invariants: an id is minted once and never stands for two
groups; its life begins with `created` and ends, if it ends, with `absorbed` or `retired`; the same history always gives
the same ids and the same events. How ids behave, in words: docs/operating/identity.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import duckdb
import polars as pl

from linkage.history import rewind
from linkage.night import Night
from linkage.store import insert
from linkage.vocabulary import IdentityEvent

MEMBERS = {
    "person": "mention_id VARCHAR, person_id VARCHAR",
    "household": "household_id VARCHAR, uprn VARCHAR, person_id VARCHAR",
}
"""What has an id, and the columns of its `store.<kind>_member` beside known_from and known_to."""

Group = Sequence[str]
"""The members of one person or household, sorted."""


class Event(NamedTuple):
    """One event of an id: what happened, the other id it happened with, and the reason in words."""

    subject: str
    event: IdentityEvent
    other: str | None
    reason: str


def prepare(con: duckdb.DuckDBPyConnection, kind: str, night: Night | None = None) -> None:
    """Make the tables of a kind where they are missing; with a night, forget what it or a later one wrote."""
    con.execute(f"CREATE TABLE IF NOT EXISTS store.{kind}_member ({MEMBERS[kind]}, known_from DATE, known_to DATE)")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS store.{kind}_event "
        f"(night DATE, {kind}_id VARCHAR, event VARCHAR, other_{kind}_id VARCHAR, reason VARCHAR)"
    )
    if night is not None:
        rewind(con, f"store.{kind}_member", night)
        con.execute(f"DELETE FROM store.{kind}_event WHERE night >= $night", {"night": night.date})


def carry_over(groups: Iterable[Group], held: Mapping[str, str]) -> dict[int, str]:
    """The id that each group keeps, by its place; a group that keeps none is left out.

    A group wishes for the ids its members had; the wish of the most members goes first, then that of the smallest
    member.
    """
    wishes = []
    for place, members in enumerate(groups):
        had = [(held[m], m) for m in members if m in held]
        if not had:
            continue
        first = dict(reversed(had))
        counts = Counter(kept for kept, _ in had)
        wishes += [(-count, first[kept], kept, place) for kept, count in counts.items()]
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for _, _, kept, place in sorted(wishes):
        if place not in ids and kept not in taken:
            ids[place] = kept
            taken.add(kept)
    return ids


def give_ids(
    con: duckdb.DuckDBPyConnection, kind: str, night: Night, seed: Callable[[Any, Group], str],
    why: Callable[[Mapping[str, str], Sequence[Group]], Callable[[Group, int], str]], gone: str,
) -> None:  # fmt: skip
    """`group_id`: one row a group of tonight with its id and size; what happened to ids goes to `store.<kind>_event`.

    Reads and drops `group_member` (one row a member: its group, and the member) and `held` (one row a member of last night, in
    tonight's words: member and id). seed: what a new id of a group is made of. why, gone: as `events` has them; why is
    given the members of last night and the groups that are in question.
    """
    _set_apart_whole(con, kind)
    found = con.execute(
        "SELECT grp, list(member ORDER BY member) FROM group_member GROUP BY grp ORDER BY grp"
    ).fetchall()
    groups = [members for _, members in found]
    held = dict(con.execute("SELECT member, id FROM held ORDER BY member").fetchall())
    stood = {
        r[0] for r in con.execute(f"SELECT DISTINCT id FROM ({_stood(kind)}) ANTI JOIN group_id USING (id)").fetchall()
    }  # fmt: skip
    used = used_ids(con, kind)
    given_before = set(used)
    kept = carry_over(groups, held)
    day = night.date.isoformat()
    ids = [
        kept.get(place) or mint(kind[0].upper(), seed(grp, members), day, used)
        for place, (grp, members) in enumerate(found)
    ]
    append(con, kind, night, events(groups, ids, held, stood, given_before, why(held, groups), gone))
    con.register(
        "others", pl.DataFrame({"place": range(len(ids)), "id": ids}, schema={"place": pl.Int64, "id": pl.String})
    )
    con.execute(
        "INSERT INTO group_id SELECT g.grp, o.id, g.members FROM (SELECT grp, row_number() OVER (ORDER BY grp) - 1 AS place, "
        "members FROM (SELECT grp, count(*) AS members FROM group_member GROUP BY grp)) AS g INNER JOIN others AS o USING (place)"
    )
    con.unregister("others")
    con.execute("DROP TABLE group_member")
    con.execute("DROP TABLE held")


def take_held(con: duckdb.DuckDBPyConnection, members: Iterable[str]) -> dict[str, str]:
    """Take members out of `held`; returns the id by member of those that were in it."""
    con.register("taken", pl.DataFrame({"member": sorted(members)}, schema={"member": pl.String}))
    held: dict[str, str] = dict(con.execute("SELECT member, id FROM held SEMI JOIN taken USING (member)").fetchall())
    if held:
        con.execute("DELETE FROM held WHERE member IN (SELECT t.member FROM taken AS t)")
    con.unregister("taken")
    return held


def put_held(con: duckdb.DuckDBPyConnection, held: Mapping[str, str]) -> None:
    """Put members with their ids into `held`."""
    insert(con, "held", {"member": pl.String, "id": pl.String}, sorted(held.items()))


def _stood(kind: str) -> str:
    return f"SELECT {kind}_id AS id FROM store.{kind}_member WHERE known_to IS NULL"


def _set_apart_whole(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    """`group_id` of the groups that hold all members of one id of last night and nobody else; the rest is left in question.

    Such a group keeps its id and nothing is told of it, whatever the others do. On a usual night these are nearly all.
    """
    con.execute(
        "CREATE OR REPLACE TABLE group_id AS WITH size AS (SELECT id, count(*) AS members FROM held GROUP BY id), "
        "met AS (SELECT g.grp, min(h.id) AS id, count(*) AS members FROM group_member AS g LEFT JOIN held AS h ON g.member = h.member "
        "GROUP BY g.grp HAVING count(*) = count(h.id) AND min(h.id) = max(h.id)) "
        f"SELECT m.grp, m.id, m.members FROM met AS m INNER JOIN size AS s USING (id, members) SEMI JOIN ({_stood(kind)}) AS t USING (id)"
    )
    con.execute("CREATE OR REPLACE TABLE group_member AS FROM group_member ANTI JOIN group_id USING (grp)")
    con.execute("CREATE OR REPLACE TABLE held AS FROM held ANTI JOIN group_id USING (id)")


def mint(letter: str, seed: str, night: str, used: set[str]) -> str:
    """A new id: a letter and twelve hexadecimal digits, unlike any in `used` (which it joins).

    It is a digest of the seed and the night, so that the same history gives the same ids and an id tells nothing.
    """
    attempt = 0
    while (new := letter + hashlib.sha256(f"{seed}|{night}|{attempt}".encode()).hexdigest()[:12]) in used:
        attempt += 1
    used.add(new)
    return new


def used_ids(con: duckdb.DuckDBPyConnection, kind: str) -> set[str]:
    """Every id of a kind that was ever given."""
    return {r[0] for r in con.execute(f"SELECT DISTINCT {kind}_id FROM store.{kind}_member").fetchall()}


def events(
    groups: Sequence[Group], ids: Sequence[str], held: Mapping[str, str], stood: Collection[str], used: Collection[str],
    why: Callable[[Group, int], str], gone: str,
) -> list[Event]:  # fmt: skip
    """What happened to the ids between `held` (last night, by member) and `groups` with their `ids` (tonight).

    stood: the ids of last night. used: all ids given before tonight. why: the reason for a group's change, given the
    group and how many members moved. gone: the reason for an id none of whose members is left.
    """
    stand = set(ids)
    found: list[Event] = []
    went: dict[str, Counter[str]] = {}
    for group, new in zip(groups, ids, strict=True):
        moved = [held[m] for m in group if held.get(m, new) != new and held[m] in stood]
        if not moved and new in stood:
            continue
        came = Counter(moved)
        if new not in stood:
            found.append(_beginning(new, came, used, why(group, came.total())))
        for old, count in sorted(came.items()):
            went.setdefault(old, Counter())[new] += count
            if new in stood:
                found.append(Event(new, IdentityEvent.MERGED, old, why(group, count)))
            if old in stand:
                found.append(Event(old, IdentityEvent.SPLIT, new, why(group, count)))
    for old in sorted(set(stood) - stand):
        if old in went:
            into = min(went[old], key=lambda new: (-went[old][new], new))
            found.append(Event(old, IdentityEvent.ABSORBED, into, f"{_members(went[old].total())} moved"))
        else:
            found.append(Event(old, IdentityEvent.RETIRED, None, gone))
    return sorted(found, key=lambda e: (e.subject, e.event, e.other or ""))


def _beginning(new: str, came: Counter[str], used: Collection[str], why: str) -> Event:
    if new in used:
        return Event(new, IdentityEvent.RETURNED, None, "what had gone came back unchanged")
    if came:
        return Event(new, IdentityEvent.CREATED, min(came, key=lambda old: (-came[old], old)), why)
    return Event(new, IdentityEvent.CREATED, None, "first seen")


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count} members"


def append(con: duckdb.DuckDBPyConnection, kind: str, night: Night, found: list[Event]) -> None:
    """Add tonight's events to `store.<kind>_event`."""
    if not found:
        return
    columns = ("night", f"{kind}_id", "event", f"other_{kind}_id", "reason")
    types = (pl.Date, pl.String, pl.String, pl.String, pl.String)
    rows = [(night.date, e.subject, e.event.value, e.other, e.reason) for e in found]
    con.register("identity_events", pl.DataFrame(rows, schema=dict(zip(columns, types, strict=True)), orient="row"))
    con.execute(f"INSERT INTO store.{kind}_event SELECT * FROM identity_events")
    con.unregister("identity_events")


def became(con: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    """What every absorbed id has become, through all absorptions since; an id that stands again has become nothing."""
    rows = con.execute(
        f"SELECT {kind}_id, event, other_{kind}_id FROM store.{kind}_event "
        f"WHERE event IN ('absorbed', 'returned') ORDER BY night, {kind}_id"
    ).fetchall()
    into: dict[str, str] = {}
    for subject, event, other in rows:
        into.pop(subject, None)
        if event == IdentityEvent.ABSORBED:
            into[subject] = other
    return {subject: _end(subject, into) for subject in into}


def _end(subject: str, into: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while subject in into and subject not in seen:
        seen.add(subject)
        subject = into[subject]
    return subject
