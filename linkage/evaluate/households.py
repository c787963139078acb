"""Figures of households: who is held to live together on the night, and which households are linked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from linkage.evaluate.truth import table


def members(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, Any]:
    """B-cubed precision, recall and F1 of household members on the night, over memberships (a person at a property).

    Precision is, for each membership that we publish, the share of its household's members (the person too) who truly live
    at that property as that person does; recall, for each true membership, the share of those who truly live there whom we
    hold there with the person; both are means over memberships. Somebody with two homes counts in each. Everybody who truly
    lives at a home counts: also who was given no property, whom no record names, whom protection keeps out. Where one true
    person was left in two, the one with more mentions is that person and the other is nobody.

    A home is a dwelling or a flat by the gazetteer of the night's extracts: institutions and shared houses are never
    households. Without the extracts every property is one. `members` and `true_members`: memberships said and true. `held`
    must be loaded.
    """
    _memberships(con, night, truth)
    row = con.execute(
        "WITH p AS (SELECT avg(share) AS v, count(*) AS n FROM (SELECT avg(CASE WHEN a.agrees AND b.agrees THEN 1.0 ELSE 0 END) AS share "
        "FROM said_member AS a INNER JOIN said_member AS b USING (uprn) GROUP BY a.person, a.uprn)), "
        "r AS (SELECT avg(share) AS v, count(*) AS n FROM (SELECT avg(CASE WHEN a.agrees AND b.agrees THEN 1.0 ELSE 0 END) AS share "
        "FROM true_member AS a INNER JOIN true_member AS b USING (uprn) GROUP BY a.person, a.uprn)) "
        "SELECT p.v, r.v, p.n, r.n FROM p, r"
    ).fetchone() or (None, None, 0, 0)
    precision, recall = row[0] or 0.0, row[1] or 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "members": row[2], "true_members": row[3]}


def _memberships(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> None:
    """`said_member`, `true_member`: a person at a property, and whether the other side has them there."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chief AS SELECT person_id, true_person FROM "
        "(SELECT person_id, mode(true_person ORDER BY true_person) AS true_person, count(*) AS n FROM held GROUP BY person_id) "
        "QUALIFY row_number() OVER (PARTITION BY true_person ORDER BY n DESC, person_id) = 1"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE said_here AS SELECT DISTINCT coalesce(c.true_person, h.person_id) AS person, h.uprn "
        "FROM read_parquet($households) AS h LEFT JOIN chief AS c USING (person_id) WHERE h.valid_to IS NULL OR h.valid_to > $night",
        {"households": str(night / "households.parquet"), "night": night.name},
    )
    there = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'landed_gazetteer'").fetchone()
    homes = (
        "SEMI JOIN (SELECT uprn FROM landed_gazetteer WHERE classification LIKE 'RD%') USING (uprn)" if there else ""
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE true_here AS SELECT DISTINCT true_person AS person, uprn "
        f'FROM {table(truth, "residence")} {homes} WHERE uprn IS NOT NULL AND coalesce("from", $night) <= $night '
        "AND coalesce(\"to\", DATE '9999-12-31') > $night",
        {"night": night.name},
    )
    for mine, other in (("said", "true"), ("true", "said")):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {mine}_member AS SELECT a.person, a.uprn, b.person IS NOT NULL AS agrees "
            f"FROM {mine}_here AS a LEFT JOIN {other}_here AS b USING (person, uprn)"
        )


def links(con: duckdb.DuckDBPyConnection, night: Path, truth: Path) -> dict[str, float]:
    """Precision and recall of links between households. `held` must be loaded.

    Two published households at different properties are truly linked when a true person whom both hold lived, at whatever
    time, at both properties.
    """
    row = con.execute(
        "WITH who AS (SELECT person_id, mode(true_person) AS true_person FROM held GROUP BY person_id), "
        f"homes AS (SELECT DISTINCT true_person, uprn FROM {table(truth, 'residence')}), "
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
        },
    ).fetchone()
    said, linked, right = row or (0, 0, 0)
    return {"links": said, "precision": right / said if said else 0.0, "recall": right / linked if linked else 0.0}
