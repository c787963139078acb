"""Answers to address texts, kept from night to night (`store.resolved_address`), and which of them no longer stand.

An answer rests on the text, the rules, and the properties that the text could mean. So it is resolved anew when the rules
change, or when a property is new, changed or gone that shares the text's postcode, a name that the text names or nearly
names, or its UPRN; or when a name or place of the gazetteer is new or gone that stands in the text. A gazetteer that
gains a house touches the texts of its street; what is kept equals what a cold start would answer (tested).

Reads `property`, `address`; keeps `store.resolved_property`: one row a property as the kept answers know it.
"""

from __future__ import annotations

import duckdb

from linkage.places.candidates import NEAR_NAME
from linkage.version import code_of

TEXT = ("line_1", "line_2", "line_3", "line_4", "line_5", "postcode", "uprn_given")
ALIKE = " AND ".join(f"a.{name} IS NOT DISTINCT FROM r.{name}" for name in TEXT)
MOSTLY_CHANGED = 0.1
"""From this share of properties on (another council's gazetteer, say) everything is resolved anew."""
_KNOWN = "hash(p) AS row_hash, uprn, street, building, postcode_norm, places"
_WORDS = "unnest(list_concat([street, building], coalesce(places, []))) AS word"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every kept answer that is not of tonight's texts or that tonight's properties may change."""
    con.execute("CREATE TABLE IF NOT EXISTS store.resolved_against (rules VARCHAR)")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS store.resolved_address ({', '.join(f'{name} VARCHAR' for name in TEXT)}, "
        "uprn VARCHAR, match_level VARCHAR, how VARCHAR, match_probability DOUBLE, postcode_norm VARCHAR, names VARCHAR[])"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.resolved_property (row_hash UBIGINT, uprn VARCHAR, street VARCHAR, "
        "building VARCHAR, postcode_norm VARCHAR, places VARCHAR[])"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE property_now AS SELECT {_KNOWN} FROM property AS p ORDER BY uprn")
    _forget_touched(con)
    con.execute(f"DELETE FROM store.resolved_address AS r WHERE NOT EXISTS (SELECT 1 FROM address AS a WHERE {ALIKE})")
    con.execute("DROP TABLE property_now")


def _forget_touched(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changed_property AS (FROM property_now ANTI JOIN store.resolved_property USING (row_hash)) "
        "UNION ALL (FROM store.resolved_property ANTI JOIN property_now USING (row_hash))"
    )
    changed, known = con.execute(
        "SELECT (SELECT count(*) FROM changed_property), (SELECT count(*) FROM property_now)"
    ).fetchone() or (0, 0)
    rules = (code_of("places"),)
    if changed > MOSTLY_CHANGED * known or con.execute("SELECT rules FROM store.resolved_against").fetchone() != rules:
        con.execute("DELETE FROM store.resolved_against")
        con.execute("DELETE FROM store.resolved_address")
        con.execute("INSERT INTO store.resolved_against VALUES (?)", rules)
    elif changed:
        _touched_names(con)
        con.execute(
            "DELETE FROM store.resolved_address AS r WHERE r.uprn IN (SELECT c.uprn FROM changed_property AS c) "
            "OR r.uprn_given IN (SELECT c.uprn FROM changed_property AS c) "
            "OR r.postcode_norm IN (SELECT c.postcode_norm FROM changed_property AS c) "
            "OR list_has_any(r.names, (SELECT coalesce(list(t.name), []) FROM touched_name AS t))"
        )
        con.execute("DROP TABLE touched_name")
    con.execute("DROP TABLE changed_property")
    if changed:
        con.execute("DELETE FROM store.resolved_property")
        con.execute("INSERT INTO store.resolved_property FROM property_now")


def _touched_names(con: duckdb.DuckDBPyConnection) -> None:
    """`touched_name`: streets and buildings of changed properties, and whatever texts name that holds or is nearly a
    name or place that the gazetteer gained or lost.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE touched_name AS WITH now AS (SELECT DISTINCT {_WORDS} FROM property_now), "
        f"before AS (SELECT DISTINCT {_WORDS} FROM store.resolved_property), "
        "moved AS ((FROM now EXCEPT FROM before) UNION (FROM before EXCEPT FROM now)), "
        "named AS (SELECT DISTINCT unnest(names) AS name FROM store.resolved_address) "
        "SELECT unnest([street, building]) AS name FROM changed_property UNION "
        "SELECT n.name FROM named AS n, moved AS m WHERE contains(' ' || n.name || ' ', ' ' || m.word || ' ') "
        "OR jaro_winkler_similarity(n.name, m.word) >= $least",
        {"least": NEAR_NAME},
    )
    con.execute("DELETE FROM touched_name WHERE name IS NULL")
