"""Exceptions: situations that are raised tonight, as the objects of outputs.md without their life cycle.

Reads the working tables of people, claims and findings; makes one `Raised` a situation. Findings that a benign
explanation dismissed make nothing here but are kept in `dismissed_finding`, which reviewers can see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from linkage.detect import co_residence, divergence, hidden, wording
from linkage.detect.finding import Finding
from linkage.detect.priority import Priority, decide
from linkage.detect.records import rows
from linkage.detect.situation import Situation, join
from linkage.night import Night
from linkage.store import run_sql

HERE = Path(__file__).parent
TABLES = (
    "profile", "pregnancy", "family", "stay", "benign_same_name", "benign_same_building", "benign_student",
    "benign_landlord", "occurrence_fact", "unregistered_co_residence", "hidden_adult", "address_divergence",
)  # fmt: skip
"""The SQL files of detection in the order they run, which is the order of what they read."""


@dataclass
class Raised:
    """One exception of tonight before the ledger gives it an id, a status and a place in the budget."""

    thread: str
    content: dict[str, Any]
    detail: dict[str, Any] = field(default_factory=dict)


def run(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[list[Raised], dict[str, int]]:
    """Find, weigh and join. Returns tonight's exceptions in order of thread, and counts."""
    for table in TABLES:
        run_sql(con, HERE / f"{table}.sql", {"night": night.date})
    found = [*co_residence.find(con, night), *hidden.find(con, night), *divergence.find(con, night)]
    shielded = {r[0] for r in con.execute("SELECT person_id FROM shielded").fetchall()}
    open_ = [f for f in found if not shielded & set(_everybody(con, f))]
    least = night.settings.table("raise_above")
    raised = [f for f in open_ if not f.dismissed and f.score >= least[f.kind]]
    _keep_dismissed(con, [f for f in open_ if f.dismissed])
    writer = Writer(con, night)
    exceptions = [e for s in join(raised) if (e := writer.write(s)) is not None]
    counts = {
        "findings": len(found),
        "suppressed_findings": len(found) - len(open_),
        "dismissed_findings": sum(f.dismissed for f in open_),
        "exceptions": len(exceptions),
    }
    return sorted(exceptions, key=lambda e: e.thread), counts


def _everybody(con: duckdb.DuckDBPyConnection, finding: Finding) -> tuple[str, ...]:
    """The people of a finding and everybody else whose records it would show."""
    others = con.execute(
        "SELECT DISTINCT person_id FROM person WHERE list_contains($ids, mention_id) ORDER BY 1",
        {"ids": [m for m, _ in finding.mention_ids]},
    ).fetchall()
    return (*finding.people, *(r[0] for r in others))


def _keep_dismissed(con: duckdb.DuckDBPyConnection, dismissed: list[Finding]) -> None:
    con.execute(
        "CREATE OR REPLACE TABLE dismissed_finding (kind VARCHAR, variant VARCHAR, subject_id VARCHAR, "
        "family_id VARCHAR, score DOUBLE, explanations VARCHAR[])"
    )
    for f in dismissed:
        con.execute(
            "INSERT INTO dismissed_finding VALUES ($kind, $variant, $subject, $family, $score, $why)",
            {"kind": f.kind, "variant": f.variant, "subject": f.subject_id, "family": f.family_id, "score": f.score,
             "why": [b.explanation for b in f.benign if b.found]},
        )  # fmt: skip


