"""Every page, asked by every role with whatever an address, a query or a form can hold.

None breaks, none loses a header, none shows what another hub alone may see, and nothing of what was sent is run or logged.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from linkage import audit
from linkage.people.verdict import Outcome
from linkage.review import codes, entrance, figures, hubs, keepers, officers
from linkage.review.access import COOKIE, HEADERS
from linkage.review.accounts import Role
from linkage.review.app import build
from linkage.review.entrance import FORM
from linkage.review.questions import REASON_WORDS
from linkage.review.worklist import State
from linkage.vocabulary import BENIGN_WORDS
from tests.review.conftest import DUDLEY, FIRST, PEOPLE, SANDWELL, browsing, hidden

TRIED = int(os.environ.get("LINKAGE_WALK", "30"))
"""Requests a route and method; LINKAGE_WALK gives another number (under twenty may not come far enough)."""
ROUTES = [
    (method, route.path)
    for module in (entrance, officers, hubs, figures, keepers)
    for route in module.ROUTES
    for method in sorted(route.methods)
]
LONGEST = 20_000  # characters of an address that the client still sends
MARK = "<script>alert(7351)</script>"
PRIVATE = "Zachariah Typed-By-Hand"
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from([
        MARK, PRIVATE, "", "0", "-1", "2", "9" * 5000, "\u0663", "\u00b2", "1e9", "x" * 70_000, "é", "\x00", "\u202e\u2066", "\ufeff",
        "' OR 1=1 --", "'); DROP TABLE verdict; --", "../../etc/passwd", "%00", "%2e%2e%2f", "{{ 7 * 7 }}", "${7*7}", "a\r\nSet-Cookie: x=1",
        "=cmd|' /C calc'!A0", "null", "[]", "😀", "İ", "\u2028", str(FIRST), "0000-00-00", "9999-99-99", DUDLEY, SANDWELL,
    ]),
)  # fmt: skip
KNOWN = st.sampled_from([
    "on", "off", "yes", "no", "close", "open", "unlock", "interest", "later", "lead", "olive", "adam", "1", "2",
    *Role, *Outcome, *State, *codes.ANSWERS, *codes.REASONS, *BENIGN_WORDS, *REASON_WORDS,
])  # fmt: skip
QUERY = (
    "page",
    "reason",
    "priority",
    "council",
    "state",
    "kind",
    "status",
    "answered",
    "what",
    "who",
    "hub",
    "nothing",
)
FIELDS = (
    "outcome", "reason", "note", "evidence", "code", "explanation", "record", "why", "keys", "what", "name", "full_name",
    "role", "hub", "home_postcode", "password", "form", "priority", "council", "state",
)  # fmt: skip
CHARSETS = ("utf-8", "utf-7", "utf-16", "unicode_escape", "raw_unicode_escape", "undefined", "idna", "rot13", "nothing")
"""As a form may claim to be written in; some give text that no file can hold, some raise what no library catches."""


EVERYBODY = ["", *(p.name for p in PEOPLE)]
OPENS_TO = {
    "/questions": ["olive", "omar", "sena"],
    "/verdicts": ["olive", "omar", "sena"],
    "/exceptions": ["dee", "sandy"],
    "/audit": ["audrey"],
    "/accounts": ["adam"],
    "/sign-in": [""],
}
"""Who asks more often than others, so that the walk comes further than the door."""


@dataclass
class Ground:
    """What the walk stands on: the routes, ids that exist, and what each account must not see."""

    pages: object
    ids: dict[str, list[str]]
    evidence: list[str]
    groups: list[str]
    hidden: dict[str, frozenset[str]]
    statuses: dict[int, int] = field(default_factory=dict)
    broken: int = 0


@pytest.fixture(scope="module")
def ground(pages):
    desk = pages.desk
    told = {
        gss: desk.published.hub_told(gss, [r["exception_id"] for r in desk.published.hub_list(gss)])
        for gss in (DUDLEY, SANDWELL)
    }
    exceptions = sorted({x for views in told.values() for x in views})
    questions = desk.published.questions()
    said = {gss: texts(views) for gss, views in told.items()}
    names = {m["name"] for m in desk.published.rows("SELECT DISTINCT name FROM store.question_mention")}
    every = frozenset().union(*said.values(), {n for n in names if n and len(n) > 6})
    hidden = dict.fromkeys(("", "audrey", "adam"), every)
    for name, own, other in (("dee", DUDLEY, SANDWELL), ("sandy", SANDWELL, DUDLEY)):
        shown = json.dumps(list(told[own].values()), ensure_ascii=False)
        hidden[name] = frozenset(t for t in said[other] if t not in shown)
    assert all(len(h) > 5 for h in hidden.values()), "there is nothing to keep apart"
    hashes = [q["evidence_hash"] for q in questions.values()]
    seen = [r["content_hash"] for r in desk.published.rows("SELECT content_hash FROM store.hub_page")]
    groups = [f"group-{m}" for q in list(questions.values())[:5] for g in q["groups"] for m in g]
    ids = {"exception": exceptions, "question": list(questions)[:20], "name": ["omar", "dee"], "night": [str(FIRST)]}
    return Ground(pages, ids, [*hashes[:20], *seen], groups, hidden)


def texts(views: dict) -> frozenset[str]:
    """Claims and addresses of a hub's views: what is typed by nobody and shown to that hub."""
    claims = {v["claim"] for v in views.values() if "claim" in v}
    return frozenset(claims | {a["address"] for v in views.values() for a in v.get("addresses", ())})


