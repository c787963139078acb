"""Plots of the digest as SVG, drawn offline by Vega through vl-convert; each stands beside a table of the same figures."""

from __future__ import annotations

import altair as alt
import vl_convert

from linkage import vocabulary as words
from linkage.report.dates import day
from linkage.report.digest import PATERNAL_WORDS, Digest

FONT = "Open Sans, Arial, Helvetica, sans-serif"
INKS = ("#1d70b8", "#942514", "#505a5f")
SHAPES = ("circle", "square", "triangle-up")


def weeks(digest: Digest) -> str:
    """New exceptions a week by kind; a count that is too small to show leaves a gap. Kinds differ by shape as well as colour."""
    rows = [
        {"week": day(end), "kind": words.KIND_WORDS[words.Kind(kind)], "count": count}
        for end, counts in digest.weeks.items()
        for kind, count in counts.items()
    ]
    ends, kinds = [day(end) for end in digest.weeks], list(words.KIND_WORDS.values())
    most = max([5, *(count for counts in digest.weeks.values() for count in counts.values() if count is not None)])
    across = alt.X("week:O", scale=alt.Scale(domain=ends), title="Week to", axis=alt.Axis(labelAngle=0))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=alt.OverlayMarkDef(size=70))
        .encode(
            x=across,
            y=alt.Y("count:Q", title="New exceptions", scale=alt.Scale(domain=[0, most]), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=list(INKS)), title=None),
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=list(SHAPES)), title=None),
        )
        .properties(width=720, height=220)
    )
    return _svg(chart)


def paternal(digest: Digest) -> str:
    """Share of children under one by what is recorded of the father."""
    rows = [
        {"what": PATERNAL_WORDS[name], "share": share}
        for name, share in digest.paternal_share.items()
        if share is not None
    ]
    names = list(PATERNAL_WORDS.values())
    down = alt.Y("what:N", scale=alt.Scale(domain=names), title=None, axis=alt.Axis(labelLimit=260))
    across = alt.X("share:Q", title="Percent of children under one", scale=alt.Scale(domain=[0, 100]))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color=INKS[0])
        .encode(x=across, y=down)
        .properties(width=540, height=150)
    )
    return _svg(chart)


def _svg(chart: alt.Chart) -> str:
    plain = (
        chart.configure(font=FONT).configure_legend(orient="top", labelLimit=420, columns=1).configure_view(stroke=None)
    )
    # No address may be asked for anything while a plot is drawn.
    made: str = vl_convert.vegalite_to_svg(plain.to_json(), allowed_base_urls=[])
    return made
