"""A picture of one exception: its properties as boxes, its people, and lines for what each record says.

Drawn as plain SVG without a layout library: two or three boxes need none, and the same facts stand beside it as a table.
"""

from __future__ import annotations

from html import escape

from linkage.report.view import View

WIDTH, LEFT, RIGHT, ROW, TOP = 900, 330, 390, 34, 24


def svg(view: View) -> str:
    """Inline SVG with a title and description. People left, properties right; dashed lines are not on any register."""
    people, places = view["people"], view["addresses"]
    height = TOP + max(len(people), len(places) * 2, 2) * ROW + 46
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="m-{view["reference"]} d-{view["reference"]}" '
        'xmlns="http://www.w3.org/2000/svg" class="map">',
        f'<title id="m-{view["reference"]}">People and properties</title>',
        f'<desc id="d-{view["reference"]}">{escape(view["claim"])}</desc>',
    ]
    left = [TOP + i * ROW for i in range(len(people))]
    right = [TOP + i * ROW * 2 for i in range(len(places))]
    for tie in view["ties"]:
        dashed = "" if tie["registered"] else ' stroke-dasharray="6 4"'
        ends = f'x1="{LEFT + 10}" y1="{left[tie["person"]] + 13}" x2="{WIDTH - RIGHT - 10}" y2="{right[tie["address"]] + 24}"'
        parts.append(f'<line {ends} class="tie"{dashed}/>')
    for y, person in zip(left, people, strict=True):
        parts.append(_label(10, y, LEFT, 26, [_short(f"{person['role']}: {person['name']}", 38)], round_=13))
    for y, place in zip(right, places, strict=True):
        parts.append(_label(WIDTH - RIGHT - 10, y, RIGHT, 48, [_short(place["address"], 44), place["role"]], round_=2))
    parts.append(
        f'<text x="10" y="{height - 10}" class="key">Solid line: a register says so. Dashed line: other records only.</text>'
    )
    return "".join([*parts, "</svg>"])


def _label(x: int, y: int, width: int, height: int, lines: list[str], *, round_: int) -> str:
    texts = "".join(
        f'<text x="{x + 10}" y="{y + 17 + 18 * i}" class="{"strong" if i == 0 else "soft"}">{escape(line)}</text>'
        for i, line in enumerate(lines)
    )
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{round_}" class="box"/>{texts}'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
