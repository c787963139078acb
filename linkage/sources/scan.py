"""A file's digest, and in one pass over its bytes whether its lines are simple enough for the quick reader.

The quick reader (DuckDB) is trusted only with files in which one line can be one row. Whatever else is found here
(bytes that are not UTF-8, NUL, stray carriage returns, blank or very long lines) goes to the careful reader.
"""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

CHUNK = 8 * 1024 * 1024
LONGEST_SIMPLE_LINE = 100_000  # bytes; the widest contract has 48 columns, so 2,000 bytes a column on average


@dataclass(frozen=True)
class Scan:
    """What the bytes of one file look like. `lines` counts physical lines, the heading included."""

    lines: int
    longest: int
    shortest: int
    crlf: int
    lone_cr: int
    utf8: bool
    nul: bool

    @property
    def simple(self) -> bool:
        """Whether one line can be one row: the quick reader may try, and must then find as many rows as lines."""
        one_ending = self.lone_cr == 0 and self.crlf in (0, self.lines, self.lines - 1)
        no_blank = self.shortest > (2 if self.crlf else 1)
        return self.utf8 and not self.nul and one_ending and no_blank and self.longest <= LONGEST_SIMPLE_LINE


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def scan(path: Path) -> Scan:
    """Read the file once, a chunk at a time."""
    pass_ = _Pass()
    with open(path, "rb") as handle:
        while chunk := _whole_endings(handle):
            pass_.feed(chunk)
    return pass_.result()


def _whole_endings(handle: BinaryIO) -> bytes:
    """The next chunk, never cut between a carriage return and its line feed."""
    chunk = handle.read(CHUNK)
    while chunk.endswith(b"\r") and (more := handle.read(1)):
        chunk += more
    return chunk


class _Pass:
    def __init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.utf8, self.nul = True, False
        self.size = self.lines = self.crlf = self.cr = self.longest = 0
        self.shortest = 1 << 62
        self.line_start = 0

    def feed(self, chunk: bytes) -> None:
        self.nul = self.nul or b"\0" in chunk
        self.crlf += chunk.count(b"\r\n")
        self.cr += chunk.count(b"\r")
        self._decode(chunk, final=False)
        self._measure(chunk)
        self.size += len(chunk)

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        if self.utf8:
            try:
                self.decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self.utf8 = False

    def _measure(self, chunk: bytes) -> None:
        ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10) + self.size + 1
        if not len(ends):
            return
        lengths = np.diff(ends, prepend=self.line_start)
        self._line_lengths(len(ends), int(lengths.max()), int(lengths.min()))
        self.line_start = int(ends[-1])

    def _line_lengths(self, lines: int, longest: int, shortest: int) -> None:
        self.lines += lines
        self.longest = max(self.longest, longest)
        self.shortest = min(self.shortest, shortest)

    def result(self) -> Scan:
        self._decode(b"", final=True)
        if rest := self.size - self.line_start:
            self._line_lengths(1, rest, self.shortest)  # a last line without its ending is never blank
        return Scan(
            self.lines, self.longest, self.shortest, self.crlf,
            self.cr - self.crlf, self.utf8, self.nul,
        )  # fmt: skip
