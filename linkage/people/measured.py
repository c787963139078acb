"""A model measured on mentions whose true persons are known, and what of it is stored to notice drift by.

Reads `person_input`, `mention`, `true_person`; writes `pair` and `held` (one row a mention: its cluster,
link probability and true person), which linkage.evaluate counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from linkage.evaluate.truth import table
from linkage.people import components, score
from linkage.people.cluster import Cluster
from linkage.people.persons import calibrated
from linkage.people.resolve import Resolution
from linkage.settings import Settings
from linkage.store import run_sql

EDGES = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)
"""Upper ends of the bins in which a link probability is measured."""
LEARNED_FROM = "hash(true_person) % 2 = 0"
"""The true persons that calibration is learned from."""
LOWEST = 0.5
"""Links are measured from here up, below the threshold of a night, so that the threshold may be moved."""


def resolve(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], keep_above: float, link_at: float
) -> tuple[list[Cluster], dict[str, float]]:
    """Clusters under a model, and the probability of the link that brought each mention in."""
    score.score(con, dict(parameters), keep_above)
    run_sql(con, score.HERE / "pair.sql")
    con.execute("DROP TABLE scored")
    resolution = Resolution(components.read_facts(con), components.read_edges(con), link_at)
    return components.unique_clusters(resolution.run()), resolution.link


def reliability(
    clusters: Iterable[Cluster],
    link: Mapping[str, float],
    true: Mapping[str, str],
    among: Collection[str] | None = None,
) -> list[dict[str, float]]:
    """By bin of link probability: its upper end, the mean that was said, the share that was right, and how many links.

    A mention's link is right when most others of its cluster are of its person. Mentions without a true person do not count,
    nor do those that are not `among` the ones asked for.
    """
    bins: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for cluster in clusters:
        for member in cluster.members if len(cluster.members) > 1 else []:
            others = sorted(true.get(m, "") for m in cluster.members if m != member)
            if member in (true if among is None else among):
                said = min(link.get(member, 0.0), 1.0)
                counted = bins[min(x for x in EDGES if said <= x)]
                counted[0] += said
                counted[1] += max(set(others), key=others.count) == true[member]
                counted[2] += 1
    return [
        {"edge": edge, "said": said / n, "right": right / n, "links": n}
        for edge, (said, right, n) in sorted(bins.items())
    ]


def calibrate(
    clusters: Iterable[Cluster],
    link: Mapping[str, float],
    true: Mapping[str, str],
    among: Collection[str] | None = None,
) -> list[list[float]]:
    """Points (model, measured) of link probability, monotone: neighbours in the wrong order share one value (isotonic regression).

    Each bin is taken to hold one right and one wrong link more than were counted, so that three links prove nothing.
    """
    from scipy.optimize import isotonic_regression  # half a second to load, and no night calibrates

    bins = reliability(clusters, link, true, among)
    links = [found["links"] + 2 for found in bins]
    right = [(found["right"] * found["links"] + 1) / n for found, n in zip(bins, links, strict=True)]
    measured = [round(float(x), 4) for x in isotonic_regression(right, weights=links).x] if bins else []
    points = [[0.0, 0.0], *([found["edge"], value] for found, value in zip(bins, measured, strict=True))]
    return points if points[-1][0] == 1.0 else [*points, [1.0, points[-1][1] or 1.0]]


def read_truth(con: duckdb.DuckDBPyConnection, truth: Path) -> None:
    """`true_person`: one row a mention of the truth folder."""
    con.execute(
        "CREATE OR REPLACE TABLE true_person AS SELECT concat_ws('|', contract, supplier, record_id, mention) AS mention_id, "
        f"true_person, name_tradition FROM {table(truth, 'mentions')}"
    )


def hold(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], settings: Settings) -> None:
    """`held`: what a night with this model would link, beside the truth."""
    link_at = settings.number("people.link_at_probability")
    clusters, link = resolve(con, parameters, settings.number("people.keep_pairs_above_weight"), link_at)
    rows = [
        (m, c.members[0], 1.0 if len(c.members) == 1 else calibrated(link.get(m, link_at), parameters["calibration"]))
        for c in clusters
        for m in c.members
    ]
    schema = {"mention_id": pl.String, "person_id": pl.String, "link_probability": pl.Float64}
    con.register("found", pl.DataFrame(rows, schema=schema, orient="row"))
    con.execute(
        "CREATE OR REPLACE TABLE held AS SELECT m.contract, m.supplier, m.record_id, m.mention, f.person_id, f.link_probability, "
        "t.true_person, t.name_tradition FROM found AS f INNER JOIN mention AS m USING (mention_id) "
        "INNER JOIN true_person AS t USING (mention_id) ORDER BY mention_id"
    )
    con.unregister("found")


def held_out(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], settings: Settings
) -> tuple[list[list[float]], list[dict[str, float]]]:
    """Calibration points from half the true persons, and the reliability of the model's own probabilities on the others."""
    clusters, link = resolve(con, parameters, settings.number("people.keep_pairs_above_weight"), LOWEST)
    halves = [
        dict(con.execute(f"SELECT mention_id, true_person FROM true_person WHERE {which}").fetchall())
        for which in (LEARNED_FROM, f"NOT ({LEARNED_FROM})")
    ]
    whole = halves[0] | halves[1]
    return (
        calibrate(clusters, link, whole, halves[0].keys()),
        reliability(clusters, link, whole, halves[1].keys()),
    )


BASELINE = {
    "weights": "SELECT CAST(greatest(-6, least(30, 2 * floor(match_weight / 2))) AS INTEGER)::VARCHAR AS slice, count(*) AS part "
    "FROM pair SEMI JOIN person AS a ON mention_id_l = a.mention_id SEMI JOIN person AS b ON mention_id_r = b.mention_id "
    "WHERE match_weight >= -6 GROUP BY 1",
    "link_rates": "SELECT m.contract || ' ' || m.mention AS slice, count(*) FILTER (p.cluster_size > 1) AS part, count(*) AS whole "
    "FROM mention AS m INNER JOIN person AS p USING (mention_id) GROUP BY 1",
}
"""What a night is laid beside: counts only. weights: kept pairs by match weight, in steps of two; link_rates: by source."""


def baseline(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Shares of pairs by weight, kept pairs a mention and link rates by source. Reads `mention`, `pair` and `person`."""
    weights = dict(
        con.execute(f"SELECT slice, part FROM ({BASELINE['weights']}) ORDER BY CAST(slice AS INTEGER)").fetchall()
    )
    pairs, mentions = sum(weights.values()), con.execute("SELECT count(*) FROM person").fetchone()
    rates = con.execute(f"SELECT slice, part / whole FROM ({BASELINE['link_rates']}) ORDER BY slice").fetchall()
    return {
        "pairs_per_mention": round(pairs / max(mentions[0] if mentions else 0, 1), 4),
        "weights": {slice_: round(n / max(pairs, 1), 4) for slice_, n in weights.items()},
        "link_rates": {slice_: round(rate, 4) for slice_, rate in rates},
    }