def ask(ground, data, method: str, path: str) -> tuple[str, httpx.Response]:
    """One request as Hypothesis draws it. Returns who asked and the answer."""
    fitting = next((names for start, names in OPENS_TO.items() if path.startswith(start)), EVERYBODY)
    who = data.draw(st.sampled_from([*EVERYBODY, *fitting * 4]), label="who")
    value = st.one_of(KNOWN, HOSTILE)

    def filled(name: str) -> str:
        known = st.sampled_from(ground.ids.get(name, ["V0"]))
        chosen = data.draw(st.one_of(known, known, value), label=name)
        if name == "question" and who in OPENS_TO["/questions"]:
            taken_by(ground, chosen, who)
        return quote(chosen[:LONGEST], safe="")

    address = re.sub(r"\{(\w+)\}", lambda found: filled(found[1]), path)
    asked = st.dictionaries(st.sampled_from(QUERY), value.map(lambda v: v[:LONGEST]), max_size=3)
    query = data.draw(asked, label="query")
    headers, csrf = {}, "x"
    if who:
        # A session of its own for each request: an earlier one may have signed out or closed the account.
        accounts = ground.pages.desk.accounts
        accounts.change(who, closed=False)
        token = accounts.begin(next(p for p in PEOPLE if p.name == who))
        csrf = accounts.session(token).csrf
        headers["cookie"] = f"{COOKIE}={token}"
    elif data.draw(st.booleans()):
        headers["cookie"] = f"{FORM}={data.draw(st.sampled_from(['x', 'é']))}"
    body = b""
    if method == "POST":
        body, headers["content-type"] = form(ground, data, csrf)
    url = f"{ground.pages.address}{address}" + (f"?{urlencode(query)}" if query else "")
    raw = {name.encode(): text.encode("latin-1") for name, text in headers.items()}
    with browsing() as client:
        answer = client.request(method, url, headers=raw, content=body)
    ground.statuses[answer.status_code] = ground.statuses.get(answer.status_code, 0) + 1
    return who, answer


def taken_by(ground, question: str, officer: str) -> None:
    """Let an officer have a question, whoever had it."""
    for held in OPENS_TO["/questions"]:
        ground.pages.desk.inbox.hand_back(question, held, for_good=False)
    ground.pages.desk.inbox.take([question], officer, 30)


def form(ground, data, csrf: str) -> tuple[bytes, str]:
    """A body and the type it claims."""
    value = st.one_of(KNOWN, st.sampled_from(ground.evidence), HOSTILE)
    names = st.one_of(st.sampled_from(FIELDS), st.sampled_from(ground.groups), st.text(max_size=5))
    told = data.draw(st.lists(st.tuples(names, value), max_size=6), label="form")
    told.append(("csrf", csrf if data.draw(st.integers(0, 9)) else data.draw(HOSTILE)))
    kind = data.draw(st.sampled_from(["urlencoded"] * 8 + ["multipart", "raw"]), label="kind")
    if kind == "urlencoded":
        return urlencode(told).encode(), "application/x-www-form-urlencoded"
    if kind == "raw":
        return data.draw(st.binary(max_size=60)), data.draw(
            st.sampled_from(["application/x-www-form-urlencoded", "text/plain"])
        )
    charset = data.draw(st.sampled_from(CHARSETS), label="charset")
    odd = data.draw(st.sampled_from(["\\ud800", "+2AA-", "a"]))
    parts = [f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in [*told, ("note", odd), ("name", odd)]
             if n.isidentifier() and n.isascii()]  # fmt: skip
    file = '--b\r\nContent-Disposition: form-data; name="code"; filename="../x"\r\n\r\nx\r\n'
    return "".join([*parts, file, "--b--\r\n"]).encode(
        "utf-8", "replace"
    ), f"multipart/form-data; boundary=b; charset={charset}"


