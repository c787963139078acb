"""What the store knows of one person, household or exception, in plain words, as of any published night.

Read only. Names ids and record keys, never an address, a phone or a name of a person's own; an exception is told in the
words its hub was given. Of what is under protection nothing is told, in the same words as of an id that never was, on
whatever night it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage import store
from linkage.vocabulary import IDENTITY_EVENT_WORDS, KIND_WORDS, PRIORITY_WORDS, IdentityEvent, Kind, Priority


class NothingToTell(RuntimeError):
    """The id is not known as of that night, or nothing may be told of it."""


Told = list[str]
"""Lines of plain text."""
Teller = Callable[[duckdb.DuckDBPyConnection, str, date], Told]
"""Tells of one id as of a published night. Raises NothingToTell."""


def tell(store_file: Path, what: Teller, subject: str, as_of: date | None) -> Told:
    """What `what` (person, household or exception) tells of an id as of a night (default: the last published one).

    Raises NothingToTell and StoreError.
    """
    with _published(store_file) as con:
        return what(con, subject, _night(con, as_of))


@contextmanager
def _published(store_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not store_file.exists():
        raise store.StoreError(f"there is no store {store_file}; `linkage run` makes one")
    con = store.connect(threads=1, memory="1GB")
    try:
        store.attach(con, store_file, store.key_for(store_file), read_only=True)
        yield con
    finally:
        con.close()


def _night(con: duckdb.DuckDBPyConnection, as_of: date | None) -> date:
    """The last night published on or before a day."""
    row = con.execute(
        "SELECT max(night) FROM store.published WHERE night <= coalesce($as_of, DATE '9999-12-31')", {"as_of": as_of}
    ).fetchone()
    if row is None or row[0] is None:
        raise NothingToTell(f"no night was published on or before {as_of}")
    return row[0]  # type: ignore[no-any-return]


def person(con: duckdb.DuckDBPyConnection, person_id: str, night: date) -> Told:
    """A person's records, households and exceptions as of a night, and what happened to the id until then."""
    events = _events(con, "person", person_id, night)
    records = _rows(
        con,
        "SELECT mention_id, known_from FROM store.person_member WHERE person_id = $id AND " + _KNOWN,
        person_id,
        night,
    )
    homes = _rows(
        con, "SELECT DISTINCT household_id, min(known_from) FROM store.household_member WHERE person_id = $id AND "
        f"household_id NOT IN (SELECT id FROM store.withheld) AND {_KNOWN} GROUP BY ALL", person_id, night,
    )  # fmt: skip
    return [
        *_head("person", person_id, night, events, stands=bool(records)),
        *_part("Records", [f"{mention.replace('|', ' ')}, since {since}" for mention, since in records]),
        *_part("Households", [f"{household}, since {since}" for household, since in homes]),
        *_part("Exceptions", _exceptions_of(con, person_id, night)),
        *_part("Looked at on the last night and not raised", _explained(con, person_id, night)),
        *_part("History of the id", events),
    ]


def household(con: duckdb.DuckDBPyConnection, household_id: str, night: date) -> Told:
    """A household's people as of a night, and what happened to the id until then."""
    events = _events(con, "household", household_id, night)
    people = _rows(
        con, "SELECT person_id, known_from FROM store.household_member WHERE household_id = $id AND " + _KNOWN,
        household_id, night,
    )  # fmt: skip
    return [
        *_head("household", household_id, night, events, stands=bool(people)),
        *_part("People", [f"{person_id}, since {since}" for person_id, since in people]),
        *_part("History of the id", events),
    ]


def exception(con: duckdb.DuckDBPyConnection, exception_id: str, night: date) -> Told:
    """An exception as its hub was given it on a night, on what grounds, and what happened to it until then."""
    events = con.execute(
        "SELECT night, status, content, detail FROM store.exception_event WHERE exception_id = $id AND night <= $night "
        "ORDER BY night",
        {"id": exception_id, "night": night},
    ).fetchall()
    told = json.loads(events[-1][2]) if events else {}
    if not events or _withheld(con, [p["person_id"] for p in told["people"]]):
        raise _nothing(exception_id, night)
    detail = json.loads(events[-1][3])
    return [
        f"{exception_id}: {KIND_WORDS[Kind(told['kind'])]}",
        told["claim"],
        f"As of night {night}: {_status(events[-1][0], events[-1][1], night)}; {PRIORITY_WORDS[Priority(told['priority'])]}; "
        f"score {told['score']}{'; waiting' if told['waiting'] else ''}; hubs {', '.join(told['hubs'])}",
        *_part("What to check next, in this order", told["checks"]),
        *_part("People", [f"{p['person_id']}, {p['role']}" for p in told["people"]]),
        *_part("Evidence", [_evidence(e) for e in told["evidence"]]),
        *_part("Why this priority", detail.get("priority_reasons", [])),
        *_part("Parts of the score (log-odds)", [f"{what}: {part:+}" for what, part in detail.get("score_parts", [])]),
        *_part("Benign explanations looked for", [_benign(b) for b in told["benign_considered"]]),
        *_part("Also found", [s["claim"] for s in told["supporting"]]),
        *_part("Not known", detail.get("not_known", [])),
        *_part("History", [f"{when} {status}" for when, status, _, _ in events]),
    ]


