"""A picture of the records of one exception in time: a row a person, a column a date, a mark a record with its number.

Dates stand in order, not to scale: records of ten years ago and of last week have to be read side by side. The same
facts stand beside it as the table of records, under the same numbers.
"""

from __future__ import annotations

from linkage import vocabulary as words
from linkage.report.allow import View
from linkage.report.dates import day
from linkage.report.drawing import DASHED, INK, PAPER, box, lines, path, picture, text

WIDTH, LEFT, TOP, ROW, RIGHT = 900, 190, 30, 46, 30
MOST_DATES = 9
"""Columns that can be read; what is older shares the first."""
SHAPES = {
    words.CONTRACT_WORDS["gp"]: "circle",
    words.CONTRACT_WORDS["maternity_booking"]: "square",
    words.CONTRACT_WORDS["maternity_birth"]: "square",
    words.CONTRACT_WORDS["council_tax"]: "diamond",
    words.CONTRACT_WORDS["police"]: "triangle",
}
KEY = (("circle", "GP registration"), ("square", "maternity"), ("diamond", "council tax"), ("triangle", "police"))


def svg(view: View) -> str:
    """The picture as inline SVG. Without a dated record it is empty."""
    dated = [e for e in view["evidence"] if e["date"]]
    if not dated:
        return ""
    dates = sorted({e["date"] for e in dated})
    columns = dates[-MOST_DATES:]
    people = list(dict.fromkeys([*(p["name"] for p in view["people"]), *(e["about"] or "not named" for e in dated)]))
    people = [p for p in people if any((e["about"] or "not named") == p for e in dated)]
    step = (WIDTH - LEFT - RIGHT) / max(len(columns), 2)
    at = {d: LEFT + step * (i + 0.5) for i, d in enumerate(columns)}
    heights = [ROW * _tallest(dated, p, columns) for p in people]
    floor = TOP + sum(heights)
    marks, y = _axis(columns, at, floor, int(step / 9), earlier=len(dates) > MOST_DATES), TOP
    for person, height in zip(people, heights, strict=True):
        marks.append(path([(10, y), (WIDTH - 10, y)], soft=True, thick=0.6))
        marks.append(lines(10, y + height / 2 + 2, person, 22, bold=True))
        marks += _marks(dated, person, columns, at, y, height)
        y += height
    marks += _key(floor + 76)
    says = f"{len(dated)} dated records of {len(people)} people from {day(dates[0])} to {day(dates[-1])}, in order of date."
    return picture(WIDTH, floor + 90, "Timeline of the records", says, f"time-{view['reference']}", marks)


def _column(written: str, columns: list[str]) -> str:
    return max(written, columns[0])


def _of(dated: list[View], person: str, column: str, columns: list[str]) -> list[View]:
    return [e for e in dated if (e["about"] or "not named") == person and _column(e["date"], columns) == column]


def _tallest(dated: list[View], person: str, columns: list[str]) -> int:
    """Rows of marks that a person needs: two marks stand side by side on one date, a third begins a new row."""
    return max(1, *(-(-len(_of(dated, person, c, columns)) // 2) for c in columns))


def _axis(columns: list[str], at: dict[str, float], floor: float, chars: int, *, earlier: bool) -> list[str]:
    marks = [path([(LEFT, floor), (WIDTH - 10, floor)])]
    for i, column in enumerate(columns):
        said = f"to {day(column)}" if earlier and i == 0 else day(column)
        marks.append(path([(at[column], TOP), (at[column], floor + 5)], soft=True, thick=0.5, dash=DASHED))
        marks.append(lines(at[column], floor + 20, said, min(chars, 11), middle=True))
    return marks


def _marks(
    dated: list[View], person: str, columns: list[str], at: dict[str, float], top: float, height: float
) -> list[str]:
    marks = []
    for column in columns:
        found = _of(dated, person, column, columns)
        rows = [found[i : i + 2] for i in range(0, len(found), 2)]
        for j, row in enumerate(rows):
            y = top + height * (j + 0.5) / len(rows)
            for i, e in enumerate(row):
                x = at[column] + (0 if len(row) == 1 else -17 + 34 * i)
                marks.append(_shape(SHAPES[e["source"]], x, y) + text(x, y + 5, str(e["number"]), middle=True))
    return marks


def _shape(shape: str, x: float, y: float) -> str:
    style = f'fill="{PAPER}" stroke="{INK}" stroke-width="1.6"'
    if shape == "circle":
        return f'<circle cx="{x:g}" cy="{y:g}" r="14" {style}/>'
    if shape == "square":
        return box(x - 13, y - 13, 26, 26)
    corners = (
        [(x, y - 17), (x + 17, y), (x, y + 17), (x - 17, y)]
        if shape == "diamond"
        else [(x, y - 18), (x + 17, y + 12), (x - 17, y + 12)]
    )
    return f'<polygon points="{" ".join(f"{a:g},{b:g}" for a, b in corners)}" {style}/>'


def _key(y: float) -> list[str]:
    marks, x = [], 24.0
    for shape, said in KEY:
        marks.append(f'<g transform="translate({x:g} {y - 4:g}) scale(0.6)">{_shape(shape, 0, 0)}</g>')
        marks.append(text(x + 16, y, said, soft=True))
        x += 150
    return [*marks, text(x, y, "The number is that in the table.", soft=True)]
