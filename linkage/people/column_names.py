"""Splink parses the same few texts thousands of times a night: the names of some fifty columns, the conditions and blocking rules of a model.

What it makes of them is a pure function of values that never change (a text and a dialect; a frozen dataclass), so it is
remembered; of a condition, that it is in order. Splink offers no setting for it: this is the one place where the product
changes its working, and what it works out is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from splink.internals import blocking
from splink.internals.comparison_level import ComparisonLevel
from splink.internals.input_column import SqlglotColumnTreeBuilder as ColumnName


@cache
def remember() -> None:
    """Have Splink parse each name, condition and blocking rule once. A second call changes nothing more."""
    parse = ColumnName.from_raw_column_name_or_column_reference
    ColumnName.from_raw_column_name_or_column_reference = staticmethod(cache(parse))
    ColumnName.sql = property(cache(ColumnName.sql.fget))
    blocking.parse_columns_in_sql = cache(blocking.parse_columns_in_sql)  # its one reader asks for their names alone
    ComparisonLevel._validate_sql = _until_in_order(ComparisonLevel._validate_sql)


def _until_in_order(check: Callable[[ComparisonLevel], bool]) -> Callable[[ComparisonLevel], bool]:
    """The same check, made of each condition until it passes: a faulty one raises every time."""
    in_order: set[tuple[str, str]] = set()

    def check_once(level: ComparisonLevel) -> bool:
        condition = level.sql_condition, level.sqlglot_dialect
        if condition not in in_order:
            check(level)
            in_order.add(condition)
        return True

    return check_once
