"""Splink reads and writes the name of a column by parsing it, thousands of times a night for the same fifty columns.

Both are pure functions of values that never change (a text and a dialect; a frozen dataclass), so they are remembered. Splink
offers no setting for it: this is the one place where the product changes its working, and what it works out is the same.
"""

from __future__ import annotations

from functools import cache

from splink.internals.input_column import SqlglotColumnTreeBuilder as ColumnName


@cache
def remember() -> None:
    """Have Splink parse each name once. A second call changes nothing more."""
    parse = ColumnName.from_raw_column_name_or_column_reference
    ColumnName.from_raw_column_name_or_column_reference = staticmethod(cache(parse))
    ColumnName.sql = property(cache(ColumnName.sql.fget))
