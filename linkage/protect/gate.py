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
from functools import partial

import duckdb
import polars as pl

from linkage import beside
from linkage.mention_id import of_record
from linkage.night import Night
from linkage.protect import apart, contacts, identities, reach
from linkage.protect.hashes import (
    NUMBERS,
    RECORD,
    came,
    digits,
    keep,
    number_hash,
    place_hash,
    plain_hash,
    record_key,
    reopen,
)
from linkage.store import added, insert
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS, Contract

KEPT = {
    "record_id", "nhs_number", "title", "given_names", "forenames", "family_name", "surname", "previous_family_name",
    "known_as", "date_of_birth", "sex", "date_of_death", "nominal_ref", "booking_record_id", "birth_order",
    "births_in_delivery", "status", "sensitivity", "disclosure", "registration_type",
}  # fmt: skip
"""Columns that a restricted row keeps: who, never where. Dates and codes the contract needs are kept too."""
PRINCIPALS_HOME = ("home", "discharge", "forwarding")
"""Address groups of a row that say where the one it is about lives or went to; the others speak of somebody else or of a visit."""
MARKS = {"sensitivity": "sensitivity = 'S'", "disclosure": "disclosure = 'withhold'"}
"""A row's own mark by column, as SQL."""
_COLUMNS = dict.fromkeys(("contract", "supplier", "record_id"), pl.String)
NOT_AS_IT_CAME = "row_hash = NULL, "
"""SQL, for a version of the store that is cut: when its mark was a mistake, the whole row comes as a new version, and is not
taken for the blank one.
"""


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Cut off what may not be disclosed from accepted_* and from the history. Returns totals only."""
    _prepare(con)
    _gather_numbers(con)
    refused = _refuse_invalidated(con, night)
    apart.forget_tables(con)
    identities.forget(con)
    _list_marks(con, night)
    _find_restricted_rows(con, night)
    reach.begin(con, night)
    _seal_addresses(con)
    contacts.remember(con, night)
    _cut(con, night)
    contacts.forget_tables(con)
    _forget_landing(con)
    return {"refused": refused, "restricted_rows": count(con, "restricted_row")}


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE IF NOT EXISTS store.secret (pepper VARCHAR)")
    if not count(con, "store.secret"):
        con.execute("INSERT INTO store.secret VALUES ($pepper)", {"pepper": secrets.token_hex(32)})
    prepare_tombstones(con)
    prepare_foreseen(con)
    apart.prepare(con)
    reach.prepare(con)
    identities.prepare(con)
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.sealed_place (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
        "place_hash VARCHAR, known_from DATE, known_to DATE)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.sealed_number (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
        "number_hash VARCHAR, known_from DATE, known_to DATE)"
    )
    # A tombstone is never taken back: running the night again finds it already standing.


def prepare_tombstones(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is missing. kind: `number`, or `record` for the key of a record; not known of older ones."""
    con.execute("CREATE TABLE IF NOT EXISTS store.tombstone (number_hash VARCHAR, known_from DATE, known_to DATE)")
    con.execute("ALTER TABLE store.tombstone ADD COLUMN IF NOT EXISTS kind VARCHAR")


def prepare_foreseen(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table of the marks that later nights know, where it is missing (linkage/protect/foreseen.py)."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.foreseen (kind VARCHAR, hash VARCHAR, contract VARCHAR, supplier VARCHAR, until DATE)"
    )


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
        f"SELECT text, CASE WHEN regexp_full_match(text, '[0-9]+') THEN text ELSE {digits('text')} END AS number "
        f"FROM (SELECT DISTINCT text FROM ({texts}) WHERE text IS NOT NULL))"
    )


