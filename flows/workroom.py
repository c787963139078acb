"""Where one night is built: a lock, a working connection, a copy of the store, a staging folder; and its publication.

Nothing that the last night published is touched until `publish`. Its commit point is the renaming of the store: a
crash before it leaves the last night standing, a crash after it is finished by the next run (`finish_publication`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import duckdb

from linkage import store
from linkage.night import Night


class NightImpossible(RuntimeError):
    """The night could not be done; last night's output stands. The message holds no personal value."""


@dataclass(frozen=True)
class Published:
    """The last published night of a store."""

    night: date
    fingerprint: str
    exit_code: int


@dataclass
class Workroom:
    """An open night."""

    night: Night
    con: duckdb.DuckDBPyConnection
    store: Path
    building: Path
    fingerprint: str

    def publish(self, out: Path, exit_code: int) -> Path:
        """Make the night the published one. Returns its folder."""
        self.con.execute(
            "CREATE TABLE IF NOT EXISTS store.published (night DATE, fingerprint VARCHAR, exit_code INTEGER)"
        )
        self.con.execute("DELETE FROM store.published WHERE night >= $night", {"night": self.night.date})
        self.con.execute(
            "INSERT INTO store.published VALUES ($night, $fingerprint, $exit_code)",
            {"night": self.night.date, "fingerprint": self.fingerprint, "exit_code": exit_code},
        )
        self.con.execute("CHECKPOINT store")
        self.con.execute("DETACH store")
        ready = out / f".ready-{self.night.date}"
        shutil.rmtree(ready, ignore_errors=True)
        (self.night.out / ".fingerprint").write_text(self.fingerprint, encoding="ascii")
        os.replace(self.night.out, ready)
        store.publish(self.building, self.store)
        return _show(ready, out / self.night.date.isoformat())


@contextmanager
def lock(store_file: Path) -> Iterator[None]:
    """Hold the store's lock. Raises NightImpossible when another run holds it."""
    store_file.parent.mkdir(parents=True, exist_ok=True)
    with open(store_file.with_name(store_file.name + ".lock"), "w", encoding="ascii") as handle:
        _take(handle, store_file)
        yield


def _take(handle: IO[str], store_file: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise NightImpossible(f"another run is working on {store_file}; this one leaves") from None


@contextmanager
def workroom(night: Night, store_file: Path, fingerprint: str) -> Iterator[Workroom]:
    """Open a night on a copy of the store. What a failed night leaves behind is removed."""
    shutil.rmtree(night.out, ignore_errors=True)
    night.out.mkdir(parents=True)
    key = store.key_for(store_file)
    building = store.copy_aside(store_file)
    spill = building.with_name(building.name + ".spill")
    con = store.connect(threads=night.threads, memory=night.memory, spill=spill)
    try:
        store.attach(con, building, key)
        yield Workroom(night, con, store_file, building, fingerprint)
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)
        shutil.rmtree(night.out, ignore_errors=True)
        for leftover in (building, building.with_name(building.name + ".wal")):
            leftover.unlink(missing_ok=True)


def last_published(store_file: Path) -> Published | None:
    """The last published night of a store, or None for a new one. Raises StoreError when it cannot be opened."""
    if not store_file.exists():
        return None
    con = store.connect(threads=1, memory="500MB")
    try:
        store.attach(con, store_file, store.key_for(store_file), read_only=True)
        row = con.execute("SELECT night, fingerprint, exit_code FROM store.published ORDER BY night DESC").fetchone()
    except duckdb.CatalogException:
        return None
    finally:
        con.close()
    return Published(*row) if row else None


def finish_publication(out: Path, last: Published | None) -> None:
    """Show a night whose store was published before a crash; remove one whose store was not."""
    for ready in sorted(out.glob(".ready-*")):
        told = (ready / ".fingerprint").read_text(encoding="ascii") if (ready / ".fingerprint").exists() else ""
        if last and ready.name == f".ready-{last.night}" and told == last.fingerprint:
            _show(ready, out / last.night.isoformat())
        else:
            shutil.rmtree(ready)


def _show(ready: Path, shown: Path) -> Path:
    aside = shown.with_name(f".old-{shown.name}")
    shutil.rmtree(aside, ignore_errors=True)
    if shown.exists():
        os.replace(shown, aside)
    os.replace(ready, shown)
    shutil.rmtree(aside, ignore_errors=True)
    return shown


def fingerprint(night: Night, version: str, model: str, decided: str = "") -> str:
    """Digest of all that decides a night's output: its files, settings, software, model and people's decisions."""
    folder = night.landing / night.date.isoformat()
    digest = hashlib.sha256(
        json.dumps([version, model, decided, _plain(night.settings.values)], sort_keys=True).encode()
    )
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        digest.update(file.name.encode())
        if file.is_file():
            with open(file, "rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    return {k: _plain(v) for k, v in value.items()} if hasattr(value, "items") else value
