"""What people decided on the review pages, read like one more source.

The pages write an inbox of their own beside the store (`<store>.inbox`, SQLite, rows are only ever added). A night reads
the rows that were given on pages of an earlier night, keeps them in `store.verdict` and `store.answer` with the night on
which it came to know them, and lays out `verdict_pair`: what binds linkage tonight, pair by pair.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from linkage.history import rewind
from linkage.night import Night
from linkage.people.resolve import Ruling
from linkage.people.verdict import Outcome, Verdict, question_of, settled
from linkage.store import StoreError
from linkage.tables import PEOPLE_CONTRACTS

DDL = """
CREATE TABLE IF NOT EXISTS store.verdict (
    verdict_id VARCHAR, question_id VARCHAR, evidence_hash VARCHAR, night_seen DATE, given_at VARCHAR, officer VARCHAR,
    outcome VARCHAR, reason_code VARCHAR, groups VARCHAR[][], readers_needed INTEGER, sampled BOOLEAN,
    known_from DATE, known_to DATE
);
CREATE TABLE IF NOT EXISTS store.answer (
    answer_id VARCHAR, exception_id VARCHAR, content_hash VARCHAR, hub VARCHAR, code VARCHAR, explanation VARCHAR,
    not_theirs VARCHAR[], theirs VARCHAR[], night_seen DATE, given_at VARCHAR, practitioner VARCHAR, known_from DATE,
    known_to DATE
);
CREATE TABLE IF NOT EXISTS store.decision_read (decision_id VARCHAR, known_from DATE, known_to DATE)
"""
COLUMNS = {
    "verdict": "verdict_id question_id evidence_hash night_seen given_at officer outcome reason_code groups readers_needed sampled",
    "answer": "answer_id exception_id content_hash hub code explanation not_theirs theirs night_seen given_at practitioner",
}
"""Columns of the inbox that a night reads. Notes stay in the inbox: they are for people."""
LISTS = ("groups", "not_theirs", "theirs")
"""Columns that the inbox holds as JSON."""


def inbox_of(store: Path) -> Path:
    """The inbox that belongs to a store."""
    return store.with_name(store.name + ".inbox")


def digest(inbox: Path, night: date) -> str:
    """Digest of what a night would read; empty without an inbox. Part of what decides a night's output."""
    told = {table: rows for table in COLUMNS if (rows := _read(inbox, table, night))}
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest() if told else ""


def land(con: duckdb.DuckDBPyConnection, night: Night, inbox: Path) -> dict[str, int]:
    """Take what was decided before tonight into the store. Raises StoreError when the inbox cannot be read."""
    con.execute(DDL)
    rewind(con, "store.decision_read", night)
    # What was read once is not read again, also where it was let go since: by protection, or when its time was over.
    known = {r[0] for r in con.execute("SELECT decision_id FROM store.decision_read").fetchall()}
    for table, columns in COLUMNS.items():
        rewind(con, f"store.{table}", night)
        names = columns.split()
        for row in _read(inbox, table, night.date):
            if row[0] not in known:
                con.execute(
                    f"INSERT INTO store.{table} BY NAME SELECT {', '.join(f'${n} AS {n}' for n in names)}, "
                    "$known_from AS known_from",
                    {**dict(zip(names, row, strict=True)), "known_from": night.date},
                )
                con.execute(
                    "INSERT INTO store.decision_read VALUES ($id, $night, NULL)", {"id": row[0], "night": night.date}
                )
    return {table: _count(con, table) for table in COLUMNS}


