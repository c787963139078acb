"""People: clusters of mentions with an id that stays from night to night.

Reads `pair`, `mention`, `verdict_pair`, `changed_record`; writes `person` (one row a mention) and, in the store,
`person_member` and `person_event` (one row an event of an id: see linkage/identity.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import duckdb
import polars as pl

from linkage import identity
from linkage.night import Night
from linkage.people import components, model


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Resolve tonight's pairs into people and carry their ids over. Returns counts."""
    prepare(con, night)
    link_at = night.settings.number("people.link_at_probability")
    anew = components.resolve(con, link_at, night.threads)
    carry_over(con, night)
    _hold_links(con, link_at, model.in_force(night.settings)["calibration"])
    con.execute(
        "CREATE OR REPLACE TABLE person AS "
        "SELECT r.mention_id, g.id AS person_id, CASE WHEN g.members = 1 THEN 1.0 ELSE h.probability END AS link_probability, "
        "g.members AS cluster_size, r.mention_id IN (SELECT v.mention_id_l FROM verdict_pair AS v "
        "UNION ALL SELECT v.mention_id_r FROM verdict_pair AS v) AS reviewed, m.contract, m.supplier, m.record_id, m.mention "
        "FROM resolved AS r INNER JOIN group_id AS g ON r.cluster = g.grp INNER JOIN mention AS m ON r.mention_id = m.mention_id "
        "LEFT JOIN held_link AS h ON coalesce(r.link, $link_at) = h.link ORDER BY r.mention_id",
        {"link_at": link_at},
    )
    for table in ("resolved", "group_id", "held_link"):
        con.execute(f"DROP TABLE {table}")
    _remember(con, night)
    row = con.execute("SELECT count(DISTINCT person_id), count(*) FROM person").fetchone() or (0, 0)
    return {"people": int(row[0]), "mentions": int(row[1]), "resolved": anew}


def _hold_links(con: duckdb.DuckDBPyConnection, link_at: float, calibration: list[list[float]]) -> None:
    """`held_link`: one row a probability of the model at which a mention was linked, and what it was measured to be."""
    found = con.execute("SELECT DISTINCT coalesce(link, $link_at) FROM resolved", {"link_at": link_at}).fetchall()
    rows = [(link, round(calibrated(link, calibration), 6)) for (link,) in found]
    con.register("links", pl.DataFrame(rows, schema={"link": pl.Float64, "probability": pl.Float64}, orient="row"))
    con.execute("CREATE OR REPLACE TABLE held_link AS FROM links")
    con.unregister("links")


def calibrated(chance: float, table: list[list[float]]) -> float:
    """A model's probability to a measured one, by a monotone table of (model, measured) points."""
    for (x0, y0), (x1, y1) in pairwise(table):
        if chance <= x1:
            return y0 + (y1 - y0) * (chance - x0) / (x1 - x0) if x1 > x0 else y1
    return table[-1][1]


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the tables of people in the store and forget what this night or a later one wrote."""
    identity.prepare(con, "person", night)


def carry_over(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`group_id`: the person_id of each cluster by its first member (linkage/identity.py has the rules)."""
    con.execute("CREATE OR REPLACE TABLE group_member AS SELECT cluster AS grp, mention_id AS member FROM resolved")
    _hold(con, night)
    identity.give_ids(
        con, "person", night, lambda first, _: first, lambda held, groups: _why(con, night, held, groups),
        "no record of theirs is left",
    )  # fmt: skip


def _hold(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`held`: person_id by mention of last night, in tonight's keys: see linkage/succession.py."""
    con.execute(
        "CREATE OR REPLACE TABLE held AS SELECT mention_id AS member, person_id AS id FROM store.person_member WHERE known_to IS NULL"
    )
    moved = con.execute(
        "SELECT m.mention_id, s.mention_id AS was, arg_max(s.person_id, s.known_from) FROM mention AS m "
        "INNER JOIN store.same_record AS r ON r.night = $night AND m.contract = r.contract AND m.supplier = r.supplier "
        "AND m.record_id = r.record_id INNER JOIN store.person_member AS s "
        "ON s.mention_id = concat_ws('|', r.contract, r.supplier, r.was_record_id, m.mention) GROUP BY ALL ORDER BY ALL",
        {"night": night.date},
    ).fetchall()
    into = identity.became(con, "person") if moved else {}
    said_now = {mention_id: into.get(person_id, person_id) for mention_id, _, person_id in moved}
    identity.take_held(con, {*reused_keys(con, night), *(was for _, was, _ in moved), *said_now})
    identity.put_held(con, said_now)


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
    con: duckdb.DuckDBPyConnection, night: Night, held: Mapping[str, str], groups: Sequence[identity.Group]
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
        "CREATE OR REPLACE TEMP TABLE moved_member AS SELECT mention_id, person_id, p.mention_id IS NULL AS gone FROM person AS p "
        "FULL JOIN (SELECT mention_id, person_id, TRUE AS stood FROM store.person_member WHERE known_to IS NULL) AS s "
        "USING (mention_id, person_id) WHERE p.mention_id IS NULL OR s.stood IS NULL"
    )
    con.execute(
        "UPDATE store.person_member AS s SET known_to = $night FROM moved_member AS m "
        "WHERE s.known_to IS NULL AND m.gone AND s.mention_id = m.mention_id AND s.person_id = m.person_id",
        {"night": night.date},
    )
    con.execute(
        "INSERT INTO store.person_member SELECT mention_id, person_id, $night, NULL FROM moved_member WHERE NOT gone "
        "ORDER BY mention_id",
        {"night": night.date},
    )
    con.execute("DROP TABLE moved_member")
