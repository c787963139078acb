"""The manifest beside a file: what the supplier says it delivered. Where it stands, it must agree with the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.sources.files import regular_file
from linkage.sources.refusal import Refused

LARGEST = 1_000_000  # bytes; a manifest is one short line


@dataclass(frozen=True)
class Manifest:
    """What a manifest claims; None where it is silent."""

    rows: int | None
    sha256: str | None

    def check_digest(self, sha256: str) -> None:
        """Raises Refused when the file is not the one the supplier sent."""
        if self.sha256 is not None and self.sha256 != sha256:
            raise Refused("its SHA-256 is not the one in its manifest: it changed on the way; ask for it again")

    def check_rows(self, rows: int) -> None:
        """Raises Refused when rows are missing or too many."""
        if self.rows is not None and self.rows != rows:
            raise Refused(f"it holds {rows} rows and its manifest says {self.rows}; ask for it again")


def read(path: Path | None, folder: Path) -> Manifest:
    """The manifest at `path`; an empty one for None. Raises Refused when it stands there and cannot be understood."""
    if path is None:
        return Manifest(None, None)
    try:
        real = regular_file(path, folder)
    except Refused:
        raise _unusable() from None
    content = _json(real)
    rows, sha256 = content.get("rows"), content.get("sha256")
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool)):
        raise _unusable()
    if sha256 is not None and not isinstance(sha256, str):
        raise _unusable()
    if rows is None and sha256 is None:
        raise _unusable()
    return Manifest(rows, sha256.strip().lower() if sha256 is not None else None)


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise _unusable()
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise _unusable() from None
    if not isinstance(content, dict):
        raise _unusable()
    return content


def _unusable() -> Refused:
    return Refused('its manifest cannot be read as {"rows": number, "sha256": text}; ask for file and manifest again')
