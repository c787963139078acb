"""Charts of a training report that need the truth: reliability of link probabilities, and Splink's choice of a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import duckdb
import vl_convert
from splink import Linker

INK = "#1d70b8"
MOST_LABELS = 200_000
"""Pairs that the threshold chart is drawn from: enough for a line a pixel wide."""


def reliability(bins: Iterable[Mapping[str, float]]) -> str:
    """Link probability before calibration against the share that was right, as SVG; a point's size tells how many links."""
    rows = [{"said": b["said"], "right": b["right"], "links": b["links"]} for b in bins]
    lowest = min([0.5, *(min(r["said"], r["right"]) for r in rows)])
    scale = alt.Scale(domain=[lowest, 1.0], zero=False)
    x = alt.X("said:Q", title="Link probability as the model says it", scale=scale)
    y = alt.Y("right:Q", title="Share that was right", scale=scale)
    points = alt.Chart(alt.Data(values=rows)).mark_point(filled=True, color=INK)
    ends = [{"said": end, "right": end} for end in (lowest, 1.0)]
    line = alt.Chart(alt.Data(values=ends)).mark_line(color="#505a5f", strokeDash=[4, 4]).encode(x=x, y=y)
    points = points.encode(x=x, y=y, size=alt.Size("links:Q", title="Links"))
    return str(vl_convert.vegalite_to_svg((line + points).properties(width=420, height=320).to_json()))


def threshold(con: duckdb.DuckDBPyConnection, linker: Linker) -> Any:
    """Splink's chart of precision and recall by threshold, over the candidate pairs whose truth is known."""
    con.execute(
        "CREATE OR REPLACE TABLE labelled_pair AS SELECT mention_id_l, mention_id_r, "
        "CASE WHEN a.true_person = b.true_person THEN 1.0 ELSE 0.0 END AS clerical_match_score FROM candidate "
        "INNER JOIN true_person AS a ON a.mention_id = mention_id_l INNER JOIN true_person AS b ON b.mention_id = mention_id_r "
        f"ORDER BY hash(mention_id_l || mention_id_r) LIMIT {MOST_LABELS}"
    )
    labels = linker._db_api.register("labelled_pair")
    return linker.evaluation.accuracy_analysis_from_labels_table(labels, output_type="threshold_selection")
