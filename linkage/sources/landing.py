"""The landing tables: what came tonight, as it came.

- `landed_<contract>`: one row a readable row of a file: every contract column as VARCHAR, supplier, row_number.
- `landed_reject`: one row a row that could not be read as columns: contract, supplier, row_number, reasons.
- `input_file`: one row a file, or a supplier from whom none came.

These tables hold personal data; nothing in this package logs a value of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from linkage.sources.lines import Line
from linkage.tables import CONTRACTS, Contract

MEASURED_AGAINST = "contract VARCHAR, supplier VARCHAR"
INPUT_FILE = (
    f"{MEASURED_AGAINST}, path VARCHAR, sha256 VARCHAR, rows_read BIGINT, rows_quarantined BIGINT, "
    "status VARCHAR, reasons VARCHAR[], last_good_night DATE"
)
REJECT = f"{MEASURED_AGAINST}, row_number BIGINT, reasons VARCHAR[]"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Empty landing tables for every contract."""
    for contract in CONTRACTS.values():
        columns = ", ".join(f'"{name}" VARCHAR' for name in contract.names)
        con.execute(
            f"CREATE OR REPLACE TABLE landed_{contract.name} ({columns}, supplier VARCHAR, row_number BIGINT)"
        )
    con.execute(f"CREATE OR REPLACE TABLE landed_reject ({REJECT})")
    con.execute(f"CREATE OR REPLACE TABLE input_file ({INPUT_FILE})")


def take_back(con: duckdb.DuckDBPyConnection, contract: str, supplier: str) -> None:
    """Remove what was landed of one file."""
    who = {"contract": contract, "supplier": supplier}
    con.execute(f"DELETE FROM landed_{contract} WHERE supplier = $supplier", {"supplier": supplier})
    con.execute("DELETE FROM landed_reject WHERE contract = $contract AND supplier = $supplier", who)


def count(con: duckdb.DuckDBPyConnection, contract: str, supplier: str) -> int:
    """How many rows of one file were read, those that could not be read as columns among them."""
    row = con.execute(
        f"SELECT (SELECT count(*) FROM landed_{contract} WHERE supplier = $supplier) + "
        "(SELECT count(*) FROM landed_reject WHERE contract = $contract AND supplier = $supplier)",
        {"contract": contract, "supplier": supplier},
    ).fetchone()
    return int(row[0]) if row else 0


def add_rows(
    con: duckdb.DuckDBPyConnection, contract: Contract, supplier: str, position: dict[str, int], rows: Sequence[Line]
) -> None:
    """Append rows that were read as columns."""
    nothing = pa.nulls(len(rows), pa.string())
    columns = {
        name: pa.array([r.fields[position[name]] for r in rows if r.fields], pa.string()) if name in position else nothing
        for name in contract.names
    }
    batch = pa.table({**columns, "supplier": pa.array([supplier] * len(rows)), "row_number": [r.row for r in rows]})
    con.register("landing_batch", batch)
    try:
        con.execute(f"INSERT INTO landed_{contract.name} SELECT * FROM landing_batch")
    finally:
        con.unregister("landing_batch")


def add_rejects(
    con: duckdb.DuckDBPyConnection, contract: str, supplier: str, rejects: Sequence[tuple[int, list[str]]]
) -> None:
    """Append rows that could not be read as columns: (row number, reasons in words)."""
    if not rejects:
        return
    batch = pa.table({
        "contract": pa.array([contract] * len(rejects)),
        "supplier": pa.array([supplier] * len(rejects)),
        "row_number": pa.array([r for r, _ in rejects], pa.int64()),
        "reasons": pa.array([words for _, words in rejects], pa.list_(pa.string())),
    })  # fmt: skip
    con.register("landing_batch", batch)
    try:
        con.execute("INSERT INTO landed_reject SELECT * FROM landing_batch")
    finally:
        con.unregister("landing_batch")
