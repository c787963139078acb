"""No statement of detection lays every row of one table beside every row of another: a large region would wait for it."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain

import pytest

from linkage.detect.exceptions import HERE, TABLES
from tests.rules.conftest import booking, involved, patient


@pytest.fixture
def detected(con, contents_from):
    """A night of one family, so that every table is there that a statement of detection reads."""
    contents_from()
    return con


def test_no_statement_of_detection_lays_all_rows_beside_all(detected, night):
    for table in chain.from_iterable(TABLES):
        text = (HERE / f"{table}.sql").read_text(encoding="utf-8")
        given = {"night": night.date} if "$night" in text else {}
        (_, plan) = detected.execute(f"EXPLAIN (FORMAT json) {text}", given).fetchone()
        assert "CREATE_TABLE_AS" in plan
        assert "BLOCKWISE_NL_JOIN" not in plan, table


def test_no_statement_of_detection_reads_what_runs_beside_it():
    later = set(chain.from_iterable(TABLES))
    assert later == {file.stem for file in HERE.glob("*.sql")}
    for group in TABLES:
        for table in group:
            text = (HERE / f"{table}.sql").read_text(encoding="utf-8")
            read = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", text))
            assert not read & later - {table}, table
        later -= set(group)


def test_names_are_gathered_of_everybody_whom_detection_compares(con, contents_from):
    ann, jack, mel = ("Ann Lee", date(1995, 2, 3)), ("Jack Hill", date(1993, 4, 5)), ("Mel Dale", date(1990, 6, 7))
    contact = {"emergency_contact_name": "Rex Mott", "emergency_contact_phone": "07700 900123"}
    seen = [
        {**involved(f"i{n}", *who, home, date(2025, 11, 1)), "occurrence_ref": "o1", "role": "suspect"}
        for n, (who, home) in enumerate([(ann, "1"), (jack, "2")])
    ]
    contents_from(
        gp=[patient("p1", *ann, "1"), patient("p2", *mel, "1")],
        maternity_booking=[booking("b1", *ann, "1", None, **contact)],
        police=seen,
    )
    compared = con.execute(
        "SELECT DISTINCT f.name_display FROM hidden_adult AS h INNER JOIN profile AS f ON h.subject_id = f.person_id ORDER BY 1"
    ).fetchall()
    assert compared == [("Jack Hill",), ("Mel Dale",), ("Rex Mott",)]
    without = con.execute(
        "SELECT subject_id FROM hidden_adult UNION SELECT mother_id FROM hidden_adult EXCEPT SELECT person_id FROM person_name"
    ).fetchall()
    assert without == []
    assert (
        con.execute("SELECT count(*) FROM person_name").fetchone()
        < con.execute("SELECT count(*) FROM profile").fetchone()
    )
