"""The picture of a question: records on a ring, lines for what holds them together. The same stands beside it as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from linkage.review.comparing import COMPARED, letters

SIZE, RADIUS, NODE = 420, 160, 22


def svg(mentions: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]], *, with_weight: bool) -> str:
    """Inline SVG with a title. A line is thicker the more details agree, or, once it may be shown, the higher the weight."""
    letter = letters(mentions)
    at = _places([m["mention_id"] for m in mentions])
    parts = [
        f'<svg viewBox="0 0 {SIZE} {SIZE}" role="img" aria-labelledby="picture-title" class="app-picture" '
        'xmlns="http://www.w3.org/2000/svg"><title id="picture-title">'
        f"{len(mentions)} records and what holds them together; the table below says the same</title>"
    ]
    for link in links:
        parts.append(_line(link, at, with_weight=with_weight))
    people = {p: n for n, p in enumerate(dict.fromkeys(m["person_id"] for m in mentions))}
    for mention in mentions:
        (x, y), square = at[mention["mention_id"]], people[mention["person_id"]] % 2
        shape = (
            f'<rect x="{x - NODE}" y="{y - NODE}" width="{NODE * 2}" height="{NODE * 2}" class="app-node"/>'
            if square
            else f'<circle cx="{x}" cy="{y}" r="{NODE}" class="app-node"/>'
        )
        name = escape(letter[mention["mention_id"]])
        parts.append(f'{shape}<text x="{x}" y="{y + 6}" text-anchor="middle" class="app-letter">{name}</text>')
    return "".join([*parts, "</svg>"])


def _places(ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    middle = SIZE // 2
    turn = [2 * math.pi * i / len(ids) - math.pi / 2 for i in range(len(ids))]
    return {
        m: (round(middle + RADIUS * math.cos(a)), round(middle + RADIUS * math.sin(a)))
        for m, a in zip(ids, turn, strict=True)
    }


def _line(link: Mapping[str, Any], at: Mapping[str, tuple[int, int]], *, with_weight: bool) -> str:
    (x1, y1), (x2, y2) = at[link["mention_id_l"]], at[link["mention_id_r"]]
    agree = sum((link[c] or 0) > 0 for c in COMPARED)
    width = max(1, min(8, round(link["match_weight"] / 4) if with_weight else agree))
    dashed = ' stroke-dasharray="5 5"' if link["veto"] else ""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="app-link" stroke-width="{width}"{dashed}/>'
