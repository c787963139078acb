"""A file's headings against its contract: where each contract column stands, after the supplier's column map.

Order and letter case of headings are free. Unknown headings are kept out and reported; a missing required column or
one given twice stops the file. Headings are shown in words only when the file is known to have a heading line of their
own: in a file without one, or with its end lost, the first row of data would stand among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from linkage.sources.refusal import Refused
from linkage.tables import Contract, required_columns

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.\-/()]{0,39}")


@dataclass(frozen=True)
class Layout:
    """Where each contract column stands in a file (0 = first), how wide its rows are, and what was kept out."""

    position: dict[str, int]
    headings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.headings)

    def name_at(self, index: int) -> str:
        """The contract column at a place, for messages; a number where no contract column stands there."""
        names = {at: name for name, at in self.position.items()}
        return names.get(index, f"column number {index + 1}")


def lay_out(headings: Sequence[str], contract: Contract, column_map: Mapping[str, str], *, sure: bool = True) -> Layout:
    """Find the contract's columns among the headings. sure: none of them can be a value. Raises Refused."""
    renamed = {_plain(theirs): ours for theirs, ours in column_map.items()}
    meant = [renamed.get(_plain(h), _plain(h)) for h in headings]
    known = [m for m in meant if m in contract.names]
    if doubled := sorted({m for m in known if known.count(m) > 1}):
        raise Refused(f"the column {', '.join(doubled)} stands there twice; deliver each column once")
    missing = [name for name in required_columns(contract) if name not in known]
    if missing:
        raise Refused(_missing(missing, headings))
    position = {m: i for i, m in enumerate(meant) if m in contract.names}
    extra = [(i, h) for i, (h, m) in enumerate(zip(headings, meant, strict=True)) if m not in contract.names]
    return Layout(position, tuple(headings), tuple(_kept_out(i, h if sure else "") for i, h in extra))


def _plain(heading: str) -> str:
    return " ".join(heading.replace("\ufeff", " ").split()).lower()


def _missing(missing: list[str], headings: Sequence[str]) -> str:
    hint = ""
    if len(headings) == 1 and any(mark in headings[0] for mark in ";\t|"):
        hint = "; its columns seem not to be separated by commas"
    return f"the required column {', '.join(missing)} is missing{hint}; deliver it or name it in the column map"


def _kept_out(index: int, heading: str) -> str:
    shown = " ".join(heading.split())
    name = shown if PLAIN.fullmatch(shown) else f"number {index + 1} (no plain heading)"
    return f"column {name} is not in the contract and was kept out"
