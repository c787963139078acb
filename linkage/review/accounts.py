"""Who may sign in to the review pages, and who is signed in: accounts, sessions, lock-out. Kept in the inbox file.

A session is a random token of which only the hash is kept; it ends after a time without use and after a working day.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from linkage.review.inbox import Inbox

DDL = """
CREATE TABLE IF NOT EXISTS account (
    name TEXT PRIMARY KEY, full_name TEXT NOT NULL, role TEXT NOT NULL, hub TEXT NOT NULL, home_postcode TEXT NOT NULL,
    password_hash TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0, locked_until TEXT NOT NULL DEFAULT '',
    closed INTEGER NOT NULL DEFAULT 0, keys_on INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS session (
    token_hash TEXT PRIMARY KEY, account TEXT NOT NULL, csrf TEXT NOT NULL, began TEXT NOT NULL, last_used TEXT NOT NULL
);
"""
FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
LEAST_PASSWORD = 12
"""NCSC: length over composition; argon2 and the lock-out carry the rest."""
WORDS = PasswordHasher()


class Role(StrEnum):
    """What somebody may do on the pages."""

    OFFICER = "officer"
    SENIOR = "senior"
    HUB = "hub"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.OFFICER: "Data officer",
    Role.SENIOR: "Senior data officer",
    Role.HUB: "Hub practitioner",
    Role.AUDITOR: "Auditor",
    Role.ADMINISTRATOR: "Administrator",
}


@dataclass(frozen=True)
class Account:
    """One person who may sign in. hub: the GSS code a practitioner is bound to; empty for every other role."""

    name: str
    full_name: str
    role: Role
    hub: str = ""
    home_postcode: str = ""
    keys_on: bool = True
    closed: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Session:
    """A session in force. csrf: what every form of it must send back."""

    account: Account
    csrf: str


class AccountError(ValueError):
    """An account that cannot be made; the message says why, for the administrator."""


class Accounts:
    """The accounts and sessions of one inbox."""

    def __init__(self, inbox: Inbox, *, idle_minutes: int, longest_hours: int) -> None:
        self.inbox = inbox
        self.idle = timedelta(minutes=idle_minutes)
        self.longest = timedelta(hours=longest_hours)
        with inbox.open() as db:
            db.executescript(DDL)

    def add(self, account: Account, password: str | None) -> None:
        """Make an account; without a password it can only come in by OIDC. Raises AccountError."""
        if not account.name or not account.full_name:
            raise AccountError("Enter a user name and a full name")
        if (account.role is Role.HUB) != bool(account.hub):
            raise AccountError("A hub practitioner needs a hub, and nobody else has one")
        if password is not None and len(password) < LEAST_PASSWORD:
            raise AccountError(f"A password needs {LEAST_PASSWORD} characters or more")
        hashed = WORDS.hash(password) if password is not None else ""
        told = (
            account.name,
            account.full_name,
            account.role.value,
            account.hub,
            plain_postcode(account.home_postcode),
            hashed,
        )
        try:
            with self.inbox.open() as db:
                db.execute(
                    "INSERT INTO account (name, full_name, role, hub, home_postcode, password_hash) VALUES (?, ?, ?, ?, ?, ?)",
                    told,
                )
        except sqlite3.IntegrityError:
            raise AccountError("That user name is taken") from None

    def all(self) -> list[Account]:
        """Every account, by name."""
        moment = datetime.now(UTC).isoformat()
        rows = self.inbox.read(
            "SELECT name, full_name, role, hub, home_postcode, keys_on, closed, locked_until FROM account ORDER BY name"
        )
        return [
            Account(r[0], r[1], Role(r[2]), r[3], r[4], bool(r[5]), bool(r[6]), bool(r[7] and r[7] > moment))
            for r in rows
        ]

    def named(self, name: str) -> Account | None:
        """The account of a user name, if it is open."""
        return next((a for a in self.all() if a.name == name and not a.closed), None)

    def check(self, name: str, password: str) -> Account | None:
        """The account if the password is right and it is neither closed nor locked; counts failures and locks."""
        moment = datetime.now(UTC)
        rows = self.inbox.read("SELECT password_hash, locked_until, closed FROM account WHERE name = ?", [name])
        hashed, locked_until, closed = rows[0] if rows else ("", "", 1)
        # An unknown name costs as much time as a wrong password, so that names cannot be tried out.
        right = _right(hashed or _NOBODY, password) and bool(hashed)
        if locked_until > moment.isoformat() or closed:
            return None
        with self.inbox.open() as db:
            if right:
                db.execute("UPDATE account SET failures = 0, locked_until = '' WHERE name = ?", (name,))
            else:
                db.execute("UPDATE account SET failures = failures + 1 WHERE name = ?", (name,))
                db.execute(
                    "UPDATE account SET failures = 0, locked_until = ? WHERE name = ? AND failures >= ?",
                    ((moment + LOCK).isoformat(), name, FAILURES_BEFORE_LOCK),
                )
        return self.named(name) if right else None

    def change(
        self, name: str, *, closed: bool | None = None, unlock: bool = False, keys_on: bool | None = None
    ) -> None:
        """Close, open or unlock an account, or switch its keys. Closing ends its sessions."""
        with self.inbox.open() as db:
            if closed is not None:
                db.execute("UPDATE account SET closed = ? WHERE name = ?", (int(closed), name))
                db.execute("DELETE FROM session WHERE account = ?", (name,))
            if unlock:
                db.execute("UPDATE account SET failures = 0, locked_until = '' WHERE name = ?", (name,))
            if keys_on is not None:
                db.execute("UPDATE account SET keys_on = ? WHERE name = ?", (int(keys_on), name))

    def begin(self, account: Account) -> str:
        """Open a session; returns its token, which is kept nowhere."""
        token, moment = secrets.token_urlsafe(32), datetime.now(UTC).isoformat()
        with self.inbox.open() as db:
            db.execute("DELETE FROM session WHERE last_used < ?", ((datetime.now(UTC) - self.idle).isoformat(),))
            db.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                (_hash(token), account.name, secrets.token_urlsafe(24), moment, moment),
            )
        return token

    def session(self, token: str) -> Session | None:
        """The session of a token while it is in force; using it keeps it alive."""
        moment = datetime.now(UTC)
        rows = self.inbox.read(
            "SELECT account, csrf, last_used FROM session WHERE token_hash = ? AND last_used >= ? AND began >= ?",
            [_hash(token), (moment - self.idle).isoformat(), (moment - self.longest).isoformat()],
        )
        account = self.named(rows[0][0]) if rows else None
        if account is None:
            return None
        if moment - datetime.fromisoformat(rows[0][2]) > timedelta(seconds=20):
            with self.inbox.open() as db:
                db.execute("UPDATE session SET last_used = ? WHERE token_hash = ?", (moment.isoformat(), _hash(token)))
        return Session(account, rows[0][1])

    def end(self, token: str) -> None:
        """Close a session."""
        with self.inbox.open() as db:
            db.execute("DELETE FROM session WHERE token_hash = ?", (_hash(token),))


def plain_postcode(text: str) -> str:
    """A postcode without blanks, in capitals."""
    return "".join(text.upper().split())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_NOBODY = WORDS.hash(secrets.token_hex(16))


def _right(hashed: str, password: str) -> bool:
    try:
        return WORDS.verify(hashed, password)
    except VerificationError:
        return False
