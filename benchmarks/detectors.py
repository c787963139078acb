"""What the detectors find on fresh simulated regions, night after night; writes DETECTORS.md.

    python -m benchmarks.detectors [--people N] [--nights K] [--seeds S …] [--large N:S:K] [--work DIR]

Every region is replayed in order into a store of its own and judged by `linkage evaluate`'s figures; protection is judged by
the protected list and restriction marks of the extracts. With --work regions and results are kept, and a region that was
evaluated before is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.night import PACKAGES
from linkage.evaluate import exceptions
from linkage.version import SOFTWARE, code_of
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("DETECTORS.md")
KINDS = ("unregistered_co_residence", "hidden_adult", "address_divergence")
FORBIDDEN = ("residence.parquet", "households.parquet", "standing.parquet")
"""Files of a night that give properties: no protected one may be in them."""


@dataclass(frozen=True)
class Region:
    """A region to be measured."""

    people: int
    nights: int
    seed: int

    @property
    def name(self) -> str:
        """What its column is called."""
        return f"{self.people:,} people, seed {self.seed}"


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
        for line in (night / "exceptions.jsonl").read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            about = {p["person_id"] for p in told["people"]} & _ids(con, folder, night, people)
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


def render(regions: list[Region], found: list[dict[str, Any]]) -> str:
    """DETECTORS.md as text."""
    told = [f["exceptions"] for f in found]
    lines = [
        "# Detectors on fresh regions",
        "",
        "Made by `python -m benchmarks.detectors`. Nothing was fitted to these seeds. Every region is a full replay, the figures are of "
        "its last night (delay: of all). The regions are made by the simulator of this repository; real records will do worse.",
        "",
        f"Software {SOFTWARE} (code of detect {code_of('detect')}, households {code_of('households')}, people {code_of('people')}), "
        f"people model {', '.join(sorted({f['model'] for f in found}))}. Python {platform.python_version()}, "
        + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
        + f". {os.cpu_count()} cores.",
        "",
        "| | to reach | " + " | ".join(r.name for r in regions) + " |",
        "| --- | --- |" + " ---: |" * len(regions),
        _row("nights replayed", "", regions, lambda r: str(r.nights)),
        _row("processor minutes", "", found, lambda f: f"{f['cpu_seconds'] / 60:.1f}"),
        *_recall_rows(told),
        *(_row(f"precision: {_words(k)}", ".90" if k == KINDS[2] else ".85", told, _precision(k)) for k in KINDS),
        _row("true among the 20 highest", "1.0", told, lambda f: _share(f["highest"]["20"])),
        _row("true among the 50 highest", ".95", told, lambda f: _share(f["highest"]["50"])),
        _row("look-alikes raised", "1% or less", told, lambda f: f"{f['look_alikes']['share_raised']:.1%}"),
        _row("calibration error of scores", ".05 or less", told, lambda f: f"{f['calibration']['ece']:.3f}"),
        _row("nights from discoverable to raised, median / 90th", "0 / 1", told, _delay),
        _row("protected people and places there", "", found, lambda f: str(f["protected"]["there"])),
        _row("exceptions about a protected person or place", "0", found, lambda f: str(f["protected"]["raised"])),
        _row("rows that give a protected place", "0", found, lambda f: str(f["protected"]["leaked"])),
        _row("raised; waiting for the week or for an officer", "", told, lambda f: f"{f['raised']}; {f['waiting']}"),
        "",
        "Recall counts an exception of the situation's own kind about its people; in brackets also what stands inside an exception of "
        "another kind. Precision counts every exception that stands, those that wait among them.",
        "",
        *_pooled_recall(told),
        *_pooled_look_alikes(told),
        *_pooled_bins(told),
    ]
    return "\n".join(lines) + "\n"


def _words(kind: str) -> str:
    return kind.replace("unregistered_", "").replace("_", " ")


def _row(name: str, asked: str, some: Iterable[Any], say: Callable[[Any], str]) -> str:
    return f"| {name} | {asked} | " + " | ".join(say(one) for one in some) + " |"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


def _recall_rows(told: list[dict[str, Any]]) -> list[str]:
    def say(kind: str) -> Callable[[dict[str, Any]], str]:
        def cell(f: dict[str, Any]) -> str:
            r = f["recall"].get(kind)
            return f"{r['strict']:.2f} ({r['lenient']:.2f}) of {r['situations']}" if r else "–"

        return cell

    return [_row(f"recall: {_words(k)}", ".85", told, say(k)) for k in KINDS]


def _precision(kind: str) -> Callable[[dict[str, Any]], str]:
    def cell(f: dict[str, Any]) -> str:
        p = f["precision"].get(kind)
        return f"{_share(p['true'])} of {p['raised']}" if p else "–"

    return cell


def _delay(f: dict[str, Any]) -> str:
    d = f["delay_nights"]
    return f"{d['median']:.0f} / {d['ninetieth']:.0f} of {d['situations']}" if d["situations"] else "–"


def _pooled_recall(told: list[dict[str, Any]]) -> list[str]:
    there: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for f in told:
        for name, r in f["recall"].items():
            there[name] += r["situations"]
            hit[name] += round(r["strict"] * r["situations"])
    rows = [f"| {n.replace('_', ' ')} | {hit[n]} of {there[n]} | {hit[n] / there[n]:.2f} |" for n in sorted(there)]
    return ["## By what was planted or came about, all regions", "", "| situation | raised | recall |", "| --- | ---: | ---: |",
            *rows, ""]  # fmt: skip


def _pooled_look_alikes(told: list[dict[str, Any]]) -> list[str]:
    there: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for f in told:
        for name, c in f["look_alikes"].get("by_explanation", {}).items():
            there[name] += c["there"]
            hit[name] += c["raised"]
    rows = [f"| {n.replace('_', ' ')} | {there[n]} | {hit[n]} |" for n in sorted(there)]
    return ["## Look-alikes, all regions", "", "| explanation | there | raised |", "| --- | ---: | ---: |", *rows, ""]


def _pooled_bins(told: list[dict[str, Any]]) -> list[str]:
    pooled: dict[int, Counter[str]] = {}
    for f in told:
        for b in f["calibration"]["bins"]:
            some = pooled.setdefault(min(int(b["said"] * 10), 9), Counter())
            some.update(
                {"n": b["exceptions"], "said": b["said"] * b["exceptions"], "true": b["true"] * b["exceptions"]}
            )
    rows = [
        f"| {p / 10:.1f} to {(p + 1) / 10:.1f} | {c['n']:.0f} | {c['said'] / c['n']:.2f} | {c['true'] / c['n']:.2f} |"
        for p, c in sorted(pooled.items())
    ]
    return [
        "## Scores, all regions",
        "",
        "| score | exceptions | mean score | true |",
        "| --- | ---: | ---: | ---: |",
        *rows,
    ]


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
            found.append(measure(region, work))
            RESULTS.write_text(render(regions[: len(found)], found), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
