"""Sign-in by OpenID Connect, against a real provider on this machine."""

from __future__ import annotations

import re
import socket
import warnings
from urllib.parse import urlsplit

import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock

from linkage.review.accounts import Account, Role
from linkage.review.app import build
from linkage.review.desk import Desk
from linkage.settings import Settings, SettingsError, load
from tests.review.conftest import copied, patient, serving

ANN = "ann@council.example"


def told(**oidc: str) -> Settings:
    base = patient()
    review = base.table("review")
    return Settings({**base.values, "review": {**review, "oidc": {**review["oidc"], **oidc}}})


@pytest.fixture
def provider():
    users = [oidc_provider_mock.User(sub=ANN, claims={"email": ANN, "email_verified": True}),
             oidc_provider_mock.User(sub="eve", claims={"email": "eve@elsewhere.example", "email_verified": True}),
             oidc_provider_mock.User(sub="mal", claims={"email": ANN, "email_verified": False})]  # fmt: skip
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def signing_in(provider, published, region, tmp_path, monkeypatch):
    monkeypatch.setenv("LINKAGE_OIDC_SECRET", "a secret")
    work = copied(published, tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = told(issuer=provider, client_id="linkage", public_url=f"http://127.0.0.1:{port}")
    with serving(work, region / "landing", settings, [], port=port) as pages:
        pages.desk.accounts.add(Account(ANN, "Ann Tester", Role.AUDITOR), None)
        yield pages


def through_the_provider(pages, sub: str) -> tuple[httpx.Client, httpx.Response]:
    """What a browser does: to the provider, sign in there, and back."""
    client = pages.client()
    away = client.get("/sign-in/provider")
    assert away.status_code == 303
    assert "code_challenge_method=S256" in away.headers["location"]
    back = httpx.post(away.headers["location"], data={"sub": sub})
    return client, client.get(urlsplit(back.headers["location"])._replace(scheme="", netloc="").geturl())


def test_who_has_an_account_gets_in_and_no_password_opens_it(signing_in):
    client, answer = through_the_provider(signing_in, ANN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")
    assert client.get("/audit").status_code == 200
    page = signing_in.client().get("/sign-in").text
    assert "password" not in page.lower()
    told = {"name": ANN, "password": "", "form": "x"}
    assert "Sign out" not in signing_in.client().post("/sign-in", data=told).text


def test_who_has_none_stays_out(signing_in):
    _, answer = through_the_provider(signing_in, "eve")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers or "linkage_session" not in answer.headers["set-cookie"]


def test_an_unverified_address_is_nobody(signing_in):
    assert through_the_provider(signing_in, "mal")[1].status_code == 401


def test_an_answer_that_was_not_asked_for_or_comes_twice_is_refused(signing_in):
    client = signing_in.client()
    away = client.get("/sign-in/provider").headers["location"]
    back = urlsplit(httpx.post(away, data={"sub": ANN}).headers["location"])
    path = f"{back.path}?{back.query}"
    assert signing_in.client().get(path).status_code == 401, "another browser's sign-in"
    forged = re.sub("code=[^&]+", "code=made-up", path)
    assert client.get(forged).status_code == 401
    assert client.get(path).status_code == 401, "its state was used up"


def test_an_identity_made_for_another_sign_in_is_refused(signing_in):
    client = signing_in.client()
    away = re.sub("nonce=[^&]+", "nonce=theirs", client.get("/sign-in/provider").headers["location"])
    back = urlsplit(httpx.post(away, data={"sub": ANN}).headers["location"])
    assert client.get(f"{back.path}?{back.query}").status_code == 401


def test_settings_that_cannot_be_safe_are_refused(published, tmp_path, monkeypatch):
    work = copied(published, tmp_path)
    monkeypatch.delenv("LINKAGE_OIDC_SECRET", raising=False)
    for oidc, fault in (
        ({"issuer": "http://id.example", "client_id": "x", "public_url": "https://x.example"}, "issuer"),
        ({"issuer": "https://id.example", "client_id": "x", "public_url": "http://x.example"}, "public_url"),
        ({"issuer": "https://id.example", "client_id": "x", "public_url": "https://x.example"}, "LINKAGE_OIDC_SECRET"),
    ):
        with pytest.raises(SettingsError, match=fault):
            build(Desk(work / "store.duckdb", told(**oidc)))


def test_without_a_provider_there_is_no_way_to_it(pages):
    assert pages.client().get("/sign-in/provider").status_code == 404
    assert load().text("review.oidc.issuer") == ""
