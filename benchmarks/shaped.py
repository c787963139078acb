"""What benchmarks start from: a region that is invented once, and a night's extracts as far as `mention` and `address`, in memory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from expectations import contracts
from linkage import history, settings, store
from linkage.night import Night
from linkage.protect import gate
from linkage.sources import read
from linkage.standardise import mention
from sample_data.simulator import simulate


def kept_region(folder: Path, people: int, nights: int, seed: int) -> Path:
    """The region of a size and seed in a folder, invented where the folder lacks it: whole, or not there at all."""
    region = folder / f"{people}-{seed}"
    if not region.exists():
        folder.mkdir(parents=True, exist_ok=True)
        simulate(people, nights, seed, folder / "unfinished")
        (folder / "unfinished").rename(region)
    return region


def shaped(landing: Path, day: date, scratch: Path) -> tuple[duckdb.DuckDBPyConnection, Night]:
    """Read, check, protect, remember and standardise one night; its connection, and the night with the shipped settings."""
    night = Night(day, landing, scratch, settings.load())
    con = store.connect(memory="8GB")
    con.execute("ATTACH ':memory:' AS store")
    history.prepare(con, night)
    for stage in (read.land, contracts.gate, gate.run, history.remember, mention.run):
        stage(con, night)
    return con, night
