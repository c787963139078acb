"""The few dozen households among whom the case happens: ordinary, settled, registered where they live.

They give the case the namesakes, noise and term frequencies without which linkage would be too easy.
"""

from __future__ import annotations

import random

from sample_data.case_ys.calendar import NIGHTS, day
from sample_data.simulator import policing, pregnancies, registers
from sample_data.simulator.identifiers import Numbers
from sample_data.simulator.maker import Maker
from sample_data.simulator.model import Property, World
from sample_data.simulator.places import Builder
from sample_data.simulator.population import fill
from sample_data.simulator.towns import DUDLEY, SANDWELL

PEOPLE = 130
HOMES = 260
"""More than are lived in: the case needs empty homes in several streets."""
SEED = 20_260_130


def make() -> tuple[Maker, dict[str, list[list[Property]]]]:
    """The neighbourhood, and the empty homes by council and street in which the case can live."""
    rng = random.Random(SEED)
    world = World([day(n) for n in NIGHTS], police_days=2192)
    places = Builder(rng, world.first).build(HOMES)
    world.properties = places.everything
    maker = Maker(world, rng, Numbers(rng))
    fill(maker, PEOPLE, [p for p in places.homes if p.council in (DUDLEY, SANDWELL)], {})
    _settle_down(maker)
    pregnancies.past(maker)
    for household in maker.households:
        registers.register_household(maker, household)
        registers.open_account(maker, household)
    policing.occurrences(maker, per_person=0.05)
    return maker, {council: _one_a_street(maker.vacant, council) for council in (DUDLEY, SANDWELL)}


def _one_a_street(vacant: list[Property], council: str) -> list[list[Property]]:
    """The empty houses of a council by street, each list at least two long, in the order of their UPRNs."""
    streets: dict[tuple[str, str], list[Property]] = {}
    for place in sorted(vacant, key=lambda p: p.uprn):
        if place.council == council and place.parent is None and not place.building and place.number.isdigit():
            streets.setdefault((place.town, place.street), []).append(place)
    return [homes for homes in streets.values() if len(homes) > 1]


def _settle_down(maker: Maker) -> None:
    """Nobody moved within the last three years: the neighbours give no news of their own."""
    for household in maker.households:
        settled = min(household.since, maker.world.first - 1100)
        household.since = settled
        for who in household.members:
            who.stays[0].start = max(settled, who.born)
