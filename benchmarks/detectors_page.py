"""The page of benchmarks/detectors.py: figures of regions side by side, and pooled by situation, look-alike and score."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from benchmarks.night import PACKAGES
from linkage.version import SOFTWARE, code_of

KINDS = ("unregistered_co_residence", "hidden_adult", "address_divergence")


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


def render(regions: list[Region], found: list[dict[str, Any]]) -> str:
    """DETECTORS.md as text."""
    told = [f["exceptions"] for f in found]
    lines = [
        "# Detectors on fresh regions",
        "",
        f"Made by `python -m benchmarks.detectors{_options(regions)}`. Nothing was fitted to these seeds. "
        "Every region is a full replay, the figures are of "
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
        *_beside(regions, found),
        *_pooled_recall(told),
        *_pooled_look_alikes(told),
        *_pooled_bins(told),
    ]
    return "\n".join(lines) + "\n"


def _beside(regions: list[Region], found: list[dict[str, Any]]) -> list[str]:
    """Our figures and an analyst's, as `ours / theirs`, on the last night of the same extracts."""
    both = [(f["exceptions"], f["analyst"]) for f in found]

    def row(name: str, say: Callable[[dict[str, Any]], str]) -> str:
        return _cells([name, *(f"{say(ours)} / {say(theirs)}" for ours, theirs in both)])

    return [
        "## Beside an analyst's SQL",
        "",
        "The analyst joins records by exact NHS number, else by exact name and birth date, and has one rule a kind "
        "([analyst.sql](analyst.sql)). Ours / theirs, on the last night of the same extracts, judged alike.",
        "",
        "| | " + " | ".join(r.name for r in regions) + " |",
        "| --- |" + " ---: |" * len(regions),
        *(row(f"recall: {_words(k)}", _strict(k)) for k in KINDS),
        *(row(f"precision: {_words(k)}", _precision(k)) for k in KINDS),
        row("true among the 20 highest", lambda f: _share(f["highest"]["20"])),
        row("true among the 50 highest", lambda f: _share(f["highest"]["50"])),
        row("look-alikes raised", lambda f: f"{f['look_alikes']['share_raised']:.1%}"),
        row("calibration error of scores", lambda f: f"{f['calibration']['ece']:.3f}"),
        _cells(["raised about a protected person or place",
                *(f"{f['protected']['raised']} / {f['analyst']['protected_raised']}" for f in found)]),
        "",
    ]  # fmt: skip


def _strict(kind: str) -> Callable[[dict[str, Any]], str]:
    return lambda f: _share(f["recall"][kind]["strict"]) if kind in f["recall"] else "–"


def _options(regions: list[Region]) -> str:
    """The options that measure these regions and no others."""
    size = regions[0].people
    small = [r for r in regions if r.people == size]
    large = "".join(f"{r.people}:{r.seed}:{r.nights}" for r in regions if r.people != size)
    seeds = " ".join(str(r.seed) for r in small)
    return f" --people {size} --nights {small[0].nights} --seeds {seeds} --large '{large}'"


def _words(kind: str) -> str:
    return kind.replace("unregistered_", "").replace("_", " ")


def _row(name: str, asked: str, some: Iterable[Any], say: Callable[[Any], str]) -> str:
    return _cells([name, asked, *(say(one) for one in some)])


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


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
