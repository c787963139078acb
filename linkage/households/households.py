"""Households: the people held to live at one property over one interval, and links between households.

Reads `claim` (after protection); writes `household` (one row a person in a household) with ids that stay. A person
named by two properties at once may stand in two households: two homes are a normal state.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import polars as pl

from linkage.history import rewind
from linkage.night import Night
from linkage.people.persons import mint
from linkage.store import run_sql

HERE = Path(__file__).parent


def claims(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Build `claim` from the standing records."""
    return {"claims": run_sql(con, HERE / "claim.sql", {"night": night.date})}


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Build `household`. Returns counts."""
    run_sql(con, HERE / "household_interval.sql", {"night": night.date})
    run_sql(con, HERE / "household_group.sql")
    _prepare(con, night)
    ids = _carry_over(con, night)
    con.register("ids", ids)
    con.execute(
        "CREATE OR REPLACE TABLE household AS SELECT i.household_id, g.uprn, g.person_id, g.valid_from, g.valid_to, "
        "g.registered, g.basis FROM household_group AS g INNER JOIN ids AS i USING (uprn, era) "
        "ORDER BY i.household_id, g.person_id"
    )
    con.unregister("ids")
    _remember(con, night)
    rows = con.execute("SELECT count(*), count(DISTINCT household_id) FROM household").fetchone() or (0, 0)
    con.execute("DROP TABLE household_group")
    con.execute("DROP TABLE household_interval")
    return {"households": int(rows[1]), "members": int(rows[0])}


def _prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.household_member "
        "(household_id VARCHAR, uprn VARCHAR, person_id VARCHAR, known_from DATE, known_to DATE)"
    )
    rewind(con, "store.household_member", night)


def _carry_over(con: duckdb.DuckDBPyConnection, night: Night) -> pl.DataFrame:
    """household_id by (uprn, era): the id that most of its people held at that property, else a new one."""
    held = {
        (uprn, person): household
        for uprn, person, household in con.execute(
            "SELECT uprn, person_id, household_id FROM store.household_member WHERE known_to IS NULL"
        ).fetchall()
    }
    groups = con.execute(
        "SELECT uprn, era, list(person_id ORDER BY person_id) FROM household_group GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    wishes = sorted(
        (-count, household, (uprn, era))
        for uprn, era, people in groups
        for household, count in Counter(held[(uprn, p)] for p in people if (uprn, p) in held).items()
    )
    ids: dict[tuple[str, int], str] = {}
    taken: set[str] = set()
    for _, household, group in wishes:
        if group not in ids and household not in taken:
            ids[group] = household
            taken.add(household)
    used = {r[0] for r in con.execute("SELECT DISTINCT household_id FROM store.household_member").fetchall()}
    for uprn, era, people in groups:
        if (uprn, era) not in ids:
            ids[(uprn, era)] = mint("H", f"{uprn}|{era}|{people[0]}", night.date.isoformat(), used)
    return pl.DataFrame(
        [(u, e, i) for (u, e), i in sorted(ids.items())],
        schema={"uprn": pl.String, "era": pl.Int64, "household_id": pl.String},
        orient="row",
    )


def _remember(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    same = "s.household_id = h.household_id AND s.uprn = h.uprn AND s.person_id = h.person_id"
    con.execute(
        f"UPDATE store.household_member AS s SET known_to = $night WHERE known_to IS NULL AND NOT EXISTS "
        f"(SELECT 1 FROM household AS h WHERE {same})",
        {"night": night.date},
    )
    con.execute(
        "INSERT INTO store.household_member SELECT DISTINCT household_id, uprn, person_id, $night, NULL FROM household AS h "
        f"WHERE NOT EXISTS (SELECT 1 FROM store.household_member AS s WHERE s.known_to IS NULL AND {same}) ORDER BY ALL",
        {"night": night.date},
    )
