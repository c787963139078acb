"""The ledger: exceptions over time. Every change is an event that is appended; tonight's state is computed.

`store.exception_event` (one row an event of one exception on one night). An exception keeps its id while its thread
stands: same subject, same family, through changes of kind, evidence, person ids and what the family is called. Nothing
is resolved because a source did not deliver: rows of silent suppliers stand, so their claims do. What hubs answer is kept apart
(`store.answer`); of the answers only `benign` reaches in here, and keeps an exception quiet until its evidence changes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from linkage import succession
from linkage.detect.exceptions import Raised, content_hash_text, in_order
from linkage.ledger import threads
from linkage.ledger.reasons import NO_LONGER
from linkage.night import Night
from linkage.sources import decisions
from linkage.store import insert
from linkage.vocabulary import BENIGN_WORDS

DDL = """
CREATE TABLE IF NOT EXISTS store.exception_event (
    night DATE, exception_id VARCHAR, thread VARCHAR, status VARCHAR, waiting BOOLEAN, content_hash VARCHAR,
    content VARCHAR, detail VARCHAR
)
"""
ORDER = "ABCH"


@dataclass
class Entry:
    """One exception as it stands on a night: the object of outputs.md and what only reports print."""

    exception: dict[str, Any]
    detail: dict[str, Any]


def run(
    con: duckdb.DuckDBPyConnection, night: Night, raised: list[Raised], explain: Explain = lambda *_: {}
) -> list[Entry]:
    """Compare tonight's exceptions with the ledger, append what happened, and return what stands (and what resolved).

    explain: why exceptions stand no more, by exception_id (`reasons.explain`); `NO_LONGER` where it says nothing.
    """
    con.execute(DDL)
    con.execute("DELETE FROM store.exception_event WHERE night >= $night", {"night": night.date})
    past = _past(con)
    tonight = _unique(raised)
    benign = decisions.keep_quiet(con)
    kept_quiet = [p.exception_id for p in past.values() if benign.get(p.exception_id, ("",))[0] == p.content_hash]
    followed = threads.follow(con, night, past.values(), {found.thread: found.content for found in tonight}, kept_quiet)
    keys = succession.first_keys(con)
    nothing: tuple[Past | None, str] = (None, "")
    entries = [_entry(night, found, *followed.known.get(found.thread, nothing), keys) for found in tonight]
    quiet = {e.exception["exception_id"] for e in entries if _answered(e, benign)}
    entries = [e for e in entries if e.exception["exception_id"] not in quiet]
    standing = {e.exception["exception_id"] for e in entries}
    gone = [p for p in past.values() if p.open and p.exception_id not in standing]
    why = {p.exception_id: _gone(followed, p) for p in gone}
    why |= {exception_id: _why(benign[exception_id][1]) for exception_id in why.keys() & quiet}
    said = explain(con, night, [p for p in gone if not why[p.exception_id]])
    entries += [_resolved(night, p, why[p.exception_id] or said.get(p.exception_id, NO_LONGER)) for p in gone]
    _budget(con, night, entries, past)
    _append(con, night, entries, past)
    return sorted(entries, key=lambda e: str(e.exception["exception_id"]))


@dataclass
class Past:
    """What the ledger holds of one exception before tonight."""

    exception_id: str
    thread: str
    first_raised: date
    last_changed: date
    status: str
    waiting: bool
    content_hash: str
    content: dict[str, Any]
    detail: dict[str, Any]

    @property
    def open(self) -> bool:
        return self.status != "resolved"


def _past(con: duckdb.DuckDBPyConnection) -> dict[str, Past]:
    rows = con.execute(
        "SELECT exception_id, arg_max(thread, night), min(night), "
        "max(night) FILTER (WHERE status NOT IN ('released', 'continuing')), "
        "arg_max(status, night) FILTER (WHERE status NOT IN ('released', 'continuing')), "
        "arg_max(waiting, night), arg_max(content_hash, night), arg_max(content, night), arg_max(detail, night) "
        "FROM store.exception_event GROUP BY exception_id ORDER BY exception_id"
    ).fetchall()
    return {r[0]: Past(r[0], r[1], r[2], r[3], r[4], r[5], r[6], json.loads(r[7]), json.loads(r[8])) for r in rows}


Explain = Callable[[duckdb.DuckDBPyConnection, Night, list[Past]], Mapping[str, str]]


def _gone(followed: threads.Followed[Past], known: Past) -> str:
    """Why an exception no longer stands that another took up; empty where none did."""
    other = followed.taken_up.get(known.exception_id)
    return f"{threads.MERGED} Exception {other} goes on about them." if other else ""


def _unique(raised: list[Raised]) -> list[Raised]:
    return list({found.thread: found for found in raised}.values())


def under_first_keys(content: dict[str, Any], keys: dict[tuple[str, str, str], str]) -> dict[str, Any]:
    """The content as if no supplier had ever renumbered: a new key alone changes no exception."""
    if not keys:
        return content

    def first(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "record_id": succession.first_key(record, keys)}

    evidence = sorted((first(e) for e in content["evidence"]), key=in_order)
    return {**content, "evidence": evidence, "pregnancy": content["pregnancy"] and first(content["pregnancy"])}


def _entry(night: Night, found: Raised, known: Past | None, why: str, keys: dict[tuple[str, str, str], str]) -> Entry:
    told = content_hash_text(under_first_keys(found.content, keys))
    digest = hashlib.sha256(told.encode()).hexdigest()
    if known is None:
        status, first, changed = "new", night.date, night.date
        exception_id = "X" + hashlib.sha256(f"{found.thread}|{night.date}".encode()).hexdigest()[:12]
    else:
        exception_id, first = known.exception_id, known.first_raised
        status = "reopened" if not known.open else "continuing" if known.content_hash == digest else "changed"
        changed = known.last_changed if status == "continuing" else night.date
    exception = {
        "exception_id": exception_id,
        "kind": found.content["kind"],
        "status": status,
        "first_raised": first.isoformat(),
        "last_changed": changed.isoformat(),
        **{k: v for k, v in found.content.items() if k != "kind"},
        "waiting": False,
    }
    detail = {**found.detail, "thread": found.thread, "content_hash": digest}
    return Entry(exception, {**detail, "identity": why} if why else detail)


def _answered(entry: Entry, benign: dict[str, tuple[str, str]]) -> bool:
    """Whether a hub called it benign on the very evidence that stands: then it keeps quiet until that changes."""
    seen, _ = benign.get(entry.exception["exception_id"], ("", ""))
    return bool(seen) and seen == entry.detail["content_hash"]


def _why(explanation: str) -> str:
    words = BENIGN_WORDS.get(explanation, explanation.replace("_", " ")).lower()
    return f"The hub answered that there is an innocent reason ({words}). It stays quiet until the records change."


def _resolved(night: Night, known: Past, because: str) -> Entry:
    exception = {
        **known.content,
        "status": "resolved",
        "last_changed": night.date.isoformat(),
        "waiting": False,
        "resolved_because": because,
    }
    return Entry(exception, {**known.detail, "thread": known.thread, "content_hash": known.content_hash})


def _budget(con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry], past: dict[str, Past]) -> None:
    """Mark what goes over a hub's week as waiting, best ranked first. What was let through stays through."""
    allowed = _allowance(con, night)
    used = _let_through_this_week(con, night)
    queue = sorted(
        (e for e in entries if e.exception["priority"] in ("A", "B") and e.exception["status"] != "resolved"),
        key=lambda e: (ORDER.index(e.exception["priority"]), -e.exception["score"], e.exception["exception_id"]),
    )
    for entry in queue:
        hub, known = entry.exception["hubs"][0], past.get(entry.exception["exception_id"])
        if known and known.open and not known.waiting and known.content["priority"] in ("A", "B"):
            continue
        if used[hub] >= allowed.get(hub, night.settings.integer("budget.minimum_per_week")):
            entry.exception["waiting"] = True
        else:
            used[hub] += 1
    for entry in entries:
        if entry.exception["priority"] == "H" and entry.exception["status"] != "resolved":
            entry.exception["waiting"] = True


