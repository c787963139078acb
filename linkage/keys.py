"""Secret keys: each from its environment variable, else from a file that the operator alone can read.

No message and no error of this module holds a key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SHORTEST = 32
"""Characters of a key; `openssl rand -hex 32` gives 64."""


class KeyUnusable(RuntimeError):
    """A key that is too short, cannot be read, or can be read by others; the message says what to do."""


def read(file: Path, variable: str) -> str | None:
    """The key in the variable, else in the file; None when neither stands there. Raises KeyUnusable."""
    if key := os.environ.get(variable):
        return _long_enough(key, variable)
    try:
        mode = file.stat().st_mode
        key = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise KeyUnusable(
            f"the key file {file} cannot be read as text; put the right one back or set {variable}"
        ) from None
    if mode & 0o077:
        raise KeyUnusable(f"the key file {file} can be read by others; make it private (chmod 600) and change the key")
    return _long_enough(key, str(file))


def make(file: Path) -> str:
    """Make a new key file (mode 600) and return its key; where another process was first, that one's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_hex(32))
            handle.flush()
            os.fsync(handle.fileno())
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return file.read_text(encoding="ascii").strip()


def _long_enough(key: str, where: str) -> str:
    if len(key) < SHORTEST:
        raise KeyUnusable(
            f"the key in {where} is shorter than {SHORTEST} characters; use one of `openssl rand -hex 32`"
        )
    return key
