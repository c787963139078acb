"""What ties a night's files to the audit log: their digests, and the log's head signed, both in run.json.

A sealed night can be checked later: no file of it was changed, and no line of the log up to it was changed or cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage import audit

UNSEALED = ("run.json", ".fingerprint")
"""run.json holds the seal; .fingerprint is written by publication."""
ALGORITHM = "HMAC-SHA-256"


@dataclass(frozen=True)
class Checked:
    """What `check` found: lines of the log, nights whose seal holds, and what is wrong, one line of words each."""

    lines: int
    nights: int
    faults: tuple[str, ...]


def seal(folder: Path, store: Path, event: Mapping[str, str]) -> dict[str, Any]:
    """Log the event with the digest of every file in the folder; returns what run.json keeps: `outputs`, `audit`."""
    outputs = digests(folder)
    head = audit.append(audit.log_of(store), {**event, "outputs": _digest_of(outputs)})
    signature = audit.sign(audit.signing_key(store), head)
    return {"outputs": outputs, "audit": {"head": head, "signature": signature, "algorithm": ALGORITHM}}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 by path, of every file that a seal covers."""
    found = {}
    for file in sorted(f for f in folder.rglob("*") if f.is_file() and f.name not in UNSEALED):
        with open(file, "rb") as handle:
            found[file.relative_to(folder).as_posix()] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found


def check(store: Path, out: Path | None) -> Checked:
    """Verify the log, and every sealed night of `out` against it. Raises AuditError where the chain itself breaks."""
    chain = audit.verify(audit.log_of(store))
    key = audit.signing_key(store, make=False)
    known = dict(_sealed(audit.log_of(store)))
    nights = sorted(run.parent for run in out.glob("[0-9]*-*-*/run.json")) if out else []
    faults = tuple(fault for folder in nights for fault in _faults(folder, key, known))
    return Checked(len(chain.hashes), len(nights), faults)


def _sealed(log: Path) -> Iterator[tuple[str, str]]:
    """Hash of every line that seals outputs, and their digest."""
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            if "outputs" in told["event"]:
                yield told["hash"], told["event"]["outputs"]


def _faults(folder: Path, key: str, known: Mapping[str, str]) -> Iterator[str]:
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    if "audit" not in run:
        yield f"night {folder.name} bears no seal"
        return
    head = str(run["audit"]["head"])
    if not audit.is_signed(key, head, str(run["audit"]["signature"])):
        yield f"night {folder.name}: the signature of its head is not this key's"
    if head not in known:
        yield f"night {folder.name}: the log does not hold its head: lines were cut off or the log was replaced"
    elif known[head] != _digest_of(run["outputs"]):
        yield f"night {folder.name}: run.json lists other files than were sealed"
    now = digests(folder)
    for name, digest in run["outputs"].items():
        if now.get(name) != digest:
            yield f"night {folder.name}: {name} {'was changed' if name in now else 'is missing'}"


def _digest_of(outputs: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()
