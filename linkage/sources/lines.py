"""The careful reader: rows out of a CSV file that is not simple, none of them lost or swallowed without a word.

DuckDB reads a quotation that is never closed as one value up to the end of the file. Here a quotation may run over
several lines only as long as none of these lines is a whole row by itself; otherwise the line that opened it is set
aside and reading goes on with the next one.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1024 * 1024
LONGEST_LINE = 4_000_000  # bytes: beyond this a line is not read into memory at all
MOST_LINES = 50  # of one quoted value; a clerk's note has a few
OPEN = "a quotation mark is opened and never closed"
INSIDE = "a quotation mark stands inside a quoted value and is not doubled"
TOO_LONG = f"the line is longer than {LONGEST_LINE:,} bytes"


@dataclass(frozen=True)
class Line:
    """One row as it stands in the file: its fields, or what is wrong with it and the line itself.

    `row` counts from 1 after the heading.
    """

    row: int
    fields: list[str] | None
    problem: str = ""
    text: str = ""


def rows(handle: BinaryIO, width: int) -> Iterator[Line]:
    """Every row after the heading. Undecodable bytes come as lone surrogates (`surrogateescape`)."""
    csv.field_size_limit(2 * LONGEST_LINE)
    source = _Source(handle)
    source.take()
    row = 0
    while (line := source.take()) is not None:
        if line.strip("\r\n"):
            row += 1
            yield _row(row, line, source, width)


def heading(handle: BinaryIO) -> list[str] | None:
    """The fields of the first line, or None when it cannot be read as headings."""
    csv.field_size_limit(2 * LONGEST_LINE)
    first = _Source(handle).take()
    if first is None or not first.strip().strip("\ufeff"):
        return None
    fields, _ = _parse([first.removeprefix("\ufeff")])
    return fields


def _row(row: int, line: str, source: _Source, width: int) -> Line:
    if len(line) > LONGEST_LINE:
        return Line(row, None, TOO_LONG, line)
    fields, problem = _parse([line])
    if problem == OPEN:
        fields = _continue(line, source, width)
    if fields is None:
        return Line(row, None, problem, line)
    if len(fields) != width:
        return Line(row, fields, _wrong_width(line, len(fields), width), line)
    return Line(row, fields)


def _wrong_width(line: str, found: int, width: int) -> str:
    if found < width and not line.endswith(("\n", "\r")):
        return f"the last line is cut off: it has {found} values and the heading {width}"
    return f"the line has {found} values and the heading {width}"


def _parse(lines: list[str]) -> tuple[list[str] | None, str]:
    try:
        return next(csv.reader(lines, strict=True)), ""
    except csv.Error as error:
        return None, OPEN if "unexpected end" in str(error) else INSIDE
    except StopIteration:
        return None, OPEN


def _continue(first: str, source: _Source, width: int) -> list[str] | None:
    """The fields of a row whose quoted value runs over several lines; None (and nothing taken) when it is no such."""
    taken = [first]
    for line in source.ahead(MOST_LINES):
        taken.append(line)
        if sum(map(len, taken)) > LONGEST_LINE or (not first.startswith('"') and _is_whole(line, width)):
            return None
        fields, problem = _parse(taken)
        if problem != OPEN:
            if fields is None or len(fields) != width:
                return None
            source.drop(len(taken) - 1)
            return fields
    return None


def _is_whole(line: str, width: int) -> bool:
    fields, _ = _parse([line])
    return fields is not None and len(fields) == width


class _Source:
    """The physical lines of a file with their endings, and a look ahead at those not yet taken."""

    def __init__(self, handle: BinaryIO) -> None:
        self.lines = _physical_lines(handle)
        self.waiting: deque[str] = deque()

    def take(self) -> str | None:
        return self.waiting.popleft() if self.waiting else next(self.lines, None)

    def ahead(self, most: int) -> Iterator[str]:
        for i in range(most):
            if i >= len(self.waiting):
                line = next(self.lines, None)
                if line is None:
                    return
                self.waiting.append(line)
            yield self.waiting[i]

    def drop(self, count: int) -> None:
        for _ in range(count):
            self.waiting.popleft()


def _physical_lines(handle: BinaryIO) -> Iterator[str]:
    """Lines that end in LF, CRLF or CR. What is longer than LONGEST_LINE comes cut to just over it."""
    rest = b""
    while chunk := handle.read(CHUNK):
        if len(rest) > LONGEST_LINE:
            rest = rest[: LONGEST_LINE + 1]
        lines = (rest + chunk).splitlines(keepends=True)
        rest = lines.pop()
        if rest.endswith(b"\n"):
            lines.append(rest)
            rest = b""
        yield from (_text(line) for line in lines)
    yield from (_text(line) for line in rest.splitlines(keepends=True))


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="surrogateescape")
