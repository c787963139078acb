"""Splink parses SQL to know which columns a text names, some hundred texts a night, some of them thousands of times.

What it works out is a pure function of values that never change (a text and a dialect; a frozen dataclass), and the texts are the
product's own: each column in them ends in _l or _r and nothing else does. So names are remembered, and the columns of a level are
found by their ends, which tests compare with what Splink parses. Splink offers no setting for it: here, and in the text of its
statements (splink_sql.py), the product changes its working, and what it works out is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from splink.internals import blocking, comparison_level
from splink.internals.comparison_level import ComparisonLevel
from splink.internals.duckdb.dataframe import DuckDBDataFrame
from splink.internals.input_column import InputColumn
from splink.internals.input_column import SqlglotColumnTreeBuilder as ColumnName


@cache
def remember() -> None:
    """Have Splink parse each name once and no level at all. A second call changes nothing more."""
    parse = ColumnName.from_raw_column_name_or_column_reference
    ColumnName.from_raw_column_name_or_column_reference = staticmethod(cache(parse))
    ColumnName.sql = property(cache(ColumnName.sql.fget))
    comparison_level._input_columns_used_by_sql_condition_cached = cache(columns_of)
    blocking.parse_columns_in_sql = cache(blocking.parse_columns_in_sql)
    DuckDBDataFrame.columns = property(_asked_once(DuckDBDataFrame.columns.fget))
    # A level that is no SQL is refused by the database.
    ComparisonLevel._validate_sql = lambda level: True


def _asked_once(
    columns: Callable[[DuckDBDataFrame], list[InputColumn]],
) -> Callable[[DuckDBDataFrame], list[InputColumn]]:
    """The columns of a table, which stay, without asking the database for them a second time."""

    def remembered(table: DuckDBDataFrame) -> list[InputColumn]:
        known: list[InputColumn] | None = vars(table).get("known_columns")
        if known is None:
            known = table.known_columns = columns(table)
        return known

    return remembered


def columns_of(sql: str, dialect: str) -> tuple[InputColumn, ...]:
    """The columns that the SQL of a level compares."""
    names = dict.fromkeys(re.findall(r"\b(\w+)_[lr]\b", sql))
    return tuple(InputColumn(name, sqlglot_dialect_str=dialect) for name in names)
