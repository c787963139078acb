"""People: clusters of mentions with an id that stays from night to night.

Reads `pair`, `mention`, `person_input`, `verdict_pair`, `changed_record`; writes `person` (one row a mention),
`refused_pair` (one row a link that a rule or a verdict forbade) and, in the store, `person_member` and `person_event` (one row
an event of an id: see linkage/identity.py).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import duckdb
import polars as pl

from linkage import identity
from linkage.night import Night
from linkage.people import model
from linkage.people.cluster import Cluster, Facts
from linkage.people.resolve import Edge, Resolution, Ruling

PERSON = {
    "mention_id": pl.String,
    "person_id": pl.String,
    "link_probability": pl.Float64,
    "cluster_size": pl.Int64,
    "reviewed": pl.Boolean,
}


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Resolve tonight's pairs into people and carry their ids over. Returns counts."""
    prepare(con, night)
    facts = read_facts(con)
    link_at = night.settings.number("people.link_at_probability")
    resolution = Resolution(facts, read_edges(con), link_at, read_rulings(con))
    clusters = unique_clusters(resolution.run())
    ids = carry_over(con, night, clusters)
    calibration = model.load_parameters()["calibration"]
    rows = [
        (
            member,
            ids[cluster.members[0]],
            _held(resolution, member, cluster, calibration),
            len(cluster.members),
            member in resolution.reviewed,
        )
        for cluster in clusters
        for member in cluster.members
    ]
    frame = pl.DataFrame(rows, schema=PERSON, orient="row").sort("mention_id")
    con.register("people", frame)
    con.execute(
        "CREATE OR REPLACE TABLE person AS SELECT p.*, m.contract, m.supplier, m.record_id, m.mention "
        "FROM people AS p INNER JOIN mention AS m USING (mention_id) ORDER BY mention_id"
    )
    con.unregister("people")
    _keep_refused(con, resolution)
    _remember(con, night)
    return {"people": len(clusters), "mentions": len(rows)}


def _held(resolution: Resolution, member: str, cluster: Cluster, calibration: list[list[float]]) -> float:
    if len(cluster.members) == 1:
        return 1.0
    return round(calibrated(resolution.link.get(member, resolution.link_at), calibration), 6)


def calibrated(chance: float, table: list[list[float]]) -> float:
    """A model's probability to a measured one, by a monotone table of (model, measured) points."""
    for (x0, y0), (x1, y1) in pairwise(table):
        if chance <= x1:
            return y0 + (y1 - y0) * (chance - x0) / (x1 - x0) if x1 > x0 else y1
    return table[-1][1]


def read_facts(con: duckdb.DuckDBPyConnection) -> list[Facts]:
    """What every mention says that can rule a link out, in order of mention_id."""
    rows = con.execute(
        "SELECT mention_id, concat_ws('|', contract, supplier, record_id), is_contact, given_keys, family_keys, initials, name_letters, "
        "date_of_birth, nhs_number, anchor_number, concat_ws('|', supplier, account), "
        "CASE WHEN mention = 'baby' THEN concat_ws('|', supplier, pregnancy) END, born_before, born_after, "
        "concat_ws('|', supplier, force_key), account IS NULL, force_key IS NULL, "
        "nhs_number IS NOT NULL OR (date_of_birth IS NOT NULL AND (len(given) > 0 OR mention = 'baby')) "
        "FROM mention ORDER BY mention_id"
    ).fetchall()
    return [
        Facts(
            r[0], r[1], r[2], frozenset(r[3]), frozenset(r[4]), frozenset(r[5]), r[6], r[7], r[8], r[9],
            None if r[15] else r[10], r[11], r[12], r[13], None if r[16] else r[14], r[17],
        )
        for r in rows
    ]  # fmt: skip


def read_edges(con: duckdb.DuckDBPyConnection) -> list[Edge]:
    """Pairs that no rule forbids, with their match weights."""
    return [
        (float(w), a, b)
        for w, a, b in con.execute(
            "SELECT match_weight, mention_id_l, mention_id_r FROM pair WHERE veto IS NULL ORDER BY ALL"
        ).fetchall()
    ]


def read_rulings(con: duckdb.DuckDBPyConnection) -> list[Ruling]:
    """Verdicts in force, as `linkage.sources.decisions` laid them out: pairs of mentions, one person or not."""
    con.execute("CREATE TABLE IF NOT EXISTS verdict_pair (mention_id_l VARCHAR, mention_id_r VARCHAR, same BOOLEAN)")
    found = con.execute("SELECT mention_id_l, mention_id_r, same FROM verdict_pair ORDER BY ALL").fetchall()
    return [Ruling(*row) for row in found]


def _keep_refused(con: duckdb.DuckDBPyConnection, resolution: Resolution) -> None:
    frame = pl.DataFrame(
        sorted((a, b, reason) for (a, b), reason in resolution.refused.items()),
        schema={"mention_id_l": pl.String, "mention_id_r": pl.String, "reason": pl.String},
        orient="row",
    )
    con.register("refused", frame)
    con.execute("CREATE OR REPLACE TABLE refused_pair AS SELECT * FROM refused")
    con.unregister("refused")


def unique_clusters(by_mention: dict[str, Cluster]) -> list[Cluster]:
    """The clusters, members sorted, in order of their first member."""
    found = {id(c): c for c in by_mention.values()}.values()
    for cluster in found:
        cluster.members.sort()
    return sorted(found, key=lambda c: c.members[0])


def prepare(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Make the tables of people in the store and forget what this night or a later one wrote."""
    identity.prepare(con, "person", night)


def carry_over(con: duckdb.DuckDBPyConnection, night: Night, clusters: list[Cluster]) -> dict[str, str]:
    """person_id by first member, and the events of tonight in the store (linkage/identity.py has the rules)."""
    groups = [cluster.members for cluster in clusters]
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
        if any(m.rsplit("|", 1)[0] in changed for m in group):
            cause = "a record of theirs is new or has changed"
        elif any(held.get(m) in lost for m in group):
            cause = "a record of theirs has gone"
        else:
            cause = "no record of theirs changed: other records, a verdict, a setting or the model speak otherwise"
        return f"{moved} {'record' if moved == 1 else 'records'} moved; {cause}" if moved else "first seen"

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
