"""Files in: tonight's extracts into the landing tables, every value kept as it came.

Reads the folder `<landing>/<night>`; writes landed_<contract>, landed_reject and input_file. A file that cannot be
trusted is refused as a whole, in words, and costs the night nothing else.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from linkage import beside
from linkage.night import Night
from linkage.sources import csv_file, files, landing, manifest, parquet_file, scan, suppliers
from linkage.sources.files import Extract, Found
from linkage.sources.headings import Layout
from linkage.sources.refusal import Refused
from linkage.tables import CONTRACTS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Landed:
    """What became of one file."""

    sha256: str | None
    rows: int
    notes: tuple[str, ...]
    refused: bool = False


def land(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Land every extract of the night. A folder that is not there lands nothing; `flows.gates` then stops the night.

    Raises SettingsError when the settings' governance mode does not exist.
    """
    landing.prepare(con)
    folder = night.landing / night.date.isoformat()
    if not folder.is_dir():
        return
    found, unread = files.find(folder)
    for name in unread:
        log.warning("%s: left unread, its name is not that of an extract", name)
    for file, landed in _land_files(con, night, folder, found):
        _note(con, file, landed)
    for file in files.orphan_manifests(folder, found):
        _note_orphan(con, file)


def _land_files(
    con: duckdb.DuckDBPyConnection, night: Night, folder: Path, found: list[Found]
) -> list[tuple[Found, Landed]]:
    """Land the files, of one contract in their order, and give what became of each in the order found."""

    def land_them(con: duckdb.DuckDBPyConnection, mine: list[Found]) -> list[tuple[Found, Landed]]:
        return [(file, _land_file(con, night, folder, file)) for file in mine]

    by_contract: dict[str, list[Found]] = defaultdict(list)
    for file in found:
        by_contract[file.contract].append(file)
    # Of large files too: a file is read by one core, which keeps its rows in their order.
    landed = beside.each(con, [partial(land_them, mine=mine) for mine in by_contract.values()], night.threads)
    return sorted((pair for pairs in landed for pair in pairs), key=lambda pair: found.index(pair[0]))


def _land_file(con: duckdb.DuckDBPyConnection, night: Night, folder: Path, file: Found) -> Landed:
    sha256: str | None = None
    settings = night.settings
    try:
        path = files.open_checked(file, folder)
        before = _stamp(path)
        sha256 = scan.digest(path)
        suppliers.check_governance(settings, file.supplier)
        suppliers.check_not_retired(settings, file.supplier, night.date)
        extract = Extract(path, CONTRACTS[file.contract], file.supplier)
        claimed = manifest.read(files.manifest_of(file, folder), folder)
        claimed.check_digest(sha256)
        columns = _load(con, extract, suppliers.column_map(settings, file.supplier, extract.contract))
        claimed.check_rows(landing.count(con, *file.key))
        if _stamp(path) != before:
            raise Refused("it was still being written while it was read; deliver before the job starts")
        return Landed(sha256, landing.count(con, *file.key), columns.notes)
    except Refused as refusal:
        rows = landing.count(con, *file.key) if file.contract in CONTRACTS else 0
        if file.contract in CONTRACTS:
            landing.take_back(con, *file.key)
        return Landed(sha256, rows, (str(refusal),), refused=True)


def _load(con: duckdb.DuckDBPyConnection, extract: Extract, column_map: dict[str, str]) -> Layout:
    """Read one file. Raises Refused."""
    if not extract.path.stat().st_size:
        raise Refused("it is empty, without even a heading line; ask for it again")
    if extract.path.suffix == ".parquet":
        columns = parquet_file.layout(extract, column_map)
        parquet_file.load(con, extract, columns)
    else:
        columns = csv_file.layout(extract, column_map)
        csv_file.load(con, extract, scan.scan(extract.path), columns)
    return columns


def _stamp(path: Path) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_mtime_ns, stat.st_size


def _note(con: duckdb.DuckDBPyConnection, file: Found, landed: Landed) -> None:
    status = "refused" if landed.refused else "accepted"
    for note in landed.notes:
        log.log(logging.WARNING if landed.refused else logging.INFO, "%s: %s: %s", file.name, status, note)
    con.execute(
        "INSERT INTO input_file VALUES ($contract, $supplier, $path, $sha256, $rows, 0, $status, $reasons, NULL)",
        {
            "contract": file.contract,
            "supplier": file.supplier,
            "path": file.name,
            "sha256": landed.sha256,
            "rows": landed.rows,
            "status": status,
            "reasons": list(landed.notes),
        },
    )


def _note_orphan(con: duckdb.DuckDBPyConnection, file: Found) -> None:
    refused = Landed(None, 0, ("its manifest came without the file; ask for it again",), refused=True)
    _note(con, file, refused)
