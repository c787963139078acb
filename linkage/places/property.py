"""`property`: one row a property known tonight, with its name in parts, its council and what kind of place it is.

Where a council delivers no gazetteer, the distinct council-tax properties that carry a UPRN stand in for it
(extracts.md). A council-tax UPRN that a delivered gazetteer lacks does not: it is not in the gazetteer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from linkage.places import text, words
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
    by_custodian = {str(hub["custodian_code"]): gss for gss, hub in hubs.items()}
    listed = _from_gazetteer(con, by_custodian)
    rows = listed + _from_council_tax(con, {words.uprn_of(r["uprn"]) or "" for r in listed}, listed, hubs)
    parents = {r["parent_uprn"] for r in rows if r["parent_uprn"]}
    for row in rows:
        row["display_address"] = visible(row["display_address"])
        if row["uprn"] in parents and row["kind"] in ("dwelling", "other"):
            row["kind"] = "building"
    # Arrow and not Polars, which takes several times as long to lay out rows.
    con.register("properties", pa.Table.from_pylist(rows, _SCHEMA))
    con.execute("CREATE OR REPLACE TABLE property AS SELECT * FROM properties ORDER BY uprn")
    con.unregister("properties")
    return len(rows)


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


def _from_gazetteer(con: duckdb.DuckDBPyConnection, by_custodian: Mapping[str, str]) -> list[dict[str, Any]]:
    found = con.execute(
        # A property that two gazetteers list: each value of the first that gives it.
        f"SELECT uprn, {', '.join(f'arg_min({c}, supplier)' for c in _LISTED)} FROM gazetteer GROUP BY uprn ORDER BY uprn"
    ).fetchall()
    rows = []
    for uprn, parent, custodian, sub, building, number, street, locality, town, code, classification in found:
        shown = [sub, building, f"{number or ''} {street or ''}".strip(), locality, town, code]
        rows.append(
            {
                "uprn": uprn, "parent_uprn": parent, "custodian_code": custodian,
                "council_gss": by_custodian.get(custodian or ""), "kind": kind_of(classification or ""),
                "classification": classification, "display_address": ", ".join(p for p in shown if p),
                "postcode_norm": words.postcode(code), "flat": text.flat_of(sub), "number": words.number_of(number),
                "street": words.name(street) or None, "building": words.name(building) or None,
                "places": sorted({words.name(p) for p in (locality, town) if p}),
            }
        )  # fmt: skip
    return rows


def _from_council_tax(
    con: duckdb.DuckDBPyConnection, known: set[str], listed: list[dict[str, Any]], hubs: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    lines = ", ".join(f"address_line_{i}" for i in range(1, 6))
    found = con.execute(
        f"SELECT supplier, uprn, {lines}, postcode FROM council_tax WHERE uprn IS NOT NULL ORDER BY ALL"
    ).fetchall()
    by_supplier: dict[str, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for supplier, uprn, *address in found:
        by_supplier[supplier][words.uprn_of(uprn) or uprn].append(tuple(address))
    outward = _outward_councils(listed)
    rows: dict[str, dict[str, Any]] = {}
    for supplier, properties in sorted(by_supplier.items()):
        if sum(u in known for u in properties) >= SHARE_COVERED * len(properties):
            continue
        named = next((g for g, hub in sorted(hubs.items()) if str(hub["name"]).lower() in supplier), None)
        for uprn, written in properties.items():
            if uprn not in known and uprn not in rows:
                rows[uprn] = _stand_in(uprn, written, named, outward)
    return list(rows.values())


def _outward_councils(listed: list[dict[str, Any]]) -> dict[str, str]:
    """Council by outward postcode, where nine in ten known properties of it lie in one."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in listed:
        if row["postcode_norm"] and row["council_gss"]:
            counts[row["postcode_norm"].split()[0]][row["council_gss"]] += 1
    tops = {code: (c.most_common(1)[0], c.total()) for code, c in counts.items()}
    return {code: gss for code, ((gss, n), total) in tops.items() if n >= 0.9 * total}


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
