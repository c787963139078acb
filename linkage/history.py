"""What every supplier has said, with the nights on which we knew it: `store.<contract>_record`.

One row is one version of one record: `known_from` is the night it was first seen so, `known_to` the night on which it
was seen to have changed or gone (null while it stands). Absence from an extract closes the knowing, not the fact; a
supplier that did not deliver leaves its rows standing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import duckdb

from linkage import beside, succession
from linkage.night import Night
from linkage.tables import CONTRACTS, Contract

KNOWN = ("known_from", "known_to")
LOOK_BACK_YEARS = 2
"""The shortest look-back of a police extract (extracts.md): a younger row that leaves has been withdrawn."""


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the history tables where they are missing and forget what was learned on this night or later."""
    for contract in CONTRACTS.values():
        columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.columns)
        con.execute(
            f"CREATE TABLE IF NOT EXISTS store.{contract.name}_record "
            f"(supplier VARCHAR, known_from DATE, known_to DATE, row_hash UBIGINT, {columns})"
        )
        rewind(con, f"store.{contract.name}_record", night)
    succession.prepare(con, night)


def rewind(con: duckdb.DuckDBPyConnection, table: str, night: Night) -> None:
    """Put a table with known_from and known_to back to how it was before the night."""
    con.execute(f"DELETE FROM {table} WHERE known_from >= $night", {"night": night.date})
    con.execute(f"UPDATE {table} SET known_to = NULL WHERE known_to >= $night", {"night": night.date})


def retire(con: duckdb.DuckDBPyConnection, night: Night, suppliers: list[str]) -> None:
    """Withdraw what retired suppliers said. A protected list is never withdrawn in this way: it takes an empty list."""
    for contract in CONTRACTS.values() if suppliers else ():
        if contract.name != "protected":
            con.execute(
                f"UPDATE store.{contract.name}_record SET known_to = $night "
                "WHERE known_to IS NULL AND list_contains($suppliers, supplier)",
                {"night": night.date, "suppliers": suppliers},
            )


def remember(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Merge tonight's accepted rows into the history and lay out the standing rows as `<contract>` views.

    Returns the number of standing rows by contract.
    """
    threads = beside.threads_for(con, night.threads)
    beside.each(con, [partial(_merge, contract=contract, night=night) for contract in CONTRACTS.values()], threads)
    succession.recognise(con, night)
    counts = [lay_out(con, contract) for contract in CONTRACTS.values()]
    for contract in CONTRACTS.values():
        # Of a large region these are hundreds of megabytes, and all that stands of them is in the history.
        con.execute(f"DROP TABLE accepted_{contract.name}")
    return dict(zip(CONTRACTS, counts, strict=True))


def _columns(contract: Contract) -> Iterator[str]:
    return (f'"{name}"' for name in contract.names)


def _key(contract: Contract) -> str:
    return "uprn" if contract.name == "gazetteer" else "record_id"


def _merge(con: duckdb.DuckDBPyConnection, contract: Contract, night: Night) -> None:
    columns, key, table = ", ".join(_columns(contract)), _key(contract), f"store.{contract.name}_record"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE arriving AS SELECT supplier, {key}, hash({columns}) AS row_hash, rowid AS place{_looked_back(contract)} "
        f"FROM accepted_{contract.name}"
    )
    # A supplier whose file was accepted tonight has told us everything it holds, even when that is nothing.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE delivered AS SELECT DISTINCT supplier FROM input_file "
        "WHERE contract = $contract AND status = 'accepted'",
        {"contract": contract.name},
    )
    con.execute(
        f"UPDATE {table} AS r SET known_to = $night WHERE r.known_to IS NULL "
        "AND r.supplier IN (SELECT supplier FROM delivered) "
        f"AND NOT EXISTS (SELECT 1 FROM arriving AS a WHERE a.supplier = r.supplier AND a.{key} = r.{key} "
        f"AND a.row_hash = r.row_hash) {_still_told(contract)} "
        # A row that was set aside tonight was not withdrawn: what the record said before stands. A row that could not be read
        # may be any of those that are missing.
        f"AND NOT ((r.{key} IN (SELECT q.record_id FROM quarantine AS q "
        "WHERE q.contract = $contract AND q.supplier = r.supplier AND q.record_id IS NOT NULL) "
        "OR r.supplier IN (SELECT u.supplier FROM quarantine AS u WHERE u.contract = $contract AND u.record_id IS NULL)) "
        f"AND NOT EXISTS (SELECT 1 FROM arriving AS a WHERE a.supplier = r.supplier AND a.{key} = r.{key}))",
        {"night": night.date, "contract": contract.name},
    )
    # Keys alone are compared: of the rows themselves, mostly those of last night, only the new ones are read.
    con.execute(
        f"INSERT INTO {table} (supplier, known_from, known_to, row_hash, {columns}) "
        f"SELECT c.supplier, $night, NULL, n.row_hash, {', '.join(f'c.{column}' for column in _columns(contract))} "
        f"FROM accepted_{contract.name} AS c INNER JOIN (SELECT a.place, a.row_hash FROM arriving AS a "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} AS r WHERE r.known_to IS NULL AND r.supplier = a.supplier "
        f"AND r.{key} = a.{key} AND r.row_hash = a.row_hash)) AS n ON c.rowid = n.place ORDER BY c.supplier, c.{key}",
        {"night": night.date},
    )
    con.execute("DROP TABLE arriving")
    con.execute("DROP TABLE delivered")


def _looked_back(contract: Contract) -> str:
    return ", occurred_on" if contract.name == "police" else ""


def _still_told(contract: Contract) -> str:
    """Police rows that leave because their look-back is over have not been withdrawn (extracts.md)."""
    if contract.name != "police":
        return ""
    return (
        f"AND NOT (r.occurred_on <= $night - INTERVAL {LOOK_BACK_YEARS} YEAR "
        "AND r.occurred_on < (SELECT min(a.occurred_on) FROM arriving AS a WHERE a.supplier = r.supplier) "
        "AND NOT EXISTS (SELECT 1 FROM arriving AS a WHERE a.supplier = r.supplier AND a.record_id = r.record_id))"
    )


def lay_out(con: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """The standing rows of one contract as the view named for it. Returns how many.

    A view, since each column of them is read once or twice a night. So what is purged of the history tonight is deleted at the night's end.
    """
    columns = ", ".join(_columns(contract))
    con.execute(
        f"CREATE OR REPLACE VIEW {contract.name} AS SELECT supplier, known_from, {columns} "
        f"FROM store.{contract.name}_record WHERE known_to IS NULL"
    )
    row = con.execute(f"SELECT count(*) FROM {contract.name}").fetchone()
    return int(row[0]) if row else 0
