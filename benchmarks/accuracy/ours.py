"""The people model on a public set: its comparisons, training without labels and resolution, with an adapter for the columns.

The adapter says which of the set's columns stand for which of ours. What the sets have and our agencies have not (an
American social security number, a middle initial in a column of its own) is compared by a comparison of its own, made of
the same parts. No parameter is fitted to the set's truth; how its columns are laid in was chosen while looking at scores.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from benchmarks.accuracy.records import Counted, PublicSet, best_threshold, count
from linkage import settings
from linkage.night import Night
from linkage.people import components, model, score, train
from linkage.people.cluster import Facts
from linkage.people.model import Comparison, Design, Level
from linkage.people.resolve import Edge, Resolution
from linkage.standardise import mention

AT = 0.95
NOWHERE = "00000"
"""The one postcode of pseudopeople's sample: it says nothing."""
ID_NUMBER = Comparison(
    "id_number",
    "A number of the person's own, in which digits may be mistyped.",
    "id_number_l IS NULL OR id_number_r IS NULL",
    (
        Level("same", "id_number_l = id_number_r", "the same number"),
        Level("near", "damerau_levenshtein(id_number_l, id_number_r) <= 2", "numbers that differ by a digit or two"),
    ),
)
MIDDLE = Comparison(
    "middle",
    "The initial of a second given name.",
    "middle_l IS NULL OR middle_r IS NULL",
    (Level("same", "middle_l = middle_r", "the same initial"),),
)
TOWN = Comparison(
    "town",
    "The town, where neither the home nor the postcode is the same: those say the town already.",
    "town_l IS NULL OR town_r IS NULL OR list_has_any(home_keys_l, home_keys_r) OR coalesce(postcode_l = postcode_r, false)",
    (
        Level("same", "town_l = town_r", "the same town"),
        Level("near", "jaro_winkler_similarity(town_l, town_r) >= 0.9", "towns that differ by a letter or two"),
    ),
)
_ONCE = (model.GIVEN_NAME, model.FAMILY_AND_HOME, model.BIRTH_DATE, model.SEX, ID_NUMBER, MIDDLE, TOWN)
BLOCKING = (
    (("born",), ()),
    (("id_number",), ()),
    (("place_key", "any_initial"), ("place_key", "any_initial")),
    (("given_called", "family_last"), ()),
    (("name_letters",), ()),
    (("given_called", "postcode"), ()),
    (("family_last", "postcode"), ()),
)
DESIGN = Design(_ONCE, BLOCKING)
START: dict[str, dict[str, dict[str, float]]] = {
    "id_number": {"same": {"m": 0.9, "u": 1e-6}, "near": {"m": 0.08, "u": 1e-4}, "else": {"m": 0.02, "u": 0.9999}},
    "town": {"same": {"m": 0.6, "u": 0.002}, "near": {"m": 0.3, "u": 0.005}, "else": {"m": 0.1, "u": 0.993}},
    "middle": {"same": {"m": 0.95, "u": 0.06}, "else": {"m": 0.05, "u": 0.94}},
}
"""Where training begins, for what the shipped parameters do not hold."""


def run(con: duckdb.DuckDBPyConnection, public: PublicSet, seed: int) -> tuple[Counted, Counted]:
    """Figures at a link probability of .95, and at the best threshold."""
    lay_out(con)
    con.execute("DROP TABLE IF EXISTS store.region")
    con.execute("DROP TABLE IF EXISTS store.term_frequency")
    score.register_region(con, Night(date(2026, 1, 5), Path(), Path(), settings.load()), DESIGN)
    start = model.load_parameters()
    start = start | {"comparisons": {c.name: (start["comparisons"] | START)[c.name] for c in DESIGN.comparisons}}
    con.execute("DROP TABLE IF EXISTS pair_known")
    train.candidates(con, start, DESIGN)
    trained = train.estimate(con, start, seed, public.name, DESIGN).parameters
    train.candidates(con, trained, DESIGN)
    scored = "SELECT mention_id_l AS l, mention_id_r AS r, round(match_weight, 2) AS weight FROM candidate"
    best = best_threshold(con, scored, linked=public.linked)[0]
    return count(con, _links(con, public), linked=public.linked), best


def lay_out(con: duckdb.DuckDBPyConnection) -> None:
    """`person_input`: one row a record, as the people model compares it."""
    rows = con.execute(
        "SELECT record_id, given, middle, family, born, sex, number, unit, street, postcode, id_number, town FROM record"
    ).fetchall()
    told = [_row(*row) for row in rows]
    con.register("told", pl.DataFrame(told, schema=_SCHEMA))
    con.execute("CREATE OR REPLACE TABLE person_input AS SELECT * FROM told ORDER BY mention_id")
    con.unregister("told")


