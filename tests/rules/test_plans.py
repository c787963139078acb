"""No statement of detection lays every row of one table beside every row of another: a large region would wait for it."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from linkage.detect.exceptions import HERE, TABLES


@pytest.fixture
def detected(con, contents_from):
    """A night of one family, so that every table is there that a statement of detection reads."""
    contents_from()
    return con


def test_no_statement_of_detection_lays_all_rows_beside_all(detected, night):
    for table in chain.from_iterable(TABLES):
        text = (HERE / f"{table}.sql").read_text(encoding="utf-8")
        given = {"night": night.date} if "$night" in text else {}
        (_, plan) = detected.execute(f"EXPLAIN (FORMAT json) {text}", given).fetchone()
        assert "CREATE_TABLE_AS" in plan
        assert "BLOCKWISE_NL_JOIN" not in plan, table


def test_no_statement_of_detection_reads_what_runs_beside_it():
    later = set(chain.from_iterable(TABLES))
    assert later == {file.stem for file in HERE.glob("*.sql")}
    for group in TABLES:
        for table in group:
            text = (HERE / f"{table}.sql").read_text(encoding="utf-8")
            read = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", text))
            assert not read & later - {table}, table
        later -= set(group)