def _allowance(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """New A and B a week by hub: so many per so many people registered in its area, and never less than the minimum."""
    people = con.execute(
        "SELECT council_gss, count(DISTINCT person_id) FROM stay WHERE on_gp AND council_gss IS NOT NULL GROUP BY 1"
    ).fetchall()
    per, of = night.settings.number("budget.per_week"), night.settings.number("budget.people")
    least = night.settings.integer("budget.minimum_per_week")
    return {gss: max(least, math.ceil(per * count / of)) for gss, count in people}


def _let_through_this_week(con: duckdb.DuckDBPyConnection, night: Night) -> Counter[str]:
    """How many A and B each hub was given in the week before tonight. One that became A or B, or was let through, counts too."""
    week = night.date - timedelta(days=7)
    rows = con.execute(
        "SELECT exception_id, night, status, waiting, content FROM store.exception_event WHERE exception_id IN "
        "(SELECT exception_id FROM store.exception_event WHERE night > $week) ORDER BY exception_id, night",
        {"week": week},
    ).fetchall()
    used: Counter[str] = Counter()
    given: dict[str, bool] = {}
    for exception_id, when, status, waiting, content in rows:
        told = json.loads(content)
        is_given = told["priority"] in ("A", "B") and not waiting and status != "resolved"
        if is_given and not given.get(exception_id) and when > week:
            used[told["hubs"][0]] += 1
        given[exception_id] = is_given
    return used


_EVENT = {
    "night": pl.Date, "exception_id": pl.String, "thread": pl.String, "status": pl.String, "waiting": pl.Boolean,
    "content_hash": pl.String, "content": pl.String, "detail": pl.String,
}  # fmt: skip


def _append(con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry], past: dict[str, Past]) -> None:
    events = []
    for entry in entries:
        exception = entry.exception
        known = past.get(exception["exception_id"])
        status = exception["status"]
        if status == "continuing":
            released = known is not None and known.waiting and not exception["waiting"]
            if known is None or (known.waiting, known.thread) == (exception["waiting"], entry.detail["thread"]):
                continue
            status = "released" if released else "continuing"
        events.append((
            night.date, exception["exception_id"], entry.detail["thread"], status, exception["waiting"],
            entry.detail["content_hash"], json.dumps(exception, sort_keys=True), json.dumps(entry.detail, sort_keys=True),
        ))  # fmt: skip
    insert(con, "store.exception_event", _EVENT, events)


