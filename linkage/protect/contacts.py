"""Phones and e-mails of restricted rows: where else they stand they give the person away.

In memory, for the length of the gate: `contact_text`, one row a phone or e-mail as it is written in any row, with its one
shape; `own_contact`, one row a phone or e-mail that a row gives as its principal's own, with what the row says of the
principal's birth date and surname; `marked_contact`, those of marked rows, with their keyed hashes; `sealed_contact`, these and
what the store remembers of such rows; and `sealed_text`, the ways in which they are written.
In the store, as keyed hashes: `sealed_contact`, for the nights on which the supplier of a restricted row is silent.
"""

from __future__ import annotations

import duckdb

from linkage.night import Night
from linkage.protect.hashes import RECORD, came, keep, number_hash, reopen
from linkage.store import added
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS

OWN = {
    "gp": ("mobile", "email"),
    "maternity_booking": ("mobile", "email"),
    "council_tax": ("phone", "email"),
    "police": ("phone",),
}
"""Columns that hold the principal's own phone or e-mail."""
OF_OTHERS = ("next_of_kin_phone", "partner_phone", "emergency_contact_phone")
SURNAME = {"council_tax": "surname"}
EVERYWHERE = ("accepted_{}", "store.{}_record")
"""Tonight's rows and the remembered ones."""
_SHAPE = (
    "CASE WHEN text LIKE '%@%' THEN lower(trim(text)) "
    "ELSE nullif(right(regexp_replace(text, '[^0-9]', '', 'g'), 10), '') END"
)
"""SQL: an e-mail in small letters, a phone as its last ten digits (07700… and +447700… are one)."""


_TOLD = "length(contact) >= 7 AND ltrim(contact, contact[1]) <> ''"
"""SQL: 0000000 and the like are what a clerk types for none."""


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the store's table where it is missing and begin the night."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.sealed_contact (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
        "contact_hash VARCHAR, known_from DATE, known_to DATE)"
    )
    reopen(con, "store.sealed_contact", night)


def shape(con: duckdb.DuckDBPyConnection) -> None:
    """`contact_text`, of tonight's rows and the remembered ones."""
    _shape_texts(con, *EVERYWHERE)


def list_own(con: duckdb.DuckDBPyConnection) -> None:
    """`own_contact`, of tonight's rows and the remembered ones."""
    con.execute(f"CREATE OR REPLACE TABLE own_contact AS {_OWN}")


def spread(con: duckdb.DuckDBPyConnection) -> int:
    """Mark rows that bear a sealed phone or e-mail beside the same birth date, or the same surname where one has none.

    Returns how many are new.
    """
    seal(con)
    return added(
        con,
        "INSERT INTO restricted_row SELECT DISTINCT r.contract, r.supplier, r.record_id FROM own_contact AS r "
        "INNER JOIN sealed_text AS w ON r.text = w.text INNER JOIN sealed_contact AS s ON w.contact = s.contact "
        "ANTI JOIN restricted_row AS k "
        "ON k.contract = r.contract AND k.supplier = r.supplier AND k.record_id = r.record_id "
        "WHERE r.born = s.born OR ((r.born IS NULL OR s.born IS NULL) AND r.surname = s.surname)",
    )


