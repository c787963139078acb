"""Signing in and out: local accounts for one machine, or the organisation's OpenID Connect provider."""

from __future__ import annotations

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from linkage.review import oidc
from linkage.review.access import COOKIE, Visit, page, same, sent
from linkage.review.accounts import Account, Role
from linkage.review.desk import MENU, Desk

FORM = "linkage_form"
"""Cookie that a sign-in form must repeat, before there is a session to hold its token."""


async def sign_in(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    if desk.oidc["issuer"]:
        return _form(desk, request)
    if request.method != "POST":
        return _form(desk, request)
    told = await sent(request)
    name, password, token = (str(told.get(n, "")) for n in ("name", "password", "form"))
    if not same(token, request.cookies.get(FORM, "")) or not token:
        return _form(desk, request, "Send the form again: it had been open too long.", 403)
    account = await run_in_threadpool(desk.accounts.check, name, password)
    if account is None:
        desk.log("sign_in_failed", known="yes" if desk.accounts.named(name) else "no")
        return _form(
            desk, request, "User name or password is wrong, or the account is locked for a quarter of an hour.", 401
        )
    return await run_in_threadpool(_let_in, desk, account, "password")


def _form(desk: Desk, request: Request, fault: str = "", status: int = 200) -> Response:
    token = secrets.token_urlsafe(24)
    told = desk.render("sign_in.html", None, fault=fault, token=token, path=request.url.path)
    answer = HTMLResponse(told, status)
    _cookie(desk, answer, FORM, token)
    return answer


def _let_in(desk: Desk, account: Account, how: str) -> Response:
    token = desk.accounts.begin(account)
    desk.log("signed_in", who=account.name, role=account.role.value, how=how)
    answer = RedirectResponse(MENU[account.role][0][0], 303)
    _cookie(desk, answer, COOKIE, token)
    return answer


def _cookie(desk: Desk, answer: Response, name: str, value: str) -> None:
    # Lax, since coming back from the provider is a navigation from elsewhere; forms carry tokens of their own.
    secure = str(desk.oidc["public_url"]).startswith("https://")
    answer.set_cookie(name, value, httponly=True, samesite="lax", secure=secure, path="/")


async def to_provider(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    address, state = await run_in_threadpool(request.app.state.provider.begin)
    answer = RedirectResponse(address, 303)
    _cookie(desk, answer, FORM, state)
    return answer


async def from_provider(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    try:
        name = await run_in_threadpool(
            request.app.state.provider.finish, str(request.url.query), request.cookies.get(FORM, "")
        )
    except oidc.SignInRefused as refused:
        desk.log("sign_in_failed", why=refused.code)
        return _form(desk, request, f"You could not be signed in: {refused}.", 401)
    account = desk.accounts.named(name)
    if account is None:
        desk.log("sign_in_failed", why="no_account")
        return _form(desk, request, "You have no account here. Ask the administrator.", 403)
    return await run_in_threadpool(_let_in, desk, account, "oidc")


@page(*Role)
def sign_out(visit: Visit) -> Response:
    visit.desk.accounts.end(visit.request.cookies.get(COOKIE, ""))
    visit.log("signed_out")
    answer = visit.go("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


@page(*Role)
def home(visit: Visit) -> Response:
    return visit.go(MENU[visit.account.role][0][0])


ROUTES = [
    Route("/", home),
    Route("/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
PROVIDER_ROUTES = [Route("/sign-in/provider", to_provider), Route("/sign-in/return", from_provider)]
