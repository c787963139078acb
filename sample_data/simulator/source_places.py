"""Writes the two gazetteers and the hubs' restricted lists (contracts `gazetteer` and `protected`)."""

from __future__ import annotations

from collections.abc import Iterator

from sample_data.simulator.clock import iso
from sample_data.simulator.model import Property, World
from sample_data.simulator.record import Record, Version
from sample_data.simulator.towns import DUDLEY, SANDWELL

SUPPLIERS = {DUDLEY: "dudley_llpg", SANDWELL: "sandwell_llpg"}
GAZETTEER_HEADER = (
    "uprn",
    "parent_uprn",
    "custodian_code",
    "sub_building",
    "building_name",
    "building_number",
    "street",
    "locality",
    "post_town",
    "postcode",
    "classification",
    "easting",
    "northing",
    "start_date",
    "end_date",
)
PROTECTED_HEADER = ("record_id", "uprn", "nhs_number", "nominal_ref", "reason", "from_date", "to_date")


def gazetteer(world: World, council: str) -> Iterator[Record]:
    """Every listed property of a council; new homes from the night they are finished."""
    for place in world.properties:
        if place.council == council and place.listed and place.start <= world.last:
            yield Record(place.uprn, (), [Version(place.start, _cells(place))])


def _cells(p: Property) -> tuple[str, ...]:
    return (
        p.uprn,
        p.parent.uprn if p.parent else "",
        p.council,
        p.sub,
        p.building,
        p.number,
        p.street,
        p.locality,
        p.town,
        p.postcode,
        p.classification,
        f"{p.easting}",
        f"{p.northing}",
        iso(p.start),
        "",
    )


def protected(world: World, hub: str) -> Iterator[Record]:
    """One hub's restricted list. A police key is given as the force writes it."""
    mine = [item for item in world.listed if item.hub == hub]
    for n, item in enumerate(sorted(mine, key=lambda i: (i.start, i.uprn, i.nhs, i.person.key if i.person else 0))):
        key = f"PR{6000 + n:05d}"
        nominal = f"{item.person.key:08d}" if item.person else ""
        yield Record(
            key, (), [Version(item.start, (key, item.uprn, item.nhs, nominal, item.reason, iso(item.start), ""))]
        )
