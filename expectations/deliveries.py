"""Who delivered what, night by night: `store.delivery`, and the suppliers from whom nothing usable came tonight.

`store.delivery`: one row a supplier, contract and night. `store.delivery_fill`: one row a column of an accepted file,
with its filled share (0 to 1).
"""

from __future__ import annotations

import duckdb

from linkage.night import Night
from linkage.sources.suppliers import retired

SET_ASIDE = "see quality/quarantine.parquet for rows and reasons"


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the tables where they are missing and forget what was noted on this night or later."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.delivery (night DATE, contract VARCHAR, supplier VARCHAR, path VARCHAR, "
        "sha256 VARCHAR, rows_read BIGINT, rows_quarantined BIGINT, status VARCHAR)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.delivery_fill "
        "(night DATE, contract VARCHAR, supplier VARCHAR, column_name VARCHAR, filled DOUBLE)"
    )
    for table in ("delivery", "delivery_fill"):
        con.execute(f"DELETE FROM store.{table} WHERE night >= $night", {"night": night.date})


def complete(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Fill in what input_file still lacks, add who did not deliver, and note the night in store.delivery."""
    _count_quarantined(con)
    _add_stale(con, night)
    _add_missing(con, night)
    _add_last_good(con, night)
    con.execute(
        "INSERT INTO store.delivery "
        "SELECT $night, contract, supplier, path, sha256, rows_read, rows_quarantined, status "
        "FROM input_file ORDER BY contract, supplier, path",
        {"night": night.date},
    )


def _count_quarantined(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "UPDATE input_file AS f SET rows_quarantined = q.rows, reasons = CASE WHEN f.status = 'accepted' THEN "
        "list_append(f.reasons, concat(q.rows, ' rows were set aside; ', $where)) ELSE f.reasons END "
        "FROM (SELECT contract, supplier, count(*) AS rows FROM quarantine GROUP BY ALL) AS q "
        "WHERE q.contract = f.contract AND q.supplier = f.supplier",
        {"where": SET_ASIDE},
    )


def _add_stale(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Suppliers that once delivered well and of whom no file at all came tonight."""
    con.execute(
        "INSERT INTO input_file SELECT contract, supplier, arg_max(path, night), NULL, 0, 0, 'stale', "
        "['no file came tonight; the last good one stands; ask the supplier'], NULL FROM store.delivery AS d "
        "WHERE status = 'accepted' AND night < $night AND NOT EXISTS (SELECT 1 FROM input_file AS f "
        "WHERE f.contract = d.contract AND f.supplier = d.supplier) "
        "AND (contract = 'protected' OR NOT list_contains($retired, supplier)) GROUP BY contract, supplier ORDER BY ALL",
        {"night": night.date, "retired": retired(night.settings, night.date)},
    )


def _add_missing(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Contracts that a night needs and of which no supplier is known."""
    for contract in sorted(night.settings.get("sources.required_contracts")):
        con.execute(
            "INSERT INTO input_file SELECT $contract, '', '', NULL, 0, 0, 'missing', "
            "['no supplier has delivered this contract; ask for it'], NULL "
            "WHERE $contract NOT IN (SELECT contract FROM input_file)",
            {"contract": contract},
        )


def _add_last_good(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    con.execute(
        "UPDATE input_file AS f SET last_good_night = d.night FROM (SELECT contract, supplier, max(night) AS night "
        "FROM store.delivery WHERE status = 'accepted' AND night < $night GROUP BY ALL) AS d "
        "WHERE d.contract = f.contract AND d.supplier = f.supplier AND f.status <> 'accepted'",
        {"night": night.date},
    )
