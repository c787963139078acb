"""Address texts to properties: candidates by number, flat and name; then postcode and place decide, or nothing does.

House number and flat must always agree: a neighbour is worse than nothing. Street and building names may be a letter
or two off, and are resolved once for each distinct text against the distinct names of the gazetteer. A text that names
only a building gets the building, and says so. What is ambiguous, or lies by its own words elsewhere, gets nothing.

Answers are kept (kept.py): a later night resolves only texts that it has not seen or whose properties changed.

Methods and their probabilities were measured on simulated regions (benchmarks/RESULTS.md) and stand in the settings of
the module: given, exact, near_name, near_postcode, no_postcode, other_street, wrong_postcode, unlisted_flat (the house of a
flat that the gazetteer does not know; where tonight's texts name several flats of it, it is said to be the building only).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb
import pyarrow as pa

from linkage.parallel import cut, spread
from linkage.places import kept
from linkage.places.agree import Candidate, postcodes_alike
from linkage.places.candidates import as_listed, candidates
from linkage.places.index import NEAR_NAME, Index, Property, Wanted, read_names, read_properties, resolve_names
from linkage.places.kept import ALIKE, TEXT
from linkage.places.names import Vocabulary, rest_on, row_of_names
from linkage.places.text import Parsed, parse
from linkage.places.words import uprn_of
from linkage.store import arrow

PROBABILITY = {
    "given": 0.999, "exact": 0.998, "near_name": 0.99, "near_postcode": 0.985, "no_postcode": 0.97, "other_street": 0.95,
    "wrong_postcode": 0.95, "unlisted_flat": 0.95,
}  # fmt: skip
Text = tuple[str | None, ...]
"""An address as written: five lines, the postcode, and the UPRN it came with."""
Answer = tuple[str | None, str, str, float]
"""UPRN or None, match level, method and probability."""
_FOUND = pa.schema(
    [(name, pa.float64() if name == "match_probability" else pa.string())
     for name in (*TEXT, "uprn", "match_level", "how", "match_probability", "postcode_norm", "names", "flat_named")]
)  # fmt: skip
"""One row a distinct text and answer: with its postcode, the names that the answer rests on (`|` between), and the flat it names."""
CROWD = 500
"""A property of more addresses than this is said to be the building only: a whole block, or a UPRN that a system puts in by itself."""
BATCH = 50_000
"""Distinct texts that are resolved at a time: bounds what Python holds."""
KEPT_TOGETHER = 250_000
"""Answers that are written to the store at a time."""
FEW = 20_000
"""Up to so many texts only the properties that they ask for are read. No more than BATCH."""


def run(con: duckdb.DuckDBPyConnection, processes: int = 1, index: Index | None = None) -> int:
    """`address_match`: one row an address of `address` with the property that it means, on so many cores. Returns the rows.

    index: of tonight's `property`, where one was begun (`read_names`); what is looked up is put into it.
    """
    _resolve_new(con, processes, index or read_names(con))
    con.execute(
        "CREATE OR REPLACE TABLE address_match AS WITH several AS (SELECT uprn FROM store.resolved_address "
        "WHERE how = 'unlisted_flat' GROUP BY uprn HAVING count(DISTINCT flat_named) > 1), "
        "meant AS (SELECT a.mention_id, a.address_role, r.uprn, r.match_level, r.how, r.match_probability "
        f"FROM address AS a INNER JOIN store.resolved_address AS r ON {ALIKE}), "
        "crowded AS (SELECT uprn FROM meant GROUP BY uprn HAVING count(*) > $most) "
        "SELECT mention_id, address_role, uprn, "
        "CASE WHEN how = 'unlisted_flat' AND uprn IN (SELECT s.uprn FROM several AS s) THEN 'building' "
        "WHEN match_level = 'property' AND uprn IN (SELECT c.uprn FROM crowded AS c) THEN 'building' "
        "ELSE match_level END AS match_level, how, match_probability FROM meant ORDER BY mention_id, address_role",
        {"most": CROWD},
    )
    row = con.execute("SELECT count(*) FROM address_match").fetchone()
    return int(row[0]) if row else 0


def run_loose(
    con: duckdb.DuckDBPyConnection, source: str, target: str, processes: int = 1, index: Index | None = None
) -> None:
    """`target`: one row an address of `source` and property that it may mean. index: as `run` has it.

    For protection, where a place missed is worse than a place too many: no other text's reading has a part in it.
    """
    con.execute(
        f"CREATE OR REPLACE TABLE {target} (mention_id VARCHAR, address_role VARCHAR, uprn VARCHAR, match_level VARCHAR, "
        "how VARCHAR, match_probability DOUBLE)"
    )
    for found in _answers_of(con, source, processes, index or read_names(con), loose=True):
        con.register("found", found)
        con.execute(
            f"INSERT INTO {target} SELECT a.mention_id, a.address_role, r.uprn, r.match_level, r.how, r.match_probability "
            f"FROM {source} AS a INNER JOIN found AS r ON {ALIKE} ORDER BY ALL"
        )
        con.unregister("found")


def _answers_of(
    con: duckdb.DuckDBPyConnection, source: str, processes: int, index: Index, *, loose: bool
) -> Iterator[pa.Table]:
    """Every distinct text of a table with what it means (_FOUND), so many at a time."""
    con.execute(
        f"CREATE OR REPLACE TABLE address_text AS SELECT *, row_number() OVER () // {BATCH} AS batch "
        f"FROM (SELECT DISTINCT {', '.join(TEXT)} FROM {source})"
    )
    batches, texts = con.execute("SELECT count(DISTINCT batch), count(*) FROM address_text").fetchone() or (0, 0)
    if texts > FEW:
        read_properties(con, index)
    for batch in range(batches):
        told = con.execute(
            f"SELECT {', '.join(TEXT)} FROM address_text WHERE batch = $batch", {"batch": batch}
        ).fetchall()
        if texts > FEW:
            shares = spread(partial(_read_and_look, index, loose), cut(told, processes))
            waiting = [one for _, waits in shares for one in waits]
            _learn_names(con, index, waiting)
        else:
            shares, waiting = [], [(parse(text[:5], text[5]), text) for text in told]
            _learn_names(con, index, waiting)
            read_properties(con, index, _wanted(index, waiting))
        yield pa.concat_tables(
            [*(found for found, _ in shares), *spread(partial(_look_for, index, loose), cut(waiting, processes))]
        )
    con.execute("DROP TABLE address_text")


Read = tuple[Parsed, Text]
"""A text and what is read in it."""


def _wanted(index: Index, read: Sequence[Read]) -> Wanted:
    """What texts ask of the gazetteer: of a usual night's few, hardly any of its properties."""
    readings = {reading for parsed, _ in read for reading in parsed.readings}
    known = Vocabulary(index)
    return Wanted(
        set[str]().union(*(known.of(reading).rests_on for reading in readings)),
        {reading.postcode for reading in readings if reading.postcode},
        {uprn for _, text in read if (uprn := uprn_of(text[6]))},
    )


