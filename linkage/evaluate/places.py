"""Figures of places: the right property, or rightly none, by contract and address role; and of household members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb


def figures(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, Any]:
    """Shares over addresses that the truth holds for the night: right, wrong, missed, and given though there is none."""
    rows = con.execute(
        "WITH judged AS (SELECT t.contract, t.address_role, r.uprn, t.true_uprn, "
        "r.uprn IS NOT DISTINCT FROM t.true_uprn AS correct "
        "FROM read_parquet($truth) AS t INNER JOIN read_parquet($residence) AS r "
        "USING (contract, supplier, record_id, mention, address_role) "
        "WHERE t.first_night <= $night AND coalesce(t.last_night, $night) >= $night) "
        "SELECT coalesce(contract, 'all'), coalesce(address_role, 'all'), count(*), "
        "avg(CASE WHEN correct THEN 1.0 ELSE 0 END), "
        "avg(CASE WHEN true_uprn IS NOT NULL AND uprn IS NOT NULL AND NOT correct THEN 1.0 ELSE 0 END), "
        "avg(CASE WHEN true_uprn IS NOT NULL AND uprn IS NULL THEN 1.0 ELSE 0 END), "
        "count(*) FILTER (WHERE true_uprn IS NULL AND uprn IS NOT NULL) / greatest(count(*) FILTER (WHERE true_uprn IS NULL), 1) "
        "FROM judged GROUP BY GROUPING SETS ((contract, address_role), ()) ORDER BY 1, 2",
        {
            "truth": str(truth / "addresses.parquet"),
            "residence": str(night / "residence.parquet"),
            "night": night.name,
        },
    ).fetchall()
    names = ("addresses", "right", "wrong", "missed", "given_though_absent")
    return {f"{contract} {role}": dict(zip(names, rest, strict=True)) for contract, role, *rest in rows}


def households(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, float]:
    """B-cubed of current household members who are known by their mentions. `held` must be loaded."""
    row = con.execute(
        "WITH who AS (SELECT person_id, mode(true_person) AS true_person FROM held GROUP BY person_id), "
        "said AS (SELECT DISTINCT w.true_person, h.uprn FROM read_parquet($households) AS h INNER JOIN who AS w USING (person_id) "
        "WHERE h.valid_to IS NULL OR h.valid_to > $night), "
        'truth AS (SELECT true_person, uprn FROM read_parquet($residence) WHERE "from" <= $night '
        "AND coalesce(\"to\", DATE '9999-12-31') > $night AND uprn IN (SELECT uprn FROM said) "
        "AND true_person IN (SELECT true_person FROM who)), "
        "p AS (SELECT avg(CASE WHEN t.true_person IS NULL THEN 0.0 ELSE 1 END) AS v FROM said LEFT JOIN truth AS t "
        "USING (true_person, uprn)), "
        "r AS (SELECT avg(CASE WHEN s.true_person IS NULL THEN 0.0 ELSE 1 END) AS v FROM truth LEFT JOIN said AS s "
        "USING (true_person, uprn)) SELECT (SELECT v FROM p), (SELECT v FROM r)",
        {
            "households": str(night / "households.parquet"),
            "residence": str(truth / "residence.parquet"),
            "night": night.name,
        },
    ).fetchone()
    precision, recall = (row[0] or 0.0, row[1] or 0.0) if row else (0.0, 0.0)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def household_links(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, float]:
    """Precision and recall of links between households. `held` must be loaded.

    Two published households at different properties are truly linked when a true person whom both hold lived, at whatever
    time, at both properties.
    """
    row = con.execute(
        "WITH who AS (SELECT person_id, mode(true_person) AS true_person FROM held GROUP BY person_id), "
        "homes AS (SELECT DISTINCT true_person, uprn FROM read_parquet($residence)), "
        "members AS (SELECT DISTINCT h.household_id, h.uprn, w.true_person FROM read_parquet($households) AS h "
        "INNER JOIN who AS w USING (person_id) INNER JOIN homes USING (true_person, uprn)), "
        "linked AS (SELECT DISTINCT a.household_id AS a, b.household_id AS b FROM members AS a INNER JOIN members AS b "
        "ON a.true_person = b.true_person AND a.uprn <> b.uprn AND a.household_id < b.household_id), "
        "said AS (SELECT DISTINCT least(household_id_a, household_id_b) AS a, greatest(household_id_a, household_id_b) AS b "
        "FROM read_parquet($links)) "
        "SELECT (SELECT count(*) FROM said), (SELECT count(*) FROM linked), (SELECT count(*) FROM said SEMI JOIN linked USING (a, b))",
        {
            "households": str(night / "households.parquet"),
            "links": str(night / "household_links.parquet"),
            "residence": str(truth / "residence.parquet"),
        },
    ).fetchone()
    said, linked, right = row or (0, 0, 0)
    return {"links": said, "precision": right / said if said else 0.0, "recall": right / linked if linked else 0.0}
