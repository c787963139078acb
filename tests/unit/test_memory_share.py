"""A night's memory: DuckDB's part of it leaves room for Python."""

from __future__ import annotations

import pytest

from flows.workroom import share_of


@pytest.mark.parametrize(
    ("given", "share"), [("4GB", "2.8GB"), ("500MB", "350MB"), ("1.5 GiB", "1.05GiB"), ("much", "much")]
)
def test_duckdb_gets_seven_tenths(given, share):
    assert share_of(given) == share
