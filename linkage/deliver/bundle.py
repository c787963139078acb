"""What one reader gets of a night as one file: a zip whose bytes follow from its content alone, sealed with age."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)


class CannotSeal(RuntimeError):
    """The bundle cannot be encrypted; the message says what to do and holds no personal value."""


def shares(night: Path) -> dict[str, Path]:
    """The folder of each reader in a published night, by recipient: hubs by GSS code, agencies by their name."""
    found = {f.name: f for kind in ("hubs", "agencies") for f in sorted((night / kind).glob("*")) if f.is_dir()}
    return dict(sorted(found.items()))


def packed(folder: Path) -> bytes:
    """The folder as a zip. The same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in sorted(f for f in folder.rglob("*") if f.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, file.read_bytes())
    return out.getvalue()


def identity(recipient: str, night: str, content: bytes) -> str:
    """The id of a delivery: the same night, reader and content is the same delivery."""
    return digest(f"{recipient}|{night}|{digest(content)}".encode())[:16]


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sealed(content: bytes, keys: Sequence[str]) -> bytes:
    """The content encrypted so that each of the age keys alone can open it. Raises CannotSeal."""
    try:
        import pyrage
    except ImportError:
        raise CannotSeal("pyrage is not installed; pip install -r requirements-deliver.lock") from None
    try:
        readers = [pyrage.x25519.Recipient.from_str(key) for key in keys]
        made: bytes = pyrage.encrypt(content, readers)
    except (pyrage.RecipientError, pyrage.EncryptError):
        raise CannotSeal("one of its age keys is not a public age key (age1…)") from None
    return made
