"""What every page works with: the published night, the inbox, the accounts, the audit log, the templates."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, PackageLoader, PrefixLoader
from jinja2.loaders import ChoiceLoader

from linkage import audit, store
from linkage import vocabulary as words
from linkage.report import dates
from linkage.review import codes
from linkage.review.accounts import ROLE_WORDS, Accounts, Role
from linkage.review.inbox import Inbox
from linkage.review.published import Published, no_store
from linkage.review.questions import REASON_WORDS
from linkage.settings import Settings
from linkage.sources.decisions import inbox_of

if TYPE_CHECKING:
    from linkage.review.access import Visit

HERE = Path(__file__).parent
MENU = {
    Role.OFFICER: (("/questions", "Questions"), ("/verdicts", "Verdicts"), ("/nights", "Nights"), ("/figures", "Figures"),
                   ("/keys", "Keys")),
    Role.SENIOR: (("/questions", "Questions"), ("/verdicts", "Verdicts"), ("/nights", "Nights"), ("/figures", "Figures"),
                  ("/keys", "Keys")),
    Role.HUB: (("/exceptions", "Exceptions"), ("/history", "History")),
    Role.AUDITOR: (("/audit", "Audit log"), ("/nights", "Nights"), ("/figures", "Figures")),
    Role.ADMINISTRATOR: (("/accounts", "Accounts"), ("/nights", "Nights")),
}  # fmt: skip
"""What each role finds at the head of a page; the first is its home."""


class Desk:
    """One set of review pages over one store."""

    def __init__(self, store_file: Path, settings: Settings) -> None:
        if not store_file.exists():
            raise no_store(store_file)  # before a key and an inbox are made for it
        key = store.key_for(store_file)
        self.settings = settings
        self.audit_log = audit.log_of(store_file)
        self.inbox = Inbox(inbox_of(store_file), key)
        self.accounts = Accounts(
            self.inbox,
            idle_minutes=settings.integer("review.session_idle_minutes"),
            longest_hours=settings.integer("review.session_longest_hours"),
        )
        self.published = Published(store_file, key, self._arrived)
        self.hubs = {gss: str(hub["name"]) for gss, hub in settings.table("hubs").items()}
        self.synthetic = settings.text("governance.mode") == "synthetic"
        self.oidc = settings.table("review.oidc")
        self._environment = _environment()

    def _arrived(self, published: Published) -> None:
        """Another night is open: what it let go of is let go of here too."""
        if lost := published.let_go():
            self.inbox.forget(lost)

    def log(self, what: str, **told: str) -> None:
        """One event of the audit log."""
        audit.append(self.audit_log, {"what": what, **told})

    def render(self, template: str, visit: Visit | None, **content: Any) -> str:
        """A page as HTML."""
        return self._environment.get_template(template).render(
            desk=self,
            visit=visit,
            me=visit.account if visit else None,
            menu=MENU[visit.account.role] if visit else (),
            role_words=ROLE_WORDS,
            reason_words=REASON_WORDS,
            words=words,
            codes=codes,
            **content,
        )


def _environment() -> Environment:
    own = FileSystemLoader(HERE / "templates")
    kit = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made = Environment(loader=ChoiceLoader([own, kit]), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["day"] = day
    made.filters["moment"] = moment
    made.filters["plain"] = words.plain
    made.filters["midway"] = midway
    return made


def midway(text: str) -> str:
    """Words of a label as they stand inside a sentence: `An NHS number` is `an NHS number`."""
    return text[:1].lower() + text[1:]


def day(value: date | str | None) -> str:
    """A date as people write it: 3 May 2026. Nothing is `not recorded`."""
    return dates.day(value if isinstance(value, str) else value.isoformat()) if value else "not recorded"


def moment(written: str) -> str:
    """A moment of the inbox as people write it, in UTC."""
    found = datetime.fromisoformat(written)
    return f"{day(found.date())}, {found:%H:%M}"
