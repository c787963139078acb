"""Fit the parameters of the people model on a simulated region with its truth: m, u, prior and calibration; print OUTSIDER.

    python -m benchmarks.fit_people REGION [REGION …] [--only COMPARISON …] [--write]

m is counted over true pairs that blocking reaches; u over random pairs, and, for levels that only a shared key reaches
(one home, one phone), over all false candidate pairs, times the number of people. With --only, the comparisons named are
fitted and the rest stay as they are. Without --write it only prints.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.shaped import shaped
from linkage.night import Night
from linkage.people import components, measured, model, resolve, score, train
from linkage.places import match, property

SAMPLE = 1000
"""Mentions a side of the random pairs: a million pairs from each region."""


def prepare(region: Path, scratch: Path) -> tuple[duckdb.DuckDBPyConnection, Night]:
    """Run the last night of a region up to `person_input`, in memory."""
    day = max(date.fromisoformat(p.name) for p in (region / "landing").iterdir())
    con, night = shaped(region / "landing", day, scratch)
    property.build(con, night.settings.table("hubs"))
    match.run(con)
    score.lay_out_table(con)
    score.register_region(con, night)
    truth = region / "truth" / "mentions.parquet"
    con.execute(
        "CREATE TABLE true_person AS SELECT concat_ws('|', contract, supplier, record_id, mention) AS mention_id, "
        f"true_person FROM read_parquet('{truth}')"
    )
    return con, night


PAIRS = {
    "true": "SELECT a.mention_id AS a, b.mention_id AS b FROM true_person AS a INNER JOIN true_person AS b "
    "ON a.true_person = b.true_person AND a.mention_id < b.mention_id",
    "random": f"SELECT l.mention_id AS a, r.mention_id AS b FROM (FROM person_input ORDER BY hash(mention_id || 'l') LIMIT {SAMPLE}) "
    f"AS l CROSS JOIN (FROM person_input ORDER BY hash(mention_id || 'r') LIMIT {SAMPLE}) AS r WHERE l.mention_id <> r.mention_id",
    **train.SHARING,
}
"""Pairs to count levels over: all true ones, random ones, and those that share what a rare level needs."""


def level_counts(
    con: duckdb.DuckDBPyConnection, comparison: model.Comparison, pairs: str, *, same: bool
) -> dict[str, int]:
    """Pairs by level, of one true person (`same`) or of two. Pairs the comparison is silent on are left out."""
    cases = " ".join(f"WHEN {level.sql} THEN '{level.name}'" for level in comparison.levels)
    columns = [r[0] for r in con.execute("DESCRIBE person_input").fetchall()]
    left, right = (", ".join(f"{t}.{c} AS {c}_{t}" for c in columns) for t in ("l", "r"))
    condition = "=" if same else "IS DISTINCT FROM"
    return dict(
        con.execute(
            f"WITH chosen AS ({PAIRS[pairs]}), wide AS (SELECT {left}, {right} FROM chosen AS c "
            "INNER JOIN person_input AS l ON c.a = l.mention_id INNER JOIN person_input AS r ON c.b = r.mention_id "
            "LEFT JOIN true_person AS x ON x.mention_id = c.a LEFT JOIN true_person AS y ON y.mention_id = c.b "
            f"WHERE x.true_person {condition} y.true_person) "
            f"SELECT CASE WHEN {comparison.silent} THEN NULL {cases} ELSE 'else' END AS level, count(*) FROM wide "
            "GROUP BY 1 HAVING level IS NOT NULL"
        ).fetchall()
    )


def fit(con: duckdb.DuckDBPyConnection, only: Collection[str]) -> dict[str, Any]:
    """New parameters of some comparisons, and the prior, from one region with its truth."""
    people = score.people_in_region(con)
    mentions = con.execute("SELECT count(*) FROM person_input").fetchone()[0]  # type: ignore[index]
    true_pairs = con.execute(
        "SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM true_person JOIN person_input USING (mention_id) "
        "GROUP BY true_person)"
    ).fetchone()[0]  # type: ignore[index]
    all_pairs = mentions * (mentions - 1) / 2
    fitted: dict[str, Any] = {"prior_per_person": true_pairs / all_pairs * people, "comparisons": {}}
    for comparison in (c for c in model.COMPARISONS if c.name in only):
        trues = level_counts(con, comparison, "true", same=True)
        randoms = level_counts(con, comparison, "random", same=False)
        sharing = level_counts(con, comparison, comparison.name, same=False) if comparison.name in PAIRS else {}
        spoken = sum(randoms.values()) / (SAMPLE * SAMPLE)
        fitted["comparisons"][comparison.name] = {
            name: _m_and_u(
                comparison.name, level, name, trues, randoms, sharing.get(name, 0) / max(all_pairs * spoken, 1) * people
            )
            for level, name in zip([*comparison.levels, None], model.level_names(comparison), strict=True)
        }
    return fitted


def _m_and_u(
    comparison: str,
    level: model.Level | None,
    name: str,
    trues: dict[str, int],
    randoms: dict[str, int],
    shared_per_person: float,
) -> dict[str, float]:
    least = train.LEAST_ELSE.get(comparison, 0.0) if level is None else 0.0
    values = {"m": max(least, round((trues.get(name, 0) + 0.5) / (sum(trues.values()) + 1), 6))}
    if level and level.per_person:
        values["u"] = round(max(shared_per_person, 1e-4), 8)
    elif not (level and (level.tf or level.weighs_as)):
        values["u"] = round((randoms.get(name, 0) + 0.5) / (sum(randoms.values()) + 1), 9)
    return values


def average(fits: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean of several regions' parameters."""
    out: dict[str, Any] = {
        "prior_per_person": round(sum(f["prior_per_person"] for f in fits) / len(fits), 4),
        "comparisons": {},
    }
    for comparison, levels in fits[0]["comparisons"].items():
        out["comparisons"][comparison] = {
            level: {k: round(sum(f["comparisons"][comparison][level][k] for f in fits) / len(fits), 8) for k in values}
            for level, values in levels.items()
        }
    return out


