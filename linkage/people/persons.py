"""People: clusters of mentions with an id that stays from night to night.

Reads `pair`, `mention`, `verdict_pair`, `changed_record`; writes `person` (one row a mention) and, in the store,
`person_member` and `person_event` (one row an event of an id: see linkage/identity.py).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, pairwise

import duckdb
import polars as pl

from linkage import identity
from linkage.night import Night
from linkage.people import components, model

PERSON = {
    "mention_id": pl.String,
    "person_id": pl.String,
    "link_probability": pl.Float64,
    "cluster_size": pl.Int64,
}


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Resolve tonight's pairs into people and carry their ids over. Returns counts."""
    prepare(con, night)
    link_at = night.settings.number("people.link_at_probability")
    anew = components.resolve(con, link_at, night.threads)
    found = con.execute("SELECT mention_id, cluster, link FROM resolved ORDER BY cluster, mention_id").fetchall()
    groups = [[m for m, _, _ in members] for _, members in groupby(found, key=lambda row: row[1])]
    person_id = carry_over(con, night, groups)
    size = {members[0]: len(members) for members in groups}
    calibration = model.in_force(night.settings)["calibration"]
    rows = [(m, person_id[c], _held(link, link_at, size[c], calibration), size[c]) for m, c, link in found]
    con.register("people", pl.DataFrame(rows, schema=PERSON, orient="row"))
    con.execute(
        "CREATE OR REPLACE TABLE person AS SELECT p.*, p.mention_id IN (SELECT v.mention_id_l FROM verdict_pair AS v "
        "UNION ALL SELECT v.mention_id_r FROM verdict_pair AS v) AS reviewed, m.contract, m.supplier, m.record_id, m.mention "
        "FROM people AS p INNER JOIN mention AS m USING (mention_id) ORDER BY mention_id"
    )
    con.unregister("people")
    con.execute("DROP TABLE resolved")
    _remember(con, night)
    return {"people": len(groups), "mentions": len(rows), "resolved": anew}


def _held(link: float | None, link_at: float, size: int, calibration: list[list[float]]) -> float:
    return 1.0 if size == 1 else round(calibrated(link_at if link is None else link, calibration), 6)


def calibrated(chance: float, table: list[list[float]]) -> float:
    """A model's probability to a measured one, by a monotone table of (model, measured) points."""
    for (x0, y0), (x1, y1) in pairwise(table):
        if chance <= x1:
            return y0 + (y1 - y0) * (chance - x0) / (x1 - x0) if x1 > x0 else y1
    return table[-1][1]


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the tables of people in the store and forget what this night or a later one wrote."""
    identity.prepare(con, "person", night)


def carry_over(con: duckdb.DuckDBPyConnection, night: Night, groups: list[list[str]]) -> dict[str, str]:
    """person_id by first member, and the events of tonight in the store (linkage/identity.py has the rules)."""
    stood, held = held_before(con, night)
    used = identity.used_ids(con, "person")
    kept = identity.carry_over(groups, held)
    given_before = set(used)
    day = night.date.isoformat()
    ids = [kept.get(place) or identity.mint("P", members[0], day, used) for place, members in enumerate(groups)]
    found = identity.events(
        groups, ids, held, stood, given_before, _why(con, night, held, groups), "no record of theirs is left"
    )
    identity.append(con, "person", night, found)
    return {members[0]: person_id for members, person_id in zip(groups, ids, strict=True)}


def held_before(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[set[str], dict[str, str]]:
    """The ids of last night, and person_id by mention in tonight's keys: see linkage/succession.py."""
    held: dict[str, str] = dict(
        con.execute("SELECT mention_id, person_id FROM store.person_member WHERE known_to IS NULL").fetchall()
    )
    stood = set(held.values())
    moved = con.execute(
        "SELECT m.mention_id, s.mention_id AS was, arg_max(s.person_id, s.known_from) FROM mention AS m "
        "INNER JOIN store.same_record AS r ON r.night = $night AND m.contract = r.contract AND m.supplier = r.supplier "
        "AND m.record_id = r.record_id INNER JOIN store.person_member AS s "
        "ON s.mention_id = concat_ws('|', r.contract, r.supplier, r.was_record_id, m.mention) GROUP BY ALL ORDER BY ALL",
        {"night": night.date},
    ).fetchall()
    for mention_id in reused_keys(con, night):
        held.pop(mention_id, None)
    for _, was, _ in moved:
        held.pop(was, None)
    into = identity.became(con, "person") if moved else {}
    return stood, held | {mention_id: into.get(person_id, person_id) for mention_id, _, person_id in moved}


def reused_keys(con: duckdb.DuckDBPyConnection, night: Night) -> list[str]:
    """Mentions of a supplier that renumbered whose key was somebody else's last night."""
    return [
        r[0]
        for r in con.execute(
            "SELECT m.mention_id FROM mention AS m INNER JOIN store.renumbering AS n ON n.night = $night "
            "AND m.contract = n.contract AND m.supplier = n.supplier WHERE EXISTS (SELECT 1 FROM changed_record AS c "
            "WHERE c.contract = m.contract AND c.supplier = m.supplier AND c.record_id = m.record_id)",
            {"night": night.date},
        ).fetchall()
    ]


def _why(
    con: duckdb.DuckDBPyConnection, night: Night, held: dict[str, str], groups: list[list[str]]
) -> Callable[[identity.Group, int], str]:
    """The reason of a change: how many records moved, and whether one of the person's own records changed."""
    changed = {
        r[0] for r in con.execute("SELECT concat_ws('|', contract, supplier, record_id) FROM changed_record").fetchall()
    }
    standing = {m for members in groups for m in members}
    lost = {person_id for mention_id, person_id in held.items() if mention_id not in standing}

    def why(group: identity.Group, moved: int) -> str:
        if not moved:
            return "first seen"
        if any(m.rsplit("|", 1)[0] in changed for m in group):
            cause = "a record of theirs is new or has changed"
        elif any(held.get(m) in lost for m in group):
            cause = "a record of theirs has gone"
        else:
            cause = "no record of theirs changed: other records, a verdict, a setting or the model speak otherwise"
        return f"{moved} {'record' if moved == 1 else 'records'} moved; {cause}"

    return why


def _remember(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    con.execute(
        "UPDATE store.person_member AS s SET known_to = $night WHERE known_to IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM person AS p WHERE p.mention_id = s.mention_id AND p.person_id = s.person_id)",
        {"night": night.date},
    )
    con.execute(
        "INSERT INTO store.person_member SELECT mention_id, person_id, $night, NULL FROM person AS p "
        "WHERE NOT EXISTS (SELECT 1 FROM store.person_member AS s WHERE s.known_to IS NULL "
        "AND s.mention_id = p.mention_id AND s.person_id = p.person_id) ORDER BY mention_id",
        {"night": night.date},
    )
