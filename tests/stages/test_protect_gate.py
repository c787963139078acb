"""The protection gate: restricted rows lose their whereabouts before anything is remembered; dead numbers stay dead."""

from __future__ import annotations

from datetime import date

import pytest

from linkage import history
from linkage.night import Night
from linkage.protect import gate
from linkage.protect.hashes import number_hash
from linkage.tables import CONTRACTS
from tests.conftest import NIGHT

CANARY = "CANARY LANE"
MOTHER, OLD = "9991777636", "9997783530"


def patient(record_id="p1", **more):
    return {
        "record_id": record_id, "nhs_number": MOTHER, "practice_code": "M87001", "given_names": "Ann", "family_name": "Lee",
        "date_of_birth": date(1990, 1, 2), "address_line_1": f"1 {CANARY}", "postcode": "DY1 1AA", "uprn": "900",
        "mobile": "07700900123", "email": "canary@example.org", "registered_on": date(2020, 1, 1),
        "next_of_kin_name": "Canary Kin", "next_of_kin_phone": "07700900124", **more,
    }  # fmt: skip


def booking(**more):
    return {
        "record_id": "b1", "nhs_number": MOTHER, "given_names": "Ann", "family_name": "Lee", "booked_on": date(2025, 6, 1),
        "status": "active", "address_line_1": f"1 {CANARY}", "emergency_contact_name": "Canary Friend", "single_parent": "Y",
        **more,
    }  # fmt: skip


def everything(con) -> str:
    """Every value of every table, but for the sealed addresses that only the gate reads."""
    text = []
    for schema, table in con.execute(
        "SELECT database_name, table_name FROM duckdb_tables() WHERE table_name NOT IN ('sealed_address', 'protected_entry')"
    ).fetchall():
        text.append(str(con.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()))
    return "\n".join(text)


def run(con, night):
    counts = gate.run(con, night)
    history.remember(con, night)
    return counts


@pytest.mark.parametrize(
    "rows",
    [
        {"gp": [patient(sensitivity="S")]},
        {"gp": [patient(disclosure="withhold")]},
        {"gp": [patient()], "protected": [{"record_id": "x", "nhs_number": "999 177 7636", "reason": "court_order"}]},
        # Spreadsheets leave `.0` behind a number; on either side it is the same number.
        {"gp": [patient()], "protected": [{"record_id": "x", "nhs_number": f"{MOTHER}.0", "reason": "court_order"}]},
        {
            "gp": [patient(nhs_number=f"{MOTHER}.0")],
            "protected": [{"record_id": "x", "nhs_number": MOTHER, "reason": "other"}],
        },
        {"gp": [patient(sensitivity="S")], "maternity_booking": [booking()]},
        {"gp": [{**patient(), "supplier": "other"}, patient("p2", sensitivity="S")]},
    ],
)
def test_a_mark_on_any_record_of_a_number_hides_every_whereabouts(con, accept, night, rows):
    accept(**rows)
    run(con, night)
    told = everything(con).upper()
    assert "CANARY" not in told
    assert "07700900123" not in told
    assert "DY1 1AA" not in told


def test_the_name_stays_so_that_the_mark_can_reach_the_cluster(con, accept, night):
    accept(gp=[patient(sensitivity="S")])
    run(con, night)
    assert con.execute("SELECT given_names, date_of_birth, uprn FROM gp").fetchall() == [
        ("Ann", date(1990, 1, 2), None)
    ]


def test_a_mark_set_later_purges_what_was_remembered(con, accept, night):
    accept(gp=[patient()], maternity_booking=[booking()])
    run(con, night)
    assert "CANARY" in everything(con)
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    accept(
        later,
        gp=[patient()],
        maternity_booking=[booking()],
        protected=[{"record_id": "x", "nhs_number": MOTHER, "reason": "other"}],
    )
    run(con, later)
    assert "CANARY" not in everything(con)


def test_a_mark_of_a_silent_supplier_stands(con, accept, night):
    accept(gp=[patient(sensitivity="S")])
    run(con, night)
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    accept(later, silent=("gp",), maternity_booking=[booking()])
    run(con, later)
    assert "CANARY" not in everything(con)


def paying(record_id="c1", **more):
    return {
        "record_id": record_id, "account_ref": "A1", "forenames": "A", "surname": "Lee", "address_line_1": f"9 {CANARY}",
        "phone": "+44 7700 900123", "liable_from": date(2020, 1, 1), **more,
    }  # fmt: skip