def _learn_names(con: duckdb.DuckDBPyConnection, index: Index, read: Sequence[Read]) -> None:
    """Find what names may be, and what the parts of rows of names may be: an answer rests on its own text alone."""
    unknown = more = {name for parsed, _ in read for name in parsed.written}.difference(index.near)
    while more:
        more = set[str]().union(*(row_of_names(index, name) for name in more)).difference(index.near, unknown)
        unknown = unknown | more
    resolve_names(con, index, unknown)


def _read_and_look(index: Index, loose: bool, texts: Sequence[Text]) -> tuple[pa.Table, list[Read]]:
    """What texts mean; and those that must wait, since they write a name of which is not yet known what it may be."""
    ready: list[Read] = []
    waiting: list[Read] = []
    for text in texts:
        parsed = parse(text[:5], text[5])
        known = all(name in index.near for name in parsed.written)
        (ready if known else waiting).append((parsed, text))
    return _look_for(index, loose, ready), waiting


def _look_for(index: Index, loose: bool, read: Sequence[Read]) -> pa.Table:
    # Many texts are one once read, a word in capitals or a comma apart: each reading is looked for once.
    meanings: dict[Parsed, _Meaning] = {}
    known = Vocabulary(index)
    rows = []
    for parsed, text in read:
        told = index.by_uprn.get(uprn_of(text[6]) or "") if text[6] else None
        meaning = meanings.get(parsed)
        if meaning is None or not meaning.speaks_of(told):
            meaning = meanings[parsed] = _meaning(known, parsed, told, loose=loose)
        for answer in _answers(meaning, told, loose=loose):
            rows.append((*text, *answer, parsed.postcode, meaning.names, parsed.flat or parsed.floor))
    return arrow(rows, _FOUND)


