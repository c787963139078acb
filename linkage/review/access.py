"""The door of every page: who is asking, whether they may, and what goes into the audit log.

A page is a plain function of a `Visit`. `page` lets it be reached only by the roles named, checks the form token of every
POST, and logs every refusal. `Guard` adds the headers that hold for all answers, limits how often one may ask, and says
of an error where it happened and not what it was about.
"""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linkage.review.accounts import Account, Role

if TYPE_CHECKING:
    from linkage.review.desk import Desk

log = logging.getLogger(__name__)
COOKIE = "linkage_session"
LONGEST_FIELD = 100_000
"""Bytes of one field of a form: a note of fifty pages."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    desk: Desk
    account: Account
    csrf: str
    form: FormData

    def said(self, name: str) -> str:
        """One field of the form as text, without blanks around it."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def said_all(self, name: str) -> list[str]:
        """Every value of a field of the form."""
        return [v for v in self.form.getlist(name) if isinstance(v, str)]

    @property
    def path(self) -> dict[str, str]:
        return self.request.path_params

    def log(self, what: str, **more: str) -> None:
        """Put what this person did into the audit log. Ids and codes only."""
        self.desk.log(what, who=self.account.name, role=self.account.role.value, **more)

    def show(self, template: str, status: int = 200, **content: Any) -> Response:
        """A page."""
        return HTMLResponse(self.desk.render(template, self, **content), status)

    def go(self, path: str) -> Response:
        """Send the browser on, after a form."""
        return RedirectResponse(path, 303)


Page = Callable[[Visit], Response]


def page(*roles: Role) -> Callable[[Page], Callable[[Request], Any]]:
    """Let a page be reached by these roles only."""

    def guarded(show: Page) -> Callable[[Request], Any]:
        @wraps(show)
        async def answer(request: Request) -> Response:
            desk: Desk = request.app.state.desk
            session = await run_in_threadpool(desk.accounts.session, request.cookies.get(COOKIE, ""))
            if session is None:
                return RedirectResponse("/sign-in", 303)
            form = await sent(request) if request.method == "POST" else FormData()
            visit = Visit(request, desk, session.account, session.csrf, form)
            if request.method == "POST" and not same(visit.said("csrf"), session.csrf):
                visit.log("refused", why="form_token", path=_shape(request))
                raise HTTPException(403, "This form was not sent from one of our pages, or has been open too long.")
            if session.account.role not in roles:
                visit.log("refused", why="role", path=_shape(request))
                raise HTTPException(403, "Your role does not open this page.")
            await run_in_threadpool(desk.published.refresh)
            return await run_in_threadpool(show, visit)

        return answer

    return guarded


async def sent(request: Request) -> FormData:
    """The form of a POST, as our pages send it. Raises HTTPException for another kind of body and for one too large.

    A multipart body may name an encoding of its own, and some give text that no file can hold.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "This form was not sent from one of our pages.")
    return await request.form(max_part_size=LONGEST_FIELD)


def same(token: str, known: str) -> bool:
    """Whether two tokens are the same, in a time that does not tell how far they agree."""
    return secrets.compare_digest(token.encode(), known.encode())


def _shape(request: Request) -> str:
    """The path as routed, without what stood in it: what is typed into an address may be anything."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "unknown"))


class Guard:
    """ASGI: headers for every answer, a limit on how often one address may ask, and the page shown when another broke."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        broke: Callable[[Scope], Response],
        per_minute: int,
        sign_ins_per_minute: int,
        https: bool,
    ) -> None:
        self.app = app
        self.broke = broke
        self.limits = {"sign_in": sign_ins_per_minute, "any": per_minute}
        self.https = https
        self.asked: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if self.https:
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        too_often = not self._may(scope)
        answer: ASGIApp = PlainTextResponse("Too many requests. Wait a minute.", 429) if too_often else self.app
        try:
            await answer(scope, receive, send_with_headers)
        except Exception as error:
            # Here and not in Starlette, whose server would add no headers and log the error's words: they may quote a value.
            log.error("a page broke: %s", _where(error))
            if not begun:
                await self.broke(scope)(scope, receive, send_with_headers)

    def _may(self, scope: Scope) -> bool:
        who = (scope.get("client") or ("unknown",))[0]
        signing_in = scope["path"] == "/sign-in" and scope["method"] == "POST"
        return self._count(who, "sign_in" if signing_in else "any")

    def _count(self, who: str, what: str) -> bool:
        times, moment = self.asked[(who, what)], time.monotonic()
        while times and times[0] < moment - 60:
            times.popleft()
        times.append(moment)
        return len(times) <= self.limits[what]


def _where(error: Exception) -> str:
    """An error's type and place, without its words."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {at.name}, {at.filename}:{at.lineno}"
