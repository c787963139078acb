"""Figures of exceptions: recall of situations by kind and variant, precision by kind, look-alikes, calibration, delay.

An exception matches a situation of its kind when its people include the situation's subject and, where the situation
gives a property, its addresses include it or its people include the other person. It is true when it matches one that
stands that night (`to` is the first day on which it no longer does, as in residence), or when its claim holds in
residence and relations (exceptions.md, "True when"): co-residence: a person of it lives, that night, at the observed
property; hidden adult: the adult is parent, partner or carer of a child or the mother, or lives with them; divergence:
texts of the person's own records that stand that night truly mean two of the named properties, and the person has two
homes or one of these is none. So a misread address or a false link makes no claim true.
`lenient` also counts what a supporting finding of another kind says.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import duckdb

from linkage.evaluate.truth import table

Row = dict[str, Any]
HAS_PART = ("parent", "partner", "carer")


@dataclass
class Truth:
    """What the truth folder says, by person."""

    situations: list[Row]
    benign: list[Row]
    homes: Mapping[str, list[tuple[str, date, date, float]]]
    ties: Mapping[frozenset[str], list[tuple[str, date, date]]]
    given: Mapping[str, list[tuple[str, date, date]]] = field(default_factory=dict)
    """By person, the properties that texts of their records truly mean, with the first and last night of the record."""

    def given_on(self, person: str, night: date) -> set[str]:
        return {u for u, first, last in self.given.get(person, []) if first <= night <= last}

    def homes_on(self, person: str | None, night: date) -> set[str]:
        return {u for u, start, end, _ in self.homes.get(person or "", []) if start <= night < end}

    def has_part(self, a: str | None, b: str | None, night: date) -> bool:
        ties = self.ties.get(frozenset((a or "?", b or "??")), [])
        return any(r in HAS_PART and start <= night < end for r, start, end in ties)


@dataclass
class Judged:
    """One exception of one night, with the true persons of its people and what became of it."""

    exception: Row
    night: date
    people: dict[str, str]
    true: bool = False
    matched: set[str] = field(default_factory=set)
    supports: set[str] = field(default_factory=set)
    lookalike: str | None = None


def read_truth(con: duckdb.DuckDBPyConnection, truth: Path) -> Truth:
    """The tables of the truth folder that judge exceptions."""
    homes: dict[str, list[tuple[str, date, date, float]]] = defaultdict(list)
    for person, uprn, start, end, share in con.execute(
        "SELECT true_person, uprn, coalesce(\"from\", DATE '1900-01-01'), coalesce(\"to\", DATE '9999-12-31'), share "
        f"FROM {table(truth, 'residence')}"
    ).fetchall():
        homes[person].append((uprn, start, end, share))
    ties: dict[frozenset[str], list[tuple[str, date, date]]] = defaultdict(list)
    for a, relation, b, start, end in con.execute(
        "SELECT true_person_a, relation, true_person_b, coalesce(\"from\", DATE '1900-01-01'), "
        f"coalesce(\"to\", DATE '9999-12-31') FROM {table(truth, 'relations')}"
    ).fetchall():
        ties[frozenset((a, b))].append((relation, start, end))
    given: dict[str, list[tuple[str, date, date]]] = defaultdict(list)
    for person, uprn, first, last in con.execute(
        "SELECT m.true_person, a.true_uprn, a.first_night, coalesce(a.last_night, DATE '9999-12-31') "
        f"FROM {table(truth, 'addresses')} AS a INNER JOIN {table(truth, 'mentions')} AS m "
        "USING (contract, supplier, record_id, mention) WHERE a.true_uprn IS NOT NULL"
    ).fetchall():
        given[person].append((uprn, first, last))
    return Truth(_rows(con, truth, "situations"), _rows(con, truth, "benign"), homes, ties, given)


def _rows(con: duckdb.DuckDBPyConnection, truth: Path, name: str) -> list[Row]:
    found = con.execute(f"SELECT * FROM {table(truth, name)} ORDER BY situation_id")
    names = [c[0] for c in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def judge_night(con: duckdb.DuckDBPyConnection, folder: Path, truth: Truth, truth_folder: Path) -> list[Judged]:
    """Every exception that stands on a night (not those that resolved), judged."""
    who = dict(
        con.execute(
            f"SELECT p.person_id, mode(t.true_person) FROM read_parquet('{folder / 'persons.parquet'}') AS p "
            f"INNER JOIN {table(truth_folder, 'mentions')} AS t USING (contract, supplier, record_id, mention) "
            "GROUP BY p.person_id"
        ).fetchall()
    )
    night = date.fromisoformat(folder.name)
    lines = (folder / "exceptions.jsonl").read_text(encoding="utf-8").splitlines()
    judged = []
    for exception in map(json.loads, lines):
        if exception["status"] == "resolved":
            continue
        people = {who.get(p["person_id"], "unknown"): p["role"] for p in exception["people"]}
        judged.append(judge(exception, night, people, truth))
    return judged


def judge(exception: Row, night: date, people: dict[str, str], truth: Truth) -> Judged:
    """One exception held against the truth. people: the part of each true person in it."""
    one = Judged(exception, night, people)
    _match(one, truth)
    one.true = bool(one.matched) or holds(one, truth)
    return one


def _match(one: Judged, truth: Truth) -> None:
    uprns = {a["uprn"] for a in one.exception["addresses"]}
    kinds = {one.exception["kind"], *(s["kind"] for s in one.exception["supporting"])}
    for situation in truth.situations:
        if situation["kind"] in kinds and _speaks_of(one, uprns, situation):
            stands = (situation["from"] or date.min) <= one.night and one.night < (situation["to"] or date.max)
            if situation["kind"] == one.exception["kind"] and stands:
                one.matched.add(situation["situation_id"])
            elif stands:
                one.supports.add(situation["situation_id"])
    for benign in truth.benign:
        if benign["kind"] == one.exception["kind"] and _speaks_of(one, uprns, benign):
            one.lookalike = benign["explanation"]


def _speaks_of(one: Judged, uprns: set[str], situation: Row) -> bool:
    if situation["true_person"] not in one.people:
        return False
    other, uprn = situation["other_person"], situation["uprn"]
    return (
        (uprn is not None and uprn in uprns)
        or (other is not None and other in one.people)
        or (uprn is None and other is None)
    )


def holds(one: Judged, truth: Truth) -> bool:
    """Whether the claim holds in residence and relations on the night."""
    observed = {a["uprn"] for a in one.exception["addresses"] if a["role"] == "observed"}
    named = {a["uprn"] for a in one.exception["addresses"]}
    if one.exception["kind"] == "unregistered_co_residence":
        subjects = [p for p, role in one.people.items() if role == "co_resident"]
        return any(truth.homes_on(p, one.night) & observed for p in subjects)
    if one.exception["kind"] == "hidden_adult":
        adults = [p for p, role in one.people.items() if role == "adult"]
        others = [p for p, role in one.people.items() if role != "adult"]
        return any(
            truth.has_part(a, o, one.night) or bool(truth.homes_on(a, one.night) & truth.homes_on(o, one.night))
            for a in adults
            for o in others
        )
    first = next(iter(one.people))
    homes, given = truth.homes_on(first, one.night), truth.given_on(first, one.night) & named
    return len(given) > 1 and (len(homes) > 1 or bool(given - homes))


def figures(nights: list[list[Judged]], truth: Truth) -> dict[str, Any]:
    """Every figure, on the last night but for the delay, which needs all of them."""
    last = nights[-1]
    night = last[0].night if last else None
    return {
        "raised": len(last),
        "by_priority": dict(sorted(Counter(j.exception["priority"] for j in last).items())),
        "by_hub": dict(sorted(Counter(j.exception["hubs"][0] for j in last if j.exception["hubs"]).items())),
        "waiting": sum(bool(j.exception["waiting"]) for j in last),
        "recall": _recall(last, truth, night) if night else {},
        "precision": _precision(last),
        "precision_without_held": _precision([j for j in last if j.exception["priority"] != "H"]),
        "highest": {str(n): _share(sorted(last, key=_by_score)[:n]) for n in (20, 50)},
        "look_alikes": _look_alikes(last, truth, night) if night else {},
        "calibration": _calibration(last),
        "delay_nights": _delay(nights, truth),
    }


def _by_score(one: Judged) -> tuple[float, str]:
    return (-one.exception["score"], one.exception["exception_id"])


def _share(some: Iterable[Judged]) -> float | None:
    listed = list(some)
    return sum(j.true for j in listed) / len(listed) if listed else None


def _recall(last: list[Judged], truth: Truth, night: date) -> dict[str, Any]:
    strict = set().union(*(j.matched for j in last)) if last else set()
    lenient = strict | (set().union(*(j.supports for j in last)) if last else set())
    groups: dict[str, list[Row]] = defaultdict(list)
    for s in truth.situations:
        if s["discoverable_on"] and s["discoverable_on"] <= night < (s["to"] or date.max):
            groups[s["kind"]].append(s)
            groups[f"{s['kind']} / {s['variant']}"].append(s)
    return {
        name: {
            "situations": len(rows),
            "strict": sum(s["situation_id"] in strict for s in rows) / len(rows),
            "lenient": sum(s["situation_id"] in lenient for s in rows) / len(rows),
        }
        for name, rows in sorted(groups.items())
    }


def _precision(last: list[Judged]) -> dict[str, Any]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for j in last:
        groups[j.exception["kind"]].append(j)
    return {kind: {"raised": len(js), "true": _share(js)} for kind, js in sorted(groups.items())}


def _look_alikes(last: list[Judged], truth: Truth, night: date) -> dict[str, Any]:
    raised = Counter(j.lookalike for j in last if j.lookalike and not j.true)
    there = Counter(b["explanation"] for b in truth.benign if (b["from"] or date.min) <= night)
    return {
        "share_raised": sum(raised.values()) / max(sum(there.values()), 1),
        "by_explanation": {k: {"there": n, "raised": raised.get(k, 0)} for k, n in sorted(there.items())},
    }


def _calibration(last: list[Judged]) -> dict[str, Any]:
    bins: dict[int, list[Judged]] = defaultdict(list)
    for j in last:
        bins[min(int(j.exception["score"] * 10), 9)].append(j)
    rows = [
        {"said": sum(j.exception["score"] for j in js) / len(js), "true": _share(js) or 0.0, "exceptions": len(js)}
        for _, js in sorted(bins.items())
    ]
    return {"ece": sum(abs(r["said"] - r["true"]) * r["exceptions"] for r in rows) / max(len(last), 1), "bins": rows}


def _delay(nights: list[list[Judged]], truth: Truth) -> dict[str, Any]:
    """Nights of the run from the first on which a situation was discoverable to the first that raised it."""
    dates = [js[0].night for js in nights if js]
    first: dict[str, int] = {}
    for place, js in enumerate(n for n in nights if n):
        for j in js:
            for situation_id in j.matched | j.supports:
                first.setdefault(situation_id, place)
    waits = []
    for s in truth.situations:
        could = next((i for i, d in enumerate(dates) if s["discoverable_on"] and d >= s["discoverable_on"]), None)
        if s["situation_id"] in first and could is not None:
            waits.append(max(0, first[s["situation_id"]] - could))
    if not waits:
        return {"situations": 0}
    ninety = quantiles(waits, n=10)[-1] if len(waits) > 1 else waits[0]
    return {"situations": len(waits), "median": median(waits), "ninetieth": ninety}