def _resolve_new(con: duckdb.DuckDBPyConnection, processes: int, index: Index) -> None:
    """`store.resolved_address`: one row a distinct text of tonight. Only texts without an answer that stands are resolved."""
    kept.prepare(con)
    con.execute(
        "CREATE OR REPLACE TABLE unresolved AS SELECT a.* FROM address AS a "
        f"WHERE NOT EXISTS (SELECT 1 FROM store.resolved_address AS r WHERE {ALIKE})"
    )
    waiting: list[pa.Table] = []
    for found in _answers_of(con, "unresolved", processes, index, loose=False):
        waiting.append(found)
        # Of fewer rows the database makes one core's work, while the other stands idle.
        if sum(table.num_rows for table in waiting) >= KEPT_TOGETHER:
            _keep(con, waiting)
    _keep(con, waiting)
    con.execute("DROP TABLE unresolved")


def _keep(con: duckdb.DuckDBPyConnection, answers: list[pa.Table]) -> None:
    """Write answers to the store, and forget the tables they came in."""
    if not answers:
        return
    con.register("found", pa.concat_tables(answers))
    # Lists are made by the database, which takes a tenth of the time.
    con.execute(
        f"INSERT INTO store.resolved_address ({', '.join(_FOUND.names)}) SELECT * REPLACE "
        "(CASE WHEN names = '' THEN [] ELSE string_split(names, '|') END AS names) FROM found"
    )
    con.unregister("found")
    answers.clear()


def _method(candidate: Candidate, *, alone: bool) -> str | None:
    """How the candidate is held to be meant, or None."""
    how = _as_named(candidate, alone=alone)
    if candidate.unlisted and how:
        return "unlisted_flat" if how not in ("other_street", "wrong_postcode") else None
    return how


def _as_named(candidate: Candidate, *, alone: bool) -> str | None:
    """How its name, street, postcode and place bear it out, or None."""
    exact = candidate.name == 1.0
    if candidate.postcode == 4:
        if candidate.street < 0 or candidate.name < NEAR_NAME:
            return "other_street"
        return "exact" if exact else "near_name"
    if candidate.street < 0 and _by_building(candidate):
        return "other_street"
    if candidate.street < 0 or candidate.name < NEAR_NAME:
        return None
    if candidate.postcode == 3 and candidate.place >= 0:
        return "near_postcode"
    numbered = candidate.number == 1 and any(n == candidate.property.number for n, _ in candidate.reading.numbered)
    if candidate.street == 0 and ((not candidate.alone and not numbered) or candidate.postcode < 0):
        return None  # A building's name alone, which others of the town bear, or under the postcode of another place.
    if candidate.postcode in (1, 2) and (candidate.place == 1 or (candidate.place == 0 and exact and alone)):
        return "near_postcode"
    if candidate.postcode == 3:
        return "near_postcode" if exact else None
    if candidate.postcode == 0 and (candidate.place == 1 or (candidate.place == 0 and exact and alone)):
        return "no_postcode"
    if candidate.postcode == -1 and candidate.place == 1 and exact and candidate.whole and candidate.alone:
        return "wrong_postcode"
    return None


def _by_building(candidate: Candidate) -> bool:
    """Whether flat, number and name of a building that its town has once outweigh a street that is not the property's."""
    one, numbers = candidate.property, {number for number, _ in candidate.reading.numbered}
    as_written = bool(one.flat and one.building) and candidate.name == 1.0 and one.number in numbers
    return as_written and candidate.alone and candidate.whole and candidate.place == 1 and candidate.postcode >= 0


