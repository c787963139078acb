"""A genogram of three generations in the convention of children's services in England, and the same as a table.

Male square, female circle, sex not known diamond, pregnancy triangle, death a cross, eldest child left, twins from one
stalk, a dotted line round those whom records put in one home. A place that no record fills is drawn with a question
mark; a tie that no record states is dashed and grey. Separation and divorce are in no record here, so none is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from linkage.report.allow import View
from linkage.report.dates import day
from linkage.report.drawing import (
    DASHED,
    DOTTED,
    INK,
    PAPER,
    SOFT,
    SOLID,
    height_of,
    lines,
    path,
    picture,
    text,
    wrapped,
)

UNIT, ROW, TOP, R = 66.0, 168.0, 30.0, 22.0
"""Half a place across, one generation down, the head of the picture, half a symbol."""
LAST = 156.0
"""What the last generation takes: nothing hangs below it."""
CHARS = 16
MIDDLE = 4
"""Where children hang: half way between father (2) and mother (6)."""
KNOWN_WORDS = {
    "recorded": "recorded",
    "inferred": "inferred, not confirmed",
    "unknown": "not known",
    "expected": "expected",
}
TIE_WORDS = {
    "couple": "couple with",
    "co_parent": "other parent beside",
    "parent": "parent of",
    "part_not_known": "part not known, beside",
}
Places = dict[int, tuple[int, int]]
"""Half places across and generation down, by place in the list of members."""


def svg(view: View) -> str:
    """The picture as inline SVG; empty where nobody is in it."""
    members, ties = view["family"]["members"], view["family"]["ties"]
    if not members:
        return ""
    at = _places(members, ties)
    marks = [*_homes(view, at), *_parents(ties, at), *_children(members, ties, at), *_beside(ties, at)]
    marks += [_symbol(m, *_point(at[i])) + _label(m, *_point(at[i])) for i, m in enumerate(members)]
    wide = max(13.6, *(x + 1.4 for x, _ in at.values())) * UNIT
    foot, key = _point((0, 2))[1] - R - 16 + LAST + 34, _key(view, int(wide / 6.9))
    marks += [text(10, foot + 18 * i, line, soft=True) for i, line in enumerate(key)]
    says = ". ".join(" ".join(row) for row in tie_facts(view))
    return picture(
        wide, foot + 18 * len(key) - 4, "Genogram of three generations", says, f"family-{view['reference']}", marks
    )


def member_facts(view: View) -> list[list[str]]:
    """Who is in the picture, as rows: part, name, sex, born, how known."""
    return [
        [m["part"], m["name"], m["sex"], _born(m) or "not known", KNOWN_WORDS[m["known"]]]
        for m in view["family"]["members"]
    ]


def tie_facts(view: View) -> list[list[str]]:
    """Who is tied to whom, as rows: one, tie, other, how known, which record says so."""
    members = view["family"]["members"]
    return [
        [
            _called(members[t["one"]]),
            TIE_WORDS[t["kind"]],
            _called(members[t["other"]]),
            KNOWN_WORDS[t["known"]],
            t["says"],
        ]
        for t in view["family"]["ties"]
    ]


def _called(member: View) -> str:
    return f"{member['part']} (not known)" if member["known"] == "unknown" else member["name"]


def _born(member: View) -> str:
    born = day(member["born"])
    return f"{born}, has died" if member["died"] and born else "has died" if member["died"] else born


def _point(place: tuple[int, int]) -> tuple[float, float]:
    return place[0] * UNIT, TOP + R + ROW * place[1]


def _places(members: list[View], ties: list[View]) -> Places:
    """Father left, mother right, their parents above, their children below; further adults, then other families, right."""
    pair = _pair(ties)
    at: Places = {pair["one"]: (2, 1), pair["other"]: (6, 1)}
    for parent in (pair["one"], pair["other"]):
        for i, one in enumerate(_parents_of(ties, parent)):
            at.setdefault(one, (at[parent][0] - 1 + 2 * i, 0))
    children = [i for i, m in enumerate(members) if m["generation"] == 2]
    theirs = [i for i in children if {pair["one"], pair["other"]} & set(_parents_of(ties, i))]
    left = max(1, MIDDLE - (len(theirs) - 1))
    at |= {one: (left + 2 * i, 2) for i, one in enumerate(theirs)}
    tied = list(dict.fromkeys(t["one"] for t in _beside_mother(ties)))
    at |= {one: (9 + 3 * i, 1) for i, one in enumerate(tied) if one not in at}
    right = max(10 + 3 * len(tied) - 2, left + 2 * len(theirs)) + 1
    for parent in (i for i, m in enumerate(members) if m["generation"] == 1 and i not in at):
        own = [t["other"] for t in ties if t["kind"] == "parent" and t["one"] == parent]
        at |= {one: (right + 2 * i, 2) for i, one in enumerate(own) if one not in at}
        at[parent] = (right + len(own) - 1 if own else right, 1)
        right += 2 * max(1, len(own)) + 1
    return at | {
        i: (right + 2 * n, members[i]["generation"])
        for n, i in enumerate(i for i in range(len(members)) if i not in at)
    }


def _pair(ties: list[View]) -> View:
    """The tie between the two parents, known or not, around whom the picture is drawn."""
    return next(t for t in ties if t["kind"] in ("couple", "co_parent"))


def _beside_mother(ties: list[View]) -> list[View]:
    """Ties of further adults to the mother."""
    pair = _pair(ties)
    return [t for t in ties if t["kind"] in ("couple", "part_not_known") and t is not pair]


def _parents_of(ties: list[View], child: int) -> list[int]:
    return [t["one"] for t in ties if t["kind"] == "parent" and t["other"] == child]


def _line(points: list[tuple[float, float]], *, known: bool) -> str:
    return path(points, dash=SOLID if known else DASHED, soft=not known)


def _parents(ties: list[View], at: Places) -> Iterator[str]:
    """From each pair of grandparents down to their child."""
    for child in (i for i, (_, row) in at.items() if row == 1):
        above = [t for t in ties if t["kind"] == "parent" and t["other"] == child and at[t["one"]][1] == 0]
        known = bool(above) and all(t["known"] == "recorded" for t in above)
        (x, y) = _point(at[child])
        for t in above:
            one, high = _point(at[t["one"]])
            yield _line([(one + (R if one < x else -R), high), (x, high)], known=t["known"] == "recorded")
        if above:
            yield _line([(x, _point((0, 0))[1]), (x, y - R)], known=known)


def _children(members: list[View], ties: list[View], at: Places) -> Iterator[str]:
    """The line between the parents, the stalk from its middle, and from a bar to each child; twins share one stalk."""
    pair = _pair(ties)
    (one, y), (other, _) = _point(at[pair["one"]]), _point(at[pair["other"]])
    yield _line([(one + R, y), (other - R, y)], known=pair["known"] == "recorded")
    both = {pair["one"], pair["other"]}
    yield from _stalk(members, ties, at, (MIDDLE * UNIT, y), both)
    for parent in (i for i, (_, row) in sorted(at.items()) if row == 1 and i not in both):
        yield from _stalk(members, ties, at, (_point(at[parent])[0], y + R + 6 + _depth(members[parent])), {parent})


def _stalk(
    members: list[View], ties: list[View], at: Places, top: tuple[float, float], parents: set[int]
) -> Iterator[str]:
    """From the parents down to a bar and to each of their children; a child whom no record gives them hangs on dashes."""
    under = [t for t in ties if t["kind"] == "parent" and t["one"] in parents and at[t["other"]][1] == 2]
    recorded = {t["other"] for t in under if t["known"] == "recorded"}
    children = sorted({t["other"] for t in under}, key=lambda i: at[i])
    if not children:
        return
    bar = _point((0, 2))[1] - R - 34
    births = [list(group) for _, group in groupby(children, key=lambda i: members[i]["born"] or str(i))]
    feet = [sum(_point(at[i])[0] for i in born) / len(born) for born in births]
    yield _line([top, (top[0], bar)], known=bool(recorded))
    yield _line([(min(top[0], *feet), bar), (max(top[0], *feet), bar)], known=bool(recorded))
    for foot, born in zip(feet, births, strict=True):
        for i in born:
            x, low = _point(at[i])
            yield _line([(foot, bar), (x, low - R)], known=i in recorded)


def _beside(ties: list[View], at: Places) -> Iterator[str]:
    """Ties of further adults to the mother: the nearest straight across, the others over the top."""
    further = _beside_mother(ties)
    for n, t in enumerate(further):
        (x, y), (mother, _) = _point(at[t["one"]]), _point(at[t["other"]])
        known = t["known"] == "recorded"
        if n == 0:
            yield _line([(mother + R, y), (x - R, y)], known=known)
            yield text((mother + x) / 2, y - 8, KNOWN_WORDS[t["known"]].split(",")[0], soft=True, middle=True)
        else:
            high = y - R - 10 - 8 * n
            yield _line([(mother + 12, y - R + 3), (mother + 12, high), (x, high), (x, y - R)], known=known)


def _symbol(member: View, x: float, y: float) -> str:
    unknown = member["known"] == "unknown"
    style = f'fill="{PAPER}" stroke="{SOFT if unknown else INK}" stroke-width="1.8"'
    style += f' stroke-dasharray="{DASHED}"' if unknown else ""
    if member["known"] == "expected":
        mark = f'<polygon points="{x:g},{y - R:g} {x + R:g},{y + R:g} {x - R:g},{y + R:g}" {style}/>'
    elif member["sex"] == "male":
        mark = f'<rect x="{x - R:g}" y="{y - R:g}" width="{2 * R:g}" height="{2 * R:g}" {style}/>'
    elif member["sex"] == "female":
        mark = f'<circle cx="{x:g}" cy="{y:g}" r="{R:g}" {style}/>'
    else:
        mark = f'<polygon points="{x:g},{y - R:g} {x + R:g},{y:g} {x:g},{y + R:g} {x - R:g},{y:g}" {style}/>'
    if unknown:
        mark += text(x, y + 5, "?", bold=True, middle=True)
    if member["died"]:
        mark += path([(x - R, y - R), (x + R, y + R)]) + path([(x - R, y + R), (x + R, y - R)])
    return mark


def _said(member: View) -> list[tuple[str, bool, bool]]:
    """What stands under a symbol: (text, bold, soft)."""
    unknown, born = member["known"] == "unknown", _born(member)
    said = [(member["part"], True, False), ("not known" if unknown else member["name"], False, unknown)]
    return said + ([(born, False, True)] if born and not unknown else [])


def _depth(member: View) -> int:
    return sum(height_of(words, CHARS) for words, _, _ in _said(member))


def _label(member: View, x: float, y: float) -> str:
    """Part, name and birth under a symbol, each wrapped, so that neighbours do not run into each other."""
    mark, deep = "", y + R + 17
    for words, bold, soft in _said(member):
        mark += lines(x, deep, words, CHARS, bold=bold, soft=soft, middle=True)
        deep += height_of(words, CHARS)
    return mark


def _homes(view: View, at: Places) -> Iterator[str]:
    """A dotted line round the members whom records put at one address, the address's number at its corner."""
    for home in _homes_used(view):
        cells = {(x + half, row) for x, row in _at_home(view, at, home) for half in (-1, 0)}
        shift = 5.0 * home
        for cell in sorted(cells):
            yield from _edges(cell, cells, shift)
        for place in sorted(_at_home(view, at, home)):
            x, y = _point(place)
            yield text(x - UNIT + 10 + 14 * home, y - R + 4, str(home + 1), bold=True)


