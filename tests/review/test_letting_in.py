"""Who gets in, to what, and what is logged: over the wire, as a browser or an attacker would ask."""

from __future__ import annotations

import csv
import json
import re
from urllib.parse import quote

import httpx
import pytest

from linkage import audit
from linkage.review.accounts import Account, Role
from linkage.review.worklist import items
from linkage.settings import Settings, load
from tests.review.conftest import DUDLEY, FIRST, PASSWORD, PEOPLE, SANDWELL, copied, hidden, serving

NAMES = {"officer": "olive", "senior": "sena", "hub": "dee", "auditor": "audrey", "administrator": "adam"}
MAY = {
    "/questions": {"officer", "senior"},
    "/verdicts": {"officer", "senior"},
    "/keys": {"officer", "senior"},
    "/exceptions": {"hub"},
    "/history": {"hub"},
    "/nights": {"officer", "senior", "auditor", "administrator"},
    "/figures": {"officer", "senior", "auditor"},
    "/audit": {"auditor"},
    "/accounts": {"administrator"},
}


@pytest.fixture(scope="module")
def signed_in(pages):
    return {role: pages.client(name) for role, name in NAMES.items()}


@pytest.mark.parametrize("path", MAY)
@pytest.mark.parametrize("role", NAMES)
def test_each_page_opens_for_its_roles_and_no_other(signed_in, path, role):
    assert signed_in[role].get(path).status_code == (200 if role in MAY[path] else 403)


@pytest.mark.parametrize("path", [*MAY, "/", "/questions/Q1", "/exceptions/X1", "/nights/2026-01-05"])
def test_a_stranger_gets_the_sign_in_page(pages, path):
    answer = pages.client().get(path)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in")


