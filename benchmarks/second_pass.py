"""What people gain from their linked households, and what it costs: people linked with that evidence and without.

    python -m benchmarks.second_pass [--people N] [--seed S S …]

A household's members lend each other evidence in the one model: two homes that hold the same two names (`moved_together`),
and accounts that end on the day another begins (`move_day`). Without it both are blank and no pair is found by them. Writes
SECOND_PASS.md.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from pathlib import Path

import duckdb

from benchmarks.fit_people import prepare
from linkage.people import measured, model
from sample_data.simulator import simulate

HERE = Path(__file__).parent
COUNTED = """
    WITH found AS (SELECT unnest($ids) AS mention_id, unnest($clusters) AS cluster),
    both_ AS (SELECT f.cluster, t.true_person FROM found AS f INNER JOIN true_person AS t USING (mention_id)),
    pairs AS (SELECT count(*) * (count(*) - 1) // 2 AS n FROM both_ GROUP BY cluster, true_person),
    said AS (SELECT count(*) * (count(*) - 1) // 2 AS n FROM both_ GROUP BY cluster),
    there AS (SELECT count(*) * (count(*) - 1) // 2 AS n FROM both_ GROUP BY true_person)
    SELECT (SELECT sum(n) FROM pairs), (SELECT sum(n) FROM said), (SELECT sum(n) FROM there)
"""
BLANK = "UPDATE person_input SET together_keys = [], move_keys = [], move_days = [], left_on = []"


def people(con: duckdb.DuckDBPyConnection, keep_above: float, link_at: float) -> tuple[int, int, int]:
    """Pairs of mentions of one true person that are linked, pairs linked, pairs of one true person."""
    clusters, _ = measured.resolve(con, model.load_parameters(), keep_above, link_at)
    ids = [(m, str(place)) for place, c in enumerate(clusters) for m in c.members]
    row = con.execute(COUNTED, {"ids": [m for m, _ in ids], "clusters": [c for _, c in ids]}).fetchone()
    assert row
    return int(row[0]), int(row[1]), int(row[2])


def measure(size: int, seed: int) -> list[tuple[str, int, int, int]]:
    """Counts of pairs without the evidence of households, and with it."""
    with tempfile.TemporaryDirectory() as folder:
        region = Path(folder) / "region"
        simulate(size, 1, seed, region)
        con, night = prepare(region, Path(folder))
        keep_above = night.settings.number("people.keep_pairs_above_weight")
        link_at = night.settings.number("people.link_at_probability")
        con.execute("CREATE TABLE whole_input AS FROM person_input")
        con.execute(BLANK)
        without = people(con, keep_above, link_at)
        con.execute("CREATE OR REPLACE TABLE person_input AS FROM whole_input")
        return [("without", *without), ("with", *people(con, keep_above, link_at))]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, nargs="+", default=[606, 707, 808])
    given = arguments.parse_args()
    lines = [
        "# What linked households give back to people",
        "",
        f"Made by `python -m benchmarks.second_pass`: regions of {given.people:,} people, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}. Pairs of mentions, pairwise precision and recall.",
        "",
        "| seed | evidence of linked households | true pairs linked | pairs linked | true pairs | precision | recall |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for seed in given.seed:
        for name, right, said, there in measure(given.people, seed):
            line = f"| {seed} | {name} | {right:,} | {said:,} | {there:,} | {right / said:.4f} | {right / there:.4f} |"
            print(line, flush=True)
            lines.append(line)
    (HERE / "SECOND_PASS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
