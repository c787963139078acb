"""The protection gate: it runs before the first table that linkage, review or reports can see.

- A row that bears an invalidated number is refused, now and on every later night; of the number only a keyed hash is
  kept, and every version of a record that bears it is deleted (adoption, gender recognition). `refused_record` tells
  the purge which records these were; it never reaches the store.
- Of the protected list itself the store keeps keyed hashes, never a number or a UPRN.
- A restricted row (GP sensitivity S, disclosure withhold, on the protected list, or with the NHS number or police key
  of such a row) keeps its name, birth date and number, so that the strictest mark can reach its whole cluster; its
  addresses, phones, e-mail, practice and the people it names are cut off and, for addresses, held in the table
  `sealed_address`, which only this package reads and which never reaches the store. A phone or e-mail that was cut off
  is cut off wherever else it stands, and marks the row in which it stands beside the same birth date or surname.

Nothing here is logged but totals.
"""

from __future__ import annotations

import secrets

import duckdb
import polars as pl

from linkage.mention_id import of_record
from linkage.night import Night
from linkage.protect import contacts, identities
from linkage.protect.hashes import number_hash
from linkage.spreadsheet import without_decimals
from linkage.store import holds, insert
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS, Contract

KEPT = {
    "record_id", "nhs_number", "title", "given_names", "forenames", "family_name", "surname", "previous_family_name",
    "known_as", "date_of_birth", "sex", "date_of_death", "nominal_ref", "booking_record_id", "birth_order",
    "births_in_delivery", "status", "sensitivity", "disclosure", "registration_type",
}  # fmt: skip
"""Columns that a restricted row keeps: who, never where. Dates and codes the contract needs are kept too."""
MARKS = {"sensitivity": "sensitivity = 'S'", "disclosure": "disclosure = 'withhold'"}
"""A row's own mark by column, as SQL."""
_RECORD = dict.fromkeys(("contract", "supplier", "record_id"), pl.String)


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Cut off what may not be disclosed from accepted_* and from the history. Returns totals only."""
    _prepare(con)
    _gather_numbers(con)
    refused = _refuse_invalidated(con, night)
    _list_marks(con, night)
    _find_restricted_rows(con, night)
    _seal_addresses(con)
    contacts.cut_off(con, night)
    _strip(con)
    _forget_landing(con)
    return {"refused": refused, "restricted_rows": count(con, "restricted_row")}


def record_key(contract: str) -> str:
    """SQL for what stands for a record among the tombstones."""
    return f"concat_ws('|', '{contract}', supplier, record_id)"


def place_hash(expression: str) -> str:
    """SQL for the keyed hash of a UPRN; leading zeros, blanks and the `.0` of a spreadsheet do not matter."""
    return number_hash(f"ltrim({_digits(expression)}, '0')")


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE IF NOT EXISTS store.secret (pepper VARCHAR)")
    if not count(con, "store.secret"):
        con.execute("INSERT INTO store.secret VALUES ($pepper)", {"pepper": secrets.token_hex(32)})
    prepare_tombstones(con)
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.sealed_place (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
        "place_hash VARCHAR, known_from DATE, known_to DATE)"
    )
    # A tombstone is never taken back: running the night again finds it already standing.


def prepare_tombstones(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is missing. kind: `number`, or `record` for the key of a record; not known of older ones."""
    con.execute("CREATE TABLE IF NOT EXISTS store.tombstone (number_hash VARCHAR, known_from DATE, known_to DATE)")
    con.execute("ALTER TABLE store.tombstone ADD COLUMN IF NOT EXISTS kind VARCHAR")


def _gather_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """`borne_number`, in memory for the length of this stage: each number as it is written in any row, tonight's or
    remembered, with its plain form and keyed hash. So each is hashed once, however many rows and versions bear it.
    """
    texts = " UNION ALL ".join(
        f"SELECT {column} AS text FROM {table}"
        for contract in _with_numbers()
        for column in _numbers(contract)
        for table in (f"accepted_{contract.name}", f"store.{contract.name}_record")
    )
    con.execute(
        f"CREATE OR REPLACE TABLE borne_number AS SELECT *, {number_hash('number')} AS hash FROM ("
        f"SELECT text, {_digits('text')} AS number FROM (SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL))"
    )


