"""The outbox on disk: `<outbox>/<night>/<recipient>/<file>` and beside it `<id>.json`, which becomes the receipt.

Every write is whole or not there (written aside, then renamed). A delivery is `waiting` until it is `sent`; one that was
tried as often as the settings allow is `dead` and is tried again, and named loudly, on every later run. One whose night no
longer holds the same share is `withdrawn`, and its file is gone.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from linkage.deliver import bundle
from linkage.deliver.recipients import Recipient


class OutboxBusy(RuntimeError):
    """Another run is delivering from this outbox."""


class NotSent(RuntimeError):
    """A try that did not get through; the message says why, without any value of a record."""


@dataclass
class Delivery:
    """One delivery: what, to whom, how it went. No field holds anything about a person."""

    id: str
    night: str
    recipient: str
    way: str
    file: str
    size: int
    sha256: str
    state: str = "waiting"
    attempts: int = 0
    problem: str = ""
    sent_at: str = ""
    remote: str = ""
    noticed_at: str = ""
    read_at: str = ""
    folder: Path = field(default=Path(), compare=False)

    @property
    def path(self) -> Path:
        return self.folder / self.file

    def save(self) -> None:
        """Write `<id>.json`, whole or not at all."""
        told = {k: v for k, v in asdict(self).items() if k != "folder"}
        put(self.folder / f"{self.id}.json", (json.dumps(told, indent=2) + "\n").encode())


def put(file: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing."""
    aside = file.with_name(f".{file.name}.part")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(aside, file)


@contextmanager
def lock(outbox: Path) -> Iterator[None]:
    """Hold the outbox. Raises OutboxBusy when another run does."""
    outbox.mkdir(parents=True, exist_ok=True)
    with open(outbox / ".lock", "w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutboxBusy(f"another run is delivering from {outbox}; this one leaves") from None
        yield


def prepare(outbox: Path, night: str, recipient: Recipient, share: Path) -> Delivery:
    """The delivery of a share: the one that is known already, or a new one with its sealed file. Raises CannotSeal."""
    content = bundle.packed(share)
    key = bundle.identity(recipient.name, night, content)
    folder = outbox / night / recipient.name
    if (folder / f"{key}.json").exists():
        return read(folder / f"{key}.json")
    made = bundle.sealed(content, recipient.age) if recipient.age else content
    name = f"linkage_{recipient.name}_{night}_{key}.zip{'.age' if recipient.age else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / name, made)
    delivery = Delivery(key, night, recipient.name, recipient.way, name, len(made), bundle.digest(made), folder=folder)
    delivery.save()
    return delivery


def read(file: Path) -> Delivery:
    """A delivery as its file tells it."""
    return Delivery(**json.loads(file.read_text(encoding="utf-8")), folder=file.parent)


def known(outbox: Path) -> list[Delivery]:
    """Every delivery of the outbox, oldest night first."""
    return [read(f) for f in sorted(outbox.glob("????-??-??/*/*.json"))]
