"""A hub's pages: its own exceptions, the page of each, its answers, what it saw and said.

Everything is read by the hub of the account that asks, never by one in the address: another hub's page is not found.
"""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from linkage.report import genogram, household_map, summary
from linkage.review import codes, interest
from linkage.review.access import Visit, page
from linkage.review.accounts import Role
from linkage.review.paging import cut
from linkage.vocabulary import BENIGN_WORDS


@page(Role.HUB)
def exceptions(visit: Visit) -> Response:
    asked = {n: visit.request.query_params.get(n, "") for n in ("kind", "priority", "status", "answered")}
    hub = visit.account.hub
    every = visit.desk.published.hub_list(hub)
    answered = visit.desk.inbox.last_answers(hub)
    part = cut([e for e in every if _lets_through(asked, e, answered)], visit)
    told = visit.desk.published.hub_told(hub, [e["exception_id"] for e in part.rows])
    shown = [{**e, "told": told[e["exception_id"]], "own": _own(visit, told[e["exception_id"]])} for e in part.rows]
    visit.log("viewed_list", hub=hub, exceptions=" ".join(e["exception_id"] for e in shown))
    return visit.show(
        "exceptions.html",
        hub=visit.desk.hubs[hub],
        asked=asked,
        part=part,
        total=len(every),
        waiting_in_all=sum(bool(e["waiting"]) for e in every if e["status"] != "resolved"),
        now=[e for e in shown if not e["waiting"] and e["status"] != "resolved"],
        waiting=[e for e in shown if e["waiting"] and e["status"] != "resolved"],
        resolved=[e for e in shown if e["status"] == "resolved"],
        answered=answered,
        safe_contact=summary.SAFE_CONTACT,
    )


def _lets_through(asked: dict[str, str], exception: dict[str, Any], answered: dict[str, Any]) -> bool:
    said = exception["exception_id"] in answered
    return all(not asked[n] or asked[n] == exception[n] for n in ("kind", "priority", "status")) and (
        not asked["answered"] or (asked["answered"] == "yes") == said
    )


@page(Role.HUB)
def exception(visit: Visit) -> Response:
    return _show(visit, _found(visit))


def _found(visit: Visit) -> dict[str, Any]:
    found = visit.desk.published.hub_page(visit.account.hub, visit.path["exception"])
    if found is None:
        visit.log("refused", why="not_of_this_hub", hub=visit.account.hub)
        raise HTTPException(404, "Your hub has no exception of this reference tonight.")
    return found


def _show(visit: Visit, found: dict[str, Any], faults: dict[str, str] | None = None) -> Response:
    view = found["told"]
    if _own(visit, view):
        visit.log("stopped_own_interest", exception=found["exception_id"])
        return visit.show("stopped.html", 403)
    visit.log("viewed_exception", exception=found["exception_id"], hub=visit.account.hub)
    visit.desk.inbox.note_seen(
        found["exception_id"], visit.account.hub, visit.account.name, visit.desk.published.night.isoformat()
    )
    return visit.show(
        "exception.html",
        status=422 if faults else 200,
        view=view,
        found=found,
        faults=faults or {},
        drawn=summary.pictures(view) if found["reader"] == "lead" else None,
        map_facts=household_map.facts,
        member_facts=genogram.member_facts,
        tie_facts=genogram.tie_facts,
        safe_contact=summary.SAFE_CONTACT,
        history=visit.desk.inbox.history(visit.account.hub, found["exception_id"]),
        benign_words=BENIGN_WORDS,
    )


def _own(visit: Visit, view: dict[str, Any]) -> bool:
    """Whether an exception is about the practitioner or their home."""
    people = view.get("people", []) + view.get("residents", [])
    places = [a["address"] for a in view.get("addresses", [])]
    return interest.concerns(visit.account, [p["name"] for p in people], places)


@page(Role.HUB)
def answer(visit: Visit) -> Response:
    found = _found(visit)
    if found["reader"] != "lead":
        raise HTTPException(403, "The lead hub answers this one. Ring them.")
    faults = _faults(visit, found)
    if faults:
        return _show(visit, found, faults)
    not_theirs, theirs = _records(visit, found)
    code = visit.said("code")
    told = {
        "exception_id": found["exception_id"], "content_hash": found["content_hash"], "hub": visit.account.hub, "code": code,
        "explanation": visit.said("explanation") if code == "benign" else "", "not_theirs": not_theirs, "theirs": theirs,
        "night_seen": visit.desk.published.night.isoformat(), "practitioner": visit.account.name,
    }  # fmt: skip
    answer_id = visit.desk.inbox.answer(told, visit.said("note"))
    visit.log("answered", exception=found["exception_id"], hub=visit.account.hub, code=code, answer=answer_id)
    return visit.go(f"/exceptions/{found['exception_id']}")


def _faults(visit: Visit, found: dict[str, Any]) -> dict[str, str]:
    code, faults = visit.said("code"), {}
    if code not in codes.ANSWERS:
        faults["code"] = "Choose an answer"
    if code == "benign" and visit.said("explanation") not in BENIGN_WORDS:
        faults["explanation"] = "Choose the innocent reason"
    if code == "wrong_person" and not all(_records(visit, found)):
        faults["record"] = (
            "Mark the records that are somebody else's, and leave at least one of the same person unmarked"
        )
    if code in codes.ANSWER_NOTE_NEEDED and not visit.said("note"):
        faults["note"] = "Say in a note what you found"
    if visit.said("evidence") != found["content_hash"]:
        faults["evidence"] = "A new night was published and the records changed. Look again before you answer"
    return faults


def _records(visit: Visit, found: dict[str, Any]) -> tuple[list[str], list[str]]:
    """With `wrong_person`: the records marked as somebody else's, and the rest of the same people's."""
    if visit.said("code") != "wrong_person":
        return [], []
    marked = set(visit.said_all("record"))
    # By number: a record's own key is not on a hub's page.
    wrong = [r for n, r in enumerate(found["records"]) if str(n) in marked]
    people, mentions = {r["person_id"] for r in wrong}, {r["mention_id"] for r in wrong}
    rest = {r["mention_id"] for r in found["records"] if r["person_id"] in people} - mentions
    return sorted(mentions), sorted(rest)


@page(Role.HUB)
def history(visit: Visit) -> Response:
    return visit.show("history.html", hub=visit.desk.hubs[visit.account.hub],
                      rows=visit.desk.inbox.history(visit.account.hub)[:300])  # fmt: skip


ROUTES = [
    Route("/exceptions", exceptions),
    Route("/exceptions/{exception}", exception),
    Route("/exceptions/{exception}/answer", answer, methods=["POST"]),
    Route("/history", history),
]
