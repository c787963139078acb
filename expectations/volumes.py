"""What only history can tell: has a supplier's file shrunk, doubled, come mostly broken, or lost a column's values?

A file whose number of rows is not believable is refused and the last good one stands; a column that is filled much less
than before is a warning. Each is compared with the supplier's last accepted delivery.
"""

from __future__ import annotations

import duckdb

from expectations.judge import ID, Expectation, Suite
from expectations.judged import judge_once
from linkage.night import Night
from linkage.settings import Settings
from linkage.tables import CONTRACTS, Contract

NEVER_TOO_MANY = ("protected",)
"""A protected list that has doubled is loaded: refusing it would leave people unprotected."""

LEAST_LOST = 3
"""Rows that a protected list of any size must have lost to be refused as cut off. One or two entries end on any night."""

WORDS = {
    "some_rows_left": "none of its rows could be taken; ask the supplier to correct the file",
    "not_emptied": "it holds no row and the last good one did; ask the supplier whether that is so",
    "not_shrunk": "it holds far fewer rows than the last good one; ask the supplier whether that is so",
    "not_swollen": "it holds far more rows than the last good one; ask the supplier whether that is so",
    "not_mostly_set_aside": "too large a share of its rows had to be set aside; ask the supplier to correct the file",
}
"""Rules over one file, each with what is said of a file that breaks it."""


def refuse(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Mark the files whose volume is not believable as refused. Raises judge.RuleCrashed."""
    _compute(con, night)
    frame = con.execute("SELECT * EXCLUDE (contract, supplier) FROM file_volume ORDER BY outcome_id").pl()
    volumes = Suite("volumes", frame, [Expectation(name, True) for name in WORDS])
    for name, ids in judge_once(con, [volumes])[volumes.name].items():
        con.execute(
            "UPDATE input_file AS f SET status = 'refused', reasons = list_append(f.reasons, $words) "
            "FROM file_volume AS v WHERE v.contract = f.contract AND v.supplier = f.supplier "
            "AND list_contains($ids, v.outcome_id)",
            {"words": WORDS[name], "ids": ids},
        )


def _compute(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`file_volume`: the outcome of every volume rule for every file that was read."""
    settings = night.settings
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE file_volume AS WITH counted AS ({_COUNTED}) "
        f"SELECT row_number() OVER (ORDER BY contract, supplier) AS {ID}, contract, supplier, "
        "rows_read = 0 OR rows_aside < rows_read AS some_rows_left, "
        "rows_read > 0 OR coalesce(last_rows, 0) = 0 OR excused AS not_emptied, "
        # A protected list is short, and each of its rows is somebody's life: chance is no excuse for it.
        "CASE WHEN contract = 'protected' THEN coalesce(last_rows, 0) - rows_read < $lost "
        "ELSE coalesce(last_rows, 0) < $least END OR excused OR rows_read > last_rows * (1 - $shrink) AS not_shrunk, "
        "coalesce(last_rows, 0) < $least OR excused OR list_contains($never, contract) "
        "OR rows_read < last_rows * $growth AS not_swollen, "
        "rows_read < $least OR rows_aside <= rows_read * $aside AS not_mostly_set_aside FROM counted",
        {
            "night": night.date,
            "least": settings.integer("gates.least_rows_compared"),
            "lost": LEAST_LOST,
            "shrink": settings.number("gates.refuse_shrunk_by"),
            "growth": settings.number("gates.refuse_grown_to"),
            "aside": settings.number("gates.refuse_set_aside_above"),
            "never": list(NEVER_TOO_MANY),
            "excused": _excused(settings, night),
        },
    )


_COUNTED = """
SELECT
    f.contract, f.supplier, f.rows_read, list_contains($excused, f.contract || '__' || f.supplier) AS excused,
    (SELECT count(*) FROM quarantine AS q WHERE q.contract = f.contract AND q.supplier = f.supplier) AS rows_aside,
    (SELECT arg_max(d.rows_read, d.night) FROM store.delivery AS d WHERE d.contract = f.contract
     AND d.supplier = f.supplier AND d.status = 'accepted' AND d.night < $night) AS last_rows
FROM input_file AS f WHERE f.status = 'accepted'
"""


def _excused(settings: Settings, night: Night) -> list[str]:
    """Files whose change of volume an operator has confirmed for this night: "2026-03-14 gp__dudley_emis"."""
    marks = [str(entry).split() for entry in settings.get("gates.confirmed_volumes")]
    return [file for when, file in (m for m in marks if len(m) == 2) if when == night.date.isoformat()]


def compare_fill(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`fill_rate`: the filled share (0 to 1) of every column of every accepted file, and warnings where it fell."""
    _compute_fill(con)
    con.execute(
        "INSERT INTO gate_warning SELECT contract, supplier, concat('column ', column_name, ' is filled in ', "
        "round(filled * 100)::INTEGER, '% of rows and was in ', round(last_filled * 100)::INTEGER, "
        "'% of the last delivery; ask the supplier') FROM fill_rate INNER JOIN ("
        "SELECT contract, supplier, column_name, arg_max(filled, night) AS last_filled FROM store.delivery_fill "
        "WHERE night < $night GROUP BY ALL) USING (contract, supplier, column_name) "
        "WHERE rows >= $least AND filled < last_filled - $fall ORDER BY ALL",
        {
            "night": night.date,
            "least": night.settings.integer("gates.least_rows_compared"),
            "fall": night.settings.number("gates.warn_fill_fallen_by"),
        },
    )
    con.execute(
        "INSERT INTO store.delivery_fill SELECT $night, contract, supplier, column_name, filled FROM fill_rate "
        "ORDER BY ALL",
        {"night": night.date},
    )


def _compute_fill(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TABLE fill_rate "
        "(contract VARCHAR, supplier VARCHAR, column_name VARCHAR, rows BIGINT, filled DOUBLE)"
    )
    # As one query, whose parts DuckDB works on side by side.
    parts = " UNION ALL ".join(f"(FROM ({_fill_of(contract)}))" for contract in CONTRACTS.values())
    con.execute(f"INSERT INTO fill_rate {parts}")


def _fill_of(contract: Contract) -> str:
    counts = ", ".join(f'count("{name}") AS "{name}"' for name in contract.names)
    return (
        f"SELECT '{contract.name}', supplier, column_name, n, round(given / n, 4) FROM ("
        f"UNPIVOT (SELECT supplier, count(*) AS n, {counts} FROM accepted_{contract.name} GROUP BY supplier) "
        f"ON * EXCLUDE (supplier, n) INTO NAME column_name VALUE given) ORDER BY supplier, column_name"
    )