@pytest.mark.parametrize(("method", "path"), ROUTES)
@settings(max_examples=TRIED, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_asked_no_page_breaks_or_tells(ground, method, path, data):
    found = faults(ground, *ask(ground, data, method, path))
    ground.broken += bool(found)
    assert not found


def faults(ground, who: str, answer: httpx.Response) -> list[str]:
    """What is wrong with an answer."""
    told = {
        f"status {answer.status_code}": answer.status_code >= 500,
        "a header is missing": any(answer.headers.get(n) != v for n, v in HEADERS.items()),
        "it may be kept": "cache-control" not in answer.headers,
        "what was sent stands as markup": MARK in answer.text,
        "what was sent became a header": "x=1" in answer.headers.get("set-cookie", ""),
        "it shows what another may see": any(text in answer.text for text in ground.hidden.get(who, ())),
    }
    return [words for words, wrong in told.items() if wrong]


def test_the_walk_came_further_than_the_door(pages, ground, administrator, record_property):
    """Every route of the application is walked, and pages, forms taken, refusals and faults of a form all came back."""
    served = {r.path for r in build(pages.desk).routes if isinstance(r, Route)}
    assert served == {path for _, path in ROUTES}
    # A form that is whole but for one fault is sent on purpose: chance does not draw one on every walk.
    on_purpose = account_of_no_hub(administrator).status_code
    ground.statuses[on_purpose] = ground.statuses.get(on_purpose, 0) + 1
    assert {200, 303, 403, 404, 415, 422} <= set(ground.statuses)
    record_property(
        "hostile requests to the review pages (each route and method, every role)", f"{sum(ground.statuses.values()):,}"
    )
    record_property("hostile requests that broke a page or were told too much", ground.broken)


def test_the_log_stands_and_holds_nothing_that_was_typed(ground):
    log = ground.pages.desk.audit_log
    assert audit.verify(log).hashes
    text = log.read_text(encoding="utf-8")
    assert MARK not in text
    assert PRIVATE not in text


@pytest.fixture
def administrator(pages):
    pages.desk.accounts.change("adam", closed=False)
    return pages.client("adam")


def test_a_page_number_of_thousands_of_digits_is_the_first_page(pages):
    client = pages.client("olive")
    assert client.get("/questions", params={"page": "9" * 5000}).status_code == 200


def test_tokens_with_letters_beyond_ascii_are_wrong_and_no_more(pages, administrator):
    assert administrator.post("/accounts/add", data={"csrf": "é"}).status_code == 403
    assert pages.client().post("/sign-in", data={"name": "olive", "password": "x", "form": "é"}).status_code == 403


def test_a_form_is_taken_only_as_our_pages_send_it(pages, administrator):
    token = hidden(administrator.get("/accounts").text, "csrf")
    for charset in CHARSETS:
        body = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--b--\r\n'
        kind = f"multipart/form-data; boundary=b; charset={charset}"
        assert administrator.post("/accounts/add", content=body, headers={"content-type": kind}).status_code == 415
    assert administrator.post("/accounts/add", data={"csrf": token, "full_name": "x" * 200_000}).status_code == 400


def account_of_no_hub(administrator) -> httpx.Response:
    """The answer to a form that asks for an account of a hub that is not there."""
    token = hidden(administrator.get("/accounts").text, "csrf")
    told = {"csrf": token, "name": "nowhere", "full_name": "N W", "role": "hub", "hub": "X"}
    return administrator.post("/accounts/add", data=told)


def test_an_account_of_a_hub_that_is_not_there_is_not_made(pages, administrator):
    assert account_of_no_hub(administrator).status_code == 422
    assert pages.desk.accounts.named("nowhere") is None


def test_what_is_not_there_is_neither_changed_nor_logged(pages, administrator):
    token = hidden(administrator.get("/accounts").text, "csrf")
    for client, path in (
        (administrator, "/accounts/Typed-Name"),
        (pages.client("omar"), "/questions/Typed-Name/hand-back"),
    ):
        csrf = token if client is administrator else hidden(client.get("/questions").text, "csrf")
        assert client.post(path, data={"csrf": csrf, "why": "interest"}).status_code == 404
    assert "Typed-Name" not in pages.desk.inbox.recused("omar")
    assert "Typed-Name" not in pages.desk.audit_log.read_text(encoding="utf-8")


def test_a_page_that_breaks_tells_nothing(pages, monkeypatch, caplog):
    def broken(desk):
        raise RuntimeError(f"could not read {PRIVATE}")

    monkeypatch.setattr("linkage.review.officers.items", broken)
    answer = pages.client("olive").get("/questions")
    assert answer.status_code == 500
    assert {answer.headers.get(name) for name in HEADERS} == set(HEADERS.values())
    assert "Something went wrong here" in answer.text
    assert "RuntimeError in broken" in caplog.text
    assert PRIVATE not in caplog.text + answer.text
