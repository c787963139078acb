"""Pairs of mentions and their match weights, by Splink with the saved model.

A pair's score depends on the two mentions and the model alone: how many people the region has and how common each
value is are learned once, on the store's first night, and kept with it (`store.region`, `store.term_frequency`).
Reads `mention`, `address`, `address_match`, `property`; writes `person_input` and `pair`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from linkage.history import rewind
from linkage.night import Night
from linkage.people import model
from linkage.store import run_sql

HERE = Path(__file__).parent
TF_COLUMNS = ("given_called", "family_last", "phone")


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Score every candidate pair. Returns the counts of mentions and pairs."""
    mentions = run_sql(con, HERE / "person_input.sql")
    register_region(con, night)
    parameters = model.load_parameters()
    score(con, parameters, night.settings.number("people.keep_pairs_above_weight"))
    pairs = run_sql(con, HERE / "pair.sql")
    con.execute("DROP TABLE scored")
    return {"mentions": mentions, "pairs": pairs}


def model_hash(con: duckdb.DuckDBPyConnection) -> str:
    """Hash of the model in force: its parameters and the region's registered frequencies."""
    frequencies = con.execute(
        "SELECT column_name, value, round(frequency, 10) FROM store.term_frequency WHERE learned ORDER BY ALL"
    ).fetchall()
    text = json.dumps([model.load_parameters(), people_in_region(con), frequencies], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def register_region(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Learn the region's size and term frequencies on the first night; later only add values not seen before.

    A value that was unknown when the region was registered gets the frequency of a single bearer.
    """
    con.execute("CREATE TABLE IF NOT EXISTS store.region (people BIGINT, known_from DATE, known_to DATE)")
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.term_frequency (column_name VARCHAR, value VARCHAR, frequency DOUBLE, "
        "learned BOOLEAN, known_from DATE, known_to DATE)"
    )
    rewind(con, "store.region", night)
    rewind(con, "store.term_frequency", night)
    first = not con.execute("SELECT 1 FROM store.region").fetchone()
    if first:
        con.execute(
            "INSERT INTO store.region SELECT greatest(count(DISTINCT coalesce(nhs_number, mention_id)) FILTER "
            "(WHERE contract = 'gp' AND mention = 'patient'), count(*) // 4, 100), $night, NULL FROM person_input",
            {"night": night.date},
        )
    for column in TF_COLUMNS:
        _register_frequencies(con, column, night, first=first)


def _register_frequencies(con: duckdb.DuckDBPyConnection, column: str, night: Night, *, first: bool) -> None:
    # A phone is as common as the people who give it, not as the records that repeat it.
    counted = "count(DISTINCT coalesce(given_called, initials[1]))" if column == "phone" else "count(*)"
    total = people_in_region(con) if column == "phone" else _scalar(con, f"SELECT count({column}) FROM person_input")
    con.execute(
        f"INSERT INTO store.term_frequency SELECT $column, {column}, "
        f"(CASE WHEN $first THEN greatest({counted}, 1) ELSE 1 END) / $total, $first, $night, NULL "
        f"FROM person_input WHERE {column} IS NOT NULL "
        f"AND {column} NOT IN (SELECT value FROM store.term_frequency WHERE column_name = $column) "
        f"GROUP BY {column} ORDER BY {column}",
        {"column": column, "first": first, "total": max(total, 1), "night": night.date},
    )


def people_in_region(con: duckdb.DuckDBPyConnection) -> int:
    """How many people the region was registered with."""
    return _scalar(con, "SELECT people FROM store.region")


def _scalar(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def chance_of_agreement(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """For each column with term frequencies, the chance that two values agree: the sum of squared frequencies."""
    rows = con.execute(
        "SELECT column_name, sum(frequency * frequency) FROM store.term_frequency WHERE learned GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {**dict.fromkeys(TF_COLUMNS, 1e-3), **dict(rows)}


def score(con: duckdb.DuckDBPyConnection, parameters: dict[str, Any], keep_above: float) -> None:
    """`scored`: Splink's prediction for every candidate pair above a match weight (log2 of the Bayes factor with prior)."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=con)
    settings = model.settings(parameters, people_in_region(con), chance_of_agreement(con))
    linker = Linker(api.register("person_input", dataset_display_name="mentions"), settings, log_level=logging.ERROR)
    for column in TF_COLUMNS:
        con.execute(
            f"CREATE OR REPLACE TABLE frequency_of_{column} AS SELECT value AS {column}, frequency AS tf_{column} "
            "FROM store.term_frequency WHERE column_name = $column",
            {"column": column},
        )
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
    predicted = linker.inference.predict(threshold_match_weight=keep_above)
    con.execute(f"CREATE OR REPLACE TABLE scored AS SELECT * FROM {predicted.physical_name}")
    linker.table_management.delete_tables_created_by_splink_from_db()
    for column in TF_COLUMNS:
        con.execute(f"DROP TABLE frequency_of_{column}")
