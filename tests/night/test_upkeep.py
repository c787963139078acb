"""Retention that proves itself, and one person's rights run through to the hubs."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date

import pyarrow.parquet
import pytest

from flows.replay import run_one
from flows.upkeep import access, changed, erase, rectified, retain
from linkage import settings, store
from linkage.cli import main
from linkage.outputs import seal
from linkage.review.inbox import Inbox
from linkage.upkeep import retention
from tests.night.conftest import SECOND, exceptions, plan

THIRD = date(2026, 1, 7)


@pytest.fixture
def copy(done, tmp_path):
    shutil.copytree(done, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def someone(region, done):
    """The NHS number and GP record of a person on whom an exception rests."""
    evidence = [e for x in exceptions(done, SECOND) for e in x["evidence"] if e["contract"] == "gp"]
    rows = {}
    for file in (region / "landing" / str(SECOND)).glob("gp__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            rows |= {(file.stem.split("__")[1], r["record_id"]): r["nhs_number"] for r in csv.DictReader(handle)}
    return next((rows[k], e["record_id"]) for e in evidence if rows.get(k := (e["supplier"], e["record_id"])))


def test_every_table_of_the_store_has_a_period_or_a_reason_for_none(done):
    con = store.connect()
    store.attach(con, done / "store.duckdb", store.key_for(done / "store.duckdb"), read_only=True)
    assert retention.unplanned(con) == set()


def test_what_is_over_goes_and_what_stands_stays(copy):
    file = copy / "store.duckdb"
    with changed(file) as con:
        con.execute("UPDATE store.gp_record SET known_to = DATE '2026-01-06' WHERE record_id IN "
                    "(SELECT record_id FROM store.gp_record ORDER BY record_id LIMIT 7)")  # fmt: skip
        over = con.execute("SELECT count(*) FROM store.gp_record WHERE known_to IS NOT NULL").fetchone()[0]
    on = date(2027, 2, 1)
    deleted = {d.what: d.count for d in retain(file, copy / "out", None, on, settings.load())}
    assert deleted["gp_record"] == over >= 7
    assert deleted["nights of results"] == 2
    assert not list((copy / "out").glob("20*"))
    again = retain(file, copy / "out", None, on, settings.load())
    assert {d.count for d in again} == {0}
    with changed(file) as con:
        assert con.execute("SELECT count(*) FROM store.gp_record").fetchone() > (300,)
    assert seal.check(file, None).lines > 2


def test_work_that_fails_is_not_published(copy):
    before = (copy / "store.duckdb").read_bytes()

    def fail():
        with changed(copy / "store.duckdb") as con:
            con.execute("DELETE FROM store.delivery")
            raise retention.NotDeleted("rows still stand")

    with pytest.raises(retention.NotDeleted):
        fail()
    assert (copy / "store.duckdb").read_bytes() == before
    assert not list(copy.glob("*.building"))


def test_subject_access_lists_what_is_held_and_logs_no_number(copy, someone, capsys):
    number, record = someone
    assert main(["subject", number, "--store", str(copy / "store.duckdb")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"gp", "person_member", "exception_event"} <= told.keys()
    assert any(r["record_id"] == record and r["nhs_number"] == number for r in told["gp"])
    assert number not in (copy / "store.duckdb.audit.jsonl").read_text()


def test_subject_access_lists_who_was_told_and_what_people_decided(copy, someone, tmp_path):
    number, record = someone
    file, outbox = copy / "store.duckdb", tmp_path / "outbox"
    about = next(x for x in exceptions(copy, SECOND) if record in {e["record_id"] for e in x["evidence"]})
    inbox = Inbox(file.with_name(file.name + ".inbox"), store.key_for(file))
    told = {"exception_id": about["exception_id"], "content_hash": "h", "hub": about["hubs"][0], "code": "already_known",
            "explanation": "", "not_theirs": [], "theirs": [], "night_seen": str(SECOND), "practitioner": "dee"}  # fmt: skip
    inbox.answer(told, "Known since spring.")
    inbox.answer(told | {"exception_id": "X-of-somebody-else"}, "Not theirs.")
    inbox.note_seen(about["exception_id"], about["hubs"][0], "dee", str(SECOND))
    assert main(["deliver", "--out", str(copy / "out"), "--outbox", str(outbox)]) in (0, 1)
    found = access(file, number, outbox)
    assert [(a["exception_id"], a["note"]) for a in found["answer"]] == [(about["exception_id"], "Known since spring.")]
    assert [s["practitioner"] for s in found["seen"]] == ["dee"]
    assert about["exception_id"] in {t["exception_id"] for t in found["told"]}
    assert {d["recipient"] for d in found["delivery"]} >= {about["hubs"][0]}
    assert {d["night"] for d in found["delivery"]} == {str(SECOND)}


def test_a_number_nobody_bears_gives_nothing(copy):
    assert access(copy / "store.duckdb", "9990000000") == {}


def test_rectification_reaches_the_hubs_and_names_nobody(copy, someone):
    number, record = someone
    notices = rectified(copy / "store.duckdb", copy / "out", number, "ref 17", THIRD)
    assert notices
    for notice in notices:
        text = notice.read_text()
        assert number not in text
        assert record not in text
        assert "X" in text


def test_erasure_runs_through_and_stands_the_next_night(region, copy, someone, tmp_path):
    number, record = someone
    file, out = copy / "store.duckdb", copy / "out"
    gone, notices = erase(file, out, number, "ref 18", THIRD)
    assert gone > 2
    assert notices
    assert access(file, number) == {}
    assert not [e for e in exceptions(copy, SECOND) if record in {v["record_id"] for v in e["evidence"]}]
    assert seal.check(file, out).faults == ()
    landing = tmp_path / "landing"
    shutil.copytree(region / "landing" / str(SECOND), landing / str(THIRD))
    assert run_one(plan(landing, copy), THIRD) in (0, 1)
    rows = pyarrow.parquet.read_table(out / str(THIRD) / "persons.parquet").to_pylist()
    assert len(rows) > 500
    assert record not in {r["record_id"] for r in rows if r["contract"] == "gp"}
    assert access(file, number) == {}
    assert (file.stat().st_mode & 0o077) == 0
