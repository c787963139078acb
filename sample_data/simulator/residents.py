"""People of institutions, and deaths: care homes, halls, hostels and prisons have residents with no council tax."""

from __future__ import annotations

from sample_data.simulator import naming, registers
from sample_data.simulator.maker import YEAR, Maker
from sample_data.simulator.model import Registration, Stay
from sample_data.simulator.places import Places

_WHO = {
    "Care Home": (72, 97, 9, "CARE"),
    "Hall": (18, 22, 14, "HALL"),
    "Hostel": (18, 50, 6, "HOST"),
    "Prison": (20, 55, 12, "PRIS"),
}


def fill_institutions(maker: Maker, places: Places) -> None:
    """A share of the region lives in institutions; most practices note it."""
    rng, world = maker.rng, maker.world
    for word, (low, high, most, code) in _WHO.items():
        for place in places.institutions[word]:
            for _ in range(rng.randrange(2, most) if len(world.people) > 1000 else 1):
                sex = "1" if word == "Prison" else rng.choice("12")
                who = maker.adult(naming.tradition(rng), sex, rng.uniform(low, high))
                since = world.first - rng.randrange(30, 900)
                who.stays.append(Stay(place, since))
                supplier, practice = registers.practice_of(place, rng)
                made = Registration(who, supplier, practice, since + 5, [(0, place)])
                made.institute = code if rng.random() < 0.85 else ""
                world.registrations.append(made)


def deaths(maker: Maker) -> None:
    """About one in a hundred of those over 65 a year; some on the nights. Practices learn of it within days."""
    rng, world = maker.rng, maker.world
    for h in maker.households:
        for who in h.adults:
            if h.free and (world.first - who.born) / YEAR > 66 and rng.random() < 0.02:
                who.died = world.first - rng.randrange(-(world.last - world.first) - 1, 300)
