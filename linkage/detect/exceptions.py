"""Exceptions: situations that are raised tonight, as the objects of outputs.md without their life cycle.

Reads the working tables of people, claims and findings; makes one `Raised` a situation. Findings that a benign
explanation dismissed make nothing here but are kept in `store.dismissed_finding`, which `linkage person` tells.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from linkage import beside
from linkage.detect import co_residence, divergence, hidden, wording
from linkage.detect.finding import Finding
from linkage.detect.priority import Priority, decide
from linkage.detect.records import Claim, Records, Row, rows
from linkage.detect.situation import Situation, join
from linkage.night import Night
from linkage.store import insert, run_sql

HERE = Path(__file__).parent
TABLES = (
    (
        "profile", "stay", "benign_landlord", "benign_recent_move", "benign_same_property", "benign_relative", "benign_student",
        "benign_institution", "benign_shared_house", "benign_unplaced", "benign_professional", "occurrence_fact",
    ),
    (
        "benign_namesake", "benign_registered_carer", "pregnancy", "benign_number_slip", "benign_same_building", "benign_death",
        "benign_newborn",
    ),
    ("person_name", "family", "linked_concern"),
    ("hidden_adult", "address_divergence", "benign_shared_care", "benign_parent", "benign_same_name"),
    ("unregistered_co_residence", "benign_generation"),
)  # fmt: skip
"""The SQL files of detection in the order they run: those of a group read nothing of each other, and run side by side."""
KINDS = (co_residence, hidden, divergence)


@dataclass
class Raised:
    """One exception of tonight before the ledger gives it an id, a status and a place in the budget."""

    thread: str
    content: dict[str, Any]
    detail: dict[str, Any] = field(default_factory=dict)


def run(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[list[Raised], dict[str, int]]:
    """Find, weigh and join. Returns tonight's exceptions in order of thread, and counts."""
    threads = beside.threads_for(con, night.threads)
    for group in TABLES:
        beside.each(con, [partial(_table, table=table, night=night) for table in group], threads)
    reads: list[beside.Work[Any]] = [Records, *(partial(_found, query=kind.QUERY, night=night) for kind in KINDS)]
    records, *told = beside.each(con, reads, threads)
    found = [f for kind, rows_ in zip(KINDS, told, strict=True) for f in kind.find(rows_, night, records)]
    shielded = {r[0] for r in con.execute("SELECT person_id FROM shielded").fetchall()}
    suppressed = [f for f in found if shielded & _everybody(f, records)]
    held_back = {id(f) for f in suppressed}
    open_ = [f for f in found if id(f) not in held_back]
    dismissed = [f for f in open_ if f.dismissed]
    least = night.settings.table("raise_above")
    stands = [f for f in open_ if not f.dismissed]
    raised = [f for f in stands if f.score >= least[f.kind]]
    weaker = [f for f in stands if least["inside_another"] <= f.score < least[f.kind]]
    _keep_dismissed(con, night, dismissed)
    writer = Writer(con, night, records)
    situations = join(raised, weaker)
    exceptions = [e for s in situations if (e := writer.write(s)) is not None]
    threads_ = {e.thread for e in exceptions}
    unrouted = [s.finding for s in situations if s.thread not in threads_]
    _lay_out_unraised(
        con,
        suppressed=suppressed,
        dismissed=dismissed,
        inside=[f for s in situations if s.thread in threads_ for f in s.supporting],
        below=[f for f in stands if f.score < least[f.kind]],
        unrouted=unrouted,
    )
    counts = {
        "findings": len(found),
        "suppressed_findings": len(suppressed),
        "dismissed_findings": len(dismissed),
        "exceptions": len(exceptions),
        "unrouted": len(unrouted),
    }
    return sorted(exceptions, key=lambda e: e.thread), counts


def _table(con: duckdb.DuckDBPyConnection, table: str, night: Night) -> int:
    return run_sql(con, HERE / f"{table}.sql", {"night": night.date})


def _found(con: duckdb.DuckDBPyConnection, query: str, night: Night) -> list[Row]:
    """What the SQL of a kind turned up."""
    return rows(con, query, {"night": night.date} if "$night" in query else None)


def _everybody(finding: Finding, records: Records) -> set[str]:
    """The people of a finding and everybody else whose records it would show."""
    return {*finding.people, *(records.mention[m]["person_id"] for m, _ in finding.mention_ids)}