def _rank(candidate: Candidate) -> tuple[float, int, int, int, float]:
    alike = max(candidate.postcode, 0) + 1.5 * candidate.place
    return (alike, candidate.postcode, candidate.street, candidate.number, candidate.name)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a text may mean, whatever UPRN it came with: candidates, best first, and the answer.

    names: those that the answer rests on, in one row with `|` between. whole: whether every candidate was looked for, and
    not the best alone.
    """

    parsed: Parsed
    found: list[Candidate]
    names: str
    answer: Answer
    whole: bool

    def speaks_of(self, told: Property | None) -> bool:
        """Whether it says of a property that came with the text if the text may mean it."""
        return self.whole or told is None or told.uprn == self.answer[0]


def _meaning(known: Vocabulary, parsed: Parsed, told: Property | None, *, loose: bool) -> _Meaning:
    index = known.index
    words = [known.of(reading) for reading in parsed.readings]
    names = rest_on(words)
    if not loose and (listed := as_listed(index, parsed, words[0])) and told in (None, listed.property):
        return _Meaning(parsed, [listed], names, _best([listed], parsed), whole=False)
    found = candidates(index, parsed, words, loose=loose)
    found.sort(key=lambda c: (*(-x for x in _rank(c)), c.property.uprn))
    return _Meaning(parsed, found, names, _best(found, parsed), whole=True)


def _answers(meaning: _Meaning, told: Property | None, *, loose: bool) -> list[Answer]:
    if loose:
        uprns = {c.property.uprn for c in meaning.found} | ({told.uprn} if told else set())
        return [(u, "property", "loose", 0.5) for u in sorted(uprns)]
    if told and _given_stands(told, meaning.found, meaning.parsed):
        return [_answer(told, "given", meaning.parsed)]
    return [meaning.answer]


def _best(found: list[Candidate], parsed: Parsed) -> Answer:
    """The one property that the best candidates leave, or none."""
    alone = len(found) == 1
    best = [(m, c) for c in found if (m := _method(c, alone=alone))]
    if not best:
        return (None, "none", "none", 0.0)
    level = [(m, c) for m, c in best if _rank(c) == _rank(best[0][1])]
    # `3, Tinmans Mansions, 10 Tame Street` names a flat and, by its number, the building that it is in: the flat is meant.
    parents = {c.property.parent for _, c in level}
    meant = [(m, c) for m, c in level if c.property.uprn not in parents]
    if len(meant) > 1:
        # `Lodge Heights, 1, Fern Street` is flat 1 of the building, not the house of that number.
        meant = [(m, c) for m, c in meant if c.property.flat and c.property.building in parsed.names] or meant
    # `F18, Lodge Heights`: where the flat is listed, the building without it is not what is meant.
    meant = [(m, c) for m, c in meant if c.reading.listed] or meant
    if len(meant) != 1:
        return (None, "none", "ambiguous", 0.0)
    return _answer(meant[0][1].property, meant[0][0], meant[0][1].reading)


def _given_stands(one: Property, found: list[Candidate], parsed: Parsed) -> bool:
    """Whether a given UPRN is borne out: the text may mean it, or says nothing against it and nothing better."""
    if any(c.property.uprn == one.uprn for c in found):
        return True
    if not parsed.flat and any(c.property.uprn == one.parent for c in found):
        return True  # The text left the flat out; the building is the flat's.
    if any(c.postcode >= 3 for c in found):
        return False
    numbers = {n for n, _ in parsed.numbered} | ({parsed.flat} if parsed.flat else set())
    named = {n for n in (one.number, one.flat) if n}
    near = postcodes_alike(parsed.postcode, one.postcode) >= 2
    return (near and bool(numbers & named or not numbers)) or (not parsed.numbered and not parsed.names)


def _answer(one: Property, method: str, parsed: Parsed) -> Answer:
    level = "building" if one.kind == "building" and not (parsed.flat and one.flat) else "property"
    return (one.uprn, level, method, PROBABILITY[method])
