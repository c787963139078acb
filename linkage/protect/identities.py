"""What is forgotten with a record that bore an invalidated number: every trace of it in the identities of people.

Were its mentions to keep a person_id, the id would join the records of the old number and of the new one: the pair that
nothing may hold. So its mentions go from every night, and with the last mention of a person that person's events and homes.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from linkage import identity
from linkage.tables import PEOPLE_CONTRACTS


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables where they are missing."""
    for kind in identity.MEMBERS:
        identity.prepare(con, kind)


def forget_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the earlier and later keys of refused records; reads `refused_record`."""
    records = "(SELECT (contract, supplier, record_id) FROM refused_record)"
    con.execute(
        f"DELETE FROM store.same_record WHERE (contract, supplier, record_id) IN {records} "
        f"OR (contract, supplier, was_record_id) IN {records}"
    )


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the events and homes of people who have left `store.person_member`, on whatever night and for whatever reason."""
    people, homes = "(SELECT person_id FROM store.person_member)", "(SELECT household_id FROM store.household_member)"
    con.execute(f"DELETE FROM store.person_event WHERE person_id NOT IN {people} OR other_person_id NOT IN {people}")
    con.execute(f"DELETE FROM store.household_member WHERE person_id NOT IN {people}")
    con.execute(
        f"DELETE FROM store.household_event WHERE household_id NOT IN {homes} OR other_household_id NOT IN {homes}"
    )


def keep_names(
    con: duckdb.DuckDBPyConnection, table: str, records: str, contracts: Sequence[str] = PEOPLE_CONTRACTS
) -> None:
    """`table` (name, born), in memory: whom the stored versions of some records are about, before these are deleted.

    An earlier night's family may show them where nothing else of that night rests on their records.
    """
    con.execute(f"CREATE OR REPLACE TABLE {table} (name VARCHAR, born DATE)")
    for contract in contracts:
        given, family = ("forenames", "surname") if contract == "council_tax" else ("given_names", "family_name")
        con.execute(
            f"INSERT INTO {table} SELECT trim(regexp_replace(concat_ws(' ', {given}, {family}), '\\s+', ' ', 'g')), date_of_birth "
            f"FROM store.{contract}_record WHERE ('{contract}', supplier, record_id) IN "
            f"(SELECT (contract, supplier, record_id) FROM {records})"
        )
