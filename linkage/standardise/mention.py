"""`mention`: one row a mention, every value in one shape, whatever contract it came from.

Work is done once for each distinct text (names, phones, e-mails, numbers, relationships), then joined. Names, which cost
most, are kept from night to night (`store.name_part`) for as long as a record bears them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb
import jellyfish
import polars as pl
import pyarrow as pa

from linkage import beside
from linkage.night import Night
from linkage.parallel import cut, spread
from linkage.standardise import contact, crowd, names
from linkage.store import added, holds, run_sql, run_view
from linkage.version import code_of

HERE = Path(__file__).parent
BATCH = 100_000
"""Distinct names that are shaped at a time: bounds what Python holds."""
SHAPES: dict[str, Callable[[str], str | None]] = {
    "phone": contact.phone, "email": contact.email, "nhs_number": contact.valid_nhs_number, "relationship": contact.relationship,
}  # fmt: skip
"""The columns of which each distinct text is shaped once, and how."""


def run(con: duckdb.DuckDBPyConnection, night: Night, meanwhile: beside.Work[int] = lambda _: 0) -> dict[str, int]:
    """Build `address`, `name_part` and `mention` from the standing rows, and do `meanwhile` something that needs none of them.

    Returns the row counts of `address` and `mention`.
    """
    run_view(con, HERE / "mention_source.sql")
    _name_parts(con, night.threads)
    side_by_side = beside.threads_for(con, night.threads)
    works: list[beside.Work[int]] = [
        lambda own: run_sql(own, HERE / "address.sql"),
        *(partial(_distinct, column=column) for column in SHAPES),
    ]
    addresses, *_ = beside.each(con, works, side_by_side)
    for column, shape in SHAPES.items():
        _shape_others(con, column, shape, night.threads)
    crowd.forget(con)
    works = [lambda own: run_sql(own, HERE / "mention.sql", {"night": night.date}), meanwhile]
    mentions, _ = beside.each(con, works, side_by_side)
    con.execute("DROP VIEW mention_source")
    for column in SHAPES:
        con.execute(f"DROP TABLE {column}_text")
    con.execute("DROP TABLE IF EXISTS source_without_crowds")
    return {"addresses": addresses, "mentions": mentions}


def _distinct(con: duckdb.DuckDBPyConnection, column: str) -> int:
    """`<column>_text`: one row a distinct text of a column, in how many mentions it stands, and its shape where SQL can tell it.

    Returns its number of rows.
    """
    plain = contact.PLAIN.get(column, contact.Plain("FALSE", "NULL::VARCHAR"))
    return added(
        con,
        f"CREATE OR REPLACE TABLE {column}_text AS SELECT *, CASE WHEN plain THEN {plain.shape} END AS shape FROM ("
        f"SELECT text, mentions, {plain.written} AS plain FROM (SELECT {column} AS text, count(*) AS mentions "
        f"FROM mention_source WHERE {column} IS NOT NULL GROUP BY {column}))",
    )


def _shape_others(
    con: duckdb.DuckDBPyConnection, column: str, shape: Callable[[str], str | None], processes: int
) -> None:
    """Put the shapes of texts that are not plain into `<column>_text`."""
    texts = [text for (text,) in con.execute(f"SELECT text FROM {column}_text WHERE NOT plain").fetchall()]
    if not texts:
        return
    shapes = spread(lambda share: [shape(text) for text in share], cut(texts, processes))
    rows = pl.DataFrame(
        {"text": texts, "shape": [one for share in shapes for one in share]},
        schema={"text": pl.String, "shape": pl.String},
    )
    con.register("shaped", rows)
    con.execute(f"UPDATE {column}_text AS t SET shape = s.shape FROM shaped AS s WHERE t.text = s.text")
    con.unregister("shaped")


_WORDS = pa.list_(pa.string())
_PARTS = {
    "given": _WORDS, "given_keys": _WORDS, "initials": _WORDS, "two_initials": _WORDS, "family": _WORDS, "family_keys": _WORDS,
    "lead_initials": _WORDS, "later": _WORDS, "later_initials": _WORDS, "behind_initials": _WORDS, "given_parts": _WORDS,
    "family_called": _WORDS, "family_initials": _WORDS, "title_initials": _WORDS,
    "given_readings": _WORDS, "family_readings": _WORDS,
    **dict.fromkeys(("given_called", "given_joined", "name_letters", "family_last", "given_written", "family_written",
                     "family_sound", "name_display"), pa.string()),
}  # fmt: skip


_WRITTEN = ("given_text", "family_text", "other_text", "known_as_text", "full_text")
_Words = tuple[str, ...]
_Half = tuple[_Words, ...]
_TYPES = {**dict.fromkeys(_WRITTEN, pa.string()), **_PARTS}
COMPARED = tuple(part for part in _PARTS if part != "name_display")
"""The parts that name_hash is of: where none of them is another, no pair of that name is compared anew."""


def _name_parts(con: duckdb.DuckDBPyConnection, processes: int) -> None:
    """`name_part`: one row a distinct written name, with its tokens as classes of spellings. Only new names are shaped.

    name_id: what `mention` calls it by, so that what only comparing reads of a name is laid out once for all who bear it.
    name_hash: the same for all names that compare alike.
    """
    columns = ", ".join(f"{name} VARCHAR{'[]' * (type == _WORDS)}" for name, type in _TYPES.items())
    rules = code_of("standardise")
    kept = "SELECT 1 FROM store.name_part WHERE rules = $rules LIMIT 1"
    if holds(con, "name_part") and not con.execute(kept, {"rules": rules}).fetchone():
        # Other rules may know other parts of a name: its columns may be others.
        con.execute("DROP TABLE store.name_part")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS store.name_part (rules VARCHAR, name_id BIGINT, name_hash UBIGINT, {columns})"
    )
    alike = " AND ".join(f"w.{name} IS NOT DISTINCT FROM n.{name}" for name in _WRITTEN)
    con.execute(f"CREATE OR REPLACE TABLE written_name AS SELECT DISTINCT {', '.join(_WRITTEN)} FROM mention_source")
    con.execute(f"DELETE FROM store.name_part AS n WHERE NOT EXISTS (SELECT 1 FROM written_name AS w WHERE {alike})")
    # In order, so that most names with a half in common are shaped in one batch, by one process.
    con.execute(
        "CREATE OR REPLACE TABLE written_name AS SELECT *, "
        f"row_number() OVER (ORDER BY given_text, full_text) // {BATCH} AS batch FROM written_name AS w "
        f"WHERE NOT EXISTS (SELECT 1 FROM store.name_part AS n WHERE {alike})"
    )
    batches = con.execute("SELECT DISTINCT batch FROM written_name ORDER BY batch").fetchall()
    for (batch,) in batches:
        _shape_names(con, batch, processes)
    con.execute("DROP TABLE written_name")
    con.execute("CREATE OR REPLACE VIEW name_part AS SELECT * EXCLUDE (rules) FROM store.name_part")


def _shape_names(con: duckdb.DuckDBPyConnection, batch: int, processes: int) -> None:
    found = con.execute(
        f"SELECT {', '.join(_WRITTEN)} FROM written_name WHERE batch = $batch ORDER BY given_text, full_text",
        {"batch": batch},
    )
    tables = spread(_parts_of_all, cut(found.fetchall(), processes))
    con.register("parts", pa.concat_tables(tables))
    con.execute(
        "INSERT INTO store.name_part SELECT $rules, row_number() OVER () + (SELECT coalesce(max(name_id), 0) FROM store.name_part), "
        f"hash({', '.join(COMPARED)}), * FROM parts",
        {"rules": code_of("standardise")},
    )
    con.unregister("parts")


def _parts_of_all(rows: Sequence[tuple[str | None, ...]]) -> pa.Table:
    """The parts of written names, a row each.

    What a name says is mostly said by one half of it, and a few thousand halves make up a region's names: each is shaped and
    laid out once, and the names take theirs from there.
    """
    parsed = [_parsed(*row) for row in rows]
    written = zip(_WRITTEN, zip(*rows, strict=True), strict=True) if rows else ()
    columns = {name: pa.array(texts, type=_TYPES[name]) for name, texts in written}
    columns |= _taken([half for half, _, _ in parsed], _given_parts)
    columns |= _taken([half for _, half, _ in parsed], _family_parts)
    for name in ("name_letters", "name_display"):
        columns[name] = pa.array([whole[name] for _, _, whole in parsed], type=_TYPES[name])
    return pa.table({name: columns[name] for name in _TYPES})


def _taken(halves: Sequence[_Half], shape: Callable[..., dict[str, object]]) -> dict[str, pa.Array]:
    """The parts of each half, by name of the part."""
    places: dict[_Half, int] = {}
    wanted = pa.array([places.setdefault(half, len(places)) for half in halves], type=pa.int32())
    shaped = [shape(*half) for half in places]
    # Arrow and not Polars, which takes several times as long to lay out lists of words.
    return {n: pa.array([parts[n] for parts in shaped], type=_TYPES[n]).take(wanted) for n in (shaped or [{}])[0]}


def _parts(
    given: str | None, family: str | None, other: str | None, known_as: str | None, full: str | None
) -> dict[str, object]:
    first, last, whole = _parsed(given, family, other, known_as, full)
    return {**_given_parts(*first), **_family_parts(*last), **whole}


def _parsed(
    given: str | None, family: str | None, other: str | None, known_as: str | None, full: str | None
) -> tuple[_Half, _Half, dict[str, str | None]]:
    """A written name as what its given half is shaped from, its family half, and the parts that are of the whole."""
    name = names.parse_full(full) if full is not None else names.parse(given, family, other, known_as)
    # Parveen Amina may be Amina Parveen, whom others give her husband's name.
    turned = name.family if name.given and all(names.is_title_token(t) for t in name.given) else ()
    titles = () if name.family else tuple(t for t in name.titles if t not in name.given)
    whole = {
        # The same letters, in whatever order and however divided, are the same full name: Lau Chi Wai and Chiwai Lau.
        "name_letters": "".join(sorted("".join((*name.given, *name.family)))) if name.given and name.family else None,
        "name_display": _display(given, family, full),
    }
    return (
        (name.given, name.initials, name.in_order, tuple(names.fold(known_as)), turned),
        (name.family, name.also, name.titles, titles[:1]),
        whole,
    )


def _given_parts(
    given: _Words, initials: _Words, in_order: _Words, known_as: _Words, turned: _Words
) -> dict[str, object]:
    """turned: family names that may be the given ones."""
    classes = [names.spelling_class(t) for t in given]
    known = [names.spelling_class(t) for t in known_as]
    # As written too: a slip in SALEEM is told by its letters, not by those of SALIM that stands for its spellings.
    keys = {k for t in (*given, *known_as) for k in (t, *names.nicknames(t))}
    if len(given) > 1:
        # One given name that some write as two: Siu Ming and Siuming.
        keys.add("".join(given))
    keys.update(names.spelling_class(t) for t in turned)
    written = _called(given, classes)
    # An honorific that is left out or put in says nothing of the names beside it.
    later = {c for t, c in zip(given, classes, strict=True) if t != written and c not in names.HONORIFIC_GIVEN}
    # A father's name is whatever follows the first, whichever of them the model takes for the name that is used.
    behind = {c for c in classes[1:] if c not in names.HONORIFIC_GIVEN}
    leading = sorted(_lead_initials(given, in_order, written, known))
    return {
        "given": sorted(set(classes)),
        "given_keys": sorted(keys),
        "initials": sorted({*initials, *(f for t in (*given, *known) for f in names.first_letters(t))}),
        "two_initials": sorted(_two_initials(in_order)),
        "lead_initials": leading,
        "later": sorted(later | behind),
        "later_initials": sorted({*initials[not given :], *(f for t in later for f in names.first_letters(t))}),
        # Behind an M that may stand for Mohammed, which others leave out.
        "behind_initials": [names.HONORIFIC_INITIAL + t for t in leading],
        "given_parts": sorted(_parts_of(written)) if written else [],
        # Huang of Wong, whichever of the two names it stands as: Huang Kaming is Ka-Ming Wong.
        "given_readings": sorted({reading for t in given for reading in names.readings(t)}),
        "given_called": names.spelling_class(written) if written else None,
        "given_joined": "".join(given) or None,
        "given_written": written,
    }


def _family_parts(family: _Words, also: _Words, titles: _Words, in_its_place: _Words) -> dict[str, object]:
    """in_its_place: a title where there is no family name is a name in common all the same: two Kaurs, two Begums."""
    surnames = [names.spelling_class(t) for t in family]
    others = [names.spelling_class(t) for t in also]
    family_keys = _family_keys(family, also, surnames, others)
    lasts = surnames or [names.spelling_class(t) for t in in_its_place]
    return {
        "family": sorted(set(surnames)),
        "family_keys": sorted(family_keys),
        # A title in the family name's place is all there is to call by: Mrs Parveen is Maryam Parveen.
        "family_called": sorted({k for t in (*lasts, *others) for k in (t, *names.nicknames(t))}),
        # In each of its spellings: Z and C of Zhou, which others write Chow.
        "family_initials": sorted({t[0] for t in family_keys} | _letters(*family, *also)),
        "family_readings": sorted({reading for t in family for reading in names.readings(t)}),
        # K of Kaur, which some put in the family name's place: K Surinder is Surinder Kaur Gill.
        "title_initials": sorted(_letters(*titles)),
        "family_last": lasts[-1] if lasts else None,
        "family_written": family[-1] if family else None,
        "family_sound": jellyfish.soundex(surnames[-1]) if surnames else None,
    }


def _letters(*tokens: str) -> set[str]:
    return {letter for t in tokens for letter in names.first_letters(t)}


def _family_keys(family: _Words, also: _Words, surnames: list[str], others: list[str]) -> set[str]:
    """Family names of which one in common will do: without its article, in another romanisation, written as one."""
    keys = {*surnames, *others, *(names.bare(t) for t in surnames)}
    keys |= {reading for t in (*family, *also) for reading in names.readings(t)}
    return keys | ({"".join(family)} if len(family) > 1 else set())


def _two_initials(in_order: _Words) -> set[str]:
    """The first letters of the first two given names in the order written, of each of their spellings; none where there is one.

    Abdul is no name by itself: A K are the initials of Abdul-Rahman Karim, and A R as well.
    """
    first, *behind = in_order or ("",)
    second = behind[: 2 if names.spelling_class(first) == "ABDUL" else 1]
    return {one + other for t in second for one in names.first_letters(first) for other in names.first_letters(t)}


def _lead_initials(given: _Words, in_order: _Words, called: str | None, known: list[str]) -> set[str]:
    """First letters of the name somebody goes by: the first of the given names or initials, or the one that is called."""
    first = in_order[:1] or given[:1]
    return {
        letter
        for written in (*first, *([called] if called else []))
        for letter in (*names.first_letters(written), *(t[0] for t in names.nicknames(written)))
    } | {t[0] for t in known}


def _parts_of(called: str) -> set[str]:
    """What may be left of a name that is cut short at either end: Olu, Seun or Oluwa of Oluwaseun."""
    starts = {called[:length] for length in range(3, len(called) - 1)}
    return starts | {called[-length:] for length in range(4, len(called) - 1)}


def _called(given: tuple[str, ...], classes: list[str]) -> str | None:
    """The given name a person is likely called by: the first that is not an honorific, else the first."""
    for token, name_class in zip(given, classes, strict=True):
        if name_class not in names.HONORIFIC_GIVEN:
            return token
    return given[0] if given else None


def _display(given: str | None, family: str | None, full: str | None) -> str | None:
    """The name as reports print it: as written, in title case where it came in capitals or small letters."""
    text = names.shown(full or f"{given or ''} {family or ''}")
    return (text.title() if text == text.upper() or text == text.lower() else text) or None
