"""The properties that an address text may mean, before postcode and place decide (match.py).

First as it is written (as_written.py). What a text leaves out (the word flat, commas, the street, the number of a building)
is put in only where one property is left and no name is another's.
"""

from __future__ import annotations

import re

from linkage.places.agree import Candidate, place_agrees, similar
from linkage.places.as_written import LETTERED, AsWritten
from linkage.places.index import NEAR_NAME, TYPELESS, Index, Property
from linkage.places.names import Named
from linkage.places.rivals import unrivalled
from linkage.places.text import Parsed

ROUGHLY = 0.75
"""Least similarity at which a street of one postcode is taken for the one meant, where number and flat are there once."""
_PREFIXED = re.compile(r"[A-Z](\d+[A-Z]?)")


class _Search(AsWritten):
    """One reading of a text against the gazetteer, with what it leaves out put in."""

    def all_ways(self, *, only: bool) -> None:
        """As written; then, while nothing is found that street and postcode bear out, with more and more put in.

        only: whether the text has no other reading. `1/10 Elm Road` is flat 1 of number 10, not an unlisted flat of number 1.
        """
        if self.parsed.floor:
            self.by_flat(self.parsed.floor)
        if not self.found:
            self.by_flat(self.parsed.flat or "")
        if not self.found and self.parsed.flat:
            self.rewritten()
        if not self._borne_out():
            self.left_out()
        if self.parsed.flat and only and not self._borne_out():
            self.unlisted()

    def keep_listed(self) -> None:
        """Of a flat told without its word, leave what the gazetteer lists as a flat of the number or building that is written."""
        behind, near = self.parsed.beside, self.index.near
        names = [behind] if behind else [*self.written]
        meant = {known for name in names for known in near.get(name, ())}
        self.found = {u: c for u, c in self.found.items() if c.property.flat and self._is_of(c.property, meant)}

    def _is_of(self, flat: Property, meant: set[str]) -> bool:
        """Whether a flat is of the number written, in what is meant; or, by a building's name, of the building meant."""
        if flat.number in self.numbers:
            return not self.parsed.beside or not meant.isdisjoint((flat.street, flat.building))
        return flat.building in meant and not (self.parsed.beside and self.numbers)

    def _borne_out(self) -> bool:
        return any(c.street >= 0 and c.postcode >= 0 for c in self.found.values())

    def rewritten(self) -> None:
        """Where the flat as written is nowhere: `Flat B1` for flat 1, `Flat 17A, Bank Street` for number 17A or its flat A, and the like."""
        index, flat = self.index, self.parsed.flat or ""
        if plain := _PREFIXED.fullmatch(flat):
            # With a lettered flat in the house the letter tells flats apart.
            self.by_flat(plain.group(1))
            self.found = {
                u: c for u, c in self.found.items() if not any(map(_PREFIXED.fullmatch, self._flats_beside(c.property)))
            }
        if (lettered := LETTERED.fullmatch(flat)) and not self.numbered:
            number, letter = lettered.groups()
            for known in {k for name in self.names for k in index.near.get(name, {})}:
                if not index.flats.get((known, flat)):
                    houses = index.by_street.get((known, flat, ""), [])
                    for one in [*houses, *index.by_street.get((known, number, letter), [])]:
                        self.keep(one, NEAR_NAME, 1)
        if flat.isalpha() and len(flat) > 1:
            # `First Floor Flat, 19A High Street`: 19A is the flat, and its floor says nothing more.
            for number, written in self.numbered:
                for known, similarity in index.near.get(written, {}).items():
                    if LETTERED.fullmatch(number) and index.flats_in.get((known, number)) == {""}:
                        for one in index.by_street.get((known, number, ""), []):
                            self.keep(one, similarity, 1)

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
                self.keep(next(iter(here.values())), similarity, 1, renamed=True)
            return
        likest: dict[str, float] = {}
        for known, similarity in [pair for name in self.names for pair in index.near.get(name, {}).items()]:
            likest[known] = max(similarity, likest.get(known, 0.0))
        found = [one for known in likest for one in index.flats.get((known, flat), [])]
        found += self._at_postcode(found)
        cut = [one for one in found if one.building and any(one.building.startswith(f"{n} ") for n in self.written)]
        if not cut:
            here = {one.uprn: one for one in found if (one.postcode == code if code else self._only_flats(one))}
            cut = [one for one in here.values() if len(here) == 1 and self._all_its_own(one)]
        for one in cut:
            # A street cut short is borne out by the building's name cut short, and by the postcode.
            self.keep(one, max(likest.get(one.street or "", 0.0), NEAR_NAME), 0)

    def _at_postcode(self, found: list[Property]) -> list[Property]:
        """The flats of this number at the postcode: of the building named in short, or, with no name, of the only door with flats."""
        code, flat = self.parsed.postcode or "", self.parsed.flat or ""
        here = self.index.flats_at.get((code, flat), [])
        heads = [one for one in here if one.building and any(one.building.startswith(f"{n} ") for n in self.written)]
        only = not found and not self.streets and len(self.index.doors_at.get(code, ())) == 1
        return heads or (here if only else [])

    def _only_flats(self, one: Property) -> bool:
        """Whether a flat is of the one door with flats in its street, has no house of its number there, and lies in a place written."""
        street, index = one.street or "", self.index
        in_place = place_agrees(self.here, self.parsed, one) == 1
        return in_place and len(self._doors(one)) == 1 and (street, one.flat or "") not in index.flats_in

    def _doors(self, one: Property) -> list[tuple[str, str, frozenset[str]]]:
        """The doors with flats in a property's street, as far as the places that are written allow."""
        doors = self.index.doors.get(one.street or "", ())
        return [door for door in doors if door[2] & one.places and self.places_said <= door[2]]

    def unlisted(self) -> None:
        """Where the gazetteer knows no flat at all of what is named: `Flat A, 77 Elm Close`, `Flat 25 Elm Street` in a street of houses.

        The flat is then one that has no entry of its own (or a word put in), and the house is the property.
        """
        index, flat = self.index, self.parsed.flat or self.parsed.floor or ""
        doors = [(number, written) for number, written in self.numbered if not self.parsed.whole_range]
        if not self.numbered and flat[:1].isdigit():
            doors = [(flat, name) for name in self.names]
        for number, written in doors:
            for known, similarity in index.near.get(written, {}).items():
                if index.flats_in.get((known, number)) == {""} and not self._lettered(known, number):
                    for one in index.by_street.get((known, number, ""), []):
                        buildings = {building for building, *_ in self._doors(one)}
                        if (one.building not in buildings if self.numbered else not buildings) and not self._elsewhere(
                            one
                        ):
                            self.keep(one, similarity, 1, unlisted=True)

    def _elsewhere(self, one: Property) -> bool:
        """Whether a building is named that is not the property's."""
        index = self.index
        return any(
            n in index.names and n not in index.streets and n not in index.places and n != one.building
            for n in self.written
        )

    def _lettered(self, street: str, number: str) -> bool:
        """Whether a street has a 12A or 12B beside its 12: flats by another name."""
        return any((street, f"{number}{letter}") in self.index.flats_in for letter in "ABCDEF")

    def _all_its_own(self, one: Property) -> bool:
        """Whether no name is left over: one that is neither a place nor the property's own may be another property's."""
        index = self.index
        return all(
            name in index.places
            or not {name, *index.near.get(name, ())}.isdisjoint((one.street, one.building))
            or self.rows.get(name, ()) not in ((), (name,))
            for name in self.written
        )

    def _may_stand_for(self, one: Property) -> float:
        """How like the property's street is what is written for it, at its postcode, number and flat; 0 where it cannot be.

        A street that the gazetteer does not know there may be its former name, where the postcode has one street only.
        """
        index, own = self.index, [n for n in (one.street, one.building) if n]
        if self._all_its_own(one):
            return 1.0
        district = (one.postcode or "").split(" ")[0]
        likest = 0.0
        for name in self.written - index.places:
            close = max((1.0 if f"{n} ".startswith(f"{name} ") else similar(name, n) for n in own), default=0.0)
            wheres = index.wheres.get(name, {}).items()
            if any(places & one.places or any(c.split(" ")[0] == district for c in codes) for places, codes in wheres):
                close = 1.0 if name in own else 0.0
                if not close and not one.flat:
                    return (
                        0.0  # Flat, number and postcode together outweigh another street; number and postcode do not.
                    )
            elif close < ROUGHLY and name not in self.with_number:
                return 0.0
            likest = max(likest, close)
        if likest >= ROUGHLY:
            return max(likest, NEAR_NAME) if likest < 1.0 else NEAR_NAME
        places = place_agrees(self.here, self.parsed, one)
        return TYPELESS if places >= 0 and len(index.streets_of[one.postcode or ""]) == 1 else 0.0


