"""A night on which one row in two hundred is another than the night before: what speed is asked for at a million mentions.

A region's own next night changes about one mention in eight hundred. Here each picked row gets another phone number, so that it
and whoever it names is standardised, compared and resolved anew.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import shutil
from pathlib import Path

PHONE = {"gp": "mobile", "council_tax": "phone", "police": "phone", "maternity_booking": "mobile"}
ONE_IN = 200


def change(night: Path, changed: Path, seed: int = 7) -> int:
    """Write a night's folder again as that of another day (the name of `changed`). Returns how many rows are other ones."""
    draw, rows = random.Random(seed), 0
    changed.mkdir(parents=True)
    for file in sorted(night.glob("*.csv")):
        column = PHONE.get(file.name.split("__")[0])
        if column:
            rows += _change_rows(file, changed / file.name, column, draw)
        else:
            shutil.copy(file, changed / file.name)
        manifest = night / f"{file.name}.manifest.json"
        if manifest.exists():
            _sign_again(manifest, changed / file.name)
    return rows


def _change_rows(file: Path, to: Path, column: str, draw: random.Random) -> int:
    rows = 0
    with open(file, newline="", encoding="utf-8") as old, open(to, "w", newline="", encoding="utf-8") as new:
        reader, writer = csv.reader(old), csv.writer(new, lineterminator="\n")
        heading = next(reader)
        at = heading.index(column)
        writer.writerow(heading)
        for row in reader:
            if draw.randrange(ONE_IN) == 0:
                row[at] = f"07{draw.randrange(10**9):09d}"
                rows += 1
            writer.writerow(row)
    return rows


def _sign_again(manifest: Path, file: Path) -> None:
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    told["extracted_at"] = told["extracted_at"].replace(manifest.parent.name, file.parent.name)
    file.with_name(manifest.name).write_text(json.dumps(told), encoding="utf-8")
