"""Links between households across properties and boundaries, by a Splink model over households.

Two households are compared when they share a person. The model weighs how many they share, the family names and
whether one ended when the other began; the reason says how one became the other. Reads `household`, `person`,
`mention`; writes `household_link`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from linkage.night import Night
from linkage.people import column_names
from linkage.store import run_sql

HERE = Path(__file__).parent
_SHARED = "len(list_intersect(person_ids_l, person_ids_r))"
_DAYS = (
    "least(abs(date_diff('day', CAST(ended_l AS DATE), CAST(started_r AS DATE))), "
    "abs(date_diff('day', CAST(ended_r AS DATE), CAST(started_l AS DATE))))"
)


def _level(sql: str, m: float, u: float, label: str) -> dict[str, Any]:
    return {"sql_condition": sql, "m_probability": m, "u_probability": u, "label_for_charts": label}


# m and u: shares among pairs of simulated households that share a person, by whether they are one family moved.
SETTINGS: dict[str, Any] = {
    "link_type": "dedupe_only",
    "unique_id_column_name": "household_id",
    # Of pairs of households that share a person, so many were linked by a true one (two simulated regions: .98 and .98).
    "probability_two_random_records_match": 0.9,
    "comparisons": [
        {
            "output_column_name": "members",
            "comparison_levels": [
                _level(f"{_SHARED} >= 3", 0.3, 0.02, "three or more people in common"),
                _level(f"{_SHARED} = 2", 0.3, 0.08, "two people in common"),
                _level(f"{_SHARED} = least(size_l, size_r)", 0.25, 0.4, "everybody of the smaller in common"),
                {**_level("ELSE", 0.15, 0.5, "one of several in common")},
            ],
        },
        {
            "output_column_name": "family_names",
            "comparison_levels": [
                {"sql_condition": "len(family_keys_l) = 0 OR len(family_keys_r) = 0", "is_null_level": True,
                 "label_for_charts": "not compared"},
                _level("list_has_any(family_keys_l, family_keys_r)", 0.95, 0.8, "a family name in common"),
                _level("ELSE", 0.05, 0.2, "no family name in common"),
            ],
        },
        {
            "output_column_name": "timing",
            "comparison_levels": [
                {"sql_condition": "ended_l IS NULL AND ended_r IS NULL", "is_null_level": True,
                 "label_for_charts": "both stand"},
                _level(f"{_DAYS} <= 90", 0.8, 0.3, "one ended when the other began"),
                _level("ELSE", 0.2, 0.7, "no such timing"),
            ],
        },
    ],
    "blocking_rules_to_generate_predictions": [
        {"blocking_rule": "l.person_ids = r.person_ids", "sql_dialect": "duckdb", "arrays_to_explode": ["person_ids"]}
    ],
}  # fmt: skip


def run(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Build `household_link`; returns its number of rows."""
    run_sql(con, HERE / "household_input.sql")
    _score(con)
    links = run_sql(
        con, HERE / "household_link.sql", {"link_at": night.settings.number("households.link_at_probability")}
    )
    for table in ("household_input", "scored_household"):
        con.execute(f"DROP TABLE {table}")
    return links


def _score(con: duckdb.DuckDBPyConnection) -> None:
    logging.getLogger("splink").setLevel(logging.ERROR)
    column_names.remember()
    api = DuckDBAPI(connection=con)
    households = api.register("household_input", dataset_display_name="households")
    linker = Linker(households, SETTINGS, log_level=logging.ERROR, validate_settings=False)
    predicted = linker.inference.predict()
    con.execute(
        "CREATE OR REPLACE TABLE scored_household AS SELECT household_id_l, household_id_r, match_probability "
        f"FROM {predicted.physical_name}"
    )
    linker.table_management.delete_tables_created_by_splink_from_db()
