"""From cleaned text to the typed rows that the night works on: one SQL expression a column.

Nothing is corrected but letter case of codes; what is no value of its column is null. Three exceptions fail to the strict
side: a row with a restriction mark, known or not, a row with a number or UPRN that a protected list names, and an entry
of the list itself are kept whatever is wrong with them, for what is set aside no longer protects.
"""

from __future__ import annotations

from collections.abc import Collection

from expectations.rules import MARKS, Limits, as_date, in_bounds, is_number, key_of
from linkage.tables import Column, Contract

BLANK = " \t\r\n\u00a0\u200b\ufeff"
"""Trimmed from both ends of a value: white space as exports leave it."""


def clean(contract: Contract, to_trim: Collection[str]) -> str:
    """SQL: a landed table with every value trimmed and empty text as null; `to_trim` are the columns where any has to be."""
    columns = ", ".join(f'{_trimmed(c)} AS "{c}"' if c in to_trim else f'"{c}"' for c in contract.names)
    return f"SELECT supplier, row_number, {columns} FROM landed_{contract.name}"


def need_trimming(contract: Contract) -> str:
    """SQL: one boolean a column of a landed table, false where every value begins and ends with a plain character.

    The least and the greatest value, and last character, tell it of all of them.
    """
    plain = 'min("{0}") >= \'!\' AND max("{0}") < chr(127) AND min("{0}"[-1]) >= \'!\' AND max("{0}"[-1]) <= \'~\''
    columns = ", ".join(f'NOT coalesce({plain.format(c)}, true) AS "{c}"' for c in contract.names)
    return f"SELECT {columns} FROM landed_{contract.name}"


def _trimmed(column: str) -> str:
    """Nearly all values begin and end with a plain character; asking that first is four times as fast as trimming."""
    plain = f"\"{column}\" >= '!' AND \"{column}\" < chr(127) AND \"{column}\"[-1] BETWEEN '!' AND '~'"
    return f"CASE WHEN {plain} THEN \"{column}\" ELSE nullif(trim(\"{column}\", '{BLANK}'), '') END"


def typed(contract: Contract, limits: Limits) -> str:
    """SQL: the select list that makes an accepted row of a cleaned one."""
    return ", ".join(f'{_value(c, contract, limits)} AS "{c.name}"' for c in contract.columns)


def _value(column: Column, contract: Contract, limits: Limits) -> str:
    if column.name == key_of(contract):
        return f"coalesce(\"{column.name}\", 'row ' || row_number)"  # reached by rows that must be kept only
    if column.type == "DATE":
        return f"CASE WHEN {in_bounds(column.name, contract, limits)} THEN {as_date(column.name)} END"
    if column.type != "VARCHAR":
        return f'CASE WHEN {is_number(column)} THEN TRY_CAST("{column.name}" AS {column.type}) END'
    if column.name in MARKS:
        return f"CASE WHEN \"{column.name}\" IS NOT NULL THEN '{column.allowed[0]}' END"
    if contract.name == "protected" and column.allowed:
        return f"coalesce({_code(column)}, 'other')"
    return _code(column) if column.allowed else f'"{column.name}"'


def _code(column: Column) -> str:
    known = " ".join(f"WHEN '{value.lower()}' THEN '{value}'" for value in column.allowed)
    return f'CASE lower("{column.name}") {known} END'


def repaired(contract: Contract, limits: Limits) -> str:
    """SQL: the assignments that make the texts of a kept faulty row harmless: none too long, none with a NUL."""
    texts = [f'"{c.name}"' for c in contract.columns if c.type == "VARCHAR"]
    return ", ".join(
        f"{c} = CASE WHEN length({c}) <= {limits.longest} THEN replace({c}, chr(0), '') END" for c in texts
    )


def marked(contract: Contract) -> str:
    """SQL: whether a cleaned row bears a restriction mark."""
    marks = [f'"{c}" IS NOT NULL' for c in MARKS if c in contract.names]
    return " OR ".join(marks) or "false"


def from_fragments(contract: Contract) -> str:
    """SQL: accepted rows of the protected list made of the numbers in its unreadable rows; each may be any of three."""
    place = "row_number() OVER (PARTITION BY supplier, row_number ORDER BY fragment)"
    made = {"record_id": f"concat('row ', row_number, ' number ', {place})", "reason": "'other'"}
    made |= dict.fromkeys(("uprn", "nhs_number", "nominal_ref"), "fragment")
    columns = ", ".join(f'{made.get(c.name, f"NULL::{c.type}")} AS "{c.name}"' for c in contract.columns)
    return f"SELECT {columns}, supplier, row_number FROM landed_fragment WHERE contract = 'protected'"
