"""A picture of one exception: people left, properties right, a line for each home that records give a person.

Solid: a register says so. Dashed: other records only. A question mark: records put that person at more than one
home. The same facts stand beside it as a table (`facts`).
"""

from __future__ import annotations

from linkage.report.allow import View
from linkage.report.drawing import DASHED, SOLID, box, height_of, lines, path, picture, text

WIDTH, LEFT, RIGHT, TOP, GAP = 900, 330, 390, 12, 12
PERSON_CHARS, ADDRESS_CHARS = 38, 46


def svg(view: View) -> str:
    """The picture as inline SVG."""
    people, places = view["people"], view["addresses"]
    left = _stack([height_of(_who(p), PERSON_CHARS) + 14 for p in people])
    right = _stack([height_of(p["address"], ADDRESS_CHARS) + 32 for p in places])
    deepest = max(y + h for y, h in [*left, *right])
    marks = [_tie(tie, left[tie["person"]], right[tie["address"]]) for tie in view["ties"]]
    marks += [_disputed(left[one]) for one in sorted({tie["person"] for tie in view["ties"] if tie["disputed"]})]
    for (y, height), person in zip(left, people, strict=True):
        marks.append(box(10, y, LEFT, height, round_=13) + lines(22, y + 18, _who(person), PERSON_CHARS, bold=True))
    for (y, height), place in zip(right, places, strict=True):
        x = WIDTH - RIGHT - 10
        marks.append(box(x, y, RIGHT, height) + lines(x + 12, y + 18, place["address"], ADDRESS_CHARS, bold=True))
        marks.append(text(x + 12, y + height - 9, place["role"], soft=True))
    marks.append(text(10, deepest + 24, "Solid line: a register says so. Dashed line: other records only.", soft=True))
    marks.append(text(10, deepest + 42, "A question mark: records put that person at more than one home.", soft=True))
    says = "; ".join(" ".join(row) for row in facts(view)) or "no record here puts any of them at a property"
    return picture(WIDTH, deepest + 54, "Household map", f"Household map: {says}", f"map-{view['reference']}", marks)


def facts(view: View) -> list[list[str]]:
    """What the picture shows, as rows: who, how, where."""
    return [
        [
            view["people"][tie["person"]]["name"],
            "is registered at" if tie["registered"] else "is put by other records at",
            view["addresses"][tie["address"]]["address"] + (" (disputed)" if tie["disputed"] else ""),
        ]
        for tie in view["ties"]
    ]


def _who(person: View) -> str:
    return f"{person['role']}: {person['name']}"


def _stack(heights: list[int]) -> list[tuple[int, int]]:
    placed, y = [], TOP
    for height in heights:
        placed.append((y, height))
        y += height + GAP
    return placed


def _tie(tie: View, person: tuple[int, int], place: tuple[int, int]) -> str:
    start, end = (LEFT + 10, person[0] + person[1] / 2), (WIDTH - RIGHT - 10, place[0] + place[1] / 2)
    return path([start, end], dash=SOLID if tie["registered"] else DASHED)


def _disputed(person: tuple[int, int]) -> str:
    x, y = LEFT + 10, person[0] + person[1] / 2
    return box(x - 1, y - 10, 20, 20, round_=10) + text(x + 9, y + 5, "?", bold=True, middle=True)
