"""The properties of the region: streets of houses and blocks of flats, houses in multiple occupation, institutions.

The same street name stands in several towns; postcodes are consistent with their sector.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sample_data.simulator.model import Property
from sample_data.simulator.names_lists import STREET_WORDS
from sample_data.simulator.towns import (
    BLOCK_WORDS,
    DELIVERED,
    DUDLEY,
    SANDWELL,
    SHARES,
    STREET_KINDS,
    TOWNS,
    Town,
)

_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_UPRN_FROM = {DUDLEY: 99_900_000_000, SANDWELL: 99_930_000_000, "4605": 99_950_000_000, "4630": 99_970_000_000}
"""First UPRN of each council: twelve-digit-like numbers above what is issued."""

INSTITUTIONS = (
    ("RI01", "Care Home", 0.55),
    ("RI02", "Hostel", 0.15),
    ("RI03", "Hall", 0.06),
    ("CC03", "Prison", 0.02),
    ("CH01", "Hotel", 0.1),
    ("CM03", "Hospital", 0.04),
    ("RI02", "Refuge", 0.08),
)


@dataclass(slots=True)
class Places:
    """Every property, and the same by use: homes to fill, rooms in shared houses, institutions by kind."""

    everything: list[Property] = field(default_factory=list)
    homes: list[Property] = field(default_factory=list)
    bedsits: dict[str, list[Property]] = field(default_factory=dict)
    institutions: dict[str, list[Property]] = field(default_factory=dict)


class Builder:
    """Builds streets until there are homes enough."""

    def __init__(self, rng: random.Random, first_night: int) -> None:
        self.rng, self.first = rng, first_night
        self.places = Places()
        self._uprn = dict(_UPRN_FROM)
        self._used: set[tuple[str, str, str]] = set()
        self._postcodes: set[str] = set()

    def build(self, homes: int) -> Places:
        """Streets for at least this many homes, spread over the councils by their shares."""
        for council, share in SHARES:
            wanted = len(self.places.homes) + max(8, round(homes * share))
            towns = [t for t in TOWNS if t.council == council]
            while len(self.places.homes) < wanted:
                self._street(self.rng.choices(towns, [t.weight for t in towns])[0])
        self._institutions(homes)
        return self.places

    def _street(self, town: Town) -> None:
        rng = self.rng
        street, locality = self._street_name(town), rng.choice(town.localities)
        sector = rng.choice(town.sectors)
        east, north = rng.randrange(388_000, 405_000), rng.randrange(283_000, 296_000)
        number, postcode = 1, self._postcode(sector)
        for i in range(max(4, int(rng.gammavariate(3, 9)))):
            if i and i % 14 == 0:
                postcode = self._postcode(sector)
            spot = (town, street, locality, postcode, east + 9 * i, north + 3 * i)
            self._plot(number, spot)
            number += 2 if rng.random() < 0.75 else 1

    def _plot(self, number: int, spot: tuple[Town, str, str, str, int, int]) -> None:
        draw = self.rng.random()
        if draw < 0.03:
            self._block(number, spot)
        elif draw < 0.042:
            self._shared_house(number, spot)
        elif draw < 0.05:
            house = self._add(spot, f"{number}", "PP")
            for letter in "AB":
                self._home(self._add(spot, f"{number}{letter}", "RD06", parent=house))
        else:
            name = f"{self.rng.choice(STREET_WORDS)} Cottage" if self.rng.random() < 0.01 else ""
            kind = self.rng.choices(("RD02", "RD03", "RD04"), (15, 50, 35))[0]
            self._home(self._add(spot, f"{number}", kind, building=name))

    def _block(self, number: int, spot: tuple[Town, str, str, str, int, int]) -> None:
        rng = self.rng
        name = f"{rng.choice(STREET_WORDS)} {rng.choice(BLOCK_WORDS)}" if rng.random() < 0.6 else ""
        parent = self._add(spot, "" if name and rng.random() < 0.5 else f"{number}", "PP", building=name)
        word = "Apartment" if rng.random() < 0.15 else "Flat"
        for i in range(rng.choice((4, 6, 6, 8, 12, 18))):
            self._home(self._add(spot, parent.number, "RD06", building=name, sub=f"{word} {i + 1}", parent=parent))

    def _shared_house(self, number: int, spot: tuple[Town, str, str, str, int, int]) -> None:
        house = self._add(spot, f"{number}", "RH01")
        rooms = [
            self._add(spot, f"{number}", "RH02", sub=f"Room {i + 1}", parent=house)
            for i in range(self.rng.choice((4, 5, 6)))
        ]
        self.places.bedsits[house.uprn] = [house, *rooms]

    def _institutions(self, homes: int) -> None:
        for kind, word, share in INSTITUTIONS:
            group: list[Property] = []
            for i in range(max(2, round(homes / 700 * share))):
                town = self.rng.choice([t for t in TOWNS if t.council == DELIVERED[i % 2]])
                street, postcode = self._street_name(town), self._postcode(self.rng.choice(town.sectors))
                spot = (
                    town,
                    street,
                    "",
                    postcode,
                    self.rng.randrange(388_000, 405_000),
                    self.rng.randrange(283_000, 296_000),
                )
                name = "" if word == "Refuge" else f"{self.rng.choice(STREET_WORDS)} {word}"
                group.append(
                    self._add(spot, f"{self.rng.randrange(1, 90)}", "RD02" if word == "Refuge" else kind, building=name)
                )
            self.places.institutions[word] = group

    def _add(
        self,
        spot: tuple[Town, str, str, str, int, int],
        number: str,
        kind: str,
        *,
        building: str = "",
        sub: str = "",
        parent: Property | None = None,
    ) -> Property:
        town, street, locality, postcode, east, north = spot
        self._uprn[town.council] += self.rng.choice((1, 1, 2, 3, 7))
        start = self.first - self.rng.randrange(3000, 9500) if parent is None else parent.start
        made = Property(
            f"{self._uprn[town.council]}",
            town.council,
            sub,
            building,
            number,
            street,
            locality,
            town.name,
            postcode,
            kind,
            parent,
            east,
            north,
            start,
            town.council in DELIVERED,
        )
        self.places.everything.append(made)
        return made

    def _home(self, place: Property) -> None:
        self.places.homes.append(place)

    def _street_name(self, town: Town) -> str:
        while True:
            kind = self.rng.choices([k for k, _ in STREET_KINDS], [w for _, w in STREET_KINDS])[0]
            name = f"{self.rng.choice(STREET_WORDS)} {kind}"
            key = (town.council, town.name, name)
            if key not in self._used:
                self._used.add(key)
                return name
            if len(self._used) > 1500 and self.rng.random() < 0.5:
                compound = f"{self.rng.choice(STREET_WORDS)} {self.rng.choice(STREET_WORDS)} {kind}"
                self._used.add((town.council, town.name, compound))
                return compound

    def _postcode(self, sector: str) -> str:
        for _ in range(60):
            made = f"{sector}{self.rng.choice(_UNIT_LETTERS)}{self.rng.choice(_UNIT_LETTERS)}"
            if made not in self._postcodes:
                self._postcodes.add(made)
                return made
        return made


def unlist_some(places: Places, rng: random.Random, share: float = 0.012) -> None:
    """A few homes of the delivered councils are missing from the gazetteer (annexes, new lets)."""
    for place in places.homes:
        if place.listed and rng.random() < share:
            place.listed = False


def date_new_builds(empty: list[Property], rng: random.Random, nights: list[int]) -> None:
    """Some empty houses are finished, and so listed, only during the nights."""
    for place in empty:
        if place.parent is None and place.listed and rng.random() < 0.04 and len(nights) > 1:
            place.start = rng.choice(nights[1:])
