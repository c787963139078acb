"""The landing tables: what came tonight, as it came.

- `landed_<contract>`: one row a readable row of a file: every contract column as VARCHAR, supplier, row_number.
- `landed_reject`: one row a row that could not be read as columns: contract, supplier, row_number, reasons.
- `landed_fragment`: one row a number found in an unreadable row of a protected list, or of a file about people where the row
  may bear a mark: contract, supplier, row_number, fragment.
- `input_file`: one row a file, or a supplier from whom none came.

These tables hold personal data; nothing in this package logs a value of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from linkage.sources.files import Extract
from linkage.sources.lines import Line
from linkage.tables import CONTRACTS

INPUT_FILE = (
    "contract VARCHAR, supplier VARCHAR, path VARCHAR, sha256 VARCHAR, rows_read BIGINT, rows_quarantined BIGINT, "
    "status VARCHAR, reasons VARCHAR[], last_good_night DATE"
)
FEWEST_DIGITS = 5  # fewer would catch house numbers and years; the keys of the example files have eight or more
REJECT = "contract VARCHAR, supplier VARCHAR, row_number BIGINT, reasons VARCHAR[]"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Empty landing tables for every contract."""
    for contract in CONTRACTS.values():
        columns = ", ".join(f'"{name}" VARCHAR' for name in contract.names)
        con.execute(f"CREATE OR REPLACE TABLE landed_{contract.name} ({columns}, supplier VARCHAR, row_number BIGINT)")
    con.execute(f"CREATE OR REPLACE TABLE landed_reject ({REJECT})")
    con.execute(
        "CREATE OR REPLACE TABLE landed_fragment (contract VARCHAR, supplier VARCHAR, row_number BIGINT, fragment VARCHAR)"
    )
    con.execute(f"CREATE OR REPLACE TABLE input_file ({INPUT_FILE})")


def take_back(con: duckdb.DuckDBPyConnection, contract: str, supplier: str) -> None:
    """Remove what was landed of one file."""
    who = {"contract": contract, "supplier": supplier}
    con.execute(f"DELETE FROM landed_{contract} WHERE supplier = $supplier", {"supplier": supplier})
    con.execute("DELETE FROM landed_reject WHERE contract = $contract AND supplier = $supplier", who)
    con.execute("DELETE FROM landed_fragment WHERE contract = $contract AND supplier = $supplier", who)


def count(con: duckdb.DuckDBPyConnection, contract: str, supplier: str) -> int:
    """How many rows of one file were read, those that could not be read as columns among them."""
    row = con.execute(
        f"SELECT (SELECT count(*) FROM landed_{contract} WHERE supplier = $supplier) + "
        "(SELECT count(*) FROM landed_reject WHERE contract = $contract AND supplier = $supplier)",
        {"contract": contract, "supplier": supplier},
    ).fetchone()
    return int(row[0]) if row else 0


def add_rows(con: duckdb.DuckDBPyConnection, extract: Extract, position: dict[str, int], rows: Sequence[Line]) -> None:
    """Append rows that were read as columns."""
    if not rows:
        return
    nothing = pa.nulls(len(rows), pa.string())
    given = list(zip(*(row.fields or () for row in rows), strict=True))
    columns = {name: _column(given[position[name]]) if name in position else nothing for name in extract.contract.names}
    batch = pa.table(
        {**columns, "supplier": pa.array([extract.supplier] * len(rows)), "row_number": [r.row for r in rows]}
    )
    con.register("landing_batch", batch)
    try:
        con.execute(f"INSERT INTO landed_{extract.contract.name} SELECT * FROM landing_batch")
    finally:
        con.unregister("landing_batch")


def _column(values: Sequence[str]) -> pa.Array:
    return pa.array([value or None for value in values], pa.string())


def add_rejects(con: duckdb.DuckDBPyConnection, extract: Extract, rejects: Sequence[tuple[int, list[str]]]) -> None:
    """Append rows that could not be read as columns: (row number, reasons in words)."""
    if not rejects:
        return
    batch = pa.table({
        "contract": pa.array([extract.contract.name] * len(rejects)),
        "supplier": pa.array([extract.supplier] * len(rejects)),
        "row_number": pa.array([r for r, _ in rejects], pa.int64()),
        "reasons": pa.array([words for _, words in rejects], pa.list_(pa.string())),
    })  # fmt: skip
    con.register("landing_batch", batch)
    try:
        con.execute("INSERT INTO landed_reject SELECT * FROM landing_batch")
    finally:
        con.unregister("landing_batch")


def add_fragments(con: duckdb.DuckDBPyConnection, extract: Extract, lost: Sequence[tuple[int, str]]) -> None:
    """Keep what could be a UPRN, an NHS number, a police key or a phone in unreadable rows that may protect somebody.

    Whom such a row protects cannot be told, but whoever bears one of its numbers may be it.
    """
    found = [(extract.contract.name, extract.supplier, row, number) for row, text in lost for number in _numbers(text)]
    if found:
        con.executemany("INSERT INTO landed_fragment VALUES (?, ?, ?, ?)", found)


def _numbers(text: str) -> list[str]:
    """Runs of letters, digits and strokes with at least five digits, dates left out; spaced digits are joined first."""
    joined = re.sub(r"(?<=\d)[ -](?=\d)", "", re.sub(r"\b\d{4}-\d{2}-\d{2}\b", " ", text))
    runs = re.findall(r"[0-9A-Za-z/]{5,30}", joined)
    return sorted({run for run in runs if sum(mark.isdigit() for mark in run) >= FEWEST_DIGITS})
