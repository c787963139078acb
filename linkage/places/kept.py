"""Answers to address texts, kept from night to night (`store.resolved_address`), and which of them no longer stand.

An answer rests on the text, the rules, and the properties that the text could mean. So it is resolved anew when the rules
change, or when a property is new, changed or gone that shares the text's postcode, a name that the text names or nearly
names, or its UPRN; or when a name or place of the gazetteer is new or gone that stands in the text. A gazetteer that
gains a house in a street that it has touches the texts of that name that write its number, and, where the street had none
under that postcode, the texts of that postcode or of one a character off; what is kept equals what a cold start would
answer (tested).

Reads `property`, `address`; keeps `store.resolved_property`: one row a property as the kept answers know it, in hashes
alone, so that no place stands in the store for having been looked up.
"""

from __future__ import annotations

import duckdb

from linkage.places.index import NEAR_NAME
from linkage.spreadsheet import without_decimals
from linkage.version import code_of

TEXT = ("line_1", "line_2", "line_3", "line_4", "line_5", "postcode", "uprn_given")
ALIKE = " AND ".join(f"a.{name} IS NOT DISTINCT FROM r.{name}" for name in TEXT)
MOSTLY_CHANGED = 0.1
"""From this share of properties on (another council's gazetteer, say) everything is resolved anew."""
_PROPERTY = (
    "SELECT CASE WHEN flat IS NULL AND building IS NULL AND regexp_full_match(number, '[1-9][0-9]*') THEN number END AS house, "
    "hash(p) AS row_hash, hash(ltrim(uprn, '0')) AS uprn_hash, hash(postcode_norm) AS postcode_hash, "
    "list_transform([street, building], lambda n: hash(n)) AS name_hashes, "
    "list_transform(list_concat([street, building], coalesce(places, [])), lambda n: hash(n)) AS word_hashes, "
    "hash(street, places, postcode_norm) AS where_hash, hash(street, places, postcode_norm[:-3]) AS sector_hash "
    "FROM property AS p ORDER BY uprn"
)
"""house: the number of what is no more than a house of its street. where_hash: its street, places and postcode as one; sector_hash: its
street, places and postcode sector."""
_NUMBERS = (
    "list_transform(regexp_extract_all(regexp_replace(concat_ws(', ', line_1, line_2, line_3, line_4, line_5), "
    "'[''’.`]', '', 'g'), '[0-9]+'), lambda digits: ltrim(digits, '0'))"
)
"""SQL for every row of digits in a text: the number of a house that it means is one of them (`text.parse`)."""


