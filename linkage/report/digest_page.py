"""`linkage digest`: the week's figures as `digest.html` (one self-contained page) and `digest.json`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage import store as store_of
from linkage import vocabulary as words
from linkage.report import digest as figures
from linkage.report import page, plots, summary
from linkage.report.dates import day
from linkage.report.digest import ANSWER_WORDS, PATERNAL_WORDS, Digest, Shown
from linkage.settings import Settings


class NothingPublished(RuntimeError):
    """The store holds no published night of that date; the message says which there are."""


@dataclass(frozen=True)
class Table:
    """One part of the page: a table, and where it helps a plot of the same figures."""

    title: str
    head: tuple[str, ...]
    rows: list[list[str]]
    says: str = ""
    plot: str = ""
    alt: str = ""


def run(store: Path, out: Path, last: date | None, settings: Settings) -> list[Path]:
    """Write `<out>/digest/<night>/…` for the week that ends with a published night (the last one where none is given).

    Raises NothingPublished and StoreError.
    """
    os.umask(0o077)
    con = store_of.connect(threads=1, memory="1GB")
    try:
        store_of.attach(con, store, store_of.key_for(store), read_only=True)
        made = figures.build(con, _night(con, last), settings.integer("digest.smallest_count"))
    finally:
        con.close()
    target = out / "digest" / made.last.isoformat()
    target.mkdir(parents=True, exist_ok=True)
    files = {
        "digest.html": html(made, synthetic=settings.text("governance.mode") == "synthetic"),
        "digest.json": data(made),
    }
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8")
    return [target / name for name in files]


def _night(con: duckdb.DuckDBPyConnection, last: date | None) -> date:
    nights = [r[0] for r in con.execute("SELECT night FROM store.published ORDER BY night").fetchall()]
    if not nights or (last is not None and last not in nights):
        raise NothingPublished(
            f"no night {last or ''} is published in this store; the last is {nights[-1] if nights else 'none'}"
        )
    return last or nights[-1]


def data(digest: Digest) -> str:
    """digest.json: the figures of the page; null is a count too small to show."""
    told = {**asdict(digest), "version": 1}
    return json.dumps(told, indent=1, default=str, ensure_ascii=False) + "\n"


def html(digest: Digest, *, synthetic: bool) -> str:
    """The digest as one page without script or request."""
    return (
        page.environment()
        .get_template("digest.html")
        .render(
            first=digest.first.isoformat(),
            last=digest.last.isoformat(),
            least=digest.least,
            tables=tables(digest),
            marking=summary.MARKING,
            invented=summary.INVENTED if synthetic else "",
        )
    )


def tables(digest: Digest) -> list[Table]:
    """The parts of the page, in order."""

    def shown(count: int | None) -> str:
        return f"fewer than {digest.least}, or held back" if count is None else str(count)

    return [
        _weeks(digest, shown),
        Table(
            "Standing at the end of the week",
            ("Kind", "Exceptions"),
            [*_named(digest.standing_by_kind, words.KIND_WORDS, shown), ["Of these, waiting", shown(digest.waiting)]],
        ),
        Table(
            "By priority, at the end of the week",
            ("Priority", "Exceptions"),
            _named(digest.standing_by_priority, words.PRIORITY_WORDS, shown),
        ),
        Table(
            "Answers from hubs this week", ("Answer", "How many"), _named(digest.answers, ANSWER_WORDS, shown)
        ),
        _precision(digest, shown),
        Table(
            "Records behind this week's new exceptions",
            ("Supplier", "Exceptions"),
            [[name, shown(count)] for name, count in digest.suppliers.items()],
        ),
        _days(digest),
        _paternal(digest, shown),
    ]  # fmt: skip


Show = Callable[[int | None], str]


def _named(counts: Shown, names: Any, shown: Show) -> list[list[str]]:
    return [[names[name], shown(count)] for name, count in counts.items()]


def _weeks(digest: Digest, shown: Show) -> Table:
    rows = [[day(end), *(shown(counts[kind]) for kind in words.Kind)] for end, counts in digest.weeks.items()]
    return Table(
        "New exceptions, week by week",
        ("Week to", *words.KIND_WORDS.values()),
        rows,
        "A gap in the plot is a count that is too small to show.",
        plots.weeks(digest),
        "New exceptions a week by kind, as a line plot",
    )


def _precision(digest: Digest, shown: Show) -> Table:
    rows = [
        [p.kind, shown(p.answered), "too few to say" if p.right is None else f"{p.right}%"] for p in digest.precision
    ]
    says = "Of the claims that hubs answered since the start, the share that was true. “Cannot tell” and “unsafe to pursue” are left out."
    return Table("How often the claims were true", ("Kind", "Answered", "True"), rows, says)


def _days(digest: Digest) -> Table:
    def told(days: int | None) -> str:
        return "too few to say" if days is None else f"{days} days"

    rows = [["Half of them within", told(digest.days_median)], ["Nine in ten within", told(digest.days_ninth)]]
    says = "From the date in the latest record behind a new exception to the night on which it was raised."
    return Table("How long it took", ("This week's new exceptions", "Time"), rows, says)


def _paternal(digest: Digest, shown: Show) -> Table:
    rows = [
        [
            PATERNAL_WORDS[name],
            shown(count),
            "not shown" if (part := digest.paternal_share[name]) is None else f"{part}%",
        ]
        for name, count in digest.paternal.items()
    ]
    return Table(
        "Children under one: is the father's side known?",
        ("Recorded", "Children", "Share"),
        rows,
        "What the maternity booking holds about the father. Declined is not the same as not asked.",
        plots.paternal(digest),
        "Share of children under one by what is recorded of the father, as bars",
    )
