"""What data officers are asked tonight: `store.question` and what its pages show. Runs in the night, after the ledger.

A question is a set of mentions and how linkage parts them tonight: one group (are these one person?) or two (are these
two one?). It is asked for a stated reason, and not again while a verdict on the same evidence is in force.

Reads person, mention, pair, refused_pair, verdict_pair, claim, property, shielded and the ledger's entries; writes
`store.question` (one row a question), `store.question_mention` (one row a mention of one), `store.question_link` (one
row a compared pair inside one). Nothing of a protected or shielded person is in them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from linkage import beside
from linkage.detect.records import rows
from linkage.ledger.ledger import Entry
from linkage.night import Night
from linkage.people.resolve import probability
from linkage.people.verdict import question_of
from linkage.review import bridges, effects, measures
from linkage.sources import decisions
from linkage.store import insert, run_sql

HERE = Path(__file__).parent


class Reason(StrEnum):
    """Why a question is asked, the first to be looked at first."""

    LIVE_EXCEPTION = "live_exception"
    VERDICT_CONFLICT = "verdict_conflict"
    EVIDENCE_CHANGED = "evidence_changed"
    NHS_NUMBERS = "nhs_numbers"
    WEAK_BRIDGE = "weak_bridge"
    NEAR_THRESHOLD = "near_threshold"
    LARGE_CLUSTER = "large_cluster"
    SAMPLE = "sample"


REASON_WORDS = {
    Reason.LIVE_EXCEPTION: "Rests under a live exception",
    Reason.VERDICT_CONFLICT: "Conflicts with an earlier verdict",
    Reason.EVIDENCE_CHANGED: "The evidence of a verdict changed",
    Reason.NHS_NUMBERS: "Alike, but two NHS numbers",
    Reason.WEAK_BRIDGE: "Two parts held together by one link",
    Reason.NEAR_THRESHOLD: "Near the threshold",
    Reason.LARGE_CLUSTER: "Many records",
    Reason.SAMPLE: "Sample for quality",
}
ORDER = {reason: place for place, reason in enumerate(Reason)}
QUESTION: dict[str, Any] = {
    "question_id": pl.String, "position": pl.Int64, "reasons": pl.List(pl.String), "priority": pl.String,
    "exceptions": pl.List(pl.String), "groups": pl.List(pl.List(pl.String)), "evidence_hash": pl.String,
    "readers_needed": pl.Int64, "councils": pl.List(pl.String), "chance": pl.Float64, "sampled": pl.Boolean,
}  # fmt: skip


@dataclass
class Question:
    """One question before it is ranked. chance: the model's probability that it is one person."""

    groups: tuple[tuple[str, ...], ...]
    chance: float
    reasons: set[Reason] = field(default_factory=set)
    exceptions: set[str] = field(default_factory=set)
    priority: str = ""

    @property
    def mentions(self) -> list[str]:
        return sorted(m for group in self.groups for m in group)

    @property
    def question_id(self) -> str:
        return question_of(self.mentions)


def run(con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry]) -> dict[str, int]:
    """Lay out tonight's questions. Returns how many there are, and how many were left for another night."""
    decisions.drop_protected(con)
    con.execute(
        "CREATE OR REPLACE TABLE seen_mention AS SELECT mention_id, person_id, link_probability FROM person "
        "WHERE person_id NOT IN (SELECT s.person_id FROM shielded AS s) ORDER BY mention_id"
    )
    works: list[beside.Work[int]] = [lambda own: _ask(own, night, entries), lambda own: measures.run(own, night)]
    found, _ = beside.each(con, works, beside.threads_for(con, night.threads))
    con.execute("DROP TABLE seen_mention")
    effects.run(con, night, entries)
    most = night.settings.integer("review.most_questions")
    return {"questions": min(found, most), "left": max(0, found - most)}


def _ask(con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry]) -> int:
    """Lay out the first of tonight's questions, as many as are asked of a night. Returns how many there are."""
    asked = Asked(con, night, entries)
    found = asked.collect()
    _write(con, found[: night.settings.integer("review.most_questions")], asked)
    return len(found)


