"""Figures of linkage over mentions: pairwise and B-cubed, by contract pair, mention kind and naming tradition.

A pair is two mentions. Pairs are counted from group sizes, never listed. Mentions that the truth holds and the output
lacks (restricted, quarantined, refused) are counted; they are not pairs.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb

from linkage.evaluate.truth import table

Figures = dict[str, Any]


def load(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> None:
    """`held`: one row a mention of the output that the truth knows, with both persons."""
    con.execute(
        "CREATE OR REPLACE TABLE held AS SELECT p.*, t.true_person, t.name_tradition FROM read_parquet($persons) AS p "
        f"INNER JOIN {table(truth, 'mentions')} AS t USING (contract, supplier, record_id, mention)",
        {"persons": str(night / "persons.parquet")},
    )


def figures(con: duckdb.DuckDBPyConnection) -> Figures:
    """Every figure of linkage on one night."""
    return {
        "mentions": _one(con, "SELECT count(*) FROM held"),
        "pairwise": pairwise(con, "held"),
        "b_cubed": b_cubed(con),
        "by_mention": {m: involving(con, f"mention = '{m}'") for m in _values(con, "mention")},
        "by_contract_pair": contract_pairs(con),
        "by_name_tradition": traditions(con),
        "largest_gap": largest_gap(traditions(con)),
        "calibration": calibration(con),
    }


def _one(con: duckdb.DuckDBPyConnection, query: str) -> float:
    row = con.execute(query).fetchone()
    return float(row[0] or 0) if row else 0.0


def _values(con: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    return [r[0] for r in con.execute(f"SELECT DISTINCT {column} FROM held ORDER BY 1").fetchall()]


def _pairs(con: duckdb.DuckDBPyConnection, table: str, by: str) -> float:
    return _one(con, f"SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM {table} GROUP BY {by})")


def pairwise(con: duckdb.DuckDBPyConnection, table: str) -> Figures:
    """Precision, recall and F1 over pairs of mentions."""
    return _prf(
        _pairs(con, table, "person_id, true_person"), _pairs(con, table, "person_id"), _pairs(con, table, "true_person")
    )


def _prf(both: float, output: float, true: float) -> Figures:
    precision = both / output if output else 1.0
    recall = both / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "pairs_output": int(output), "pairs_true": int(true)}


def involving(con: duckdb.DuckDBPyConnection, condition: str) -> Figures:
    """The same over pairs of which at least one mention meets a condition: all pairs less those of the others."""

    def count(by: str) -> float:
        return _pairs(con, "held", by) - _pairs(con, f"(SELECT * FROM held WHERE NOT ({condition}))", by)

    return _prf(count("person_id, true_person"), count("person_id"), count("true_person"))


def contract_pairs(con: duckdb.DuckDBPyConnection) -> dict[str, Figures]:
    """The same by the two contracts of a pair."""
    names = _values(con, "contract")
    found: dict[str, Figures] = {}
    for i, a in enumerate(names):
        for b in names[i:]:
            found[f"{a} & {b}"] = _prf(
                *(_across(con, a, b, by) for by in ("person_id, true_person", "person_id", "true_person"))
            )
    return found


def _across(con: duckdb.DuckDBPyConnection, a: str, b: str, by: str) -> float:
    pair = "n_a * (n_a - 1) / 2" if a == b else "n_a * n_b"
    return _one(
        con,
        f"SELECT sum({pair}) FROM (SELECT count(*) FILTER (WHERE contract = '{a}') AS n_a, "
        f"count(*) FILTER (WHERE contract = '{b}') AS n_b FROM held GROUP BY {by})",
    )


def b_cubed(con: duckdb.DuckDBPyConnection) -> Figures:
    """B-cubed precision, recall and F1: the mean over mentions."""
    row = con.execute(
        "SELECT avg(shared / output), avg(shared / truth) FROM (SELECT "
        "count(*) OVER (PARTITION BY person_id, true_person)::DOUBLE AS shared, "
        "count(*) OVER (PARTITION BY person_id) AS output, count(*) OVER (PARTITION BY true_person) AS truth FROM held)"
    ).fetchone()
    precision, recall = row if row and row[0] is not None else (1.0, 1.0)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def traditions(con: duckdb.DuckDBPyConnection) -> dict[str, Figures]:
    """Pairs with at least one mention of a naming tradition, with 95% Wilson intervals."""
    found = {}
    for tradition in _values(con, "name_tradition"):
        if tradition is None:
            continue
        part = involving(con, f"name_tradition = '{tradition}'")
        both = part["precision"] * part["pairs_output"]
        part["precision_interval"] = wilson(both, part["pairs_output"])
        part["recall_interval"] = wilson(both, part["pairs_true"])
        found[tradition] = part
    return found


def wilson(successes: float, n: float, z: float = 1.96) -> list[float]:
    """95% Wilson interval of a share."""
    if not n:
        return [0.0, 1.0]
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return [max(0.0, middle - half), min(1.0, middle + half)]


def largest_gap(by_tradition: dict[str, Figures], least_pairs: int = 30) -> Figures:
    """Largest difference between traditions with enough pairs to speak of."""
    enough = [f for f in by_tradition.values() if f["pairs_true"] >= least_pairs]
    if len(enough) < 2:
        return {"recall": 0.0, "precision": 0.0}
    return {k: max(f[k] for f in enough) - min(f[k] for f in enough) for k in ("recall", "precision")}


def calibration(con: duckdb.DuckDBPyConnection, among: str = "TRUE") -> Figures:
    """Expected calibration error of link_probability over mentions of clusters of two or more.

    among: SQL over `held` that says whose links count.
    A mention's link is right when it shares its true person with most of the other mentions of its cluster.
    """
    rows = con.execute(
        "WITH sized AS (SELECT *, count(*) OVER (PARTITION BY person_id) AS size, "
        "count(*) OVER (PARTITION BY person_id, true_person) AS same FROM held) "
        "SELECT least(floor(link_probability * 20), 19) AS bin, avg(link_probability), "
        "avg(CASE WHEN (same - 1) * 2 >= size - 1 AND same > 1 THEN 1.0 ELSE 0 END), count(*) FROM sized "
        f"WHERE size > 1 AND ({among}) "
        "GROUP BY bin ORDER BY bin"
    ).fetchall()
    total = sum(r[3] for r in rows) or 1
    return {
        "ece": sum(abs(said - right) * n for _, said, right, n in rows) / total,
        "bins": [{"said": said, "right": right, "links": n} for _, said, right, n in rows],
    }


def kept_ids(con: duckdb.DuckDBPyConnection, earlier: Path, later: Path, truth: Path) -> float:
    """Share of mentions present on both nights whose person_id stayed."""
    return _one(
        con,
        "SELECT avg(CASE WHEN a.person_id = b.person_id THEN 1.0 ELSE 0 END) "
        f"FROM read_parquet('{earlier / 'persons.parquet'}') AS a INNER JOIN read_parquet('{later / 'persons.parquet'}') AS b "
        "USING (contract, supplier, record_id, mention)",
    )
