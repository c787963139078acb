"""The store: one encrypted DuckDB file that carries the job from night to night.

A night works on a connection whose main database is in memory (it spills, encrypted, under --memory) and holds the
working tables; what must last is in the attached database `store`. The night writes a copy of the file and publishes
it by one rename, so a crash leaves the last published night as it was.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from linkage import keys


class StoreError(RuntimeError):
    """The store cannot be opened or written; the message says what to do."""


def run_sql(con: duckdb.DuckDBPyConnection, file: Path, parameters: Mapping[str, Any] | None = None) -> int:
    """Run one .sql file (one statement that builds one table named like the file); returns its number of rows."""
    text = file.read_text(encoding="utf-8")
    names = set(re.findall(r"\$([a-z_]+)", text))
    given = {name: value for name, value in (parameters or {}).items() if name in names}
    if names - given.keys():
        raise StoreError(f"{file.name} needs the parameters {sorted(names - given.keys())}")
    con.execute(text, given) if given else con.execute(text)
    row = con.execute(f'SELECT count(*) FROM "{file.stem}"').fetchone()
    return int(row[0]) if row else 0


def run_view(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Run one .sql file that makes a view. Its rows are not counted: that alone would be the work it spares."""
    con.execute(file.read_text(encoding="utf-8"))


def added(con: duckdb.DuckDBPyConnection, insert: str) -> int:
    """Run an INSERT. Returns how many rows it added."""
    row = con.execute(insert).fetchone()
    return int(row[0]) if row else 0


def insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, Any],
    rows: Sequence[Sequence[Any]],
    select: str = "*",
) -> None:
    """Append rows to a table, all at once: one by one each costs as much as a thousand.

    columns: polars types by name. select: SQL for what is inserted of them, where a value is to be made of another.
    """
    by_column = zip(*rows, strict=True) if rows else ((),) * len(columns)
    con.register("rows_to_insert", pl.DataFrame(dict(zip(columns, by_column, strict=True)), schema=dict(columns)))
    con.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {select} FROM rows_to_insert")
    con.unregister("rows_to_insert")


def arrow(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Rows as an Arrow table: what a process hands to another, and the database reads without a copy."""
    by_column = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pa.table([pa.array(values, field.type) for values, field in zip(by_column, schema, strict=True)], schema)


def holds(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the attached store has a table: one that never had the occasion has not."""
    there = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'store' AND table_name = $table"
    return con.execute(there, {"table": table}).fetchone() is not None


def connect(
    *, threads: int = 2, memory: str = "4GB", spill: Path | None = None, writes: bool = True
) -> duckdb.DuckDBPyConnection:
    """A working connection in memory with no way to the outside: no extension is fetched, spill is encrypted.

    Without `writes` it reads a store and no more, and is spared the extension's load, a tenth of a second.
    """
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": threads,
        "memory_limit": memory,
        "preserve_insertion_order": True,
    }
    if spill is not None:
        config["temp_directory"] = str(spill)
    con = duckdb.connect(":memory:", config=config)
    if writes:
        con.execute(f"LOAD '{_httpfs()}'")
    con.execute("SET temp_file_encryption = true")
    con.execute("SET GLOBAL TimeZone = 'UTC'")  # of every connection to it that works side by side, too
    return con


def _httpfs() -> str:
    """Path of the signed extension that DuckDB needs to write encrypted files. Raises StoreError when missing."""
    spec = importlib.util.find_spec("duckdb_extension_httpfs")
    if spec is None or not spec.submodule_search_locations:
        raise StoreError("the package duckdb-extension-httpfs is missing; install from requirements.lock")
    root = Path(spec.submodule_search_locations[0])
    found = sorted(root.glob("extensions/*/httpfs.duckdb_extension"))
    if not found:
        raise StoreError("duckdb-extension-httpfs holds no extension; install from requirements.lock")
    return str(found[0])


def key_for(store: Path) -> str:
    """The store's key: from LINKAGE_STORE_KEY, else from `<store>.key`, which is made (mode 600) for a new store.

    Raises StoreError when the key is missing, too short or can be read by others.
    """
    file = store.with_name(store.name + ".key")
    try:
        key = keys.read(file, "LINKAGE_STORE_KEY")
        if key is None and not store.exists():
            key = keys.make(file)
    except keys.KeyUnusable as error:
        raise StoreError(str(error)) from None
    if key is None:
        raise StoreError(
            f"{store} is encrypted and its key {file.name} is missing; put it back or set LINKAGE_STORE_KEY"
        )
    return key


def attach(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    key: str,
    *,
    read_only: bool = False,
    logged: bool = True,
    name: str = "store",
) -> None:
    """Attach the store file as `store`. Raises StoreError on a wrong key or a damaged file.

    What is written without a log (`logged`) is safe from a crash only once it is checkpointed.
    """
    mode = ", READ_ONLY" if read_only else "" if logged else ", RECOVERY_MODE 'no_wal_writes'"
    try:
        con.execute(f"ATTACH {_text(file)} AS {name} (ENCRYPTION_KEY {_text(key)}{mode})")
    except duckdb.Error as error:
        reason = "its key does not fit" if "key" in str(error).lower() else "it is not a readable store"
        raise StoreError(f"cannot open {file}: {reason}") from None


def _text(value: Path | str) -> str:
    """A text literal: ATTACH takes no bound parameters."""
    return "'" + str(value).replace("'", "''") + "'"


def building_of(store: Path) -> Path:
    """Where the next night of a store is built."""
    return store.with_name(store.name + ".building")


def copy_aside(store: Path) -> Path:
    """A copy of the store to build the next night in; the published file stays untouched."""
    building = building_of(store)
    for stale in (building, building.with_name(building.name + ".wal")):
        stale.unlink(missing_ok=True)
    if store.exists():
        shutil.copyfile(store, building)
    return building


def publish(building: Path, store: Path) -> None:
    """Make the built copy the store, in one step that a crash cannot split."""
    descriptor = os.open(building, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(building, store)
