"""What the detectors find on fresh simulated regions, night after night; writes DETECTORS.md.

    python -m benchmarks.detectors [--people N] [--nights K] [--seeds S …] [--large N:S:K] [--work DIR]

Every region is replayed in order into a store of its own and judged by `linkage evaluate`'s figures; protection is judged by
the protected list and restriction marks of the extracts. An analyst's SQL runs on the last night beside it. With --work regions
and results are kept, and a region that was evaluated before is not run again.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import analyst
from benchmarks.detectors_page import Region, render
from linkage.evaluate import exceptions
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("DETECTORS.md")
FORBIDDEN = ("residence.parquet", "households.parquet", "standing.parquet")
"""Files of a night that give properties: no protected one may be in them."""


def measure(region: Region, work: Path) -> dict[str, Any]:
    """Simulate a region, replay its nights, judge them. Figures as `linkage evaluate --json`, with processor seconds."""
    kept = work / f"{region.people}_{region.seed}_{region.nights}.json"
    if kept.exists():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    folder = work / f"{region.people}_{region.seed}_{region.nights}"
    simulate(region.people, region.nights, region.seed, folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable, "-m", "linkage", "replay", "--no-prefect", "--landing", str(folder / "landing"),
        "--store", str(folder / "store.duckdb"), "--out", str(folder / "out"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    last = json.loads((_nights(folder)[-1] / "run.json").read_text(encoding="utf-8"))
    result = {
        "exceptions": judged(folder),
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "protected": protected(folder),
        "model": f"{last['model']['version']} ({last['model']['hash'][:12]})",
    }
    kept.write_text(json.dumps(result), encoding="utf-8")
    return result


def beside(region: Region, work: Path) -> dict[str, Any]:
    """The figures of an analyst's SQL on the last night of a region that was measured."""
    folder = work / f"{region.people}_{region.seed}_{region.nights}"
    raised = analyst.judged(folder / "landing", folder / "truth")
    con = duckdb.connect()
    people, places = _under_protection(con, folder, _nights(folder)[-1].name)
    about = [j for j in raised if set(j.people) & people or {a["uprn"] for a in j.exception["addresses"]} & places]
    figures = exceptions.figures([raised], exceptions.read_truth(con, folder / "truth"))
    return {**figures, "protected_raised": len(about)}


def _nights(folder: Path) -> list[Path]:
    return sorted(night for night in (folder / "out").iterdir() if (night / "run.json").exists())


def judged(folder: Path) -> dict[str, Any]:
    """The figures of exceptions as `linkage evaluate` gives them, without those of linkage."""
    con = duckdb.connect()
    truth = exceptions.read_truth(con, folder / "truth")
    nights = [exceptions.judge_night(con, night, truth, folder / "truth") for night in _nights(folder)]
    return exceptions.figures(nights, truth)


def protected(folder: Path) -> dict[str, int]:
    """Over all nights: protected people and places there, exceptions about any of them, and rows that give such a place."""
    con = duckdb.connect()
    there, raised, leaked = set(), 0, 0
    for night in _nights(folder):
        people, places = _under_protection(con, folder, night.name)
        there |= people | places
        ids = _ids(con, folder, night, people)
        for line in (night / "exceptions.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            about = {p["person_id"] for p in told["people"]} & ids
            raised += bool(about or {a["uprn"] for a in told["addresses"]} & places)
            leaked += any(place in line for place in places)
        for name in FORBIDDEN:
            rows = (
                con.execute(f"SELECT uprn FROM read_parquet('{night / name}')")
                if _has_uprn(con, night / name)
                else None
            )
            leaked += sum(uprn in places for (uprn,) in rows.fetchall()) if rows else 0
    return {"there": len(there), "raised": raised, "leaked": leaked}


def _has_uprn(con: duckdb.DuckDBPyConnection, file: Path) -> bool:
    if not file.exists():
        return False
    return "uprn" in {c[0] for c in con.execute(f"DESCRIBE SELECT * FROM read_parquet('{file}')").fetchall()}


def _csv(folder: Path, night: str, contract: str) -> str:
    files = folder / "landing" / night / f"{contract}__*.csv"
    return f"read_csv('{files}', all_varchar = true, union_by_name = true, filename = true)"


def _under_protection(con: duckdb.DuckDBPyConnection, folder: Path, night: str) -> tuple[set[str], set[str]]:
    """True persons and properties that are protected on a night."""
    listed = (
        f"SELECT * FROM {_csv(folder, night, 'protected')} WHERE reason <> 'invalidated' "
        f"AND coalesce(from_date, '') <= '{night}' AND coalesce(to_date, '9999') > '{night}'"
    )
    places = {r[0] for r in con.execute(f"SELECT uprn FROM ({listed}) WHERE uprn IS NOT NULL").fetchall()}
    mentions = f"read_parquet('{folder / 'truth' / 'mentions.parquet'}')"
    people = con.execute(
        f"WITH listed AS ({listed}) "
        f"SELECT m.true_person FROM {_csv(folder, night, 'gp')} AS g INNER JOIN {mentions} AS m "
        "ON m.contract = 'gp' AND m.mention = 'patient' AND m.record_id = g.record_id "
        "AND contains(g.filename, 'gp__' || m.supplier || '.csv') "
        "WHERE g.sensitivity = 'S' OR g.nhs_number IN (SELECT nhs_number FROM listed) "
        f"UNION SELECT m.true_person FROM {_csv(folder, night, 'police')} AS o INNER JOIN {mentions} AS m "
        "ON m.contract = 'police' AND m.record_id = o.record_id "
        "WHERE o.nominal_ref IN (SELECT nominal_ref FROM listed)"
    ).fetchall()
    return {r[0] for r in people}, places


def _ids(con: duckdb.DuckDBPyConnection, folder: Path, night: Path, people: set[str]) -> set[str]:
    """The person_ids that most records of are a protected true person's."""
    found = con.execute(
        f"SELECT p.person_id, mode(t.true_person) FROM read_parquet('{night / 'persons.parquet'}') AS p "
        f"INNER JOIN read_parquet('{folder / 'truth' / 'mentions.parquet'}') AS t "
        "USING (contract, supplier, record_id, mention) GROUP BY p.person_id"
    ).fetchall()
    return {person for person, true in found if true in people}


def main() -> None:
    """Measure every region, one after another, and write the page after each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20000)
    arguments.add_argument("--nights", type=int, default=10)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[7301, 7302, 7303])
    arguments.add_argument(
        "--large", default="60000:7360:3", help="people, seed and nights of a larger region; empty: none"
    )
    arguments.add_argument("--work", type=Path, help="where regions and results are kept")
    given = arguments.parse_args()
    regions = [Region(given.people, given.nights, seed) for seed in given.seeds]
    if given.large:
        people, seed, nights = map(int, given.large.split(":"))
        regions.append(Region(people, nights, seed))
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        found: list[dict[str, Any]] = []
        for region in regions:
            found.append({**measure(region, work), "analyst": beside(region, work)})
            RESULTS.write_text(render(regions[: len(found)], found), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
