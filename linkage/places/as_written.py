"""What numbers and names mean as they are written: properties by street and number, by building and flat.

House number and flat must agree; a street's or building's name may be a letter or two off. A street that the text names
and that is not the property's speaks against it. What is left out or written otherwise: candidates.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkage.places.agree import Candidate, place_agrees, postcodes_alike
from linkage.places.index import Index, Property, range_of
from linkage.places.names import Named, numbered_as
from linkage.places.text import Parsed

LETTERED = re.compile(r"(\d+)([A-Z])")
"""A number with a letter: `12C`."""


class AsWritten:
    """One reading of a text against the gazetteer. `found`: the properties it may mean, by UPRN."""

    def __init__(self, index: Index, parsed: Parsed, words: Named) -> None:
        self.index, self.parsed = index, parsed
        self.numbered = numbered_as(words, parsed)
        self.names, self.here, self.rows = words.names, words.here, words.rows
        self.with_number, self.written, self.streets, self.meant = (
            words.with_number,
            words.written,
            words.streets,
            words.meant,
        )
        self.numbers = dict.fromkeys(n for n, _ in self.numbered)
        self.places_here, self.places_said = words.places_here, words.places_said
        self.found: dict[str, Candidate] = {}

    def by_flat(self, flat: str) -> None:
        """Everything that the numbers and names may mean with this flat."""
        for number, written in self.numbered:
            for known, similarity in self.index.near.get(written, {}).items():
                for one, fits in self._on_street(known, number, flat):
                    self.keep(one, similarity, fits)
                for one in [] if flat else self.index.by_building.get((known, number), []):
                    self.keep(one, similarity, 1)
                for one in [] if flat else self._flat_unsaid(known, number):
                    self.keep(one, similarity, 1)
        for written in self.names:
            for known, similarity in self.index.near.get(written, {}).items():
                for one in self.index.by_building.get((known, flat), []):
                    if (as_written := self._number_fits(one)) is not None:
                        self.keep(one, similarity, as_written)
                # `Malvern Point, 4, Ivy Way` is flat 4; the 8 of `2, Myrtle Lodge, 8, Priory Street` is the building's own number.
                if known not in self.streets and not flat and written not in self.with_number:
                    for one in [one for n in self.numbers for one in self.index.by_building.get((known, n), [])]:
                        if (one.street in self.streets or not self.streets) and one.number not in self.numbers:
                            self.keep(one, similarity, 1)

    def _on_street(self, street: str, number: str, flat: str) -> Iterator[tuple[Property, int]]:
        """By number and flat; `12C` may be flat C of number 12 and the other way about; 12 may be one door of 12-16."""
        index = self.index
        exact = index.by_street.get((street, number, flat), [])
        yield from ((one, 1) for one in exact)
        if not flat and (lettered := LETTERED.fullmatch(number)):
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

    def keep(
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
