"""The properties that an address text may mean: by number, flat and name, before postcode and place decide (match.py).

House number and flat must agree; a street's or building's name may be a letter or two off. What a text leaves out (the word
flat, commas, the street, the number of a building) is put in only where one property is left and no name is another's.
A street that the text names and that is not the property's speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import jellyfish

from linkage.places.index import NEAR_NAME, TYPELESS, Index, Property, range_of
from linkage.places.text import STREET_TYPES, Parsed

ROUGHLY = 0.75
"""Least similarity at which a street of one postcode is taken for the one meant, where number and flat are there once."""
_PREFIXED = re.compile(r"[A-Z](\d+[A-Z]?)")
_LETTERED = re.compile(r"(\d+)([A-Z])")


@dataclass(frozen=True)
class Candidate:
    """A property an address may mean: how well its name, postcode, place, street and number agree, and the reading it is of.

    street: 1 the text names its street, 0 it names none, -1 only others. number: 1 as written, 0 in another form or not at all.
    alone: no other street or building of its town bears the name by which it was found. whole: every place that the text names is its own.
    """

    property: Property
    name: float
    postcode: int
    place: int
    street: int
    number: int
    alone: bool
    whole: bool
    reading: Parsed


class _Search:
    """One reading of a text against the gazetteer."""

    def __init__(self, index: Index, parsed: Parsed) -> None:
        self.index, self.parsed = index, parsed
        self.numbered, self.names = in_known_names(index, parsed)
        self.here = [n for n in parsed.names if n not in index.names or n in index.places]
        self.written = {*self.names, *(name for _, name in self.numbered)}
        self.streets = self._streets_said()
        self.meant = {known for name in self.streets for known in index.near.get(name, ())}
        self.numbers = dict.fromkeys(n for n, _ in self.numbered)
        self.found: dict[str, Candidate] = {}

    def _streets_said(self) -> set[str]:
        """What the text gives as a street: a name with a number that is no building, a known street, a name that ends as one."""
        index, said = self.index, set[str]()
        for name in self.written:
            near = index.near.get(name, {})
            if name not in index.streets and (name in index.places or self._places_alone(name)):
                continue
            buildings_only = bool(near) and not any(n in index.streets for n in near)
            ends_so = " " in name and name.rsplit(" ", 1)[1] in STREET_TYPES
            numbered = any(n == name for _, n in self.numbered)
            if not buildings_only and (numbered or any(n in index.streets for n in near) or ends_so):
                said.add(name)
        return said

    def _places_alone(self, name: str) -> bool:
        """`SEDGLEY DUDLEY`: a row of places is no street."""
        row = _row_of_names(self.index, name)
        return bool(row) and all(n in self.index.places for n in row)

    def by_flat(self, flat: str) -> None:
        """Everything that the numbers and names may mean with this flat."""
        for number, written in self.numbered:
            for known, similarity in self.index.near.get(written, {}).items():
                for one, fits in self._on_street(known, number, flat):
                    self._keep(one, similarity, fits)
                for one in [] if flat else self.index.by_building.get((known, number), []):
                    self._keep(one, similarity, 1)
                for one in [] if flat else self._flat_unsaid(known, number):
                    self._keep(one, similarity, 1)
        for written in self.names:
            for known, similarity in self.index.near.get(written, {}).items():
                for one in self.index.by_building.get((known, flat), []):
                    if (as_written := self._number_fits(one)) is not None:
                        self._keep(one, similarity, as_written)
                if known not in self.streets and not flat:
                    for one in [one for n in self.numbers for one in self.index.by_building.get((known, n), [])]:
                        if one.street in self.streets:
                            self._keep(one, similarity, 1)

    def _on_street(self, street: str, number: str, flat: str) -> Iterator[tuple[Property, int]]:
        """By number and flat; `12C` may be flat C of number 12 and the other way about; 12 may be one door of 12-16."""
        index = self.index
        exact = index.by_street.get((street, number, flat), [])
        yield from ((one, 1) for one in exact)
        if not flat and (lettered := _LETTERED.fullmatch(number)):
            yield from ((one, 1) for one in index.by_street.get((street, lettered.group(1), lettered.group(2)), []))
        if len(flat) == 1 and flat.isalpha() and number.isdigit() and (street, number) not in index.flats_in:
            yield from ((one, 1) for one in index.by_street.get((street, number + flat, ""), []))
        if exact:
            return
        if ends := range_of(number):
            if self.parsed.whole_range:
                return
            yield from ((one, 0) for one in index.by_street.get((street, str(ends[0]), flat), []))
        elif number.isdigit() and (street, number) not in index.flats_in:
            for low, high, one in index.in_range.get(street, []):
                if low <= int(number) <= high and (int(number) - low) % 2 == 0 and (one.flat or "") == flat:
                    yield one, 0

    def _number_fits(self, one: Property) -> int | None:
        """1 the building's number is written, 0 it has none or none is written or a form of it is, None where another is."""
        if not one.number or not self.numbers:
            return 0
        if one.number in self.numbers:
            return 1
        ends = range_of(one.number)
        for number in self.numbers:
            plain = number.rstrip("ABCDEFGH")
            if plain == one.number or (ends and plain.isdigit() and ends[0] <= int(plain) <= ends[1]):
                return 0
            if (written := range_of(number)) and one.number.isdigit() and written[0] == int(one.number):
                return 0
        return None

    def _flat_unsaid(self, street: str, number: str) -> list[Property]:
        """`13 The Vicarage, 74 Forge Avenue`: flat 13 of number 74, where there is one and The Vicarage is no street."""
        before = self.numbered[: next(i for i, (n, _) in enumerate(self.numbered) if n == number)]
        flats = {n for n, name in before if name not in self.index.names}
        return [one for flat in sorted(flats) for one in self.index.by_street.get((street, number, flat), [])]

    def rewritten(self) -> None:
        """Where the flat as written is nowhere: `Flat B1` for flat 1, `Flat 17A, Bank Street` for number 17A, and the like."""
        index, flat = self.index, self.parsed.flat or ""
        if plain := _PREFIXED.fullmatch(flat):
            # With a lettered flat in the house the letter tells flats apart.
            self.by_flat(plain.group(1))
            self.found = {
                u: c for u, c in self.found.items() if not any(map(_PREFIXED.fullmatch, self._flats_beside(c.property)))
            }
        if _LETTERED.fullmatch(flat) and not self.numbered:
            for known in {k for name in self.names for k in index.near.get(name, {})}:
                for one in index.by_street.get((known, flat, ""), []) if not index.flats.get((known, flat)) else []:
                    self._keep(one, NEAR_NAME, 1)
        if flat.isalpha() and len(flat) > 1:
            # `First Floor Flat, 19A High Street`: 19A is the flat, and its floor says nothing more.
            for number, written in self.numbered:
                for known, similarity in index.near.get(written, {}).items():
                    if _LETTERED.fullmatch(number) and index.flats_in.get((known, number)) == {""}:
                        for one in index.by_street.get((known, number, ""), []):
                            self._keep(one, similarity, 1)

    def _flats_beside(self, one: Property) -> set[str]:
        index = self.index
        flats = set(index.flats_in.get((one.building,), ())) if one.building else set()
        return flats | index.flats_in.get((one.street, one.number), set()) if one.street and one.number else flats

    def left_out(self) -> None:
        """Where the street or the house number of a flat was left out and what is written still means one property only."""
        index, code, flat = self.index, self.parsed.postcode, self.parsed.flat or ""
        if self.numbered:
            here = {one.uprn: one for n in self.numbers for one in index.by_postcode.get((code or "", n, flat), [])}
            if len(here) == 1 and (similarity := self._may_stand_for(next(iter(here.values())))):
                self._keep(next(iter(here.values())), similarity, 1, renamed=True)
            return
        found = [one for name in self.names for one in index.flats.get((name, flat), [])]
        cut = [one for one in found if one.building and any(one.building.startswith(f"{n} ") for n in self.written)]
        if not cut:
            here = {one.uprn: one for one in found if one.postcode == code is not None}
            cut = [one for one in here.values() if len(here) == 1 and self._all_its_own(one)]
        for one in cut:
            self._keep(one, 1.0, 0)

    def _all_its_own(self, one: Property) -> bool:
        """Whether no name is left over: one that is neither a place nor the property's own may be another property's."""
        return all(name in self.index.places or name in (one.street, one.building) for name in self.written)

    def _may_stand_for(self, one: Property) -> float:
        """How like the property's street is what is written for it, at its postcode, number and flat; 0 where it cannot be.

        A street that the gazetteer does not know there may be its former name, where the postcode has one street only.
        """
        index, own = self.index, [n for n in (one.street, one.building) if n]
        if self._all_its_own(one):
            return 1.0
        district, numbered = (one.postcode or "").split(" ")[0], {name for _, name in self.numbered}
        likest = 0.0
        for name in self.written - index.places:
            close = max((1.0 if f"{n} ".startswith(f"{name} ") else _similar(name, n) for n in own), default=0.0)
            wheres = index.wheres.get(name, {}).items()
            if any(places & one.places or any(c.split(" ")[0] == district for c in codes) for places, codes in wheres):
                close = 1.0 if name in own else 0.0
                if not close:
                    return 0.0
            elif close < ROUGHLY and name not in numbered:
                return 0.0
            likest = max(likest, close)
        if likest >= ROUGHLY:
            return max(likest, NEAR_NAME) if likest < 1.0 else NEAR_NAME
        places = _place(self.here, self.parsed, one)
        return TYPELESS if places >= 0 and len(index.streets_of[one.postcode or ""]) == 1 else 0.0

    def _keep(self, one: Property, similarity: float, fits: int, *, renamed: bool = False) -> None:
        best = self.found.get(one.uprn)
        if (best is not None and (best.name, best.number) >= (similarity, fits)) or self._another_flat(one):
            return
        alike = postcodes_alike(self.parsed.postcode, one.postcode)
        own_street = one.street in self.meant or any(f" {one.street} " in f" {name} " for name in self.streets)
        self.found[one.uprn] = Candidate(
            one, similarity, alike, _place(self.here, self.parsed, one),
            1 if own_street or renamed else -1 if self.streets else 0, fits,
            self._alone(one.street if own_street else one.building, one),
            all(place in one.places for place in self.here if place in self.index.places), self.parsed,
        )  # fmt: skip

    def _another_flat(self, one: Property) -> bool:
        """`2 Lodge Heights, 60 Oak Street` is flat 2 of a building, not the building, whether flat 2 is known or not."""
        return bool(one.building and not one.flat) and any(
            number != one.number and one.building in self.index.near.get(name, ()) for number, name in self.numbered
        )

    def _alone(self, name: str | None, one: Property) -> bool:
        return not any(places & one.places and places != one.places for places in self.index.wheres.get(name or "", ()))

    def unrivalled(self) -> dict[str, Candidate]:
        """What was found, less what is outdone: `5 Mill Road, Lye` is not in the Mill Road of another place.

        Outdone is a property whose street or building lies further from what is written than another of that name does. At
        the postcode as written none is, and what lies in the same sector is one street that runs through two places.
        """
        near: dict[str, list[_Where]] = {}
        kept = {}
        for uprn, one in self.found.items():
            name = one.property.street if one.street > 0 else one.property.building
            if one.postcode < 4 and name in self.index.wheres and len(self.index.wheres[name]) > 1:
                wheres = near.get(name) or [self._where(*where) for where in self.index.wheres[name].items()]
                near[name] = wheres
                own = next(where for where in wheres if where.places == one.property.places)
                if any(w.nearness > own.nearness and w.sectors.isdisjoint(own.sectors) for w in wheres):
                    continue
            kept[uprn] = one
        return kept

    def _where(self, places: frozenset[str], codes: set[str]) -> _Where:
        alike = max((postcodes_alike(self.parsed.postcode, code or None) for code in codes), default=0)
        written = sum(p in self.written or any(f" {p} " in f" {w} " for w in self.here) for p in places)
        return _Where(places, frozenset(code[:-2] for code in codes), (max(alike, 0), written))


