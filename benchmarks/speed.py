"""How a night grows with its region, beside plain Splink on the same mentions; writes SPEED.md and speed.svg.

    python -m benchmarks.speed [--people N N …] [--seed S] [--repeat R] [--work DIR]

For every size: a cold night, a usual night (the next one, after a day's changes), a night on which one row in two hundred is
another (benchmarks/changed.py), and the mentions of the first scored and clustered by plain Splink 5 with a saved model. Every
night is a process of its own without Prefect. Medians over repeats. Growth is fitted to processor seconds, since other work on
the machine stretches the clock's. Regions are kept under --work and used again, since two million mentions take minutes to invent.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

import altair
import polars as pl
import vl_convert

from benchmarks.changed import change
from benchmarks.night import PACKAGES, night, version
from benchmarks.shaped import kept_region, shaped

HERE = Path(__file__).parent
PEOPLE = (18_000, 45_000, 90_000, 460_000, 920_000)
"""About 40,000, 100,000, 200,000, 1,000,000 and 2,000,000 mentions."""
MEMORY = {"cold": "4GB", "usual": "4GB", "changed": "2GB"}
"""`--memory` by kind of night: what is asked of a million mentions."""
GROWTH_FROM = 90_000
"""Mentions from which on growth is fitted: below, what every night takes however small it is would flatter it."""
ASKED = (
    ("1,000,000 mentions, cold", 1_000_000, "cold", 300.0, 4000),
    ("one row in 200 of 1,000,000 changed", 1_000_000, "changed", 20.0, 2000),
    ("40,000 mentions, cold", 40_000, "cold", 45.0, None),
    ("40,000 mentions, a usual night", 40_000, "usual", 5.0, None),
)
"""What is asked of a whole night: words, mentions, kind of night, seconds by the clock, and MB where asked."""
GROWTH_ASKED = 1.1
"""Cost from 100,000 to 2,000,000 mentions is to grow as no higher power of n."""
KINDS = {"cold": "cold night", "usual": "usual night", "changed": "night with one row in 200 changed"}
MENTIONS = """
    SELECT m.mention_id, n.given_written AS given, n.family_written AS family,
        concat_ws(' ', n.given_written, n.family_written) AS full_name, CAST(m.date_of_birth AS VARCHAR) AS born,
        m.phone, m.email, m.nhs_number, a.postcode
    FROM mention AS m
    INNER JOIN name_part AS n USING (name_id)
    LEFT JOIN (SELECT mention_id, min(postcode) AS postcode FROM address GROUP BY ALL) AS a USING (mention_id)
"""


@dataclass
class Size:
    """What was measured of one size of region: `told` is run.json by kind of night, one for each repeat."""

    people: int
    mentions: int = 0
    told: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    splink: list[dict[str, Any]] = field(default_factory=list)

    def seconds(self, kind: str, of: str = "seconds") -> float:
        """Median seconds of all stages of a kind of night, by the clock or (cpu_seconds) of all processors together."""
        return median(sum(s[of] for s in told["stages"].values()) for told in self.told[kind])

    def compared(self, kind: str) -> int:
        """How many mentions a kind of night compared anew."""
        return int(self.told[kind][0]["counts"]["score"]["compared"])

    def plain_cpu(self) -> float:
        """Median processor seconds of plain Splink's scoring and clustering with a saved model."""
        return median(run["cpu"] for run in self.splink)

    def peak(self, kind: str) -> float:
        """Median peak memory in MB (of 1,000,000 bytes, as `--memory` has them)."""
        return median(max(s["peak_mb"] for s in told["stages"].values()) for told in self.told[kind]) * 2**20 / 1e6


def measure(people: int, seed: int, repeat: int, folder: Path) -> Size:
    """Run a region's nights, and plain Splink on the mentions of the first. The region is invented where the folder lacks it."""
    size = Size(people)
    region = kept_region(folder, people, 2, seed)
    days = sorted(p.name for p in (region / "landing").iterdir())
    nights = [(region, day) for day in days] + [changed_night(region, days[-1])]
    with tempfile.TemporaryDirectory() as name:
        for attempt in range(repeat):
            work = Path(name) / f"run{attempt}"
            for kind, (of, day) in zip(KINDS, nights, strict=True):
                night(of, work, day, "--no-prefect", "--memory", MEMORY[kind])
                told = json.loads((work / "out" / day / "run.json").read_text(encoding="utf-8"))
                size.told[kind].append(told)
        size.mentions = size.told["cold"][0]["counts"]["standardise"]["mentions"]
        export(region / "landing", days[0], Path(name) / "mentions.parquet")
        for _ in range(repeat):
            size.splink.append(plain(Path(name) / "mentions.parquet", region / "truth" / "mentions.parquet"))
    return size


