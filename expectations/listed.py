"""Whom and what the protected lists name, for the gate behind the landing: which faulty rows must go on all the same.

Of tonight's lists numbers and places are known in plain, of those that stand in the store as keyed hashes alone. Held in
memory from `prepare` to `forget`.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from expectations.rules import as_date
from linkage.night import Night
from linkage.protect.hashes import NUMBERS, digits, place_hash, plain_hash, plain_place
from linkage.tables import Contract


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`listed`: each number (place: each UPRN) of a list in force, as it is or hashed; the unreadable rows' numbers are both."""
    standing = f"({_over(as_date('to_date'))}) IS NOT TRUE OR lower(trim(reason)) = 'invalidated'"
    parts = [f"SELECT false AS place, {digits(c)} AS name FROM landed_protected WHERE {standing}" for c in NUMBERS]
    parts += [
        f"SELECT true, {plain_place('uprn')} FROM landed_protected WHERE {standing}",
        f"SELECT false, {digits('fragment')} FROM landed_fragment WHERE contract = 'protected'",
        f"SELECT true, {plain_place('fragment')} FROM landed_fragment WHERE contract = 'protected'",
    ]
    if _remembers(con):
        remembered = f"store.protected_record WHERE known_to IS NULL AND ({_over('to_date')}) IS NOT TRUE"
        parts += [f"SELECT {c == 'uprn'}, {c} FROM {remembered}" for c in (*NUMBERS, "uprn")]
    con.execute(
        f"CREATE OR REPLACE TABLE listed AS SELECT DISTINCT place, name FROM ({' UNION ALL '.join(parts)}) WHERE name <> ''",
        {"night": night.date},
    )


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing of the lists outlives the gate."""
    con.execute("DROP TABLE listed")


def columns(contract: Contract) -> list[str]:
    """The columns of a contract that may bear what a list names: numbers, police keys and UPRNs."""
    return [c for c in contract.names if c in NUMBERS or c.endswith("uprn")]


def bears(con: duckdb.DuckDBPyConnection, contract: Contract) -> str:
    """SQL: whether a row bears a number or UPRN that a list names. Dear to ask: of few rows only."""
    hashed = _remembers(con)
    asked = [_is_listed(c, place=c not in NUMBERS, hashed=hashed) for c in columns(contract)]
    return " OR ".join(asked) or "false"


def _is_listed(column: str, *, place: bool, hashed: bool) -> str:
    as_written: Callable[[str], str] = plain_place if place else digits
    forms = [as_written(column)]
    if hashed:
        forms.append(place_hash(column) if place else plain_hash(column))
    names = f"(SELECT name FROM listed WHERE place = {place})"
    return " OR ".join(f"coalesce({form} IN {names}, false)" for form in forms)


def _over(to_date: str) -> str:
    return f"{to_date} < $night"


def _remembers(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the store can hold hashes of a list: on a first night it has neither them nor their key."""
    found = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'store' AND table_name IN ('secret', 'protected_record')"
    ).fetchone()
    return found == (2,)
