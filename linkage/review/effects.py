"""What each verdict changed, as `store.verdict_effect`: one row a verdict that came into force or was taken back.

A row is written on the first night that knows of the verdict and never changed; where protection came over somebody in it, it goes.
"""

from __future__ import annotations

from typing import Any

import duckdb

from linkage.history import rewind
from linkage.ledger.ledger import Entry
from linkage.night import Night
from linkage.people.verdict import Outcome, Verdict
from linkage.sources import decisions

DDL = """
CREATE TABLE IF NOT EXISTS store.verdict_effect (
    verdict_id VARCHAR, question_id VARCHAR, outcome VARCHAR, officer VARCHAR, people_before VARCHAR[],
    people_now VARCHAR[], obeyed BOOLEAN, exceptions VARCHAR[], mentions VARCHAR[], known_from DATE, known_to DATE
)
"""


def run(con: duckdb.DuckDBPyConnection, night: Night, entries: list[Entry]) -> int:
    """Note what tonight's newly known verdicts did. Returns how many."""
    con.execute(DDL)
    rewind(con, "store.verdict_effect", night)
    _let_go(con)
    known = {r[0] for r in con.execute("SELECT verdict_id FROM store.verdict_effect").fetchall()}
    given = {v.verdict_id: v for v in decisions.verdicts(con) if v.officer}
    new = [v for v in decisions.in_force(con) if v.verdict_id in given]
    new += [v for v in given.values() if v.outcome is Outcome.WITHDRAWN]
    new = [v for v in new if v.verdict_id not in known]
    for verdict in new:
        con.execute(
            "INSERT INTO store.verdict_effect VALUES ($verdict, $question, $outcome, $officer, $before, $now, $obeyed, "
            "$exceptions, $mentions, $night, NULL)",
            _effect(con, night, verdict, entries),
        )
    return len(new)


def _effect(con: duckdb.DuckDBPyConnection, night: Night, verdict: Verdict, entries: list[Entry]) -> dict[str, Any]:
    mentions = sorted(m for group in verdict.groups for m in group)
    before = _people(con, mentions, "known_from < $night AND coalesce(known_to, $night) >= $night", night)
    now = _people(con, mentions, "known_to IS NULL", None)
    touched = {*before.values(), *now.values()}
    return {
        "verdict": verdict.verdict_id, "question": verdict.question_id, "outcome": verdict.outcome.value,
        "officer": verdict.officer, "before": sorted(set(before.values())), "now": sorted(set(now.values())),
        "obeyed": all((now.get(r.a) == now.get(r.b)) == r.same for r in verdict.rulings() if {r.a, r.b} <= now.keys()),
        "exceptions": sorted(
            f"{e.exception['exception_id']} {e.exception['status']}" for e in entries
            if e.exception["status"] != "continuing" and touched & {p["person_id"] for p in e.exception["people"]}
        ),
        "mentions": mentions, "night": night.date,
    }  # fmt: skip


def _people(con: duckdb.DuckDBPyConnection, mentions: list[str], when: str, night: Night | None) -> dict[str, str]:
    given = {"mentions": mentions} | ({"night": night.date} if night else {})
    return dict(
        con.execute(
            f"SELECT mention_id, person_id FROM store.person_member WHERE list_contains($mentions, mention_id) AND {when}",
            given,
        ).fetchall()
    )


def _let_go(con: duckdb.DuckDBPyConnection) -> None:
    """Effects that name somebody out of sight: restricted, or shielded."""
    con.execute(
        "DELETE FROM store.verdict_effect WHERE verdict_id IN (SELECT verdict_id FROM ("
        "SELECT verdict_id, unnest(mentions) AS mention_id FROM store.verdict_effect) AS e "
        "LEFT JOIN mention AS m USING (mention_id) LEFT JOIN person AS p USING (mention_id) "
        "WHERE (m.mention_id IS NOT NULL AND p.person_id IS NULL) "
        "OR p.person_id IN (SELECT s.person_id FROM shielded AS s))"
    )
