"""People: clusters of mentions with an id that stays from night to night.

Reads `pair`, `mention`, `person_input`, `verdict_pair`; writes `person` (one row a mention), `refused_pair` (one row a
link that a rule or a verdict forbade) and, in the store, `person_member` and `person_event` (created, absorbed, split,
retired, each with its reason).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from itertools import pairwise

import duckdb
import polars as pl

from linkage.history import rewind
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
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.person_member "
        "(mention_id VARCHAR, person_id VARCHAR, known_from DATE, known_to DATE)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.person_event "
        "(night DATE, person_id VARCHAR, event VARCHAR, other_person_id VARCHAR, reason VARCHAR)"
    )
    rewind(con, "store.person_member", night)
    con.execute("DELETE FROM store.person_event WHERE night >= $night", {"night": night.date})


def carry_over(con: duckdb.DuckDBPyConnection, night: Night, clusters: list[Cluster]) -> dict[str, str]:
    """person_id by first member. A cluster keeps the id that most of its mentions had; an id goes to one cluster only.

    Ties go to the id held by the smallest mention. A new id is a digest of the first mention and the night, so the same
    history always gives the same ids and an id tells nothing of a person.
    """
    held: dict[str, str] = dict(
        con.execute("SELECT mention_id, person_id FROM store.person_member WHERE known_to IS NULL").fetchall()
    )
    wishes = []
    for cluster in clusters:
        counts = Counter(held[m] for m in cluster.members if m in held)
        for person_id, count in counts.items():
            first = next(m for m in cluster.members if held.get(m) == person_id)
            wishes.append((-count, first, person_id, cluster.members[0]))
    taken: set[str] = set()
    ids: dict[str, str] = {}
    for _, _, person_id, first in sorted(wishes):
        if first not in ids and person_id not in taken:
            ids[first] = person_id
            taken.add(person_id)
    used = {r[0] for r in con.execute("SELECT DISTINCT person_id FROM store.person_member").fetchall()}
    for cluster in clusters:
        first = cluster.members[0]
        if first not in ids:
            ids[first] = mint("P", first, night.date.isoformat(), used)
    _record_events(con, night, clusters, held, ids)
    return ids


def mint(letter: str, seed: str, night: str, used: set[str]) -> str:
    """A new id: a letter and twelve hexadecimal digits, unlike any in `used` (which it joins)."""
    attempt = 0
    while (new := letter + hashlib.sha256(f"{seed}|{night}|{attempt}".encode()).hexdigest()[:12]) in used:
        attempt += 1
    used.add(new)
    return new


def _record_events(
    con: duckdb.DuckDBPyConnection, night: Night, clusters: list[Cluster], held: dict[str, str], ids: dict[str, str]
) -> None:
    now: dict[str, set[str]] = defaultdict(set)
    events: list[tuple[str, str, str | None, str]] = []
    for cluster in clusters:
        new = ids[cluster.members[0]]
        before = {held[m] for m in cluster.members if m in held}
        for old in before:
            now[old].add(new)
        if new not in before:
            events.append((new, "split" if before else "created", min(before) if before else None,
                           "records parted" if before else "first seen"))  # fmt: skip
    standing = set(ids.values())
    for old in sorted(set(held.values()) - standing):
        into = min(now[old]) if now[old] else None
        events.append((old, "absorbed" if into else "retired", into, "records joined" if into else "no record left"))
    if events:
        frame = pl.DataFrame(
            sorted((night.date, *e) for e in events),
            schema={
                "night": pl.Date,
                "person_id": pl.String,
                "event": pl.String,
                "other": pl.String,
                "reason": pl.String,
            },
            orient="row",
        )
        con.register("events", frame)
        con.execute("INSERT INTO store.person_event SELECT * FROM events")
        con.unregister("events")


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
