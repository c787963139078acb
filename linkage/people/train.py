"""The parameters of the people model from mentions alone, without labels; verdicts are added where there are any.

How often two people agree by chance (u) is counted by Splink over pairs drawn at random, and, for what only a shared key
reaches (one home, one number), over all pairs that share it. How often two mentions of one person agree (m) comes from
expectation maximisation over all candidate pairs at once. Splink's own runs block by block; here each block holds another
kind of mention (contacts have no number, accounts only initials), so no block speaks for the whole, and rules over lists
cannot serve it at all. Pairs that no blocking rule reaches are taken for two people, which nearly all are.

The same mentions and the same seed give the same parameters: they are rounded to DECIMALS.
Reads `person_input`, `pair_known`; writes `candidate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from linkage.people import model, score

DECIMALS = 10
ROUNDS = 200
SETTLED = 1e-6
"""The largest change of an m from one round to the next at which estimation ends."""
RANDOM_PAIRS = 2_000_000
LEAST_ELSE = {"sex": 0.015, "nhs_number": 0.005, "phone": 0.2, "email": 0.1, "family_and_home": 0.02, "move_day": 0.3}
"""Least m of a disagreement: no region makes every error that agencies make, so none may teach that there are none."""
LEAST_PER_PERSON = 1e-4
LEAST_U = 1e-9
_PLACES = "(SELECT mention_id AS m, unnest(place_key || ['P' || postcode] || together_keys) AS k FROM person_input)"
SHARING = {
    "family_and_home": f"SELECT DISTINCT l.m AS a, r.m AS b FROM {_PLACES} AS l INNER JOIN {_PLACES} AS r ON l.k = r.k AND l.m < r.m",
    **{
        key: f"SELECT l.mention_id AS a, r.mention_id AS b FROM person_input AS l INNER JOIN person_input AS r "
        f"ON l.{key} = r.{key} AND l.mention_id < r.mention_id"
        for key in ("nhs_number", "email", "force_key")
    },
}
"""By comparison, the pairs that share what its rare levels need."""
Floats = npt.NDArray[np.float64]


@dataclass
class Trained:
    """New parameters and how they came about. path: the largest change of an m in each round of estimation."""

    parameters: dict[str, Any]
    mentions: int
    candidates: int
    matches: float
    verdicts: int
    path: list[float] = field(default_factory=list)


def estimate(
    con: duckdb.DuckDBPyConnection,
    start: Mapping[str, Any],
    seed: int,
    version: str,
    design: model.Design = model.PEOPLE,
) -> Trained:
    """Train on the `candidate` pairs from the parameters to start with.

    `pair_known` (mention_id_l, mention_id_r, same, verdict) is obeyed: pairs whose answer a verdict or a rule gives.
    """
    chances = random_shares(con, start, seed, design)
    shared = {c.name: level_counts(con, c, SHARING[c.name]) for c in design.comparisons if c.name in SHARING}
    maximised = _Maximised(con, start, chances, shared, design)
    path = maximised.run()
    parameters = maximised.parameters(version, start)
    return Trained(
        parameters, maximised.mentions, int(maximised.counts.sum()), float(maximised.matches), maximised.verdicts, path
    )


def candidates(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], design: model.Design = model.PEOPLE
) -> None:
    """`candidate`: one row a pair that blocking reaches, with its levels and what its term frequencies add to its weight."""
    _, linker = score.linker_over(con, parameters, design)
    found = linker.inference.predict()
    added = " + ".join(
        f"coalesce(mw_tf_adj_{c.name}, 0)" for c in design.comparisons if any(level.tf for level in c.levels)
    )
    con.execute(
        "CREATE OR REPLACE TABLE candidate AS SELECT least(mention_id_l, mention_id_r) AS mention_id_l, "
        "greatest(mention_id_l, mention_id_r) AS mention_id_r, round(match_weight, 6) AS match_weight, "
        f"{', '.join(design.gammas)}, {added} AS tf_weight FROM {found.physical_name} ORDER BY 1, 2"
    )
    score.put_away_linker(con, linker, design)


def random_shares(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], seed: int, design: model.Design
) -> dict[str, dict[str, float]]:
    """By comparison and level, its share of pairs drawn at random; of pairs on which the comparison is not silent."""
    _, linker = score.linker_over(con, parameters, design)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed, min_count_per_level=None)
    saved = linker.misc.save_model_to_json()
    score.put_away_linker(con, linker, design)
    shares: dict[str, dict[str, float]] = {}
    for comparison, told in zip(design.comparisons, saved["comparisons"], strict=True):
        levels = [level for level in told["comparison_levels"] if not level.get("is_null_level")]
        shares[comparison.name] = {
            name: float(level.get("u_probability") or 0.0)
            for name, level in zip(model.level_names(comparison), levels, strict=True)
        }
    return shares


def level_counts(con: duckdb.DuckDBPyConnection, comparison: model.Comparison, pairs: str) -> dict[str, int]:
    """Pairs by level, of the pairs (a, b) that a query gives. Pairs the comparison is silent on are left out."""
    cases = " ".join(f"WHEN {level.sql} THEN '{level.name}'" for level in comparison.levels)
    columns = [r[0] for r in con.execute("DESCRIBE person_input").fetchall()]
    left, right = (", ".join(f"{t}.{c} AS {c}_{t}" for c in columns) for t in ("l", "r"))
    return dict(
        con.execute(
            f"WITH chosen AS ({pairs}), wide AS (SELECT {left}, {right} FROM chosen AS c "
            "INNER JOIN person_input AS l ON c.a = l.mention_id INNER JOIN person_input AS r ON c.b = r.mention_id) "
            f"SELECT CASE WHEN {comparison.silent} THEN NULL {cases} ELSE 'else' END AS level, count(*) FROM wide "
            "GROUP BY 1 HAVING level IS NOT NULL"
        ).fetchall()
    )


class _Maximised:
    """Expectation maximisation over kinds of candidate pairs: pairs of equal levels are one kind, counted."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        start: Mapping[str, Any],
        chances: dict[str, dict[str, float]],
        shared: dict[str, dict[str, int]],
        design: model.Design,
    ) -> None:
        self.chances, self.shared, self.design = chances, shared, design
        self.people = score.people_in_region(con)
        self.tf_u = score.chance_of_agreement(con)
        self.mentions = _number(con, "SELECT count(*) FROM person_input")
        self.all_pairs = self.mentions * (self.mentions - 1) / 2
        self.spoken = {c.name: self._spoken(con, c) for c in design.comparisons}
        self.values = {c: dict(levels) for c, levels in start["comparisons"].items()}
        self.prior = float(start["prior_per_person"])
        con.execute(
            "CREATE TABLE IF NOT EXISTS pair_known (mention_id_l VARCHAR, mention_id_r VARCHAR, same BOOLEAN, verdict BOOLEAN)"
        )
        rows = con.execute(
            f"SELECT {', '.join(design.gammas)}, round(tf_weight, 1), CASE WHEN k.same THEN 1 WHEN NOT k.same THEN 0 ELSE -1 END, "
            "count(*), count(*) FILTER (k.verdict) FROM candidate LEFT JOIN pair_known AS k USING (mention_id_l, mention_id_r) "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchnumpy()
        columns = list(rows.values())
        self.gammas = {c.name: np.asarray(columns[i], dtype=np.int64) for i, c in enumerate(design.comparisons)}
        self.tf = np.asarray(columns[-4], dtype=np.float64)
        self.known = np.asarray(columns[-3], dtype=np.int64)
        self.counts = np.asarray(columns[-2], dtype=np.float64)
        self.verdicts = int(np.asarray(columns[-1]).sum())
        self.matches = 0.0

    def _spoken(self, con: duckdb.DuckDBPyConnection, comparison: model.Comparison) -> float:
        """Share of random pairs that the comparison says something of."""
        columns = [r[0] for r in con.execute("DESCRIBE person_input").fetchall()]
        left, right = (", ".join(f"{t}.{c} AS {c}_{t}" for c in columns) for t in ("l", "r"))
        row = con.execute(
            f"SELECT avg(CASE WHEN {comparison.silent} THEN 0.0 ELSE 1.0 END) FROM (SELECT {left}, {right} FROM "
            "(FROM person_input ORDER BY hash(mention_id || 'l') LIMIT 1000) AS l CROSS JOIN "
            "(FROM person_input ORDER BY hash(mention_id || 'r') LIMIT 1000) AS r WHERE l.mention_id <> r.mention_id)"
        ).fetchone()
        return max(float(row[0] or 0.0) if row else 0.0, 1e-6)

    def run(self) -> list[float]:
        """Until the parameters settle. Returns the largest change of an m in each round."""
        path: list[float] = []
        while len(path) < ROUNDS and (not path or path[-1] > SETTLED):
            before = {c: {n: v["m"] for n, v in levels.items()} for c, levels in self.values.items()}
            self._maximise(self._expect())
            path.append(max(abs(self.values[c][n]["m"] - m) for c, levels in before.items() for n, m in levels.items()))
        return path

    def _expect(self) -> Floats:
        """The chance of each kind of pair to be one person."""
        weight = np.log2(self.prior / self.people) + self.tf
        for described in model.splink_settings(self._told(), self.people, self.tf_u, self.design)["comparisons"]:
            levels = [level for level in described["comparison_levels"] if not level.get("is_null_level")]
            # Splink numbers levels from 0 for "else" upwards; -1 is silence.
            by_gamma = [np.log2(level["m_probability"] / level["u_probability"]) for level in reversed(levels)]
            weight = weight + np.array([*by_gamma, 0.0])[self.gammas[described["output_column_name"]]]
        chance = 1.0 / (1.0 + np.exp2(-np.clip(weight, -60, 60)))
        return np.where(self.known >= 0, self.known, chance)

    def _maximise(self, chance: Floats) -> None:
        same = self.counts * chance
        self.matches = float(same.sum())
        self.prior = self.matches / self.all_pairs * self.people
        for comparison in self.design.comparisons:
            names = model.level_names(comparison)
            gamma = self.gammas[comparison.name]
            heard = np.bincount(gamma[gamma >= 0], same[gamma >= 0], len(names))[::-1]
            others = np.bincount(gamma[gamma >= 0], (self.counts - same)[gamma >= 0], len(names))[::-1]
            for place, name in enumerate(names):
                level = comparison.levels[place] if place < len(comparison.levels) else None
                least = LEAST_ELSE.get(comparison.name, 0.0) if level is None else 0.0
                m = max(least, (heard[place] + 0.5) / (heard.sum() + 1.0))
                self.values[comparison.name][name] = {"m": m} | self._u(
                    comparison, level, name, m, heard[place], others[place]
                )

    def _u(
        self, comparison: model.Comparison, level: model.Level | None, name: str, m: float, heard: float, others: float
    ) -> dict[str, float]:
        if level and (level.tf or level.weighs_as):
            return {}
        pairs = self.all_pairs * self.spoken[comparison.name]
        if level and level.per_person:
            shared = self.shared.get(comparison.name, {}).get(name, 0)
            return {"u": max((shared - heard) / pairs * self.people, LEAST_PER_PERSON)}
        # Some pairs drawn at random are one person: they are no chance agreement.
        one_person = self.matches / self.all_pairs
        at_random = (self.chances[comparison.name][name] - one_person * m) / (1.0 - one_person)
        return {"u": min(max(at_random, others / pairs, LEAST_U), 1.0)}

    def _told(self) -> dict[str, Any]:
        return {"prior_per_person": self.prior, "comparisons": self.values}

    def parameters(self, version: str, start: Mapping[str, Any]) -> dict[str, Any]:
        """What a night loads. The calibration is that of the parameters to start with: without labels none can be measured."""
        return {
            "version": version,
            "prior_per_person": round(self.prior, DECIMALS),
            "comparisons": {
                c: {name: {k: round(v, DECIMALS) for k, v in values.items()} for name, values in levels.items()}
                for c, levels in self.values.items()
            },
            "calibration": start["calibration"],
        }


def _number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