def _squeezed(name: str) -> str:
    """SQL for a name without its gaps, its saints and its article, as `text.squeezed` has it."""
    return f"replace(replace(regexp_replace({name}, '^THE ', ''), 'SAINT ', 'ST'), ' ', '')"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every kept answer that is not of tonight's texts or that tonight's properties may change."""
    con.execute("CREATE TABLE IF NOT EXISTS store.resolved_against (rules VARCHAR)")
    con.execute(
        f"CREATE TABLE IF NOT EXISTS store.resolved_address ({', '.join(f'{name} VARCHAR' for name in TEXT)}, "
        "uprn VARCHAR, match_level VARCHAR, how VARCHAR, match_probability DOUBLE, postcode_norm VARCHAR, names VARCHAR[], "
        "flat_named VARCHAR)"
    )
    con.execute("ALTER TABLE store.resolved_address ADD COLUMN IF NOT EXISTS flat_named VARCHAR")
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.resolved_property (row_hash UBIGINT, uprn_hash UBIGINT, postcode_hash UBIGINT, "
        "name_hashes UBIGINT[], word_hashes UBIGINT[])"
    )
    for column in ("where_hash", "sector_hash"):
        con.execute(f"ALTER TABLE store.resolved_property ADD COLUMN IF NOT EXISTS {column} UBIGINT")
    con.execute(f"CREATE OR REPLACE TEMP TABLE property_now AS {_PROPERTY}")
    _forget_touched(con)
    con.execute(f"DELETE FROM store.resolved_address AS r WHERE NOT EXISTS (SELECT 1 FROM address AS a WHERE {ALIKE})")
    con.execute("DROP TABLE property_now")


def _forget_touched(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changed_property AS (SELECT * REPLACE "
        "(CASE WHEN sector_hash IN (SELECT r.sector_hash FROM store.resolved_property AS r) THEN house END AS house) "
        "FROM property_now ANTI JOIN store.resolved_property USING (row_hash)) "
        "UNION ALL BY NAME (FROM store.resolved_property ANTI JOIN property_now USING (row_hash))"
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
        _near_houses(con)
        _near_postcodes(con)
        con.execute(
            "DELETE FROM store.resolved_address AS r WHERE hash(ltrim(r.uprn, '0')) IN (SELECT c.uprn_hash FROM changed_property AS c) "
            f"OR hash(ltrim({without_decimals('trim(r.uprn_given)')}, '0')) IN (SELECT c.uprn_hash FROM changed_property AS c) "
            "OR hash(r.postcode_norm) IN (SELECT c.postcode_hash FROM changed_property AS c WHERE c.house IS NULL) "
            # Names are joined and not sought in one list of them all, which would be gone through for every address.
            "OR r.rowid IN (SELECT n.id FROM (SELECT rowid AS id, unnest(names) AS name FROM store.resolved_address) AS n "
            "SEMI JOIN touched_name USING (name)) "
            "OR r.rowid IN (SELECT id FROM near_house) OR r.postcode_norm IN (SELECT n.postcode_norm FROM near_postcode AS n)"
        )
        for table in ("touched_name", "near_house", "near_postcode"):
            con.execute(f"DROP TABLE {table}")
    con.execute("DROP TABLE changed_property")
    if changed:
        con.execute("DELETE FROM store.resolved_property")
        con.execute("INSERT INTO store.resolved_property BY NAME SELECT * EXCLUDE (house) FROM property_now")


def _touched_names(con: duckdb.DuckDBPyConnection) -> None:
    """`touched_name`: what texts name that is a changed property's street or building, a name or place that the gazetteer
    lost, or holds or is nearly one that it gained.

    Houses gained are left to `_near_houses`.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched_name AS WITH "
        "now AS (SELECT DISTINCT unnest(word_hashes) AS word FROM property_now), "
        "before AS (SELECT DISTINCT unnest(word_hashes) AS word FROM store.resolved_property), "
        "touched AS (SELECT unnest(name_hashes) AS word FROM changed_property WHERE house IS NULL UNION (FROM before EXCEPT FROM now)), "
        "gained AS (SELECT DISTINCT w.word FROM (SELECT unnest(list_concat([street, building], coalesce(places, []))) AS word "
        "FROM property) AS w WHERE hash(w.word) IN (FROM now EXCEPT FROM before)), "
        "named AS (SELECT DISTINCT unnest(names) AS name FROM store.resolved_address) "
        "SELECT n.name FROM named AS n WHERE hash(n.name) IN (SELECT t.word FROM touched AS t) UNION "
        "SELECT n.name FROM named AS n, gained AS g WHERE contains(' ' || n.name || ' ', ' ' || g.word || ' ') "
        "OR jaro_winkler_similarity(n.name, g.word) >= $least OR starts_with(g.word, n.name || ' ') OR g.word = 'THE ' || n.name "
        # A building's name without its last word may open a row of names.
        "OR (contains(g.word, ' ') AND starts_with(n.name || ' ', regexp_replace(g.word, ' [^ ]*$', ' '))) "
        f"OR {_squeezed('n.name')} = {_squeezed('g.word')}",
        {"least": NEAR_NAME},
    )


def _near_houses(con: duckdb.DuckDBPyConnection) -> None:
    """`near_house`: answers (id) whose text may mean a house gained, where its street had others in its postcode sector.

    Nothing that is asked of a street or a place is answered otherwise for such a house, nor of a postcode that its street had. So a text can mean it
    only if it writes its number, beside its street's name or its postcode.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE near_house AS WITH gained AS (SELECT house, postcode_hash, unnest(name_hashes) AS word "
        "FROM changed_property WHERE house IS NOT NULL), near AS (SELECT n.id, g.house FROM "
        "(SELECT rowid AS id, unnest(names) AS name FROM store.resolved_address) AS n INNER JOIN gained AS g ON hash(n.name) = g.word "
        "UNION SELECT r.rowid, g.house FROM store.resolved_address AS r INNER JOIN gained AS g ON hash(r.postcode_norm) = g.postcode_hash) "
        "SELECT DISTINCT n.id FROM near AS n INNER JOIN store.resolved_address AS r ON r.rowid = n.id "
        f"WHERE list_contains({_NUMBERS}, n.house)"
    )


def _near_postcodes(con: duckdb.DuckDBPyConnection) -> None:
    """`near_postcode`: the postcodes of texts that a postcode new to a street may tell something new.

    Of its sector, its district and its places the street had others (`_near_houses`), so only what is written as it, or a character off
    it, lies nearer to the street than before, and only of itself is it asked which streets it has.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE near_postcode AS WITH gained AS (SELECT DISTINCT p.postcode_norm FROM property AS p "
        "WHERE hash(p.postcode_norm) IN (SELECT c.postcode_hash FROM changed_property AS c WHERE c.house IS NOT NULL "
        "AND c.where_hash NOT IN (SELECT r.where_hash FROM store.resolved_property AS r WHERE r.where_hash IS NOT NULL))) "
        "SELECT DISTINCT r.postcode_norm FROM (SELECT DISTINCT postcode_norm FROM store.resolved_address) AS r, gained AS g "
        "WHERE damerau_levenshtein(r.postcode_norm, g.postcode_norm) <= 1"
    )
