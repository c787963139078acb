"""Writes involvements as the force holds them (contract `police`)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sample_data.simulator import address_text, written
from sample_data.simulator.address_text import AddressText
from sample_data.simulator.clock import iso
from sample_data.simulator.mess import date_as_written, phone_as_written
from sample_data.simulator.model import Involvement, World
from sample_data.simulator.names_lists import SHORT
from sample_data.simulator.record import Record, Version

SUPPLIER = "wmp_niche"
_GROUP = ("address_line_1", "address_line_2", "address_line_3", "address_line_4", "address_line_5", "postcode", "uprn")
HEADER = (
    "record_id",
    "nominal_ref",
    "occurrence_ref",
    "occurred_on",
    "occurrence_type",
    "role",
    "given_names",
    "family_name",
    "alias",
    "date_of_birth",
    "sex",
    "ethnicity",
    "phone",
    *_GROUP,
    "address_role",
    *(f"occurrence_{c}" for c in _GROUP),
    "outcome",
    "risk_grade",
    "warning_markers",
    "disclosure",
)
_ETHNICITY = {
    "A": "W1",
    "B": "W2",
    "C": "W9",
    "D": "M1",
    "H": "A1",
    "J": "A2",
    "K": "A3",
    "M": "B1",
    "N": "B2",
    "R": "O1",
    "S": "O9",
}


def records(world: World, rng: random.Random) -> Iterator[Record]:
    """Every involvement, by the day of the occurrence."""
    order = sorted(world.involvements, key=lambda i: (i.day, i.occurrence, i.person.key))
    scenes: dict[int, AddressText] = {}
    for n, made in enumerate(order):
        if made.known_on > world.last:
            continue
        if made.occurrence not in scenes:
            scenes[made.occurrence] = _text(made, rng)
        yield _record(
            made,
            f"INV{2000 + 2 * n:09d}",
            scenes[made.occurrence],
            known=max(made.known_on, world.first),
            look_back=world.police_days,
            rng=rng,
        )


def _text(made: Involvement, rng: random.Random) -> AddressText:
    return address_text.write(made.scene, address_text.POLICE, rng) if made.scene else address_text.EMPTY


def nominal(made: Involvement) -> str:
    return f"{made.nominal:08d}"


def _record(
    made: Involvement, key: str, scene: AddressText, *, known: int, look_back: int, rng: random.Random
) -> Record:
    who = made.person
    given, family = written.written(who, written.POLICE, rng)
    alias = rng.choice(SHORT.get(who.given[0], ("",))) if rng.random() < 0.05 else ""
    born = date_as_written(iso(who.born), rng, 0.04) if rng.random() < 0.95 else ""
    told = address_text.write(made.told, address_text.POLICE, rng) if made.told else address_text.EMPTY
    cells = (
        key,
        nominal(made) if rng.random() < 0.97 else "",
        f"20/{made.occurrence:07d}/{iso(made.day)[2:4]}",
        iso(made.day),
        made.kind,
        made.role,
        given,
        family,
        alias,
        born,
        who.sex if rng.random() < 0.97 else "0",
        _ETHNICITY.get(who.ethnic, "NS"),
        phone_as_written(who.phone, rng) if rng.random() < 0.4 else "",
        *told.cells,
        made.address_role,
        *scene.cells,
        made.outcome,
        made.risk,
        made.markers,
        "withhold" if made.withhold else "",
    )
    addresses = [("person", role, text) for role, text in (("home", told), ("occurrence", scene)) if any(text.cells)]
    gone = known + rng.randrange(1, 9) if rng.random() < 0.001 else made.day + look_back
    return Record(key, (("person", who),), [Version(known, cells, tuple(addresses))], gone)