def note_withheld(con: duckdb.DuckDBPyConnection) -> None:
    """`sealed_contact`: what withheld people can be reached by, for `forget`."""
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_contact AS SELECT DISTINCT {_SHAPE} AS contact FROM ("
        "SELECT unnest([m.phone, m.email]) AS text FROM mention AS m INNER JOIN person AS p USING (mention_id) "
        "INNER JOIN withheld_person AS w USING (person_id)) WHERE text IS NOT NULL"
    )


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Null what withheld people can be reached by in the rows that others keep of them (their next of kin's, say).

    The row's hash stays that of the row as it came, so it is not new tomorrow; the phone is back when the row changes.
    """
    _shape_texts(con, EVERYWHERE[1])
    _find_sealed_texts(con)
    for name in PEOPLE_CONTRACTS:
        null_sealed(con, name, f"store.{name}_record")
    forget_tables(con)


def _shape_texts(con: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """`contact_text`: each text is shaped once, however many rows and nights have it."""
    texts = " UNION ALL ".join(
        f"SELECT {column} AS text FROM {table.format(name)} WHERE {column} IS NOT NULL"
        for name in PEOPLE_CONTRACTS
        for column in _columns(name)
        for table in tables
    )
    con.execute(
        f"CREATE OR REPLACE TABLE contact_text AS SELECT text, {_SHAPE} AS contact FROM (SELECT DISTINCT text FROM ({texts}))"
    )


def _columns(contract: str) -> list[str]:
    """The columns of a contract that hold anybody's phone or e-mail."""
    return [c for c in (*OWN.get(contract, ()), *OF_OTHERS) if c in CONTRACTS[contract].names]


_OWN = " UNION ALL ".join(
    f"SELECT '{name}' AS contract, supplier, record_id, {column} AS text, date_of_birth AS born, "
    f"upper({SURNAME.get(name, 'family_name')}) AS surname FROM {table.format(name)} WHERE {column} IS NOT NULL"
    for name, columns in OWN.items()
    for column in columns
    for table in EVERYWHERE
)
_STANDING = " UNION ALL ".join(
    f"SELECT '{name}' AS contract, supplier, record_id, date_of_birth AS born, "
    f"upper({SURNAME.get(name, 'family_name')}) AS surname FROM store.{name}_record WHERE known_to IS NULL"
    for name in OWN
)


def seal(con: duckdb.DuckDBPyConnection) -> None:
    """`marked_contact`, `sealed_contact` and `sealed_text`, of the rows that are marked by now."""
    con.execute(
        f"CREATE OR REPLACE TABLE marked_contact AS SELECT *, {number_hash('contact')} AS contact_hash FROM ("
        f"SELECT * FROM own_contact SEMI JOIN restricted_row USING {RECORD}) INNER JOIN contact_text USING (text) WHERE {_TOLD}"
    )
    con.execute(
        "CREATE OR REPLACE TABLE sealed_contact AS SELECT DISTINCT contact, born, surname FROM marked_contact "
        # What a silent supplier said of its restricted rows: the store holds these rows without their phones.
        f"UNION SELECT contact, born, surname FROM ({_STANDING}) SEMI JOIN restricted_row USING {RECORD} "
        f"INNER JOIN (FROM store.sealed_contact WHERE known_to IS NULL) USING {RECORD} INNER JOIN ({_hashed(con)}) USING (contact_hash)"
    )
    _find_sealed_texts(con)


def _hashed(con: duckdb.DuckDBPyConnection) -> str:
    """SQL: the phones and e-mails of which the store may remember the hash. Mostly tonight's marked rows give them all."""
    unknown = con.execute(
        f"SELECT 1 FROM store.sealed_contact SEMI JOIN restricted_row USING {RECORD} "
        "ANTI JOIN marked_contact USING (contact_hash) WHERE known_to IS NULL LIMIT 1"
    ).fetchone()
    if unknown:
        return f"SELECT DISTINCT contact, {number_hash('contact')} AS contact_hash FROM contact_text WHERE {_TOLD}"
    return "SELECT DISTINCT contact, contact_hash FROM marked_contact"


def remember(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Keep keyed hashes of what restricted rows give as their own, while their records say it and bear their marks."""
    con.execute(
        "CREATE OR REPLACE TABLE sealed_now AS SELECT DISTINCT contract, supplier, record_id, contact_hash FROM marked_contact"
    )
    con.execute(f"DELETE FROM store.sealed_contact WHERE {RECORD} IN (SELECT {RECORD} FROM refused_record)")
    said = came(OWN)
    keep(con, night, "store.sealed_contact", "contact_hash", unmarked=said, said=said)


def _find_sealed_texts(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TABLE sealed_text AS FROM contact_text WHERE contact IN (SELECT s.contact FROM sealed_contact AS s)"
    )


def null_sealed(con: duckdb.DuckDBPyConnection, contract: str, table: str, besides: str = "") -> None:
    """Null every sealed phone and e-mail in the other rows of a contract. besides: SQL for what else is set in these rows."""
    sealed = {column: f"{column} IN (SELECT text FROM sealed_text)" for column in _columns(contract)}
    assignments = ", ".join(f"{column} = CASE WHEN {met} THEN NULL ELSE {column} END" for column, met in sealed.items())
    if sealed:
        con.execute(f"UPDATE {table} SET {besides}{assignments} WHERE {' OR '.join(sealed.values())}")


def forget_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what stood for the length of the stage."""
    for table in ("contact_text", "own_contact", "marked_contact", "sealed_contact", "sealed_text"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
