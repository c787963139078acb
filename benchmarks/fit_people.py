"""Fit the parameters of the people model on a simulated region with its truth: m, u, prior and calibration.

    python -m benchmarks.fit_people REGION [REGION …] [--write]

m is counted over true pairs that blocking reaches; u over random pairs, and, for levels that only a shared key reaches
(one home, one phone), over all false candidate pairs, times the number of people. Without --write it only prints.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from flows import stages
from flows.nightly import Job
from flows.workroom import Workroom
from linkage import settings, store
from linkage.night import Night
from linkage.people import model, persons, score
from linkage.people.resolve import Resolution

SAMPLE = 2000
"""Mentions a side of the random pairs: 4 million pairs."""


def prepare(region: Path, scratch: Path) -> tuple[duckdb.DuckDBPyConnection, Night]:
    """Run the last night of a region up to `person_input`, in memory."""
    day = max(date.fromisoformat(p.name) for p in (region / "landing").iterdir())
    night = Night(day, region / "landing", scratch, settings.load())
    con = store.connect(memory="8GB")
    con.execute("ATTACH ':memory:' AS store")
    job = Job(Workroom(night, con, scratch / "s", scratch / "b", ""))
    for stage in (stages.sources, stages.gates, stages.protect, stages.history, stages.standardise, stages.places):
        stage(job)
    store.run_sql(con, score.HERE / "person_input.sql")
    score.register_region(con, night)
    truth = region / "truth" / "mentions.parquet"
    con.execute(
        "CREATE TABLE true_person AS SELECT concat_ws('|', contract, supplier, record_id, mention) AS mention_id, "
        f"true_person FROM read_parquet('{truth}')"
    )
    return con, night


def count_levels(con: duckdb.DuckDBPyConnection, parameters: dict[str, Any]) -> dict[str, dict[str, dict[str, float]]]:
    """Counts by comparison and level: `true` and `false` among candidates, `random` among random pairs."""
    score.score(con, parameters, -60.0)
    found: dict[str, dict[str, dict[str, float]]] = {}
    for comparison in model.COMPARISONS:
        names = model.level_names(comparison)
        counts = {name: {"true": 0.0, "false": 0.0, "random": 0.0} for name in names}
        for gamma, same, n in con.execute(
            f"SELECT gamma_{comparison.name}, coalesce(a.true_person = b.true_person, false), count(*) FROM scored "
            "JOIN true_person a ON a.mention_id = mention_id_l JOIN true_person b ON b.mention_id = mention_id_r "
            "GROUP BY ALL"
        ).fetchall():
            if gamma >= 0:
                counts[names[len(names) - 1 - gamma]]["true" if same else "false"] += n
        for name, n in _random_levels(con, comparison):
            counts[name]["random"] += n
        found[comparison.name] = counts
    return found


def _random_levels(con: duckdb.DuckDBPyConnection, comparison: model.Comparison) -> list[tuple[str, int]]:
    cases = " ".join(f"WHEN {level.sql} THEN '{level.name}'" for level in comparison.levels)
    columns = [r[0] for r in con.execute("DESCRIBE person_input").fetchall()]
    left = ", ".join(f"{c} AS {c}_l" for c in columns)
    right = ", ".join(f"{c} AS {c}_r" for c in columns)
    order = "ORDER BY hash(mention_id || $side) LIMIT"
    return con.execute(
        f"WITH l AS (SELECT {left} FROM (FROM person_input {order.replace('$side', chr(39) + 'l' + chr(39))} {SAMPLE})), "
        f"r AS (SELECT {right} FROM (FROM person_input {order.replace('$side', chr(39) + 'r' + chr(39))} {SAMPLE})) "
        f"SELECT CASE WHEN {comparison.silent} THEN NULL {cases} ELSE 'else' END AS level, count(*) FROM l, r "
        "LEFT JOIN true_person a ON a.mention_id = mention_id_l LEFT JOIN true_person b ON b.mention_id = mention_id_r "
        "WHERE mention_id_l <> mention_id_r AND a.true_person IS DISTINCT FROM b.true_person GROUP BY 1 HAVING level IS NOT NULL"
    ).fetchall()


def fit(con: duckdb.DuckDBPyConnection, parameters: dict[str, Any]) -> dict[str, Any]:
    """New parameters from one region, with the counts they rest on."""
    counts = count_levels(con, parameters)
    people = score.people_in_region(con)
    mentions = con.execute("SELECT count(*) FROM person_input").fetchone()[0]  # type: ignore[index]
    true_pairs = con.execute(
        "SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM true_person JOIN person_input USING (mention_id) "
        "GROUP BY true_person)"
    ).fetchone()[0]  # type: ignore[index]
    all_pairs = mentions * (mentions - 1) / 2
    fitted: dict[str, Any] = {"prior_per_person": true_pairs / all_pairs * people, "comparisons": {}}
    for comparison in model.COMPARISONS:
        levels = counts[comparison.name]
        trues = sum(c["true"] for c in levels.values()) or 1
        randoms = sum(c["random"] for c in levels.values()) or 1
        spoken = randoms / (SAMPLE * SAMPLE)
        fitted["comparisons"][comparison.name] = {}
        for level in [*comparison.levels, None]:
            name = level.name if level else "else"
            c = levels[name]
            values: dict[str, Any] = {"m": round(max((c["true"] + 0.5) / (trues + 1), 1e-5), 6)}
            if level and level.per_person:
                values["u"] = round((c["false"] + 0.5) / (all_pairs * spoken) * people, 4)
            elif not (level and level.tf):
                values["u"] = round(max((c["random"] + 0.5) / randoms, 1e-7), 8)
            fitted["comparisons"][comparison.name][name] = values
    return fitted


def average(fits: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean of several regions' parameters."""
    out: dict[str, Any] = {"prior_per_person": round(sum(f["prior_per_person"] for f in fits) / len(fits), 4), "comparisons": {}}
    for comparison, levels in fits[0]["comparisons"].items():
        out["comparisons"][comparison] = {
            level: {k: round(sum(f["comparisons"][comparison][level][k] for f in fits) / len(fits), 8) for k in values}
            for level, values in levels.items()
        }
    return out


