"""The version of the software, as run.json and reports print it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

try:
    SOFTWARE = version("linkage")
except PackageNotFoundError:
    SOFTWARE = "0.1.0"


@cache
def code_of(package: str) -> str:
    """Digest of a package's own files (code, SQL, lists, parameters): what is kept from night to night rests on them."""
    digest = hashlib.sha256()
    for file in sorted((Path(__file__).parent / package).rglob("*.*")):
        if file.suffix in (".py", ".sql", ".csv", ".json"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
