"""Figures of a night for the dashboards, kept from night to night: `store.measure` and `store.night_told`.

`store.measure`: one row a figure of a night; `part` out of `whole` (null where the figure is no share). Counts only.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

from linkage.history import rewind
from linkage.night import Night
from linkage.sources import decisions

DDL = """
CREATE TABLE IF NOT EXISTS store.measure (
    subject VARCHAR, measure VARCHAR, slice VARCHAR, part BIGINT, whole BIGINT, known_from DATE, known_to DATE
)
"""
COMPARED = {
    "gamma_given_name": "given name", "gamma_family_and_home": "family name or home", "gamma_birth_date": "date of birth",
    "gamma_nhs_number": "NHS number", "gamma_phone": "phone", "gamma_force_key": "police key",
}  # fmt: skip
DRIFT = {
    "stands_alone": "SELECT contract || ' ' || mention AS slice, count(*) FILTER (cluster_size = 1) AS part, "
    "count(*) AS whole FROM person GROUP BY 1",
    "linked_across_suppliers": "SELECT contract || ' ' || mention AS slice, count(*) FILTER (several) AS part, count(*) AS whole "
    "FROM (SELECT p.*, n.several FROM person AS p INNER JOIN (SELECT person_id, min(supplier) <> max(supplier) AS several "
    "FROM person GROUP BY 1) AS n USING (person_id)) GROUP BY 1",
    "agrees_in_linked_pairs": " UNION ALL ".join(
        f"SELECT '{words}' AS slice, count(*) FILTER ({column} > 0) AS part, count(*) FILTER ({column} >= 0) AS whole FROM linked_pair"
        for column, words in COMPARED.items()
    ),
    "address_found": "SELECT contract || ' ' || address_role AS slice, count(*) FILTER (match_level = 'property') AS part, "
    "count(*) AS whole FROM claim GROUP BY 1",
}  # fmt: skip
"""What must not drift from night to night, each as shares by slice."""
GROUPS = """
WITH judged AS (
    SELECT verdict_id, outcome IN ('different', 'split') AS wrong, unnest(flatten(groups)) AS mention_id
    FROM store.verdict WHERE sampled AND list_contains($verdicts, verdict_id)
),
told AS (
    SELECT j.verdict_id, any_value(j.wrong) AS wrong,
        min(coalesce(g.ethnic_category, b.ethnic_category, o.ethnicity)) AS ethnic,
        min(m.sex) AS sex, min(m.date_of_birth) AS born, min(m.supplier) FILTER (m.contract = 'gp') AS practice_supplier
    FROM judged AS j INNER JOIN mention AS m USING (mention_id) INNER JOIN person AS p USING (mention_id)
    LEFT JOIN gp AS g ON m.contract = 'gp' AND m.mention = 'patient' AND m.supplier = g.supplier AND m.record_id = g.record_id
    LEFT JOIN maternity_booking AS b
        ON m.mention = 'mother' AND m.supplier = b.supplier AND m.record_id = b.record_id
    LEFT JOIN police AS o ON m.contract = 'police' AND m.supplier = o.supplier AND m.record_id = o.record_id
    GROUP BY 1
),
sliced AS (
    SELECT wrong, 'Ethnic group: ' || CASE WHEN ethnic IN ('A', 'B', 'C') THEN 'White' WHEN ethnic IN ('D', 'E', 'F', 'G') THEN 'Mixed'
        WHEN ethnic IN ('H', 'J', 'K', 'L') THEN 'Asian' WHEN ethnic IN ('M', 'N', 'P') THEN 'Black'
        WHEN ethnic IN ('R', 'S') THEN 'Other' ELSE 'not recorded' END AS slice FROM told
    UNION ALL SELECT wrong, 'Sex: ' || CASE sex WHEN '1' THEN 'male' WHEN '2' THEN 'female' ELSE 'not recorded' END FROM told
    UNION ALL SELECT wrong, 'Age: ' || CASE WHEN born IS NULL THEN 'not recorded' WHEN born > $night - INTERVAL 18 YEAR THEN 'under 18'
        WHEN born > $night - INTERVAL 40 YEAR THEN '18 to 39' ELSE '40 and over' END FROM told
    UNION ALL SELECT wrong, 'Practice list: ' || coalesce(practice_supplier, 'none') FROM told
    UNION ALL SELECT wrong, 'All' FROM told
)
SELECT slice, count(*) FILTER (wrong) AS part, count(*) AS whole FROM sliced GROUP BY 1
"""
"""Errors found in the quality sample, by group. Ethnicity serves to measure error here, and for nothing else."""


def run(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Keep tonight's figures. Returns how many there are of this night."""
    con.execute(DDL)
    rewind(con, "store.measure", night)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE linked_pair AS SELECT {', '.join(COMPARED)} FROM pair AS q "
        "INNER JOIN person AS a ON q.mention_id_l = a.mention_id "
        "INNER JOIN person AS b ON q.mention_id_r = b.mention_id AND a.person_id = b.person_id"
    )
    for measure, query in DRIFT.items():
        _keep(con, night, "drift", measure, query, {})
    con.execute("DROP TABLE linked_pair")
    sampled = [v.verdict_id for v in decisions.in_force(con) if v.sampled and v.officer]
    _keep(con, night, "error", "wrong_links", GROUPS, {"verdicts": sampled, "night": night.date})
    _keep(con, night, "answers", "answer", _ANSWERS, {})
    row = con.execute("SELECT count(*) FROM store.measure WHERE known_from = $night", {"night": night.date}).fetchone()
    return int(row[0]) if row else 0


