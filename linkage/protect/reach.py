"""Whom a record put under protection, for the nights on which it, or what links it to the rest, is not told.

A mark, and a listed place that a record gives, reach people through linkage. The records that they reach are not remembered: on a night
on which the supplier that shows the place is silent nothing else would hold them back. So the store keeps, as keyed hashes, whom a record
reached:

- `store.sealed_reach`: one row a record that protects (contract, supplier, record_id) and one mention, number or home (`hash`) of
  somebody whom it protects; the record that gave it, by supplier (of_contract, of_supplier) and by the hash of its key (of_hash); and
  known_from and known_to. It stands while its record protects, on every night on which that is not told, and a year after it went.

In memory: `protecting`, one row a record that protects tonight and one whom it protects; `reach_came`, the records of `sealed_reach`
that came tonight.
"""

from __future__ import annotations

import duckdb

from linkage.night import Night
from linkage.protect.hashes import RECORD, came, number_hash, place_hash, plain_hash, reopen
from linkage.tables import PEOPLE_CONTRACTS

HELD = "(contract, supplier, record_id, hash)"
_NUMBERS = f"unnest([{number_hash('m.nhs_number')}, {plain_hash('m.force_key')}])"
"""SQL: hashes of the numbers of a mention (m)."""
_ACCEPTED = "(SELECT (f.contract, f.supplier) FROM input_file AS f WHERE f.status = 'accepted')"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the table where it is missing."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.sealed_reach (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, hash VARCHAR, "
        "of_contract VARCHAR, of_supplier VARCHAR, of_hash VARCHAR, known_from DATE, known_to DATE)"
    )


