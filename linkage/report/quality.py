"""The data-quality page of a night: what came, what was set aside and why. Counts only, no value of any record.

Reads input_file, quarantine, rule_result, fill_rate and gate_warning as the gate left them, the night's questions and drift;
writes `quality/index.html` (one self-contained page), `quality/quarantine.parquet` and `quality/questions.parquet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from linkage.night import Night
from linkage.tables import CONTRACTS

TEMPLATES = Path(__file__).with_name("templates")
UNTOLD = ("sensitivity", "disclosure")
"""How many of a supplier's rows bear a restriction mark is nobody's business; nor is what the protected list holds."""
STATUS_WORDS = {
    "accepted": "accepted",
    "refused": "refused",
    "missing": "missing: nobody has delivered it",
    "stale": "stale: no file tonight",
}


def write(con: duckdb.DuckDBPyConnection, night: Night, folder: Path, drift: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write the page and the quarantine into the night's output folder. drift: rows of linkage.people.drift."""
    target = folder / "quality"
    target.mkdir(parents=True, exist_ok=True)
    _copy(con, _QUARANTINE, target / "quarantine.parquet")
    page = _environment().get_template("quality.html").render(_content(con, night), drift=drift)
    (target / "index.html").write_text(page, encoding="utf-8")


def write_questions(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write `quality/questions.parquet`: which mentions the night asks about, and why."""
    _copy(con, _QUESTIONS, folder / "quality" / "questions.parquet")


_QUARANTINE = """
SELECT contract, supplier, record_id, row_number, reasons FROM quarantine ORDER BY contract, supplier, row_number, reasons
"""
_QUESTIONS = """
SELECT m.contract, m.supplier, m.record_id, m.mention, p.person_id, q.question_id, q.reasons
FROM (SELECT question_id, reasons, unnest(flatten(groups)) AS mention_id FROM store.question) AS q
INNER JOIN mention AS m USING (mention_id) INNER JOIN person AS p USING (mention_id)
ORDER BY m.contract, m.supplier, m.record_id, m.mention, q.question_id
"""
"""One row a mention of a question: how much of the night goes to clerical review, and of whom."""


def _copy(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    con.execute(f"COPY ({query}) TO $file (FORMAT parquet)", {"file": str(file)})


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _content(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, Any]:
    files = _rows(con, "SELECT * FROM input_file ORDER BY contract, supplier, path")
    return {
        "night": night.date.isoformat(),
        "synthetic": night.settings.text("governance.mode") == "synthetic",
        "files": [{**f, "status_words": STATUS_WORDS[f["status"]]} for f in files],
        "totals": _totals(files),
        "warnings": _rows(con, "SELECT * FROM gate_warning ORDER BY ALL"),
        "reasons": _rows(con, _REASONS),
        "rules": _rows(con, _RULES),
        "rules_checked": _rows(con, _RULES_CHECKED),
        "fill": [_fill(con, name) for name in CONTRACTS if name != "protected"],
    }


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    done = con.execute(query)
    names = [column[0] for column in done.description or ()]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def _totals(files: list[dict[str, Any]]) -> dict[str, int]:
    good = [f for f in files if f["status"] == "accepted"]
    return {
        "delivered": sum(f["status"] in ("accepted", "refused") for f in files),
        "accepted": len(good),
        "refused": sum(f["status"] == "refused" for f in files),
        "absent": sum(f["status"] in ("stale", "missing") for f in files),
        "rows": sum(f["rows_read"] for f in good),
        "set_aside": sum(f["rows_quarantined"] for f in good),
    }


_REASONS = """
SELECT contract, supplier, reason, count(*) AS rows
FROM (SELECT contract, supplier, unnest(reasons) AS reason FROM quarantine)
GROUP BY ALL ORDER BY contract, supplier, rows DESC, reason
"""
_RULES = """
SELECT contract, supplier, column_name, words, severity, rows_checked, rows_failed FROM rule_result
WHERE rows_failed > 0 ORDER BY contract, supplier, severity DESC, rows_failed DESC, rule
"""
_RULES_CHECKED = """
SELECT contract, count(DISTINCT rule) AS rules, count(DISTINCT rule) FILTER (rows_failed > 0) AS broken,
    count(DISTINCT supplier) AS suppliers
FROM rule_result GROUP BY contract ORDER BY contract
"""


def _fill(con: duckdb.DuckDBPyConnection, contract: str) -> dict[str, Any]:
    """One table of the page: the contract's columns down, its suppliers across, filled share in each cell."""
    found = con.execute(
        "SELECT column_name, supplier, filled FROM fill_rate WHERE contract = $contract", {"contract": contract}
    ).fetchall()
    shares = {(column, supplier): filled for column, supplier, filled in found}
    suppliers = sorted({supplier for _, supplier in shares})
    return {
        "contract": contract,
        "suppliers": suppliers,
        "columns": [
            {"name": c.name, "shares": [_percent(shares[c.name, s]) for s in suppliers]}
            for c in CONTRACTS[contract].columns
            if c.name not in UNTOLD
        ],
    }


def _percent(share: float) -> str:
    """A share in words of percent; never 0% or 100% for what is not quite none or all."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{round(share * 100)}%"
