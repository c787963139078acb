"""Writes the truth folder (outputs.md): who each mention is, where addresses are, who lived where, what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.simulator.clock import FAR
from sample_data.simulator.model import Person, Relation, Situation, World
from sample_data.simulator.record import Record, Version

_KEY = [("contract", pa.string()), ("supplier", pa.string()), ("record_id", pa.string()), ("mention", pa.string())]
_MENTIONS = pa.schema([*_KEY, ("true_person", pa.string()), ("name_tradition", pa.string())])
_ADDRESSES = pa.schema(
    [
        *_KEY,
        ("address_role", pa.string()),
        ("true_uprn", pa.string()),
        ("first_night", pa.date32()),
        ("last_night", pa.date32()),
    ]
)
_RESIDENCE = pa.schema(
    [
        ("true_person", pa.string()),
        ("uprn", pa.string()),
        ("from", pa.date32()),
        ("to", pa.date32()),
        ("share", pa.float64()),
    ]
)
_RELATIONS = pa.schema(
    [
        ("true_person_a", pa.string()),
        ("relation", pa.string()),
        ("true_person_b", pa.string()),
        ("from", pa.date32()),
        ("to", pa.date32()),
    ]
)
_SITUATIONS = pa.schema(
    [
        ("situation_id", pa.string()),
        ("kind", pa.string()),
        ("true_person", pa.string()),
        ("other_person", pa.string()),
        ("uprn", pa.string()),
        ("from", pa.date32()),
        ("to", pa.date32()),
        ("discoverable_on", pa.date32()),
        ("variant", pa.string()),
    ]
)
_BENIGN = _SITUATIONS.append(pa.field("explanation", pa.string()))
_BATCH = 50_000


class _Table:
    """One parquet file, written in batches."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema)
        self._rows: list[tuple[Any, ...]] = []

    def add(self, *row: Any) -> None:
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self._schema)
        arrays = [pa.array(list(c), type=f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


class Truth:
    """The truth of one region, filled while the extracts are written. `seen` is told each address as a claim."""

    def __init__(self, out: Path, seen: Callable[[Person, str, str, str | None, int, int], None] | None = None) -> None:
        self._out = out / "truth"
        self._mentions = _Table(self._out / "mentions.parquet", _MENTIONS)
        self._addresses = _Table(self._out / "addresses.parquet", _ADDRESSES)
        self._seen = seen

    def record(self, contract: str, supplier: str, record: Record, shown: list[tuple[int, Version | None]]) -> None:
        """The mentions and addresses of one record over the nights that show it."""
        if all(version is None for _, version in shown):
            return
        key = (contract, supplier, record.record_id)
        for mention, who in record.mentions:
            self._mentions.add(*key, mention, who.true_key, who.tradition)
        for version, first, last in _runs(shown):
            for mention, role, text in version.addresses:
                self._addresses.add(*key, mention, role, text.true_uprn, _day(first), _day(last))

    def close(self, world: World) -> None:
        """Writes what is known of the whole region, and closes."""
        self._mentions.close()
        self._addresses.close()
        self._residence(world)
        self._relations(world)
        self._found(world)

    def _residence(self, world: World) -> None:
        table = _Table(self._out / "residence.parquet", _RESIDENCE)
        for who in world.people:
            for stay in who.stays:
                if stay.start <= world.last and stay.start < min(stay.end, who.died):
                    uprn = stay.place.uprn if stay.place.listed else None
                    table.add(who.true_key, uprn, _day(stay.start), _day(min(stay.end, who.died)), stay.share)
        table.close()

    def _relations(self, world: World) -> None:
        table = _Table(self._out / "relations.parquet", _RELATIONS)
        for made in _with_parents(world):
            table.add(made.a.true_key, made.relation, made.b.true_key, _day(made.start), _day(made.end))
        table.close()

    def _found(self, world: World) -> None:
        for name, schema in (("situations", _SITUATIONS), ("benign", _BENIGN)):
            table = _Table(self._out / f"{name}.parquet", schema)
            rows = [s for s in world.situations if bool(s.explanation) == (name == "benign")]
            for i, found in enumerate(rows):
                row = _situation(f"{name[0].upper()}{i + 1:05d}", found)
                table.add(*(row if name == "situations" else (*row, found.explanation)))
            table.close()


def _situation(key: str, s: Situation) -> tuple[Any, ...]:
    uprn = s.place.uprn if s.place and s.place.listed else None
    other = s.other.true_key if s.other else None
    return (key, s.kind, s.person.true_key, other, uprn, _day(s.start), _day(s.end), _day(s.discoverable), s.variant)


def _with_parents(world: World) -> Iterable[Relation]:
    """Parents from birth (of the unborn from conception on: a claim may be about a pregnancy), then the rest."""
    for who in world.people:
        for parent in (who.mother, who.father):
            if parent is not None:
                yield Relation(parent, "parent", who, who.born - 280)
    yield from world.relations


def _runs(shown: list[tuple[int, Version | None]]) -> Iterable[tuple[Version, int, int]]:
    """Each version with its first and last night."""
    current: Version | None = None
    first = last = 0
    for night, version in shown:
        if version is not current:
            if current is not None:
                yield current, first, last
            current, first = version, night
        last = night
    if current is not None:
        yield current, first, last


def _day(day: int | None) -> date | None:
    return None if day is None or day >= FAR else date.fromordinal(day)