def test_a_phone_of_a_silent_suppliers_restricted_row_stays_sealed(con, accept, night):
    """The account bears no number: while the practice is silent, only the phone tells whose it is."""
    nights = [Night(date(2026, 1, day), night.landing, night.out, night.settings) for day in (5, 6, 7)]
    accept(nights[0], gp=[patient(sensitivity="S")], council_tax=[paying()])
    run(con, nights[0])
    assert "CANARY" not in everything(con)
    for later in nights[1:]:
        accept(later, silent=("gp",), council_tax=[paying(), paying("c2", surname="Moss", phone="07700 900123")])
        run(con, later)
        told = everything(con)
        assert "700 900123" not in told
        assert con.execute("SELECT record_id FROM council_tax WHERE address_line_1 IS NOT NULL").fetchall() == [("c2",)]


def test_a_phone_is_sealed_no_longer_than_its_row_says_it_and_bears_the_mark(con, accept, night):
    nights = [Night(date(2026, 1, day), night.landing, night.out, night.settings) for day in (5, 6, 7)]
    for later, gp, silent in (
        (nights[0], [patient(sensitivity="S")], ()),
        (nights[1], [patient(sensitivity="S", mobile="07700900999")], ()),
        (nights[2], [], ("gp",)),
    ):
        accept(later, silent=silent, gp=gp, council_tax=[paying()])
        run(con, later)
    assert con.execute("SELECT count(*) FROM council_tax WHERE address_line_1 IS NOT NULL").fetchone() == (1,)
    accept(nights[2], gp=[patient()], council_tax=[paying()])
    run(con, nights[2])
    assert con.execute("SELECT count(*) FROM store.sealed_contact").fetchone() == (0,)


@pytest.mark.parametrize("to_date", [None, date(2026, 3, 1)])
def test_an_entry_whose_first_day_lies_ahead_protects_at_once(con, accept, night, to_date):
    ahead = {
        "record_id": "x",
        "nhs_number": MOTHER,
        "reason": "other",
        "from_date": date(2026, 2, 1),
        "to_date": to_date,
    }
    accept(gp=[patient()], protected=[ahead])
    run(con, night)
    assert "CANARY" not in everything(con)
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    accept(later, silent=("protected",), gp=[patient()])  # the list did not come and stands
    run(con, later)
    assert "CANARY" not in everything(con)


def test_a_phone_that_went_with_the_mark_stays_sealed_when_the_night_is_done_again(con, accept, night):
    """Only the night before said it, and that row is blank since."""
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    accept(gp=[patient()])
    run(con, night)
    for _ in range(2):
        accept(later, gp=[patient(mobile=None, sensitivity="S")], council_tax=[paying()])
        run(con, later)
        assert con.execute("SELECT phone, address_line_1 FROM council_tax").fetchall() == [(None, None)]
        kept = con.execute("SELECT * FROM store.sealed_contact ORDER BY ALL").fetchall()
        assert [(row[4], row[5]) for row in kept] == [(later.date, None)] * 3


KIN = {"record_id": "k1", "practice_code": "M87001", "given_names": "Bo", "family_name": "Moss", "date_of_birth": date(1980, 1, 2),
       "registered_on": date(2020, 1, 1), "next_of_kin_name": "Ann Lee", "next_of_kin_phone": "07700 900123"}  # fmt: skip
"""Somebody whose next of kin is the patient."""


def test_a_row_that_was_listed_by_mistake_is_whole_when_the_night_is_done_again(con, accept, night):
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    mistake = {"record_id": "x", "nhs_number": MOTHER, "reason": "other"}
    for at, listed in ((night, []), (later, [mistake]), (later, [])):
        accept(at, gp=[patient(), KIN], protected=listed)
        run(con, at)
        told = con.execute("SELECT uprn, next_of_kin_phone FROM gp ORDER BY record_id").fetchall()
        assert told == ([(None, None)] * 2 if listed else [(None, "07700 900123"), ("900", "07700900124")])


def test_a_restricted_row_that_stays_as_it_is_has_one_version_from_its_mark_on(con, accept, night):
    for day, mark in ((5, None), (6, "S"), (7, "S"), (8, "S")):
        at = Night(date(2026, 1, day), night.landing, night.out, night.settings)
        accept(at, gp=[patient(sensitivity=mark), KIN])
        run(con, at)
    versions = con.execute("SELECT record_id, known_from, known_to FROM store.gp_record ORDER BY ALL").fetchall()
    marked = date(2026, 1, 6)
    assert versions == [("k1", NIGHT, marked), ("k1", marked, None), ("p1", NIGHT, marked), ("p1", marked, None)]


def test_an_entry_that_is_over_protects_no_more(con, accept, night):
    over = {"record_id": "x", "nhs_number": MOTHER, "reason": "other", "to_date": date(2025, 1, 1)}
    accept(gp=[patient()], protected=[over])
    run(con, night)
    assert "CANARY" in everything(con)