def begin(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`reach_came`: the records of `store.sealed_reach` of which a row came through tonight.

    What that table has of refused records, and of invalidated numbers, goes.
    """
    reopen(con, "store.sealed_reach", night)
    con.execute(
        f"DELETE FROM store.sealed_reach WHERE {RECORD} IN (SELECT {RECORD} FROM refused_record) "
        "OR hash IN (SELECT number_hash FROM store.tombstone)"
    )
    con.execute(
        f"CREATE OR REPLACE TABLE reach_came AS SELECT DISTINCT contract, supplier, record_id FROM ({came(PEOPLE_CONTRACTS)}) "
        f"SEMI JOIN store.sealed_reach USING {RECORD}"
    )


def hold(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Remember whom tonight's records protect, and restrict whom those protect that did not come.

    First the one, then the other: so a night done again, by when what gave a hash may have gone, finds the same.
    """
    _remember(con, night)
    _list_standing(con, night)
    _restrict(con)


def withhold_homes(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `withheld_place` the homes of those whom a record protects that did not come. Reads `hashed_place`."""
    con.execute(
        "INSERT INTO withheld_place SELECT uprn FROM hashed_place AS h SEMI JOIN standing_reach AS s ON h.place_hash = s.hash "
        "WHERE uprn NOT IN (SELECT w.uprn FROM withheld_place AS w)"
    )


def settle(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Forget what came and protects no more, and whom a record reaches no more; of records that went note the night."""
    given = {"night": night.date}
    protects = f"(SELECT {RECORD} FROM protecting)"
    came = f"{RECORD} IN (SELECT {RECORD} FROM reach_came) AND known_from <= $night"
    con.execute(f"DELETE FROM store.sealed_reach WHERE {came} AND {RECORD} NOT IN {protects}", given)
    con.execute(
        f"DELETE FROM store.sealed_reach WHERE {came} AND {RECORD} NOT IN (SELECT {RECORD} FROM awaiting_reach) "
        f"AND {HELD} NOT IN (SELECT {HELD} FROM reach_now)",
        given,
    )
    con.execute(
        "UPDATE store.sealed_reach SET known_to = $night WHERE known_to IS NULL AND known_from < $night "
        f"AND (contract, supplier) IN {_ACCEPTED} AND {RECORD} NOT IN (SELECT {RECORD} FROM reach_came) AND {RECORD} NOT IN {protects}",
        given,
    )
    for table in ("reach_now", "standing_reach", "awaiting_reach", "reach_came", "protecting"):
        con.execute(f"DROP TABLE {table}")


def _remember(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`reach_now`: what the records of `protecting` reach, in the shape of `store.sealed_reach`; what is new of it goes there."""
    con.execute(
        "CREATE OR REPLACE TABLE reach_now AS WITH reached AS (FROM person SEMI JOIN protecting USING (person_id)), "
        f"told AS (SELECT r.person_id, r.contract, r.supplier, {_key('r')} AS of_key, {number_hash('r.mention_id')} AS hash FROM reached AS r "
        f"UNION SELECT r.person_id, r.contract, r.supplier, {_key('r')}, "
        f"{_NUMBERS} FROM reached AS r INNER JOIN mention AS m USING (mention_id) "
        f"UNION SELECT r.person_id, r.contract, r.supplier, {_key('r')}, {place_hash('c.uprn')} FROM reached AS r "
        "INNER JOIN claim AS c USING (mention_id) WHERE c.stands) "
        "SELECT DISTINCT p.contract, p.supplier, p.record_id, t.hash, t.contract AS of_contract, t.supplier AS of_supplier, "
        f"{number_hash('t.of_key')} AS of_hash FROM protecting AS p INNER JOIN told AS t USING (person_id) WHERE t.hash IS NOT NULL"
    )
    con.execute(
        f"INSERT INTO store.sealed_reach SELECT *, $night, NULL FROM reach_now WHERE {HELD} NOT IN "
        f"(SELECT {HELD} FROM store.sealed_reach WHERE known_to IS NULL) ORDER BY ALL",
        {"night": night.date},
    )


def _key(alias: str) -> str:
    return f"concat_ws('|', {alias}.contract, {alias}.supplier, {alias}.record_id)"


def _list_standing(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`standing_reach`: hashes of people whom a record protects that did not come tonight, or that still protects while it awaits others.

    `awaiting_reach`: the records whose reach cannot be told whole, since a record that they reached is of a silent supplier, was set aside, or
    may be one that could not be read: it may be what links the rest.
    """
    con.execute(
        "CREATE OR REPLACE TABLE awaiting_reach AS SELECT DISTINCT contract, supplier, record_id FROM store.sealed_reach "
        f"WHERE known_to IS NULL AND ((of_contract, of_supplier) NOT IN {_ACCEPTED} "
        "OR (of_contract, of_supplier) IN (SELECT (q.contract, q.supplier) FROM quarantine AS q WHERE q.record_id IS NULL) "
        f"OR of_hash IN (SELECT {number_hash(_key('q'))} FROM quarantine AS q WHERE q.record_id IS NOT NULL))"
    )
    con.execute(
        "CREATE OR REPLACE TABLE standing_reach AS SELECT DISTINCT hash FROM store.sealed_reach "
        f"WHERE coalesce(known_to, $night) >= $night - INTERVAL 1 YEAR AND ({RECORD} NOT IN (SELECT {RECORD} FROM reach_came) "
        f"OR {RECORD} IN (SELECT {RECORD} FROM awaiting_reach SEMI JOIN protecting USING {RECORD}))",
        {"night": night.date},
    )


def _restrict(con: duckdb.DuckDBPyConnection) -> None:
    if con.execute("SELECT 1 FROM standing_reach LIMIT 1").fetchone():
        con.execute(
            f"INSERT INTO restricted_person SELECT DISTINCT person_id FROM (SELECT person_id, {number_hash('mention_id')} AS hash FROM person "
            f"UNION ALL SELECT p.person_id, {_NUMBERS} "
            "FROM mention AS m INNER JOIN person AS p USING (mention_id) WHERE coalesce(m.nhs_number, m.force_key) IS NOT NULL) "
            "SEMI JOIN standing_reach USING (hash) WHERE person_id NOT IN (SELECT r.person_id FROM restricted_person AS r)"
        )
