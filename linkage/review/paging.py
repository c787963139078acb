"""One page of a long list, and the links to the pages beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from linkage.review.access import Visit

PER_PAGE = 25
LONGEST_NUMBER = 9
"""Digits of a page number; Python refuses to read thousands."""


@dataclass(frozen=True)
class Part:
    """The rows of one page. previous, next: addresses of the pages beside it, empty at either end."""

    rows: Sequence[Any]
    matching: int
    number: int
    of: int
    previous: str
    next: str


def cut(rows: Sequence[Any], visit: Visit) -> Part:
    """The page that the address asks for; what is no page number is the first."""
    asked = visit.request.query_params.get("page", "1")
    of = max(1, -(-len(rows) // PER_PAGE))
    number = min(of, max(1, int(asked))) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 1
    rest = [(k, v) for k, v in visit.request.query_params.items() if k != "page" and v]

    def at(page: int) -> str:
        return "?" + urlencode([*rest, ("page", page)]) if 1 <= page <= of else ""

    shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Part(shown, len(rows), number, of, at(number - 1), at(number + 1))
