"""What is planted in a region, and how much of it (domain notes, sections 1, 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable

from sample_data.simulator import (
    plants_benign,
    plants_benign_homes,
    plants_co_residence,
    plants_divergence,
    plants_hidden,
    plants_protected,
)
from sample_data.simulator.maker import Maker
from sample_data.simulator.places import Places
from sample_data.simulator.plants_kit import Kit

EACH_PER_PERSON = 6 / 20_000
"""How often each variant is planted: about 45 situations of each kind among 20,000 people."""

Variant = Callable[[Kit], bool]


def plant(maker: Maker, places: Places) -> Kit:
    """Plants everything that needs households nobody else uses. Returns the kit for what is derived afterwards."""
    kit = Kit(maker, places)
    for protect in plants_protected.PLANTED:
        protect(kit)
    rounds = max(1, round(len(maker.world.people) * EACH_PER_PERSON))
    variants: tuple[Variant, ...] = (
        *plants_co_residence.VARIANTS,
        *plants_hidden.VARIANTS,
        *plants_divergence.VARIANTS,
        *plants_benign.VARIANTS,
        *plants_benign_homes.VARIANTS,
    )
    for _ in range(rounds):
        for variant in variants:
            variant(kit)
    return kit
