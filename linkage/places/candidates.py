"""The properties that an address text may mean: by number, flat and name, before postcode and place decide (match.py).

House number and flat must agree; a street's or building's name may be a letter or two off. What a text leaves out (the word
flat, commas, the street, the number of a building) is put in only where one property is left and no name is another's.
A street that the text names and that is not the property's speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkage.places.agree import Candidate, place_agrees, postcodes_alike, similar
from linkage.places.index import NEAR_NAME, TYPELESS, Index, Property, range_of
from linkage.places.names import Named
from linkage.places.rivals import unrivalled
from linkage.places.text import Parsed
from linkage.places.words import STREET_TYPES

ROUGHLY = 0.75
"""Least similarity at which a street of one postcode is taken for the one meant, where number and flat are there once."""
_PREFIXED = re.compile(r"[A-Z](\d+[A-Z]?)")
_LETTERED = re.compile(r"(\d+)([A-Z])")


class _Search:
    """One reading of a text against the gazetteer."""

    def __init__(self, index: Index, parsed: Parsed, words: Named) -> None:
        self.index, self.parsed = index, parsed
        self.numbered, self.names, self.here, self.rows = words.numbered, words.names, words.here, words.rows
        self.with_number = {name for _, name in self.numbered}
        self.written = self.with_number.union(self.names)
        self.streets = self._streets_said()
        self.meant = {known for name in self.streets for known in index.near.get(name, ())}
        self.numbers = dict.fromkeys(n for n, _ in self.numbered)
        self.places_here = [place for place in self.here if place in index.places]
        self.places_said = {n for row in self.rows.values() for n in row if n in index.places}.union(self.places_here)
        self.found: dict[str, Candidate] = {}

    def _streets_said(self) -> set[str]:
        """What the text gives as a street: a name with a number that is no building, a known street, a name that ends as one.

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

    def all_ways(self) -> None:
        """As written; then, while nothing is found that street and postcode bear out, with more and more put in."""
        if self.parsed.floor:
            self.by_flat(self.parsed.floor)
        if not self.found:
            self.by_flat(self.parsed.flat or "")
        if not self.found and self.parsed.flat:
            self.rewritten()
        if not self._borne_out():
            self.left_out()
        if self.parsed.flat and not self._borne_out():
            self.unlisted()

    def _borne_out(self) -> bool:
        return any(c.street >= 0 and c.postcode >= 0 for c in self.found.values())

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
            here = {one.uprn: one for one in found if (one.postcode == code if code else self._only_flats(one))}
            cut = [one for one in here.values() if len(here) == 1 and self._all_its_own(one)]
        for one in cut:
            self._keep(one, 1.0, 0)

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
                            self._keep(one, similarity, 1, unlisted=True)

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
        own = (one.street, one.building)
        return all(
            name in self.index.places or name in own or self.rows.get(name, ()) not in ((), (name,))
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
                if not close:
                    return 0.0
            elif close < ROUGHLY and name not in self.with_number:
                return 0.0
            likest = max(likest, close)
        if likest >= ROUGHLY:
            return max(likest, NEAR_NAME) if likest < 1.0 else NEAR_NAME
        places = place_agrees(self.here, self.parsed, one)
        return TYPELESS if places >= 0 and len(index.streets_of[one.postcode or ""]) == 1 else 0.0

    def _keep(
        self, one: Property, similarity: float, fits: int, *, renamed: bool = False, unlisted: bool = False
    ) -> None:
        best = self.found.get(one.uprn)
        if (best is not None and (best.name, best.number) >= (similarity, fits)) or self._another_flat(one):
            return
        alike = postcodes_alike(self.parsed.postcode, one.postcode)
        own_street = one.street in self.meant or any(f" {one.street} " in f" {name} " for name in self.streets)
        self.found[one.uprn] = Candidate(
            one, similarity, alike, place_agrees(self.here, self.parsed, one),
            1 if own_street or renamed else -1 if self.streets else 0, fits,
            self._alone(one.street if own_street else one.building, one),
            all(place in one.places for place in self.places_here), self.parsed, unlisted,
        )  # fmt: skip

    def _another_flat(self, one: Property) -> bool:
        """`2 Lodge Heights, 60 Oak Street` is flat 2 of a building, not the building, whether flat 2 is known or not."""
        return bool(one.building and not one.flat) and any(
            number != one.number and one.building in self.index.near.get(name, ()) for number, name in self.numbered
        )

    def _alone(self, name: str | None, one: Property) -> bool:
        """Whether no other of its town bears the name that lies in every place written."""
        wheres = self.index.wheres.get(name or "", ())
        return not any(where != one.places and where & one.places and self.places_said <= where for where in wheres)


def candidates(index: Index, parsed: Parsed, words: list[Named], *, loose: bool = False) -> list[Candidate]:
    """The properties that one text may mean, each once, with how well it agrees; `loose` leaves in what is outdone.

    words: its readings in the gazetteer's words (names.py), in the order of `Parsed.readings`.
    """
    every: dict[str, Candidate] = {}
    for reading, named_ in zip(parsed.readings, words, strict=True):
        search = _Search(index, reading, named_)
        search.all_ways()
        found = search.found
        if not loose:
            found = unrivalled(index, found, reading.postcode, search.written, search.here)
        for uprn, one in found.items():
            every[uprn] = max(every.get(uprn, one), one, key=lambda c: (c.name, c.number))
    return list(every.values())
