"""Where one night is built: a lock, a working connection, a copy of the store, a staging folder; and its publication.

Nothing that the last night published is touched until `publish`. Its commit point is the renaming of the store: a
crash before it leaves the last night standing, a crash after it is finished by the next run (`finish_publication`).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import duckdb

from linkage import memory, store
from linkage.night import Night
from linkage.sources import scan


class NightImpossible(RuntimeError):
    """The night could not be done; last night's output stands. The message holds no personal value."""


class AnotherRun(NightImpossible):
    """Another run holds the store's lock."""


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
        die_when_told("ready")
        store.publish(self.building, self.store)
        die_when_told("committed")
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
        raise AnotherRun(f"another run is working on {store_file}; this one leaves") from None


@contextmanager
def workroom(night: Night, store_file: Path, fingerprint: str) -> Iterator[Workroom]:
    """Open a night on a copy of the store. What a failed night leaves behind is removed."""
    building = store.building_of(store_file)
    spill = building.with_name(building.name + ".spill")
    shutil.rmtree(night.out, ignore_errors=True)
    try:
        night.out.mkdir(parents=True)
        key = store.key_for(store_file)
        store.copy_aside(store_file)
        con = store.connect(threads=night.threads, memory=memory.share_of(night.memory), spill=spill)
        try:
            # A copy that a crash throws away needs no log of what was written: it would be written twice, and waited for.
            store.attach(con, building, key, logged=False)
            yield Workroom(night, con, store_file, building, fingerprint)
        finally:
            con.close()
    finally:
        # Also when there was no room for the copy itself: what is left of it would keep the disk full.
        shutil.rmtree(spill, ignore_errors=True)
        shutil.rmtree(night.out, ignore_errors=True)
        for leftover in (building, building.with_name(building.name + ".wal")):
            leftover.unlink(missing_ok=True)


def last_published(store_file: Path) -> Published | None:
    """The last published night of a store, or None for a new one. Raises StoreError when it cannot be opened."""
    return next(iter(published(store_file)), None)


def published(store_file: Path) -> list[Published]:
    """Every published night, the last first. Raises StoreError when the store cannot be opened."""
    if not store_file.exists():
        return []
    con = store.connect(threads=1, memory="500MB", writes=False)
    try:
        store.attach(con, store_file, store.key_for(store_file), read_only=True)
        # Asked first: where there is no such table, DuckDB takes the name for this very function.
        if not store.holds(con, "published"):
            return []
        rows = con.execute("SELECT night, fingerprint, exit_code FROM store.published ORDER BY night DESC").fetchall()
    finally:
        con.close()
    return [Published(*row) for row in rows]


def no_room(error: BaseException, memory: str) -> str | None:
    """What to tell where an error, or one that it came of, says that disk or memory is full; else None."""
    errors = list(_chain(error))
    if any(map(_says_disk_full, errors)):
        return "the disk is full; last night's output stands. Make room and run the night again"
    if any(map(_says_memory_full, errors)):
        return f"--memory {memory} is too little for these files; last night's output stands. Run the night again with more"
    return None


def _says_disk_full(error: BaseException) -> bool:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    words = str(error).lower() if isinstance(error, duckdb.Error) else ""  # DuckDB tells it in words only.
    return full or "space left" in words or "file too large" in words


def _says_memory_full(error: BaseException) -> bool:
    # A transaction that memory ends is an error of its own kind, and tells it in words only.
    full = isinstance(error, duckdb.OutOfMemoryException | MemoryError)
    return full or (isinstance(error, duckdb.Error) and "could not allocate block" in str(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that were being handled when it was raised."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def die_when_told(place: str) -> None:
    """Fault injection for the tests: die as a killed process does, right after a stage or a step of publication."""
    if os.environ.get("LINKAGE_DIE_AFTER") == place:
        os.kill(os.getpid(), 9)


def finish_publication(out: Path, last: Published | None) -> None:
    """Show a night whose store was published before a crash; remove one whose store was not, and all that a crash left half made.

    Under the store's lock alone: whatever is hidden there is then of a run that is dead. It is plain text, which no purge looks for.
    """
    for ready in sorted(out.glob(".ready-*")):
        told = (ready / ".fingerprint").read_text(encoding="ascii") if (ready / ".fingerprint").exists() else ""
        if last and ready.name == f".ready-{last.night}" and told == last.fingerprint:
            _show(ready, out / last.night.isoformat())
        else:
            shutil.rmtree(ready)
    for left in (*out.glob(".building-*"), *out.glob(".old-*")):
        shutil.rmtree(left)


def _show(ready: Path, shown: Path) -> Path:
    aside = shown.with_name(f".old-{shown.name}")
    shutil.rmtree(aside, ignore_errors=True)
    if shown.exists():
        os.replace(shown, aside)
    os.replace(ready, shown)
    shutil.rmtree(aside, ignore_errors=True)
    return shown


def fingerprint(night: Night, version: str, model: str, decided: str = "") -> str:
    """Digest of all that decides a night's output: its files, settings, software, model and people's decisions.

    Raises NightImpossible where the folder cannot be read.
    """
    folder = night.landing / night.date.isoformat()
    digest = hashlib.sha256(
        json.dumps([version, model, decided, _plain(_deciding(night.settings.values))], sort_keys=True).encode()
    )
    for file in _entries(folder):
        digest.update(file.name.encode())
        digest.update(_content(file))
    return digest.hexdigest()


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise NightImpossible(f"cannot read {folder}: {error.strerror}; last night's output stands") from None


def _content(file: Path) -> bytes:
    """What stands for the content of a file; of one that cannot be read that alone, since the stage `sources` refuses it by name."""
    try:
        return bytes.fromhex(scan.digest(file)) if file.is_file() else b""
    except OSError:
        return b"cannot be read"


def _deciding(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings but for those that say when a night runs, where its pairs are scored, and who is told."""
    return {name: value for name, value in values.items() if name not in ("schedule", "alerts", "engine", "spark")}


def _plain(value: Any) -> Any:
    return {k: _plain(v) for k, v in value.items()} if hasattr(value, "items") else value
