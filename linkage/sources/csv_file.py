"""A CSV file into its landing table: quickly by DuckDB where one line is one row, otherwise with care.

Invariant: rows landed and rows rejected together are all rows of the file. The quick reader's work is kept only when it
rejected nothing and found exactly as many rows as the file has lines; else the careful reader starts afresh.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import duckdb

from linkage.sources import landing, lines
from linkage.sources.files import Extract
from linkage.sources.headings import Layout, lay_out
from linkage.sources.refusal import Refused
from linkage.sources.scan import LONGEST_SIMPLE_LINE, Scan
from linkage.tables import Contract

BATCH_ROWS = 20_000
BATCH_CHARACTERS = 32_000_000
LOOKED_AT = 100  # rows; a file none of whose first hundred is as wide as its heading has no heading to trust
WIDE_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")


def layout(extract: Extract, column_map: dict[str, str]) -> Layout:
    """Where the contract's columns stand, by the first line of the file. Raises Refused."""
    with open(extract.path, "rb") as handle:
        if handle.read(2) in WIDE_ENCODINGS:
            raise Refused("it is written in UTF-16; deliver it as UTF-8")
        handle.seek(0)
        headings = lines.heading(handle)
        handle.seek(0)
        rows = islice(lines.rows(handle, len(headings or ())), LOOKED_AT)
        # Where the end of the heading line is lost, the first row follows on it, and no row is as wide as the two.
        sure = any(not row.problem for row in rows)
    if headings is None:
        raise Refused("it has no readable heading line; deliver it with one, or say so if there is nothing to send")
    return lay_out(headings, extract.contract, column_map, sure=sure)


def load(con: duckdb.DuckDBPyConnection, extract: Extract, scanned: Scan, columns: Layout) -> None:
    """Land every row of the file."""
    if scanned.simple and _quick(con, extract, scanned, columns):
        return
    landing.take_back(con, extract.contract.name, extract.supplier)
    _careful(con, extract, columns)


def _quick(con: duckdb.DuckDBPyConnection, extract: Extract, scanned: Scan, columns: Layout) -> bool:
    """Whether DuckDB read every line as one row.

    `new_line` is left to DuckDB: told to expect CRLF, version 1.5.5 reads such a file as empty without an error.
    """
    fields = {f"c{i}": "VARCHAR" for i in range(columns.width)}
    picked = ", ".join(_pick(name, columns) for name in extract.contract.names)
    try:
        con.execute(
            f"INSERT INTO landed_{extract.contract.name} SELECT {picked}, $supplier, row_number() OVER () "
            f"FROM read_csv($path, columns = {fields}, header = false, skip = 1, auto_detect = false, delim = ',', "
            f"quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
            f"nullstr = '', max_line_size = {2 * LONGEST_SIMPLE_LINE})",
            {"supplier": extract.supplier, "path": literal(extract.path)},
        )
    except duckdb.Error:
        return False  # its message may quote the line; the careful reader says in words what is wrong
    return landing.count(con, extract.contract.name, extract.supplier) == scanned.lines - 1


def _pick(name: str, columns: Layout) -> str:
    at = columns.position.get(name)
    return "NULL" if at is None else f"c{at}"


def literal(path: Path) -> str:
    """The path with the characters that DuckDB would read as a pattern taken literally."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def _careful(con: duckdb.DuckDBPyConnection, extract: Extract, columns: Layout) -> None:
    with open(extract.path, "rb") as handle:
        for batch in _batches(lines.rows(handle, columns.width)):
            told = [(line, _problems(line, columns)) for line in batch]
            good = [line for line, problems in told if not problems]
            bad = [(line.row, problems) for line, problems in told if problems]
            landing.add_rows(con, extract, columns.position, good)
            landing.add_rejects(con, extract, bad)
            lost = [line for line, problems in told if problems and _may_protect(line, extract.contract, columns)]
            landing.add_fragments(con, extract, [(line.row, _whole(line)) for line in lost])


_MARK = re.compile(r'(?:^|,)\s*"?\s*(?:s|withhold)\s*"?\s*(?:,|$)', re.IGNORECASE)


def _may_protect(line: lines.Line, contract: Contract, columns: Layout) -> bool:
    """Whether an unreadable row may protect somebody: a row of a protected list; where rows bear marks (`sensitivity`,
    `disclosure`), one with a mark in any place, since its columns cannot be told apart, or of which the end is missing.
    """
    if contract.name == "protected":
        return True
    if not {"sensitivity", "disclosure"} & columns.position.keys():
        return False
    cut = line.fields is not None and len(line.fields) < columns.width
    return cut or bool(_MARK.search(_whole(line)))


def _whole(line: lines.Line) -> str:
    return line.text or ",".join(line.fields or ())


def _batches(rows: Iterator[lines.Line]) -> Iterator[list[lines.Line]]:
    """Rows in lists of bounded size: by number, and by characters for files of absurdly long values."""
    batch: list[lines.Line] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(map(len, row.fields or ())) + len(row.text)
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    yield batch


def _problems(line: lines.Line, columns: Layout) -> list[str]:
    """Why a row cannot be taken as columns, in words; empty when it can."""
    if line.problem:
        return [f"{line.problem}; ask the supplier to export the row again"]
    whole = "".join(line.fields or ())
    if whole.isascii() and "\0" not in whole:
        return []
    return list(chain.from_iterable(
        _unreadable(columns.name_at(i), value) for i, value in enumerate(line.fields or ())
    ))  # fmt: skip


def _unreadable(name: str, value: str) -> Iterator[str]:
    if "\0" in value:
        yield f"{name}: it holds a NUL byte; ask the supplier to clean it"
    if any("\ud800" <= mark <= "\udfff" for mark in value):
        yield f"{name}: it is not written in UTF-8; ask the supplier to export as UTF-8"
