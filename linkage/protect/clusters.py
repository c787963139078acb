"""The second half of the protection gate: the strictest mark of a cluster counts for the whole cluster.

Reads `person`, `claim`, `mention`, `property`, `sealed_address` (through `sealed_match`); removes from `person` and
`claim` whatever would name a protected person's whereabouts, by anyone. `shielded` (person_id) lists people about whom
nothing may be raised: it is read by detection and never written out.
"""

from __future__ import annotations

import duckdb

from linkage import identity
from linkage.night import Night
from linkage.protect.gate import number_hash


def keep_sealed_places(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Remember, as keyed hashes, the properties that sealed addresses may mean; then forget the addresses.

    `sealed_match` (record and uprn) is the loose match of `sealed_address`. A supplier that delivered tonight replaces
    what it said before; a silent supplier's stands.
    """
    con.execute(
        "DELETE FROM store.sealed_place WHERE (contract, supplier) IN "
        "(SELECT (contract, supplier) FROM input_file WHERE status = 'accepted')"
    )
    con.execute(
        f"INSERT INTO store.sealed_place SELECT DISTINCT a.contract, a.supplier, a.record_id, {number_hash('m.uprn')} AS h "
        "FROM sealed_match AS m INNER JOIN sealed_address AS a USING (mention_id, address_role) "
        "WHERE m.uprn IS NOT NULL ORDER BY ALL"
    )
    con.execute("DROP TABLE sealed_match")
    con.execute("DROP TABLE sealed_address")


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Spread the marks over clusters and places and cut. Returns totals, which are all that may be told."""
    _restricted_people(con, night)
    _protected_places(con)
    _shielded_people(con)
    _withhold(con)
    claims = con.execute(
        "DELETE FROM claim WHERE uprn IN (SELECT uprn FROM protected_uprn) "
        "OR person_id IN (SELECT person_id FROM restricted_person) RETURNING 1"
    ).fetchall()
    mentions = con.execute(
        "DELETE FROM person WHERE person_id IN (SELECT person_id FROM restricted_person) RETURNING 1"
    ).fetchall()
    for table in ("protected_uprn", "restricted_person", "protected_entry", "restricted_row"):
        con.execute(f"DROP TABLE {table}")
    return {"suppressed_claims": len(claims), "suppressed_mentions": len(mentions)}


def _withhold(con: duckdb.DuckDBPyConnection) -> None:
    """`store.withheld`: ids of which `linkage person` and `linkage household` say no more than of ids that never were.

    Restricted people, whoever was held to be them on any night, and every household of theirs or at a protected place.
    """
    for kind in identity.MEMBERS:
        identity.prepare(con, kind)
    con.execute(
        "CREATE OR REPLACE TABLE store.withheld AS WITH people AS (SELECT person_id AS id FROM restricted_person "
        "UNION SELECT s.person_id FROM store.person_member AS s INNER JOIN person AS p USING (mention_id) "
        "WHERE p.person_id IN (SELECT person_id FROM restricted_person)) SELECT id FROM people UNION "
        "SELECT household_id FROM store.household_member WHERE uprn IN (SELECT uprn FROM protected_uprn) "
        "OR person_id IN (SELECT id FROM people) ORDER BY id"
    )


def _restricted_people(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """People with a restricted mention, or said within a year to live at a listed place (a refuge)."""
    con.execute(
        "CREATE OR REPLACE TABLE restricted_person AS "
        "SELECT DISTINCT p.person_id FROM person AS p INNER JOIN mention AS m USING (mention_id) WHERE m.restricted "
        "UNION SELECT person_id FROM claim WHERE says_residence AND coalesce(valid_to, $night) >= $night - INTERVAL 1 YEAR "
        "AND uprn IN (SELECT uprn FROM protected_entry WHERE uprn <> '')",
        {"night": night.date},
    )


def _protected_places(con: duckdb.DuckDBPyConnection) -> None:
    """Listed places, places that sealed addresses may mean, and places that restricted people still claim."""
    con.execute(
        "CREATE OR REPLACE TABLE protected_uprn AS "
        "SELECT uprn FROM protected_entry WHERE uprn <> '' "
        f"UNION SELECT uprn FROM property WHERE {number_hash('uprn')} IN (SELECT place_hash FROM store.sealed_place) "
        "UNION SELECT c.uprn FROM claim AS c INNER JOIN restricted_person AS r USING (person_id) "
        "WHERE c.stands AND c.uprn IS NOT NULL"
    )


def _shielded_people(con: duckdb.DuckDBPyConnection) -> None:
    """Restricted people, whoever any record puts at a protected place, and whoever shares a record with one of these."""
    con.execute(
        "CREATE OR REPLACE TABLE shielded AS WITH direct AS ("
        "SELECT person_id FROM restricted_person UNION "
        "SELECT person_id FROM claim WHERE uprn IN (SELECT uprn FROM protected_uprn)) "
        "SELECT person_id FROM direct UNION SELECT p.person_id FROM person AS p INNER JOIN mention AS m USING (mention_id) "
        "WHERE (m.contract, m.supplier, coalesce(m.pregnancy, m.record_id)) IN ("
        "SELECT (n.contract, n.supplier, coalesce(n.pregnancy, n.record_id)) FROM mention AS n "
        "INNER JOIN person AS q USING (mention_id) INNER JOIN direct AS d USING (person_id) "
        "WHERE n.contract IN ('gp', 'maternity_booking', 'maternity_birth'))"
    )