def lay_out(con: duckdb.DuckDBPyConnection) -> int:
    """`verdict_pair`: one row a pair of mentions on which a verdict or a hub's answer is in force. Returns the rows.

    The last word on a pair stands. A parting that names a restricted mention is not obeyed, and a joining still is:
    either way protection reaches at least as far as the rules alone would carry it.
    """
    _forget_purged(con)
    words = [(v.given_at, ruling) for v in in_force(con) for ruling in v.rulings()]
    words += _by_answers(con)
    last = {(r.a, r.b): r.same for _, r in sorted(words, key=lambda w: (w[0], w[1]))}
    con.execute("CREATE OR REPLACE TABLE verdict_pair (mention_id_l VARCHAR, mention_id_r VARCHAR, same BOOLEAN)")
    if last:
        con.executemany("INSERT INTO verdict_pair VALUES (?, ?, ?)", [(a, b, same) for (a, b), same in last.items()])
    con.execute(
        "DELETE FROM verdict_pair WHERE NOT same AND (mention_id_l IN (SELECT mention_id FROM mention WHERE restricted) "
        "OR mention_id_r IN (SELECT mention_id FROM mention WHERE restricted))"
    )
    return _count(con, "verdict_pair", schema="main")


def in_force(con: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """The settled verdict of every question, in order of question."""
    by_question: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts(con):
        by_question[verdict.question_id].append(verdict)
    return [found for _, given in sorted(by_question.items()) if (found := settled(given))]


def verdicts(con: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Every verdict that the store holds, in the order given."""
    now, given = _renumbered(con), _given(con)
    return [_as_called(verdict, now, named_on) for verdict, named_on in zip(given, _named_on(given), strict=True)]


def _given(con: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Every verdict that the store holds, in the order and in the words in which it was given."""
    rows = con.execute(
        f"SELECT {', '.join(COLUMNS['verdict'].split())} FROM store.verdict ORDER BY given_at, verdict_id"
    ).fetchall()
    return [as_verdict(row) for row in rows]


def _named_on(given: Iterable[Verdict]) -> Iterator[date]:
    """The night on whose pages each verdict's mentions were named so: a withdrawal repeats the words of what it takes back."""
    nights: dict[tuple[object, ...], date] = {}
    for verdict in given:
        words = (verdict.question_id, verdict.evidence_hash, verdict.groups)
        if verdict.outcome is not Outcome.WITHDRAWN:
            nights[words] = verdict.night_seen
        yield nights.get(words, verdict.night_seen)


def _as_called(verdict: Verdict, now: Callable[[str, date], str | None], named_on: date) -> Verdict:
    """A verdict with its mentions, and so its question, as they are called tonight; without those that left for good."""
    called = [[now(m, named_on) for m in group] for group in verdict.groups]
    groups = tuple(group for said in called if (group := _left(said)))
    if groups == verdict.groups:
        return verdict
    if any(m is None for said in called for m in said):
        # What is left of a question is another one, on which it is not the last word: it keeps its own id.
        return replace(verdict, groups=groups)
    return replace(verdict, groups=groups, question_id=question_of(m for group in groups for m in group))


def _left(said: Iterable[str | None]) -> tuple[str, ...]:
    """The mentions of which something is left."""
    return tuple(m for m in said if m is not None)


def as_verdict(row: tuple[Any, ...]) -> Verdict:
    """One row of COLUMNS['verdict'] as a verdict."""
    verdict, entry, evidence, night_seen, given_at, officer, outcome, reason, groups, readers, sampled = row
    seen = date.fromisoformat(night_seen) if isinstance(night_seen, str) else night_seen
    parts = tuple(tuple(group) for group in groups)
    return Verdict(
        verdict, entry, evidence, seen, given_at, officer, Outcome(outcome), reason, parts, readers, bool(sampled)
    )


def keep_quiet(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """Exceptions to which a hub's last answer was `benign`: id to (hash of what it saw, the explanation it gave)."""
    con.execute(DDL)
    found = con.execute(
        "SELECT exception_id, arg_max(code, (given_at, answer_id)), arg_max(content_hash, (given_at, answer_id)), "
        "arg_max(explanation, (given_at, answer_id)) FROM store.answer GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {exception: (seen, why) for exception, code, seen, why in found if code == "benign"}


def spoken_of(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Records (contract|supplier|record_id, as they are called tonight) that a decision speaks of and the history holds."""
    con.execute(DDL)
    _forget_purged(con)
    now = _renumbered(con)
    return {_record_of(called) for _, _, m, seen in _spoken(con) if (called := now(m, seen)) is not None}


def outlive(con: duckdb.DuckDBPyConnection, records: set[str], before: date) -> None:
    """What was decided outlives records, of those it spoke of, whose last version from before a day has been deleted.

    `store.same_record` says of these that they left, so that a decision binds what it said of the others and never
    whoever is given the key. Lays out `needed_step` (night, was): the steps of `store.same_record` that a decision follows.
    """
    for record in sorted(_unknown(con, records)):
        contract, supplier, record_id = record.split("|", 2)
        con.execute(
            "INSERT INTO store.same_record VALUES ($night, $contract, $supplier, NULL, $record_id, NULL)",
            {"night": before - timedelta(days=1), "contract": contract, "supplier": supplier, "record_id": record_id},
        )
    steps = _steps(con)
    needed = {(night, was) for _, _, m, seen in _spoken(con) for night, was, _ in _trail(steps, _record_of(m), seen)}
    con.execute("CREATE OR REPLACE TEMP TABLE needed_step (night DATE, was VARCHAR)")
    if needed:
        con.executemany("INSERT INTO needed_step VALUES (?, ?)", sorted(needed))


def drop_protected(con: duckdb.DuckDBPyConnection) -> None:
    """What was decided about people under protection is let go: nothing of it is left that a page could show.

    After protection has spread over clusters: a mention without a person is a restricted one. Of a joining the bare
    mentions stay, since it carries protection from one record to the other.
    """
    out_of_sight = {
        r[0] for r in con.execute("SELECT mention_id FROM mention ANTI JOIN person USING (mention_id)").fetchall()
    }
    judged = [v for v in verdicts(con) if out_of_sight & {m for group in v.groups for m in group}]
    con.execute(
        "UPDATE store.verdict SET officer = '', reason_code = '' WHERE list_contains($ids, verdict_id)",
        {"ids": [v.verdict_id for v in judged]},
    )
    gone = [v.verdict_id for v in judged if v.outcome is not Outcome.SAME]
    con.execute("DELETE FROM store.verdict WHERE list_contains($ids, verdict_id)", {"ids": gone})
    lost = [a for a, _, others, theirs in _wrong_person(con) if out_of_sight & {*others, *theirs}]
    con.execute("DELETE FROM store.answer WHERE list_contains($ids, answer_id)", {"ids": lost})


def _by_answers(con: duckdb.DuckDBPyConnection) -> list[tuple[str, Ruling]]:
    """`wrong_person` binds linkage (exceptions.md): the records that are somebody else's are kept apart from the rest."""
    return [
        (at, Ruling.on(a, b, same=False))
        for _, at, others, theirs in _wrong_person(con)
        for a in others
        for b in theirs
    ]


def _wrong_person(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, list[str], list[str]]]:
    """Answers of `wrong_person`: id, when, the mentions that are somebody else's, and the rest."""
    found = con.execute(
        "SELECT answer_id, given_at, not_theirs, theirs, night_seen FROM store.answer WHERE code = 'wrong_person' ORDER BY ALL"
    ).fetchall()
    now = _renumbered(con)
    return [
        (a, at, *([*_left(now(m, seen) for m in said)] for said in (others, theirs)))
        for a, at, others, theirs, seen in found
    ]


def _renumbered(con: duckdb.DuckDBPyConnection) -> Callable[[str, date], str | None]:
    """A mention as it is called tonight: a supplier may have given its record another key since somebody spoke of it.

    Of a mention and the night whose pages named it: what was renumbered by that night had its new key on them. None: the
    record left for good, and retention has deleted it.
    """
    steps = _steps(con)

    def named(mention_id: str, seen: date) -> str | None:
        record, _, mention = mention_id.rpartition("|")
        for _, _, new in _trail(steps, record, seen):
            if new is None:
                return None
            record = new
        return f"{record}|{mention}"

    return named


Steps = dict[str, list[tuple[date, str | None]]]
"""By record (contract|supplier|record_id) the nights on which it got another key, and which; None: it left for good."""


def _steps(con: duckdb.DuckDBPyConnection) -> Steps:
    key = "concat_ws('|', contract, supplier, {})"
    steps: Steps = defaultdict(list)
    for night, was, new in con.execute(
        f"SELECT night, {key.format('was_record_id')}, CASE WHEN record_id IS NOT NULL THEN {key.format('record_id')} END "
        "FROM store.same_record WHERE record_id IS DISTINCT FROM was_record_id ORDER BY ALL"
    ).fetchall():
        steps[was].append((night, new))
    return steps


def _trail(steps: Steps, record: str, seen: date) -> Iterator[tuple[date, str, str | None]]:
    """The steps of a record since the night on which it was called so: night, the key until then, and the key since."""
    since, called = seen + timedelta(days=1), record
    while step := next((s for s in steps.get(called, ()) if s[0] >= since and s[1] != called), None):
        yield step[0], called, step[1]
        if step[1] is None:
            return
        since, called = step[0] + timedelta(days=1), step[1]


def _forget_purged(con: duckdb.DuckDBPyConnection) -> None:
    """A record that was purged from the history (an invalidated number) takes what was decided about it along."""
    now = _renumbered(con)
    spoken = [(table, decision, now(m, seen)) for table, decision, m, seen in _spoken(con)]
    gone = _unknown(con, {_record_of(m) for _, _, m in spoken if m is not None})
    lost = {(table, decision) for table, decision, m in spoken if m is not None and _record_of(m) in gone}
    for table in COLUMNS:
        con.execute(
            f"DELETE FROM store.{table} WHERE list_contains($ids, {table}_id)",
            {"ids": sorted(decision for of, decision in lost if of == table)},
        )


def _spoken(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, date]]:
    """Every mention that a decision speaks of: table, decision, the mention as it was called, the night that called it so."""
    given = _given(con)
    spoken = [
        ("verdict", verdict.verdict_id, m, named_on)
        for verdict, named_on in zip(given, _named_on(given), strict=True)
        for group in verdict.groups
        for m in group
    ]
    spoken += con.execute(
        "SELECT 'answer', answer_id, unnest(not_theirs || theirs), night_seen FROM store.answer ORDER BY ALL"
    ).fetchall()
    return spoken


def _record_of(mention_id: str) -> str:
    return mention_id.rpartition("|")[0]


def _unknown(con: duckdb.DuckDBPyConnection, records: set[str]) -> set[str]:
    """Those of some records (contract|supplier|record_id) of which the history holds no version."""
    if not records:
        return set()
    known = " UNION ALL ".join(
        f"SELECT concat_ws('|', '{name}', supplier, record_id) AS record FROM store.{name}_record"
        for name in PEOPLE_CONTRACTS
    )
    found = con.execute(
        f"SELECT record FROM (SELECT unnest($records) AS record) ANTI JOIN ({known}) USING (record)",
        {"records": sorted(records)},
    ).fetchall()
    return {r[0] for r in found}


def _read(inbox: Path, table: str, night: date) -> list[tuple[Any, ...]]:
    """Rows of the inbox given on pages of an earlier night, in the order given; lists are lists."""
    if not inbox.exists():
        return []
    names = COLUMNS[table].split()
    try:
        with closing(sqlite3.connect(f"file:{inbox}?mode=ro", uri=True, timeout=30)) as source:
            rows = source.execute(
                f"SELECT {', '.join(names)} FROM {table} WHERE night_seen < ? ORDER BY given_at, {table}_id",
                (night.isoformat(),),
            ).fetchall()
    except sqlite3.Error as error:
        raise StoreError(
            f"the inbox {inbox} of the review pages cannot be read ({type(error).__name__}); put its last good copy back"
        ) from None
    return [tuple(json.loads(v) if n in LISTS else v for n, v in zip(names, row, strict=True)) for row in rows]


def _count(con: duckdb.DuckDBPyConnection, table: str, schema: str = "store") -> int:
    row = con.execute(f"SELECT count(*) FROM {schema}.{table}").fetchone()
    return int(row[0]) if row else 0