def calibrate(con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any]) -> list[list[float]]:
    """Points (model, measured) of link probability, monotone, from the links that resolution makes at 0.5 and above."""
    score.score(con, parameters, night.settings.number("people.keep_pairs_above_weight"))
    store.run_sql(con, score.HERE / "pair.sql")
    resolution = Resolution(persons.read_facts(con), persons.read_edges(con), 0.5)
    clusters = persons.unique_clusters(resolution.run())
    true = dict(con.execute("SELECT mention_id, true_person FROM true_person").fetchall())
    bins: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for cluster in clusters:
        for member in cluster.members if len(cluster.members) > 1 else []:
            others = [true.get(m) for m in cluster.members if m != member]
            right = max(set(others), key=others.count) == true.get(member)
            edge = min(x for x in (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0) if resolution.link.get(member, 0) <= x)
            bins[edge][0] += right
            bins[edge][1] += 1
    points, floor = [[0.0, 0.0]], 0.0
    for edge in sorted(bins):
        right, n = bins[edge]
        print(f"   link probability up to {edge}: {right / n:.4f} right of {n}")
        floor = max(floor, round(right / n, 4))
        points.append([edge, floor])
    return points if points[-1][0] == 1.0 else [*points, [1.0, points[-1][1]]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("regions", nargs="+", type=Path)
    arguments.add_argument("--write", action="store_true", help="write linkage/people/parameters.json")
    given = arguments.parse_args()
    scratch = Path("/tmp/fit_people")
    prepared = [prepare(region, scratch) for region in given.regions]
    parameters = {"version": date.today().isoformat(), **average([fit(con, model.load_parameters()) for con, _ in prepared])}
    parameters["calibration"] = calibrate(*prepared[0], parameters)
    text = json.dumps(parameters, indent=1) + "\n"
    print(text)
    if given.write:
        model.PARAMETERS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