def _refuse_invalidated(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Turn `invalidated` entries into tombstones and delete every row, old or new, that bears one."""
    for column in ("nhs_number", "nominal_ref"):
        con.execute(
            f"INSERT INTO store.tombstone SELECT DISTINCT {number_hash(_digits(column))} AS h, $night, NULL, 'number' "
            f"FROM accepted_protected WHERE reason = 'invalidated' AND {column} IS NOT NULL "
            f"AND {number_hash(_digits(column))} NOT IN (SELECT number_hash FROM store.tombstone) ORDER BY h",
            {"night": night.date},
        )
    con.execute("DELETE FROM accepted_protected WHERE reason = 'invalidated'")
    con.execute("CREATE OR REPLACE TABLE refused_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    con.execute("CREATE OR REPLACE TABLE refused_person (person_id VARCHAR)")
    refused = 0
    bears = "IN (SELECT b.text FROM borne_number AS b WHERE b.hash IN (SELECT number_hash FROM store.tombstone))"
    # A record of somebody whose records were erased is known by its key, where it bears no number.
    by_key = con.execute("SELECT 1 FROM store.tombstone WHERE kind IS DISTINCT FROM 'number' LIMIT 1").fetchone()
    for contract in (CONTRACTS[name] for name in PEOPLE_CONTRACTS if count(con, "store.tombstone")):
        reasons = [f"{column} {bears}" for column in _numbers(contract)]
        if by_key:
            reasons.append(
                f"{number_hash(record_key(contract.name))} IN "
                "(SELECT number_hash FROM store.tombstone WHERE kind IS DISTINCT FROM 'number')"
            )
        condition = " OR ".join(reasons) or "false"
        con.execute(
            f"INSERT INTO refused_record SELECT DISTINCT '{contract.name}', supplier, record_id "
            f"FROM store.{contract.name}_record WHERE {condition}"
        )
        gone = con.execute(
            f"DELETE FROM accepted_{contract.name} WHERE {condition} RETURNING supplier, record_id"
        ).fetchall()
        insert(con, "refused_record", _RECORD, [(contract.name, *record) for record in gone])
        refused += len(gone)
    identities.keep_names(con, "refused_name", "refused_record")
    for name in PEOPLE_CONTRACTS:
        con.execute(
            f"DELETE FROM store.{name}_record WHERE ('{name}', supplier, record_id) IN "
            "(SELECT (contract, supplier, record_id) FROM refused_record)"
        )
    _forget_ids_of_refused(con)
    identities.forget(con)
    return refused


def _forget_ids_of_refused(con: duckdb.DuckDBPyConnection) -> None:
    """`refused_person`: ids of people linked through a refused record. They end here: one that went on, under the new
    number, would pair new and old.
    """
    if not holds(con, "person_member"):
        return
    con.execute(
        "INSERT INTO refused_person SELECT DISTINCT s.person_id FROM store.person_member AS s "
        "INNER JOIN refused_record AS r "
        f"ON {of_record('s.mention_id', 'r.contract', 'r.supplier', 'r.record_id')}"
    )
    con.execute("DELETE FROM store.person_member WHERE person_id IN (SELECT person_id FROM refused_person)")


def _digits(column: str) -> str:
    """SQL for a number without blanks and marks."""
    return f"regexp_replace(upper({without_decimals(column)}), '[^0-9A-Z/]', '', 'g')"


def _with_numbers() -> list[Contract]:
    return [CONTRACTS[n] for n in PEOPLE_CONTRACTS if _numbers(CONTRACTS[n])]


def _numbers(contract: Contract) -> list[str]:
    return [c for c in ("nhs_number", "nominal_ref") if c in contract.names]


def _list_marks(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`protected_entry`: hashes of what the hubs' lists hold in force tonight, from tonight's files and stale ones.

    Tonight's list is turned to hashes in place, so that the history never sees a number.
    """
    con.execute(
        f"UPDATE accepted_protected SET uprn = {place_hash('uprn')}, nhs_number = {number_hash(_digits('nhs_number'))}, "
        f"nominal_ref = {number_hash(_digits('nominal_ref'))}"
    )
    columns = "uprn AS place_hash, nhs_number, nominal_ref, from_date, to_date"
    con.execute(
        "CREATE OR REPLACE TABLE protected_entry AS SELECT DISTINCT place_hash, nhs_number, nominal_ref FROM ("
        f"SELECT {columns} FROM accepted_protected UNION ALL SELECT {columns} FROM store.protected_record "
        "WHERE known_to IS NULL AND supplier NOT IN "
        "(SELECT supplier FROM input_file WHERE contract = 'protected' AND status = 'accepted')) "
        "WHERE coalesce(from_date, $night) <= $night AND coalesce(to_date, $night) >= $night",
        {"night": night.date},
    )


def _present(contract: Contract) -> list[str]:
    wanted = ("record_id", "nhs_number", "nominal_ref", "booking_record_id", "sensitivity", "disclosure", "uprn")
    return [c for c in wanted if c in contract.names]


def _find_restricted_rows(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`restricted_row`: (contract, supplier, record_id) of every row whose principal may not be located.

    A mark reaches other rows by the same NHS number or police key, by a phone or e-mail, and between a booking and its
    births; what shares none of them is reached after linkage, by the cluster.
    """
    con.execute("CREATE OR REPLACE TABLE restricted_row (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    con.execute("CREATE OR REPLACE TABLE restricted_number (number VARCHAR)")
    for name in PEOPLE_CONTRACTS:
        _find_silent(con, CONTRACTS[name])
    for contract in _with_numbers():
        _listed_numbers(con, contract)
    contacts.gather(con, night)
    before = -1
    while before != (now := count(con, "restricted_row") + count(con, "restricted_number")):
        before = now
        for name in PEOPLE_CONTRACTS:
            _mark_rows(con, CONTRACTS[name], _standing(CONTRACTS[name]))
        _mark_mothers_and_babies(con)
        contacts.spread(con)
    for contract in _with_numbers():
        _mark_rows(con, contract, f"store.{contract.name}_record", by_mark=False)
    for name in PEOPLE_CONTRACTS:
        con.execute(f"DROP TABLE silent_{name}")


def _listed_numbers(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """The numbers of rows that the protected list names, in plain for the length of this stage."""
    for column in _numbers(contract):
        con.execute(
            f"INSERT INTO restricted_number SELECT DISTINCT b.number FROM {_standing(contract)} AS r "
            f"INNER JOIN borne_number AS b ON r.{column} = b.text "
            "WHERE b.hash IN (SELECT unnest([p.nhs_number, p.nominal_ref]) FROM protected_entry AS p)"
        )


def _mark_rows(con: duckdb.DuckDBPyConnection, contract: Contract, rows: str, *, by_mark: bool = True) -> None:
    """Mark the rows of a table that bear a mark of their own or a restricted number, and learn their numbers."""
    numbers = _numbers(contract)
    bears = "IN (SELECT b.text FROM borne_number AS b WHERE b.number IN (SELECT number FROM restricted_number))"
    reasons = [f"{c} {bears}" for c in numbers]
    if by_mark:
        reasons += [m for c, m in MARKS.items() if c in contract.names]
    if not reasons:
        return
    marked = f"JOIN (SELECT supplier, record_id FROM restricted_row WHERE contract = '{contract.name}') USING (supplier, record_id)"
    con.execute(
        f"INSERT INTO restricted_row SELECT DISTINCT '{contract.name}', supplier, record_id FROM {rows} "
        f"ANTI {marked} WHERE {' OR '.join(reasons)}"
    )
    for column in numbers:
        con.execute(
            f"INSERT INTO restricted_number SELECT DISTINCT b.number FROM {rows} AS r SEMI {marked} "
            f"INNER JOIN borne_number AS b ON r.{column} = b.text "
            "WHERE b.number <> '' AND b.number NOT IN (SELECT number FROM restricted_number)"
        )


def _standing(contract: Contract) -> str:
    """What stands tonight: the accepted rows, and the remembered ones whose supplier or row did not come through."""
    columns = ", ".join(f'"{c}"' for c in ("supplier", *_present(contract)))
    return f"(SELECT {columns} FROM accepted_{contract.name} UNION ALL SELECT {columns} FROM silent_{contract.name})"


def _find_silent(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """`silent_<contract>`, for the length of the search: remembered rows whose supplier or row did not come through."""
    columns = ", ".join(f'"{c}"' for c in ("supplier", *_present(contract)))
    con.execute(
        f"CREATE OR REPLACE TABLE silent_{contract.name} AS SELECT {columns} FROM store.{contract.name}_record AS r "
        "WHERE known_to IS NULL AND (supplier NOT IN (SELECT f.supplier FROM input_file AS f "
        f"WHERE f.contract = '{contract.name}' AND f.status = 'accepted') OR (supplier, record_id) IN "
        f"(SELECT (q.supplier, q.record_id) FROM quarantine AS q WHERE q.contract = '{contract.name}'))"
    )


def _mark_mothers_and_babies(con: duckdb.DuckDBPyConnection) -> None:
    births = _standing(CONTRACTS["maternity_birth"])
    marked = "(SELECT (contract, supplier, record_id) FROM restricted_row)"
    for contract, key, other, other_key in (
        ("maternity_birth", "record_id", "maternity_booking", "booking_record_id"),
        ("maternity_booking", "booking_record_id", "maternity_birth", "record_id"),
    ):
        con.execute(
            f"INSERT INTO restricted_row SELECT DISTINCT '{contract}', supplier, {key} FROM {births} "
            f"WHERE ('{other}', supplier, {other_key}) IN {marked} AND ('{contract}', supplier, {key}) NOT IN {marked}"
        )


def _seal_addresses(con: duckdb.DuckDBPyConnection) -> None:
    """`sealed_address`: the addresses of restricted rows, in the shape of `address`, never written to the store.

    Those of the remembered version count too: a mark often comes on the night on which the address goes.
    """
    parts = []
    for name in PEOPLE_CONTRACTS:
        for mention, role, prefix in CONTRACTS[name].addresses:
            lines = ", ".join(f"{prefix}address_line_{i} AS line_{i}" for i in range(1, 6))
            for age, table in (("now", f"accepted_{name}"), ("before", f"store.{name}_record WHERE known_to IS NULL")):
                parts.append(
                    f"SELECT concat_ws('|', '{name}', supplier, record_id, '{mention}', '{age}', row_number() OVER ()) "
                    f"AS mention_id, '{name}' AS contract, supplier, record_id, '{mention}' AS mention, "
                    f"'{role}' AS address_role, {lines}, {prefix}postcode AS postcode, {prefix}uprn AS uprn_given "
                    f"FROM (FROM {table}) WHERE ('{name}', supplier, record_id) IN "
                    "(SELECT (contract, supplier, record_id) FROM restricted_row)"
                )
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_address AS SELECT * FROM ({' UNION ALL '.join(parts)}) "
        "WHERE coalesce(line_1, line_2, line_3, line_4, line_5, postcode, uprn_given) IS NOT NULL"
    )


def _strip(con: duckdb.DuckDBPyConnection) -> None:
    """Null every column of a restricted row that could say where, in tonight's rows and in every version kept."""
    for name in PEOPLE_CONTRACTS:
        contract = CONTRACTS[name]
        dropped = [c.name for c in contract.columns if c.name not in KEPT and not _needed(contract, c.name)]
        assignments = ", ".join(f'"{c}" = NULL' for c in dropped)
        # Most have been stripped on an earlier night: to write a row again is to write its columns for everybody anew.
        told = " OR ".join(f'"{c}" IS NOT NULL' for c in dropped)
        condition = f"('{name}', supplier, record_id) IN (SELECT (contract, supplier, record_id) FROM restricted_row) AND ({told})"
        con.execute(f"UPDATE accepted_{name} SET {assignments} WHERE {condition}")
        con.execute(f"UPDATE store.{name}_record SET {assignments} WHERE {condition}")


def _needed(contract: Contract, column: str) -> bool:
    """Dates and enumerations that the contract requires and that say nothing of a place."""
    described = contract.column(column)
    return described.need == "R" and column != "practice_code"


def _forget_landing(con: duckdb.DuckDBPyConnection) -> None:
    """The landed text and the marks are not needed any more; quarantine must not point at a restricted row."""
    con.execute(
        "DELETE FROM quarantine WHERE (contract, supplier, record_id) IN "
        "(SELECT (contract, supplier, record_id) FROM restricted_row)"
    )
    for contract in _with_numbers():
        numbers = ", ".join(f"l.{column}" for column in _numbers(contract))
        bears = " OR ".join(
            f"{_digits(column)} IN (SELECT number FROM restricted_number) "
            f"OR {number_hash(_digits(column))} IN (SELECT number_hash FROM store.tombstone)"
            for column in _numbers(contract)
        )
        con.execute(
            f"WITH aside AS MATERIALIZED (SELECT l.supplier, l.row_number, {numbers} FROM landed_{contract.name} AS l "
            "INNER JOIN quarantine AS q ON l.supplier = q.supplier AND l.row_number = q.row_number "
            f"WHERE q.contract = '{contract.name}') "
            f"DELETE FROM quarantine WHERE contract = '{contract.name}' AND (supplier, row_number) IN "
            f"(SELECT (supplier, row_number) FROM aside WHERE {bears})"
        )
    con.execute("DROP TABLE borne_number")
    con.execute("DROP TABLE restricted_number")
    for name in (*CONTRACTS, "reject", "fragment"):
        con.execute(f"DROP TABLE landed_{name}")
