"""Source-agency lists: the agency's own records and the question, and nothing that tells why."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.report import agency, allow
from tests.unit.conftest import evidence, exception

SAYS = "The GP registration gives as home 1 Secret Lane."
DIVERGENCE = exception(
    "X7", kind="address_divergence", priority="C",
    evidence=[
        evidence("gp", "g1", "patient", SAYS),
        evidence("gp", "g2", "patient", SAYS),
        evidence("gp", "g1", "next_of_kin", "The GP registration names this person as next of kin."),
        evidence("police", "p1", "person", "The police record gives as home 2 Elm Road."),
        evidence("council_tax", "c1", "liable", "The council-tax account gives as home 2 Elm Road."),
        evidence("maternity_birth", "b1", "baby", "The birth record says mother and baby went home to 1 Secret Lane."),
    ],
)  # fmt: skip
HIDDEN = exception(
    "X8", priority="C", pregnancy={"contract": "maternity_booking", "supplier": "s", "record_id": "k1"},
    evidence=[evidence("gp", "g3", "patient", SAYS)],
)  # fmt: skip


@pytest.fixture
def records(con):
    con.execute(
        "CREATE TABLE gp (supplier VARCHAR, record_id VARCHAR, practice_code VARCHAR, given_names VARCHAR, family_name VARCHAR, "
        "date_of_birth DATE, mobile VARCHAR)"
    )
    for row in (("g1", "M87001", "Ann", "Lee"), ("g2", "../x", "=Bo", "Lee"), ("g3", "M88002", "Dan", "Roe")):
        con.execute("INSERT INTO gp VALUES ('s', ?, ?, ?, ?, DATE '1990-01-02', '07700900001')", row)
    for name in ("maternity_booking", "maternity_birth"):
        con.execute(
            f"CREATE TABLE {name} (supplier VARCHAR, record_id VARCHAR, given_names VARCHAR, family_name VARCHAR, date_of_birth DATE)"
        )
    con.execute("INSERT INTO maternity_booking VALUES ('s', 'k1', 'Eve', 'Lee', DATE '1992-02-03')")
    con.execute("INSERT INTO maternity_birth VALUES ('s', 'b1', 'Twin 1', 'Lee', DATE '2025-11-04')")
    return con


def test_each_agency_gets_its_own_records_and_a_question(records):
    found = agency.lists(records, [DIVERGENCE, HIDDEN])
    assert {name: [(v["record_id"], v["name"], v["question"]) for v in views] for name, views in found.items()} == {
        "gp__s__M87001": [("g1", "Ann Lee", agency.ADDRESS)],
        "gp__s__practice_not_known": [("g2", "=Bo Lee", agency.ADDRESS)],
        "maternity__s": [("b1", "Twin 1 Lee", agency.DISCHARGE), ("k1", "Eve Lee", agency.CONTACTS)],
    }


def test_the_practice_of_a_hidden_adult_is_not_asked(records):
    assert list(agency.lists(records, [HIDDEN])) == ["maternity__s"]


@pytest.mark.parametrize("more", [{"priority": "B"}, {"priority": "H"}, {"waiting": True}, {"status": "resolved"}])
def test_nothing_else_is_asked_about(records, more):
    assert agency.lists(records, [DIVERGENCE | more]) == {}


def test_the_files_hold_the_question_and_nothing_of_why(records, tmp_path):
    made = agency.write(tmp_path, date(2026, 1, 5), agency.lists(records, [DIVERGENCE, HIDDEN]), synthetic=True)
    assert {f.name for f in made} == {"questions.csv", "questions.html"}
    told = {f: f.read_text(encoding="utf-8") for f in made}
    for file, text in told.items():
        for secret in (
            "Secret Lane",
            "Elm Road",
            "olice",
            "ouncil",
            "Dan",
            "0770",
            "two homes",
            "hild",
            "isk",
            "urgent",
        ):
            assert secret not in text, (file.name, secret)
        if file.name.endswith("csv"):
            assert text.splitlines()[0] == ",".join(f.name for f in allow.AGENCY)
            assert not [c for line in text.splitlines() for c in line.split(",") if c.startswith("=")]


@pytest.mark.parametrize(
    ("before", "night", "due"),
    [
        (None, date(2026, 1, 7), True),
        (date(2026, 1, 4), date(2026, 1, 5), True),
        (date(2026, 1, 5), date(2026, 1, 6), False),
        (date(2025, 12, 20), date(2026, 1, 11), True),
        (date(2025, 12, 29), date(2026, 1, 1), False),
    ],
    ids=["first night ever", "Sunday to Monday", "same week", "weeks missing", "a week over the new year"],
)
def test_once_a_calendar_week(con, before, night, due):
    if before:
        con.execute("CREATE TABLE store.published (night DATE, fingerprint VARCHAR, exit_code INTEGER)")
        con.execute("INSERT INTO store.published VALUES (?, 'x', 0), (?, 'x', 0)", [before, night])
    assert agency.due(con, night) is due