def _at_home(view: View, at: Places, home: int) -> set[tuple[int, int]]:
    return {at[i] for i, m in enumerate(view["family"]["members"]) if home in m["homes"]}


def _edges(cell: tuple[int, int], cells: set[tuple[int, int]], shift: float) -> Iterator[str]:
    (x, row), high = cell, _point((0, cell[1]))[1] - R - 16
    deep = ROW if row < 2 else LAST
    left, right, top, low = x * UNIT + shift, (x + 1) * UNIT + shift, high + shift, high + deep + shift
    sides = {
        (x - 1, row): [(left, top), (left, low)],
        (x + 1, row): [(right, top), (right, low)],
        (x, row - 1): [(left, top), (right, top)],
        (x, row + 1): [(left, low), (right, low)],
    }
    for neighbour, side in sides.items():
        if neighbour not in cells:
            yield path(side, dash=DOTTED, thick=1.4)


def _homes_used(view: View) -> list[int]:
    return sorted({home for m in view["family"]["members"] for home in m["homes"]})


def _key(view: View, width: int) -> list[str]:
    said = [
        "Square: male. Circle: female. Diamond: sex not recorded. Triangle: expected baby. Cross: has died. Question mark: not known.",
        "Solid line: a record says so. Dashed grey line: no record here says so; it is inferred or not known.",
    ]
    for home in _homes_used(view):
        address = view["addresses"][home]
        said.append(f"Dotted line {home + 1}, one home: {address['address']} ({address['role'].lower()}).")
    return [part for line in said for part in wrapped(line, width)]