def changed_night(region: Path, day: str) -> tuple[Path, str]:
    """The folder of a region and the day after its last, on which one row in two hundred is another. Made where it lacks."""
    of, then = region / "changed", str(date.fromisoformat(day) + timedelta(days=1))
    if not (of / "landing" / then).exists():
        change(region / "landing" / day, of / "unfinished" / then)
        (of / "unfinished").rename(of / "landing")
    return of, then


def export(landing: Path, day: str, file: Path) -> None:
    """The mentions of a night as a plain table: what any linker would be given."""
    con, _ = shaped(landing, date.fromisoformat(day), file.parent)
    con.execute(f"COPY ({MENTIONS}) TO '{file}'")
    con.close()


def plain(mentions: Path, truth: Path) -> dict[str, Any]:
    """Plain Splink's figures, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.plain_splink", str(mentions), str(truth)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def growth(sizes: list[Size], kind: str) -> float:
    """The power of n with which processor seconds grow: the slope of the line fitted to their logarithms by least squares."""
    mentions = [math.log(s.mentions) for s in sizes]
    if len(set(mentions)) < 2:
        return math.nan
    return linear_regression(mentions, [math.log(s.seconds(kind, "cpu_seconds")) for s in sizes]).slope


def render(sizes: list[Size], seed: int, repeat: int) -> str:
    """SPEED.md as text."""
    lines = [
        "# Speed",
        "",
        "Made by `make speed`. Machines here are noisy: compare ratios.",
        "",
        f"Seed {seed}, {repeat} run(s) (medians), {os.cpu_count()} cores, `--memory {MEMORY['cold']}` ({MEMORY['changed']} for changed nights), "
        f"Python {platform.python_version()}, "
        + ", ".join(f"{p} {version(p)}" for p in PACKAGES)
        + f". Load average at the end {os.getloadavg()[0]:.1f}: above 2, others used the cores too.",
        "",
        "Seconds are those of all stages of a night, without the start of Python and Prefect: by the clock, and in brackets of all "
        "processors together, which other work on the machine stretches far less. Plain Splink reads mentions that are already in "
        "one shape, scores and clusters: no files, checks, protection, addresses, households, exceptions or reports.",
        "",
        "| people | mentions | cold night | peak MB | usual night | compared anew | peak MB | one row in 200 changed | compared anew "
        "| peak MB | plain Splink, saved model | its training | peak MB |",
        "| ---: |" + " ---: |" * 12,
    ]
    for s in sizes:
        saved = median(r["score"] + r["cluster"] for r in s.splink)
        later = " | ".join(f"{_both(s, k)} | {s.compared(k):,} | {s.peak(k):.0f}" for k in ("usual", "changed"))
        lines.append(
            f"| {s.people:,} | {s.mentions:,} | {_both(s, 'cold')} | {s.peak('cold'):.0f} | {later} | {saved:.1f} s ({s.plain_cpu():.1f}) "
            f"| {median(r['train'] for r in s.splink):.1f} s | {median(r['peak_mb'] for r in s.splink) * 2**20 / 1e6:.0f} |"
        )
    large = [s for s in sizes if s.mentions >= GROWTH_FROM]
    if len(large) > 1:
        grown = ", ".join(f"of a {words} as n^{growth(large, kind):.2f}" for kind, words in KINDS.items())
        lines += ["", f"Fitted over the sizes from {large[0].mentions:,} mentions on, processor seconds grow: {grown}.",
                  "", "![Processor seconds by size](speed.svg)"]  # fmt: skip
    lines += _asked(sizes)
    lines += ["", "## Plain Splink's accuracy on the same mentions", "",
              "| mentions | match weight | pairwise precision | pairwise recall |", "| ---: | ---: | ---: | ---: |"]  # fmt: skip
    for s in sizes:
        for judged in s.splink[0]["accuracy"]:
            lines.append(
                f"| {s.mentions:,} | {judged['weight']:.0f} | {judged['precision']:.3f} | {judged['recall']:.3f} |"
            )
    lines += ["", "## By stage, processor seconds", "", "| stage | " + " | ".join(f"{s.mentions:,} cold | usual | changed" for s in sizes) + " |",
              "| --- |" + " ---: |" * (len(KINDS) * len(sizes))]  # fmt: skip
    for stage in sizes[0].told["cold"][0]["stages"]:
        cells = [f"{_of(s, kind, stage):.2f}" for s in sizes for kind in KINDS]
        lines.append(f"| {stage} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _asked(sizes: list[Size]) -> list[str]:
    """What is asked beside what was measured, of a size that lies within a tenth of it."""
    lines = ["", "## Asked", "", "| work | asked | measured above | |", "| --- | --- | --- | --- |"]
    for words, mentions, kind, seconds, megabytes in ASKED:
        for s in (s for s in sizes if abs(s.mentions - mentions) <= mentions / 10):
            took, held = s.seconds(kind), s.peak(kind)
            met = took <= seconds and (megabytes is None or held <= megabytes)
            room = (f", {megabytes:,} MB", f", {held:,.0f} MB") if megabytes else ("", "")
            lines.append(f"| {words} | {seconds:.0f} s{room[0]} | {took:.1f} s{room[1]} | {_met(met)} |")
    large = [s for s in sizes if s.mentions >= GROWTH_FROM]
    if len(large) > 1:
        grown = [growth(large, kind) for kind in ("cold", "usual")]
        reach = f"growth from {large[0].mentions:,} to {large[-1].mentions:,}"
        measured = f"n^{grown[0]:.2f} cold, n^{grown[1]:.2f} usual"
        lines.append(f"| {reach} | n^{GROWTH_ASKED} | {measured} | {_met(max(grown) <= GROWTH_ASKED)} |")
    return lines


def _met(met: bool) -> str:
    return "reached" if met else "not reached"


def _of(size: Size, kind: str, stage: str) -> float:
    return median(told["stages"][stage]["cpu_seconds"] for told in size.told[kind])


def _both(size: Size, kind: str) -> str:
    return f"{size.seconds(kind):.1f} s ({size.seconds(kind, 'cpu_seconds'):.1f})"


def plot(sizes: list[Size], file: Path) -> None:
    """Processor seconds by mentions, both on a logarithmic scale."""
    rows = [
        {"mentions": s.mentions, "seconds": s.seconds(kind, "cpu_seconds"), "what": KINDS[kind]}
        for s in sizes
        for kind in s.told
    ]
    rows += [{"mentions": s.mentions, "seconds": s.plain_cpu(), "what": "plain Splink"} for s in sizes]
    beneath = altair.Legend(labelLimit=0, orient="bottom", columns=2)
    chart = (
        altair.Chart(pl.DataFrame(rows), width=520, height=320)
        .mark_line(point=True)
        .encode(
            x=altair.X("mentions:Q", scale=altair.Scale(type="log"), title="mentions"),
            y=altair.Y("seconds:Q", scale=altair.Scale(type="log"), title="processor seconds"),
            color=altair.Color("what:N", title=None, legend=beneath),
            strokeDash=altair.StrokeDash("what:N", title=None, legend=beneath),
        )
    )
    file.write_text(vl_convert.vegalite_to_svg(chart.to_json()), encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    arguments.add_argument("--seed", type=int, default=20261124)
    arguments.add_argument("--repeat", type=int, default=1)
    arguments.add_argument("--work", type=Path, help="where regions are kept (default: a folder that is removed)")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = given.work or Path(name)
        print(run(sorted(given.people), given.seed, given.repeat, work))


def run(people: list[int], seed: int, repeat: int, work: Path) -> str:
    """Measure every size, the smallest first, and write the page anew after each: a run that is cut off has measured something."""
    sizes, text = [], ""
    for size in people:
        sizes.append(measure(size, seed, repeat, work))
        print(f"{size:,} people done", file=sys.stderr)
        text = render(sizes, seed, repeat)
        (HERE / "SPEED.md").write_text(text, encoding="utf-8")
        plot(sizes, HERE / "speed.svg")
    return text


if __name__ == "__main__":
    main()
