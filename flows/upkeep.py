"""Work on the store between nights: under its lock, on a copy, published in one step, with nothing deleted left in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.workroom import NightImpossible, finish_publication, last_published, lock
from linkage import audit, store
from linkage.deliver.outbox import Delivery, known
from linkage.outputs import seal
from linkage.protect import purge
from linkage.review.inbox import Inbox
from linkage.settings import Settings
from linkage.sources import decisions
from linkage.upkeep import retention, subject


@contextmanager
def changed(store_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a copy of the store, published when the block ends well.

    The copy is written anew table by table: DuckDB leaves deleted rows in the blocks of a file, and a new file has none.
    Raises NightImpossible when a night is running or there is no store.
    """
    os.umask(0o077)
    if not store_file.exists():
        raise NightImpossible(f"there is no store {store_file}")
    with lock(store_file):
        building = store_file.with_name(store_file.name + ".building")
        for stale in (building, building.with_name(building.name + ".wal")):
            stale.unlink(missing_ok=True)
        con = store.connect()
        try:
            key = store.key_for(store_file)
            store.attach(con, store_file, key, read_only=True, name="kept")
            con.execute("ATTACH ':memory:' AS store")
            con.execute("COPY FROM DATABASE kept TO store")
            con.execute("DETACH kept")
            yield con
            store.attach(con, building, key, name="fresh")
            con.execute("COPY FROM DATABASE store TO fresh")
            con.execute("CHECKPOINT fresh")
            con.execute("DETACH fresh")
            store.publish(building, store_file)
        finally:
            con.close()
            building.unlink(missing_ok=True)


@contextmanager
def _reading(store_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not store_file.exists():
        raise NightImpossible(f"there is no store {store_file}")
    con = store.connect()
    try:
        store.attach(con, store_file, store.key_for(store_file), read_only=True)
        yield con
    finally:
        con.close()


def retain(store_file: Path, out: Path, landing: Path | None, on: date, settings: Settings) -> list[retention.Deleted]:
    """Delete what is over by that day, in the store and in the folders, and log how much of what."""
    with changed(store_file) as con:
        finish_publication(out, last_published(store_file))
        done = retention.store_tables(con, settings, on)
    for root, setting, what in (
        (out, "output_days", seal.NIGHTS_OF_RESULTS),
        (landing, "landing_days", "nights of extracts"),
    ):
        if root is not None:
            done.append(retention.folders(root, settings.integer(f"retention.{setting}"), on, what))
    _log(store_file, "deleted", {"on": str(on), **{d.what: f"{d.count} from before {d.before}" for d in done}})
    return done


def access(store_file: Path, number: str, outbox: Path | None = None) -> dict[str, list[dict[str, Any]]]:
    """Everything held of the person with that NHS number, by table, and who was told. Logged, without the number.

    The tables of the store; of the review pages' inbox `verdict`, `answer` and `seen`; `told`, one row a hub and
    exception; with an outbox `delivery`, one row a file that went to such a hub while the exception stood.
    """
    with _reading(store_file) as con:
        whom = subject.find(con, number)
        found, told = subject.held(con, whom), subject.told(con, whom)
        named = subject.mentions(con, whom)
    file = decisions.inbox_of(store_file)
    if file.exists():
        found |= Inbox(file, store.key_for(store_file)).about(named, {row["exception_id"] for row in told})
    found["told"] = told
    found["delivery"] = _delivered(outbox, told) if outbox else []
    found = {table: rows for table, rows in found.items() if rows}
    _log(store_file, "subject_access", {"rows": str(sum(map(len, found.values())))})
    return found


def _delivered(outbox: Path, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def concerns(one: Delivery) -> bool:
        night = date.fromisoformat(one.night)
        return any(
            r["hub"] == one.recipient and r["first_night"] <= night <= (r["last_night"] or date.max) for r in told
        )

    shown = ("night", "recipient", "file", "state", "sent_at", "read_at")
    return [{name: getattr(one, name) for name in shown} for one in known(outbox) if concerns(one)]


def erase(store_file: Path, out: Path, number: str, reason: str, on: date) -> tuple[int, list[Path]]:
    """Erase one person from the store and the nights written, refuse the records from now on, and write the notices."""
    with changed(store_file) as con:
        finish_publication(out, last_published(store_file))
        whom = subject.find(con, number)
        told = subject.recipients(con, whom)
        gone = subject.erase(con, whom, on)
        purge.earlier_nights(con, out, date.max, store_file)
    words = "Delete these exceptions wherever you hold them; they rest on records that have been erased. Ring the data officer."
    return gone, _tell(store_file, out, told, words, {"what": "subject_erased", "rows": str(gone), "why": reason}, on)


def rectified(store_file: Path, out: Path, number: str, reason: str, on: date) -> list[Path]:
    """Tell every hub that received an exception about the person that a record it rests on was wrong."""
    with _reading(store_file) as con:
        told = subject.recipients(con, subject.find(con, number))
    words = "A record that these exceptions rest on was wrong and has been put right. Do not rely on what you received; the "
    words += "next report says what the records say now."
    return _tell(store_file, out, told, words, {"what": "subject_rectified", "why": reason}, on)


def _tell(
    store_file: Path, out: Path, told: dict[str, list[str]], words: str, event: dict[str, str], on: date
) -> list[Path]:
    written = list(subject.notices(out, told, words, on))
    _log(store_file, event["what"], {**event, "notices": str(len(written))})
    return written


def _log(store_file: Path, what: str, event: dict[str, str]) -> None:
    audit.append(audit.log_of(store_file), {"what": what, **event})
