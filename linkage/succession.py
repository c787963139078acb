"""Records that are the same record under another key, or that came back: what keeps ids when keys do not.

extracts.md asks that a supplier keeps its record_ids. One that does not (a new system, an export numbered afresh) would end
every id that rests on its records alone. So a record that came tonight is held to be one that went tonight when all it says is
equal but the key; and a record that comes back as it was is itself again.

- `store.same_record`: one row a record of a night that is an earlier one (`was_record_id`), known since `known_since`. Without a
  `record_id` it is one that left for good and that a decision spoke of (linkage/sources/decisions.py).
- `store.renumbering`: one row a supplier, contract and night on which so many keys changed that it is said by name.
- `changed_record`: one row a standing record that is new tonight or says something else than last night.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb

from linkage.night import Night
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS, Contract

REFERENCES = ("record_id", "booking_record_id")
"""Columns that hold keys of records: left out of what a record says."""

OWN_KEYS = {
    "gp": ("nhs_number",),
    "maternity_booking": ("nhs_number", "booked_on"),
    "maternity_birth": ("nhs_number",),
    "council_tax": ("account_ref", "surname", "forenames"),
    "police": ("occurrence_ref", "nominal_ref"),
}
"""What tells a record from all others of its register besides its key: of a supplier that renumbered, a record that also
changed on that night is known by it."""


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the tables where they are missing and forget what this night or a later one wrote."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.same_record (night DATE, contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
        "was_record_id VARCHAR, known_since DATE)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.renumbering "
        "(night DATE, contract VARCHAR, supplier VARCHAR, renumbered BIGINT, stood BIGINT)"
    )
    for table in ("same_record", "renumbering"):
        con.execute(f"DELETE FROM store.{table} WHERE night >= $night", {"night": night.date})


def recognise(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Find tonight's same records, after the history is merged."""
    changed_records(con, night)
    for name in PEOPLE_CONTRACTS:
        contract = CONTRACTS[name]
        if _any_went(con, contract):
            _find_returned(con, contract, night)
            content = f"hash({', '.join(c for c in contract.names if c not in REFERENCES)})"
            _find_moved(con, contract, night, content)
            _note_renumbering(con, contract, night)
            own = OWN_KEYS[name]
            _find_moved(con, contract, night, f"CASE WHEN {' AND '.join(f'{c} IS NOT NULL' for c in own)} "
                        f"THEN hash({', '.join(own)}) END", renumbered_only=True)  # fmt: skip


