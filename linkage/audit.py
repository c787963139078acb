"""The audit log: who did what and when, one JSON line an event, each line chained to the one before by its hash.

`<store>.audit.jsonl` lies beside the store. A line holds `n` (1, 2 …), `at` (UTC), `event` (texts by name), `previous`
(the hash of the line before) and `hash` (SHA-256 of the other four). Nothing is ever changed or taken out; a line that
is changed, left out or put in breaks the chain at that line. What was cut off at the end is found by the signed heads
that each night leaves in its run.json.

An event names nights, files, ids, counts, digests and members of staff; never a value of a record.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkage import keys

GENESIS = "0" * 64
"""What the first line gives as the hash of the line before."""
TAIL = 64 * 1024  # bytes read from the end to find the last line; doubled when one line is longer


class AuditError(RuntimeError):
    """The log cannot be written or its chain is broken; the message says where and what to do."""


@dataclass(frozen=True)
class Chain:
    """A log whose chain holds: the hash of every line, in order."""

    hashes: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.hashes[-1] if self.hashes else GENESIS


def log_of(store: Path) -> Path:
    """The audit log of a store."""
    return store.with_name(store.name + ".audit.jsonl")


def append(path: Path, event: Mapping[str, str]) -> str:
    """Add an event and return the new head. Safe for several processes; on disk when it returns.

    Raises AuditError for a value that is no text, and for a last line that is not one of this log's.
    """
    if wrong := sorted(name for name, value in event.items() if not isinstance(value, str)):
        raise AuditError(f"an audit event holds texts only; {', '.join(wrong)} is none")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path) as descriptor:
        last = _last_line(path, descriptor)
        line = _line(last["n"] + 1, last["hash"], event)
        _write(descriptor, line)
    return str(line["hash"])


def verify(path: Path) -> Chain:
    """The chain of a log. Raises AuditError naming the first line at which it breaks."""
    hashes: list[str] = []
    if not path.exists():
        raise AuditError(f"there is no audit log {path}")
    with open(path, "rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        for number, raw in enumerate(handle, start=1):
            if fault := _fault(raw, number, hashes[-1] if hashes else GENESIS):
                raise AuditError(f"the audit log {path} is broken at line {number}: {fault}; keep the file as it is, "
                                 "find who could write to it, and go on from a copy that verifies")  # fmt: skip
            hashes.append(json.loads(raw)["hash"])
    return Chain(tuple(hashes))


def signing_key(store: Path, *, make: bool = True) -> str:
    """The key that signs heads: from LINKAGE_AUDIT_KEY, else from `<store>.audit.key` (made, mode 600, when missing).

    Raises AuditError for a key that cannot be used, or that is missing and shall not be made.
    """
    file = store.with_name(store.name + ".audit.key")
    try:
        key = keys.read(file, "LINKAGE_AUDIT_KEY")
    except keys.KeyUnusable as error:
        raise AuditError(str(error)) from None
    if key is None and not make:
        raise AuditError(f"the key {file} that signed the heads is missing; put it back or set LINKAGE_AUDIT_KEY")
    return key or keys.make(file)


def sign(key: str, head: str) -> str:
    """HMAC-SHA-256 of a head."""
    return hmac.new(key.encode(), head.encode(), hashlib.sha256).hexdigest()


def is_signed(key: str, head: str, signature: str) -> bool:
    """Whether the signature is this key's for the head."""
    return hmac.compare_digest(sign(key, head), signature)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _line(number: int, previous: str, event: Mapping[str, str]) -> dict[str, Any]:
    told = {"n": number, "at": datetime.now(UTC).isoformat(), "event": dict(event), "previous": previous}
    return {**told, "hash": _hash(told)}


def _hash(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _write(descriptor: int, line: Mapping[str, Any]) -> None:
    data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    start = os.fstat(descriptor).st_size
    if os.write(descriptor, data) != len(data):
        os.ftruncate(descriptor, start)
        raise AuditError("the audit log could not be written whole; is the disk full?")
    os.fsync(descriptor)


def _last_line(path: Path, descriptor: int) -> dict[str, Any]:
    size = os.fstat(descriptor).st_size
    if size == 0:
        return {"n": 0, "hash": GENESIS}
    whole = _end_of_last_whole_line(descriptor, size)
    if whole < size:
        # A crash in the middle of a write: this line was never acknowledged to anybody.
        os.ftruncate(descriptor, whole)
    if whole == 0:
        return {"n": 0, "hash": GENESIS}
    raw = _bytes_of_last_line(descriptor, whole)
    try:
        told = json.loads(raw)
        if told["hash"] == _hash({k: told[k] for k in ("n", "at", "event", "previous")}):
            return dict(told)
    except (ValueError, KeyError, TypeError):
        pass
    raise AuditError(f"the last line of the audit log {path} is none of its own; see `linkage audit verify`")


def _end_of_last_whole_line(descriptor: int, size: int) -> int:
    span = TAIL
    while True:
        start = max(0, size - span)
        at = os.pread(descriptor, size - start, start).rfind(b"\n")
        if at >= 0 or start == 0:
            return start + at + 1
        span *= 2


def _bytes_of_last_line(descriptor: int, end: int) -> bytes:
    start = _end_of_last_whole_line(descriptor, end - 1)
    return os.pread(descriptor, end - start, start)


def _fault(raw: bytes, number: int, previous: str) -> str:
    """What is wrong with a line, or nothing."""
    if not raw.endswith(b"\n"):
        return "it is cut off"
    try:
        told = json.loads(raw)
        expected = _hash({k: told[k] for k in ("n", "at", "event", "previous")})
    except (ValueError, KeyError, TypeError):
        return "it is no line of an audit log"
    if set(told) != {"n", "at", "event", "previous", "hash"} or told["hash"] != expected:
        return "its content was changed"
    if told["previous"] != previous or told["n"] != number:
        return "the line before it was changed, left out or put in"
    return ""