def calibrate(con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any]) -> list[list[float]]:
    """Points (model, measured) of link probability, monotone, from the links that resolution makes at 0.5 and above."""
    keep_above = night.settings.number("people.keep_pairs_above_weight")
    clusters, link = measured.resolve(con, parameters, keep_above, measured.LOWEST)
    return measured.calibrate(
        clusters, link, dict(con.execute("SELECT mention_id, true_person FROM true_person").fetchall())
    )


def outsider(con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any]) -> float:
    """The likeliest `resolve.OUTSIDER`, over claims in sight as they stand when only the strong mentions are joined."""
    measured.resolve(con, parameters, night.settings.number("people.keep_pairs_above_weight"), measured.LOWEST)
    resolution = resolve.Resolution(components.read_facts(con), components.read_edges(con), measured.LOWEST)
    resolution._join_strong()
    resolution.link_at = 0.05
    true = dict(con.execute("SELECT mention_id, true_person FROM true_person").fetchall())
    claims: list[tuple[float, float, bool]] = []
    for weak, offers in sorted(resolution._rivals().items()):
        if claim := resolution._claim(weak, offers):
            weight, in_sight = max((weight, in_sight) for weight, other, in_sight in offers if other == claim[2])
            odds = 2.0 ** min(weight, 60.0)
            if in_sight:
                claims.append((odds, odds / claim[0] - odds - resolve.OUTSIDER, true.get(weak) == true.get(claim[2])))

    def surprise(odds_of_one: float) -> float:
        chances = ((min(odds / (odds_of_one + odds + against), 1 - 1e-9), right) for odds, against, right in claims)
        return -sum(math.log(chance if right else 1 - chance) for chance, right in chances)

    return min((round(0.01 * 1.25**step, 3) for step in range(25)), key=surprise)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("regions", nargs="+", type=Path)
    every = [c.name for c in model.COMPARISONS]
    arguments.add_argument("--only", nargs="+", choices=every, default=every, metavar="COMPARISON")
    arguments.add_argument("--write", action="store_true", help="write linkage/people/parameters.json")
    given = arguments.parse_args()
    scratch = Path("/tmp/fit_people")
    prepared = [prepare(region, scratch) for region in given.regions]
    fitted = average([fit(con, given.only) for con, _ in prepared])
    told = json.loads(model.PARAMETERS.read_text(encoding="utf-8"))["comparisons"] | fitted["comparisons"]
    parameters = {
        "version": date.today().isoformat(),
        "prior_per_person": fitted["prior_per_person"],
        "comparisons": {c.name: told[c.name] for c in model.COMPARISONS},
    }
    parameters["calibration"] = calibrate(*prepared[0], parameters)
    text = json.dumps(parameters, indent=1) + "\n"
    print(text)
    print("outsider:", *(outsider(*each, parameters) for each in prepared))
    if given.write:
        model.PARAMETERS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