def changed_records(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`changed_record`, from the history."""
    con.execute("CREATE OR REPLACE TABLE changed_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    for name in PEOPLE_CONTRACTS:
        con.execute(
            f"INSERT INTO changed_record SELECT '{name}', supplier, record_id FROM store.{name}_record "
            "WHERE known_from = $night AND known_to IS NULL ORDER BY ALL",
            {"night": night.date},
        )


def _any_went(con: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    return bool(
        con.execute(f"SELECT 1 FROM store.{contract.name}_record WHERE known_to IS NOT NULL LIMIT 1").fetchone()
    )


def _find_returned(con: duckdb.DuckDBPyConnection, contract: Contract, night: Night) -> None:
    """A record that did not stand last night and now says, under its key, what it said when it last stood."""
    table = f"store.{contract.name}_record"
    con.execute(
        f"INSERT INTO store.same_record SELECT $night, $contract, n.supplier, n.record_id, n.record_id, n.known_from "
        f"FROM {table} AS n INNER JOIN (SELECT supplier, record_id, max(known_to) AS went, arg_max_null(row_hash, known_to) "
        f"AS row_hash FROM {table} WHERE known_to IS NOT NULL GROUP BY ALL) AS b USING (supplier, record_id) "
        "WHERE n.known_from = $night AND n.known_to IS NULL AND b.went < $night AND b.row_hash = n.row_hash ORDER BY ALL",
        {"night": night.date, "contract": contract.name},
    )


def _find_moved(
    con: duckdb.DuckDBPyConnection, contract: Contract, night: Night, says: str, *, renumbered_only: bool = False
) -> None:
    """Records that went tonight and stand again under another key. Equal ones are told apart by nothing: in order of key.

    `says` is what two records must share. With `renumbered_only`, what else they say has changed and is known since tonight.
    """
    own = " AND supplier IN (SELECT supplier FROM store.renumbering WHERE night = $night AND contract = $contract)"
    where = (own if renumbered_only else "") + (
        " AND ($contract, supplier, {key}) NOT IN "
        "(SELECT (contract, supplier, {column}) FROM store.same_record WHERE night = $night)"
    )
    side = (
        "SELECT supplier, record_id, known_from, says, row_number() OVER (PARTITION BY supplier, says ORDER BY record_id) AS place, "
        "count(*) OVER (PARTITION BY supplier, says) AS equals FROM "
        f"(SELECT supplier, record_id, known_from, {says} AS says FROM store.{contract.name}_record WHERE "
    )
    came = side + "known_from = $night AND known_to IS NULL" + where.format(key="record_id", column="record_id")
    went = side + "known_to = $night" + where.format(key="record_id", column="was_record_id")
    con.execute(
        "INSERT INTO store.same_record SELECT $night, $contract, c.supplier, c.record_id, w.record_id, "
        f"{'$night' if renumbered_only else 'coalesce(s.known_since, w.known_from)'} "
        f"FROM ({came}) WHERE says IS NOT NULL) AS c INNER JOIN ({went}) WHERE says IS NOT NULL) AS w "
        "USING (supplier, says, equals, place) LEFT JOIN store.same_record AS s ON s.night = w.known_from "
        "AND s.contract = $contract AND s.supplier = w.supplier AND s.record_id = w.record_id ORDER BY ALL",
        {"night": night.date, "contract": contract.name},
    )


def _note_renumbering(con: duckdb.DuckDBPyConnection, contract: Contract, night: Night) -> None:
    con.execute(
        "INSERT INTO store.renumbering SELECT $night, $contract, supplier, renumbered, stood FROM ("
        "SELECT supplier, count(*) AS renumbered FROM store.same_record WHERE night = $night AND contract = $contract "
        "AND record_id <> was_record_id GROUP BY supplier) INNER JOIN ("
        f"SELECT supplier, count(*) AS stood FROM store.{contract.name}_record WHERE known_from < $night "
        "AND coalesce(known_to, $night) >= $night GROUP BY supplier) USING (supplier) "
        "WHERE stood >= $least AND renumbered >= stood * $share ORDER BY ALL",
        {
            "night": night.date,
            "contract": contract.name,
            "least": night.settings.integer("gates.least_rows_compared"),
            "share": night.settings.number("gates.warn_renumbered_above"),
        },
    )


def warnings(con: duckdb.DuckDBPyConnection, night: Night) -> list[str]:
    """One line a supplier that renumbered tonight, naming supplier and contract."""
    rows = con.execute(
        "SELECT contract, supplier, renumbered, stood FROM store.renumbering WHERE night = $night ORDER BY ALL",
        {"night": night.date},
    ).fetchall()
    return [
        f"{contract} of {supplier}: renumbered: {renumbered} of {stood} records say what they said last night under new "
        "record_ids; people keep their ids; ask the supplier to keep its record_ids"
        for contract, supplier, renumbered, stood in rows
    ]


def first_keys(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    """The key that a record was first known by, for every (contract, supplier, record_id) that ever changed."""
    first: dict[tuple[str, str, str], str] = {}
    for _, changed in key_changes(con):
        first |= changed
    return first


def first_key(record: Mapping[str, Any], keys: Mapping[tuple[str, str, str], str]) -> str:
    """The record_id by which a record was first known, by `first_keys`; its own where it never had another."""
    return keys.get((record["contract"], record["supplier"], record["record_id"]), record["record_id"])


def key_changes(con: duckdb.DuckDBPyConnection) -> list[tuple[date, dict[tuple[str, str, str], str]]]:
    """By night, in order, the keys that came to stand for a record that had another, and the first key of each.

    Taken together up to a night they are `first_keys` as of that night: a key may stand for another record later.
    """
    first: dict[tuple[str, str, str], str] = {}
    steps = []
    rows = con.execute(
        "SELECT night, contract, supplier, record_id, was_record_id FROM store.same_record "
        "WHERE record_id <> was_record_id ORDER BY ALL"
    ).fetchall()
    for night in dict.fromkeys(r[0] for r in rows):
        tonight = [r[1:] for r in rows if r[0] == night]
        # Keys may have changed places on one night, so all are read before any is written.
        changed = {(c, s, new): first.get((c, s, was), was) for c, s, new, was in tonight}
        first |= changed
        steps.append((night, changed))
    return steps
