"""Figures of linkage by group of people: naming tradition, sex, age band and borough, each with a 95% interval.

A group is one of true people. Pairs of one person stand or fall together (one misspelt registration misses them all), so
intervals come from a bootstrap over true people: intervals over pairs, as Wilson's, would be several times too narrow.
Where every person of a group has the same share a bootstrap sees no chance at all: there it is Wilson's over people.
The largest of many gaps is never nothing: beside it stands what it would be by chance, were groups of the same sizes drawn from
all people alike. Replicates are drawn with one fixed seed, as counts of people with equal figures, so a county costs what a village costs.
Sex, age and borough stand in no truth folder: most of a person's records say the first two, and the gazetteer of the
night's extracts says whose property the true home is. None of them, nor ethnicity, is an input of linkage here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from linkage import settings as settings_of
from linkage.evaluate.people import wilson
from linkage.evaluate.truth import table
from linkage.night import Night
from linkage.settings import Settings
from linkage.sources import read

Figures = dict[str, Any]
REPLICATES = 1000
SEED = 20260105
LEAST_PEOPLE = 30
"""Groups of fewer people are shown, and left out of the largest gap: chance alone would make it."""
NOT_KNOWN = "not known"
MEASURES = {
    "recall": ("pairs_found", "pairs_true"),
    "precision": ("pairs_found", "pairs_output"),
    "unlinkable": ("left_alone", "could_link"),
    "review": ("in_review", "mentions"),
}
"""Each share as (part, whole), summed over people. unlinkable: mentions that stand alone though their person has others."""

_SAID = """
SELECT 'gp' AS contract, supplier, record_id, 'patient' AS mention, sex, date_of_birth AS born FROM landed_gp
UNION ALL SELECT 'maternity_booking', supplier, record_id, 'mother', '2', date_of_birth FROM landed_maternity_booking
UNION ALL SELECT 'maternity_birth', supplier, record_id, 'baby', sex, date_of_birth FROM landed_maternity_birth
UNION ALL SELECT 'council_tax', supplier, record_id, 'liable', NULL, date_of_birth FROM landed_council_tax
UNION ALL SELECT 'police', supplier, record_id, 'person', sex, date_of_birth FROM landed_police
"""


def describe(
    con: duckdb.DuckDBPyConnection, night: Path, truth: Path, landing: Path | None, settings: Settings | None
) -> None:
    """`described`: one row a true person with the group it is in by each dimension; null where nothing says.

    Reads `held` and, where there is one, the folder of the night's extracts.
    """
    con.execute(
        "CREATE OR REPLACE TABLE described AS SELECT true_person, mode(name_tradition) AS name_tradition, "
        "NULL::VARCHAR AS sex, NULL::VARCHAR AS age, NULL::VARCHAR AS borough FROM held GROUP BY true_person"
    )
    if landing is None or not (landing / night.name).is_dir():
        return
    settings = settings or settings_of.load()
    day = date.fromisoformat(night.name)
    read.land(con, Night(day, landing, night, settings))
    hubs = settings.table("hubs").values()
    con.execute("CREATE OR REPLACE TABLE council (custodian_code VARCHAR, name VARCHAR)")
    con.executemany("INSERT INTO council VALUES (?, ?)", [(h["custodian_code"], h["name"]) for h in hubs])
    con.execute(
        f"CREATE OR REPLACE TABLE told AS SELECT h.true_person, mode(s.sex) FILTER (s.sex IN ('1', '2')) AS sex, "
        "mode(try_cast(s.born AS DATE)) FILTER (try_cast(s.born AS DATE) > DATE '1901-01-01') AS born "
        f"FROM (SELECT * FROM ({_SAID}) ORDER BY ALL) AS s INNER JOIN held AS h USING (contract, supplier, record_id, mention) "
        "GROUP BY h.true_person"
    )
    con.execute(
        "CREATE OR REPLACE TABLE lives AS SELECT r.true_person, max(c.name) AS borough "
        f"FROM {table(truth, 'residence')} AS r INNER JOIN landed_gazetteer AS g USING (uprn) "
        'INNER JOIN council AS c USING (custodian_code) WHERE coalesce(r."from", $night) <= $night '
        "AND coalesce(r.\"to\", DATE '9999-12-31') > $night AND r.share >= 0.5 GROUP BY r.true_person",
        {"night": day},
    )
    con.execute(
        "CREATE OR REPLACE TABLE described AS SELECT d.true_person, d.name_tradition, "
        "CASE t.sex WHEN '1' THEN 'male' WHEN '2' THEN 'female' END AS sex, "
        "CASE WHEN t.born > $night - INTERVAL 5 YEAR THEN '0 to 4' WHEN t.born > $night - INTERVAL 18 YEAR THEN '5 to 17' "
        "WHEN t.born > $night - INTERVAL 40 YEAR THEN '18 to 39' WHEN t.born > $night - INTERVAL 65 YEAR THEN '40 to 64' "
        "WHEN t.born IS NOT NULL THEN '65 and over' END AS age, l.borough "
        "FROM described AS d LEFT JOIN told AS t USING (true_person) LEFT JOIN lives AS l USING (true_person)",
        {"night": day},
    )


def count(con: duckdb.DuckDBPyConnection, night: Path) -> None:
    """`counted`: one row a true person and cluster with its mentions; `asked`: mentions in an open question, if told."""
    questions = night / "quality" / "questions.parquet"
    # What is asked only to sample quality is not asked because of anybody's records.
    asked = f"read_parquet('{questions}') WHERE reasons <> ['sample']" if questions.exists() else "held WHERE FALSE"
    con.execute(
        "CREATE OR REPLACE TABLE counted AS SELECT h.true_person, h.person_id, count(*) AS n, "
        "count(q.contract) AS in_review FROM held AS h LEFT JOIN "
        f"(SELECT DISTINCT contract, supplier, record_id, mention FROM {asked}) AS q "
        "USING (contract, supplier, record_id, mention) GROUP BY ALL"
    )


_PER_PERSON = """
WITH sized AS (
    SELECT c.*, d.{dimension} AS in_group, sum(c.n) OVER (PARTITION BY c.person_id) AS n_cluster,
        sum(c.n) OVER (PARTITION BY c.person_id, d.{dimension}) AS n_group,
        sum(c.n) OVER (PARTITION BY c.true_person) AS n_person
    FROM counted AS c INNER JOIN described AS d USING (true_person)
)
SELECT coalesce(in_group, '{not_known}') AS in_group, true_person,
    sum(n * (n - 1) / 2) AS pairs_found, any_value(n_person * (n_person - 1) / 2) AS pairs_true,
    -- A false pair of two people of one group is half of each, so a group's pairs are counted once.
    sum(n * (n - 1) / 2 + n * (n_cluster - n_group) + n * (n_group - n) / 2) AS pairs_output,
    sum(CASE WHEN n_cluster = 1 AND n_person > 1 THEN 1 ELSE 0 END) AS left_alone,
    any_value(CASE WHEN n_person > 1 THEN n_person ELSE 0 END) AS could_link,
    sum(in_review) AS in_review, any_value(n_person) AS mentions
