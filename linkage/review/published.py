"""The published night, read-only. When another night is published the next request reads that one.

Pages read the tables that the night wrote for them (`question…`, `hub_page`, `measure`, `night_told`, `verdict_effect`);
no page can reach a record that the night did not lay out.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage import store
from linkage.store import StoreError


def no_store(file: Path) -> StoreError:
    """What to raise where there is no store to show."""
    return StoreError(f"there is no store {file}; run a night first (`linkage run`)")


class Published:
    """The store as last published. Thread-safe: each read has a cursor of its own."""

    def __init__(self, file: Path, key: str, arrived: Callable[[Published], None] | None = None) -> None:
        self.file = file
        self._key = key
        self._lock = threading.Lock()
        self._con: duckdb.DuckDBPyConnection | None = None
        self._mark: tuple[int, int] = (0, 0)
        self._kept: dict[str, Any] = {}
        self._arrived = arrived
        self.night = date.min
        self.refresh()

    def refresh(self) -> None:
        """Open the night that is published now, if it is another. Raises StoreError when there is none."""
        with self._lock:
            try:
                told = self.file.stat()
            except FileNotFoundError:
                raise no_store(self.file) from None
            if (mark := (told.st_ino, told.st_mtime_ns)) == self._mark:
                return
            con = store.connect(threads=2, memory="500MB")
            store.attach(con, self.file, self._key, read_only=True)
            try:
                row = con.execute("SELECT max(night) FROM store.published").fetchone()
                con.execute("SELECT 1 FROM store.question, store.hub_page LIMIT 0")
            except duckdb.CatalogException:
                raise StoreError(
                    f"the last night of {self.file} was run by a version without review pages; run it again"
                ) from None
            self._con, self._mark, self._kept = con, mark, {}
            self.night = row[0] if row else date.min
        if self._arrived:
            self._arrived(self)

    def rows(self, query: str, **given: Any) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries."""
        assert self._con is not None
        cursor = self._con.cursor()
        done = cursor.execute(query, given) if given else cursor.execute(query)
        names = [column[0] for column in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def kept(self, name: str, read: Callable[[], Any]) -> Any:
        """What `read` gives, read once a night."""
        kept = self._kept
        if name not in kept:
            kept[name] = read()
        return kept[name]

    def questions(self) -> dict[str, dict[str, Any]]:
        """Every question of the night by id, those to be looked at first in front."""
        found: dict[str, dict[str, Any]] = self.kept(
            "questions",
            lambda: {r["question_id"]: r for r in self.rows("SELECT * FROM store.question ORDER BY position")},
        )
        return found

    def mentions(self, ids: list[str]) -> list[dict[str, Any]]:
        """What may be shown of some mentions, the oldest statement first."""
        return self.rows(
            "SELECT * FROM store.question_mention WHERE list_contains($ids, mention_id) "
            "ORDER BY said_on NULLS LAST, mention_id",
            ids=ids,
        )

    def links(self, ids: list[str]) -> list[dict[str, Any]]:
        """The compared pairs among some mentions, the strongest first."""
        return self.rows(
            "SELECT * FROM store.question_link WHERE list_contains($ids, mention_id_l) AND list_contains($ids, mention_id_r) "
            "ORDER BY match_weight DESC, mention_id_l, mention_id_r",
            ids=ids,
        )

    def hub_list(self, gss: str) -> list[dict[str, Any]]:
        """A hub's exceptions as its report orders them, without what they say."""
        found: list[dict[str, Any]] = self.kept(
            f"hub {gss}",
            lambda: self.rows(
                "SELECT exception_id, reader, kind, priority, status, waiting FROM store.hub_page "
                "WHERE gss = $gss ORDER BY position",
                gss=gss,
            ),
        )
        return found

    def hub_told(self, gss: str, ids: list[str]) -> dict[str, dict[str, Any]]:
        """What some exceptions of a hub say, by id: the views of its report."""
        found = self.rows(
            "SELECT exception_id, told FROM store.hub_page WHERE gss = $gss AND list_contains($ids, exception_id)",
            gss=gss,
            ids=ids,
        )
        return {r["exception_id"]: json.loads(r["told"]) for r in found}

    def hub_page(self, gss: str, exception_id: str) -> dict[str, Any] | None:
        """One exception of one hub, or None: another hub's is not there to be found."""
        found = self.rows(
            "SELECT * FROM store.hub_page WHERE gss = $gss AND exception_id = $id", gss=gss, id=exception_id
        )
        if not found:
            return None
        return {**found[0], "told": json.loads(found[0]["told"]), "records": json.loads(found[0]["records"])}

    def let_go(self) -> list[str]:
        """Ids of verdicts and answers that a night read and did not keep, since protection came over somebody in them."""
        found = self.rows(
            "SELECT decision_id FROM store.decision_read WHERE decision_id NOT IN "
            "(SELECT verdict_id FROM store.verdict WHERE officer <> '') AND decision_id NOT IN "
            "(SELECT answer_id FROM store.answer) ORDER BY ALL"
        )
        return [r["decision_id"] for r in found]
