"""The gazetteer by what a text can call a property: number, street, building, flat, postcode; and its names, mistyped or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from linkage.places.words import STREET_TYPES, squeezed, uprn_of
from linkage.spreadsheet import without_decimals

NEAR_NAME = 0.9
"""Least Jaro-Winkler similarity at which a street name may be another, mistyped."""
SQUEEZED = 0.98
"""Similarity of two names that differ in their gaps alone, in a saint or in an article."""
TYPELESS = 0.85
"""Similarity of a street to its name without the last word: `37 Cobden`. Below NEAR_NAME, so only a postcode bears it out."""
ROWS_TOGETHER = 50 * 2048
"""Properties that are held at a time beside the index. 2048 is DuckDB's unit."""
_RANGE = re.compile(r"(\d+)[A-Z]?-(\d+)[A-Z]?")
_WIDEST_RANGE = 40
UPRN = f"coalesce(nullif(ltrim({without_decimals('trim(uprn)')}, '0'), ''), uprn)"
"""SQL for the one form of a UPRN, as `uprn_of` has it."""


@dataclass(frozen=True, slots=True)
class Property:
    """What matching needs of one property."""

    uprn: str
    parent: str | None
    kind: str
    council: str | None
    postcode: str | None
    flat: str | None
    number: str | None
    street: str | None
    building: str | None
    places: frozenset[str]


