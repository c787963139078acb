"""A Parquet file into its landing table, every value as text in the writing the contracts ask of a CSV."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.sources.csv_file import literal
from linkage.sources.files import Extract
from linkage.sources.headings import Layout, lay_out
from linkage.sources.refusal import Refused

LONGEST = 100_000  # characters of a value that are taken; the gates set aside rows with far shorter ones
MOST_ROWS = 50_000_000  # ten times the largest register there is of one supplier
UNREADABLE = "it cannot be read as Parquet (cut off or damaged?); ask for it again"


def layout(extract: Extract, column_map: dict[str, str]) -> Layout:
    """Where the contract's columns stand, by the file's schema. Raises Refused."""
    schema = _schema(extract.path)
    columns = lay_out(schema.names, extract.contract, column_map)
    nested = sorted(name for name, at in columns.position.items() if pa.types.is_nested(schema.field(at).type))
    if nested:
        raise Refused(f"the column {', '.join(nested)} holds lists or records, no single values; deliver plain ones")
    return columns


def load(con: duckdb.DuckDBPyConnection, extract: Extract, columns: Layout) -> None:
    """Land every row of the file. Raises Refused when its pages cannot be read."""
    schema = _schema(extract.path)
    picked = ", ".join(_bounded(_pick(name, columns, schema)) for name in extract.contract.names)
    try:
        con.execute(
            f"INSERT INTO landed_{extract.contract.name} SELECT {picked}, $supplier, file_row_number + 1 "
            "FROM read_parquet($path, file_row_number = true, binary_as_string = true)",
            {"supplier": extract.supplier, "path": literal(extract.path)},
        )
    except duckdb.Error:
        raise Refused(UNREADABLE) from None


def _bounded(value: str) -> str:
    """SQL: a value cut at LONGEST. A few kilobytes of Parquet can repeat one huge value a million times."""
    return value if value == "NULL" else f"left({value}, {LONGEST})"


def _schema(path: Path) -> pa.Schema:
    try:
        told = pq.read_metadata(path)
        if told.num_rows > MOST_ROWS:
            raise Refused(f"it claims {told.num_rows:,} rows, more than any register has; ask for it again")
        return pq.read_schema(path)
    except (pa.ArrowException, OSError):
        raise Refused(UNREADABLE) from None


def _pick(name: str, columns: Layout, schema: pa.Schema) -> str:
    """SQL for one contract column as text: a whole number without decimals, a moment at midnight as its date."""
    if name not in columns.position:
        return "NULL"
    field = schema.field(columns.position[name])
    quoted = '"' + field.name.replace('"', '""') + '"'
    if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type):
        whole = f"isfinite({quoted}::DOUBLE) AND {quoted} = trunc({quoted}) AND abs({quoted}::DOUBLE) < 1e15"
        return f"CASE WHEN {whole} THEN {quoted}::BIGINT::VARCHAR ELSE {quoted}::VARCHAR END"
    if pa.types.is_timestamp(field.type):
        moment = f"{quoted}::TIMESTAMP"
        midnight = f"{moment} = date_trunc('day', {moment})"
        return f"CASE WHEN {midnight} THEN {moment}::DATE::VARCHAR ELSE {moment}::VARCHAR END"
    return f"{quoted}::VARCHAR"
