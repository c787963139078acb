"""What the night's reports may draw on, read once from the working tables: people, properties, suppliers, details.

Only people and properties that a standing exception names are read; a report can show no one else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from linkage import succession
from linkage.detect.records import rows
from linkage.ledger.ledger import Entry
from linkage.night import Night
from linkage.report import changes, family
from linkage.report.content import (
    Detail,
    Family,
    HubDisplay,
    LinkEvidence,
    NightContent,
    PersonDisplay,
    PropertyDisplay,
    SupplierState,
)
from linkage.vocabulary import plain

SEX = {"1": "male", "2": "female"}
LEVEL_WORDS = {
    "gamma_given_name": "given name",
    "gamma_family_and_home": "family name or home",
    "gamma_birth_date": "date of birth",
    "gamma_sex": "sex",
    "gamma_nhs_number": "NHS number",
    "gamma_phone": "phone number",
    "gamma_email": "e-mail address",
    "gamma_force_key": "police key",
    "gamma_move_day": "day of moving",
}


def build(
    con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry], software_version: str, model_version: str
) -> NightContent:
    """The content of tonight's reports."""
    exceptions = [e.exception for e in entries]
    before, people, about = changes.before(con, night.date), _people(con, exceptions), _about(con, exceptions)
    keys = succession.first_keys(con)
    links, kin = _links(con, exceptions, people), family.Kin(con, exceptions)

    def name(evidence: Mapping[str, Any]) -> str:
        known = people.get(about.get(evidence_key(evidence), ""))
        return known.name if known else ""

    def detail(entry: Entry) -> Detail:
        was = before.get(entry.exception["exception_id"])
        told = entry.exception
        return _detail(
            entry,
            changes.told(was, told, name, entry.detail.get("identity", ""), keys),
            links[told["exception_id"]],
            family.of(kin, told),
        )

    return NightContent(
        night=night.date,
        synthetic=night.settings.text("governance.mode") == "synthetic",
        exceptions=exceptions,
        details={e.exception["exception_id"]: detail(e) for e in entries},
        people=people,
        properties=_properties(con, exceptions),
        ties=_ties(con, exceptions),
        about=about,
        suppliers=_suppliers(con),
        hubs={gss: HubDisplay(hub["name"], hub["contact"]) for gss, hub in night.settings.table("hubs").items()},
        software_version=software_version,
        model_version=model_version,
    )


def _people(con: duckdb.DuckDBPyConnection, exceptions: list[dict[str, Any]]) -> dict[str, PersonDisplay]:
    wanted = sorted({p["person_id"] for e in exceptions for p in e["people"]})
    found = rows(
        con,
        "SELECT f.person_id, f.name_display, f.born, f.sex, (SELECT min_by(s.council_gss, (s.register_said, s.uprn)) "
        "FROM stay AS s WHERE s.person_id = f.person_id AND s.registered) AS home_gss "
        "FROM profile AS f WHERE f.person_id IN (SELECT unnest($wanted)) ORDER BY f.person_id",
        {"wanted": wanted},
    )
    return {
        r["person_id"]: PersonDisplay(
            r["name_display"] or "name not recorded", r["born"], SEX.get(r["sex"] or "", "not known"), r["home_gss"]
        )
        for r in found
    }


def _properties(con: duckdb.DuckDBPyConnection, exceptions: list[dict[str, Any]]) -> dict[str, PropertyDisplay]:
    wanted = sorted({a["uprn"] for e in exceptions for a in e["addresses"]})
    found = con.execute(
        "SELECT uprn, display_address, council_gss FROM property WHERE uprn IN (SELECT unnest($wanted)) ORDER BY uprn",
        {"wanted": wanted},
    ).fetchall()
    return {uprn: PropertyDisplay(address, gss) for uprn, address, gss in found}


def evidence_key(evidence: Mapping[str, Any]) -> str:
    """The mention that a piece of evidence is."""
    return "|".join(str(evidence[part]) for part in ("contract", "supplier", "record_id", "mention"))


def _about(con: duckdb.DuckDBPyConnection, exceptions: list[dict[str, Any]]) -> dict[str, str]:
    keys = sorted({evidence_key(e) for x in exceptions for e in x["evidence"]})
    found = con.execute(
        "SELECT mention_id, person_id FROM person WHERE mention_id IN (SELECT unnest($keys)) ORDER BY ALL",
        {"keys": keys},
    ).fetchall()
    return dict(found)


def _ties(con: duckdb.DuckDBPyConnection, exceptions: list[dict[str, Any]]) -> dict[tuple[str, str], bool]:
    people = sorted({p["person_id"] for e in exceptions for p in e["people"]})
    uprns = sorted({a["uprn"] for e in exceptions for a in e["addresses"]})
    found = con.execute(
        "SELECT person_id, uprn, registered FROM stay WHERE person_id IN (SELECT unnest($people)) "
        "AND uprn IN (SELECT unnest($uprns)) ORDER BY ALL",
        {"people": people, "uprns": uprns},
    ).fetchall()
    return {(person, uprn): bool(registered) for person, uprn, registered in found}


