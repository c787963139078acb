"""The simulator: an invented region with its extracts night by night and its truth.

It shares neither code nor lists with the job that it tests, so it can be an independent witness.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path

from sample_data.simulator import (
    landing,
    region,
    source_council_tax,
    source_gp,
    source_maternity,
    source_places,
    source_police,
)
from sample_data.simulator.clock import night_days
from sample_data.simulator.model import World
from sample_data.simulator.record import Record
from sample_data.simulator.truth import Truth

Progress = Callable[[str, int, int], None]
"""Told (what is being written, done, of how many)."""


def simulate(
    people: int,
    nights: int,
    seed: int,
    out: Path,
    *,
    start: date = date(2026, 1, 5),
    progress: Progress | None = None,
    phone_pool: int | None = None,
) -> None:
    """Writes `<out>/landing/<night>/<contract>__<supplier>.csv` (extracts.md) and `<out>/truth/*.parquet` (outputs.md).

    The same arguments give the same bytes. `phone_pool` (at most 1000) makes everybody share that many numbers of the
    range 07700 900000-900999. Raises ValueError when people or nights are below one.
    """
    if people < 1 or nights < 1:
        raise ValueError("a region needs at least one person and one night")
    if progress:
        progress("people", 0, 1)
    world = region.make(people, night_days(start, nights), seed, phone_pool)
    write(world, seed, out, progress)


def write(
    world: World,
    seed: int,
    out: Path,
    progress: Progress | None = None,
    more: Mapping[tuple[str, str], list[Record]] | None = None,
) -> None:
    """The extracts of every supplier and the truth of a world; `more` holds further records of (contract, supplier)."""
    truth = Truth(out)
    files = list(_files(world, seed))
    for done, (contract, supplier, header, made) in enumerate(files):
        if progress:
            progress(f"{contract} of {supplier}", done, len(files))
        records = chain(made, (more or {}).get((contract, supplier), []))
        landing.write(out, world.nights, contract, supplier, header, records=records, truth=truth)
    truth.close(world)
    if progress:
        progress("truth", len(files), len(files))


def _files(world: World, seed: int) -> Iterator[tuple[str, str, tuple[str, ...], Iterable[Record]]]:
    def rng(name: str) -> random.Random:
        return random.Random(f"{name} {seed}")

    for council, supplier in source_places.SUPPLIERS.items():
        yield "gazetteer", supplier, source_places.GAZETTEER_HEADER, source_places.gazetteer(world, council)
    for supplier in ("dudley_emis", "sandwell_systmone"):
        yield "gp", supplier, source_gp.HEADER, source_gp.records(world, supplier, rng(supplier))
    for supplier in ("dudley_mbc", "sandwell_mbc"):
        yield (
            "council_tax",
            supplier,
            source_council_tax.HEADER,
            source_council_tax.records(world, supplier, rng(supplier)),
        )
    for supplier in ("dgft_russells_hall", "swb_badgernet"):
        bookings = source_maternity.bookings(world, supplier, rng(supplier))
        yield "maternity_booking", supplier, source_maternity.BOOKING_HEADER, bookings
        births = source_maternity.births(world, supplier, rng(f"births {supplier}"))
        yield "maternity_birth", supplier, source_maternity.BIRTH_HEADER, births
    yield "police", source_police.SUPPLIER, source_police.HEADER, source_police.records(world, rng("police"))
    for hub in ("dudley_hub", "sandwell_hub"):
        yield "protected", hub, source_places.PROTECTED_HEADER, source_places.protected(world, hub)
