"""Speed, memory and accuracy of whole nights on simulated regions that nothing was fitted to; writes RESULTS.md.

    python -m benchmarks.night [--people N] [--nights K] [--seed S] [--repeat R]

Each night is a process of its own without Prefect (its start is measured apart by --prefect). Medians over repeats.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from linkage import evaluate
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("duckdb", "splink", "polars", "great-expectations", "prefect")


def night(region: Path, work: Path, day: str, *more: str) -> float:
    """Run one night; wall seconds of the process."""
    command = [
        sys.executable, "-m", "linkage", "run", "--landing", str(region / "landing"), "--night", day,
        "--store", str(work / "store.duckdb"), "--out", str(work / "out"), *more,
    ]  # fmt: skip
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return time.monotonic() - start


def measure(people: int, nights: int, seed: int, repeat: int) -> dict[str, Any]:
    """Simulate one region, run its nights `repeat` times into fresh stores, evaluate the last."""
    with tempfile.TemporaryDirectory() as folder:
        region = Path(folder) / "region"
        start = time.monotonic()
        simulate(people, nights, seed, region)
        simulated = time.monotonic() - start
        days = sorted(p.name for p in (region / "landing").iterdir())
        runs = []
        for attempt in range(repeat):
            work = Path(folder) / f"run{attempt}"
            walls = [night(region, work, day, "--no-prefect") for day in days]
            told = [json.loads((work / "out" / day / "run.json").read_text(encoding="utf-8")) for day in days]
            runs.append({"walls": walls, "told": told, "work": work})
        prefect = night(region, Path(folder) / "prefect", days[0])
        figures = evaluate.run(runs[0]["work"] / "out", region / "truth")
        return {"simulated": simulated, "runs": runs, "prefect": prefect, "figures": figures, "days": days}


def render(people: int, nights: int, seed: int, repeat: int, found: dict[str, Any]) -> str:
    """RESULTS.md as text."""
    cold = [r["told"][0] for r in found["runs"]]
    stages = list(cold[0]["stages"])
    lines = [
        "# Results",
        "",
        "Made by `make bench`. Machines here are noisy: compare ratios.",
        "",
        f"{people:,} people, {nights} nights, seed {seed}, {repeat} runs (medians). {os.cpu_count()} cores, "
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB, Python {platform.python_version()}, "
        + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
        + f". Simulating took {found['simulated']:.1f} s.",
        "",
        "## Speed and memory",
        "",
        "| | seconds | peak MB |",
        "| --- | ---: | ---: |",
        _row("cold night, all stages", [_total(c) for c in cold], [_peak(c) for c in cold]),
        _row("cold night, process wall", [r["walls"][0] for r in found["runs"]], [_peak(c) for c in cold]),
        f"| the same under Prefect, its start included (one run) | {found['prefect']:.1f} | |",
    ]
    if nights > 1:
        last = [r["told"][-1] for r in found["runs"]]
        lines.append(
            _row(
                "a later night, all stages (what changed is compared)",
                [_total(c) for c in last],
                [_peak(c) for c in last],
            )
        )
    lines += ["", f"Mentions: {cold[0]['counts']['standardise']['mentions']:,}. By stage of the cold night:", "",
              "| stage | seconds | peak MB | rows |", "| --- | ---: | ---: | ---: |"]  # fmt: skip
    lines += [
        f"| {s} | {median(c['stages'][s]['seconds'] for c in cold):.2f} | {median(c['stages'][s]['peak_mb'] for c in cold):.0f} "
        f"| {cold[0]['stages'][s]['rows']:,} |"
        for s in stages
    ]
    lines += [
        "",
        "## Accuracy",
        "",
        "On the last night, against the region's truth.",
        "",
        "```",
        evaluate.render(found["figures"]),
        "```",
        "",
    ]
    return "\n".join(lines)


def _row(name: str, seconds: list[float], peaks: list[float]) -> str:
    return f"| {name} | {median(seconds):.1f} | {median(peaks):.0f} |"


def _total(told: dict[str, Any]) -> float:
    return sum(float(s["seconds"]) for s in told["stages"].values())


def _peak(told: dict[str, Any]) -> float:
    return max(float(s["peak_mb"]) for s in told["stages"].values())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20000)
    arguments.add_argument("--nights", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=20261123)
    arguments.add_argument("--repeat", type=int, default=3)
    given = arguments.parse_args()
    found = measure(given.people, given.nights, given.seed, given.repeat)
    text = render(given.people, given.nights, given.seed, given.repeat, found)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