class Writer:
    """Turns situations into the objects of outputs.md."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: Night) -> None:
        self.con = con
        self.night = night
        places = con.execute("SELECT uprn, display_address, council_gss FROM property").fetchall()
        self.address = {u: a for u, a, _ in places}
        self.council = {u: g for u, _, g in places if g}
        self.council_names = {gss: hub["name"] for gss, hub in night.settings.table("hubs").items()}

    def write(self, situation: Situation) -> Raised | None:
        """One exception, or None where no council is known to route it to."""
        finding = situation.finding
        hubs = self._hubs(finding)
        if not hubs:
            return None
        evidence = self._evidence(finding)
        weakest = min((e.pop("link_probability") for e in evidence), default=1.0)
        priority = self._priority(finding, weakest, len(hubs) > 1)
        content = {
            "kind": finding.kind,
            "priority": priority.letter,
            "score": finding.score,
            "hubs": hubs,
            "people": self._people(finding),
            "pregnancy": self._pregnancy(finding),
            "addresses": self._addresses(finding),
            "claim": wording.claim(finding, self.address, self.council_names),
            "evidence": evidence,
            "benign_considered": [b.as_dict() for b in finding.benign],
            "supporting": [
                {"kind": f.kind, "claim": wording.claim(f, self.address, self.council_names)}
                for f in situation.supporting
            ],
            "checks": wording.checks(finding),
        }
        return Raised(situation.thread, content, self._detail(finding, priority, weakest))

    def _hubs(self, finding: Finding) -> list[str]:
        """The lead hub first: the council of the child's (or mother's) recorded residence."""
        child_first = [*finding.child_ids, *([finding.mother_id] if finding.mother_id else []), finding.subject_id]
        found: list[str] = []
        for person in child_first:
            found += self._councils_of(person)
        found += [self.council[u] for u in (*finding.observed, *finding.registered) if u in self.council]
        return list(dict.fromkeys(g for g in found if g in self.council_names))

    def _councils_of(self, person_id: str) -> list[str]:
        """Councils of a person's registered homes, the longest standing first."""
        found = self.con.execute(
            "SELECT council_gss FROM stay WHERE person_id = $person AND registered AND council_gss IS NOT NULL "
            "ORDER BY register_said, uprn",
            {"person": person_id},
        ).fetchall()
        return [r[0] for r in found]

    def _people(self, finding: Finding) -> list[dict[str, str]]:
        roles = {finding.subject_id: finding.subject_role}
        for child in finding.child_ids:
            roles.setdefault(child, "child")
        if finding.mother_id:
            roles.setdefault(finding.mother_id, "mother")
        for carer in finding.carer_ids:
            roles.setdefault(carer, "carer")
        people = [{"person_id": person, "role": role} for person, role in roles.items()]
        if not {"child", "mother"} & set(roles.values()):
            # The person at the address is the child, or the pregnant woman: both parts are said.
            part = "mother" if finding.unborn else "child"
            people.append({"person_id": finding.subject_id, "role": part})
        return people

    def _pregnancy(self, finding: Finding) -> dict[str, str] | None:
        if finding.pregnancy is None:
            return None
        supplier, record_id = finding.pregnancy
        return {"contract": "maternity_booking", "supplier": supplier, "record_id": record_id}

    def _addresses(self, finding: Finding) -> list[dict[str, str]]:
        return [{"uprn": u, "role": "registered"} for u in dict.fromkeys(finding.registered)] + [
            {"uprn": u, "role": "observed"} for u in dict.fromkeys(finding.observed)
        ]

    def _evidence(self, finding: Finding) -> list[dict[str, Any]]:
        """The records that the claim rests on, in order of date; `link_probability` is taken out by the caller."""
        wanted = dict.fromkeys((*finding.mention_ids, *self._child_records(finding), *self._registers_of(finding)))
        found = []
        for mention_id, role in wanted:
            found += rows(
                self.con,
                "SELECT m.contract, m.supplier, m.record_id, m.mention, m.relationship, m.asserted_on, p.link_probability, "
                "c.uprn, c.address_role, c.valid_from, c.basis, o.occurrence_type, o.role, o.outcome "
                "FROM mention AS m INNER JOIN person AS p USING (mention_id) "
                "LEFT JOIN claim AS c ON c.mention_id = m.mention_id AND c.address_role = $role AND c.uprn IS NOT NULL "
                "LEFT JOIN police AS o ON m.contract = 'police' AND o.supplier = m.supplier AND o.record_id = m.record_id "
                "WHERE m.mention_id = $mention",
                {"mention": mention_id, "role": role or ""},
            )
        return [self._said(row) for row in sorted(found, key=_by_date)]

    def _said(self, row: dict[str, Any]) -> dict[str, Any]:
        text, fields = wording.says(row, self.address)
        dated = row["valid_from"] or row["asserted_on"]
        return {
            "contract": row["contract"],
            "supplier": row["supplier"],
            "record_id": row["record_id"],
            "mention": row["mention"],
            "fields": fields,
            "date": dated.isoformat() if dated else None,
            "basis": row["basis"] or "self_reported",
            "says": text,
            "link_probability": row["link_probability"],
        }

    def _child_records(self, finding: Finding) -> list[tuple[str, str | None]]:
        """Claims that put the child or mother at the properties of the finding."""
        people = [p for p in finding.people if p != finding.subject_id]
        found = self.con.execute(
            "SELECT mention_id, address_role FROM claim WHERE stands AND list_contains($people, person_id) "
            "AND list_contains($uprns, uprn) ORDER BY person_id, valid_from, mention_id",
            {"people": people, "uprns": [*finding.observed, *finding.registered]},
        ).fetchall()
        return [(m, r) for m, r in found]

    def _registers_of(self, finding: Finding) -> list[tuple[str, str | None]]:
        found = self.con.execute(
            "SELECT mention_id, address_role FROM claim WHERE stands AND is_register AND person_id = $person "
            "ORDER BY valid_from, mention_id",
            {"person": finding.subject_id},
        ).fetchall()
        return [(m, r) for m, r in found]

    def _priority(self, finding: Finding, weakest: float, crosses: bool) -> Priority:
        facts = rows(
            self.con, "SELECT * FROM occurrence_fact WHERE person_id = $person", {"person": finding.subject_id}
        )
        return decide(finding, facts, weakest, crosses, self.night.date, self.night.settings)

    def _detail(self, finding: Finding, priority: Priority, weakest: float) -> dict[str, Any]:
        pregnancy = None
        if finding.pregnancy:
            found = rows(
                self.con,
                "SELECT father_named, father_recorded_reason FROM pregnancy WHERE supplier = $s AND record_id = $r",
                {"s": finding.pregnancy[0], "r": finding.pregnancy[1]},
            )
            pregnancy = found[0] if found else None
        return {
            "variant": finding.variant,
            "not_known": wording.not_known(finding, pregnancy),
            "priority_reasons": list(priority.reasons),
            "score_parts": [[what, round(part, 2)] for what, part in finding.score_parts],
            "weakest_link": round(weakest, 3),
        }


def _by_date(row: dict[str, Any]) -> tuple[Any, ...]:
    dated = row["valid_from"] or row["asserted_on"]
    return (dated is None, str(dated), row["contract"], row["supplier"], row["record_id"], row["mention"])


def content_hash_text(content: dict[str, Any]) -> str:
    """What makes an exception "changed": its kind, priority, people, places and evidence; not the score's last digit."""
    parts = {k: content[k] for k in ("kind", "priority", "hubs", "people", "pregnancy", "addresses", "evidence")}
    return json.dumps(parts, sort_keys=True)
