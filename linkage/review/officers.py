"""The data officers' pages: the worklist, one question, verdicts and what they changed, keys."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from linkage.people.verdict import Outcome, Verdict, settled, standing
from linkage.report.dates import spoken
from linkage.review import codes, comparing, interest, picture
from linkage.review.access import Visit, page
from linkage.review.accounts import Role
from linkage.review.inbox import now
from linkage.review.paging import cut
from linkage.review.worklist import STATE_WORDS, Filter, Item, State, for_officer, items

OFFICERS = (Role.OFFICER, Role.SENIOR)


@page(*OFFICERS)
def worklist(visit: Visit) -> Response:
    chosen = Filter.of(visit.request.query_params)
    everything = items(visit.desk)
    mine = {i.id for i in for_officer(visit.desk, visit.account)}
    shown = [i for i in everything.values() if chosen.lets_through(i)]
    today = date.today().isoformat()
    return visit.show(
        "worklist.html",
        part=cut(shown, visit),
        mine=mine,
        chosen=chosen,
        filtered=chosen != Filter(),
        counts={s: sum(i.state is s for i in everything.values()) for s in State},
        by_reason=_by_reason(everything.values()),
        done_today=sum(v.given_at[:10] == today for v in visit.desk.inbox.verdicts(officer=visit.account.name)),
        state_words=STATE_WORDS,
        councils={c for i in everything.values() for c in i.question["councils"]},
    )


def _by_reason(everything: Any) -> dict[str, tuple[int, int]]:
    """Reason to (settled, all)."""
    found: dict[str, tuple[int, int]] = {}
    for item in everything:
        for reason in item.question["reasons"]:
            done, total = found.get(reason, (0, 0))
            found[reason] = (done + (item.state is State.SETTLED), total + 1)
    return found


@page(*OFFICERS)
def next_question(visit: Visit) -> Response:
    chosen = Filter.of(visit.request.query_params)
    open_ = [i.id for i in for_officer(visit.desk, visit.account) if chosen.lets_through(i)]
    minutes = visit.desk.settings.integer("review.question_taken_minutes")
    question = visit.desk.inbox.take(open_, visit.account.name, minutes)
    here = chosen.as_query()
    return visit.go(f"/questions/{question}{here}" if question else f"/questions{here}{'&' if here else '?'}nothing=1")


@page(*OFFICERS)
def take(visit: Visit) -> Response:
    item = _item(visit)
    if item.id not in {i.id for i in for_officer(visit.desk, visit.account)}:
        return _not_yours(visit, item)
    minutes = visit.desk.settings.integer("review.question_taken_minutes")
    if visit.desk.inbox.take([item.id], visit.account.name, minutes) is None:
        return _not_yours(visit, item)
    return visit.go(f"/questions/{item.id}{_part(visit)}")


@page(*OFFICERS)
def question(visit: Visit) -> Response:
    item = _item(visit)
    said = item.verdict_of(visit.account.name)
    if said is None and item.taken_by != visit.account.name:
        return _not_yours(visit, item)
    return _show(visit, item, said)


def _item(visit: Visit) -> Item:
    found = items(visit.desk).get(visit.path["question"])
    if found is None:
        raise HTTPException(404, "This question is not asked tonight.")
    return found


def _not_yours(visit: Visit, item: Item) -> Response:
    return visit.show("not_yours.html", 409, item=item, here=_part(visit), state_words=STATE_WORDS)


def _show(visit: Visit, item: Item, said: Verdict | None, faults: dict[str, str] | None = None) -> Response:
    mentions = visit.desk.published.mentions([m for group in item.question["groups"] for m in group])
    if _own(visit, mentions):
        return _stopped(visit, item.id)
    links = visit.desk.published.links([m["mention_id"] for m in mentions])
    visit.log(
        "viewed_question", question=item.id, people=" ".join(sorted({m["person_id"] for m in mentions})),
        night=visit.desk.published.night.isoformat(),
    )  # fmt: skip
    groups = {m: n for n, group in enumerate(item.question["groups"]) for m in group}
    others = [v for v in item.verdicts if v.officer != visit.account.name] if said and settled(item.verdicts) else []
    return visit.show(
        "question.html",
        status=422 if faults else 200,
        item=item,
        here=_part(visit),
        said=said,
        others=others,
        faults=faults or {},
        mentions=mentions,
        letters=comparing.letters(mentions),
        groups=groups,
        lines=comparing.lines(mentions),
        reasons=comparing.reasons(mentions),
        pairs=comparing.pairs(mentions, links, with_weight=said is not None),
        picture=picture.svg(mentions, links, with_weight=said is not None),
        heading=heading(item.question["groups"], mentions),
        may_differ=_parts(item, Outcome.DIFFERENT) is not None,
        state_words=STATE_WORDS,
    )


def heading(groups: list[list[str]], mentions: list[dict[str, Any]]) -> str:
    """The question itself."""
    named = next((m["name"] for m in mentions if m["name"]), "a person without a name")
    if len(groups) == 1:
        return f"Are these {len(mentions)} records of one person, {named}?"
    return f"Are these {'two' if len(groups) == 2 else len(groups)} people one person, {named}?"


def _own(visit: Visit, mentions: list[dict[str, Any]]) -> bool:
    names = [n for m in mentions for n in (m["name"], m["named_by"])]
    return interest.concerns(visit.account, names, [a for m in mentions for a in m["addresses"]])


def _stopped(visit: Visit, question_id: str) -> Response:
    visit.desk.inbox.hand_back(question_id, visit.account.name, for_good=True)
    visit.log("stopped_own_interest", question=question_id)
    return visit.show("stopped.html", 403)


@page(*OFFICERS)
def judge(visit: Visit) -> Response:
    item = _item(visit)
    if item.verdict_of(visit.account.name) or item.taken_by != visit.account.name:
        return _not_yours(visit, item)
    faults, parts = _faults(visit, item)
    if faults or parts is None:
        return _show(visit, item, None, faults)
    verdict = Verdict(
        "V" + secrets.token_hex(8), item.id, item.question["evidence_hash"], visit.desk.published.night, now(),
        visit.account.name, Outcome(visit.said("outcome")), visit.said("reason"), parts, item.question["readers_needed"],
        bool(item.question["sampled"]),
    )  # fmt: skip
    visit.desk.inbox.give_verdict(verdict, visit.said("note"), item.question["chance"])
    visit.log(
        "gave_verdict",
        question=item.id,
        verdict=verdict.verdict_id,
        outcome=verdict.outcome.value,
        reason=verdict.reason_code,
    )
    return visit.go(f"/questions/{item.id}{_part(visit)}")


def _faults(visit: Visit, item: Item) -> tuple[dict[str, str], tuple[tuple[str, ...], ...] | None]:
    """What is wrong with the form, by field, and the groups that the verdict makes."""
    faults: dict[str, str] = {}
    parts = None
    if visit.said("outcome") not in {o.value for o in Outcome if o is not Outcome.WITHDRAWN}:
        faults["outcome"] = "Choose what the records say"
    else:
        parts = _parts(item, Outcome(visit.said("outcome")), visit)
        if parts is None:
            faults["outcome"] = "Put the records into two groups or more"
    if visit.said("reason") not in codes.REASONS:
        faults["reason"] = "Choose the reason that weighed most"
    elif visit.said("reason") in codes.NOTE_NEEDED and not visit.said("note"):
        faults["note"] = "Say in a note what you confirmed or which slip you saw"
    if visit.said("evidence") != item.question["evidence_hash"]:
        faults["evidence"] = "A new night was published and the records changed. Look again before you answer"
    return faults, parts


def _parts(item: Item, outcome: Outcome, visit: Visit | None = None) -> tuple[tuple[str, ...], ...] | None:
    """How a verdict parts the mentions; None where it cannot."""
    groups = tuple(tuple(g) for g in item.question["groups"])
    every = tuple(sorted(m for g in groups for m in g))
    if outcome is Outcome.DIFFERENT:
        if len(groups) == 1:
            groups = tuple((m,) for m in every)
        return groups if len(item.question["groups"]) > 1 or len(every) == 2 else None
    if outcome is Outcome.SPLIT and visit is not None:
        by_number: dict[str, list[str]] = {}
        for mention in every:
            by_number.setdefault(visit.said(f"group-{mention}") or "1", []).append(mention)
        return tuple(tuple(g) for _, g in sorted(by_number.items())) if len(by_number) > 1 else None
    return (every,)


@page(*OFFICERS)
def hand_back(visit: Visit) -> Response:
    item, mine = _item(visit), visit.said("why") == "interest"
    visit.desk.inbox.hand_back(item.id, visit.account.name, for_good=mine)
    visit.log("handed_back", question=item.id, why="interest" if mine else "later")
    return visit.go(f"/questions{_part(visit)}")


def _part(visit: Visit) -> str:
    """The end of an address that keeps to the part of the list that the officer works through."""
    return Filter.of(visit.request.query_params).as_query()


@page(*OFFICERS)
def verdicts(visit: Visit) -> Response:
    """One's own verdicts; a senior officer sees everybody's once they are settled."""
    senior = visit.account.role is Role.SENIOR
    wanted = visit.desk.inbox.verdicts() if senior else visit.desk.inbox.verdicts(officer=visit.account.name)
    by_question: dict[str, list[Verdict]] = {}
    for verdict in visit.desk.inbox.verdicts(questions={v.question_id for v in wanted}):
        by_question.setdefault(verdict.question_id, []).append(verdict)
    mine = [v for v in wanted if v.officer == visit.account.name or settled(by_question[v.question_id])]
    part = cut(mine[::-1], visit)
    effects = {
        r["verdict_id"]: r
        for r in visit.desk.published.rows(
            "SELECT * FROM store.verdict_effect WHERE list_contains($ids, verdict_id)",
            ids=[v.verdict_id for v in part.rows],
        )
    }
    rows = [
        {"verdict": v, "stands": _stands(v, by_question[v.question_id], effects), "effect": effects.get(v.verdict_id),
         "may_withdraw": v.officer == visit.account.name and v in standing(_round(v, by_question))}
        for v in part.rows
    ]  # fmt: skip
    return visit.show("verdicts.html", rows=rows, part=part)


def _round(verdict: Verdict, by_question: dict[str, list[Verdict]]) -> list[Verdict]:
    return [v for v in by_question[verdict.question_id] if v.evidence_hash == verdict.evidence_hash]


def _stands(verdict: Verdict, given: list[Verdict], effects: dict[str, Any]) -> str:
    """How a verdict stands, in words."""
    force = settled(given)
    if verdict.outcome is Outcome.WITHDRAWN:
        return "Taken back"
    if verdict not in standing([v for v in given if v.evidence_hash == verdict.evidence_hash]):
        return "Superseded by a later verdict"
    if force is None:
        return "Waits for another reader"
    if verdict.verdict_id in effects:
        return f"In force since the night of {spoken(effects[verdict.verdict_id]['known_from'])}"
    if force.agrees_with(verdict):
        return "In force from the next night" if force == verdict else "Agreed with another reader"
    return "Another verdict was followed"


@page(*OFFICERS)
def withdraw(visit: Visit) -> Response:
    """Undo: a new verdict that supersedes. The old one stays on record."""
    mine = visit.desk.inbox.verdicts(officer=visit.account.name)
    old = next((v for v in mine if v.verdict_id == visit.path["verdict"]), None)
    if old is None:
        raise HTTPException(404, "There is no such verdict of yours.")
    new = Verdict(
        "V" + secrets.token_hex(8), old.question_id, old.evidence_hash, visit.desk.published.night, now(),
        visit.account.name, Outcome.WITHDRAWN, old.reason_code, old.groups, old.readers_needed, old.sampled,
    )  # fmt: skip
    visit.desk.inbox.give_verdict(new, "", None)
    visit.log("took_back_verdict", question=old.question_id, verdict=old.verdict_id)
    return visit.go("/verdicts")


@page(*OFFICERS)
def keys(visit: Visit) -> Response:
    if visit.request.method == "POST":
        visit.desk.accounts.change(visit.account.name, keys_on=visit.said("keys") == "on")
        return visit.go("/keys")
    return visit.show("keys.html")


ROUTES = [
    Route("/questions", worklist),
    Route("/questions/next", next_question, methods=["POST"]),
    Route("/questions/{question}", question),
    Route("/questions/{question}/take", take, methods=["POST"]),
    Route("/questions/{question}/verdict", judge, methods=["POST"]),
    Route("/questions/{question}/hand-back", hand_back, methods=["POST"]),
    Route("/verdicts", verdicts),
    Route("/verdicts/{verdict}/withdraw", withdraw, methods=["POST"]),
    Route("/keys", keys, methods=["GET", "POST"]),
]
