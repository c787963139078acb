"""What each reference list of names gains, and whether figures hold when the simulator is changed; writes LISTS.md.

    python -m benchmarks.accuracy.lists [--people N] [--seed S]

People stage alone, in memory, on invented regions that nothing was fitted to. A list is emptied and the region told again.
The simulator is changed by half: other weights of naming traditions, the commonness of family names turned round, and every
slip that an agency's clerk may make half as likely again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from flows import training
from linkage import settings, store
from linkage.evaluate import people
from linkage.night import Night
from linkage.people import measured, model
from linkage.standardise import names
from sample_data import simulator
from sample_data.simulator import naming

RESULTS = Path(__file__).with_name("LISTS.md")
LISTS = (
    "spelling_classes",
    "nicknames",
    "honorifics",
    "title_tokens",
    "placeholders",
    "particles",
    "kin_words",
    "readings",
)
HALF = 1.5


def figures(region: Path) -> tuple[float, float, float, float]:
    """Pairwise precision and recall, and the largest gaps in recall and precision between naming traditions."""
    cached_ones = (
        names.reference,
        names.spelling_class,
        names.nicknames,
        names.readings,
        names.first_letters,
        names._letters_by_class,
    )
    for cached in cached_ones:
        cached.cache_clear()
    con = store.connect()
    con.execute("ATTACH ':memory:' AS store")
    landing = region / "landing"
    with tempfile.TemporaryDirectory() as scratch:
        night = Night(training.nights_in(landing)[0], landing, Path(scratch), settings.load())
        training._from_landing(con, night)
        training._people_only(con, night)
        measured.read_truth(con, region / "truth")
        measured.hold(con, model.load_parameters(), night.settings)
    pairs, gap = people.pairwise(con, "held"), people.largest_gap(people.traditions(con))
    con.close()
    return pairs["precision"], pairs["recall"], gap["recall"], gap["precision"]


@contextmanager
def without(name: str) -> Iterator[None]:
    """The job without one list; `package nicknames` is the list of the package of that name."""
    kept = names.reference

    class Nobody:
        def canonicals_of(self, _: str) -> set[str]:
            return set()

    def read(asked: str) -> dict[str, str]:
        return {} if asked == name else kept(asked)

    read.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
    with patch.object(names, "_list", read), patch.object(
        names, "_nick_namer", Nobody if name == "package nicknames" else names._nick_namer
    ):  # fmt: skip
        yield


class Shaky(random.Random):
    """Draws under which everything that happens with a small chance happens half as often again."""

    def random(self) -> float:
        return super().random() / HALF


@contextmanager
def other_names() -> Iterator[None]:
    """Every other tradition half as common again, the rest half as common; rare family names common and common ones rare."""
    turned = tuple(
        replace(t, weight=t.weight * (HALF if place % 2 else 1 / HALF), family=t.family[::-1])
        for place, t in enumerate(naming.TRADITIONS)
    )
    told = {"TRADITIONS": turned, "BY_NAME": {t.name: t for t in turned}, "_WEIGHTS": [t.weight for t in turned]}
    with patch.multiple(naming, **told):
        yield


@contextmanager
def more_slips() -> Iterator[None]:
    """Clerks of every agency slip half as often again."""
    with patch.object(simulator, "random", SimpleNamespace(Random=Shaky)):
        yield


def row(name: str, found: tuple[float, ...], whole: tuple[float, ...]) -> str:
    """One row: the figures, and precision and recall against the first row."""
    moved = f"{found[0] - whole[0]:+.4f} | {found[1] - whole[1]:+.4f}" if found is not whole else " | "
    told = f"| {name} | " + " | ".join(f"{x:.4f}" for x in found) + f" | {moved} |"
    print(told, flush=True)
    return told


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=31415)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        region = Path(folder) / "as-it-is"
        simulator.simulate(given.people, 1, given.seed, region)
        whole = figures(region)
        lists = [row("all lists", whole, whole)]
        for name in (*LISTS, "package nicknames"):
            with without(name):
                lists.append(row(f"without {name}", figures(region), whole))
        changed = [row("as it is", whole, whole)]
        for name, change in CHANGES.items():
            shaken = Path(folder) / name.replace(" ", "-")
            with change():
                simulator.simulate(given.people, 1, given.seed + 1, shaken)
            changed.append(row(name, figures(shaken), whole))
    text = (RESULTS.with_name("lists_table.md").read_text(encoding="utf-8")).format(
        people=given.people, seed=given.seed, lists="\n".join(lists), changed="\n".join(changed)
    )
    RESULTS.write_text(text, encoding="utf-8")


@contextmanager
def all_changed() -> Iterator[None]:
    """Names and slips changed together."""
    with other_names(), more_slips():
        yield


CHANGES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "another seed": nullcontext, "other names": other_names, "more slips": more_slips, "other names and more slips": all_changed,
}  # fmt: skip

if __name__ == "__main__":
    main()
