"""Writes the landing folders: one file a contract and supplier and night, each with its manifest where wanted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from sample_data.simulator.clock import iso
from sample_data.simulator.record import Record, Version
from sample_data.simulator.truth import Truth

WITH_MANIFEST = ("dudley_emis", "dudley_mbc", "sandwell_mbc", "wmp_niche", "dudley_llpg")
"""Suppliers that send a manifest beside their file."""

LEFT_OUT: dict[tuple[str, str], tuple[str, ...]] = {
    ("gp", "sandwell_systmone"): ("registration_type", "nhs_number_status"),
    ("maternity_booking", "swb_badgernet"): ("father_recorded_reason",),
    ("council_tax", "sandwell_mbc"): ("email",),
}
"""Columns that may be missing (extracts.md, need `o`) and are, by contract and supplier."""
TURNED_ROUND = ("sandwell_mbc", "swb_badgernet")
"""Suppliers whose columns stand in another order than the contract's: column order is free."""


class NightFile:
    """One file being written, with its count and hash."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows = path, 0
        self._hash = hashlib.sha256()
        self._out: BinaryIO = path.open("wb")
        self._put(line(header))

    def write(self, text: bytes) -> None:
        self.rows += 1
        self._put(text)

    def close(self, night: int, manifest: bool) -> None:
        self._out.close()
        if manifest:
            told = {"rows": self.rows, "sha256": self._hash.hexdigest(), "extracted_at": f"{iso(night)}T22:05:00Z"}
            self.path.with_name(f"{self.path.name}.manifest.json").write_text(json.dumps(told) + "\n", encoding="utf-8")

    def _put(self, text: bytes) -> None:
        self._hash.update(text)
        self._out.write(text)


def line(cells: tuple[str, ...]) -> bytes:
    """One CSV line (RFC 4180)."""
    return (",".join(map(_quoted, cells)) + "\r\n").encode()


def _quoted(cell: str) -> str:
    if "," in cell or '"' in cell or "\n" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write(
    out: Path,
    nights: list[int],
    contract: str,
    supplier: str,
    header: tuple[str, ...],
    *,
    records: Iterable[Record],
    truth: Truth,
) -> int:
    """Streams the records of one supplier into the files of all nights, and their truth beside; returns the records."""
    order = _columns(contract, supplier, header)
    sent = tuple(header[i] for i in order)
    files = [NightFile(out / "landing" / iso(n) / f"{contract}__{supplier}.csv", sent) for n in nights]
    count = 0
    for record in records:
        count += 1
        shown = [record.on(night) for night in nights]
        _rows(files, shown, order)
        truth.record(contract, supplier, record, list(zip(nights, shown, strict=True)))
    for night, file in zip(nights, files, strict=True):
        file.close(night, supplier in WITH_MANIFEST)
    return count


def _columns(contract: str, supplier: str, header: tuple[str, ...]) -> list[int]:
    """Which columns this supplier sends, in its order."""
    missing = LEFT_OUT.get((contract, supplier), ())
    order = [i for i, name in enumerate(header) if name not in missing]
    return [*order[1:], order[0]] if supplier in TURNED_ROUND else order


def _rows(files: list[NightFile], shown: list[Version | None], order: list[int]) -> None:
    last: Version | None = None
    text = b""
    for file, version in zip(files, shown, strict=True):
        if version is None:
            continue
        if version is not last:
            last, text = version, line(tuple(version.cells[i] for i in order))
        file.write(text)
