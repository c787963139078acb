"""One evaluation: read a folder of nights and a truth folder, give every figure, print what fits a screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage.evaluate import exceptions, groups, households, people, places
from linkage.settings import Settings


class EvaluationError(ValueError):
    """A folder that cannot be evaluated; the message says which and why."""


def run(out: Path, truth: Path, landing: Path | None = None, settings: Settings | None = None) -> dict[str, Any]:
    """Every figure. Linkage and places on the last night, exceptions on the last and their delay over all.

    landing: folder of the extracts, for figures by sex, age and borough (default: `landing` beside the truth, if it is
    there); settings tell how suppliers' files are read. Raises EvaluationError when a folder lacks what outputs.md promises.
    """
    nights = _nights(out)
    _need(truth, "mentions.parquet", "addresses.parquet", "residence.parquet", "relations.parquet",
          "situations.parquet", "benign.parquet")  # fmt: skip
    con = duckdb.connect()
    last = nights[-1]
    people.load(con, last, truth)
    groups.describe(con, last, truth, landing or truth.absolute().parent / "landing", settings)
    told = exceptions.read_truth(con, truth)
    judged = [exceptions.judge_night(con, night, told, truth) for night in nights]
    result: dict[str, Any] = {
        "night": last.name,
        "nights": len(nights),
        "people": people.figures(con),
        "groups": groups.figures(con, last),
        "places": places.figures(con, last, truth),
        "households": households.members(con, last, truth),
        "household_links": households.links(con, last, truth),
        "exceptions": exceptions.figures(judged, told),
    }
    if len(nights) > 1:
        result["people"]["ids_kept"] = people.kept_ids(con, nights[-2], last, truth)
    return result


def _nights(out: Path) -> list[Path]:
    found = sorted(p for p in out.iterdir() if p.is_dir() and _is_date(p.name))
    if not found:
        raise EvaluationError(f"{out} holds no night")
    for night in found:
        _need(night, "persons.parquet", "residence.parquet", "households.parquet", "household_links.parquet",
              "exceptions.jsonl")  # fmt: skip
    return found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _need(folder: Path, *files: str) -> None:
    for file in files:
        if not (folder / file).exists():
            raise EvaluationError(f"{folder} lacks {file}")


def render(result: dict[str, Any]) -> str:
    """The figures as a table of plain text."""
    lines = [f"Night {result['night']} of {result['nights']}", "", render_people(result)]
    lines += ["", "Places"]
    lines += [f"  {n:<42} right {f['right']:.4f}  of {f['addresses']}" for n, f in result["places"].items()]
    lines += [
        "",
        _prf("Household members B-cubed", result["households"]),
        _prf("Household links", result["household_links"]),
    ]
    lines += ["", "Exceptions"]
    return "\n".join(lines + _exceptions(result["exceptions"]))


def render_people(result: dict[str, Any]) -> str:
    """The figures of linkage, and by group, as plain text."""
    found = result["people"]
    lines = ["People (over mentions)", _prf("all pairs", found["pairwise"]), _prf("B-cubed", found["b_cubed"])]
    lines += [_prf(f"  {name}", f) for name, f in found["by_mention"].items()]
    lines += [f"  calibration error of links: {found['calibration']['ece']:.4f}"]
    return "\n".join(lines + groups.render(result["groups"]))


def _prf(name: str, f: dict[str, Any]) -> str:
    return f"{name:<28} precision {f['precision']:.4f}  recall {f['recall']:.4f}" + (
        f"  F1 {f['f1']:.4f}" if "f1" in f else ""
    )


def _exceptions(f: dict[str, Any]) -> list[str]:
    lines = [f"  raised {f['raised']}, waiting {f['waiting']}, by priority {f['by_priority']}"]
    lines += [
        f"  {n:<52} recall {r['strict']:.2f} (with supporting {r['lenient']:.2f}) of {r['situations']}"
        for n, r in f["recall"].items()
    ]
    lines += [f"  {n:<52} precision {p['true']:.2f} of {p['raised']}" for n, p in f["precision"].items()]
    lines += [f"  true among the {n} highest: {share}" for n, share in f["highest"].items()]
    if f["look_alikes"]:
        lines.append(f"  look-alikes raised: {f['look_alikes']['share_raised']:.3f}")
        lines += [
            f"    {n:<50} {c['raised']} of {c['there']}"
            for n, c in f["look_alikes"]["by_explanation"].items()
            if c["raised"]
        ]
    lines.append(f"  calibration error of scores: {f['calibration']['ece']:.3f}")
    lines.append(f"  delay in nights: {f['delay_nights']}")
    return lines
