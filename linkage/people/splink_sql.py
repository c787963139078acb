"""Splink's statements as DuckDB does them with less work: the same rows come out.

What several levels of the model ask of a pair is asked once. DuckDB looks at the levels of a comparison one after the other;
whether two names may be one name is asked at eight of them, whether two homes are one at nine: half of a night's comparing. Splink
offers no place for what is worked out of both rows before the levels, so its statement is given one, just where it reads the pairs.

And mentions are read where they stand. DuckDB lays out aside what a statement reads more than once, here all columns of all
mentions, lists of words among them; each blocking rule reads two or three of the columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from splink import DuckDBAPI

from linkage.people import model

_LEVELS = "__splink__df_comparison_vectors as ("
_PAIRS = "from blocked_with_cols"
_MENTIONS = "__splink__df_concat as ("


class LeanDuckDBAPI(DuckDBAPI):  # type: ignore[misc]  # Splink tells no types.
    """Splink's connection to DuckDB."""

    def _execute_sql_against_backend(self, final_sql: str) -> duckdb.DuckDBPyRelation:
        found: duckdb.DuckDBPyRelation = super()._execute_sql_against_backend(read_in_place(asked_once(final_sql)))
        return found


def read_in_place(sql: str) -> str:
    """The statement, reading the mentions themselves."""
    return sql.replace(_MENTIONS, _MENTIONS.replace(" as (", " as not materialized ("))


def asked_once(sql: str, shared: Sequence[model.Conditions] = model.SHARED) -> str:
    """The statement with each shared condition worked out beside the pairs, and its name where levels ask it.

    What is worked out is true or false: a condition that is unknown holds at no level. Other statements come back as they are.
    """
    before, found, rest = sql.partition(_LEVELS)
    levels, _, after = rest.partition(_PAIRS)
    if not found or _PAIRS not in rest:
        return sql
    known: dict[str, str] = {}
    pairs = "blocked_with_cols"
    for conditions in shared:
        # A condition may hold others, which the select within has worked out.
        asked = {name: _named(condition, known) for name, condition in conditions.items()}
        told = ", ".join(
            f"CASE WHEN {condition} THEN TRUE ELSE FALSE END AS {name}" for name, condition in asked.items()
        )
        pairs = f"(SELECT *, {told} FROM {pairs})"
        levels = _named(levels, asked)
        known |= conditions
    return f"{before}{found}{levels}from {pairs}{after}"


def _named(text: str, conditions: model.Conditions) -> str:
    for name, condition in conditions.items():
        text = text.replace(condition, name)
    return text