def as_listed(index: Index, parsed: Parsed, words: Named) -> Candidate | None:
    """The house that a text gives in the gazetteer's own words: number, street, a place and the postcode, all of them its own.

    Most texts do. Nothing can agree better (`match._rank`), and where the postcode has no other property of that number,
    no house and no flat, nothing can agree as well: then no other need be looked for. None where that is not so.
    """
    if parsed.flat or parsed.floor or parsed.others:
        return None
    numbers = {number for number, _ in parsed.numbered}
    if len(numbers) != 1:
        return None
    code, number = parsed.postcode or "", numbers.pop()
    here = index.by_postcode.get((code, number, ""), ())
    if len(here) != 1 or not number.isdigit() or (code, number) in index.flats_at:
        return None
    one = here[0]
    # A street that stands in a row of names may be part of another name.
    if one.street not in words.with_number or len(words.rows.get(one.street or "", ())) > 1:
        return None
    if place_agrees(words.here, parsed, one) != 1:
        return None
    return Candidate(one, 1.0, 4, 1, 1, 1, alone=True, whole=True, reading=parsed)


def candidates(index: Index, parsed: Parsed, words: list[Named], *, loose: bool = False) -> list[Candidate]:
    """The properties that one text may mean, each once, with how well it agrees; `loose` leaves in what is outdone.

    words: its readings in the gazetteer's words (names.py), in the order of `Parsed.readings`.
    """
    every: dict[str, Candidate] = {}
    for reading, named_ in zip(parsed.readings, words, strict=True):
        search = _Search(index, reading, named_)
        search.all_ways(only=not parsed.others)
        if reading.listed:
            search.keep_listed()
        found = search.found
        if not loose:
            found = unrivalled(index, found, reading.postcode, search.written, search.here)
        for uprn, one in found.items():
            every[uprn] = max(every.get(uprn, one), one, key=lambda c: (c.name, c.number))
    return list(every.values())
