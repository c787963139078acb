"""Shared fixtures: a working connection with tonight's accepted tables, filled with a few hand-made rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from linkage import history, settings, store
from linkage.night import Night
from linkage.sources import landing
from linkage.tables import CONTRACTS

os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")

NIGHT = date(2026, 1, 5)
Rows = Iterable[Mapping[str, Any]]
DEAREST = (
    "night/test_faults.py", "night/test_case_ys.py", "stages/test_train.py", "night/test_disclosure.py", "night/test_prefect.py",
    "night/test_spark.py", "night/test_done_again.py", "night/test_ways_out.py",
    "review/test_hostile_walk.py", "rules/test_rules.py", "stages/test_score.py", "night/test_nights.py",
    "review/test_pages.py", "night/test_other_landings.py", "rules/test_explanations.py", "quality/test_linkage_holds.py",
    "rules/test_divergence.py", "stages/test_gates_contracts.py", "stages/test_places_match.py", "deliver/test_mesh.py",
    "night/test_upkeep.py", "unit/test_sources_reading.py", "review/test_command.py", "review/test_letting_in.py",
    "review/test_oidc.py", "rules/test_households.py", "night/test_protection_tells_nothing.py", "quality/test_simulator_truth.py",
)  # fmt: skip
"""The files that take longest, about in that order; a new one that takes a quarter of a minute belongs here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give out the dearest files first, so that no worker is left at the end with one and the other with nothing.

    xdist by itself gives out first the files of many tests, and leaves the nights, which are few and dear, for last:
    hence --no-loadscope-reorder in the Makefile.
    """
    place = {name: n for n, name in enumerate(DEAREST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: place.get(item.path.relative_to(here).as_posix(), len(DEAREST)))


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(NIGHT, tmp_path / "landing", tmp_path / "out", settings.load())


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    connection = store.connect(writes=False)  # the store it attaches is in memory: nothing is written encrypted
    connection.execute("ATTACH ':memory:' AS store")
    yield connection
    connection.close()


@pytest.fixture
def accept(con: duckdb.DuckDBPyConnection, night: Night) -> Callable[..., None]:
    """Fill accepted_<contract>: `accept(gp=[{...}], police=[{...}])`; supplier `s` unless the row names one."""

    def insert(contract: str, rows: list[dict[str, Any]]) -> None:
        """All rows in one statement: one each costs as much as all of them."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns, marks = ", ".join(f'"{n}"' for n in names), f"({', '.join('?' * len(names))})"
        if rows:
            con.execute(
                f"INSERT INTO accepted_{contract} ({columns}) VALUES {', '.join([marks] * len(rows))}",
                [row.get(name) for row in rows for name in names],
            )

    def fill(at: Night | None = None, silent: tuple[str, ...] = (), **contracts: Rows) -> None:
        history.prepare(con, at or night)
        landing.prepare(con)
        con.execute(
            "CREATE OR REPLACE TABLE input_file (contract VARCHAR, supplier VARCHAR, path VARCHAR, sha256 VARCHAR, "
            "rows_read BIGINT, rows_quarantined BIGINT, status VARCHAR, reasons VARCHAR[], last_good_night DATE)"
        )
        con.execute(
            "CREATE OR REPLACE TABLE quarantine (contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
            "row_number BIGINT, reasons VARCHAR[])"
        )
        for contract in CONTRACTS.values():
            columns = ", ".join(f'"{c.name}" {c.type}' for c in contract.columns)
            con.execute(
                f"CREATE OR REPLACE TABLE accepted_{contract.name} (supplier VARCHAR, row_number BIGINT, {columns})"
            )
            rows = [
                {"supplier": "s", "row_number": n, **row} for n, row in enumerate(contracts.get(contract.name, ()), 1)
            ]
            insert(contract.name, rows)
            suppliers = {"s", *(row["supplier"] for row in rows)}
            for supplier in sorted(suppliers):
                if contract.name not in silent:
                    con.execute(
                        "INSERT INTO input_file VALUES (?, ?, 'f', 'x', 0, 0, 'accepted', [], NULL)",
                        [contract.name, supplier],
                    )

    return fill
