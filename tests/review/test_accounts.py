"""Accounts and sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linkage.review.accounts import FAILURES_BEFORE_LOCK, Account, AccountError, Accounts, Role
from linkage.review.inbox import Inbox
from linkage.review.interest import concerns

GOOD = "a long enough sentence"
ANN = Account("ann", "Ann Hill", Role.OFFICER, home_postcode="dy1 1aa")


@pytest.fixture
def accounts(tmp_path):
    made = Accounts(Inbox(tmp_path / "inbox", "key"), idle_minutes=15, longest_hours=10)
    made.add(ANN, GOOD)
    return made


def age(accounts: Accounts, column: str, by: timedelta) -> None:
    with accounts.inbox.open() as db:
        db.execute(f"UPDATE session SET {column} = ?", ((datetime.now(UTC) - by).isoformat(),))


def test_a_password_is_kept_as_argon2_alone(accounts):
    assert accounts.check("ann", GOOD).full_name == "Ann Hill"
    assert accounts.check("ann", GOOD + "!") is None
    assert accounts.check("nobody", GOOD) is None
    assert accounts.inbox.read("SELECT password_hash FROM account")[0][0].startswith("$argon2id$")


def test_wrong_passwords_lock_the_account_for_a_while(accounts):
    for _ in range(FAILURES_BEFORE_LOCK):
        accounts.check("ann", "wrong")
    assert accounts.check("ann", GOOD) is None
    assert accounts.all()[0].locked
    accounts.change("ann", unlock=True)
    assert accounts.check("ann", GOOD)


def test_an_account_without_a_password_comes_in_by_oidc_alone(accounts):
    accounts.add(Account("bob", "Bob Dale", Role.AUDITOR), None)
    assert accounts.check("bob", "") is None


@pytest.mark.parametrize(
    ("account", "password"),
    [
        (ANN, GOOD),
        (Account("h", "H I", Role.HUB), GOOD),
        (Account("o", "O P", Role.OFFICER, "E08000027"), GOOD),
        (Account("o", "O P", Role.OFFICER), "short"),
        (Account("", "O P", Role.OFFICER), GOOD),
    ],
)
def test_what_makes_no_account(accounts, account, password):
    with pytest.raises(AccountError):
        accounts.add(account, password)


def test_sessions_end(accounts):
    token = accounts.begin(ANN)
    assert accounts.session(token).account.name == "ann"
    assert accounts.session(token + "x") is None
    assert token not in str(accounts.inbox.read("SELECT * FROM session"))
    age(accounts, "last_used", timedelta(minutes=16))
    assert accounts.session(token) is None
    token = accounts.begin(ANN)
    age(accounts, "began", timedelta(hours=11))
    assert accounts.session(token) is None
    token = accounts.begin(ANN)
    accounts.change("ann", closed=True)
    assert accounts.session(token) is None


def test_own_interest():
    assert concerns(ANN, ["HILL Ann Mary"], [])
    assert concerns(ANN, [], ["3 Elm Road, Dudley, DY1 1AA"])
    assert not concerns(ANN, ["Ann Dale", "Bob Hill", None], ["3 Elm Road, Dudley, DY11 1AA"])
