"""Makes the truth of a region and what agencies hold of it, in order."""

from __future__ import annotations

import random

from sample_data.simulator import derive, moves, plants, policing, pregnancies, registers, residents
from sample_data.simulator.identifiers import Numbers
from sample_data.simulator.maker import Maker
from sample_data.simulator.model import World
from sample_data.simulator.places import Builder, date_new_builds, unlist_some
from sample_data.simulator.population import fill

PEOPLE_PER_HOME = 2.28


def make(people: int, nights: list[int], seed: int, phone_pool: int | None) -> World:
    """The whole region: places, people, pregnancies, what is planted, then the registers and the police."""
    rng = random.Random(f"region {seed}")
    world = World(nights)
    places = Builder(rng, world.first).build(round(people / PEOPLE_PER_HOME * 1.12) + 60)
    world.properties = places.everything
    maker = Maker(world, rng, Numbers(rng, phone_pool))
    residents.fill_institutions(maker, places)
    fill(maker, people, places.homes, places.bedsits)
    unlist_some(places, rng)
    moves.earlier_homes(maker)
    date_new_builds(maker.vacant, rng, nights)
    pregnancies.past(maker)
    pregnancies.current(maker)
    kit = plants.plant(maker, places)
    moves.moves_in_the_nights(maker)
    residents.deaths(maker)
    for household in maker.households:
        if not household.registered:
            registers.register_household(maker, household)
            registers.open_account(maker, household)
    derive.behind(kit)
    derive.list_natural(kit)
    derive.same_property(kit)
    policing.occurrences(maker)
    return world
