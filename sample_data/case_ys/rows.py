"""Rows of the case, written out cell by cell: nothing about these people is left to chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sample_data.case_ys.calendar import day
from sample_data.simulator.address_text import AddressText
from sample_data.simulator.clock import FAR
from sample_data.simulator.model import Person, Property
from sample_data.simulator.record import Record, Version

_GROUP = ("address_line_1", "address_line_2", "address_line_3", "address_line_4", "address_line_5", "postcode", "uprn")


@dataclass(frozen=True, slots=True)
class Said:
    """An address that a row gives: whose, in which role, under which column prefix. `uprn`: the row carries it."""

    mention: str
    role: str
    place: Property
    prefix: str = ""
    uprn: bool = False


@dataclass(slots=True)
class Sheet:
    """The case's records by contract and supplier."""

    records: dict[tuple[str, str], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def add(
        self,
        contract: str,
        supplier: str,
        header: tuple[str, ...],
        record_id: str,
        *,
        mentions: dict[str, Person],
        versions: Sequence[tuple[int, dict[str, str], tuple[Said, ...]]],
        gone: int | None = None,
    ) -> None:
        """One record; `versions` are (offset from D0 at which the extract first shows it, cells, addresses)."""
        made = [Version(day(at), _cells(header, record_id, cells, said), _truth(said)) for at, cells, said in versions]
        gone_on = FAR if gone is None else day(gone)
        self.records[(contract, supplier)].append(Record(record_id, tuple(mentions.items()), made, gone_on))


def _cells(header: tuple[str, ...], record_id: str, cells: dict[str, str], said: tuple[Said, ...]) -> tuple[str, ...]:
    filled = {"record_id": record_id, **cells}
    for address in said:
        filled |= dict(zip((f"{address.prefix}{c}" for c in _GROUP), _lines(address), strict=True))
    unknown = filled.keys() - set(header)
    if unknown:
        raise ValueError(f"the contract has no columns {sorted(unknown)}")
    return tuple(filled.get(column, "") for column in header)


def _lines(said: Said) -> tuple[str, ...]:
    place = said.place
    parts = [
        p
        for p in (f"{place.sub} {place.building}".strip(), f"{place.number} {place.street}", place.locality, place.town)
        if p
    ]
    return (*(parts + [""] * 5)[:5], place.postcode, place.uprn if said.uprn else "")


def _truth(said: tuple[Said, ...]) -> tuple[tuple[str, str, AddressText], ...]:
    return tuple((s.mention, s.role, AddressText(("", "", "", "", "", "", ""), s.place.uprn)) for s in said)