def _keep_dismissed(con: duckdb.DuckDBPyConnection, night: Night, dismissed: list[Finding]) -> None:
    """`store.dismissed_finding`: tonight's findings that were explained, with all that was looked for. `linkage person` tells them."""
    con.execute(
        "CREATE OR REPLACE TABLE store.dismissed_finding (night DATE, kind VARCHAR, variant VARCHAR, subject_id VARCHAR, "
        "people VARCHAR[], score DOUBLE, explanations VARCHAR[], looked_for VARCHAR)"
    )
    columns = {
        "night": pl.Date, "kind": pl.String, "variant": pl.String, "subject_id": pl.String, "people": pl.List(pl.String),
        "score": pl.Float64, "explanations": pl.List(pl.String), "looked_for": pl.String,
    }  # fmt: skip
    rows_ = [
        (night.date, f.kind, f.variant, f.subject_id, sorted(f.people), f.score, [b.explanation for b in f.benign if b.found],
         json.dumps([b.as_dict() for b in f.benign]))
        for f in dismissed
    ]  # fmt: skip
    insert(con, "store.dismissed_finding", columns, rows_)


def _lay_out_unraised(con: duckdb.DuckDBPyConnection, **unraised: list[Finding]) -> None:
    """`unraised_finding`: one row a finding of tonight that is no exception by itself, and why. The ledger reads it; nothing writes it out."""
    columns = {
        "why": pl.String, "thread": pl.String, "kind": pl.String, "subject_id": pl.String, "people": pl.List(pl.String),
        "uprns": pl.List(pl.String), "explanations": pl.List(pl.String), "parts": pl.String,
    }  # fmt: skip
    con.execute(
        "CREATE OR REPLACE TABLE unraised_finding (why VARCHAR, thread VARCHAR, kind VARCHAR, subject_id VARCHAR, people VARCHAR[], "
        "uprns VARCHAR[], explanations VARCHAR[], parts VARCHAR)"
    )
    rows_ = [
        (why, Situation(f).thread, f.kind, f.subject_id, list(f.people), [*f.observed, *f.registered],
         [b.explanation for b in f.benign if b.found], json.dumps(f.score_parts))
        for why, findings in unraised.items() for f in findings
    ]  # fmt: skip
    insert(con, "unraised_finding", columns, rows_)


