"""The names that a text writes, in the gazetteer's words: rows of names without commas, and what stands behind a building's name."""

from __future__ import annotations

from dataclasses import dataclass

from linkage.places.index import Index
from linkage.places.text import Parsed
from linkage.places.words import STREET_TYPES

KINDS = frozenset(
    f"{article}{kind}"
    for kind in ("ANNEX", "ANNEXE", "APARTMENT", "BARN", "BUNGALOW", "COACH HOUSE", "COTTAGE", "FARMHOUSE", "FLAT", "HOUSE",
                 "LODGE", "MAISONETTE", "STABLES", "VICARAGE")
    for article in ("THE ", "")
)  # fmt: skip
"""What kind of place it is, in the place of a name. Where the gazetteer knows no such name it says nothing."""


@dataclass(frozen=True, slots=True)
class Named:
    """One reading in the gazetteer's words.

    numbered, names: as `Parsed` has them, with the parts of rows: `MALVERN POINT IVY ROAD LYE` is three names. here: what
    it gives as places. rows: the parts of each written name that is a row of several.
    """

    numbered: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    here: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]


def named(index: Index, parsed: Parsed) -> Named:
    """A reading in the gazetteer's words; `index.near` must know its names."""
    rows = {n: row_of_names(index, n) for n in parsed.names}
    whole = [f"{n} " for n, row in rows.items() if len(row) > 1]
    # Of a row that is read in full no part of a name is a name: `HEATH LODGE HILL` of `HEATH LODGE HILL TOP TIPTON`.
    parts = {
        n for n in parsed.names if n not in index.names and any(w.startswith(f"{n} ") and w != f"{n} " for w in whole)
    }
    names = [n for n in parsed.names if n not in parts]
    here = [n for n in names if (n not in index.names or n in index.places) and n not in KINDS and len(rows[n]) < 2]
    here += [place for row in rows.values() for place in row if place in index.places and len(row) > 1]
    for n in parsed.names:
        names += [*rows[n], *_building_first(index, n)]
    numbered = list(parsed.numbered)
    for number, written in parsed.numbered:
        row = row_of_names(index, written)
        known = row and (row[0] in index.names or row[0] in index.places)
        first, *rest = rows[written] = row if known else (written,)
        here += [place for place in rows[written] if place in index.places]
        if first != written:
            numbered.append((number, first))
            names += rest
    names = [n for n in names if n not in KINDS or n in index.names]
    return Named(tuple(dict.fromkeys(numbered)), tuple(dict.fromkeys(names)), tuple(dict.fromkeys(here)), rows)


def names_of(index: Index, readings: list[Named]) -> list[str]:
    """Every name that a text writes, and every name of the gazetteer that it may mean: what its answer rests on."""
    written: set[str] = set()
    for reading in readings:
        written.update(reading.names)
        written.update(name for _, name in reading.numbered)
    return sorted(written.union(*(index.near.get(name, ()) for name in written)))


def row_of_names(index: Index, written: str) -> tuple[str, ...]:
    """The gazetteer names that a text without commas is made of, the longest first; none where a word is left over.

    The first may be a building's without its last word, where names follow: `WATERLOO SAINT PETERS CLOSE TIPTON`.
    """
    known = index.rows.get(written)
    if known is None:
        known = index.rows[written] = tuple(_read_row(index, written.split()))
    return known


def _read_row(index: Index, words: list[str]) -> list[str]:
    found, at = list[str](), 0
    while at < len(words):
        for end in range(len(words), at, -1):
            part = " ".join(words[at:end])
            if name := index.known_as(part):
                break
            if part in KINDS or (at == 0 and end < len(words) and part in index.heads):
                name = part
                break
        else:
            return []
        at = end
        if name not in KINDS or name in index.names:
            found.append(name)
    return found


def _building_first(index: Index, written: str) -> list[str]:
    """The building that a name begins with: `BRIGHT TOWER DEVELOPMENT`, unless its last word makes a street of it."""
    head, _, last = written.rpartition(" ")
    if " " not in head or head not in index.names or head in index.streets or last in STREET_TYPES:
        return []
    return [head]