@dataclass
class Index:
    """The properties by what a text can call them; by_uprn takes the one form of `uprn_of`.

    wheres: for each street or building name the streets or buildings that bear it, by their places, with their postcodes.
    flats_in: the flats of one door, by street and number, or of one building, by its name. in_range: the properties of a
    street whose number is a range, with its ends. streets_of: the streets of a postcode. near: for each written name the
    names that it may be. doors: by street, the buildings and numbers that hold flats, with their places. flats_at: flats
    by postcode. doors_at: by postcode, the streets, buildings and numbers that hold flats. heads: buildings' names without
    their last word. rows: the rows of names read so far (names.py). read: the UPRNs that were asked for so far; whole: whether all are in.
    """

    by_uprn: dict[str, Property] = field(default_factory=dict)
    by_street: dict[tuple[str, str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    by_building: dict[tuple[str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    by_postcode: dict[tuple[str, str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    flats: dict[tuple[str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    flats_in: dict[tuple[str, ...], set[str]] = field(default_factory=lambda: defaultdict(set))
    in_range: dict[str, list[tuple[int, int, Property]]] = field(default_factory=lambda: defaultdict(list))
    wheres: dict[str, dict[frozenset[str], set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    streets_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: set[str] = field(default_factory=set)
    streets: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    near: dict[str, dict[str, float]] = field(default_factory=dict)
    flats_at: dict[tuple[str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    doors_at: dict[str, set[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(set))
    doors: dict[str, set[tuple[str, str, frozenset[str]]]] = field(default_factory=lambda: defaultdict(set))
    heads: set[str] = field(default_factory=set)
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    whole: bool = False
    _squeezed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _squeezed_places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _typeless: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, one: Property) -> None:
        """Put one property under everything that a text can call it."""
        self.by_uprn[uprn_of(one.uprn) or one.uprn] = one
        flat = one.flat or ""
        if one.street and one.number:
            self.by_street[one.street, one.number, flat].append(one)
            self.flats_in[one.street, one.number].add(flat)
            if ends := range_of(one.number):
                self.in_range[one.street].append((*ends, one))
        if one.building:
            self.by_building[one.building, flat].append(one)
            self.flats_in[one.building,].add(flat)
        if one.postcode and one.number:
            self.by_postcode[one.postcode, one.number, flat].append(one)
        if one.street and flat:
            self.flats[one.street, flat].append(one)
            self.doors[one.street].add((one.building or "", one.number or "", one.places))
        if one.postcode and flat:
            self.flats_at[one.postcode, flat].append(one)
            self.doors_at[one.postcode].add((one.street or "", one.building or "", one.number or ""))
        if one.street and one.postcode:
            self.streets_of[one.postcode].add(one.street)
        for name in {n for n in (one.street, one.building) if n}:
            self.wheres[name][one.places].add(one.postcode or "")

    def know_names(self, streets: set[str], buildings: set[str], places: set[str]) -> None:
        """Every name of the gazetteer, with its other forms."""
        self.streets, self.places, self.names = streets, places, streets | buildings
        self.near = {name: {name: 1.0} for name in self.names}
        for name in self.names:
            self._squeezed[squeezed(name)].add(name)
            head, _, last = name.rpartition(" ")
            if head and head != "THE" and name not in self.streets:
                self.heads.add(head)
            if head and name in self.streets and last in STREET_TYPES:
                self._typeless[head].add(name)
        for place in self.places:
            self._squeezed_places[squeezed(place)].add(place)
        self._squeezed.pop("", None)
        self._squeezed_places.pop("", None)

    def alike(self, written: str) -> dict[str, float]:
        """The names that a name which the gazetteer lacks may be for its gaps, its article or its missing last word."""
        found = dict.fromkeys(sorted(self._typeless.get(written, ())), TYPELESS)
        found |= dict.fromkeys(sorted(self._squeezed.get(squeezed(written) or written, ())), SQUEEZED)
        return found | ({f"THE {written}": SQUEEZED} if f"THE {written}" in self.names else {})

    def known_as(self, words: str) -> str | None:
        """The name or place that a row of words is, gaps aside."""
        if words in self.names or words in self.places:
            return words
        form = squeezed(words) or words
        close = self._squeezed.get(form) or self._squeezed_places.get(form) or ()
        return next(iter(close)) if len(close) == 1 else None


def range_of(number: str) -> tuple[int, int] | None:
    """The ends of `12-14`."""
    found = _RANGE.fullmatch(number)
    ends = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    return ends if 0 < ends[1] - ends[0] <= _WIDEST_RANGE else None


def read_names(con: duckdb.DuckDBPyConnection) -> Index:
    """The names and places of the table `property`, and none of its properties."""
    streets, buildings, places = (
        {name for (name,) in con.execute(f"SELECT DISTINCT {names} FROM property").fetchall()} - {None}
        for names in ("nullif(street, '')", "nullif(building, '')", "unnest(places)")
    )
    index = Index()
    index.know_names(streets, buildings, places)
    # Nearly every text names a place.
    resolve_names(con, index, index.places)
    return index


@dataclass
class Wanted:
    """What texts ask of the gazetteer: the names that they may mean, their postcodes, and the UPRNs they came with."""

    names: set[str] = field(default_factory=set)
    postcodes: set[str] = field(default_factory=set)
    uprns: set[str] = field(default_factory=set)


def read_properties(con: duckdb.DuckDBPyConnection, index: Index, wanted: Wanted | None = None) -> None:
    """Put the properties of the table `property` into the index that it lacks; of what is wanted alone, where that is said.

    Besides what bears a wanted name, postcode or UPRN, also every other property of the same streets and buildings:
    matching asks of a property that it has found who else bears its names, and which flats its door has.
    """
    if index.whole:
        return
    where, index.whole = "true", wanted is None
    if wanted is not None:
        _ask_for(con, wanted)
        where = (
            "street IN (SELECT name FROM asked_name) OR building IN (SELECT name FROM asked_name) "
            "OR uprn IN (SELECT a.uprn FROM asked_for AS a)"
        )
    found = con.execute(
        "SELECT uprn, parent_uprn, kind, council_gss, postcode_norm, flat, number, street, building, places FROM property "
        f"WHERE {where} ORDER BY uprn"
    ).to_arrow_reader(ROWS_TOGETHER)
    same: dict[object, object] = {}
    for batch in found:
        own, *others = batch.columns
        columns = (own.to_pylist(), *(_shared(column, same) for column in others))
        for uprn, parent, kind, council, code, flat, number, street, building, places in zip(*columns, strict=True):
            if uprn not in index.read:
                index.add(Property(uprn, parent, kind, council, code, flat, number, street, building, places))
        if wanted is not None:
            index.read.update(columns[0])


def _shared(column: pa.Array, same: dict[object, object]) -> list[Any]:
    """The values of a column, each distinct one a single object however many properties bear it; a list as a set.

    A gazetteer has few streets, postcodes and numbers for its properties: with an object for each of them, the index of a large region
    would be twice the size.
    """
    values = column.to_pylist()
    if pa.types.is_list(column.type):
        values = [frozenset(value or ()) for value in values]
    return [same.setdefault(value, value) for value in values]


def _ask_for(con: duckdb.DuckDBPyConnection, wanted: Wanted) -> None:
    """`asked_for`: the properties that bear what is wanted; `asked_name`: their streets and buildings."""
    for table, texts in (("name", wanted.names), ("postcode", wanted.postcodes), ("uprn", wanted.uprns)):
        con.register(f"wanted_{table}", pl.DataFrame({"text": sorted(texts)}, schema={"text": pl.String}))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asked_for AS SELECT uprn, street, building FROM property "
        "WHERE street IN (SELECT text FROM wanted_name) OR building IN (SELECT text FROM wanted_name) "
        f"OR postcode_norm IN (SELECT text FROM wanted_postcode) OR {UPRN} IN (SELECT text FROM wanted_uprn)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asked_name AS SELECT DISTINCT unnest([street, building]) AS name FROM asked_for"
    )
    for table in ("name", "postcode", "uprn"):
        con.unregister(f"wanted_{table}")


def resolve_names(con: duckdb.DuckDBPyConnection, index: Index, written: Iterable[str]) -> None:
    """Add to `index.near` what each written name that it lacks may be: gazetteer names with their similarity."""
    unknown = sorted(set(written).difference(index.near))
    for table, names in (("written", unknown), ("known", sorted(index.names))):
        of_name = {table: names, "length": map(len, names), "letters": map(_letters, names)}
        con.register(table, pl.DataFrame(of_name, schema={table: pl.String, "length": pl.Int64, "letters": pl.Int64}))
    # In three steps, each of which sees the few pairs that the one before leaves: letters in common cost least, the exact
    # distance fifty times the similarity. A slip changes two letters at most.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE near_name AS WITH reach AS (SELECT known, letters AS known_letters, slips, "
        "unnest(range(length - slips, length + slips + 1)) AS length "
        "FROM (SELECT *, CASE WHEN length < 9 THEN 1 WHEN length < 14 THEN 2 ELSE 3 END AS slips FROM known)), "
        "likely AS MATERIALIZED (SELECT w.written, r.known, r.slips FROM written AS w INNER JOIN reach AS r USING (length) "
        "WHERE bit_count(xor(w.letters, r.known_letters)) <= 2 * r.slips) "
        "SELECT written, known, slips, jaro_winkler_similarity(written, known) AS s FROM likely "
        "WHERE jaro_winkler_similarity(written, known) >= $least",
        {"least": NEAR_NAME},
    )
    rows = con.execute(
        "SELECT written, known, s FROM near_name WHERE damerau_levenshtein(written, known) <= slips ORDER BY written, s DESC, known"
    ).fetchall()
    con.execute("DROP TABLE near_name")
    con.unregister("written")
    con.unregister("known")
    index.near |= {name: index.alike(name) for name in unknown}
    for name, other, similarity in rows:
        index.near[name][other] = max(similarity, index.near[name].get(other, 0.0))


def _letters(name: str) -> int:
    """The letters and digits of a name, whatever their order and number, as one bit each."""
    bits = 0
    for character in set(name):
        bits |= 1 << ord(character) % 61
    return bits