def test_every_answer_carries_the_headers(pages, signed_in):
    for client, path in (
        (pages.client(), "/sign-in"),
        (signed_in["hub"], "/exceptions"),
        (signed_in["hub"], "/nothing"),
    ):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(pages):
    client = pages.client()
    form = hidden(client.get("/sign-in").text, "form")
    cookie = client.post("/sign-in", data={"name": "olive", "password": PASSWORD, "form": form}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_form_from_elsewhere_does_nothing(pages, signed_in):
    before = len(pages.desk.accounts.all())
    for token in ("", "made-up"):
        told = {"csrf": token, "name": "eve", "full_name": "Eve X", "role": "auditor"}
        assert signed_in["administrator"].post("/accounts/add", data=told).status_code == 403
    assert len(pages.desk.accounts.all()) == before
    assert pages.client().post("/sign-in", data={"name": "olive", "password": PASSWORD, "form": "x"}).status_code == 403


def test_another_host_name_is_refused(pages):
    assert httpx.get(f"{pages.address}/sign-in", headers={"host": "evil.example"}).status_code == 400


def test_a_hub_cannot_reach_anothers_page_by_any_address(pages):
    mine = {r["exception_id"] for r in pages.desk.published.hub_list(SANDWELL)}
    theirs = {r["exception_id"] for r in pages.desk.published.hub_list(DUDLEY)} - mine
    assert theirs
    client = pages.client("sandy")
    other = sorted(theirs)[0]
    token = hidden(client.get("/exceptions").text, "csrf")
    for path in (other, other.lower(), f"{quote(other)}%00", f"../exceptions/{other}", f"{other}?hub={DUDLEY}&gss={DUDLEY}",
                 f"{other}/", f"%2e%2e/{other}"):  # fmt: skip
        answer = client.get(f"/exceptions/{path}", headers={"x-hub": DUDLEY}, follow_redirects=True)
        assert answer.status_code == 404, path
        assert other not in answer.text
    told = {"csrf": token, "code": "benign", "explanation": "recent_move", "hub": DUDLEY, "evidence": "x"}
    assert client.post(f"/exceptions/{other}/answer", data=told).status_code == 404
    assert pages.desk.inbox.last_answers(DUDLEY) == {}
    for listed in ("/exceptions", "/history"):
        assert not any(reference in client.get(f"{listed}?hub={DUDLEY}").text for reference in theirs)


def test_a_notified_hub_sees_no_more_than_its_notice(pages):
    """The page of a notice holds none of the addresses that the lead hub's page holds, and takes no answer."""
    seen = 0
    for user, gss, lead in (("dee", DUDLEY, SANDWELL), ("sandy", SANDWELL, DUDLEY)):
        led = pages.desk.published.hub_told(
            lead, [r["exception_id"] for r in pages.desk.published.hub_list(lead) if r["reader"] == "lead"]
        )
        client = pages.client(user)
        token = hidden(client.get("/exceptions").text, "csrf")
        for row in pages.desk.published.hub_list(gss):
            if row["reader"] == "notified" and row["exception_id"] in led:
                page = client.get(f"/exceptions/{row['exception_id']}").text
                assert not any(a["address"] in page for a in led[row["exception_id"]]["addresses"])
                answer = client.post(
                    f"/exceptions/{row['exception_id']}/answer", data={"csrf": token, "code": "benign"}
                )
                assert answer.status_code == 403
                seen += 1
    assert seen


def test_every_view_of_a_person_is_logged_and_the_chain_holds(pages, signed_in):
    client = signed_in["officer"]
    token = hidden(client.get("/questions").text, "csrf")
    taken = client.post("/questions/next", data={"csrf": token}).headers["location"]
    client.get(taken)
    client.post(f"{taken}/hand-back", data={"csrf": token, "why": "later"})
    opened = sorted(r["exception_id"] for r in pages.desk.published.hub_list(DUDLEY))[0]
    signed_in["hub"].get(f"/exceptions/{opened}")
    events = [json.loads(line)["event"] for line in pages.desk.audit_log.read_text().splitlines()]
    seen = [e for e in events if e["what"] == "viewed_question"]
    assert seen[-1]["question"] == taken.rsplit("/", 1)[1]
    assert re.fullmatch(r"P[0-9a-f]{12}( P[0-9a-f]{12})*", seen[-1]["people"])
    assert any(e["what"] == "viewed_exception" and e["exception"] == opened and e["who"] == "dee" for e in events)
    assert audit.verify(pages.desk.audit_log).hashes
    page = signed_in["auditor"].post("/audit", data={"csrf": hidden(signed_in["auditor"].get("/audit").text, "csrf")})
    assert "The log is whole." in page.text


def test_an_officer_stays_in_the_part_of_the_list_that_they_chose(signed_in):
    client = signed_in["officer"]
    page = client.get("/questions?state=open&priority=").text
    token = hidden(page, "csrf")
    assert 'action="/questions/next?state=open"' in page
    taken = client.post("/questions/next?state=open", data={"csrf": token}).headers["location"]
    assert taken.endswith("?state=open")
    asked = taken.removesuffix("?state=open")
    assert f'action="{asked}/verdict?state=open"' in client.get(taken).text
    back = client.post(f"{asked}/hand-back?state=open", data={"csrf": token, "why": "later"}).headers["location"]
    assert back == "/questions?state=open"
    nothing = client.post("/questions/next?state=settled", data={"csrf": token}).headers["location"]
    assert nothing == "/questions?state=settled&nothing=1"


def test_neither_auditor_nor_administrator_sees_a_name_of_a_record(pages, signed_in):
    names = {
        r["name"] for r in pages.desk.published.rows("SELECT DISTINCT name FROM store.question_mention") if r["name"]
    }
    assert names
    for role in ("auditor", "administrator"):
        text = "".join(signed_in[role].get(path).text for path, roles in MAY.items() if role in roles)
        assert not any(name in text for name in names)


def test_a_question_is_shown_to_nobody_whose_own_name_or_home_is_in_it(pages):
    asked = next(iter(items(pages.desk).values()))
    mentions = pages.desk.published.mentions([m for g in asked.question["groups"] for m in g])
    named = next(m["name"] for m in mentions if m["name"] and " " in m["name"])
    placed = next(m["addresses"][0] for m in mentions if m["addresses"])
    for user, account in {
        "self": Account("self", f"{named.split()[-1]} {' '.join(named.split()[:-1])}", Role.OFFICER),
        "neighbour": Account("neighbour", "Nora Nobody-Else", Role.OFFICER, home_postcode=placed.rsplit(", ", 1)[1]),
    }.items():
        pages.desk.accounts.add(account, PASSWORD)
        client = pages.client(user)
        token = hidden(client.get("/questions").text, "csrf")
        answer = client.post(f"/questions/{asked.id}/take", data={"csrf": token}, follow_redirects=True)
        assert answer.status_code == 403
        assert not any(m["name"] in answer.text.replace(account.full_name, "") for m in mentions if m["name"])
        assert asked.id in pages.desk.inbox.recused(user)
        assert client.get(f"/questions/{asked.id}").status_code == 409
    events = [json.loads(line)["event"] for line in pages.desk.audit_log.read_text().splitlines()]
    assert sum(e["what"] == "stopped_own_interest" for e in events) == 2


def test_an_exception_is_shown_to_nobody_whose_own_home_is_in_it(pages):
    led = [r["exception_id"] for r in pages.desk.published.hub_list(DUDLEY) if r["reader"] == "lead"]
    reference, view = next((i, v) for i, v in pages.desk.published.hub_told(DUDLEY, led).items() if v["addresses"])
    postcode = view["addresses"][0]["address"].rsplit(", ", 1)[1]
    pages.desk.accounts.add(Account("near", "Nell Nobody-Else", Role.HUB, DUDLEY, postcode), PASSWORD)
    client = pages.client("near")
    listed = client.get("/exceptions").text
    assert view["claim"] not in listed
    assert "it holds your own name or home" in listed
    answer = client.get(f"/exceptions/{reference}")
    assert answer.status_code == 403
    assert view["addresses"][0]["address"] not in answer.text


def test_nothing_of_a_restricted_record_is_laid_out_for_the_pages(pages):
    restricted = set()
    for file in (pages.landing / str(FIRST)).glob("gp__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["sensitivity"] == "S":
                    restricted.add((file.stem.split("__")[1], row["record_id"]))
    assert restricted
    shown = pages.desk.published.rows(
        "SELECT supplier, record_id, addresses FROM store.question_mention WHERE contract = 'gp'"
    )
    assert shown
    assert not restricted & {(r["supplier"], r["record_id"]) for r in shown}
    told = str(pages.desk.published.rows("SELECT told FROM store.hub_page")) + str(shown)
    assert not [record for _, record in restricted if record in told]


def test_the_administrator_makes_and_closes_accounts(pages, signed_in):
    client = signed_in["administrator"]
    token = hidden(client.get("/accounts").text, "csrf")
    told = {"csrf": token, "name": "new", "full_name": "New One", "role": "hub", "hub": SANDWELL, "home_postcode": ""}
    made = client.post("/accounts/add", data=told)
    password = re.search(r"<code>([^<]+)</code>", made.text).group(1)
    newcomer = pages.client("new", password)
    assert newcomer.get("/exceptions").status_code == 200
    client.post("/accounts/new", data={"csrf": token, "what": "close"})
    assert newcomer.get("/exceptions").status_code == 303
    assert client.post("/accounts/add", data={**told, "role": "officer"}).status_code == 422


def test_too_many_wrong_passwords_and_too_many_requests(published, region, tmp_path):
    base = load()
    told = Settings({**base.values, "review": {**base.table("review"), "requests_per_minute": 30}})
    with serving(copied(published, tmp_path), region / "landing", told, PEOPLE[:1]) as pages:
        client = pages.client()
        form = hidden(client.get("/sign-in").text, "form")
        answers = [
            client.post(
                "/sign-in", data={"name": "olive", "password": f"wrong {n}", "form": client.cookies["linkage_form"]}
            ).status_code
            for n in range(told.integer("review.sign_ins_per_minute") + 1)
        ]
        assert answers[:-1] == [401] * (len(answers) - 1)
        assert answers[-1] == 429
        assert form
        assert pages.desk.accounts.check("olive", PASSWORD) is None, "locked"
        codes = [client.get("/sign-in").status_code for _ in range(told.integer("review.requests_per_minute"))]
        assert codes[-1] == 429
        events = pages.desk.audit_log.read_text()
        assert "wrong 1" not in events
