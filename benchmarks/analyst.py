"""An analyst's SQL on the last night of a region: what benchmarks/detectors.py lays beside the product's figures.

Exact NHS number, else exact name and birth date, and one rule a kind (analyst.sql): what a hub has today where somebody there
writes SQL. It is judged exactly as the product is.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage.evaluate import exceptions

SQL = Path(__file__).with_suffix(".sql")
KINDS = ("unregistered_co_residence", "hidden_adult", "address_divergence")
CONTRACTS = ("gp", "maternity_booking", "maternity_birth", "council_tax", "police", "gazetteer")
SCORE = 0.9
"""The rules know no better and worse: all of an analyst's list reads as if it were true."""


def judged(landing: Path, truth: Path) -> list[exceptions.Judged]:
    """What the rules raise on the last night of a landing folder, each held against the truth."""
    folder = max(night for night in landing.iterdir() if night.is_dir())
    night = date.fromisoformat(folder.name)
    con = duckdb.connect()
    for contract in CONTRACTS:
        con.execute(
            f"CREATE VIEW {contract} AS SELECT *, regexp_extract(filename, '__([a-z0-9_]+)\\.csv$', 1) AS supplier "
            f"FROM read_csv('{folder / contract}__*.csv', all_varchar = true, union_by_name = true, filename = true)"
        )
    for statement in con.extract_statements(SQL.read_text(encoding="utf-8")):
        asks_night = "night" in statement.named_parameters
        con.execute(statement, {"night": night} if asks_night else None)
    known = exceptions.read_truth(con, truth)
    who = dict(
        con.execute(
            f"SELECT k.person, mode(t.true_person) FROM known AS k INNER JOIN read_parquet('{truth / 'mentions.parquet'}') AS t "
            "USING (contract, supplier, record_id, mention) GROUP BY k.person"
        ).fetchall()
    )
    return [
        exceptions.judge(exception, night, {who[p]: role for p, role in people.items()}, known)
        for kind in KINDS
        for exception, people in _raised(con, kind)
    ]


def _raised(con: duckdb.DuckDBPyConnection, kind: str) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """What a rule raises, in the shape of outputs.md as far as judging needs it, with the part of each person."""
    rows = con.execute(
        f"SELECT person, role, other, other_role, observed, registered FROM {kind} ORDER BY ALL"
    ).fetchall()
    return [
        (
            {
                "exception_id": f"{kind} {place}", "kind": kind, "priority": "C", "score": SCORE, "hubs": [], "waiting": False,
                "supporting": [],
                "addresses": [
                    {"uprn": uprn, "role": role}
                    for role, uprns in (("observed", observed), ("registered", registered))
                    for uprn in uprns
                ],
            },
            {person: role, **({other: other_role} if other else {})},
        )
        for place, (person, role, other, other_role, observed, registered) in enumerate(rows)
    ]  # fmt: skip