def lay_out(con: duckdb.DuckDBPyConnection, entries: list[Entry]) -> None:
    """`exception` (one row an exception of tonight) and `exception_person` (one row a person in one), for the audit.

    with_child: whether its pregnancy stands, or has a living child.
    """
    con.execute("CREATE OR REPLACE TABLE exception (exception_id VARCHAR, kind VARCHAR, status VARCHAR, score DOUBLE)")
    con.execute(
        "CREATE OR REPLACE TABLE exception_person (exception_id VARCHAR, person_id VARCHAR, role VARCHAR, with_child BOOLEAN)"
    )
    told = [e.exception for e in entries]
    of_child = {
        ("maternity_booking", *row)
        for row in con.execute("SELECT supplier, record_id FROM pregnancy WHERE is_current OR has_child").fetchall()
    }
    living = {
        e["exception_id"] for e in told
        if e["pregnancy"] and tuple(e["pregnancy"][k] for k in ("contract", "supplier", "record_id")) in of_child
    }  # fmt: skip
    insert(
        con, "exception", {"exception_id": pl.String, "kind": pl.String, "status": pl.String, "score": pl.Float64},
        [(e["exception_id"], e["kind"], e["status"], e["score"]) for e in told],
    )  # fmt: skip
    insert(
        con, "exception_person",
        {"exception_id": pl.String, "person_id": pl.String, "role": pl.String, "with_child": pl.Boolean},
        [(e["exception_id"], p["person_id"], p["role"], e["exception_id"] in living) for e in told for p in e["people"]],
    )  # fmt: skip
