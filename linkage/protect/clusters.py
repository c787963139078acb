"""The second half of the protection gate: the strictest mark of a cluster counts for the whole cluster.

Reads `person`, `claim`, `mention`, `property`, `sealed_address` (through `sealed_match`); removes from `person` and
`claim` whatever would name a protected person's whereabouts, by anyone. `shielded` (person_id) lists people about whom
nothing may be raised: it is read by detection and never written out. What was held back tonight stands in
`withheld_record`, `withheld_person`, `withheld_name` and `withheld_place`, in memory, for the purge of what was stored before.
"""

from __future__ import annotations

import duckdb

from linkage import identity
from linkage.night import Night
from linkage.protect import foreseen, purge, reach
from linkage.protect.hashes import keep, number_hash, place_hash, reopen
from linkage.store import added
from linkage.tables import PEOPLE_CONTRACTS

MOTHER = "p.mention_id = concat_ws('|', 'maternity_booking', n.supplier, n.pregnancy, 'mother')"
"""SQL: a person's mention (p) is that of the mother of a baby's mention (n), in the booking of the birth."""


def keep_sealed_places(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Remember, as keyed hashes, the properties that sealed addresses may mean; then forget the addresses.

    `sealed_match` (record and uprn) is the loose match of `sealed_address`. A place stands while its record says it,
    and a year longer (a former home is held back too), unless the record has come without its mark.
    """
    reopen(con, "store.sealed_place", night)
    con.execute(
        f"CREATE OR REPLACE TABLE sealed_now AS SELECT DISTINCT a.contract, a.supplier, a.record_id, "
        f"{place_hash('m.uprn')} AS place_hash FROM sealed_match AS m "
        "INNER JOIN sealed_address AS a USING (mention_id, address_role) WHERE m.uprn IS NOT NULL"
    )
    standing = " UNION ALL ".join(
        f"SELECT '{contract}' AS contract, supplier, record_id FROM {contract}" for contract in PEOPLE_CONTRACTS
    )
    keep(con, night, "store.sealed_place", "place_hash", unmarked=standing, said="FROM sealed_now")
    for table in ("sealed_match", "sealed_address"):
        con.execute(f"DROP TABLE {table}")


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Spread the marks over clusters and places and cut. Returns totals, which are all that may be told."""
    _marked_places(con, night)
    _restricted_people(con, night)
    foreseen.restrict(con)
    reach.hold(con, night)
    _protected_places(con)
    reach.withhold_homes(con)
    _restricted_children(con, night)
    reach.hold(con, night)
    reach.settle(con, night)
    _shielded_people(con)
    _withheld(con)
    _cut_records(con)
    _withhold_ids(con)
    purge.stored(con)
    # Of a withheld person's records nothing goes out: not the friend or sister they name either.
    cut = "FROM {} WHERE person_id IN (SELECT person_id FROM restricted_person) OR (contract, supplier, record_id) IN (FROM cut_record) RETURNING 1"
    claims, mentions = (con.execute(f"DELETE {cut.format(table)}").fetchall() for table in ("claim", "person"))
    for table in (
        "marked_place",
        "hashed_place",
        "cut_record",
        "restricted_person",
        "protected_entry",
        "restricted_row",
        "refused_record",
        "refused_person",
        "refused_name",
    ):
        con.execute(f"DROP TABLE {table}")
    return {"suppressed_claims": len(claims), "suppressed_mentions": len(mentions)}


def _cut_records(con: duckdb.DuckDBPyConnection) -> None:
    """`cut_record`: the records of which nothing goes out: those that are withheld, and those that say anything of a withheld place.

    Were the mention told and its address alone left out, whoever lays the files side by side would read who is known there, and by whom.
    """
    con.execute(
        "CREATE OR REPLACE TABLE cut_record AS (SELECT contract, supplier, record_id FROM withheld_record "
        "EXCEPT SELECT contract, supplier, record_id FROM refused_record) "
        "UNION SELECT contract, supplier, record_id FROM claim SEMI JOIN withheld_place USING (uprn)"
    )


def _withhold_ids(con: duckdb.DuckDBPyConnection) -> None:
    """`store.withheld`: ids of which `linkage person` and `linkage household` say no more than of ids that never were.

    Restricted people, whoever was held to be them on any night, people of whom no record goes out, and every household of theirs or
    at a protected place.
    """
    for kind in identity.MEMBERS:
        identity.prepare(con, kind)
    con.execute(
        "CREATE OR REPLACE TABLE store.withheld AS WITH people AS (SELECT person_id AS id FROM restricted_person "
        "UNION (SELECT person_id FROM person EXCEPT SELECT person_id FROM person ANTI JOIN cut_record USING (contract, supplier, record_id)) "
        "UNION SELECT s.person_id FROM store.person_member AS s INNER JOIN person AS p USING (mention_id) "
        "WHERE p.person_id IN (SELECT person_id FROM restricted_person)) SELECT id FROM people UNION "
        "SELECT household_id FROM store.household_member WHERE uprn IN (SELECT uprn FROM withheld_place) "
        "OR person_id IN (SELECT id FROM people) ORDER BY id"
    )


def _marked_places(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`marked_place`: places of tonight that are listed, or that sealed addresses may mean; each place is hashed once, as `hashed_place`.

    A property that bears the name of a listed one is listed too: gazetteers give a place another UPRN, and nobody tells the list. So is
    every flat of a listed building. Of a marked flat the building is marked, since records leave the flat out.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hashed_place AS SELECT uprn, {place_hash('uprn')} AS place_hash "
        "FROM (SELECT uprn FROM property UNION SELECT uprn FROM claim)"
    )
    _remember_forms(con, night)
    con.execute(
        "CREATE OR REPLACE TABLE marked_place AS WITH marked AS (SELECT place_hash, TRUE AS listed FROM protected_entry UNION ALL "
        "SELECT place_hash, FALSE FROM store.sealed_place WHERE coalesce(known_to, $night) >= $night - INTERVAL 1 YEAR) "
        "SELECT uprn, bool_or(listed) AS listed FROM (SELECT uprn, listed FROM hashed_place INNER JOIN marked USING (place_hash) "
        "UNION ALL SELECT uprn, TRUE FROM form_now SEMI JOIN store.listed_form USING (form_hash)) GROUP BY uprn",
        {"night": night.date},
    )
    con.execute("DROP TABLE form_now")
    _mark_flats_and_buildings(con)


def _mark_flats_and_buildings(con: duckdb.DuckDBPyConnection) -> None:
    flats = (
        "INSERT INTO marked_place SELECT DISTINCT p.uprn, TRUE FROM property AS p "
        "SEMI JOIN (FROM marked_place WHERE listed) AS m ON p.parent_uprn = m.uprn "
        "ANTI JOIN (FROM marked_place WHERE listed) AS k ON p.uprn = k.uprn"
    )
    buildings = (
        "INSERT INTO marked_place SELECT DISTINCT p.parent_uprn, FALSE FROM property AS p "
        "SEMI JOIN marked_place AS m ON p.uprn = m.uprn ANTI JOIN marked_place AS k ON p.parent_uprn = k.uprn "
        "WHERE p.parent_uprn IS NOT NULL"
    )
    for further in (flats, buildings):
        while added(con, further):  # A flat's parent may have a parent.
            pass


def _remember_forms(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`store.listed_form`: one row a listed place and the name by which a gazetteer knew it, in keyed hashes, while the place is listed.

    `form_now`: the names of tonight's properties; empty where no place is listed. Reads `hashed_place`.
    """
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.listed_form (place_hash VARCHAR, form_hash VARCHAR, known_from DATE, known_to DATE)"
    )
    con.execute(
        "DELETE FROM store.listed_form WHERE place_hash NOT IN "
        "(SELECT p.place_hash FROM protected_entry AS p WHERE p.place_hash IS NOT NULL)"
    )
    form = "concat_ws('|', street, building, number, flat, postcode_norm)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE form_now AS SELECT uprn, {number_hash(form)} AS form_hash FROM property "
        "WHERE coalesce(street, building) IS NOT NULL AND coalesce(number, flat, building) IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM protected_entry WHERE place_hash IS NOT NULL)"
    )
    con.execute(
        "INSERT INTO store.listed_form SELECT DISTINCT place_hash, form_hash, $night, NULL FROM form_now INNER JOIN hashed_place USING (uprn) "
        "SEMI JOIN protected_entry USING (place_hash) ANTI JOIN store.listed_form USING (place_hash, form_hash) ORDER BY ALL",
        {"night": night.date},
    )


def _restricted_people(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`restricted_person`: people with a restricted mention, or said within a year to live at a listed place (a refuge).

    For protection a registration of any kind says so (a hostel's code, a temporary one), and a home of any kind that police wrote down. Where
    a baby is discharged to, its mother went home to. `protecting` is the same with the record that shows it.
    """
    con.execute(
        "CREATE OR REPLACE TABLE protecting AS WITH listed AS ("
        "SELECT contract, supplier, record_id, person_id, mention_id, address_role FROM claim "
        "SEMI JOIN (FROM marked_place WHERE listed) USING (uprn) "
        "WHERE (says_residence OR address_role = 'home') AND coalesce(valid_to, $night) >= $night - INTERVAL 1 YEAR) "
        "SELECT p.contract, p.supplier, p.record_id, p.person_id FROM person AS p INNER JOIN mention AS m USING (mention_id) WHERE m.restricted "
        "UNION SELECT contract, supplier, record_id, person_id FROM listed "
        "UNION SELECT b.contract, b.supplier, b.record_id, p.person_id FROM listed AS b INNER JOIN mention AS n USING (mention_id) "
        f"INNER JOIN person AS p ON {MOTHER} WHERE b.address_role = 'discharge'",
        {"night": night.date},
    )
    con.execute("CREATE OR REPLACE TABLE restricted_person AS SELECT DISTINCT person_id FROM protecting")


def _protected_places(con: duckdb.DuckDBPyConnection) -> None:
    """`withheld_place`: listed places, those that sealed addresses may mean, and those restricted people still claim."""
    con.execute(
        "CREATE OR REPLACE TABLE withheld_place AS "
        "SELECT uprn FROM property SEMI JOIN marked_place USING (uprn) "
        "UNION SELECT c.uprn FROM claim AS c INNER JOIN restricted_person AS r USING (person_id) "
        "WHERE c.stands AND c.uprn IS NOT NULL"
    )


def _restricted_children(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """A child who lives at a protected place is held back like the parent: the child's practice tells of the area."""
    con.execute(
        "INSERT INTO protecting SELECT DISTINCT c.contract, c.supplier, c.record_id, c.person_id FROM claim AS c "
        "INNER JOIN mention AS m USING (mention_id) "
        "WHERE c.says_residence AND c.stands AND c.uprn IN (SELECT uprn FROM withheld_place) "
        "AND m.date_of_birth > $night - INTERVAL 18 YEAR "
        "AND c.person_id NOT IN (SELECT person_id FROM restricted_person)",
        {"night": night.date},
    )
    con.execute(
        "INSERT INTO restricted_person SELECT DISTINCT person_id FROM protecting ANTI JOIN restricted_person USING (person_id)"
    )


def _shielded_people(con: duckdb.DuckDBPyConnection) -> None:
    """Restricted people, whoever any record puts at a protected place, and whoever shares a record with one of these.

    A booking and its births are one record here: the mother is named in the one, and the baby in the other.
    """
    con.execute(
        "CREATE OR REPLACE TABLE shielded AS WITH direct AS ("
        "SELECT person_id FROM restricted_person UNION "
        "SELECT person_id FROM claim WHERE uprn IN (SELECT uprn FROM withheld_place)), "
        "named AS (SELECT p.person_id, CASE WHEN m.contract = 'gp' THEN 'gp' ELSE 'maternity' END AS register, m.supplier, "
        "coalesce(m.pregnancy, m.record_id) AS record_id FROM mention AS m INNER JOIN person AS p USING (mention_id) "
        "WHERE m.contract IN ('gp', 'maternity_booking', 'maternity_birth')) "
        "SELECT person_id FROM direct UNION SELECT person_id FROM named "
        "SEMI JOIN (FROM named SEMI JOIN direct USING (person_id)) AS record USING (register, supplier, record_id)"
    )


def _withheld(con: duckdb.DuckDBPyConnection) -> None:
    """`withheld_person`; `withheld_name`, what those under a mark or a refused number are called; and `withheld_record`:
    every record by which one of them, or a refused number, was known.
    """
    con.execute(
        "CREATE OR REPLACE TABLE withheld_person AS SELECT person_id FROM restricted_person "
        "UNION SELECT person_id FROM refused_person"
    )
    con.execute(
        "CREATE OR REPLACE TABLE withheld_name AS SELECT DISTINCT m.name_display AS name, m.date_of_birth AS born FROM mention AS m "
        "INNER JOIN person AS p USING (mention_id) INNER JOIN restricted_person AS r USING (person_id) "
        "WHERE m.name_display IS NOT NULL UNION SELECT name, born FROM refused_name WHERE name <> ''"
    )
    con.execute(
        "CREATE OR REPLACE TABLE withheld_record AS SELECT DISTINCT contract, supplier, record_id FROM person "
        "INNER JOIN restricted_person USING (person_id) "
        "UNION SELECT contract, supplier, record_id FROM restricted_row "
        "UNION SELECT contract, supplier, record_id FROM refused_record"
    )
