"""How long what is kept, table by table, and the run that deletes what is over and proves it.

The periods are `retention` in the settings. What stands tonight (a record in its supplier's register, an open exception)
is never too old; the period runs from the night on which it ceased to.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from linkage.settings import Settings
from linkage.sources import decisions
from linkage.tables import PEOPLE_CONTRACTS

OVER = {
    **{f"{name}_record": ("record_days", "known_to < $before") for name in PEOPLE_CONTRACTS},
    "person_member": ("record_days", "known_to < $before"),
    "household_member": ("record_days", "known_to < $before"),
    "household_event": ("record_days", "night < $before"),
    "person_event": ("record_days", "night < $before"),
    # What was decided lives longer than the keys it was said in: its steps go with the last decision that follows them.
    "same_record": (
        "record_days",
        "night < $before AND (night, concat_ws('|', contract, supplier, was_record_id)) NOT IN (SELECT (night, was) FROM needed_step)",
    ),
    "renumbering": ("record_days", "night < $before"),
    "delivery": ("record_days", "night < $before"),
    "delivery_fill": ("record_days", "night < $before"),
    "verdict": ("exception_days", "known_from < $before"),
    "answer": ("exception_days", "known_from < $before"),
    "verdict_effect": ("exception_days", "known_from < $before"),
    "measure": ("record_days", "known_from < $before"),
    "night_told": ("record_days", "known_from < $before"),
    # A thread goes as a whole, and only when it ended: an open one is still told of.
    "exception_event": (
        "exception_days",
        "exception_id IN (SELECT exception_id FROM store.exception_event GROUP BY exception_id "
        "HAVING max(night) < $before AND arg_max(status, night) = 'resolved')",
    ),
}
"""Table of the store: the setting that gives its days, and which of its rows are over."""
NEVER = ("tombstone", "secret", "region", "term_frequency", "published", "gazetteer_record", "protected_record",
         "sealed_place", "sealed_contact", "sealed_number", "sealed_reach", "kept_apart", "listed_form", "foreseen",
         "withheld", "resolved_against", "resolved_address", "resolved_property", "resolved", "resolved_by",
         "refused", "name_part", "model_known", "scored_by", "scored_mention", "scored_pair", "question", "question_mention", "question_link",
         "hub_page", "decision_read", "dismissed_finding", "judged")  # fmt: skip
"""Tables without a period: what must never be used again, what holds no person, or what a night itself keeps current."""


class NotDeleted(RuntimeError):
    """Rows that are over still stand after the run; nothing was published."""


@dataclass(frozen=True)
class Deleted:
    """What a run deleted: table or folder, how many rows or folders, and the day before which it was over."""

    what: str
    count: int
    before: date


def store_tables(con: duckdb.DuckDBPyConnection, settings: Settings, on: date) -> list[Deleted]:
    """Delete what is over in the store and count again. Raises NotDeleted."""
    there = sorted(_tables(con) & OVER.keys())
    decided = [t for t in there if t in decisions.COLUMNS]
    records = [f"{name}_record" for name in PEOPLE_CONTRACTS if f"{name}_record" in there]
    found = [_delete(con, table, settings, on) for table in decided]
    spoken_of = decisions.spoken_of(con) if "same_record" in there else set()
    found += [_delete(con, table, settings, on) for table in records]
    if "same_record" in there:
        decisions.outlive(con, spoken_of, _before(settings, on, "record_days"))
    return found + [_delete(con, table, settings, on) for table in there if table not in {*decided, *records}]


def _delete(con: duckdb.DuckDBPyConnection, table: str, settings: Settings, on: date) -> Deleted:
    setting, over = OVER[table]
    before = _before(settings, on, setting)
    gone = con.execute(f"DELETE FROM store.{table} WHERE {over} RETURNING 1", {"before": before}).fetchall()
    if con.execute(f"SELECT 1 FROM store.{table} WHERE {over}", {"before": before}).fetchone():
        raise NotDeleted(f"rows of {table} from before {before} still stand")
    return Deleted(table, len(gone), before)


def _before(settings: Settings, on: date, setting: str) -> date:
    return on - timedelta(days=settings.integer(f"retention.{setting}"))


def unplanned(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables of the store for which no period is set and none is waived."""
    return _tables(con) - OVER.keys() - set(NEVER)


def folders(root: Path, days: int, on: date, what: str) -> Deleted:
    """Delete the night folders (YYYY-MM-DD) of a root that are over. Raises NotDeleted."""
    before = on - timedelta(days=days)
    gone = [f for f in sorted(root.iterdir()) if f.is_dir() and (day := _day(f.name)) and day < before]
    for folder in gone:
        shutil.rmtree(folder)
    if any(f.exists() for f in gone):
        raise NotDeleted(f"folders of {root} from before {before} still stand")
    return Deleted(what, len(gone), before)


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    return {
        r[0] for r in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'").fetchall()
    }


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None
