"""The weekly digest for the partnership: figures over many exceptions, nobody named, small counts held back.

Reads the store alone: the ledger of exceptions, hubs' answers, and the maternity records that stand. A week is the seven
nights up to and with the last one.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from linkage import vocabulary as words
from linkage.report import suppress
from linkage.store import holds

WEEKS = 8
"""Weeks in the line of the weeks, the last one included."""
ANSWER_WORDS = {
    "new_and_useful": "New and useful",
    "already_known": "Already known",
    "benign": "An innocent reason",
    "wrong_person": "Wrong person",
    "wrong_address": "Wrong address",
    "stale_source": "Out-of-date record",
    "cannot_tell": "Cannot tell",
    "unsafe_to_pursue": "Unsafe to pursue",
}
RIGHT = ("new_and_useful", "already_known")
WRONG = ("benign", "wrong_person", "wrong_address", "stale_source")
"""Answers that say whether a claim was true; the other two say nothing of it."""
PATERNAL_WORDS = {
    "known": "Father recorded",
    "declined": "Mother declined to name him",
    "unknown": "Recorded as not known",
    "not_asked": "Not asked",
    "no_reason": "Not recorded, no reason given",
}
Shown = dict[str, int | None]
"""A count by name; None where it is too small to show."""


@dataclass(frozen=True)
class Precision:
    """Of the answered claims of one kind, the share that was true, in whole percent; None where too few to show."""

    kind: str
    answered: int | None
    right: int | None


@dataclass(frozen=True)
class Digest:
    """The figures of one week. Every count has been through `suppress`."""

    first: date
    last: date
    least: int
    new_by_kind: Shown
    standing_by_kind: Shown
    standing_by_priority: Shown
    waiting: int | None
    weeks: dict[str, Shown]
    answers: Shown
    precision: tuple[Precision, ...]
    suppliers: Shown
    days_median: int | None
    days_ninth: int | None
    paternal: Shown
    paternal_share: Shown


def build(con: duckdb.DuckDBPyConnection, last: date, least: int) -> Digest:
    """The digest of the week that ends with a night, from the store attached as `store`."""
    first = last - timedelta(days=6)
    events = _events(con, last)
    standing = _standing(events)
    raised = [e for e in events if e["status"] == "new" and e["night"] >= first]
    answers = _answers(con, last)
    paternal = _paternal(con, last)
    fathers = suppress.rounded(suppress.small(paternal, least), least)
    # To the nearest as its parts are: a share of the exact number would give the exact part.
    infants = suppress.nearest(sum(paternal.values()), least)
    return Digest(
        first=first,
        last=last,
        least=least,
        new_by_kind=_by_kind(raised, least),
        standing_by_kind=suppress.rounded(_by_kind(standing, least), least),
        standing_by_priority=suppress.rounded(
            _count((e["content"]["priority"] for e in standing), list(words.Priority), least), least
        ),
        waiting=suppress.rounded(suppress.small({"waiting": sum(e["waiting"] for e in standing)}, least), least)[
            "waiting"
        ],
        weeks=_weeks(events, _begun(con) or first, last, least),
        answers=_count((code for _, code, night in answers if night >= first), list(ANSWER_WORDS), least),
        precision=_precision(answers, {e["exception_id"]: e["content"]["kind"] for e in events}, least),
        suppliers=_suppliers(raised, least),
        days_median=_days(raised, 0.5, least),
        days_ninth=_days(raised, 0.9, least),
        paternal=fathers,
        # A share would tell a count that is held back.
        paternal_share={
            name: None if count is None else suppress.share(count, infants, least) for name, count in fathers.items()
        },
    )


def _events(con: duckdb.DuckDBPyConnection, last: date) -> list[dict[str, Any]]:
    """The ledger's events up to a night, in order."""
    found = con.execute(
        "SELECT night, exception_id, status, waiting, content FROM store.exception_event WHERE night <= $last "
        "ORDER BY night, exception_id, status",
        {"last": last},
    ).fetchall()
    return [
        {"night": n, "exception_id": x, "status": s, "waiting": w, "content": json.loads(c)} for n, x, s, w, c in found
    ]