def test_an_invalidated_number_is_refused_now_and_later_and_nothing_keeps_it(con, accept, night):
    dead = {"record_id": "x", "nhs_number": OLD, "reason": "invalidated"}
    accept(gp=[patient(nhs_number=OLD)])
    run(con, night)
    for day, listed in ((6, [dead]), (7, [])):
        tonight = Night(date(2026, 1, day), night.landing, night.out, night.settings)
        accept(tonight, gp=[patient(nhs_number=OLD), patient("p2", nhs_number=MOTHER)], protected=listed)
        counts = run(con, tonight)
        assert counts["refused"] == 1
        assert con.execute("SELECT record_id FROM gp").fetchall() == [("p2",)]
        assert OLD not in everything(con)


def test_what_is_told_of_an_id_that_nobody_bears_goes(con, accept, night):
    accept(gp=[patient()])
    run(con, night)
    con.execute(
        "INSERT INTO store.person_member VALUES ('gp|s|p1|patient', 'here', $night, NULL)", {"night": night.date}
    )
    for person in ("here", "gone"):
        con.execute(
            "INSERT INTO store.person_event BY NAME SELECT $person AS person_id, 'created' AS event", {"person": person}
        )
        con.execute(
            "INSERT INTO store.household_member BY NAME SELECT 'home ' || $person AS household_id, $person AS person_id",
            {"person": person},
        )
        con.execute(
            "INSERT INTO store.household_event BY NAME SELECT 'home ' || $person AS household_id", {"person": person}
        )
    later = Night(date(2026, 1, 6), night.landing, night.out, night.settings)
    accept(later, gp=[patient()])
    run(con, later)
    for table, kind in (
        ("person_event", "person"),
        ("household_member", "household"),
        ("household_event", "household"),
    ):
        assert con.execute(f"SELECT {kind}_id FROM store.{table}").fetchall() == [
            ("here" if kind == "person" else "home here",)
        ]


def test_an_invalidated_number_as_a_spreadsheet_leaves_it_is_refused(con, accept, night):
    dead = {"record_id": "x", "nhs_number": f"{OLD}.0", "reason": "invalidated"}
    accept(gp=[patient(nhs_number=OLD), patient("p2", nhs_number=f"{OLD}.0"), patient("p3")], protected=[dead])
    assert run(con, night)["refused"] == 2
    assert con.execute("SELECT record_id FROM gp").fetchall() == [("p3",)]


@pytest.mark.parametrize("kind", ["record", None], ids=["as it is kept", "of an older store"])
def test_a_record_that_was_erased_is_refused_by_its_key(con, accept, night, kind):
    accept()
    run(con, night)
    con.execute(
        f"INSERT INTO store.tombstone SELECT {number_hash('text')}, $night, NULL, $kind FROM (SELECT 'gp|s|p1' AS text)",
        {"night": night.date, "kind": kind},
    )
    accept(gp=[patient(nhs_number=None), patient("p2")])
    assert run(con, night)["refused"] == 1
    assert con.execute("SELECT record_id FROM gp").fetchall() == [("p2",)]


def test_no_number_and_no_phone_outlives_the_gate_in_memory(con, accept, night):
    accept(gp=[patient(sensitivity="S")])
    before = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    gate.run(con, night)
    after = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert after - before == {
        "protected_entry", "refused_person", "refused_name", "refused_record", "restricted_row", "sealed_address",
        "secret", "sealed_place", "sealed_contact", "sealed_number", "sealed_reach", "reach_came", "kept_apart", "foreseen", "tombstone",
        "person_member", "person_event", "household_member", "household_event",
    }  # fmt: skip


def test_a_baby_of_a_restricted_mother_is_restricted(con, accept, night):
    baby = {
        "record_id": "n1",
        "booking_record_id": "b1",
        "date_of_birth": date(2026, 1, 1),
        "discharge_address_line_1": CANARY,
    }
    accept(maternity_booking=[booking(disclosure="withhold")], maternity_birth=[baby])
    run(con, night)
    assert CANARY not in everything(con)


def test_quarantine_does_not_point_at_a_restricted_row(con, accept, night):
    accept(gp=[patient(sensitivity="S")])
    con.execute("INSERT INTO quarantine VALUES ('gp', 's', 'p1', 1, ['date_of_birth is not a date'])")
    run(con, night)
    assert con.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)


def test_landed_text_is_gone(con, accept, night):
    accept()
    for name in CONTRACTS:
        con.execute(f"SELECT 1 FROM landed_{name}")
    run(con, night)
    assert not con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'landed%'").fetchall()
