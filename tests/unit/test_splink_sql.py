"""A condition that several levels ask is asked once, and every pair gets the levels that it would get otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection

import duckdb
import pytest

from linkage.people import model, spark_sql
from linkage.people.splink_sql import asked_once, read_in_place
from tests.model_rows import pairs_of, rows

LEVELS = [level for comparison in model.COMPARISONS for level in comparison.levels]
COLUMNS = {
    name
    for c in model.COMPARISONS
    for sql in (c.silent, *(level.sql for level in c.levels))
    for name in spark_sql.columns(sql)
}
CASES = ", ".join(
    f"CASE WHEN {c.silent} THEN -1 {' '.join(f'WHEN {level.sql} THEN {i}' for i, level in enumerate(c.levels))} ELSE 99 END AS {c.name}"
    for c in model.COMPARISONS
)


def statement(columns: Collection[str]) -> str:
    """A statement that is laid out as Splink lays out its own."""
    return (
        f"WITH blocked_with_cols as ({pairs_of(columns)}), "
        f"__splink__df_comparison_vectors as (select {CASES} from blocked_with_cols) SELECT * FROM __splink__df_comparison_vectors"
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_gets_the_levels_that_it_gets_otherwise(seed):
    with duckdb.connect() as con:
        con.register("some_rows", rows(COLUMNS, seed, many=150, absent=False))
        sql = statement(COLUMNS)
        plain = con.execute(sql).fetchall()
        assert con.execute(asked_once(sql)).fetchall() == plain
    met = {(at, value) for row in plain for at, value in enumerate(row)}
    assert len(met) > len(LEVELS), "hardly a level was met"


def test_each_condition_stands_in_the_statement_once():
    sql = statement(["a"])
    told = asked_once(sql)
    for conditions in model.SHARED:
        for name, condition in conditions.items():
            assert sql.count(condition) > 1, f"{name} is asked at one level alone"
            assert told.count(condition) <= 1
            assert len(re.findall(rf"\b{name}\b", told)) > 2
    assert len(told) < len(sql) / 2


def test_another_statement_comes_back_as_it_is():
    for sql in ("SELECT 1", "WITH blocked_with_cols AS (SELECT 1) SELECT * from blocked_with_cols"):
        assert asked_once(sql) == sql


def test_mentions_are_read_in_place():
    sql = "WITH __splink__df_concat as (SELECT 1 AS a) SELECT * FROM __splink__df_concat AS l, __splink__df_concat AS r"
    with duckdb.connect() as con:
        assert "CTE" in str(con.execute(f"EXPLAIN {sql}").fetchall())
        assert "CTE" not in str(con.execute(f"EXPLAIN {read_in_place(sql)}").fetchall())
