"""Phones and e-mails of restricted rows: where else they stand they give the person away.

In memory, for the length of the gate: `own_contact`, one row a phone or e-mail that a row gives as its principal's own,
with what that row says of the principal's birth date and surname; and `sealed_contact`, those of restricted rows.
"""

from __future__ import annotations

import duckdb

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
MARKED = "(SELECT (contract, supplier, record_id) FROM restricted_row)"


def gather(con: duckdb.DuckDBPyConnection) -> None:
    """`own_contact`, of tonight's rows and the remembered ones."""
    parts = [
        f"SELECT '{name}' AS contract, supplier, record_id, {_shape(column)} AS contact, date_of_birth AS born, "
        f"upper({SURNAME.get(name, 'family_name')}) AS surname FROM {table} WHERE {column} IS NOT NULL"
        for name, columns in OWN.items()
        for column in columns
        for table in (f"accepted_{name}", f"store.{name}_record")
    ]
    con.execute(f"CREATE OR REPLACE TABLE own_contact AS SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})")


def spread(con: duckdb.DuckDBPyConnection) -> None:
    """Mark rows that bear a sealed phone or e-mail beside the same birth date, or the same surname where one has none."""
    _seal(con)
    con.execute(
        "INSERT INTO restricted_row SELECT DISTINCT r.contract, r.supplier, r.record_id FROM own_contact AS r "
        "INNER JOIN sealed_contact AS s ON r.contact = s.contact "
        "WHERE (r.born = s.born OR ((r.born IS NULL OR s.born IS NULL) AND r.surname = s.surname)) "
        f"AND (r.contract, r.supplier, r.record_id) NOT IN {MARKED}"
    )


def cut_off(con: duckdb.DuckDBPyConnection) -> None:
    """Null every sealed phone and e-mail in every other row, of tonight and remembered."""
    _seal(con)
    _null_everywhere(con, "accepted_{}", "store.{}_record")
    con.execute("DROP TABLE sealed_contact")
    con.execute("DROP TABLE own_contact")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Null what withheld people can be reached by in the rows that others keep of them (their next of kin's, say).

    The row's hash stays that of the row as it came, so it is not new tomorrow; the phone is back when the row changes.
    """
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_contact AS SELECT DISTINCT {_shape('contact')} AS contact FROM ("
        "SELECT unnest([m.phone, m.email]) AS contact FROM mention AS m INNER JOIN person AS p USING (mention_id) "
        "INNER JOIN withheld_person AS w USING (person_id)) WHERE contact IS NOT NULL"
    )
    _null_everywhere(con, "store.{}_record")
    con.execute("DROP TABLE sealed_contact")


def _null_everywhere(con: duckdb.DuckDBPyConnection, *tables: str) -> None:
    for name in PEOPLE_CONTRACTS:
        columns = [c for c in (*OWN.get(name, ()), *OF_OTHERS) if c in CONTRACTS[name].names]
        sealed = {column: f"{_shape(column)} IN (SELECT contact FROM sealed_contact)" for column in columns}
        assignments = ", ".join(
            f"{column} = CASE WHEN {met} THEN NULL ELSE {column} END" for column, met in sealed.items()
        )
        for table in (t.format(name) for t in tables if columns):
            con.execute(f"UPDATE {table} SET {assignments} WHERE {' OR '.join(sealed.values())}")


def _seal(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TABLE sealed_contact AS SELECT DISTINCT contact, born, surname FROM own_contact "
        # 0000000 and the like are what a clerk types for none.
        f"WHERE (contract, supplier, record_id) IN {MARKED} AND length(contact) >= 7 AND ltrim(contact, contact[1]) <> ''"
    )


def _shape(column: str) -> str:
    """SQL: an e-mail in small letters, a phone as its last ten digits (07700… and +447700… are one)."""
    return (
        f"CASE WHEN {column} LIKE '%@%' THEN lower(trim({column})) "
        f"ELSE nullif(right(regexp_replace({column}, '[^0-9]', '', 'g'), 10), '') END"
    )
