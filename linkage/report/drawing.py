"""Marks that the pictures share. Every text is escaped; all style is in attributes, so that a picture looks the same in a
page and in print, and no style of one can reach another.
"""

from __future__ import annotations

import textwrap
from functools import lru_cache
from html import escape

INK, SOFT, PAPER = "#0b0c0c", "#505a5f", "#ffffff"
SOLID, DASHED, DOTTED = "", "6 4", "1.5 4"
FONT = "Open Sans, Arial, Helvetica, sans-serif"


def picture(width: float, height: float, title: str, says: str, key: str, marks: list[str]) -> str:
    """One SVG picture with its title and description. `key` is unique on the page."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="t-{key} d-{key}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="{FONT}" font-size="13" fill="{INK}">'
        f'<title id="t-{key}">{escape(title)}</title><desc id="d-{key}">{escape(says)}</desc>{"".join(marks)}</svg>'
    )


def text(x: float, y: float, said: str, *, bold: bool = False, soft: bool = False, middle: bool = False) -> str:
    """One line of text; `y` is its base line."""
    style = (' font-weight="700"' if bold else "") + (' text-anchor="middle"' if middle else "")
    return f'<text x="{x:g}" y="{y:g}"{style} fill="{SOFT if soft else INK}">{escape(said)}</text>'


def lines(
    x: float, y: float, said: str, width: int, *, bold: bool = False, soft: bool = False, middle: bool = False
) -> str:
    """Text wrapped at `width` characters, 16 units a line."""
    return "".join(
        text(x, y + 16 * i, part, bold=bold, soft=soft, middle=middle) for i, part in enumerate(wrapped(said, width))
    )


def height_of(said: str, width: int) -> int:
    """How many units `lines` takes."""
    return 16 * len(wrapped(said, width))


@lru_cache(maxsize=4096)
def wrapped(said: str, width: int) -> tuple[str, ...]:
    """The lines of a text; the same label is measured, then drawn, for page and for print."""
    return tuple(textwrap.wrap(said, width)) or ("",)


def path(points: list[tuple[float, float]], *, dash: str = SOLID, soft: bool = False, thick: float = 1.6) -> str:
    """A line through points."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    route = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polyline points="{route}" fill="none" stroke="{SOFT if soft else INK}" stroke-width="{thick}"{dashes}/>'


def box(x: float, y: float, width: float, height: float, *, round_: float = 2, dash: str = SOLID) -> str:
    """A box with a white ground."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_:g}" fill="{PAPER}" '
        f'stroke="{INK}" stroke-width="1.6"{dashes}/>'
    )
