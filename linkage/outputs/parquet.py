"""The data files of a night (outputs.md): persons, residence, households, household_links; and standing, how sure
each claim of residence still is and what took its place.

The queries name every column that leaves; nothing else of the working tables does. Rows are sorted, so the same night
gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet

from linkage.night import Night

FILES: dict[str, str] = {
    "persons": """
        SELECT m.contract, m.supplier, m.record_id, m.mention, p.person_id, p.link_probability, p.reviewed
        FROM person AS p INNER JOIN mention AS m USING (mention_id)
        ORDER BY m.contract, m.supplier, m.record_id, m.mention
    """,
    "residence": """
        SELECT contract, supplier, record_id, mention, address_role,
            CASE WHEN match_level = 'none' THEN NULL ELSE uprn END AS uprn,
            match_probability, valid_from, valid_to, basis, known_on
        FROM claim
        ORDER BY contract, supplier, record_id, mention, address_role
    """,
    "standing": """
        SELECT c.contract, c.supplier, c.record_id, c.mention, c.address_role, c.uprn, s.confidence,
            s.superseded_by_supplier, s.superseded_by_record_id, s.superseded_by_uprn, s.superseded_on
        FROM claim AS c INNER JOIN standing AS s USING (mention_id, address_role)
        ORDER BY c.contract, c.supplier, c.record_id, c.mention, c.address_role
    """,
    "households": """
        SELECT household_id, uprn, person_id, valid_from, valid_to, registered, basis
        FROM household
        ORDER BY household_id, person_id, valid_from
    """,
    "household_links": """
        SELECT household_id_a, household_id_b, match_probability, reason
        FROM household_link
        ORDER BY household_id_a, household_id_b, reason
    """,
}

ROWS_TOGETHER = 100 * 2048
"""Rows that are held at a time, beside what DuckDB counts as its own. 2048 is its unit."""


def write(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Write every data file of the night; returns rows by file."""
    return {name: _write(con, query, night.out / f"{name}.parquet") for name, query in FILES.items()}


def _write(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> int:
    found, rows = con.execute(query).to_arrow_reader(ROWS_TOGETHER), 0
    with pyarrow.parquet.ParquetWriter(file, found.schema, compression="zstd") as writer:
        for batch in found:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows
