"""The properties that an address text may mean: by number, flat and name, before postcode and place decide (match.py).

House number and flat must agree; a street's or building's name may be a letter or two off. What a text leaves out (the word
flat, commas, the street, the number of a building) is put in only where one property is left and no name is another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import jellyfish
import polars as pl

from linkage.places.text import Parsed

NEAR_NAME = 0.9
"""Least Jaro-Winkler similarity at which a street name may be another, mistyped."""


@dataclass(frozen=True)
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
    """The properties by what a text can call them."""

    by_uprn: dict[str, Property] = field(default_factory=dict)
    by_street: dict[tuple[str, str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    by_building: dict[tuple[str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    by_postcode: dict[tuple[str, str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    flats: dict[tuple[str, str], list[Property]] = field(default_factory=lambda: defaultdict(list))
    names: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    near: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """A property an address may mean: how well its name, postcode and place agree."""

    property: Property
    name: float
    postcode: int
    place: int


def read_index(con: duckdb.DuckDBPyConnection) -> Index:
    """Every property of the table `property`, by what a text can call it."""
    index = Index()
    for row in con.execute(
        "SELECT uprn, parent_uprn, kind, council_gss, postcode_norm, flat, number, street, building, places FROM property "
        "ORDER BY uprn"
    ).fetchall():
        one = Property(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], frozenset(row[9] or []))
        index.by_uprn[one.uprn] = one
        flat = one.flat or ""
        if one.street and one.number:
            index.by_street[(one.street, one.number, flat)].append(one)
        if one.building:
            index.by_building[(one.building, flat)].append(one)
        if one.postcode and one.number:
            index.by_postcode[(one.postcode, one.number, flat)].append(one)
        if one.street and flat:
            index.flats[(one.street, flat)].append(one)
        index.names |= {n for n in (one.street, one.building) if n}
        index.places |= one.places
    return index


def resolve_names(con: duckdb.DuckDBPyConnection, index: Index, parsed: Iterable[Parsed]) -> None:
    """`index.near`: for each written name the gazetteer names it may be, with their similarity."""
    written = sorted({n for p in parsed for n in (*(name for _, name in p.numbered), *p.names)})
    unknown = [n for n in written if n not in index.names]
    known = sorted(index.names)
    con.register("written", pl.DataFrame({"written": unknown}, schema={"written": pl.String}))
    con.register("known", pl.DataFrame({"known": known}, schema={"known": pl.String}))
    # In two steps, since the exact distance costs fifty times the similarity and must see the few likely pairs alone.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE near_name AS SELECT written, known, slips, jaro_winkler_similarity(written, known) AS s "
        "FROM written, (SELECT known, CASE WHEN len(known) < 9 THEN 1 WHEN len(known) < 14 THEN 2 ELSE 3 END AS slips FROM known) "
        "WHERE abs(len(written) - len(known)) <= slips AND jaro_winkler_similarity(written, known) >= $least",
        {"least": NEAR_NAME},
    )
    rows = con.execute(
        "SELECT written, known, s FROM near_name WHERE damerau_levenshtein(written, known) <= slips ORDER BY written, s DESC, known"
    ).fetchall()
    con.execute("DROP TABLE near_name")
    con.unregister("written")
    con.unregister("known")
    index.near = {n: {n: 1.0} for n in written if n in index.names}
    for name, other, similarity in rows:
        index.near.setdefault(name, {})[other] = similarity


def candidates(index: Index, parsed: Parsed) -> list[Candidate]:
    """The properties that one text may mean, each once, with how well it agrees."""
    found: dict[str, Candidate] = {}
    flat = parsed.flat or ""
    here = [n for n in parsed.names if n not in index.names or n in index.places]
    numbered, names = _in_known_names(index, parsed)
    for number, written in numbered:
        for known, similarity in index.near.get(written, {}).items():
            for one in _of_street(index, known, number, flat) + (
                [] if flat else index.by_building.get((known, number), [])
            ):
                _keep(found, one, similarity, parsed, here)
            for one in [] if flat else _flat_unsaid(index, known, number, numbered):
                _keep(found, one, similarity, parsed, here)
    numbers, streets = {n for n, _ in numbered}, {name for _, name in numbered}
    for written in names:
        for known, similarity in index.near.get(written, {}).items():
            for one in index.by_building.get((known, flat), []):
                if not (one.number and numbers) or one.number in numbers:
                    _keep(found, one, similarity, parsed, here)
            for one in [one for n in sorted(numbers) for one in index.by_building.get((known, n), []) if not flat]:
                if one.street in streets and known not in streets:
                    _keep(found, one, similarity, parsed, here)
    for one in [] if found else _left_out(index, numbered, names, parsed):
        _keep(found, one, 1.0, parsed, here)
    return list(found.values())


def names_of(index: Index, parsed: Parsed) -> list[str]:
    """Every name that a text writes, and every name of the gazetteer that it may mean: what its answer rests on."""
    numbered, names = _in_known_names(index, parsed)
    written = {*names, *(name for _, name in numbered)}
    return sorted(written | {known for name in written for known in index.near.get(name, {})})


def _in_known_names(index: Index, parsed: Parsed) -> tuple[list[tuple[str, str]], list[str]]:
    """The parts of a text, and those of names that are wholly a row of gazetteer names: `MALVERN POINT IVY ROAD LYE`."""
    numbered, names = list(parsed.numbered), list(parsed.names)
    for number, written in parsed.numbered:
        first, *rest = _row_of_names(index, written) or [written]
        if first != written:
            numbered.append((number, first))
            names += rest
    for written in parsed.names:
        names += _row_of_names(index, written)
    return list(dict.fromkeys(numbered)), list(dict.fromkeys(names))


def _row_of_names(index: Index, written: str) -> list[str]:
    """The gazetteer names that a text without commas is made of, the longest first; none where a word is left over."""
    words, found, at = written.split(), list[str](), 0
    while at < len(words):
        ends = range(len(words), at, -1)
        known = next((n for e in ends if (n := " ".join(words[at:e])) in index.names or n in index.places), None)
        if known is None:
            return []
        if known in index.names:
            index.near.setdefault(known, {known: 1.0})
        found.append(known)
        at += len(known.split())
    return found


def _flat_unsaid(index: Index, street: str, number: str, numbered: list[tuple[str, str]]) -> list[Property]:
    """`13 The Vicarage, 74 Forge Avenue`: flat 13 of number 74, where there is one and The Vicarage is no street."""
    before = numbered[: next(i for i, (n, _) in enumerate(numbered) if n == number)]
    flats = {n for n, name in before if name not in index.names}
    return [one for flat in sorted(flats) for one in index.by_street.get((street, number, flat), [])]


def _left_out(index: Index, numbered: list[tuple[str, str]], names: list[str], parsed: Parsed) -> list[Property]:
    """Where the street or the house number of a flat was left out and what is written still means one property only."""
    written = {*names, *(name for _, name in numbered)}
    flat = parsed.flat or ""
    if numbered and parsed.postcode:
        found = [one for n in dict(numbered) for one in index.by_postcode.get((parsed.postcode, n, flat), [])]
        return found if len(found) == 1 and _all_its_own(index, written, found[0]) else []
    found = [one for name in names for one in index.flats.get((name, flat), [])] if not numbered else []
    cut = [one for one in found if one.building and any(one.building.startswith(f"{n} ") for n in written)]
    if cut:
        return cut
    sure = len(found) == 1 and found[0].postcode == parsed.postcode is not None
    return found if sure and _all_its_own(index, written, found[0]) else []


def _all_its_own(index: Index, written: set[str], one: Property) -> bool:
    """Whether no name is left over: one that is neither a place nor the property's own may be another property's."""
    return all(name in index.places or name in (one.street, one.building) for name in written)


def _of_street(index: Index, street: str, number: str, flat: str) -> list[Property]:
    """By number and flat; `12C` may also be flat C of number 12."""
    found = list(index.by_street.get((street, number, flat), []))
    if not flat and number[-1:].isalpha():
        found += index.by_street.get((street, number[:-1], number[-1]), [])
    return found


def _keep(found: dict[str, Candidate], one: Property, similarity: float, parsed: Parsed, here: list[str]) -> None:
    candidate = Candidate(one, similarity, postcodes_alike(parsed.postcode, one.postcode), _places(here, parsed, one))
    best = found.get(one.uprn)
    if best is None or candidate.name > best.name:
        found[one.uprn] = candidate


def postcodes_alike(written: str | None, known: str | None) -> int:
    """4 the same, 3 one character off, 2 the same sector, 1 the same district, 0 none written, -1 elsewhere."""
    if written is None or known is None:
        return 0
    if written == known:
        return 4
    if jellyfish.damerau_levenshtein_distance(written, known) <= 1:
        return 3
    if written[:-2] == known[:-2]:
        return 2
    return 1 if written.split()[0] == known.split()[0] else -1


def _places(here: list[str], parsed: Parsed, one: Property) -> int:
    """1 a place written is the property's, 0 none is written, -1 only other places are."""
    tails = [t for _, n in parsed.numbered if (t := n.removeprefix(one.street or "").strip()) != n and t]
    written = [*here, *tails]
    if any(_one_place(w, p) for w in written for p in one.places):
        return 1
    others = [w for w in written if w not in (one.street, one.building)]
    return -1 if others else 0


def _one_place(written: str, known: str) -> bool:
    # Without commas the places stand in one row: NORTON STOURBRIDGE.
    return f" {known} " in f" {written} " or (
        len(known) > 4 and jellyfish.jaro_winkler_similarity(written, known) >= NEAR_NAME
    )