_KNOWN = "known_from <= $night AND coalesce(known_to > $night, TRUE) "


def _rows(con: duckdb.DuckDBPyConnection, query: str, subject: str, night: date) -> list[tuple[Any, ...]]:
    return con.execute(f"{query} ORDER BY ALL", {"id": subject, "night": night}).fetchall()


def _nothing(subject: str, night: date) -> NothingToTell:
    return NothingToTell(f"there is nothing to tell of {subject} as of night {night}")


def _withheld(con: duckdb.DuckDBPyConnection, ids: list[str]) -> bool:
    found = con.execute("SELECT 1 FROM store.withheld WHERE list_contains($ids, id) LIMIT 1", {"ids": ids}).fetchone()
    return found is not None


def _events(con: duckdb.DuckDBPyConnection, kind: str, subject: str, night: date) -> Told:
    """Every event of an id in words. Raises NothingToTell when there is none."""
    if _withheld(con, [subject]):
        raise _nothing(subject, night)
    rows = _rows(
        con,
        f"SELECT night, event, other_{kind}_id, reason FROM store.{kind}_event WHERE {kind}_id = $id AND night <= $night "
        f"AND coalesce(other_{kind}_id NOT IN (SELECT id FROM store.withheld), TRUE)",
        subject,
        night,
    )
    if not rows:
        raise _nothing(subject, night)
    return [_event(*row) for row in rows]


def _event(when: date, event: str, other: str | None, reason: str) -> str:
    if event == IdentityEvent.CREATED and other:
        return f"{when} created from {other} ({reason})"
    return f"{when} {IDENTITY_EVENT_WORDS[IdentityEvent(event)]}{f' {other}' if other else ''} ({reason})"


def _head(kind: str, subject: str, night: date, events: Told, *, stands: bool) -> Told:
    state = "stands" if stands else f"stands no more: {events[-1]}"
    return [f"{kind.capitalize()} {subject}, as of night {night}: {state}"]


def _part(title: str, lines: list[str]) -> Told:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _exceptions_of(con: duckdb.DuckDBPyConnection, person_id: str, night: date) -> Told:
    rows = _rows(
        con,
        "SELECT exception_id, max(night), arg_max(status, night), arg_max(content, night) FROM store.exception_event "
        "WHERE night <= $night GROUP BY exception_id HAVING contains(arg_max(content, night), $id)",
        person_id,
        night,
    )
    found = []
    for exception_id, when, status, content in rows:
        told = json.loads(content)
        roles = [p["role"] for p in told["people"] if p["person_id"] == person_id]
        if roles and not _withheld(con, [p["person_id"] for p in told["people"]]):
            found.append(f"{exception_id} {told['kind']}, as {' and '.join(roles)}: {_status(when, status, night)}")
    return found


def _explained(con: duckdb.DuckDBPyConnection, person_id: str, night: date) -> Told:
    """What was found about a person and dismissed, with everything that was looked for. Of the last night alone: it is made anew."""
    if not store.holds(con, "dismissed_finding"):
        return []
    rows = _rows(
        con,
        "SELECT kind, subject_id, people, looked_for FROM store.dismissed_finding WHERE night = $night AND list_contains(people, $id)",
        person_id,
        night,
    )
    lines = []
    for kind, subject, people, looked_for in rows:
        if not _withheld(con, people):
            lines.append(f"{kind}, of {subject} with {', '.join(p for p in people if p != subject) or 'nobody else'}")
            lines += [f"  {_benign(considered)}" for considered in json.loads(looked_for)]
    return lines


def _status(when: date, status: str, night: date) -> str:
    """The status of an exception on a night, from its last event."""
    if when == night:
        return status
    return f"resolved on {when}" if status == "resolved" else f"continuing, unchanged since {when}"


def _evidence(said: dict[str, Any]) -> str:
    key = " ".join(said[part] for part in ("contract", "supplier", "record_id", "mention"))
    return f"{said['date'] or 'no date'} {key} ({said['basis']}): {said['says']}"


def _benign(considered: dict[str, Any]) -> str:
    return f"{considered['explanation']}: {'found' if considered['found'] else 'not found'}: {considered['why']}"
