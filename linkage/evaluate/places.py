"""Figures of places: the right property, or rightly none, by contract and address role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from linkage.evaluate.truth import table


def figures(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, Any]:
    """Shares over addresses that the truth holds for the night: right, wrong, missed, and given though there is none."""
    rows = con.execute(
        "WITH judged AS (SELECT t.contract, t.address_role, r.uprn, t.true_uprn, "
        "r.uprn IS NOT DISTINCT FROM t.true_uprn AS correct "
        f"FROM {table(truth, 'addresses')} AS t INNER JOIN read_parquet($residence) AS r "
        "USING (contract, supplier, record_id, mention, address_role) "
        "WHERE t.first_night <= $night AND coalesce(t.last_night, $night) >= $night) "
        "SELECT coalesce(contract, 'all'), coalesce(address_role, 'all'), count(*), "
        "avg(CASE WHEN correct THEN 1.0 ELSE 0 END), "
        "avg(CASE WHEN true_uprn IS NOT NULL AND uprn IS NOT NULL AND NOT correct THEN 1.0 ELSE 0 END), "
        "avg(CASE WHEN true_uprn IS NOT NULL AND uprn IS NULL THEN 1.0 ELSE 0 END), "
        "count(*) FILTER (WHERE true_uprn IS NULL AND uprn IS NOT NULL) / greatest(count(*) FILTER (WHERE true_uprn IS NULL), 1) "
        "FROM judged GROUP BY GROUPING SETS ((contract, address_role), ()) ORDER BY 1, 2",
        {
            "residence": str(night / "residence.parquet"),
            "night": night.name,
        },
    ).fetchall()
    names = ("addresses", "right", "wrong", "missed", "given_though_absent")
    return {f"{contract} {role}": dict(zip(names, rest, strict=True)) for contract, role, *rest in rows}
