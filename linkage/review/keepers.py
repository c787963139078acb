"""The pages of those who see no personal data: the auditor reads the audit log, the administrator keeps accounts."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from linkage import audit
from linkage.review.access import Visit, page
from linkage.review.accounts import Account, AccountError, Role

SHOWN = 300
"""Events on a page."""
TAIL = 1_000_000
"""Bytes of the log that a page looks at: some 3,000 events."""


@page(Role.AUDITOR)
def log(visit: Visit) -> Response:
    """The last events; the whole chain is checked when the form is sent."""
    checked = visit.request.method == "POST"
    visit.log("checked_audit" if checked else "viewed_audit")
    asked = {n: visit.request.query_params.get(n, "") for n in ("what", "who")}
    events = _events(visit)
    chosen = [e for e in reversed(events) if all(not asked[n] or e[n] == asked[n] for n in asked)]
    return visit.show(
        "audit.html",
        chain=_chain(visit) if checked else None,
        events=chosen[:SHOWN],
        matching=len(chosen),
        asked=asked,
        kinds=sorted({e["what"] for e in events}),
        people=sorted({e["who"] for e in events if e["who"]}),
    )


def _chain(visit: Visit) -> tuple[bool, str]:
    try:
        return True, f"The chain holds over all {len(audit.verify(visit.desk.audit_log).hashes)} events."
    except audit.AuditError as error:
        return False, str(error)


def _events(visit: Visit) -> list[dict[str, Any]]:
    """The last events of the log with number and time; other parts of the job write here too."""
    told = []
    with open(visit.desk.audit_log, "rb") as handle:
        handle.seek(max(0, handle.seek(0, 2) - TAIL))
        text = handle.read()
    # The first line may have been cut in two; the number of a whole one is kept.
    for line in text.splitlines()[1 if len(text) == TAIL else 0 :]:
        entry = json.loads(line)
        event = entry["event"]
        rest = {k: v for k, v in event.items() if k not in ("what", "who", "role")}
        told.append({"n": entry["n"], "at": entry["at"], "what": event.get("what", "event"), "who": event.get("who", ""),
                     "role": event.get("role", ""), "rest": rest})  # fmt: skip
    return told


@page(Role.ADMINISTRATOR)
def accounts(visit: Visit) -> Response:
    return _accounts(visit)


def _accounts(visit: Visit, fault: str = "", made: tuple[str, str] | None = None) -> Response:
    return visit.show(
        "accounts.html",
        422 if fault else 200,
        accounts=visit.desk.accounts.all(),
        fault=fault,
        made=made,
        form=visit.form,
    )


@page(Role.ADMINISTRATOR)
def add(visit: Visit) -> Response:
    """Make an account. With local accounts its first password is shown once; with OIDC there is none."""
    role = visit.said("role")
    if role not in {r.value for r in Role}:
        return _accounts(visit, "Choose a role")
    if visit.said("hub") not in ("", *visit.desk.hubs):
        return _accounts(visit, "Choose a hub of the list")
    told = Account(
        visit.said("name"), visit.said("full_name"), Role(role), visit.said("hub"), visit.said("home_postcode")
    )
    password = None if visit.desk.oidc["issuer"] else secrets.token_urlsafe(15)
    try:
        visit.desk.accounts.add(told, password)
    except AccountError as error:
        return _accounts(visit, str(error))
    visit.log("made_account", account=told.name, role_given=told.role.value, hub=told.hub)
    return _accounts(visit, made=(told.name, password or ""))


@page(Role.ADMINISTRATOR)
def change(visit: Visit) -> Response:
    name, what = visit.path["name"], visit.said("what")
    if name not in {a.name for a in visit.desk.accounts.all()}:
        raise HTTPException(404, "There is no such account.")
    if what == "unlock":
        visit.desk.accounts.change(name, unlock=True)
    elif what in ("close", "open") and name != visit.account.name:
        visit.desk.accounts.change(name, closed=what == "close")
    visit.log("changed_account", account=name, change=what if what in ("close", "open", "unlock") else "nothing")
    return visit.go("/accounts")


ROUTES = [
    Route("/audit", log, methods=["GET", "POST"]),
    Route("/accounts", accounts),
    Route("/accounts/add", add, methods=["POST"]),
    Route("/accounts/{name}", change, methods=["POST"]),
]
