"""The night being worked on: what every stage is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from linkage.settings import Settings


@dataclass(frozen=True)
class Night:
    """One night: its date, the folder of its extracts, the folder its outputs are built in, and the settings.

    `out` is a staging folder; it becomes `<out>/<night>/` only when the whole night is done. engine: duckdb or spark,
    where pairs are scored; it changes nothing in what comes out.
    """

    date: date
    landing: Path
    out: Path
    settings: Settings
    threads: int = 2
    memory: str = "4GB"
    engine: str = "duckdb"
