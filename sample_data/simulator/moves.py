"""Who lived where before: earlier homes of households that moved, and moves during the nights.

An earlier home is one that others moved into afterwards, or stands empty, so no two households ever share a home.
"""

from __future__ import annotations

from sample_data.simulator.maker import Household, Maker
from sample_data.simulator.model import Property, Stay

LOOK_BACK = 1900
"""Days back for which earlier homes are made: longer than any register's lag or the police look-back."""


def earlier_homes(maker: Maker) -> None:
    """Gives households that moved within the look-back the home they came from."""
    first, rng = maker.world.first, maker.rng
    moved = sorted((h for h in maker.households if h.since > first - LOOK_BACK and h.free), key=lambda h: h.since)
    taken: set[str] = set()
    for i, household in enumerate(moved):
        place = _left_before(moved, i, taken, maker)
        if place is None:
            continue
        taken.add(place.uprn)
        household.before = place
        began = household.since - rng.randrange(400, 4000)
        for who in household.members:
            if who.born < household.since:
                who.stays.insert(0, Stay(place, max(began, who.born), household.since))


def _left_before(moved: list[Household], i: int, taken: set[str], maker: Maker) -> Property | None:
    for _ in range(4):
        if i + 1 >= len(moved):
            break
        later = moved[maker.rng.randrange(i + 1, len(moved))]
        if later.place.uprn not in taken:
            return later.place
    return maker.vacant.pop() if len(maker.vacant) > 40 else None


def moves_in_the_nights(maker: Maker, per_night: float = 0.0004) -> None:
    """Some households move to an empty home on one of the nights (about one in ten a year, domain notes section 6)."""
    world, rng = maker.world, maker.rng
    count = round(len(maker.households) * per_night * (world.last - world.first + 1)) if len(world.nights) > 1 else 0
    for household in rng.sample(maker.households, min(count, len(maker.households))):
        if household.free and len(maker.vacant) > 20 and household.since < world.first - LOOK_BACK:
            move(household, maker.vacant.pop(), rng.randrange(world.first, world.last + 1))


def move(household: Household, place: Property, day: int) -> None:
    """The whole household moves on a day."""
    for who in household.members:
        for stay in who.stays:
            if stay.end > day and stay.start < day:
                stay.end = day
        who.stays.append(Stay(place, max(day, who.born)))
    household.before, household.place, household.since, household.free = household.place, place, day, False
