"""The inbox as a source: what a night reads of it, what it keeps, and what it lets go."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date

import pytest

from linkage import history, succession
from linkage.sources import decisions
from linkage.standardise import mention
from linkage.store import StoreError
from linkage.upkeep import retention
from tests.conftest import NIGHT

LATER = date(2026, 1, 6)
PERSON = {"given_names": "Ann", "family_name": "Hill", "practice_code": "M1", "registered_on": date(2020, 1, 1)}
A, B, C = (f"gp|s|r{n}|patient" for n in (1, 2, 3))


@pytest.fixture
def inbox(tmp_path):
    """An inbox with the tables that the pages write."""
    file = tmp_path / "store.duckdb.inbox"
    with sqlite3.connect(file) as db:
        for table, columns in decisions.COLUMNS.items():
            db.execute(f"CREATE TABLE {table} ({', '.join(columns.split())}, note)")
    return file


def judge(inbox, verdict_id, groups, outcome="same", seen="2026-01-05", at="2026-01-05T10:00:00Z", question=""):
    with sqlite3.connect(inbox) as db:
        db.execute(
            "INSERT INTO verdict VALUES (?, ?, 'h', ?, ?, 'ann', ?, 'names', ?, 1, 0, 'a note')",
            (verdict_id, question or f"E{verdict_id}", seen, at, outcome, json.dumps(groups)),
        )


def answer(inbox, answer_id, code, not_theirs, theirs, seen="2026-01-05"):
    with sqlite3.connect(inbox) as db:
        db.execute(
            "INSERT INTO answer VALUES (?, 'X1', 'h', 'E08000027', ?, '', ?, ?, ?, '2026-01-05T11:00:00Z', 'pat', '')",
            (answer_id, code, json.dumps(not_theirs), json.dumps(theirs), seen),
        )


def renumber(con, night, **keys):
    """On a night the supplier gave these records, by their old keys, new ones."""
    for was, now in keys.items():
        con.execute(
            "INSERT INTO store.same_record VALUES ($night, 'gp', 's', $now, $was, NULL)",
            {"night": night, "now": now, "was": was},
        )


def steps(con):
    return con.execute("SELECT was_record_id, record_id FROM store.same_record ORDER BY ALL").fetchall()


@pytest.fixture
def mentions(con, night, accept):
    """Three GP records, the third under restriction, as tonight's mentions."""
    accept(at=replace(night, date=LATER), gp=[{"record_id": f"r{n}", **PERSON} for n in (1, 2, 3)])
    history.remember(con, replace(night, date=LATER))
    con.execute("CREATE TABLE restricted_row (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    con.execute("INSERT INTO restricted_row VALUES ('gp', 's', 'r3')")
    mention.run(con, replace(night, date=LATER))
    succession.prepare(con, replace(night, date=LATER))
    return con


def pairs(con):
    return set(con.execute("SELECT * FROM verdict_pair").fetchall())


def test_a_verdict_binds_from_the_next_night_and_not_on_its_own(mentions, night, inbox):
    judge(inbox, "V1", [[A, B]])
    decisions.land(mentions, night, inbox)
    assert decisions.lay_out(mentions) == 0
    assert decisions.digest(inbox, night.date) == ""
    decisions.land(mentions, replace(night, date=LATER), inbox)
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, B, True)}


def test_reading_again_changes_nothing_and_running_a_night_again_forgets_what_came_later(mentions, night, inbox):
    judge(inbox, "V1", [[A, B]])
    later = replace(night, date=LATER)
    assert (
        decisions.land(mentions, later, inbox) == decisions.land(mentions, later, inbox) == {"verdict": 1, "answer": 0}
    )
    assert decisions.land(mentions, night, inbox)["verdict"] == 0


def test_the_last_word_on_a_pair_stands(mentions, night, inbox):
    judge(inbox, "V1", [[A, B]])
    judge(inbox, "V2", [[A], [B]], "different", at="2026-01-05T12:00:00Z")
    decisions.land(mentions, replace(night, date=LATER), inbox)
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, B, False)}


def test_wrong_person_keeps_the_records_apart(mentions, night, inbox):
    answer(inbox, "A1", "wrong_person", [A], [B])
    answer(inbox, "A2", "benign", [], [])
    decisions.land(mentions, replace(night, date=LATER), inbox)
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, B, False)}


def test_of_a_restricted_person_only_what_widens_protection_is_obeyed(mentions, night, inbox):
    judge(inbox, "V1", [[A, C]])
    judge(inbox, "V2", [[B], [C]], "different")
    decisions.land(mentions, replace(night, date=LATER), inbox)
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, C, True)}


def test_what_was_decided_about_a_protected_person_is_let_go(mentions, night, inbox):
    judge(inbox, "V1", [[A, C]])
    judge(inbox, "V2", [[B], [C]], "different")
    answer(inbox, "A1", "wrong_person", [A], [C])
    decisions.land(mentions, replace(night, date=LATER), inbox)
    mentions.execute("CREATE TABLE person AS SELECT mention_id FROM mention WHERE NOT restricted")
    decisions.drop_protected(mentions)
    assert mentions.execute("SELECT verdict_id, officer, reason_code FROM store.verdict").fetchall() == [("V1", "", "")]
    assert mentions.execute("SELECT count(*) FROM store.answer").fetchone() == (0,)
    read = mentions.execute("SELECT decision_id FROM store.decision_read ORDER BY ALL").fetchall()
    assert read == [("A1",), ("V1",), ("V2",)], "what was read is remembered, so that the pages let go of the rest"