_TEXT: Any = pl.String
_LIST: Any = pl.List(pl.String)
_SCHEMA = {
    "mention_id": _TEXT, "contract": _TEXT, "mention": _TEXT,
    **dict.fromkeys(("given", "given_keys", "initials", "two_initials", "lead_initials", "later", "later_initials", "name_initials",
                     "behind_initials", "given_parts", "family_called", "given_readings", "family_readings",
                     "family", "family_keys", "family_initials", "leading_initials"), _LIST),
    **dict.fromkeys(("given_called", "given_joined", "name_letters", "family_last", "given_written", "family_written"), _TEXT),
    **dict.fromkeys(("full_name", "second_name", "given_pair", "family_sound"), _TEXT),
    "born": _TEXT, "sex": _TEXT, "nhs_number": _TEXT, "phone": _TEXT, "email": _TEXT, "force_key": _TEXT,
    "given_initial": _TEXT, **dict.fromkeys(("any_initial", "home_keys", "context_keys", "place_key", "together_keys", "forward_keys"), _LIST),
    "home_since": _TEXT, "home_until": _TEXT,
    "postcode": _TEXT, "id_number": _TEXT, "middle": _TEXT, "town": _TEXT,
}  # fmt: skip


def _row(
    record_id: str, given: str | None, middle: str | None, family: str | None, *rest: str | None
) -> dict[str, Any]:
    born, sex, number, unit, street, postcode, id_number, town = rest
    name = mention._parts(given, family, None, None, None)
    called: str | None = name["given_called"]  # type: ignore[assignment]
    initials: list[str] = name["initials"]  # type: ignore[assignment]
    letters: list[str] = name["family_initials"]  # type: ignore[assignment]
    titles: list[str] = name["title_initials"]  # type: ignore[assignment]
    given_keys: list[str] = name["given_keys"]  # type: ignore[assignment]
    any_initial = sorted({*initials, *letters, *titles, *(k[0] for k in given_keys)})
    homes = homes_of(number, unit, street)
    digits = re.sub(r"\D", "", id_number or "")
    second = " ".join(t for t in name["later"] if t != called)  # type: ignore[attr-defined]
    return {
        "mention_id": record_id, "contract": "set", "mention": "person",
        **{k: v for k, v in name.items() if k in _SCHEMA}, "leading_initials": sorted({*letters, *_behind(name)}),
        "name_initials": sorted({called[0] + letter for letter in letters}) if called else [],
        "full_name": f"{called} {name['family_last']}" if called and name["family_last"] else None,
        "second_name": second or None, "given_pair": f"{called}/{second}" if second else None,
        "born": born, "sex": (sex or "")[:1].upper() or None, "nhs_number": None, "phone": None, "email": None, "force_key": None,
        "given_initial": called[0] if called else next(iter(initials), None), "any_initial": any_initial,
        "home_keys": homes, "context_keys": [], "place_key": homes, "together_keys": [],
        "forward_keys": [], "home_since": None, "home_until": None,
        "postcode": postcode if postcode != NOWHERE else None, "id_number": digits or None, "middle": (middle or "")[:1].upper() or None,
        "town": re.sub(r"[^a-z]", "", (town or "").lower()) or None,
    }  # fmt: skip


def _behind(name: dict[str, object]) -> list[str]:
    """First letters of titles and, where given names are written out, of all after the one that is used: as in person_input.sql."""
    titles, later, given = (name[part] for part in ("title_initials", "later_initials", "given"))
    return [*titles, *(later if given else [])]  # type: ignore[misc]


def homes_of(number: str | None, unit: str | None, street: str | None) -> list[str]:
    """The name of a home, in small letters without a space; none without a street and a number."""
    line, *door = (re.sub(r"[^a-z0-9]", "", (part or "").lower()) for part in (street, unit, number))
    return [f"{line}|{'/'.join(door)}"] if line and any(door) else []


def _links(con: duckdb.DuckDBPyConnection, public: PublicSet) -> str:
    """The pairs that are linked, as a query.

    Where a person may stand in one file any number of times, clusters are people and all pairs of one count; where each
    file holds a person once, resolution keeps two records of one file apart. Two files that repeat people in other ways
    are joined pair by pair, since only pairs across them count.
    """
    if public.linked and not public.once:
        return (
            f"SELECT mention_id_l AS l, mention_id_r AS r FROM candidate WHERE match_weight >= log2({AT} / (1 - {AT}))"
        )
    rows = con.execute("SELECT record_id, source FROM record ORDER BY record_id").fetchall()
    # Vetoes on names and dates part the people of our agencies' homes, as those agencies write them: not these sets.
    nobody: frozenset[str] = frozenset()
    facts = [
        Facts(
            r,
            r,
            False,
            nobody,
            nobody,
            nobody,
            None,
            None,
            None,
            None,
            None,
            source if public.once else None,
            None,
            None,
            None,
            True,
        )
        for r, source in rows
    ]
    found = con.execute("SELECT match_weight, mention_id_l, mention_id_r FROM candidate ORDER BY ALL").fetchall()
    edges = [Edge(*row) for row in found]
    clusters = components.unique_clusters(Resolution(facts, edges, AT).run())
    linked = pl.DataFrame(
        [(m, c.members[0]) for c in clusters for m in c.members], schema={"m": pl.String, "c": pl.String}, orient="row"
    )
    con.register("clustered", linked)
    con.execute("CREATE OR REPLACE TABLE linked AS SELECT * FROM clustered")
    con.unregister("clustered")
    return "SELECT x.m AS l, y.m AS r FROM linked AS x INNER JOIN linked AS y ON x.c = y.c AND x.m < y.m"
