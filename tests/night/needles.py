"""Search of anything left behind for many identifiers at once, in every encoding that a leak could take.

Every identifier becomes needles of at least eight bytes; windows of eight bytes of a haystack are looked up as numbers,
then compared whole. Containers (Parquet, XLSX and other zips, gzip, SQLite, PDF streams) are opened first.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import sqlite3
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet

WINDOW = 8


class Needles:
    """`found(haystack)` gives the identifiers that stand in it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.needle: dict[bytes, str] = {}
        for secret in secrets:
            for needle in forms(secret):
                if len(needle) >= WINDOW:
                    self.needle[needle] = secret
        self.by_start: dict[int, list[bytes]] = {}
        for needle in self.needle:
            self.by_start.setdefault(int.from_bytes(needle[:WINDOW], "little"), []).append(needle)
        self.starts = np.array(sorted(self.by_start), dtype=np.uint64)

    def found(self, haystack: bytes) -> set[str]:
        return self._in(haystack) | self._in(haystack.lower())

    def _in(self, haystack: bytes) -> set[str]:
        found: set[str] = set()
        for offset in range(WINDOW):
            usable = (len(haystack) - offset) // WINDOW * WINDOW
            if usable <= 0 or not len(self.starts):
                continue
            windows = np.frombuffer(haystack, dtype="<u8", count=usable // WINDOW, offset=offset)
            places = np.searchsorted(self.starts, windows)
            hits = np.flatnonzero(self.starts[np.minimum(places, len(self.starts) - 1)] == windows)
            for hit in hits.tolist():
                at = offset + hit * WINDOW
                for needle in self.by_start[int(windows[hit])]:
                    if haystack.startswith(needle, at):
                        found.add(self.needle[needle])
        return found


def forms(secret: str) -> set[bytes]:
    """Every way of writing an identifier that is looked for; texts in small letters, base64 as it is."""
    texts = {secret.lower(), urllib.parse.quote(secret).lower(), secret.lower().replace(" ", "+")}
    if re.fullmatch(r"[0-9]{10,12}", secret):
        texts |= {f"{secret[:3]}{s}{secret[3:6]}{s}{secret[6:]}" for s in " -."}
        texts |= {f"{secret[:5]}{s}{secret[5:]}" for s in " -"} | {f"{secret[:5]} {secret[5:8]} {secret[8:]}"}
        texts |= {" ".join(secret)}
    if secret.startswith("07"):
        texts |= {f"44{secret[1:]}", f"44 {secret[1:5]} {secret[5:]}"}
    found = {t.encode(e) for t in texts for e in ("utf-8", "utf-16-le", "utf-16-be")}
    found |= {t.encode().hex().encode() for t in {secret, secret.lower(), secret.upper()}}
    for text in {secret, secret.lower(), secret.upper()}:
        for shift in range(3):
            # Base64 of a text inside a longer one: the middle is the same at each of three shifts.
            coded = base64.b64encode(b"\0" * shift + text.encode())
            first, last = (0, 2, 3)[shift], len(coded) - (0 if (shift + len(text)) % 3 == 0 else 4)
            found |= {coded[first:last], coded[first:last].replace(b"+", b"-").replace(b"/", b"_")}
    return found


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """What a file is and all that is in it, as (name, bytes)."""
    yield name, data
    if data[:4] == b"PAR1":
        yield f"{name}!rows", str(pyarrow.parquet.read_table(io.BytesIO(data)).to_pylist()).encode()
    elif data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            for member in box.namelist():
                yield from opened(f"{name}!{member}", box.read(member))
    elif data[:2] == b"\x1f\x8b":
        yield from opened(f"{name}!gz", gzip.decompress(data))
    elif data[:15] == b"SQLite format 3":
        with sqlite3.connect(":memory:") as con:
            con.deserialize(data[:18] + b"\x01\x01" + data[20:])  # read as a database without a write-ahead log
            yield f"{name}!sql", "\n".join(con.iterdump()).encode("utf-8", "surrogateescape")
    elif data[:4] == b"%PDF":
        for number, stream in enumerate(re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)):
            try:
                yield f"{name}!{number}", zlib.decompress(stream)
            except zlib.error:
                continue


def files(*roots: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under the roots, opened, and the names of all files as one haystack of their own."""
    names = []
    for root in roots:
        for file in sorted(f for f in root.rglob("*") if f.is_file() and not f.is_symlink()):
            names.append(str(file.relative_to(root)))
            yield from opened(str(file), file.read_bytes())
    yield "file names", "\n".join(names).encode()
