"""`property`: one row a property known tonight, with its name in parts, its council and what kind of place it is.

Where a council delivers no gazetteer, the distinct council-tax properties that carry a UPRN stand in for it
(extracts.md). A council-tax UPRN that a delivered gazetteer lacks does not: it is not in the gazetteer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from linkage.places import text, words
from linkage.places.index import UPRN
from linkage.standardise.names import visible

SHARE_COVERED = 0.5
"""A council-tax supplier with fewer of its UPRNs than this in the gazetteers delivers for a council without one."""

_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("uprn", "parent_uprn", "custodian_code", "council_gss", "kind", "classification",
                                      "display_address", "postcode_norm", "flat", "number", "street", "building")]
    + [("places", pa.list_(pa.string()))]
)  # fmt: skip


def build(con: duckdb.DuckDBPyConnection, hubs: Mapping[str, Mapping[str, Any]]) -> int:
    """Build `property` from `gazetteer` and, where it is missing, `council_tax`. Returns its number of rows."""
    _from_gazetteer(con, {str(hub["custodian_code"]): gss for gss, hub in hubs.items()})
    # Arrow and not Polars, which takes several times as long to lay out rows.
    con.register("stand_in", pa.Table.from_pylist(_from_council_tax(con, hubs), _SCHEMA))
    # Nearly all are of characters that show, every one of them.
    odd = "regexp_matches(written, '[^ -~]')"
    _forms(
        con, "shown", visible, "SELECT display_address FROM listed UNION ALL SELECT display_address FROM stand_in", odd
    )
    con.execute(
        "CREATE OR REPLACE TABLE property AS SELECT p.* REPLACE ("
        "CASE WHEN kind IN ('dwelling', 'other') AND uprn IN (SELECT l.parent_uprn FROM listed AS l) "
        "THEN 'building' ELSE kind END AS kind, coalesce(s.form, display_address) AS display_address) "
        "FROM (SELECT * FROM listed UNION ALL BY NAME SELECT * FROM stand_in) AS p "
        "LEFT JOIN shown AS s ON p.display_address = s.written ORDER BY uprn"
    )
    con.unregister("stand_in")
    for table in ("listed", "shown"):
        con.execute(f"DROP TABLE {table}")
    row = con.execute("SELECT count(*) FROM property").fetchone()
    return int(row[0]) if row else 0


def _forms(
    con: duckdb.DuckDBPyConnection, table: str, form: Callable[[str], str | None], texts: str, which: str = "true"
) -> None:
    """`table` (written, form): one row a distinct text of a query, since a gazetteer writes each name and number many times."""
    found = con.execute(
        f"SELECT DISTINCT written FROM ({texts}) AS t(written) WHERE written <> '' AND {which}"
    ).fetchall()
    written = [text for (text,) in found]
    made = {"written": pa.array(written, pa.string()), "form": pa.array([form(w) for w in written], pa.string())}
    con.register("made", pa.table(made))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM made")
    con.unregister("made")


def kind_of(classification: str) -> str:
    """What kind of place a BLPU class is: dwelling, flat, building, hmo, institution or other."""
    if classification.startswith("PP"):
        return "building"
    if classification.startswith("RD06"):
        return "flat"
    if classification.startswith("RH"):
        return "hmo"
    if classification.startswith(("RI", "CC03", "CH", "CM03")):
        return "institution"
    return "dwelling" if classification.startswith("RD") else "other"


_LISTED = (
    "parent_uprn", "custodian_code", "sub_building", "building_name", "building_number", "street", "locality", "post_town",
    "postcode", "classification",
)  # fmt: skip
_NAMED = ("street", "building_name", "locality", "post_town")


def _from_gazetteer(con: duckdb.DuckDBPyConnection, by_custodian: Mapping[str, str]) -> None:
    """`listed`: the properties of the gazetteers, in the columns of `property`."""
    con.execute(
        # A property that two gazetteers list: each value of the first that gives it.
        f"CREATE OR REPLACE TEMP TABLE listed_as AS SELECT uprn, {', '.join(f'arg_min({c}, supplier) AS {c}' for c in _LISTED)} "
        "FROM gazetteer GROUP BY uprn"
    )
    forms: dict[str, tuple[Callable[[str], str | None], tuple[str, ...]]] = {
        "name_form": (words.name, _NAMED),
        "flat_form": (text.flat_of, ("sub_building",)),
        "number_form": (words.number_of, ("building_number",)),
        "postcode_form": (words.postcode, ("postcode",)),
        "kind_form": (kind_of, ("classification",)),
        "council_form": (by_custodian.get, ("custodian_code",)),
    }
    for table, (form, columns) in forms.items():
        _forms(con, table, form, " UNION ALL ".join(f"SELECT {c} FROM listed_as" for c in columns))
    joined = " ".join(
        f"LEFT JOIN {table} AS {column}_is ON l.{column} = {column}_is.written"
        for table, (_, columns) in forms.items()
        for column in columns
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE listed AS SELECT uprn, parent_uprn, custodian_code, custodian_code_is.form AS council_gss, "
        "coalesce(classification_is.form, $unclassed) AS kind, classification, array_to_string(list_filter([sub_building, "
        "building_name, trim(concat_ws(' ', nullif(building_number, ''), nullif(street, ''))), locality, post_town, postcode], "
        "lambda part: part <> ''), ', ') AS display_address, postcode_is.form AS postcode_norm, sub_building_is.form AS flat, "
        "building_number_is.form AS number, nullif(street_is.form, '') AS street, nullif(building_name_is.form, '') AS building, "
        "list_sort(list_distinct(list_filter([locality_is.form, post_town_is.form], lambda place: place IS NOT NULL))) AS places "
        f"FROM listed_as AS l {joined}",
        {"unclassed": kind_of("")},
    )
    for table in ("listed_as", *forms):
        con.execute(f"DROP TABLE {table}")


def _from_council_tax(con: duckdb.DuckDBPyConnection, hubs: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stand-ins for what the gazetteers lack of the councils that deliver none."""
    lines = ", ".join(f"address_line_{i}" for i in range(1, 6))
    found = con.execute(
        f"WITH known AS (SELECT DISTINCT {UPRN} AS plain FROM listed), "
        f"billed AS (SELECT DISTINCT supplier, {UPRN} AS plain FROM council_tax WHERE uprn IS NOT NULL), "
        "uncovered AS (SELECT supplier FROM billed LEFT JOIN known USING (plain) GROUP BY supplier "
        "HAVING count(known.plain) < $share * count(*)) "
        f"SELECT supplier, {UPRN} AS plain, {lines}, postcode FROM council_tax SEMI JOIN uncovered USING (supplier) "
        "WHERE uprn IS NOT NULL AND plain NOT IN (SELECT known.plain FROM known) ORDER BY ALL",
        {"share": SHARE_COVERED},
    ).fetchall()
    by_supplier: dict[str, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for supplier, uprn, *address in found:
        by_supplier[supplier][uprn].append(tuple(address))
    outward = _outward_councils(con) if found else {}
    rows: dict[str, dict[str, Any]] = {}
    for supplier, properties in sorted(by_supplier.items()):
        named = next((g for g, hub in sorted(hubs.items()) if str(hub["name"]).lower() in supplier), None)
        for uprn, written in properties.items():
            if uprn not in rows:
                rows[uprn] = _stand_in(uprn, written, named, outward)
    return list(rows.values())


def _outward_councils(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Council by outward postcode, where nine in ten known properties of it lie in one."""
    found = con.execute(
        "WITH counted AS (SELECT split_part(postcode_norm, ' ', 1) AS outward, council_gss, count(*) AS here FROM listed "
        "WHERE postcode_norm IS NOT NULL AND council_gss IS NOT NULL GROUP BY ALL) "
        "SELECT outward, council_gss FROM counted QUALIFY here >= 0.9 * sum(here) OVER (PARTITION BY outward)"
    )
    return dict(found.fetchall())


def _stand_in(
    uprn: str, written: list[tuple[Any, ...]], named: str | None, outward: Mapping[str, str]
) -> dict[str, Any]:
    """A property from the commonest way its council-tax rows are written (first in order where several are)."""
    *lines, code = Counter(written).most_common(1)[0][0]
    parsed = text.parse(tuple(lines), code)
    number, street = parsed.numbered[-1] if parsed.numbered else (None, None)
    rest = [n for n in parsed.names if n != street]
    building = rest[0] if parsed.flat and rest and (street is None or len(rest) > 1) else None
    if street is None and len(rest) > 1:
        street = rest[1]
    council = named or outward.get((parsed.postcode or " ").split()[0] if parsed.postcode else "")
    return {
        "uprn": uprn, "parent_uprn": None, "custodian_code": None, "council_gss": council,
        "kind": "flat" if parsed.flat else "dwelling", "classification": None,
        "display_address": ", ".join(str(p).title() for p in lines if p) + (f", {parsed.postcode}" if parsed.postcode else ""),
        "postcode_norm": parsed.postcode, "flat": parsed.flat, "number": number, "street": street, "building": building,
        "places": sorted(set(rest) - {building, street}),
    }  # fmt: skip
