"""Marks that later nights knew, for the nights before them that are done again.

A night older than the last published one puts the store back to how it was before such marks came. What is known to be
protected must not be published once more, so these marks are noted before they are taken back, in the store, as keyed hashes:
`foreseen`, one row a mark: its kind (`number`, `place` or `record`, which the gate reads, or `mention`, which counts for the whole
cluster), the hash, whose mark it is, and `until`, the last night that was published. From that night on a mark falls when its
supplier delivers: the files alone say then what is marked.
"""

from __future__ import annotations

from datetime import date

import duckdb

from linkage.night import Night
from linkage.protect import gate
from linkage.protect.hashes import NUMBERS, number_hash, plain_hash, record_key
from linkage.store import holds
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS, Contract

LATER = "(known_to IS NULL OR known_to > $next)"
"""SQL: a version stood on the next published night or a later one."""


def note(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Before anything of the store is put back: note the marks of later nights."""
    if not holds(con, "published") or not holds(con, "secret"):
        return
    gate.prepare_foreseen(con)
    following, last = con.execute(
        "SELECT min(night), max(night) FROM store.published WHERE night > $night", {"night": night.date}
    ).fetchone() or (None, None)
    if last:
        _note_list(con, following, last)
        for contract in (CONTRACTS[name] for name in PEOPLE_CONTRACTS):
            _note_rows(con, contract, following, last)
        _note_clusters(con, last)


def restrict(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `restricted_person` whoever tonight is said to be a person that a later night withheld."""
    if con.execute("SELECT 1 FROM store.foreseen WHERE kind = 'mention' LIMIT 1").fetchone():
        con.execute(
            "INSERT INTO restricted_person SELECT DISTINCT person_id FROM person "
            f"WHERE {number_hash('mention_id')} IN (SELECT hash FROM store.foreseen WHERE kind = 'mention') "
            "AND person_id NOT IN (SELECT r.person_id FROM restricted_person AS r)"
        )


def _note_list(con: duckdb.DuckDBPyConnection, following: date, last: date) -> None:
    """What the protected lists of later nights held in force; of these the store holds hashes alone."""
    entry = (
        f", 'protected' AS contract, supplier FROM store.protected_record WHERE {LATER} AND coalesce(from_date, $last) <= $last "
        "AND coalesce(to_date, $next) >= $next"
    )
    found = f"SELECT 'place' AS kind, uprn AS hash{entry} UNION ALL SELECT 'number', unnest([nhs_number, nominal_ref]){entry}"
    _add(con, found, {"next": following, "last": last})


def _note_rows(con: duckdb.DuckDBPyConnection, contract: Contract, following: date, last: date) -> None:
    """The rows with a mark of their own, by their keys and by the numbers that they bear."""
    marks = " OR ".join(mark for column, mark in gate.MARKS.items() if column in contract.names)
    if not marks:
        return
    marked = f", '{contract.name}' AS contract, supplier FROM store.{contract.name}_record WHERE ({marks}) AND {LATER}"
    found = [f"SELECT 'record' AS kind, {number_hash(record_key(contract.name))} AS hash{marked}"]
    found += [f"SELECT 'number', {plain_hash(column)}{marked}" for column in NUMBERS if column in contract.names]
    _add(con, " UNION ALL ".join(found), {"next": following, "last": last})


def _note_clusters(con: duckdb.DuckDBPyConnection, last: date) -> None:
    """Whatever was linked to a person that the last published night withheld."""
    if holds(con, "withheld"):
        _add(
            con,
            f"SELECT 'mention' AS kind, {number_hash('mention_id')} AS hash, NULL AS contract, NULL AS supplier FROM (SELECT DISTINCT mention_id "
            "FROM store.person_member WHERE person_id IN (SELECT id FROM store.withheld))",
            {"last": last},
        )


def _add(con: duckdb.DuckDBPyConnection, found: str, given: dict[str, date]) -> None:
    con.execute(
        f"INSERT INTO store.foreseen SELECT DISTINCT kind, hash, contract, supplier, $last FROM ({found}) WHERE hash IS NOT NULL ORDER BY ALL",
        given,
    )
