"""The names that a text writes, in the gazetteer's words: rows of names without commas, and what stands behind a building's name."""

from __future__ import annotations

from functools import cached_property

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


class Named:
    """What a text names, in the gazetteer's words, whatever numbers and postcode stand beside.

    names: as `Parsed` has them, with the parts of rows: `MALVERN POINT IVY ROAD LYE` is three names. here: what it gives as
    places. rows: the parts of each written name that is a row of several. firsts: of each name with a number the first of its row.
    dropped: the parts of what would be a row if its first were a building's name.
    """

    def __init__(self, index: Index, names: tuple[str, ...], numbered: tuple[str, ...]) -> None:
        """names, numbered: those of a reading without and with a number. `index.near` must know them."""
        self.index = index
        self.dropped = set[str]()
        rows = {n: self._row(n) for n in names}
        whole = [f"{n} " for n, row in rows.items() if len(row) > 1]
        # Of a row that is read in full no part of a name is a name: `HEATH LODGE HILL` of `HEATH LODGE HILL TOP TIPTON`.
        parts = {
            n for n in names if n not in index.names and any(w.startswith(f"{n} ") and w != f"{n} " for w in whole)
        }
        found = [n for n in names if n not in parts]
        here = [n for n in found if (n not in index.names or n in index.places) and n not in KINDS and len(rows[n]) < 2]
        here += [place for row in rows.values() for place in row if place in index.places and len(row) > 1]
        for n in names:
            found += [*rows[n], *_building_first(index, n)]
        firsts = []
        for written in numbered:
            row = self._row(written)
            known = row and (row[0] in index.names or row[0] in index.places or self._may_be_a_building(row[0]))
            first, *rest = rows[written] = row if known else (written,)
            here += [place for place in rows[written] if place in index.places]
            if first != written:
                found += rest
            firsts.append(first)
        self.names = tuple(dict.fromkeys(n for n in found if n not in KINDS or n in index.names))
        self.here, self.rows, self.firsts = tuple(dict.fromkeys(here)), rows, firsts
        self.with_number = {*numbered, *firsts}
        self.written = self.with_number.union(self.names)

    def _row(self, written: str) -> tuple[str, ...]:
        """A row of names; where its first is none of the gazetteer, only if it may be a building's, mistyped."""
        index, row = self.index, row_of_names(self.index, written)
        known = not row or any(row[0] in some for some in (index.names, index.places, KINDS, index.heads))
        if known or self._may_be_a_building(row[0]):
            return row
        self.dropped.update(row)
        return ()

    def _may_be_a_building(self, name: str) -> bool:
        """Whether a written name is a building's, or nearly one, and not one without its last word."""
        index = self.index
        return name not in index.heads and any(known not in index.streets for known in index.near.get(name, ()))

    @cached_property
    def rests_on(self) -> set[str]:
        """Every name that is written, and every name of the gazetteer that it may mean: what the answer rests on."""
        said = self.written | self.dropped
        return said.union(*(self.index.near.get(name, ()) for name in said))

    @cached_property
    def resting_on(self) -> str:
        """`rests_on` in one row, in order, with `|` between."""
        return "|".join(sorted(self.rests_on))

    @cached_property
    def streets(self) -> set[str]:
        """What is given as a street: a name with a number that is no building, a known street, a name that ends as one.

        Of a row of names each is asked on its own: `BRUNEL LODGE HAYLEY GREEN` is no green, `SEDGLEY DUDLEY` no street.
        """
        index, said = self.index, set[str]()
        for name in self.written:
            if len(self.rows.get(name, ())) > 1 or (name in index.places and name not in index.streets):
                continue
            near = index.near.get(name, ())
            known_street = any(n in index.streets for n in near)
            ends_so = " " in name and name.rsplit(" ", 1)[1] in STREET_TYPES
            if known_street or (not near and (name in self.with_number or ends_so)):
                said.add(name)
        return said

    @cached_property
    def meant(self) -> set[str]:
        """The names of the gazetteer that may be meant by a street."""
        return {known for name in self.streets for known in self.index.near.get(name, ())}

    @cached_property
    def places_here(self) -> list[str]:
        """The gazetteer's places among `here`."""
        return [place for place in self.here if place in self.index.places]

    @cached_property
    def places_said(self) -> set[str]:
        """The gazetteer's places, also those that stand in a row of names."""
        return {n for row in self.rows.values() for n in row if n in self.index.places}.union(self.places_here)


class Vocabulary:
    """The names of readings, each row of names gone through once: streets and places stand beside many numbers and postcodes."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], Named] = {}

    def of(self, parsed: Parsed) -> Named:
        """What one reading names; the same object for all that name the same."""
        key = (parsed.names, tuple([name for _, name in parsed.numbered]))
        named = self._known.get(key)
        if named is None:
            named = self._known[key] = Named(self.index, *key)
        return named


def numbered_as(named: Named, parsed: Parsed) -> tuple[tuple[str, str], ...]:
    """The numbers of a reading with their names, and of a row of names with its first."""
    if all(first == written for first, (_, written) in zip(named.firsts, parsed.numbered, strict=True)):
        return parsed.numbered
    with_first = [(number, first) for first, (number, _) in zip(named.firsts, parsed.numbered, strict=True)]
    return tuple(dict.fromkeys((*parsed.numbered, *with_first)))


def rest_on(readings: list[Named]) -> str:
    """Every name that the readings of a text write or may mean, in order, with `|` between."""
    if len(readings) == 1:
        return readings[0].resting_on
    return "|".join(sorted(set[str]().union(*(reading.rests_on for reading in readings))))


def row_of_names(index: Index, written: str) -> tuple[str, ...]:
    """The gazetteer names that a text without commas is made of, the longest first; none where a word is left over.

    The first may be a building's without its last word, where names follow: `WATERLOO SAINT PETERS CLOSE TIPTON`; or, with two
    words or more, what no name is, before a street: `Named` leaves it where it may be a building's, mistyped.
    """
    known = index.rows.get(written)
    if known is None:
        known = index.rows[written] = tuple(_read_row(index, written.split()))
    return known


def _read_row(index: Index, words: list[str]) -> list[str]:
    return _known_row(index, words) or _after_a_slip(index, words)


def _after_a_slip(index: Index, words: list[str]) -> list[str]:
    """`QUARRY HOSUE HIGH STREET DUDLEY`: two or more words that are no name, and the row of a street and its places behind them."""
    for at in range(2, len(words)):
        if (rest := _known_row(index, words[at:])) and rest[0] in index.streets:
            return [" ".join(words[:at]), *rest]
    return []


def _known_row(index: Index, words: list[str]) -> list[str]:
    """The gazetteer names that words are made of; none where a word is left over."""
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
