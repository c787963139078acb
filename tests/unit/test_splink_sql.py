"""A condition that several levels ask is asked once, and every pair gets the levels that it would get otherwise."""

from __future__ import annotations

import random
import re

import duckdb
import pyarrow as pa
import pytest

from linkage.people import model
from linkage.people.splink_sql import asked_once, read_in_place

WORDS = ("ANN", "MARY", "MOHAMMED", "SYED", "LEE", "OBRIEN")
SPELLINGS = ("JONATHAN", "JONATHON", "KATHERINE", "CATHERINE", "MUHAMMAD", "MOHAMMED", "LI", "LEE", "SMITH", "SMYTHE")
DATES = ("1990-01-01", "1990-01-02", "1990-02-01", "1991-01-02", "1909-01-02", "1990-01-31")
LISTS = {
    **dict.fromkeys(("initials", "leading_initials", "family_initials", "lead_initials", "later_initials"), "ABCM"),
    **dict.fromkeys(("two_initials", "behind_initials", "name_initials"), ("AB", "AM", "MM")),
    **dict.fromkeys(("home_keys", "context_keys", "together_keys", "forward_keys"), ("1", "2", "3", "4", "5", "6")),
    **dict.fromkeys(("move_days", "came_on", "left_on"), DATES[:3]),
    **dict.fromkeys(
        ("given", "given_keys", "given_readings", "given_parts", "later", "family", "family_keys", "family_called", "family_readings"), WORDS
    ),
}  # fmt: skip
TEXTS = {
    **dict.fromkeys(("given_called", "given_joined", "family_last"), WORDS[:4]),
    **dict.fromkeys(("given_written", "family_written"), SPELLINGS),
    **dict.fromkeys(("born", "home_since", "home_until"), DATES),
    "phone": ("07700900123", "07700900132", "07700911111"),
}
LEVELS = [level for comparison in model.COMPARISONS for level in comparison.levels]
CASES = ", ".join(
    f"CASE WHEN {c.silent} THEN -1 {' '.join(f'WHEN {level.sql} THEN {i}' for i, level in enumerate(c.levels))} ELSE 99 END AS {c.name}"
    for c in model.COMPARISONS
)


def rows(draw: random.Random) -> pa.Table:
    """Rows of every column that is compared, drawn from few values so that they meet. Lists are empty often, and never absent."""
    conditions = [sql for c in model.COMPARISONS for sql in (c.silent, *(level.sql for level in c.levels))]
    columns = sorted({name for sql in conditions for name in re.findall(r"\b(\w+)_[lr]\b", sql)})

    def one(name: str):
        if name in LISTS:
            return [draw.choice(LISTS[name]) for _ in range(draw.choice((0, 0, 1, 2)))]
        return None if draw.random() < 0.2 else draw.choice(TEXTS.get(name, ("1", "2", "3")))

    types = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in columns}
    return pa.table({name: pa.array([one(name) for _ in range(150)], type=kind) for name, kind in types.items()})


def statement(columns: list[str]) -> str:
    """A statement that is laid out as Splink lays out its own."""
    held = ", ".join(f"{side}.{name} AS {name}_{side}" for name in columns for side in "lr")
    return (
        f"WITH blocked_with_cols as (SELECT {held} FROM some_rows AS l CROSS JOIN some_rows AS r), "
        f"__splink__df_comparison_vectors as (select {CASES} from blocked_with_cols) SELECT * FROM __splink__df_comparison_vectors"
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_pair_gets_the_levels_that_it_gets_otherwise(seed):
    with duckdb.connect() as con:
        con.register("some_rows", rows(random.Random(seed)))
        sql = statement([name for name, *_ in con.execute("DESCRIBE some_rows").fetchall()])
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
