"""How far tonight lies from what the model was trained on: `drift`, one row a figure, as trained and tonight.

A model is fixed; records are not. When a supplier changes how it writes names, the weights of pairs move before anybody is
linked wrongly. The figures are counts over everybody, stored with the model when it was trained (measured.baseline); a model without
them, as the shipped one, which knows no region, has none to be laid beside.
Reads `mention`, `pair`, `person`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from linkage.night import Night
from linkage.people import measured, model
from linkage.settings import Settings
from linkage.store import insert

FEWEST = 200
"""Mentions of a source below which its link rate moves by chance alone."""
Row = tuple[str, str, float, float, bool]
"""Measure, slice, as trained, tonight, and whether it moved further than the settings allow."""
_TYPES = {"measure": pl.String, "slice": pl.String, "trained": pl.Float64, "tonight": pl.Float64, "moved": pl.Boolean}


def run(con: duckdb.DuckDBPyConnection, night: Night) -> list[str]:
    """Build `drift`. Returns a line of words for every figure that moved further than the settings allow."""
    con.execute(
        "CREATE OR REPLACE TABLE drift (measure VARCHAR, slice VARCHAR, trained DOUBLE, tonight DOUBLE, moved BOOLEAN)"
    )
    trained = model.in_force(night.settings).get("baseline")
    if trained is None:
        return []
    rows = _rows(trained, measured.baseline(con), _large(con), night.settings)
    insert(con, "drift", _TYPES, rows)
    return [
        f"the people model drifts: {measure}{' of ' + slice_ if slice_ else ''} is {tonight:g}, {was:g} when it was trained; "
        "look at the data-quality page, and train anew when the change is meant to last"
        for measure, slice_, was, tonight, moved in rows
        if moved
    ]


def _large(con: duckdb.DuckDBPyConnection) -> set[str]:
    found = con.execute(f"SELECT slice FROM ({measured.BASELINE['link_rates']}) WHERE whole >= {FEWEST}").fetchall()
    return {r[0] for r in found}


def _rows(trained: Mapping[str, Any], now: Mapping[str, Any], large: set[str], settings: Settings) -> list[Row]:
    was, is_ = float(trained["pairs_per_mention"]), float(now["pairs_per_mention"])
    factor = settings.number("people.warn_pairs_grown_to")
    rows: list[Row] = [("pairs kept a mention", "", was, is_, not was / factor <= is_ <= was * factor)]
    bins = sorted({*trained["weights"], *now["weights"]}, key=int)
    apart = sum(abs(trained["weights"].get(b, 0.0) - now["weights"].get(b, 0.0)) for b in bins) / 2
    rows.append(
        (
            "share of pairs at another match weight",
            "",
            0.0,
            round(apart, 4),
            apart > settings.number("people.warn_weights_moved_by"),
        )
    )
    rows += [
        (
            "share of pairs by match weight",
            f"from {b}",
            trained["weights"].get(b, 0.0),
            now["weights"].get(b, 0.0),
            False,
        )
        for b in bins
    ]
    most = settings.number("people.warn_link_rate_moved_by")
    for source in sorted(large & trained["link_rates"].keys()):
        before, after = trained["link_rates"][source], now["link_rates"][source]
        rows.append(("share of mentions linked to another", source, before, after, abs(after - before) > most))
    return rows
