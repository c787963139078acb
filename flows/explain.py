"""An exception told again, as a night told it: from the store's history, the model and the rules, in memory.

Nothing is read of what the night wrote until the end, when the rebuilt line is laid beside it. The store is opened for
reading and copied into memory, put back to the end of that night, and the stages from `protect` to `ledger` run on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from expectations import quarantine
from flows import stages as do
from flows.nightly import Job
from flows.workroom import Workroom
from linkage import history, store, succession
from linkage.ledger.ledger import Entry
from linkage.night import Night
from linkage.people.model import in_force
from linkage.people.score import model_hash
from linkage.settings import Settings
from linkage.sources import landing
from linkage.tables import CONTRACTS
from linkage.version import SOFTWARE

STAGES = (
    do.protect, do.standardise, do.places, do.score, do.people, do.claims, do.protect_clusters, do.households, do.detect,
    do.ledger,
)  # fmt: skip


class Unexplained(RuntimeError):
    """The exception cannot be told again; the message says why."""


@dataclass(frozen=True)
class Explained:
    """One line of exceptions.jsonl as rebuilt, the line that stands there (None: that night's files are gone), by what."""

    line: str
    stands: str | None
    software: str
    model: str
    model_then: str | None

    @property
    def same(self) -> bool:
        return self.line == self.stands


def explain(store_file: Path, out: Path, night: date, exception_id: str, settings: Settings) -> Explained:
    """Rebuild one exception as of a night. Raises Unexplained when the store does not hold it, StoreError."""
    lines, model = rebuild(store_file, night, settings)
    if exception_id not in lines:
        raise Unexplained(
            f"the store holds no {exception_id} as of {night}: it was not raised by then, had been resolved, or was purged"
        )
    run = out / night.isoformat() / "run.json"
    then = json.loads(run.read_text(encoding="utf-8"))["model"]["hash"] if run.exists() else None
    return Explained(lines[exception_id], _standing(out, night, exception_id), SOFTWARE, model, then)


def rebuild(store_file: Path, night: date, settings: Settings) -> tuple[dict[str, str], str]:
    """Every line of the night's exceptions.jsonl by exception_id, and the hash of the model."""
    con = store.connect(spill=store_file.with_name(store_file.name + ".explain.spill"))
    try:
        open_copy(con, store_file)
        _put_back(con, night)
        entries = _again(con, store_file, Night(night, store_file.parent, store_file.parent, settings))
        model = model_hash(con, in_force(settings))
    finally:
        con.close()
    return {e.exception["exception_id"]: json.dumps(e.exception, ensure_ascii=False) for e in entries}, model


def open_copy(con: duckdb.DuckDBPyConnection, store_file: Path) -> None:
    """The store, copied into memory as `store`."""
    if not store_file.exists():
        raise Unexplained(f"there is no store {store_file}")
    store.attach(con, store_file, store.key_for(store_file), read_only=True, name="kept")
    con.execute("ATTACH ':memory:' AS store")
    con.execute("COPY FROM DATABASE kept TO store")
    con.execute("DETACH kept")


def _put_back(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Forget what the store came to know after the night."""
    after = {"night": night + timedelta(days=1)}
    if not con.execute("SELECT 1 FROM store.published WHERE night = $night", {"night": night}).fetchone():
        raise Unexplained(f"night {night} is none that the store has published")
    columns = con.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'store' GROUP BY 1"
    ).fetchall()
    for table, names in columns:
        if "known_from" in names:
            con.execute(f'DELETE FROM store."{table}" WHERE known_from >= $night', after)
            con.execute(f'UPDATE store."{table}" SET known_to = NULL WHERE known_to >= $night', after)
        elif "night" in names:
            con.execute(f'DELETE FROM store."{table}" WHERE night >= $night', after)
    for table in ("region", "term_frequency"):
        # What was learned that very night is used as it was, not learned again from what has since been purged.
        con.execute(f"UPDATE store.{table} SET known_from = known_from - 1 WHERE known_from = $night", {"night": night})


def _again(con: duckdb.DuckDBPyConnection, store_file: Path, night: Night) -> list[Entry]:
    """Run the stages on what stood that night, as if no supplier had delivered anything more."""
    job = as_it_stood(con, store_file, night)
    for stage in STAGES:
        stage(job)
    return list(job.handed["entries"])


def as_it_stood(con: duckdb.DuckDBPyConnection, store_file: Path, night: Night) -> Job:
    """A job on what a copied store says stood on a night, ready for the stage `protect`."""
    landing.prepare(con)
    quarantine.prepare(con)
    for contract in CONTRACTS.values():
        columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.columns)
        con.execute(f"CREATE TABLE accepted_{contract.name} (supplier VARCHAR, row_number BIGINT, {columns})")
        history.lay_out(con, contract)
    succession.changed_records(con, night)
    return Job(Workroom(night, con, store_file, store_file, ""))


def _standing(out: Path, night: date, exception_id: str) -> str | None:
    file = out / night.isoformat() / "exceptions.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        if json.loads(line)["exception_id"] == exception_id:
            return line
    return None