def test_a_verdict_follows_a_record_that_its_supplier_renumbered(mentions, night, inbox):
    judge(inbox, "V1", [[A, "gp|s|old|patient"]], seen="2026-01-04")
    later = replace(night, date=LATER)
    decisions.land(mentions, later, inbox)
    mentions.execute(
        "INSERT INTO store.gp_record BY NAME SELECT * REPLACE ('old' AS record_id) FROM store.gp_record LIMIT 1"
    )
    renumber(mentions, NIGHT, old="older")
    renumber(mentions, LATER, older="r2")
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, B, True)}


def test_what_was_decided_after_a_renumbering_is_on_the_records_that_were_seen(mentions, night, inbox):
    renumber(mentions, NIGHT, r1="r2", r2="r1")
    mentions.execute("UPDATE mention SET restricted = FALSE")
    judge(inbox, "V1", [[A], [C]], "different", seen=str(NIGHT))
    answer(inbox, "A1", "wrong_person", [B], [C], seen="2026-01-04")
    answer(inbox, "A2", "wrong_person", [A], [B], seen=str(NIGHT))
    decisions.land(mentions, replace(night, date=LATER), inbox)
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, C, False), (A, B, False)}, "only what was seen before that night has moved"


def test_a_verdict_is_taken_back_in_its_own_words_after_a_renumbering(mentions, night, inbox):
    judge(inbox, "V1", [[A], [B]], "different", seen="2026-01-04", question="Q1")
    judge(inbox, "V2", [[A], [B]], "withdrawn", seen=str(NIGHT), at="2026-01-05T12:00:00Z", question="Q1")
    renumber(mentions, NIGHT, r1="r2", r2="r1")
    decisions.land(mentions, replace(night, date=LATER), inbox)
    assert decisions.lay_out(mentions) == 0


def test_what_was_decided_outlives_the_keys_it_was_said_in(mentions, night, inbox):
    mentions.execute("UPDATE mention SET restricted = FALSE")
    renumber(mentions, NIGHT, r1="r2", r2="r1", old="r3")
    judge(inbox, "V1", [[A], ["gp|s|old|patient"]], "different", seen="2026-01-04")
    decisions.land(mentions, replace(night, date=LATER), inbox)
    retention.store_tables(mentions, night.settings, date(2027, 3, 1))
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(B, C, False)}
    assert steps(mentions) == [("old", "r3"), ("r1", "r2")], "the step that no decision follows is over"
    retention.store_tables(mentions, night.settings, date(2029, 3, 1))
    assert steps(mentions) == [], "with the last decision its steps go"


def test_a_record_that_leaves_for_good_takes_only_what_was_said_of_it_along(mentions, night, inbox):
    mentions.execute("UPDATE mention SET restricted = FALSE")
    judge(inbox, "V1", [[A, B, C]], question="Q1")
    answer(inbox, "A1", "wrong_person", [C], [A, B])
    decisions.land(mentions, replace(night, date=LATER), inbox)
    mentions.execute("UPDATE store.gp_record SET known_to = DATE '2026-01-08' WHERE record_id = 'r3'")
    retention.store_tables(mentions, night.settings, date(2027, 3, 1))
    mentions.execute(
        "INSERT INTO store.gp_record BY NAME SELECT * REPLACE ('r3' AS record_id, DATE '2027-03-02' AS known_from) "
        "FROM store.gp_record LIMIT 1"
    )
    decisions.lay_out(mentions)
    assert pairs(mentions) == {(A, B, True)}, "whoever is given the key was not spoken of"
    judge(inbox, "V2", [[A, B, C]], "withdrawn", seen="2027-03-02", at="2027-03-02T10:00:00Z", question="Q1")
    decisions.land(mentions, replace(night, date=date(2027, 3, 3)), inbox)
    assert decisions.lay_out(mentions) == 0, "what is left of a verdict can be taken back"


def test_a_purged_record_takes_its_verdicts_along(mentions, night, inbox):
    judge(inbox, "V1", [[A, B]])
    decisions.land(mentions, replace(night, date=LATER), inbox)
    mentions.execute("DELETE FROM store.gp_record WHERE record_id = 'r2'")
    decisions.lay_out(mentions)
    assert pairs(mentions) == set()
    assert mentions.execute("SELECT count(*) FROM store.verdict").fetchone() == (0,)


def test_a_damaged_inbox_is_named(con, night, tmp_path):
    file = tmp_path / "store.duckdb.inbox"
    file.write_bytes(b"not a database, " * 40)
    with pytest.raises(StoreError, match=r"store\.duckdb\.inbox"):
        decisions.land(con, night, file)


def test_no_inbox_is_no_decisions(con, night, tmp_path):
    assert decisions.land(con, night, tmp_path / "none.inbox") == {"verdict": 0, "answer": 0}