FROM sized GROUP BY ALL
"""
_COLUMNS = tuple(dict.fromkeys(column for pair in MEASURES.values() for column in pair))
DIMENSIONS = ("name_tradition", "sex", "age", "borough")


def figures(con: duckdb.DuckDBPyConnection, night: Path) -> Figures:
    """By dimension and group: people, and each measure as {value, interval}; `largest_gap` by dimension and measure.

    A dimension that nothing tells of is left out. `review` is left out where the night told no questions.
    """
    count(con, night)
    measures = [m for m in MEASURES if m != "review" or (night / "quality" / "questions.parquet").exists()]
    found: Figures = {"by": {}, "largest_gap": {}, "replicates": REPLICATES, "seed": SEED}
    for dimension in DIMENSIONS:
        groups = _groups(con, dimension)
        if set(groups) - {NOT_KNOWN}:
            found["by"][dimension] = {
                name: {"people": group.people, **{m: group.told(m) for m in measures}} for name, group in groups.items()
            }
            chance = _gaps_by_chance(_compared(groups))
            found["largest_gap"][dimension] = {m: _gap(groups, m) | chance(m) for m in measures}
    return found


class Group:
    """One group of people: their sums of _COLUMNS, and the same sums in every replicate."""

    def __init__(self, name: str, kinds: npt.NDArray[np.float64]) -> None:
        """kinds: one row a kind of person, the values of _COLUMNS and how many people are of that kind."""
        self.values, many = kinds[:, :-1], kinds[:, -1]
        self.many = many
        self.people = int(many.sum())
        # Every group has draws of its own, which do not depend on what other groups there are.
        seed = [SEED, *name.encode()]
        draws = np.random.default_rng(seed).multinomial(self.people, many / self.people, size=REPLICATES)
        self.sums, self.replicates = many @ self.values, draws @ self.values

    def share(self, measure: str) -> float:
        return float(_share(self.sums, measure))

    def drawn(self, measure: str) -> npt.NDArray[np.float64]:
        return _share(self.replicates, measure)

    def told(self, measure: str) -> Figures:
        """The share and its interval."""
        drawn, share = self.drawn(measure), self.share(measure)
        if drawn.min() < drawn.max():
            return {"value": share, "interval": _interval(drawn)}
        counted = float(self.many[self.values[:, _COLUMNS.index(MEASURES[measure][1])] > 0].sum())
        return {"value": share, "interval": wilson(share * counted, counted)}


def _groups(con: duckdb.DuckDBPyConnection, dimension: str) -> dict[str, Group]:
    columns = ", ".join(_COLUMNS)
    query = _PER_PERSON.format(dimension=dimension, not_known=NOT_KNOWN)
    rows = con.execute(f"SELECT in_group, {columns}, count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL").fetchall()
    names = sorted({r[0] for r in rows}, key=_place)
    return {name: Group(name, np.array([r[1:] for r in rows if r[0] == name], dtype=np.float64)) for name in names}


def _place(name: str) -> tuple[bool, int, str]:
    """Ages by number, the rest by name, what is not known last."""
    first = name.split(maxsplit=1)[0]
    return (name == NOT_KNOWN, int(first) if first.isdigit() else 0, name)


def _share(sums: npt.NDArray[np.float64], measure: str) -> npt.NDArray[np.float64]:
    part, whole = (sums[..., _COLUMNS.index(c)] for c in MEASURES[measure])
    nothing = 0.0 if measure in ("unlinkable", "review") else 1.0
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), nothing)


def _interval(values: npt.NDArray[np.float64]) -> list[float]:
    return [float(v) for v in np.quantile(values, (0.025, 0.975))]


def _compared(groups: dict[str, Group]) -> dict[str, Group]:
    return {name: group for name, group in groups.items() if group.people >= LEAST_PEOPLE and name != NOT_KNOWN}


def _gaps_by_chance(groups: dict[str, Group]) -> Callable[[str], Figures]:
    """By measure: the mean of the largest gap between groups of these sizes, drawn from all people of them alike, and its
    range in 95 of 100 draws.
    """
    if len(groups) < 2:
        return lambda measure: {"by_chance": 0.0, "by_chance_interval": [0.0, 0.0]}
    values = np.concatenate([group.values for group in groups.values()])
    many = np.concatenate([group.many for group in groups.values()])
    draw = np.random.default_rng(SEED)
    drawn = [draw.multinomial(g.people, many / many.sum(), size=REPLICATES) @ values for g in groups.values()]

    def gap(measure: str) -> Figures:
        shares = np.stack([_share(sums, measure) for sums in drawn])
        apart = shares.max(axis=0) - shares.min(axis=0)
        return {"by_chance": float(apart.mean()), "by_chance_interval": _interval(apart)}

    return gap


def _gap(groups: dict[str, Group], measure: str) -> Figures:
    """The largest difference between two groups of enough people, and the interval of the difference of those two."""
    shares = {name: group.share(measure) for name, group in _compared(groups).items()}
    if len(shares) < 2:
        return {"value": 0.0, "interval": [0.0, 0.0], "lowest": "", "highest": ""}
    lowest, highest = min(shares, key=lambda g: (shares[g], g)), max(shares, key=lambda g: (shares[g], g))
    apart = groups[highest].drawn(measure) - groups[lowest].drawn(measure)
    return {
        "value": shares[highest] - shares[lowest],
        "interval": _interval(apart),
        "lowest": lowest,
        "highest": highest,
    }


_HEADINGS = {
    "name_tradition": "naming tradition",
    "sex": "sex",
    "age": "age on the night",
    "borough": "borough of the home",
}


def render(found: Figures) -> list[str]:
    """The breakdown as lines of text."""
    lines = []
    for dimension, by_group in found["by"].items():
        gap = found["largest_gap"][dimension]
        lines += ["", f"By {_HEADINGS[dimension]} (95% intervals by bootstrap over people)"]
        lines.append((f"  {'':<18} {'people':>7}" + "".join(f"  {m:<21}" for m in gap)).rstrip())
        for group, f in by_group.items():
            lines.append(f"  {group:<18} {f['people']:>7}" + "".join(f"  {_cell(f[m]):<21}" for m in gap))
        for measure, g in gap.items():
            if g["lowest"]:
                lines.append(
                    f"  largest gap in {measure}: {_cell(g)} ({g['highest']} over {g['lowest']}); "
                    f"{g['by_chance']:.4f} were all alike"
                )
    return lines


def _cell(figure: Figures) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.4f} {low:.3f} to {high:.3f}"
