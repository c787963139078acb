"""Households: the people held to live at one property over one interval, and links between households.

Reads `claim` (after protection); writes `household` (one row a person in a household) with ids that stay. A person
named by two properties at once may stand in two households: two homes are a normal state.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from linkage import identity
from linkage.night import Night
from linkage.store import run_sql

HERE = Path(__file__).parent


def claims(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Build `claim` from the standing records, dated by what they said before."""
    run_sql(con, HERE / "told_since.sql")
    count = run_sql(con, HERE / "claim.sql", {"night": night.date})
    con.execute("DROP TABLE told_since")
    # What a record says under a new key has been known since it was said under the old one.
    con.execute(
        "UPDATE claim AS c SET known_on = r.known_since FROM store.same_record AS r WHERE r.contract = c.contract "
        "AND r.supplier = c.supplier AND r.record_id = c.record_id AND r.night = c.known_on"
    )
    return {"claims": count}


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Build `household`. Returns counts."""
    run_sql(con, HERE / "household_interval.sql", {"night": night.date})
    run_sql(con, HERE / "household_group.sql")
    identity.prepare(con, "household", night)
    _carry_over(con, night)
    con.execute(
        "CREATE OR REPLACE TABLE household AS SELECT i.id AS household_id, g.uprn, g.person_id, g.valid_from, g.valid_to, "
        "g.registered, g.basis FROM household_group AS g INNER JOIN group_id AS i ON g.uprn = i.grp.uprn AND g.era = i.grp.era "
        "ORDER BY household_id, g.person_id"
    )
    con.execute("DROP TABLE group_id")
    _remember(con, night)
    rows = con.execute("SELECT count(*), count(DISTINCT household_id) FROM household").fetchone() or (0, 0)
    con.execute("DROP TABLE household_group")
    con.execute("DROP TABLE household_interval")
    return {"households": int(rows[1]), "members": int(rows[0])}


def relations(con: duckdb.DuckDBPyConnection) -> int:
    """Build `relation`: who stands to whom in which relation, by which record. Returns its number of rows."""
    return run_sql(con, HERE / "relation.sql")


def how_sure(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Build `standing`: how likely each claim still holds, by the curves of the settings. Returns its number of rows."""
    parameters = {
        "night": night.date,
        "moves": night.settings.number("decay.moves_per_year"),
        "gp_lag": night.settings.number("decay.gp_lag_days"),
        "council_tax_lag": night.settings.number("decay.council_tax_lag_days"),
    }
    return run_sql(con, HERE / "standing.sql", parameters)


def _carry_over(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`group_id`: household_id by uprn and era (linkage/identity.py has the rules)."""
    con.execute(
        "CREATE OR REPLACE TABLE group_member AS SELECT DISTINCT {'uprn': uprn, 'era': era} AS grp, "
        "concat(uprn, '|', person_id) AS member FROM household_group"
    )
    _hold(con, night)
    gone = "nobody is held to have lived there any more"
    identity.give_ids(con, "household", night, _seed, lambda held, groups: _why, gone)


def _seed(at: dict[str, Any], members: identity.Group) -> str:
    return f"{at['uprn']}|{at['era']}|{members[0].rpartition('|')[2]}"


def _why(group: identity.Group, moved: int) -> str:
    if not moved:
        return "first seen"
    return f"{moved} {'person' if moved == 1 else 'people'} moved; their times at the property overlap otherwise than before"


def _hold(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`held`: household_id by "uprn|person_id" of last night, in tonight's person ids."""
    con.execute(
        "CREATE OR REPLACE TABLE held AS SELECT concat(uprn, '|', person_id) AS member, household_id AS id "
        "FROM store.household_member WHERE known_to IS NULL"
    )
    # Whoever was absorbed into somebody tonight, or parted from somebody, was at home where that person was.
    heirs = con.execute(
        "SELECT s.uprn, s.person_id, s.household_id, e.heir, e.gone FROM store.household_member AS s INNER JOIN ("
        "SELECT person_id AS was, other_person_id AS heir, TRUE AS gone FROM store.person_event "
        "WHERE night = $night AND event = 'absorbed' UNION ALL "
        "SELECT other_person_id, person_id, FALSE FROM store.person_event WHERE night = $night AND event = 'created') AS e "
        "ON s.person_id = e.was WHERE s.known_to IS NULL ORDER BY ALL",
        {"night": night.date},
    ).fetchall()
    held = identity.take_held(con, {f"{uprn}|{person}" for uprn, was, _, heir, _ in heirs for person in (was, heir)})
    for uprn, was, household_id, heir, gone in heirs:
        held.setdefault(f"{uprn}|{heir}", household_id)
        if gone:
            held.pop(f"{uprn}|{was}", None)
    identity.put_held(con, held)


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
