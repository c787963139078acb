"""From cleaned text to the typed rows that the night works on: one SQL expression a column.

Nothing is corrected but letter case of codes; what is no value of its column is null. Two exceptions fail to the strict
side: an unknown restriction mark restricts, and an entry of the protected list is kept whatever is wrong with it.
"""

from __future__ import annotations

from expectations.rules import MARKS, Limits, as_date, in_bounds, is_number
from linkage.tables import Column, Contract

BLANK = " \t\r\n\u00a0\u200b\ufeff"
"""Trimmed from both ends of a value: white space as exports leave it."""


def clean(contract: Contract) -> str:
    """SQL: a landed table with every value trimmed and empty text as null."""
    columns = ", ".join(f"""nullif(trim("{c}", '{BLANK}'), '') AS "{c}\"""" for c in contract.names)
    return f"SELECT supplier, row_number, {columns} FROM landed_{contract.name}"


def typed(contract: Contract, limits: Limits) -> str:
    """SQL: the select list that makes an accepted row of a cleaned one."""
    return ", ".join(f'{_value(c, contract, limits)} AS "{c.name}"' for c in contract.columns)


def _value(column: Column, contract: Contract, limits: Limits) -> str:
    if contract.name == "protected" and column.need == "R":
        return _strict(column)
    if column.type == "DATE":
        return f"CASE WHEN {in_bounds(column.name, contract, limits)} THEN {as_date(column.name)} END"
    if column.type != "VARCHAR":
        return f'CASE WHEN {is_number(column)} THEN TRY_CAST("{column.name}" AS {column.type}) END'
    if column.name in MARKS:
        return f"CASE WHEN \"{column.name}\" IS NOT NULL THEN '{column.allowed[0]}' END"
    return _code(column) if column.allowed else f'"{column.name}"'


def _code(column: Column) -> str:
    known = " ".join(f"WHEN '{value.lower()}' THEN '{value}'" for value in column.allowed)
    return f'CASE lower("{column.name}") {known} END'


def _strict(column: Column) -> str:
    """A protected entry without key or reason is still an entry."""
    if column.allowed:
        return f"coalesce({_code(column)}, 'other')"
    return f"coalesce(\"{column.name}\", 'row ' || row_number)"