def _standing(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    latest = {e["exception_id"]: e for e in events}
    return [e for e in latest.values() if e["status"] != "resolved"]


def _count(found: Iterable[str], names: Iterable[str], least: int) -> Shown:
    counted = Counter(found)
    return suppress.small({name: counted[name] for name in names}, least)


def _by_kind(events: Iterable[dict[str, Any]], least: int) -> Shown:
    return _count((e["content"]["kind"] for e in events), list(words.Kind), least)


def _begun(con: duckdb.DuckDBPyConnection) -> date | None:
    """The first night that was published: before it there is nothing to count."""
    row = con.execute("SELECT min(night) FROM store.published").fetchone()
    return row[0] if row else None


def _weeks(events: list[dict[str, Any]], begun: date, last: date, least: int) -> dict[str, Shown]:
    """New exceptions by kind for each of the last weeks, named by the week's last night, the oldest first."""
    ends = [last - timedelta(days=7 * back) for back in range(WEEKS - 1, -1, -1)]
    return {
        end.isoformat(): _by_kind(
            (e for e in events if e["status"] == "new" and end - timedelta(days=7) < e["night"] <= end), least
        )
        for end in ends
        if end >= begun
    }


def _answers(con: duckdb.DuckDBPyConnection, last: date) -> list[tuple[str, str, date]]:
    """(exception_id, code, night it became known) of hubs' answers that stand; none where nobody ever answered."""
    if not holds(con, "answer"):
        return []
    found = con.execute(
        "SELECT exception_id, code, known_from FROM store.answer WHERE known_from <= $last "
        "AND (known_to IS NULL OR known_to > $last) ORDER BY ALL",
        {"last": last},
    ).fetchall()
    return [(x, code, night) for x, code, night in found]


def _precision(answers: list[tuple[str, str, date]], kinds: dict[str, str], least: int) -> tuple[Precision, ...]:
    found = []
    for kind in words.Kind:
        codes = [code for x, code, _ in answers if kinds.get(x) == kind]
        right = sum(code in RIGHT for code in codes)
        told = right + sum(code in WRONG for code in codes)
        answered = suppress.small({"told": told}, least)["told"]
        found.append(Precision(words.KIND_WORDS[kind], answered, suppress.share(right, told, least)))
    return tuple(found)


def _suppliers(raised: list[dict[str, Any]], least: int) -> Shown:
    """In how many new exceptions each supplier's records are evidence."""
    found = [
        {f"{words.CONTRACT_WORDS[e['contract']]}, {e['supplier'].replace('_', ' ')}" for e in x["content"]["evidence"]}
        for x in raised
    ]
    counted = Counter(name for names in found for name in names)
    return suppress.small(dict(sorted(counted.items())), least)


def _days(raised: list[dict[str, Any]], at: float, least: int) -> int | None:
    """Days from the date of the latest record behind an exception to the night it was raised, at a quantile."""
    days = sorted(
        (e["night"] - max(dates)).days
        for e in raised
        if (
            dates := [
                d for x in e["content"]["evidence"] if x["date"] and (d := date.fromisoformat(x["date"])) <= e["night"]
            ]
        )
    )
    if len(days) < max(least, 2):
        return None
    tenths = statistics.quantiles(days, n=10, method="inclusive")
    found: float = tenths[round(at * 10) - 1]
    return round(found)


def _paternal(con: duckdb.DuckDBPyConnection, last: date) -> dict[str, int]:
    """Children under one by what their booking says of the father. Rows as they stand in the store."""
    found = con.execute(
        "SELECT CASE WHEN k.father_name IS NOT NULL OR k.father_recorded_reason = 'known' THEN 'known' "
        "ELSE coalesce(k.father_recorded_reason, 'no_reason') END AS what, count(*) "
        "FROM store.maternity_birth_record AS b INNER JOIN store.maternity_booking_record AS k "
        "ON k.supplier = b.supplier AND k.record_id = b.booking_record_id AND k.known_to IS NULL "
        "WHERE b.known_to IS NULL AND b.date_of_birth > $last - INTERVAL 1 YEAR GROUP BY 1 ORDER BY 1",
        {"last": last},
    ).fetchall()
    counted = dict(found)
    return {name: counted.get(name, 0) for name in PATERNAL_WORDS}