class Writer:
    """Turns situations into the objects of outputs.md."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: Night, records: Records) -> None:
        self.night = night
        self.records = records
        self.occurrences: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for fact in rows(con, "SELECT * FROM occurrence_fact"):
            self.occurrences[fact["person_id"]].append(fact)
        self.concerns: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for concern in rows(con, "SELECT * FROM linked_concern ORDER BY ALL"):
            self.concerns[concern["person_id"]].append(concern)
        named = rows(con, "SELECT supplier, record_id, father_named, father_recorded_reason FROM pregnancy")
        self.pregnancy = {(p["supplier"], p["record_id"]): p for p in named}
        places = con.execute(
            "SELECT uprn, display_address, council_gss FROM property WHERE uprn IN (SELECT unnest($uprns))",
            {"uprns": records.uprns()},
        ).fetchall()
        self.address = {u: a for u, a, _ in places}
        self.council = {u: g for u, _, g in places if g}
        self.council_names = {gss: hub["name"] for gss, hub in night.settings.table("hubs").items()}

    def write(self, situation: Situation) -> Raised | None:
        """One exception, or None where no council is known to route it to."""
        finding = situation.told()
        hubs = self._hubs(finding)
        if not hubs:
            return None
        evidence = self._evidence(finding)
        weakest = min((e.pop("link_probability") for e in evidence), default=1.0)
        finding = self._as_sure_as_its_link(finding, weakest)
        priority = self._priority(finding, weakest, len(hubs) > 1)
        content = {
            "kind": finding.kind,
            "priority": priority.letter,
            "score": finding.score,
            "hubs": hubs,
            "people": self._people(finding),
            "pregnancy": self._pregnancy(finding),
            "addresses": self._addresses(finding),
            "claim": wording.claim(finding, self.address),
            "evidence": evidence,
            "benign_considered": [b.as_dict() for b in finding.benign],
            "supporting": self._supporting(situation),
            "checks": wording.checks(finding),
        }
        return Raised(situation.thread, content, self._detail(finding, priority, weakest))

    def _as_sure_as_its_link(self, finding: Finding, weakest: float) -> Finding:
        """A claim that hangs on an unsure link scores lower. It is raised all the same: a data officer is asked first."""
        if weakest >= self.night.settings.number("priority.hold_below_link"):
            return finding
        part = ("a link between its records is unsure", self.night.settings.number("score.link.unsure"))
        return replace(finding, score_parts=[*finding.score_parts, part])

    def _supporting(self, situation: Situation) -> list[dict[str, str]]:
        """Weaker findings about the same people and properties, then what records say of the mother and her infants.

        The latter are no kinds of their own: each stands under the kind of the exception that it supports.
        """
        finding = situation.finding
        concerns = [c for person in sorted(finding.people, key=self.records.place_of) for c in self.concerns[person]]
        return [
            *({"kind": f.kind, "claim": wording.claim(f, self.address)} for f in situation.supporting),
            *({"kind": finding.kind, "claim": wording.concern(c)} for c in concerns),
        ]

    def _hubs(self, finding: Finding) -> list[str]:
        """The lead hub first: the council of the child's (or mother's) recorded residence."""
        mother = [finding.mother_id] if finding.mother_id else []
        child_first = dict.fromkeys([*_child_subject(finding), *finding.child_ids, *mother, finding.subject_id])
        found: list[str] = []
        for person in child_first:
            found += self.records.councils_of(person)
        found += [self.council[u] for u in (*finding.observed, *finding.registered) if u in self.council]
        return list(dict.fromkeys(g for g in found if g in self.council_names))

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
        registered = [u for u in self._registered(finding) if u not in finding.observed]
        return [{"uprn": u, "role": "registered"} for u in registered] + [
            {"uprn": u, "role": "observed"} for u in dict.fromkeys(finding.observed)
        ]

    def _registered(self, finding: Finding) -> list[str]:
        """Homes that registers give. A hidden adult's claim names none, but whom to look at is where mother and child are."""
        if finding.kind != "hidden_adult":
            return list(dict.fromkeys(finding.registered))
        return list(dict.fromkeys(u for person in self._mother_first(finding) for u in self.records.homes_of(person)))

    def _mother_first(self, finding: Finding) -> list[str]:
        return [*([finding.mother_id] if finding.mother_id else []), *finding.child_ids, finding.subject_id]

    def _evidence(self, finding: Finding) -> list[dict[str, Any]]:
        """The records that the claim rests on, in order of date; `link_probability` is taken out by the caller."""
        people = self._mother_first(finding) if finding.kind == "hidden_adult" else [finding.subject_id]
        registers = [claim for person in people for claim in self.records.registers_of(person)]
        wanted = dict.fromkeys((*finding.mention_ids, *self._child_records(finding), *registers))
        return [self._said(row) for row in sorted(map(self.records.said, wanted), key=_by_date)]

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

    def _child_records(self, finding: Finding) -> list[Claim]:
        """Claims that put the child or mother at the properties of the finding."""
        people = [p for p in finding.people if p != finding.subject_id]
        uprns = (*finding.observed, *finding.registered)
        return [claim for p in people if uprns for claim in self.records.claims_of(p, *uprns)]

    def _priority(self, finding: Finding, weakest: float, crosses: bool) -> Priority:
        facts = self.occurrences.get(finding.subject_id, [])
        return decide(finding, facts, weakest, crosses, self.night.date, self.night.settings)

    def _detail(self, finding: Finding, priority: Priority, weakest: float) -> dict[str, Any]:
        pregnancy = self.pregnancy.get(finding.pregnancy) if finding.pregnancy else None
        return {
            "variant": finding.variant,
            "not_known": wording.not_known(finding, pregnancy),
            "priority_reasons": list(priority.reasons),
            "score_parts": [[what, round(part, 2)] for what, part in finding.score_parts],
            "weakest_link": round(weakest, 3),
        }


def _child_subject(finding: Finding) -> list[str]:
    """The subject where it is the child itself: its own recorded residence decides who leads, before a brother's."""
    return [finding.subject_id] if finding.subject_role == "child" or finding.variant.startswith("child") else []


def _by_date(row: dict[str, Any]) -> tuple[Any, ...]:
    dated = row["valid_from"] or row["asserted_on"]
    return (dated is None, str(dated), row["contract"], row["supplier"], row["record_id"], row["mention"])


def in_order(said: dict[str, Any]) -> tuple[Any, ...]:
    """The order of evidence: by date, what has none last, then by key."""
    return (
        said["date"] is None,
        str(said["date"]),
        said["contract"],
        said["supplier"],
        said["record_id"],
        said["mention"],
    )


def content_hash_text(content: dict[str, Any]) -> str:
    """What makes an exception "changed": its kind, priority, people, places and evidence; not the score's last digit."""
    parts = {k: content[k] for k in ("kind", "priority", "hubs", "people", "pregnancy", "addresses", "evidence")}
    return json.dumps(parts, sort_keys=True)
