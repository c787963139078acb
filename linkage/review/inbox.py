"""The inbox: the one file that the review pages write (`<store>.inbox`, SQLite), beside the store they only read.

Verdicts and answers are rows that are only ever added; the database itself refuses to change one. Notes are encrypted
with a key derived from the store's. The night reads verdicts and answers (linkage/sources/decisions.py) and nothing else
of this file. Invariant: at no moment is one question taken by two officers.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from linkage.people.verdict import Verdict
from linkage.sources.decisions import COLUMNS, LISTS, as_verdict

DDL = """
CREATE TABLE IF NOT EXISTS verdict (
    verdict_id TEXT PRIMARY KEY, question_id TEXT NOT NULL, evidence_hash TEXT NOT NULL, night_seen TEXT NOT NULL,
    given_at TEXT NOT NULL, officer TEXT NOT NULL, outcome TEXT NOT NULL, reason_code TEXT NOT NULL,
    groups TEXT NOT NULL, readers_needed INTEGER NOT NULL, sampled INTEGER NOT NULL, chance REAL, note BLOB
);
CREATE INDEX IF NOT EXISTS verdict_of ON verdict (question_id);
CREATE INDEX IF NOT EXISTS verdict_by ON verdict (officer);
CREATE TABLE IF NOT EXISTS answer (
    answer_id TEXT PRIMARY KEY, exception_id TEXT NOT NULL, content_hash TEXT NOT NULL, hub TEXT NOT NULL, code TEXT NOT NULL,
    explanation TEXT NOT NULL, not_theirs TEXT NOT NULL, theirs TEXT NOT NULL, night_seen TEXT NOT NULL, given_at TEXT NOT NULL,
    practitioner TEXT NOT NULL, note BLOB
);
CREATE INDEX IF NOT EXISTS answer_to ON answer (exception_id);
CREATE TABLE IF NOT EXISTS seen (
    exception_id TEXT NOT NULL, hub TEXT NOT NULL, practitioner TEXT NOT NULL, night_seen TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS taken (question_id TEXT PRIMARY KEY, officer TEXT NOT NULL, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS recused (question_id TEXT NOT NULL, officer TEXT NOT NULL, PRIMARY KEY (question_id, officer));
CREATE TABLE IF NOT EXISTS forgotten (decision_id TEXT PRIMARY KEY);
CREATE TRIGGER IF NOT EXISTS verdict_stands BEFORE UPDATE ON verdict BEGIN SELECT RAISE(ABORT, 'a verdict is never changed'); END;
CREATE TRIGGER IF NOT EXISTS answer_stands BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END;
CREATE TRIGGER IF NOT EXISTS verdict_kept BEFORE DELETE ON verdict WHEN OLD.verdict_id NOT IN (SELECT decision_id FROM forgotten)
    BEGIN SELECT RAISE(ABORT, 'a verdict is never removed'); END;
CREATE TRIGGER IF NOT EXISTS answer_kept BEFORE DELETE ON answer WHEN OLD.answer_id NOT IN (SELECT decision_id FROM forgotten)
    BEGIN SELECT RAISE(ABORT, 'an answer is never removed'); END;
"""


def now() -> str:
    """The present moment as the inbox writes it: UTC, ISO 8601, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Inbox:
    """The inbox of one store. Safe for several threads and processes: every call has a connection of its own."""

    def __init__(self, file: Path, store_key: str) -> None:
        self.file = file
        secret = hashlib.sha256(b"notes of the inbox|" + store_key.encode()).digest()
        self._notes = Fernet(base64.urlsafe_b64encode(secret))
        if not file.exists():
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
        with self.open() as db:
            db.executescript(DDL)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that holds the file's write lock; committed when all went well."""
        db = sqlite3.connect(self.file, timeout=30, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            yield db
            if db.in_transaction:
                db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        finally:
            db.close()

    def read(self, query: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, without the write lock."""
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)
        try:
            return db.execute(query, given).fetchall()
        finally:
            db.close()

    # Verdicts

    def give_verdict(self, verdict: Verdict, note: str, chance: float | None) -> None:
        """Add a verdict and let go of the question. chance: the model's score, which the officer had not seen."""
        with self.open() as db:
            _add(db, "verdict", {**_plain(verdict), "chance": chance, "note": self._closed(note)})
            db.execute(
                "DELETE FROM taken WHERE question_id = ? AND officer = ?", (verdict.question_id, verdict.officer)
            )

    def verdicts(self, *, questions: Iterable[str] | None = None, officer: str = "") -> list[Verdict]:
        """Verdicts in the order given: all, those on some questions, or one officer's."""
        where, given = "WHERE officer = ?" if officer else "", [officer] if officer else []
        if questions is not None:
            where, given = "WHERE question_id IN (SELECT value FROM json_each(?))", [json.dumps(sorted(questions))]
        rows = self.read(f"SELECT {_names('verdict')} FROM verdict {where} ORDER BY given_at, verdict_id", given)
        return [as_verdict(_from_json("verdict", row)) for row in rows]

    def note_of(self, verdict_id: str) -> str:
        """The note of a verdict, in clear."""
        return self._open(self.read("SELECT note FROM verdict WHERE verdict_id = ?", [verdict_id])[0][0])

    # Taking questions

    def take(self, question_ids: Sequence[str], officer: str, minutes: int) -> str | None:
        """Take the first question of the list that nobody else has; what the officer has already comes first. None: all taken."""
        moment = datetime.now(UTC)
        with self.open() as db:
            db.execute("DELETE FROM taken WHERE until < ?", (moment.isoformat(),))
            held = dict(db.execute("SELECT question_id, officer FROM taken").fetchall())
            mine = [q for q in question_ids if held.get(q) == officer]
            free = [q for q in question_ids if q not in held]
            for question in (*mine, *free):
                until = (moment + timedelta(minutes=minutes)).isoformat()
                db.execute("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", (question, officer, until))
                return question
        return None

    def taken(self) -> dict[str, str]:
        """Who has which question now."""
        rows = self.read("SELECT question_id, officer FROM taken WHERE until >= ?", [datetime.now(UTC).isoformat()])
        return dict(rows)

    def hand_back(self, question_id: str, officer: str, *, for_good: bool) -> None:
        """Let go of a question; for good where the officer must not see it again."""
        with self.open() as db:
            db.execute("DELETE FROM taken WHERE question_id = ? AND officer = ?", (question_id, officer))
            if for_good:
                db.execute("INSERT OR IGNORE INTO recused VALUES (?, ?)", (question_id, officer))

    def recused(self, officer: str) -> set[str]:
        """Questions that an officer must not see."""
        return {r[0] for r in self.read("SELECT question_id FROM recused WHERE officer = ?", [officer])}

    # Answers

    def answer(self, told: dict[str, Any], note: str) -> str:
        """Add a hub's answer; returns its id."""
        answer_id = "A" + secrets.token_hex(8)
        with self.open() as db:
            _add(db, "answer", {**told, "answer_id": answer_id, "given_at": now(), "note": self._closed(note)})
        return answer_id

    def note_seen(self, exception_id: str, hub: str, practitioner: str, night_seen: str) -> None:
        """Note that a practitioner opened the page of an exception."""
        with self.open() as db:
            db.execute("INSERT INTO seen VALUES (?, ?, ?, ?, ?)", (exception_id, hub, practitioner, night_seen, now()))

    def history(self, hub: str, exception_id: str | None = None) -> list[dict[str, Any]]:
        """What a hub saw and said, the last first: {at, exception_id, practitioner, code, explanation, note}; code '' is a look."""
        only, given = (" AND exception_id = ?", [hub, exception_id]) if exception_id else ("", [hub])
        said = self.read(
            f"SELECT given_at, exception_id, practitioner, code, explanation, note FROM answer WHERE hub = ?{only}",
            given,
        )
        looked = self.read(
            f"SELECT min(at), exception_id, practitioner, '', '', NULL FROM seen WHERE hub = ?{only} "
            "GROUP BY exception_id, practitioner, night_seen",
            given,
        )
        names = ("at", "exception_id", "practitioner", "code", "explanation", "note")
        rows = [dict(zip(names, (*r[:5], self._open(r[5])), strict=True)) for r in (*said, *looked)]
        return sorted(rows, key=lambda r: str(r["at"]), reverse=True)

    def last_answers(self, hub: str) -> dict[str, tuple[str, str]]:
        """Exception to the code of the hub's last answer and the hash of the evidence it was given on."""
        rows = self.read("SELECT exception_id, code, content_hash FROM answer WHERE hub = ? ORDER BY given_at", [hub])
        return {exception: (code, seen) for exception, code, seen in rows}

    # What is held of one person

    def about(self, mentions: Iterable[str], exceptions: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Verdicts and answers that name any of the mentions, answers to and looks at the exceptions; notes in clear."""
        named, told = set(mentions), set(exceptions)
        verdicts = self._all("verdict", lambda r: named & {m for group in json.loads(r["groups"]) for m in group})
        answers = self._all(
            "answer",
            lambda r: r["exception_id"] in told or named & {*json.loads(r["not_theirs"]), *json.loads(r["theirs"])},
        )
        return {"verdict": verdicts, "answer": answers, "seen": self._all("seen", lambda r: r["exception_id"] in told)}

    def _all(self, table: str, wanted: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
        columns = [row[1] for row in self.read(f"PRAGMA table_info({table})")]
        rows = (dict(zip(columns, row, strict=True)) for row in self.read(f"SELECT * FROM {table} ORDER BY 1"))
        return [r | ({"note": self._open(r["note"])} if "note" in r else {}) for r in rows if wanted(r)]

    # What the night let go

    def forget(self, ids: Sequence[str]) -> None:
        """Remove verdicts and answers that the night read and let go (protected or purged)."""
        lost = [(decision,) for decision in ids]
        with self.open() as db:
            db.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", lost)
            for table in COLUMNS:
                db.executemany(f"DELETE FROM {table} WHERE {table}_id = ?", lost)

    def _closed(self, note: str) -> bytes | None:
        return self._notes.encrypt(note.encode()) if note else None

    def _open(self, closed: bytes | None) -> str:
        return self._notes.decrypt(closed).decode() if closed else ""


def _names(table: str) -> str:
    return ", ".join(COLUMNS[table].split())


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {name: getattr(verdict, name) for name in COLUMNS["verdict"].split()}


def _from_json(table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(json.loads(v) if n in LISTS else v for n, v in zip(COLUMNS[table].split(), row, strict=True))


def _add(db: sqlite3.Connection, table: str, told: dict[str, Any]) -> None:
    values = [json.dumps(v) if n in LISTS else v.isoformat() if hasattr(v, "isoformat") else v for n, v in told.items()]
    db.execute(f"INSERT INTO {table} ({', '.join(told)}) VALUES ({', '.join('?' * len(told))})", values)