@dataclass(frozen=True)
class _Where:
    """A street or building of some name: its places and postcode sectors, how like its postcodes are and how many places are written."""

    places: frozenset[str]
    sectors: frozenset[str]
    nearness: tuple[int, int]


def candidates(index: Index, parsed: Parsed, *, loose: bool = False) -> list[Candidate]:
    """The properties that one text may mean, each once, with how well it agrees; `loose` leaves in what is outdone."""
    every: dict[str, Candidate] = {}
    for reading in parsed.readings:
        search = _Search(index, reading)
        if reading.floor:
            search.by_flat(reading.floor)
        if not search.found:
            search.by_flat(reading.flat or "")
        if not search.found and reading.flat:
            search.rewritten()
        if not any(c.street >= 0 and c.postcode >= 0 for c in search.found.values()):
            search.left_out()
        for uprn, one in (search.found if loose else search.unrivalled()).items():
            every[uprn] = max(every.get(uprn, one), one, key=lambda c: (c.name, c.number))
    return list(every.values())


def names_of(index: Index, parsed: Parsed) -> list[str]:
    """Every name that a text writes, and every name of the gazetteer that it may mean: what its answer rests on."""
    written: set[str] = set()
    for reading in parsed.readings:
        numbered, names = in_known_names(index, reading)
        written |= {*names, *(name for _, name in numbered)}
    return sorted(written | {known for name in written for known in index.near.get(name, {})})


