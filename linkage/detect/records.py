"""The records behind findings: read once a night for the people that findings speak of, then looked up by person."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import duckdb

Row = dict[str, Any]
Claim = tuple[str, str | None]
"""A mention_id and the role of the address that it claims, None for the mention itself."""

_CONCERNED = """
    CREATE OR REPLACE TABLE concerned AS
    SELECT subject_id AS person_id FROM unregistered_co_residence
    UNION SELECT child_id FROM unregistered_co_residence
    UNION SELECT mother_id FROM unregistered_co_residence
    UNION SELECT subject_id FROM hidden_adult
    UNION SELECT mother_id FROM hidden_adult
    UNION SELECT unnest(baby_ids) FROM hidden_adult
    UNION SELECT subject_id FROM address_divergence
    UNION SELECT child_id FROM address_divergence
    UNION SELECT mother_id FROM address_divergence
"""
_CLAIMS = """
    SELECT person_id, mention_id, address_role, uprn, valid_from, basis, is_register FROM claim
    WHERE stands AND person_id IN (SELECT c.person_id FROM concerned AS c)
    ORDER BY person_id, valid_from, mention_id, address_role
"""
_PROFILES = """
    SELECT person_id, born, name_display FROM profile
    WHERE person_id IN (SELECT c.person_id FROM concerned AS c)
    ORDER BY person_id
"""
_COUNCILS = """
    SELECT person_id, council_gss FROM stay
    WHERE registered AND council_gss IS NOT NULL AND person_id IN (SELECT c.person_id FROM concerned AS c)
    ORDER BY person_id, register_said, uprn
"""
# The occurrences are joined on three columns: with a condition on one side alone DuckDB would compare every row with every row.
_MENTIONS = """
    WITH occurrence AS (
        SELECT 'police' AS contract, supplier, record_id, occurrence_ref, occurrence_type, role, outcome FROM police
    )
    SELECT p.person_id, m.mention_id, m.anchor_id, a.person_id AS anchor_person_id, m.contract, m.supplier, m.record_id,
        m.mention, m.relationship, m.asserted_on, p.link_probability,
        o.occurrence_ref, o.occurrence_type, o.role, o.outcome
    FROM person AS p
    INNER JOIN mention AS m ON p.mention_id = m.mention_id
    LEFT JOIN person AS a ON m.anchor_id = a.mention_id
    LEFT JOIN occurrence AS o ON m.contract = o.contract AND m.supplier = o.supplier AND m.record_id = o.record_id
    WHERE p.person_id IN (SELECT c.person_id FROM concerned AS c)
    ORDER BY p.person_id, m.mention_id
"""
_ADDRESSED = """
    SELECT mention_id, address_role, uprn, valid_from, basis FROM claim
    WHERE uprn IS NOT NULL AND person_id IN (SELECT c.person_id FROM concerned AS c)
    ORDER BY mention_id, address_role
"""


class Records:
    """Claims, mentions and councils of everybody a finding may speak of, by person_id."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(_CONCERNED)
        self.claims = _by(rows(con, _CLAIMS), "person_id")
        self.mentions = _by(rows(con, _MENTIONS), "person_id")
        self.mention = {row["mention_id"]: row for found in self.mentions.values() for row in found}
        self._profiles = {row["person_id"]: row for row in rows(con, _PROFILES)}
        self._councils = _by(rows(con, _COUNCILS), "person_id")
        self._addressed = {(r["mention_id"], r["address_role"]): r for r in rows(con, _ADDRESSED)}
        con.execute("DROP TABLE concerned")

    def place_of(self, person_id: str | None) -> tuple[date, str, str]:
        """What people are put in order by: birth date, name, first mention; who is not known comes last.

        Never by person_id, which depends on the nights before: the same records are told the same way whatever was known when.
        """
        if person_id is None or person_id not in self._profiles:
            return (date.max, "", "")
        told, mentions = self._profiles[person_id], self.mentions[person_id]
        return (told["born"] or date.max, told["name_display"] or "", mentions[0]["mention_id"])

    def claims_of(self, person_id: str, *uprns: str) -> tuple[Claim, ...]:
        """A person's standing claims in order of date, at the given properties or, with none, at all."""
        return tuple(
            (c["mention_id"], c["address_role"])
            for c in self.claims.get(person_id, [])
            if not uprns or c["uprn"] in uprns
        )

    def registers_of(self, person_id: str) -> list[Claim]:
        """A person's standing registrations in order of date."""
        return [(c["mention_id"], c["address_role"]) for c in self.claims.get(person_id, []) if c["is_register"]]

    def homes_of(self, person_id: str) -> list[str]:
        """Properties of a person's standing registrations in order of date."""
        return list(dict.fromkeys(c["uprn"] for c in self.claims.get(person_id, []) if c["is_register"] and c["uprn"]))

    def councils_of(self, person_id: str) -> list[str]:
        """Councils of a person's registered homes, the longest standing first."""
        return [row["council_gss"] for row in self._councils.get(person_id, [])]

    def uprns(self) -> list[str]:
        """Every property that a claim of theirs names; a finding names no other."""
        return sorted({row["uprn"] for row in self._addressed.values()})

    def said(self, claim: Claim) -> Row:
        """One record as evidence: the mention's row with the address that it claims, if any."""
        mention_id, role = claim
        nothing = {"uprn": None, "address_role": None, "valid_from": None, "basis": None}
        found = self._addressed.get((mention_id, role), nothing)
        return {**self.mention[mention_id], **{key: found[key] for key in nothing}}

    def between(self, adult: str, mother: str, babies: list[str]) -> tuple[Claim, ...]:
        """Mentions of an adult in records about a mother or her babies, of both in one occurrence, and of her in his records."""
        family = {mother, *babies}
        hers = self.mentions.get(mother, [])
        occurrences = {row["occurrence_ref"] for row in hers if row["occurrence_ref"]}
        found = {
            row["mention_id"]
            for row in self.mentions.get(adult, [])
            if row["anchor_person_id"] in family or row["occurrence_ref"] in occurrences
        }
        found |= {row["mention_id"] for row in hers if row["anchor_person_id"] == adult}
        return tuple((mention_id, None) for mention_id in sorted(found))


def rows(con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None) -> list[Row]:
    """The rows of a query as dictionaries, in the query's order."""
    result = con.execute(query, parameters) if parameters else con.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def places_of(row: Row, records: Records) -> tuple[Any, ...]:
    """The order of what SQL found, by its people (subject, family, child) and then its pregnancy."""
    pregnancy = row["pregnancy"] or {"supplier": "", "record_id": ""}
    people = (records.place_of(row[who]) for who in ("subject_id", "family_id", "child_id"))
    return (*people, pregnancy["supplier"], pregnancy["record_id"])


def _by(found: list[Row], key: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        grouped[row[key]].append(row)
    return dict(grouped)