def _suppliers(con: duckdb.DuckDBPyConnection) -> list[SupplierState]:
    found = con.execute(
        "SELECT contract, supplier, status, last_good_night FROM input_file WHERE contract <> 'protected' ORDER BY ALL"
    ).fetchall()
    return [SupplierState(*row) for row in found]


def _detail(entry: Entry, changed: list[str], links: list[LinkEvidence], kin: Family) -> Detail:
    told = entry.detail
    parts = [(what.replace("_", " "), part) for what, part in told["score_parts"] if what != "starting point"]
    return Detail(
        not_known=list(told["not_known"]),
        priority_reasons=list(told["priority_reasons"]),
        link_evidence=links,
        speaks_for=[what for what, part in parts if part > 0],
        speaks_against=[what for what, part in parts if part < 0],
        changed=changed,
        family=kin,
    )


def _links(
    con: duckdb.DuckDBPyConnection, exceptions: list[dict[str, Any]], people: Mapping[str, PersonDisplay]
) -> dict[str, list[LinkEvidence]]:
    """By exception, why the records of one person are held to be one person: the strongest pairs among its evidence, and the weakest link."""
    evidence = [
        {"exception_id": x["exception_id"], "mention_id": evidence_key(e)} for x in exceptions for e in x["evidence"]
    ]
    con.register("shown", pl.DataFrame(evidence, schema={"exception_id": pl.String, "mention_id": pl.String}))
    pairs = rows(
        con,
        "WITH said AS (SELECT DISTINCT * FROM shown) "
        "SELECT i.exception_id, q.*, l.contract AS contract_l, r.contract AS contract_r, a.person_id, a.link_probability AS held_l, "
        "b.link_probability AS held_r, f.frequency, row_number() OVER (PARTITION BY i.exception_id ORDER BY "
        "least(a.link_probability, b.link_probability), q.match_weight DESC, q.mention_id_l, q.mention_id_r) = 1 AS weakest, "
        "count(*) OVER (PARTITION BY i.exception_id) AS links FROM said AS i INNER JOIN pair AS q ON i.mention_id = q.mention_id_l "
        "INNER JOIN said AS j ON i.exception_id = j.exception_id AND j.mention_id = q.mention_id_r "
        "INNER JOIN mention AS l ON q.mention_id_l = l.mention_id "
        "INNER JOIN mention AS r ON q.mention_id_r = r.mention_id INNER JOIN person AS a ON a.mention_id = q.mention_id_l "
        "INNER JOIN person AS b ON b.mention_id = q.mention_id_r AND a.person_id = b.person_id "
        # As one value: a second condition of the pair's own would lay every pair beside every name.
        "LEFT JOIN store.term_frequency AS f ON f.column_name = 'family_last' "
        "AND f.value = CASE WHEN l.family_last = r.family_last THEN l.family_last END WHERE q.veto IS NULL "
        "QUALIFY weakest OR row_number() OVER "
        "(PARTITION BY i.exception_id ORDER BY q.match_weight DESC, q.mention_id_l, q.mention_id_r) <= 6 "
        "ORDER BY i.exception_id, q.match_weight DESC, q.mention_id_l, q.mention_id_r",
    )
    con.unregister("shown")
    found: dict[str, list[LinkEvidence]] = {x["exception_id"]: [] for x in exceptions}
    for pair in pairs:
        found[pair["exception_id"]].append(_link(pair, people.get(pair["person_id"])))
    return found


def _link(pair: dict[str, Any], person: PersonDisplay | None) -> LinkEvidence:
    words = {c: w for c, w in LEVEL_WORDS.items() if pair.get(c) is not None}
    agreed = [w for c, w in words.items() if pair[c] > 0]
    disagreed = [w for c, w in words.items() if pair[c] == 0]
    missing = [w for c, w in words.items() if pair[c] < 0]
    one, other = (plain(pair[side]) for side in ("contract_l", "contract_r"))
    held = min(pair["held_l"], pair["held_r"])
    strength = "very strong" if held >= 0.99 else "strong" if held >= 0.95 else "fair"
    return LinkEvidence(
        sentence=f"The {one} record and the {other} record are held to be one person{f': {person.name}' if person else ''}."
        + (" This is the weakest link." if pair["weakest"] and pair["links"] > 1 else ""),
        agreed=agreed,
        disagreed=disagreed,
        missing=missing,
        rarity=f"{_rarity(pair['match_weight'])}{_borne_by(pair['frequency'])}",
        strength=strength,
    )


def _rarity(weight: float) -> str:
    """How often two people would agree so well by chance; `weight` is the match weight, in powers of two."""
    if weight >= 20:
        return "It is all but impossible that two people agree so well by chance."
    if weight >= 10:
        return "Two people would rarely agree so well by chance."
    return "Now and then two people agree so well by chance."


def _borne_by(frequency: float | None) -> str:
    """How rare the family name is that both records give, where they give one."""
    if not frequency:
        return ""
    return f" About 1 in {max(round(1 / frequency), 2):,} records here gives this family name."