class Asked:
    """The questions of one night as they are found."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry]) -> None:
        self.con = con
        self.night = night
        self.standing = [e.exception for e in entries if e.exception["status"] != "resolved"]
        self.person_of: dict[str, str] = {}
        self.person: dict[str, list[str]] = defaultdict(list)
        self.weakest: dict[str, float] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        self.questions: dict[str, Question] = {}
        self.live: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for exception in self.standing:
            for told in exception["people"]:
                self.live[told["person_id"]].append(exception)

    def _learn(self, people: Iterable[str] = (), mentions: Iterable[str] = ()) -> None:
        """Read all mentions of some people, and of whoever some mentions belong to: a region has many more than are asked about."""
        given = {
            "people": sorted({*people} - self.person.keys()),
            "mentions": sorted({*mentions} - self.person_of.keys()),
        }
        if not any(given.values()):
            return
        found = self.con.execute(
            "WITH wanted AS (SELECT unnest($people) AS person_id UNION SELECT s.person_id FROM seen_mention AS s "
            "SEMI JOIN (SELECT unnest($mentions) AS mention_id) AS m ON s.mention_id = m.mention_id) "
            "SELECT mention_id, person_id, link_probability FROM seen_mention SEMI JOIN wanted USING (person_id) ORDER BY mention_id",
            given,
        ).fetchall()
        for mention, person, chance in found:
            if mention not in self.person_of:
                self.person_of[mention] = person
                self.person[person].append(mention)
                self.weakest[person] = min(chance, self.weakest.get(person, 1.0))

    def collect(self) -> list[Question]:
        """Every question of tonight that no verdict answers yet, those to be looked at first in front."""
        self._live_exceptions()
        self._refused()
        self._near_threshold()
        self._weak_bridges()
        self._large_and_sampled()
        self._changed_evidence()
        self._look_up({m for q in self.questions.values() for m in q.mentions})
        in_force = {v.question_id: v.evidence_hash for v in decisions.in_force(self.con)}
        open_ = [q for q in self.questions.values() if in_force.get(q.question_id) != self.evidence_hash(q.mentions)]
        return sorted(open_, key=self._rank)

    def _ask(self, groups: Iterable[Iterable[str]], chance: float, reason: Reason) -> None:
        question = Question(tuple(sorted(tuple(sorted(g)) for g in groups)), chance)
        if len(question.mentions) < 2 or not self.person_of.keys() >= set(question.mentions):
            return
        kept = self.questions.setdefault(question.question_id, question)
        kept.reasons.add(reason)
        for person in {self.person_of[m] for m in kept.mentions}:
            for exception in self.live[person] if reason is not Reason.SAMPLE else ():
                kept.reasons.add(Reason.LIVE_EXCEPTION)
                kept.exceptions.add(exception["exception_id"])
                kept.priority = min(kept.priority or "Z", exception["priority"])

    def _ask_of_person(self, person: str, reason: Reason) -> None:
        self._ask([self.person[person]], self.weakest[person], reason)

    def _ask_of_two(self, one: str, other: str, chance: float, reason: Reason) -> None:
        """Are these two people one? one, other: mentions, for whose people it is asked."""
        if one in self.person_of and other in self.person_of:
            people = {self.person_of[one], self.person_of[other]}
            self._ask([self.person[p] for p in people], chance, reason)

    def _live_exceptions(self) -> None:
        below = self.night.settings.number("review.ask_below_link")
        self._learn(self.live)
        for person in self.live:
            if self.weakest.get(person, 1.0) < below:
                self._ask_of_person(person, Reason.LIVE_EXCEPTION)

    def _refused(self) -> None:
        """What was to be joined and was not: two NHS numbers, or a verdict on others that it would go against."""
        found = self.con.execute(
            "SELECT r.mention_id_l, r.mention_id_r, r.reason, coalesce(q.match_weight, 0) FROM refused_pair AS r "
            "LEFT JOIN pair AS q ON q.mention_id_l = r.mention_id_l AND q.mention_id_r = r.mention_id_r "
            "WHERE r.reason IN ('verdict', 'two_nhs_numbers') AND (r.mention_id_l, r.mention_id_r) NOT IN "
            "(SELECT (v.mention_id_l, v.mention_id_r) FROM verdict_pair AS v WHERE NOT v.same) "
            "UNION ALL SELECT mention_id_l, mention_id_r, veto, match_weight FROM pair "
            "WHERE veto = 'two_nhs_numbers' AND match_weight > 0 ORDER BY ALL"
        ).fetchall()
        self._learn(mentions=(m for one, other, _, _ in found for m in (one, other)))
        for one, other, why, weight in found:
            reason = Reason.VERDICT_CONFLICT if why == "verdict" else Reason.NHS_NUMBERS
            self._ask_of_two(one, other, probability(weight), reason)

    def _near_threshold(self) -> None:
        """Pairs of two people that nearly linked, and people whose weakest link only just did."""
        least = self.night.settings.number("review.near_threshold_from")
        most = self.night.settings.number("people.link_at_probability")
        found = self.con.execute(
            "SELECT max(q.match_weight), min_by(q.mention_id_l, (-q.match_weight, q.mention_id_l)), "
            "min_by(q.mention_id_r, (-q.match_weight, q.mention_id_l)) FROM pair AS q "
            "INNER JOIN person AS a ON q.mention_id_l = a.mention_id INNER JOIN person AS b ON q.mention_id_r = b.mention_id "
            "ANTI JOIN verdict_pair AS v ON q.mention_id_l = v.mention_id_l AND q.mention_id_r = v.mention_id_r "
            "ANTI JOIN refused_pair AS r ON q.mention_id_l = r.mention_id_l AND q.mention_id_r = r.mention_id_r "
            # A pair below the least is never the best of its two people, and most pairs are.
            "WHERE q.veto IS NULL AND a.person_id <> b.person_id AND 1 / (1 + pow(2, -q.match_weight)) >= $least - 1e-6 "
            "GROUP BY a.person_id, b.person_id "
            "HAVING 1 / (1 + pow(2, -max(q.match_weight))) BETWEEN $least - 1e-6 AND $most + 1e-6 ORDER BY ALL",
            {"least": least, "most": most},
        ).fetchall()
        found = [row for row in found if least <= probability(row[0]) < most]
        self._learn(mentions=(m for _, one, other in found for m in (one, other)))
        for weight, one, other in found:
            self._ask_of_two(one, other, probability(weight), Reason.NEAR_THRESHOLD)
        just = {"just": self.night.settings.number("review.near_threshold_to")}
        self._ask_of_people(
            "HAVING min(link_probability) < $just ORDER BY min(mention_id)", just, Reason.NEAR_THRESHOLD
        )

    def _weak_bridges(self) -> None:
        below = self.night.settings.number("review.weak_bridge_below_weight")
        # No bridge is weaker than the weakest link: only people who have a weak one are looked at.
        found = self.con.execute(
            "WITH weak AS (SELECT DISTINCT a.person_id FROM pair AS q INNER JOIN person AS a ON q.mention_id_l = a.mention_id "
            "INNER JOIN person AS b ON q.mention_id_r = b.mention_id AND a.person_id = b.person_id "
            "WHERE a.cluster_size >= 4 AND q.match_weight > 0 AND q.match_weight < $below), "
            "members AS (FROM person SEMI JOIN weak USING (person_id)) "
            "SELECT a.person_id, q.mention_id_l, q.mention_id_r, q.match_weight FROM pair AS q "
            "INNER JOIN members AS a ON q.mention_id_l = a.mention_id "
            "INNER JOIN members AS b ON q.mention_id_r = b.mention_id AND a.person_id = b.person_id "
            "WHERE q.match_weight > 0 ORDER BY ALL",
            {"below": below},
        ).fetchall()
        links: dict[str, list[bridges.Link]] = defaultdict(list)
        for person, one, other, weight in found:
            links[person].append((weight, one, other))
        weak = [person for person, members in links.items() if bridges.weakest(members, below) is not None]
        self._learn(weak)
        for person in weak:
            if person in self.person:
                self._ask_of_person(person, Reason.WEAK_BRIDGE)

    def _large_and_sampled(self) -> None:
        number = self.night.settings.integer
        large = {"large": number("review.large_cluster")}
        self._ask_of_people("HAVING count(*) >= greatest($large, 2)", large, Reason.LARGE_CLUSTER)
        # By the person's own id, which stays where a supplier renumbers: a month's sample is drawn once.
        drawn = f"HAVING count(*) > 1 ORDER BY sha256('{self.night.date:%Y-%m}|' || person_id) LIMIT $sample"
        self._ask_of_people(drawn, {"sample": number("review.sample_per_month")}, Reason.SAMPLE)

    def _ask_of_people(self, which: str, given: dict[str, Any], reason: Reason) -> None:
        """Ask of each of the people of whom something holds, by SQL behind GROUP BY and its parameters."""
        query = f"SELECT person_id FROM seen_mention GROUP BY person_id {which}"
        found = [person for (person,) in self.con.execute(query, given).fetchall()]
        self._learn(found)
        for person in found:
            self._ask_of_person(person, reason)

    def _changed_evidence(self) -> None:
        in_force = decisions.in_force(self.con)
        if not in_force:
            return
        judged = {m for v in in_force for group in v.groups for m in group}
        self._learn(mentions=judged)
        self._look_up(judged)
        for verdict in in_force:
            mentions = sorted(m for group in verdict.groups for m in group)
            if not self.person_of.keys() >= set(mentions) or self.evidence_hash(mentions) == verdict.evidence_hash:
                continue
            by_person: dict[str, list[str]] = defaultdict(list)
            for mention in mentions:
                by_person[self.person_of[mention]].append(mention)
            self._ask(by_person.values(), 1.0 if len(by_person) == 1 else 0.0, Reason.EVIDENCE_CHANGED)

    def _look_up(self, mentions: set[str]) -> None:
        """Read what a page shows of some mentions: of those in a question alone, since a region has many more."""
        _lay_out(self.con, mentions - self.shown.keys())
        self.con.execute("CREATE TABLE IF NOT EXISTS shown_mention AS FROM question_mention LIMIT 0")
        self.con.execute("INSERT INTO shown_mention FROM question_mention")
        found = rows(self.con, "SELECT * FROM question_mention")
        self.shown |= {row["mention_id"]: row for row in found}

    def evidence_hash(self, mentions: Iterable[str]) -> str:
        """Hash of what a page shows of the mentions: a verdict holds for this and is asked again when it changes.

        Without the records' own keys: a supplier that renumbers has changed nothing that an officer saw.
        """
        shown = [
            [self._plain(m, c) for c in ("contract", "supplier", "mention", "name", "born", "sex", "nhs_number", "phone",
                                         "email", "force_key", "relationship", "uprns")]
            for m in mentions
            if m in self.shown
        ]  # fmt: skip
        told = sorted(json.dumps(one, ensure_ascii=False) for one in shown)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def _plain(self, mention: str, column: str) -> Any:
        value = self.shown[mention][column]
        return value if isinstance(value, list) else None if value is None else str(value)

    def councils(self, question: Question) -> list[str]:
        """Councils in which the mentions of a question have an address."""
        return sorted({c for m in question.mentions if (c := self.shown[m]["council_gss"])})

    def readers_needed(self, question: Question) -> int:
        """Two where an A or B exception rests on it or where it joins people across boroughs, else one."""
        return 2 if question.priority in ("A", "B") or len(self.councils(question)) > 1 else 1

    def _rank(self, question: Question) -> tuple[Any, ...]:
        first = min(ORDER[r] for r in question.reasons)
        return (first, question.priority or "Z", abs(question.chance - 0.8), question.question_id)


def _lay_out(con: duckdb.DuckDBPyConnection, mentions: Iterable[str]) -> None:
    """`question_mention`: what a page shows of some mentions."""
    con.execute("CREATE OR REPLACE TABLE wanted_mention (mention_id VARCHAR)")
    insert(con, "wanted_mention", {"mention_id": pl.String}, [(m,) for m in sorted(mentions)])
    run_sql(con, HERE / "question_mention.sql")
    con.execute("DROP TABLE wanted_mention")


def _write(con: duckdb.DuckDBPyConnection, found: list[Question], asked: Asked) -> None:
    told = [
        (
            q.question_id, place, sorted(q.reasons, key=lambda r: ORDER[r]), q.priority, sorted(q.exceptions), q.groups,
            asked.evidence_hash(q.mentions), asked.readers_needed(q), asked.councils(q), round(q.chance, 6),
            Reason.SAMPLE in q.reasons,
        )
        for place, q in enumerate(found)
    ]  # fmt: skip
    con.register("questions", pl.DataFrame(told, schema=QUESTION, orient="row"))
    con.execute("CREATE OR REPLACE TABLE store.question AS SELECT * FROM questions")
    con.unregister("questions")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE asked_mention AS "
        "SELECT DISTINCT question_id, unnest(flatten(groups)) AS mention_id FROM store.question"
    )
    con.execute(
        "CREATE OR REPLACE TABLE store.question_mention AS FROM shown_mention SEMI JOIN asked_mention USING (mention_id) "
        "ORDER BY mention_id"
    )
    con.execute(
        "CREATE OR REPLACE TABLE store.question_link AS SELECT DISTINCT q.* FROM pair AS q "
        "INNER JOIN asked_mention AS a ON q.mention_id_l = a.mention_id "
        "INNER JOIN asked_mention AS b ON q.mention_id_r = b.mention_id AND a.question_id = b.question_id "
        "ORDER BY q.mention_id_l, q.mention_id_r"
    )
    con.execute("DROP TABLE asked_mention")
    for table in ("question_mention", "shown_mention"):
        con.execute(f"DROP TABLE {table}")