_ANSWERS = """
WITH last_answer AS (
    SELECT exception_id, arg_max(code, (given_at, answer_id)) AS code FROM store.answer GROUP BY 1
),
said AS (
    SELECT a.code, e.content->>'kind' AS kind, e.content
    FROM last_answer AS a
    INNER JOIN (SELECT exception_id, arg_max(content, night)::JSON AS content FROM store.exception_event GROUP BY 1) AS e
        USING (exception_id)
),
sliced AS (
    SELECT code, 'Kind: ' || kind AS slice FROM said
    UNION ALL
    SELECT DISTINCT code, 'Source: ' || contract FROM (
        SELECT code, unnest(from_json(content->'evidence', '[{"contract": "VARCHAR"}]')).contract AS contract, content FROM said
    )
    UNION ALL
    SELECT code, 'Score: ' || tenth / 10 || ' to ' || (tenth + 1) / 10
    FROM (SELECT code, least(floor((content->>'score')::DOUBLE * 10), 9) AS tenth FROM said)
    UNION ALL SELECT code, 'All' FROM said
)
SELECT slice, count(*) FILTER (code IN ('new_and_useful', 'already_known')) AS part, count(*) AS whole FROM sliced
WHERE code NOT IN ('cannot_tell', 'unsafe_to_pursue', 'stale_source') GROUP BY 1
"""
"""Of the exceptions that a hub could judge, how many were true: precision by kind and source, and by score what it is worth."""


def _keep(
    con: duckdb.DuckDBPyConnection, night: Night, subject: str, measure: str, query: str, given: dict[str, Any]
) -> None:
    con.execute(
        f"INSERT INTO store.measure SELECT '{subject}', '{measure}', slice, part, whole, $known_from, NULL FROM ({query}) ORDER BY slice",
        {**given, "known_from": night.date},
    )


def keep_told(con: duckdb.DuckDBPyConnection, night: Night, told: dict[str, Any]) -> None:
    """Keep what `run.json` says of the night, for the page of nights."""
    con.execute("CREATE TABLE IF NOT EXISTS store.night_told (told VARCHAR, known_from DATE, known_to DATE)")
    rewind(con, "store.night_told", night)
    con.execute(
        "INSERT INTO store.night_told VALUES ($told, $night, NULL)",
        {"told": json.dumps(told, default=str), "night": night.date},
    )
