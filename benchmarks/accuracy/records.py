"""The public sets as tables, and the pairs that are counted: within one file, or across two."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class PublicSet:
    """One public set. linked: two files are joined, and only pairs across them count; once: a file holds a person once."""

    name: str
    title: str
    linked: bool
    once: bool = False
    to_reach: float | None = None


SETS = (
    PublicSet("febrl1", "FEBRL 1", linked=False),
    PublicSet("febrl2", "FEBRL 2", linked=False),
    PublicSet("febrl3", "FEBRL 3", linked=False, to_reach=0.995),
    PublicSet("febrl4", "FEBRL 4", linked=True, once=True, to_reach=0.999),
    PublicSet("census", "pseudopeople, census 2020 against 2030", linked=True, to_reach=0.986),
    PublicSet("w2", "pseudopeople, census 2020 against W-2 (no birth date)", linked=True, to_reach=0.940),
)
# Scanned forms read letters for digits; a date is digits. Names of the months' order are as in the country of the set.
_BORN = r"""
    SELECT * REPLACE (
        CASE
            WHEN regexp_matches(b, '^\d{4}-\d\d-\d\d$') THEN b
            WHEN regexp_matches(b, '^\d\d/\d\d/\d{4}$') THEN b[7:10] || '-' || b[1:2] || '-' || b[4:5]
            WHEN regexp_matches(b, '^\d{8}$') THEN b[1:4] || '-' || b[5:6] || '-' || b[7:8]
        END AS born
    ) FROM (SELECT *, translate(trim(born), 'OoDQlIiJZzASsGTBg', '00001111224556789') AS b FROM read_parquet($file))
"""


def load(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """`record`: one row a record of the set, its dates in one shape."""
    con.execute(
        f"CREATE OR REPLACE TABLE record AS SELECT * EXCLUDE (b) FROM ({_BORN}) ORDER BY record_id", {"file": str(file)}
    )


@dataclass(frozen=True)
class Counted:
    """Pairwise figures of one way of linking one set."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return (
            2 * self.precision * self.recall / (self.precision + self.recall) if self.precision + self.recall else 0.0
        )


def _counts(linked: bool) -> str:
    return "a.source <> b.source" if linked else "TRUE"


def true_pairs(con: duckdb.DuckDBPyConnection, *, linked: bool) -> int:
    """How many pairs that count are one person."""
    row = con.execute(
        "SELECT count(*) FROM record AS a INNER JOIN record AS b ON a.entity = b.entity AND a.record_id < b.record_id "
        f"WHERE {_counts(linked)}"
    ).fetchone()
    return int(row[0]) if row else 0


def count(con: duckdb.DuckDBPyConnection, pairs: str, *, linked: bool) -> Counted:
    """Figures of the pairs (l, r) that a query gives."""
    row = con.execute(
        f"SELECT count(*), count(*) FILTER (a.entity = b.entity) FROM ({pairs}) AS p INNER JOIN record AS a ON a.record_id = p.l "
        f"INNER JOIN record AS b ON b.record_id = p.r WHERE {_counts(linked)}"
    ).fetchone()
    found, right = row or (0, 0)
    return Counted(right / found if found else 1.0, right / max(true_pairs(con, linked=linked), 1))


def best_threshold(con: duckdb.DuckDBPyConnection, scored: str, *, linked: bool) -> tuple[Counted, float]:
    """The figures at the weight that gives the highest F1, picked by the truth, and that weight. scored: (l, r, weight)."""
    rows = con.execute(
        f"SELECT weight, count(*), count(*) FILTER (a.entity = b.entity) FROM ({scored}) AS p "
        "INNER JOIN record AS a ON a.record_id = p.l INNER JOIN record AS b ON b.record_id = p.r "
        f"WHERE {_counts(linked)} GROUP BY weight ORDER BY weight DESC"
    ).fetchall()
    true, found, right = max(true_pairs(con, linked=linked), 1), 0, 0
    best = (Counted(1.0, 0.0), 0.0)
    for weight, n, n_right in rows:
        found, right = found + n, right + n_right
        now = Counted(right / found, right / true)
        if now.f1 > best[0].f1:
            best = (now, float(weight))
    return best
