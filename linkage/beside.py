"""Work on tables that have nothing to do with each other, side by side.

DuckDB gives a table of less than a row group to one core, so on a usual region's extracts, seven kinds of them, one core worked
and the others waited. Larger tables it spreads over the cores by itself, and two of them at once would want the memory of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import duckdb

R = TypeVar("R")
Work = Callable[[duckdb.DuckDBPyConnection], R]

FEW_ROWS = 300_000
"""Of a night, over all its tables; of them the largest is about half."""


def each(con: duckdb.DuckDBPyConnection, works: Sequence[Work[R]], threads: int) -> list[R]:
    """What each work gives, in their order; on more than one thread each has a connection of its own to the same database.

    A temporary table or view of a work is then its own. No two works may write one table, but for adding rows to it.
    """
    if threads < 2:
        return [work(con) for work in works]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(partial(_on_its_own, con), works))


def _on_its_own(con: duckdb.DuckDBPyConnection, work: Work[R]) -> R:
    with con.cursor() as own:
        return work(own)


def threads_for(con: duckdb.DuckDBPyConnection, threads: int) -> int:
    """How many works of tonight's rows may go side by side."""
    row = con.execute("SELECT coalesce(sum(rows_read), 0) FROM input_file").fetchone()
    return threads if row and row[0] <= FEW_ROWS else 1
