"""Works side by side: answers in order, connections of their own, errors told."""

from __future__ import annotations

import threading
from functools import partial

import duckdb
import pytest

from linkage import beside


def _make(con: duckdb.DuckDBPyConnection, number: int, meet: threading.Barrier | None = None) -> int:
    if meet:
        meet.wait(10)
    con.execute(f"CREATE TEMP TABLE own AS SELECT {number} AS n")
    con.execute(f"CREATE TABLE made_{number} AS FROM own")
    return number


def test_works_meet_and_their_answers_keep_their_order() -> None:
    con, meet = duckdb.connect(), threading.Barrier(2)
    assert beside.each(con, [partial(_make, number=n, meet=meet) for n in range(4)], 2) == [0, 1, 2, 3]
    assert con.execute("SELECT n FROM made_3").fetchall() == [(3,)]


def test_on_one_thread_they_take_turns_on_the_connection_given() -> None:
    con = duckdb.connect()
    assert beside.each(con, [partial(_make, number=1)], 1) == [1]
    assert con.execute("SELECT n FROM own").fetchall() == [(1,)]


def test_an_error_of_a_work_is_raised() -> None:
    with pytest.raises(duckdb.Error):
        beside.each(duckdb.connect(), [partial(_make, number=n) for n in (1, 1)], 2)


def test_many_rows_are_left_to_the_database() -> None:
    con = duckdb.connect()
    con.execute("CREATE TABLE input_file AS SELECT 100 AS rows_read")
    assert beside.threads_for(con, 2) == 2
    con.execute("INSERT INTO input_file VALUES ($rows)", {"rows": beside.FEW_ROWS})
    assert beside.threads_for(con, 2) == 1
