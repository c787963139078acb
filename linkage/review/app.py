"""The review pages as one ASGI application, and the server that runs it on this machine alone."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from linkage.review import entrance, figures, hubs, keepers, officers
from linkage.review.access import Guard
from linkage.review.accounts import ROLE_WORDS, Account, Role
from linkage.review.desk import HERE, Desk
from linkage.review.oidc import Provider
from linkage.settings import Settings, SettingsError
from linkage.store import StoreError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEMONSTRATION = (
    Account("olive", "Olive Demonstration-Reader", Role.OFFICER),
    Account("omar", "Omar Demonstration-Reader", Role.OFFICER),
    Account("sena", "Sena Demonstration-Senior", Role.SENIOR),
    Account("dudley", "Dee Demonstration-Practitioner", Role.HUB, "E08000027"),
    Account("sandwell", "Sandy Demonstration-Practitioner", Role.HUB, "E08000028"),
    Account("audrey", "Audrey Demonstration-Auditor", Role.AUDITOR),
    Account("adam", "Adam Demonstration-Administrator", Role.ADMINISTRATOR),
)
"""One of each for a region of invented people."""


def build(desk: Desk) -> Starlette:
    """The application over one desk. Raises SettingsError for an OIDC setting that cannot be safe."""
    provider = provider_of(desk)
    routes: list[BaseRoute] = [
        *entrance.ROUTES,
        *(entrance.PROVIDER_ROUTES if provider else ()),
        *officers.ROUTES,
        *hubs.ROUTES,
        *figures.ROUTES,
        *keepers.ROUTES,
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    public = urlsplit(str(desk.oidc["public_url"]))
    guard = Middleware(
        Guard,
        broke=_broke,
        per_minute=desk.settings.integer("review.requests_per_minute"),
        sign_ins_per_minute=desk.settings.integer("review.sign_ins_per_minute"),
        https=public.scheme == "https",
    )
    hosts = [*LOOPBACK, *([public.hostname] if public.hostname else [])]
    app = Starlette(
        routes=routes,
        middleware=[guard, Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
        exception_handlers={HTTPException: _said_no, 404: _said_no},
    )
    app.state.desk = desk
    app.state.provider = provider
    return app


def provider_of(desk: Desk) -> Provider | None:
    """The provider that the settings name, or None for local accounts."""
    told = {name: str(value) for name, value in desk.oidc.items()}
    if not told["issuer"]:
        return None
    for name in ("issuer", "public_url"):
        address = urlsplit(told[name])
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost"):
            raise SettingsError(f"review.oidc.{name} must begin with https:// away from this machine")
    secret = os.environ.get("LINKAGE_OIDC_SECRET", "")
    if not (secret and told["client_id"]):
        raise SettingsError(
            "sign-in by OIDC needs review.oidc.client_id and the environment variable LINKAGE_OIDC_SECRET"
        )
    return Provider(
        told["issuer"],
        told["client_id"],
        secret,
        told["public_url"].rstrip("/") + "/sign-in/return",
        told["name_claim"],
    )


async def _said_no(request: Request, error: Exception) -> Response:
    """A refusal as a page. What stood in the address is not repeated."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    words = (
        error.detail if isinstance(error, HTTPException) and error.detail != "Not Found" else "There is no such page."
    )
    return HTMLResponse(request.app.state.desk.render("no.html", None, status=status, said=words), status)


def _broke(scope: Scope) -> Response:
    said = "Something went wrong here. Nothing was saved. Go back and try again; if it stays, tell whoever runs the service."
    return HTMLResponse(scope["app"].state.desk.render("no.html", None, status=500, said=said), 500)


def first_accounts(desk: Desk) -> list[tuple[Account, str]]:
    """Accounts for an inbox that has none: one of each role for invented people, one administrator for real ones."""
    if desk.accounts.all() or desk.oidc["issuer"]:
        return []
    wanted = DEMONSTRATION if desk.synthetic else (Account("administrator", "First Administrator", Role.ADMINISTRATOR),)
    made = [(account, secrets.token_urlsafe(12)) for account in wanted]
    for account, password in made:
        desk.accounts.add(account, password)
        desk.log(
            "made_account", who="first_start", account=account.name, role_given=account.role.value, hub=account.hub
        )
    return made


def how_to_sign_in(desk: Desk, address: str, made: list[tuple[Account, str]]) -> str:
    """What the terminal says when the pages start."""
    lines = [f"Review pages of the night of {desk.published.night}: {address}", "Stop with Ctrl+C."]
    if desk.oidc["issuer"]:
        return "\n".join([*lines, f"People sign in with {desk.oidc['issuer']}."])
    lines.append(
        "WARNING: local accounts, for this machine alone. Live use needs sign-in by OIDC: [review.oidc] in the settings."
    )
    if made:
        lines.append("Accounts made now; these passwords are shown once and kept nowhere:")
        lines += [
            f"  {a.name:<14} {p:<18} {ROLE_WORDS[a.role]}{f' of {desk.hubs[a.hub]}' if a.hub else ''}" for a, p in made
        ]
    else:
        lines.append(
            "Accounts exist already: sign in with yours. A lost password: an administrator makes a new account."
        )
    return "\n".join(lines)


def run(store_file: Path, port: int, settings: Settings) -> int:
    """Serve until stopped, on the loopback address alone. A proxy on this machine may stand in front of it.

    Raises StoreError when there is no published night to show or the port is taken.
    """
    desk = Desk(store_file, settings)
    app = build(desk)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            raise StoreError(f"port {port} of this machine is taken; give another with --port") from None
        print(how_to_sign_in(desk, f"http://127.0.0.1:{port}/", first_accounts(desk)), flush=True)
        told = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=bool(desk.oidc["issuer"])
        )
        uvicorn.Server(told).run(sockets=[listener])
    return 0
