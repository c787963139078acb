"""Address texts to properties: candidates by number, flat and name; then postcode and place decide, or nothing does.

House number and flat must always agree: a neighbour is worse than nothing. Street and building names may be a letter
or two off, and are resolved once for each distinct text against the distinct names of the gazetteer. A text that names
only a building gets the building, and says so. What is ambiguous, or lies by its own words elsewhere, gets nothing.

Answers are kept (`store.resolved_address`) for as long as the properties and the rules stay the same, so a later night
resolves only texts that it has not seen.

Methods and their probabilities were measured on simulated regions (benchmarks/RESULTS.md) and stand in the settings of
the module: given, exact, near_name, near_postcode, no_postcode, wrong_postcode.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import jellyfish
import polars as pl

from linkage import store
from linkage.places.text import Parsed, parse
from linkage.version import code_of

PROBABILITY = {
    "given": 0.999, "exact": 0.998, "near_name": 0.99, "near_postcode": 0.985, "no_postcode": 0.97, "wrong_postcode": 0.95,
}  # fmt: skip
_TEXT = ("line_1", "line_2", "line_3", "line_4", "line_5", "postcode", "uprn_given")
_ALIKE = " AND ".join(f"a.{name} IS NOT DISTINCT FROM r.{name}" for name in _TEXT)
_ANSWER = {"uprn": pl.String, "match_level": pl.String, "how": pl.String, "match_probability": pl.Float64}
Text = tuple[str | None, ...]
"""An address as written: five lines, the postcode, and the UPRN it came with."""
Answer = tuple[str | None, str, str, float]
"""UPRN or None, match level, method and probability."""
BATCH = 50_000
"""Distinct texts that are resolved at a time: bounds what Python holds."""
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


def run(con: duckdb.DuckDBPyConnection) -> int:
    """`address_match`: one row an address of `address` with the property that it means. Returns the rows."""
    _resolve_new(con)
    con.execute(
        "CREATE OR REPLACE TABLE address_match AS "
        "SELECT a.mention_id, a.address_role, r.uprn, r.match_level, r.how, r.match_probability "
        f"FROM address AS a INNER JOIN store.resolved_address AS r ON {_ALIKE} ORDER BY mention_id, address_role"
    )
    row = con.execute("SELECT count(*) FROM address_match").fetchone()
    return int(row[0]) if row else 0


def run_loose(con: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """`target`: one row an address of `source` and property that it may mean.

    For protection, where a place missed is worse than a place too many.
    """
    answers = dict(pair for batch in _answers_of(con, source, loose=True) for pair in batch)
    addresses = con.execute(
        f"SELECT mention_id, address_role, {', '.join(_TEXT)} FROM {source} ORDER BY ALL"
    ).fetchall()
    con.execute(
        f"CREATE OR REPLACE TABLE {target} (mention_id VARCHAR, address_role VARCHAR, uprn VARCHAR, match_level VARCHAR, "
        "how VARCHAR, match_probability DOUBLE)"
    )
    columns = {"mention_id": pl.String, "address_role": pl.String, **_ANSWER}
    store.insert(con, target, columns, [(m, r, *one) for m, r, *text in addresses for one in answers[tuple(text)]])


def _answers_of(
    con: duckdb.DuckDBPyConnection, source: str, *, loose: bool
) -> Iterator[list[tuple[Text, list[Answer]]]]:
    """The answers to every distinct text of a table, so many at a time."""
    con.execute(
        f"CREATE OR REPLACE TABLE address_text AS SELECT *, row_number() OVER () // {BATCH} AS batch "
        f"FROM (SELECT DISTINCT {', '.join(_TEXT)} FROM {source})"
    )
    last = con.execute("SELECT max(batch) FROM address_text").fetchone() or (None,)
    index = _index(con) if last[0] is not None else Index()
    for batch in range(last[0] + 1 if last[0] is not None else 0):
        texts = con.execute(f"SELECT {', '.join(_TEXT)} FROM address_text WHERE batch = $batch", {"batch": batch})
        parsed = {row: parse(row[:5], row[5]) for row in texts.fetchall()}
        _resolve_names(con, index, parsed.values())
        yield [(row, _answers(index, one, row[6], loose=loose)) for row, one in parsed.items()]
    con.execute("DROP TABLE address_text")


def _resolve_new(con: duckdb.DuckDBPyConnection) -> None:
    """`store.resolved_address`: one row a distinct text of tonight. Only texts not resolved before are resolved."""
    con.execute("CREATE TABLE IF NOT EXISTS store.resolved_against (properties VARCHAR)")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS store.resolved_address ({', '.join(f'{name} VARCHAR' for name in _TEXT)}, "
        "uprn VARCHAR, match_level VARCHAR, how VARCHAR, match_probability DOUBLE)"
    )
    properties = con.execute("SELECT count(*) || ' ' || coalesce(bit_xor(hash(p)), 0) FROM property AS p").fetchall()
    against = (f"{properties[0][0]} {code_of('places')}",)
    if con.execute("SELECT properties FROM store.resolved_against").fetchone() != against:
        con.execute("DELETE FROM store.resolved_against")
        con.execute("DELETE FROM store.resolved_address")
        con.execute("INSERT INTO store.resolved_against VALUES (?)", against)
    con.execute(f"DELETE FROM store.resolved_address AS r WHERE NOT EXISTS (SELECT 1 FROM address AS a WHERE {_ALIKE})")
    con.execute(
        "CREATE OR REPLACE TABLE unresolved AS SELECT a.* FROM address AS a "
        f"WHERE NOT EXISTS (SELECT 1 FROM store.resolved_address AS r WHERE {_ALIKE})"
    )
    columns = {**dict.fromkeys(_TEXT, pl.String), **_ANSWER}
    for answers in _answers_of(con, "unresolved", loose=False):
        store.insert(con, "store.resolved_address", columns, [(*text, *one) for text, (one,) in answers])
    con.execute("DROP TABLE unresolved")


def _index(con: duckdb.DuckDBPyConnection) -> Index:
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


def _resolve_names(con: duckdb.DuckDBPyConnection, index: Index, parsed: Any) -> None:
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


def _candidates(index: Index, parsed: Parsed) -> list[Candidate]:
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
    candidate = Candidate(one, similarity, _postcodes(parsed.postcode, one.postcode), _places(here, parsed, one))
    best = found.get(one.uprn)
    if best is None or candidate.name > best.name:
        found[one.uprn] = candidate


def _postcodes(written: str | None, known: str | None) -> int:
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


def _method(candidate: Candidate, *, alone: bool) -> str | None:
    """How the candidate is held to be meant, or None."""
    exact = candidate.name == 1.0
    if candidate.postcode == 4:
        return "exact" if exact else "near_name"
    if candidate.postcode == 3 and candidate.place >= 0:
        return "near_postcode"
    if candidate.postcode in (1, 2) and (candidate.place == 1 or (candidate.place == 0 and exact and alone)):
        return "near_postcode"
    if candidate.postcode == 3:
        return "near_postcode" if exact else None
    if candidate.postcode == 0 and (candidate.place == 1 or (candidate.place == 0 and exact and alone)):
        return "no_postcode"
    if candidate.postcode == -1 and candidate.place == 1 and exact:
        return "wrong_postcode"
    return None


def _rank(candidate: Candidate) -> tuple[float, int, float]:
    return (max(candidate.postcode, 0) + 1.5 * candidate.place, candidate.postcode, candidate.name)


def _answers(index: Index, parsed: Parsed, given: str | None, *, loose: bool) -> list[Answer]:
    candidates = sorted(_candidates(index, parsed), key=lambda c: (*(-x for x in _rank(c)), c.property.uprn))
    if loose:
        uprns = {c.property.uprn for c in candidates} | ({given} & index.by_uprn.keys() if given else set())
        return [(u, "property", "loose", 0.5) for u in sorted(uprns)]
    if given and given in index.by_uprn and _given_stands(index.by_uprn[given], candidates, parsed):
        return [_answer(index.by_uprn[given], "given", parsed)]
    alone = len(candidates) == 1
    best = [(m, c) for c in candidates if (m := _method(c, alone=alone))]
    if not best:
        return [(None, "none", "none", 0.0)]
    level = [(m, c.property) for m, c in best if _rank(c) == _rank(best[0][1])]
    # `3, Tinmans Mansions, 10 Tame Street` names a flat and, by its number, the building that it is in: the flat is meant.
    parents = {one.parent for _, one in level}
    meant = [(m, one) for m, one in level if one.uprn not in parents]
    if len(meant) > 1:
        # `Lodge Heights, 1, Fern Street` is flat 1 of the building, not the house of that number.
        meant = [(m, one) for m, one in meant if one.flat and one.building in parsed.names] or meant
    if len(meant) != 1:
        return [(None, "none", "ambiguous", 0.0)]
    return [_answer(meant[0][1], meant[0][0], parsed)]


def _given_stands(one: Property, candidates: list[Candidate], parsed: Parsed) -> bool:
    """Whether a given UPRN is borne out: the text may mean it, or says nothing against it and nothing better."""
    if any(c.property.uprn == one.uprn for c in candidates):
        return True
    if not parsed.flat and any(c.property.uprn == one.parent for c in candidates):
        return True  # The text left the flat out; the building is the flat's.
    if any(c.postcode >= 3 for c in candidates):
        return False
    numbers = {n for n, _ in parsed.numbered} | ({parsed.flat} if parsed.flat else set())
    named = {n for n in (one.number, one.flat) if n}
    near = _postcodes(parsed.postcode, one.postcode) >= 2
    return (near and bool(numbers & named or not numbers)) or (not parsed.numbered and not parsed.names)


def _answer(one: Property, method: str, parsed: Parsed) -> Answer:
    level = "building" if one.kind == "building" and not (parsed.flat and one.flat) else "property"
    return (one.uprn, level, method, PROBABILITY[method])
