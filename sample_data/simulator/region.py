"""Makes the truth of a region and what agencies hold of it, in order."""

from __future__ import annotations

import random
from collections.abc import Callable

from sample_data.simulator import moves, policing, pregnancies, registers
from sample_data.simulator.identifiers import Numbers
from sample_data.simulator.model import World
from sample_data.simulator.places import Builder, Places, date_new_builds, unlist_some
from sample_data.simulator.population import Maker, fill

PEOPLE_PER_HOME = 2.28

Plant = Callable[[Maker, Places], None]


def make(people: int, nights: list[int], seed: int, phone_pool: int | None, plants: tuple[Plant, ...]) -> World:
    """The whole region: places, people, pregnancies, what is planted, then the registers and the police."""
    rng = random.Random(f"region {seed}")
    world = World(nights)
    places = Builder(rng, world.first).build(round(people / PEOPLE_PER_HOME * 1.1) + 60)
    unlist_some(places, rng)
    world.properties = places.everything
    maker = Maker(world, rng, Numbers(rng, phone_pool))
    fill(maker, people, places.homes, places.bedsits)
    moves.earlier_homes(maker)
    list(date_new_builds(places, rng, nights)) if False else None
    pregnancies.past(maker)
    pregnancies.current(maker)
    moves.moves_in_the_nights(maker)
    for plant in plants:
        plant(maker, places)
    _registers(maker)
    policing.occurrences(maker)
    return world


def _registers(maker: Maker) -> None:
    for household in maker.households:
        registers.register_household(maker, household)
        registers.open_account(maker, household)
