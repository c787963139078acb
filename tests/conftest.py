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


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(NIGHT, tmp_path / "landing", tmp_path / "out", settings.load())


@pytest.fixture
def con() -> Iterable[duckdb.DuckDBPyConnection]:
    connection = store.connect()
    connection.execute("ATTACH ':memory:' AS store")
    yield connection
    connection.close()


@pytest.fixture
def accept(con: duckdb.DuckDBPyConnection, night: Night) -> Callable[..., None]:
    """Fill accepted_<contract>: `accept(gp=[{...}], police=[{...}])`; supplier `s` unless the row names one."""

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
            suppliers = {"s"}
            for number, row in enumerate(contracts.get(contract.name, ()), start=1):
                full = {"supplier": "s", "row_number": number, **row}
                suppliers.add(full["supplier"])
                names = ", ".join(f'"{n}"' for n in full)
                con.execute(
                    f"INSERT INTO accepted_{contract.name} ({names}) VALUES ({', '.join('?' * len(full))})",
                    list(full.values()),
                )
            for supplier in sorted(suppliers):
                if contract.name not in silent:
                    con.execute(
                        "INSERT INTO input_file VALUES (?, ?, 'f', 'x', 0, 0, 'accepted', [], NULL)",
                        [contract.name, supplier],
                    )

    return fill
