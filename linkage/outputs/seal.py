"""What ties a night's files to the audit log: their digests, and the log's head signed, both in run.json.

A sealed night can be checked later: no file of it was changed, added or taken away, it is the version that was sealed last, and
no line of the log up to it was changed or cut off. A sealed night that is gone is named, unless retention deleted it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage import audit

UNSEALED = ("run.json", ".fingerprint")
"""Files of a night's folder itself. run.json holds the seal; .fingerprint is written by publication."""
ALGORITHM = "HMAC-SHA-256"
NIGHTS_OF_RESULTS = "nights of results"
"""What the log calls the folders of results that a run of retention deleted."""


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
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        if (name := file.relative_to(folder).as_posix()) not in UNSEALED:
            with open(file, "rb") as handle:
                found[name] = hashlib.file_digest(handle, "sha256").hexdigest()
    return found


@dataclass(frozen=True)
class Sealed:
    """What a log tells of seals: by the hash of a line that seals, the night and the digest of its outputs; by night, the
    hash of the line that sealed it last; and the first night that retention has not deleted.
    """

    nights: Mapping[str, tuple[str, str]]
    last: Mapping[str, str]
    kept_from: str


def check(store: Path, out: Path | None) -> Checked:
    """Verify the log, and every night of `out` against it. Raises AuditError where the chain itself breaks or `out` is none."""
    chain = audit.verify(audit.log_of(store))
    if out is None:
        return Checked(len(chain.hashes), 0, ())
    if not out.is_dir():
        raise audit.AuditError(f"there is no folder of results {out}")
    key = audit.signing_key(store, make=False)
    sealed = _sealed(audit.log_of(store))
    folders = sorted(f for f in out.glob("[0-9]*-*-*") if f.is_dir())
    missing = sorted(n for n in sealed.last if n >= sealed.kept_from and not (out / n).is_dir())
    faults = [fault for folder in folders for fault in _faults(folder, key, sealed)]
    faults += [
        f"night {night} was sealed and is not in {out}: it was taken away, or its run was killed before it was published"
        for night in missing
    ]
    return Checked(len(chain.hashes), len(folders), tuple(faults))


def _sealed(log: Path) -> Sealed:
    nights: dict[str, tuple[str, str]] = {}
    kept_from = ""
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            event = told["event"]
            if "outputs" in event:
                nights[told["hash"]] = (event.get("night", ""), event["outputs"])
            elif event.get("what") == "deleted":
                kept_from = max(kept_from, _kept_from(event))
    return Sealed(nights, {night: head for head, (night, _) in nights.items()}, kept_from)


def _kept_from(event: Mapping[str, str]) -> str:
    """The day before which a run of retention deleted the nights of results."""
    told = re.fullmatch(r"\d+ from before (\d{4}-\d\d-\d\d)", event.get(NIGHTS_OF_RESULTS, ""))
    return told.group(1) if told else ""


def _faults(folder: Path, key: str, sealed: Sealed) -> Iterator[str]:
    file = folder / "run.json"
    run = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if "audit" not in run:
        yield f"night {folder.name} bears no seal"
        return
    head = str(run["audit"]["head"])
    if not audit.is_signed(key, head, str(run["audit"]["signature"])):
        yield f"night {folder.name}: the signature of its head is not this key's"
    night, outputs = sealed.nights.get(head, ("", ""))
    if not night:
        yield f"night {folder.name}: the log does not hold its head: lines were cut off or the log was replaced"
    elif night != folder.name:
        yield f"night {folder.name}: it is a copy of night {night}"
    elif sealed.last[night] != head:
        yield (
            f"night {folder.name}: it is not the version that was sealed last: an older one was put back, or a run of it was "
            "killed before it was published"
        )
    if night and outputs != _digest_of(run["outputs"]):
        yield f"night {folder.name}: run.json lists other files than were sealed"
    now = digests(folder)
    for name, digest in run["outputs"].items():
        if now.get(name) != digest:
            yield f"night {folder.name}: {name} {'was changed' if name in now else 'is missing'}"
    for name in sorted(now.keys() - run["outputs"].keys()):
        yield f"night {folder.name}: {name} was added"


def _digest_of(outputs: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()
