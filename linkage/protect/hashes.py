"""Keyed hashes: what the store keeps of a number, place or phone that must be known again and never read."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from linkage.night import Night
from linkage.spreadsheet import without_decimals

RECORD = "(contract, supplier, record_id)"
NUMBERS = ("nhs_number", "nominal_ref")
"""The columns of numbers by which a row or an entry of the protected list names somebody."""


def number_hash(expression: str) -> str:
    """SQL for the keyed hash of a number, null for none; the key lives in the encrypted store alone."""
    return f"sha256((SELECT pepper FROM store.secret) || ':' || nullif({expression}, ''))"


def digits(column: str) -> str:
    """SQL for a number without blanks and marks, and without the `.0` of a spreadsheet."""
    return f"regexp_replace(upper({without_decimals(column)}), '[^0-9A-Z/]', '', 'g')"


def record_key(contract: str) -> str:
    """SQL for what stands for a record among the tombstones."""
    return f"concat_ws('|', '{contract}', supplier, record_id)"


def place_hash(expression: str) -> str:
    """SQL for the keyed hash of a UPRN; leading zeros, blanks and the `.0` of a spreadsheet do not matter."""
    return number_hash(plain_place(expression))


def plain_place(expression: str) -> str:
    """SQL for the one form of a UPRN."""
    return f"ltrim({digits(expression)}, '0')"


def plain_hash(expression: str) -> str:
    """SQL for the keyed hash of a number; blanks, marks and the `.0` of a spreadsheet do not matter."""
    return number_hash(digits(expression))


def came(contracts: Iterable[str]) -> str:
    """SQL: the records of some contracts of which a row came through tonight."""
    return " UNION ALL ".join(
        f"SELECT '{name}' AS contract, supplier, record_id FROM accepted_{name}" for name in contracts
    )


def reopen(con: duckdb.DuckDBPyConnection, table: str, night: Night) -> None:
    """Begin a night, perhaps done again: what ended on it or later stands once more.

    What was learned on it or later is not taken back: the rows that gave it are blank by now, so nothing would give it again.
    """
    con.execute(f"UPDATE {table} SET known_to = NULL WHERE known_to >= $night", {"night": night.date})


def keep(con: duckdb.DuckDBPyConnection, night: Night, table: str, column: str, *, unmarked: str, said: str) -> None:
    """Keep the hashes of `sealed_now` (contract, supplier, record_id and the column) in a table of the store.

    A hash stands until its record says otherwise on a later night, or comes without its mark. unmarked, said: queries of the records that are
    forgotten where they bear no mark, and of those that said tonight all that they say.
    """
    held = f"(contract, supplier, record_id, {column})"
    con.execute(
        f"DELETE FROM {table} WHERE {RECORD} IN (SELECT {RECORD} FROM ({unmarked})) "
        f"AND {RECORD} NOT IN (SELECT {RECORD} FROM restricted_row)"
    )
    con.execute(
        f"UPDATE {table} SET known_to = $night WHERE known_to IS NULL AND known_from < $night "
        f"AND {RECORD} IN (SELECT {RECORD} FROM ({said})) "
        f"AND {held} NOT IN (SELECT {held} FROM sealed_now)",
        {"night": night.date},
    )
    con.execute(
        f"INSERT INTO {table} SELECT *, $night, NULL FROM sealed_now "
        f"WHERE {held} NOT IN (SELECT {held} FROM {table} WHERE known_to IS NULL) ORDER BY ALL",
        {"night": night.date},
    )
    con.execute("DROP TABLE sealed_now")