def in_known_names(index: Index, parsed: Parsed) -> tuple[list[tuple[str, str]], list[str]]:
    """The parts of a text, and those of names that are wholly a row of gazetteer names: `MALVERN POINT IVY ROAD LYE`."""
    numbered, names = list(parsed.numbered), list(parsed.names)
    for number, written in parsed.numbered:
        first, *rest = _row_of_names(index, written) or [written]
        if first != written:
            numbered.append((number, first))
            names += rest
    for written in parsed.names:
        names += _row_of_names(index, written)
    return list(dict.fromkeys(numbered)), list(dict.fromkeys(names))


def _row_of_names(index: Index, written: str) -> list[str]:
    """The gazetteer names that a text without commas is made of, the longest first; none where a word is left over."""
    words, found, at = written.split(), list[str](), 0
    while at < len(words):
        ends = range(len(words), at, -1)
        known = next(((e, n) for e in ends if (n := index.known_as(" ".join(words[at:e])))), None)
        if known is None:
            return []
        at, name = known
        if name in index.names:
            index.near.setdefault(name, {name: 1.0})
        found.append(name)
    return found


@cache
def _similar(written: str, known: str) -> float:
    return jellyfish.jaro_winkler_similarity(written, known)


@cache
def postcodes_alike(written: str | None, known: str | None) -> int:
    """4 the same, 3 one character off, 2 the same sector, 1 the same district, 0 none written, -1 elsewhere."""
    if written is None or known is None:
        return 0
    if written == known:
        return 4
    if jellyfish.damerau_levenshtein_distance(written, known) <= 1:
        return 3
    if written[:-2] == known[:-2]:
        return 2
    return 1 if written.split()[0] == known.split()[0] else -1


def _place(here: list[str], parsed: Parsed, one: Property) -> int:
    """1 a place written is the property's, 0 none is written, -1 only other places are."""
    tails = [t for _, n in parsed.numbered if (t := n.removeprefix(one.street or "").strip()) != n and t]
    written = [*here, *tails]
    if any(_one_place(w, p) for w in written for p in one.places):
        return 1
    others = [w for w in written if w not in (one.street, one.building)]
    return -1 if others else 0


@cache
def _one_place(written: str, known: str) -> bool:
    # Without commas the places stand in one row: NORTON STOURBRIDGE.
    return f" {known} " in f" {written} " or (
        len(known) > 4 and (_similar(written, known) >= NEAR_NAME or written.replace(" ", "") == known.replace(" ", ""))
    )
