"""What DuckDB may use of a night's memory: what Python leaves of it, so that both together stay within `--memory`."""

from __future__ import annotations

import ctypes
import re
from contextlib import suppress

import duckdb
import psutil
import pyarrow as pa

MOST = 0.7
"""DuckDB's part at the start. The rest is Python's: its imports, the index of the gazetteer, the texts and mentions of one batch."""
LEAST = 0.3
"""DuckDB's part however much Python holds: with less it would spill all that it reads."""
FOR_A_STAGE = 0.15
"""What is left free for what the Python of one stage comes to hold."""
FOR_PRINT = 0.3
"""The same while reports are written: beside the pages, one hub's print."""
LEAST_OF_A_NIGHT = 100 * 10**6
"""Bytes that `--memory` must at least give: Python's imports alone are more, so that with less no night of any size ends."""
_UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}


def bytes_of(memory: str) -> float | None:
    """What `--memory` gives, None for what is no number with a unit."""
    found = _read(memory)
    unit = _UNITS.get(found.group(2).upper()) if found else None
    return float(found.group(1)) * unit if found and unit else None


def share_of(memory: str) -> str:
    """What DuckDB may use at the start, as `2.8GB`; what is no number with a unit is left for DuckDB to refuse."""
    found = _read(memory)
    return f"{float(found.group(1)) * MOST:g}{found.group(2)}" if found else memory


def leave_room(con: duckdb.DuckDBPyConnection, memory: str, free: float = FOR_A_STAGE) -> None:
    """Have DuckDB give back what Python has come to hold beside it, between MOST and LEAST of a night's memory.

    free: the part of it that Python is about to come to hold beside that.
    """
    whole = bytes_of(memory)
    if whole is None:
        return
    left = _left_by_python(con, whole, free)
    if left < MOST * whole:
        _give_back()
        left = _left_by_python(con, whole, free)
    left = min(MOST * whole, max(LEAST * whole, left))
    # Without a disk to move them to its tables stay where they are.
    with suppress(duckdb.Error):
        con.execute(f"SET memory_limit = '{int(left)}B'")


def _give_back() -> None:
    """Have the system take back what was freed: Python, Arrow and DuckDB keep hundreds of megabytes for the next time."""
    pa.default_memory_pool().release_unused()
    with suppress(AttributeError):  # Only the C library of Linux has it.
        ctypes.CDLL(None).malloc_trim(0)


def _left_by_python(con: duckdb.DuckDBPyConnection, whole: float, free: float) -> float:
    of_duckdb = con.execute("SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory()").fetchone()
    of_python = psutil.Process().memory_info().rss - (of_duckdb[0] if of_duckdb else 0)
    return float(whole - of_python - free * whole)


def _read(memory: str) -> re.Match[str] | None:
    return re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*", memory)