def _refuse_invalidated(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Turn `invalidated` entries into tombstones and delete every row, old or new, that bears one."""
    for column in NUMBERS:
        con.execute(
            f"INSERT INTO store.tombstone SELECT DISTINCT {plain_hash(column)} AS h, $night, NULL, 'number' "
            f"FROM accepted_protected WHERE reason = 'invalidated' AND {column} IS NOT NULL "
            f"AND {plain_hash(column)} NOT IN (SELECT number_hash FROM store.tombstone) ORDER BY h",
            {"night": night.date},
        )
    apart.note_listed(con)
    con.execute("DELETE FROM accepted_protected WHERE reason = 'invalidated'")
    con.execute("CREATE OR REPLACE TABLE refused_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    con.execute("CREATE OR REPLACE TABLE refused_person (person_id VARCHAR)")
    if not count(con, "store.tombstone"):
        identities.keep_names(con, "refused_name", "refused_record", [])
        return 0
    for contract in _with_numbers():
        apart.note_bearers(con, night, contract.name, _numbers(contract))
    refused = _refuse_rows(con)
    remembered = _remembered_of_refused(con)
    identities.keep_names(con, "refused_name", "refused_record", remembered)
    for name in remembered:
        con.execute(
            f"DELETE FROM store.{name}_record WHERE ('{name}', supplier, record_id) IN "
            "(SELECT (contract, supplier, record_id) FROM refused_record)"
        )
    if count(con, "refused_record"):
        _forget_ids_of_refused(con, night)
    return refused


def _refuse_rows(con: duckdb.DuckDBPyConnection) -> int:
    """`refused_record`: records of which a row bears a tombstone; tonight's rows of them go. Returns how many these were."""
    refused = 0
    bears = "IN (SELECT b.text FROM borne_number AS b WHERE b.hash IN (SELECT number_hash FROM store.tombstone))"
    # A record of somebody whose records were erased is known by its key, where it bears no number.
    by_key = con.execute("SELECT 1 FROM store.tombstone WHERE kind IS DISTINCT FROM 'number' LIMIT 1").fetchone()
    for contract in (CONTRACTS[name] for name in PEOPLE_CONTRACTS):
        reasons = [f"{column} {bears}" for column in _numbers(contract)]
        if by_key:
            reasons.append(
                f"{number_hash(record_key(contract.name))} IN "
                "(SELECT number_hash FROM store.tombstone WHERE kind IS DISTINCT FROM 'number')"
            )
        if not reasons:
            continue
        condition = " OR ".join(reasons)
        con.execute(
            f"INSERT INTO refused_record SELECT DISTINCT '{contract.name}', supplier, record_id "
            f"FROM store.{contract.name}_record WHERE {condition}"
        )
        gone = con.execute(
            f"DELETE FROM accepted_{contract.name} WHERE {condition} RETURNING supplier, record_id"
        ).fetchall()
        insert(con, "refused_record", _COLUMNS, [(contract.name, *record) for record in gone])
        refused += len(gone)
    return refused


def _remembered_of_refused(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The contracts of which the store holds versions of a refused record: mostly none, since these were deleted when they were refused first."""
    held = " UNION ALL ".join(
        f"SELECT '{name}' AS contract, supplier, record_id FROM store.{name}_record" for name in PEOPLE_CONTRACTS
    )
    found = con.execute(
        f"SELECT DISTINCT contract FROM ({held}) SEMI JOIN refused_record USING (contract, supplier, record_id)"
    ).fetchall()
    return [name for name in PEOPLE_CONTRACTS if (name,) in found]


def _forget_ids_of_refused(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`refused_person`: ids of people linked through a refused record. They end here: one that went on, under the new
    number, would pair new and old.
    """
    identities.forget_keys(con)
    con.execute(
        "INSERT INTO refused_person SELECT DISTINCT s.person_id FROM store.person_member AS s "
        "INNER JOIN refused_record AS r "
        f"ON {of_record('s.mention_id', 'r.contract', 'r.supplier', 'r.record_id')}"
    )
    apart.note_linked(con, night)
    con.execute("DELETE FROM store.person_member WHERE person_id IN (SELECT person_id FROM refused_person)")


def _with_numbers() -> list[Contract]:
    return [CONTRACTS[n] for n in PEOPLE_CONTRACTS if _numbers(CONTRACTS[n])]


def _numbers(contract: Contract) -> list[str]:
    return [c for c in NUMBERS if c in contract.names]


def _list_marks(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`protected_entry`: hashes of what the hubs' lists hold in force tonight, from tonight's files and stale ones.

    An entry whose first day lies ahead protects at once: what is published until that day cannot be called back.
    Tonight's list is turned to hashes in place, so that the history never sees a number.
    """
    con.execute(
        f"UPDATE accepted_protected SET uprn = {place_hash('uprn')}, nhs_number = {plain_hash('nhs_number')}, "
        f"nominal_ref = {plain_hash('nominal_ref')}"
    )
    columns = "uprn AS place_hash, nhs_number, nominal_ref, to_date"
    con.execute(
        "CREATE OR REPLACE TABLE protected_entry AS SELECT DISTINCT place_hash, nhs_number, nominal_ref FROM ("
        f"SELECT {columns} FROM accepted_protected UNION ALL SELECT {columns} FROM store.protected_record "
        "WHERE known_to IS NULL AND supplier NOT IN "
        "(SELECT supplier FROM input_file WHERE contract = 'protected' AND status = 'accepted')) "
        "WHERE coalesce(to_date, $night) >= $night",
        {"night": night.date},
    )
    _drop_foreseen(con, night)
    con.execute(
        "INSERT INTO protected_entry SELECT DISTINCT CASE kind WHEN 'place' THEN hash END, CASE kind WHEN 'number' THEN hash END, NULL "
        "FROM store.foreseen WHERE kind IN ('place', 'number')"
    )


def _find_restricted_rows(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`restricted_row`: (contract, supplier, record_id) of every row whose principal may not be located.

    A mark reaches other rows by the same NHS number or police key, by a phone or e-mail, and between a booking and its
    births; what shares none of them is reached after linkage, by the cluster.
    """
    con.execute("CREATE OR REPLACE TABLE restricted_row (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    con.execute("CREATE OR REPLACE TABLE restricted_number (number VARCHAR)")
    contacts.prepare(con, night)
    reopen(con, "store.sealed_number", night)
    works: list[beside.Work[None]] = [contacts.shape, contacts.list_own, lambda own: _begin_marking(own, night)]
    beside.each(con, works, beside.threads_for(con, night.threads))
    _mark_unreadable(con)
    while True:
        while _spread_numbers(con) + _mark_mothers_and_babies(con):
            pass
        if not contacts.spread(con):
            break
    if sum(_mark_remembered(con, contract) for contract in _with_numbers()):
        contacts.seal(con)
    _seal_numbers(con, night)
    for table in ("silent_record", "standing_number", "unreadable_number"):
        con.execute(f"DROP TABLE {table}")


def _begin_marking(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    _find_silent(con)
    _find_standing_numbers(con)
    _mark_by_own_mark(con)
    _mark_by_place(con)
    _mark_foreseen(con)
    _list_numbers(con, night)
    _list_unreadable(con)


def _find_silent(con: duckdb.DuckDBPyConnection) -> None:
    """`silent_record`, for the length of the search: remembered records of which no row came through tonight.

    Whatever the reason: a supplier that is late, a row that was set aside or could not be read, a look-back that is over. One that was
    withdrawn counts as well, and from then on what is sealed of it (`_seal_numbers`).
    """
    remembered = " UNION ALL ".join(
        f"SELECT '{name}' AS contract, supplier, record_id FROM store.{name}_record AS r WHERE known_to IS NULL AND NOT EXISTS ("
        f"SELECT 1 FROM accepted_{name} AS a WHERE a.supplier = r.supplier AND a.record_id = r.record_id)"
        for name in PEOPLE_CONTRACTS
    )
    con.execute(f"CREATE OR REPLACE TABLE silent_record AS {remembered}")


def _standing(contract: Contract, columns: str) -> str:
    """SQL for what stands tonight: the accepted rows, and the remembered ones of which none came through."""
    silent = f"(SELECT supplier, record_id FROM silent_record WHERE contract = '{contract.name}')"
    return (
        f"(SELECT {columns} FROM accepted_{contract.name} UNION ALL SELECT {columns} FROM store.{contract.name}_record "
        f"SEMI JOIN {silent} USING (supplier, record_id) WHERE known_to IS NULL)"
    )


def _find_standing_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """`standing_number`, for the length of the search: one row a standing row and number that it bears, in plain form."""
    borne = " UNION ALL ".join(
        f"SELECT '{contract.name}' AS contract, supplier, record_id, {column} AS text "
        f"FROM {_standing(contract, f'supplier, record_id, {column}')} WHERE {column} IS NOT NULL"
        for contract in _with_numbers()
        for column in _numbers(contract)
    )
    con.execute(
        "CREATE OR REPLACE TABLE standing_number AS SELECT contract, supplier, record_id, number "
        f"FROM ({borne}) INNER JOIN borne_number USING (text) WHERE number <> ''"
    )


def _mark_by_own_mark(con: duckdb.DuckDBPyConnection) -> None:
    for contract in (CONTRACTS[name] for name in PEOPLE_CONTRACTS):
        marks = {column: mark for column, mark in MARKS.items() if column in contract.names}
        con.execute(
            f"INSERT INTO restricted_row SELECT DISTINCT '{contract.name}', supplier, record_id "
            f"FROM {_standing(contract, ', '.join(('supplier', 'record_id', *marks)))} WHERE {' OR '.join(marks.values())}"
        )


def _mark_by_place(con: duckdb.DuckDBPyConnection) -> None:
    """Mark the rows that give a listed place as their principal's home, by its UPRN, whatever their text is read as."""
    homes = [(CONTRACTS[name], f"{prefix}uprn") for name in PEOPLE_CONTRACTS
             for _, role, prefix in CONTRACTS[name].addresses if role in PRINCIPALS_HOME]  # fmt: skip
    written = " UNION ".join(
        f"SELECT {column} AS text FROM {_standing(contract, f'supplier, record_id, {column}')}"
        for contract, column in homes
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE listed_text AS SELECT text FROM ({written}) "
        f"WHERE {place_hash('text')} IN (SELECT p.place_hash FROM protected_entry AS p)"
    )
    for contract, column in homes:
        con.execute(
            f"INSERT INTO restricted_row SELECT DISTINCT '{contract.name}', supplier, record_id "
            f"FROM {_standing(contract, f'supplier, record_id, {column}')} WHERE {column} IN (SELECT l.text FROM listed_text AS l)"
        )
    con.execute("DROP TABLE listed_text")


def _drop_foreseen(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """From the last published night on, drop the marks of suppliers that delivered tonight; clusters go with the last of them."""
    over = "DELETE FROM store.foreseen WHERE until <= $night AND "
    con.execute(
        f"{over} (contract, supplier) IN (SELECT (f.contract, f.supplier) FROM input_file AS f WHERE f.status = 'accepted')",
        {"night": night.date},
    )
    con.execute(
        f"{over} kind = 'mention' AND NOT EXISTS (SELECT 1 FROM store.foreseen WHERE kind <> 'mention')",
        {"night": night.date},
    )


def _mark_foreseen(con: duckdb.DuckDBPyConnection) -> None:
    """Mark, on a night done again, the records that bear a mark of their own on a later one."""
    if not count(con, "store.foreseen"):
        return
    for contract in (CONTRACTS[name] for name in PEOPLE_CONTRACTS):
        con.execute(
            f"INSERT INTO restricted_row SELECT DISTINCT '{contract.name}' AS contract, supplier, record_id "
            f"FROM {_standing(contract, 'supplier, record_id')} WHERE {number_hash(record_key(contract.name))} IN "
            "(SELECT hash FROM store.foreseen WHERE kind = 'record') "
            "EXCEPT SELECT contract, supplier, record_id FROM restricted_row"
        )


def _list_numbers(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """The numbers of rows that the protected list names, in plain for the length of this stage; and those that a marked record bore
    until it went, for a year: who flees registers anew, often before anybody marks the new record.
    """
    con.execute(
        "INSERT INTO restricted_number SELECT number FROM borne_number "
        "WHERE hash IN (SELECT unnest([p.nhs_number, p.nominal_ref]) FROM protected_entry AS p UNION ALL "
        f"SELECT s.number_hash FROM store.sealed_number AS s WHERE coalesce(s.known_to, $night) >= $night - INTERVAL 1 YEAR "
        f"AND {RECORD} NOT IN (SELECT {RECORD} FROM ({came(PEOPLE_CONTRACTS)}))) "
        "AND number IN (SELECT n.number FROM standing_number AS n) GROUP BY number",
        {"night": night.date},
    )


def _seal_numbers(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Keep keyed hashes of the numbers that marked rows bear, while they come with their marks and for a year after they went."""
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_now AS SELECT DISTINCT contract, supplier, record_id, {number_hash('number')} AS number_hash "
        f"FROM standing_number SEMI JOIN restricted_row USING {RECORD}"
    )
    con.execute(f"DELETE FROM store.sealed_number WHERE {RECORD} IN (SELECT {RECORD} FROM refused_record)")
    delivered = (
        "SELECT s.contract, s.supplier, s.record_id FROM store.sealed_number AS s SEMI JOIN "
        "(SELECT contract, supplier FROM input_file WHERE status = 'accepted') AS f USING (contract, supplier)"
    )
    keep(con, night, "store.sealed_number", "number_hash", unmarked=came(PEOPLE_CONTRACTS), said=delivered)


def _list_unreadable(con: duckdb.DuckDBPyConnection) -> None:
    """`unreadable_number`: what may be a number or a phone in the unreadable rows of files about people that may bear a mark."""
    con.execute(
        "CREATE OR REPLACE TABLE unreadable_number AS SELECT DISTINCT regexp_replace(fragment, '[^0-9A-Za-z/]', '', 'g') AS number "
        "FROM landed_fragment WHERE contract <> 'protected'"
    )
    con.execute(
        "INSERT INTO restricted_number SELECT DISTINCT number FROM standing_number SEMI JOIN unreadable_number USING (number) "
        "ANTI JOIN restricted_number USING (number)"
    )


def _mark_unreadable(con: duckdb.DuckDBPyConnection) -> None:
    """Mark the rows that give a phone of such a row as their own: whose it is cannot be read any more."""
    con.execute(
        "INSERT INTO restricted_row SELECT DISTINCT contract, supplier, record_id FROM own_contact INNER JOIN contact_text USING (text) "
        f"WHERE contact IN (SELECT right(u.number, 10) FROM unreadable_number AS u WHERE length(u.number) >= 10) "
        f"AND {RECORD} NOT IN (SELECT {RECORD} FROM restricted_row)"
    )


def _spread_numbers(con: duckdb.DuckDBPyConnection) -> int:
    """Mark the standing rows that bear a restricted number, and learn the numbers of marked rows. Returns how much is new."""
    rows = added(
        con,
        "INSERT INTO restricted_row SELECT DISTINCT contract, supplier, record_id FROM standing_number "
        "SEMI JOIN restricted_number USING (number) ANTI JOIN restricted_row USING (contract, supplier, record_id)",
    )
    numbers = added(
        con,
        "INSERT INTO restricted_number SELECT DISTINCT number FROM standing_number "
        "SEMI JOIN restricted_row USING (contract, supplier, record_id) ANTI JOIN restricted_number USING (number)",
    )
    return rows + numbers


def _mark_remembered(con: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """Mark the records of which any version bears a restricted number, and learn the numbers of marked ones. Returns how many are new."""
    rows, numbers = f"store.{contract.name}_record", _numbers(contract)
    bears = "IN (SELECT b.text FROM borne_number AS b SEMI JOIN restricted_number USING (number))"
    marked = f"JOIN (SELECT supplier, record_id FROM restricted_row WHERE contract = '{contract.name}') USING (supplier, record_id)"
    new = added(
        con,
        f"INSERT INTO restricted_row SELECT DISTINCT '{contract.name}', supplier, record_id FROM {rows} "
        f"ANTI {marked} WHERE {' OR '.join(f'{column} {bears}' for column in numbers)}",
    )
    for column in numbers:
        con.execute(
            f"INSERT INTO restricted_number SELECT DISTINCT b.number FROM {rows} AS r SEMI {marked} "
            f"INNER JOIN borne_number AS b ON r.{column} = b.text "
            "WHERE b.number <> '' AND b.number NOT IN (SELECT number FROM restricted_number)"
        )
    return new


def _mark_mothers_and_babies(con: duckdb.DuckDBPyConnection) -> int:
    """Mark the births of marked bookings and the bookings of marked births. Returns how many are new."""
    births = _standing(CONTRACTS["maternity_birth"], "supplier, record_id, booking_record_id")
    marked = "(SELECT (contract, supplier, record_id) FROM restricted_row)"
    return sum(
        added(
            con,
            f"INSERT INTO restricted_row SELECT DISTINCT '{contract}', supplier, {key} FROM {births} "
            f"WHERE ('{other}', supplier, {other_key}) IN {marked} AND ('{contract}', supplier, {key}) NOT IN {marked}",
        )
        for contract, key, other, other_key in (
            ("maternity_birth", "record_id", "maternity_booking", "booking_record_id"),
            ("maternity_booking", "booking_record_id", "maternity_birth", "record_id"),
        )
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
                    f"FROM (FROM {table}) SEMI JOIN (SELECT supplier, record_id FROM restricted_row WHERE contract = '{name}') "
                    "USING (supplier, record_id)"
                )
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_address AS SELECT * FROM ({' UNION ALL '.join(parts)}) "
        "WHERE coalesce(line_1, line_2, line_3, line_4, line_5, postcode, uprn_given) IS NOT NULL"
    )


def _cut(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Cut off, contract by contract, what others say of restricted people's phones and what could say where these are."""

    def cut(own: duckdb.DuckDBPyConnection, name: str) -> None:
        contacts.null_sealed(own, name, f"accepted_{name}")
        contacts.null_sealed(own, name, f"store.{name}_record", NOT_AS_IT_CAME)
        _strip(own, CONTRACTS[name])

    beside.each(con, [partial(cut, name=name) for name in PEOPLE_CONTRACTS], beside.threads_for(con, night.threads))


def _strip(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Null every column of a restricted row that could say where, in tonight's rows and in every version kept."""
    dropped = [c.name for c in contract.columns if c.name not in KEPT and not _needed(contract, c.name)]
    assignments = ", ".join(f'"{c}" = NULL' for c in dropped)
    # Most have been stripped on an earlier night: to write a row again is to write its columns for everybody anew.
    told = " OR ".join(f'"{c}" IS NOT NULL' for c in dropped)
    condition = (
        "(supplier, record_id) IN (SELECT (r.supplier, r.record_id) FROM restricted_row AS r "
        f"WHERE r.contract = '{contract.name}') AND ({told})"
    )
    con.execute(f"UPDATE accepted_{contract.name} SET {assignments} WHERE {condition}")
    con.execute(f"UPDATE store.{contract.name}_record SET {NOT_AS_IT_CAME}{assignments} WHERE {condition}")


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
    for contract in _with_numbers() if count(con, "quarantine") else ():
        numbers = ", ".join(f"l.{column}" for column in _numbers(contract))
        bears = " OR ".join(
            f"{digits(column)} IN (SELECT number FROM restricted_number) "
            f"OR {plain_hash(column)} IN (SELECT number_hash FROM store.tombstone)"
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
