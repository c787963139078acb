"""The inbox: rows are only added, notes are not readable, and no question is ever two officers'."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import date

import pytest

from linkage.people.verdict import Outcome, Verdict
from linkage.review.inbox import Inbox, now
from linkage.sources import decisions


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "store.duckdb.inbox", "key of the store")


def verdict(number: int = 1, officer: str = "ann") -> Verdict:
    return Verdict(f"V{number}", "Q1", "h", date(2026, 1, 5), now(), officer, Outcome.SAME, "number", (("a", "b"),), 1)


def told(code: str = "benign") -> dict[str, object]:
    return {"exception_id": "X1", "content_hash": "h", "hub": "E08000027", "code": code, "explanation": "recent_move",
            "not_theirs": [], "theirs": [], "night_seen": "2026-01-05", "practitioner": "dee"}  # fmt: skip


def test_what_was_given_comes_back_and_is_for_the_owner_alone(inbox):
    given = verdict()
    inbox.give_verdict(given, "rang the practice", 0.9)
    assert inbox.verdicts() == [given]
    assert inbox.note_of("V1") == "rang the practice"
    assert stat.S_IMODE(inbox.file.stat().st_mode) == 0o600
    assert b"rang the practice" not in inbox.file.read_bytes()


@pytest.mark.parametrize("statement", ["UPDATE verdict SET outcome = 'split'", "DELETE FROM verdict", "UPDATE answer SET code = 'x'",
                                       "DELETE FROM answer"])  # fmt: skip
def test_the_database_itself_refuses_a_change(inbox, statement):
    inbox.give_verdict(verdict(), "", None)
    inbox.answer(told(), "")
    with pytest.raises(sqlite3.IntegrityError, match="never"), inbox.open() as db:
        db.execute(statement)
    assert len(inbox.verdicts()) == 1


def test_what_the_night_let_go_is_forgotten_and_nothing_else(inbox):
    inbox.give_verdict(verdict(1), "note", None)
    inbox.give_verdict(verdict(2), "", None)
    inbox.forget(["V1"])
    assert [v.verdict_id for v in inbox.verdicts()] == ["V2"]


def test_the_night_reads_what_the_pages_wrote(inbox):
    inbox.give_verdict(verdict(), "", None)
    inbox.answer(told(), "we know them")
    assert decisions.digest(inbox.file, date(2026, 1, 6))
    assert not decisions.digest(inbox.file, date(2026, 1, 5))


def test_many_officers_at_once_never_get_the_same_question(inbox):
    questions = [f"Q{n}" for n in range(40)]
    got: dict[str, list[str]] = {f"o{n}": [] for n in range(8)}
    start = threading.Barrier(8)

    def work(officer: str) -> None:
        start.wait()
        for _ in range(5):
            left = [q for q in questions if q not in got[officer]]
            question = inbox.take([q for q in left if inbox.taken().get(q) != officer], officer, 20)
            assert question is not None
            got[officer].append(question)

    threads = [threading.Thread(target=work, args=(officer,)) for officer in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [q for mine in got.values() for q in mine]
    assert len(everything) == len(set(everything)) == 40


def test_a_question_comes_back_when_it_is_handed_back_or_forgotten(inbox):
    assert inbox.take(["Q1"], "ann", 20) == "Q1"
    assert inbox.take(["Q1"], "bob", 20) is None
    inbox.hand_back("Q1", "ann", for_good=True)
    assert inbox.take(["Q1"], "bob", -1) == "Q1"
    assert inbox.recused("ann") == {"Q1"}
    assert inbox.take(["Q1"], "cat", 20) == "Q1", "the time of bob is over"


def test_history_is_a_hubs_own(inbox):
    inbox.note_seen("X1", "E08000027", "dee", "2026-01-05")
    inbox.note_seen("X1", "E08000027", "dee", "2026-01-05")
    inbox.answer(told(), "a note")
    assert [(h["code"], h["note"]) for h in inbox.history("E08000027")] == [("benign", "a note"), ("", "")]
    assert inbox.history("E08000028") == []
