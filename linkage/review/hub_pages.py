"""`store.hub_page`: one row an exception for one hub, as its report shows it, cut to what that reader may have.

The pages of a hub read rows of that hub alone; there is nothing else of an exception in the published store that they open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl

from linkage.ledger.ledger import Entry
from linkage.report.content import NightContent
from linkage.report.nightly_content import evidence_key
from linkage.report.summary import Hub
from linkage.report.view import View
from linkage.store import insert

_PAGE = {
    "gss": pl.String, "position": pl.Int32, "exception_id": pl.String, "reader": pl.String, "kind": pl.String,
    "priority": pl.String, "status": pl.String, "waiting": pl.Boolean, "content_hash": pl.String, "told": pl.String,
    "records": pl.String,
}  # fmt: skip


def keep(con: duckdb.DuckDBPyConnection, content: NightContent, hubs: Sequence[Hub], entries: Sequence[Entry]) -> int:
    """Lay out tonight's pages of every hub. Returns how many there are."""
    con.execute(
        "CREATE OR REPLACE TABLE store.hub_page (gss VARCHAR, position INTEGER, exception_id VARCHAR, reader VARCHAR, kind VARCHAR, "
        "priority VARCHAR, status VARCHAR, waiting BOOLEAN, content_hash VARCHAR, told JSON, records JSON)"
    )
    by_id = {e.exception["exception_id"]: e for e in entries}
    rows = [
        _row(hub.gss, place, view, line, by_id[view["reference"]], content)
        for hub in hubs
        for place, (view, line) in enumerate(zip(hub.views, hub.lines, strict=True))
    ]
    insert(con, "store.hub_page", _PAGE, rows)
    return len(rows)


def _row(gss: str, place: int, view: View, line: str, entry: Entry, content: NightContent) -> list[Any]:
    return [
        gss, place, view["reference"], view["reader"], view["kind"], view["priority"], view["status"],
        bool(entry.exception["waiting"]), entry.detail["content_hash"], line,
        json.dumps(_records(view, entry, content)),
    ]  # fmt: skip


def _records(view: View, entry: Entry, content: NightContent) -> list[dict[str, str]]:
    """The records of the evidence, for the answer that one of them is about somebody else. Only the lead hub answers.

    Of a held exception a hub is told nothing yet, so it has no record to speak of.
    """
    if view["reader"] != "lead" or view["status"] == "resolved" or view["priority"] == "H":
        return []
    return [
        {"mention_id": evidence_key(told), "person_id": content.about.get(evidence_key(told), ""),
         "words": f"{shown['source']}, {shown['about']}: {shown['says']}"}
        for told, shown in zip(entry.exception["evidence"], view["evidence"], strict=True)
    ]  # fmt: skip
