"""Address divergence: which records set two homes against each other, and what the exception then names."""

from __future__ import annotations

from datetime import date

from tests.rules.conftest import at, booking, involved, liable, patient
from tests.rules.test_rules import ANN, BORN, CHILD, MOTHER

TWIN = "9997406818"
PHONE = {"phone": "07700900555"}
KNOWN = {**ANN, "mobile": "07700900555"}
BABY_BORN = date(2025, 5, 1)


def birth(record_id, number, order, uprn):
    return {
        "record_id": record_id, "booking_record_id": "b1", "nhs_number": number, "given_names": f"Twin {order}",
        "family_name": "Lee", "date_of_birth": BABY_BORN, "sex": str(order), "birth_order": order, "births_in_delivery": 2,
        "discharged_on": date(2025, 5, 3), **at(uprn, "discharge_"),
    }  # fmt: skip


def test_two_registers_of_one_day_give_two_homes(raise_from):
    account = liable("c1", "Ann Lee", "2", liable_from=date(2020, 1, 1), **PHONE)
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, booked_on=date(2020, 1, 1))
    found = raise_from(gp=[KNOWN], council_tax=[account], maternity_booking=[named])
    assert [kind for kind, _ in found] == ["address_divergence"]


def test_a_twin_whom_a_later_registration_puts_elsewhere(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered", father_name="Jack Hill",
                    booked_on=date(2024, 11, 1))  # fmt: skip
    births = [birth("n1", CHILD, 1, "1"), birth("n2", TWIN, 2, "1")]
    one = patient("p5", "Tom Lee", BABY_BORN, "1", CHILD, sex="1", registered_on=date(2025, 5, 20))
    two = patient("p6", "Mia Lee", BABY_BORN, "2", TWIN, sex="2", registered_on=date(2025, 9, 20))
    found = raise_from(gp=[ANN, one, two], maternity_booking=[named], maternity_birth=births)
    assert [(kind, who["child"]) for kind, who in found] == [("address_divergence", "Mia Lee")]
    # Both moved, and both were told.
    both = [{**one, **at("2"), "address_updated_on": date(2025, 9, 20)}, two]
    moved = {**ANN, **at("2"), "address_updated_on": date(2025, 9, 20)}
    assert raise_from(gp=[moved, *both], maternity_booking=[named], maternity_birth=births) == []


def test_every_property_that_her_records_give_is_named(contents_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "2", MOTHER, booked_on=date(2025, 8, 1))
    seen = involved("i1", "Ann Lee", BORN["Ann Lee"], "3", date(2025, 11, 1))
    (found,) = contents_from(gp=[ANN], maternity_booking=[named], police=[seen])
    assert {a["uprn"] for a in found["addresses"]} == {"1", "2", "3"}
    assert {e["contract"] for e in found["evidence"]} == {"gp", "maternity_booking", "police"}


def test_a_father_is_behind_though_the_child_was_just_put_right(raise_from):
    father = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 8, 1))
    moved = patient("p6", "Tom Lee", BORN["Tom Lee"], "2", CHILD, sex="1", registered_on=date(2025, 12, 1))
    left = {**moved, **at("1"), "record_id": "p2", "registered_on": date(2020, 1, 1)}
    found = raise_from(gp=[left, moved, father], council_tax=[account])
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]
    # Both moved within the twelve weeks of a practice.
    late = {**account, "liable_from": date(2025, 11, 20)}
    assert raise_from(gp=[left, moved, father], council_tax=[late]) == []


def test_a_father_whom_the_booking_names_is_a_carer_where_the_mother_is(raise_from):
    born = date(2024, 10, 1)
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered", booked_on=date(2024, 4, 1),
                    expected_delivery_on=born, father_name="Jack Hill", father_date_of_birth=BORN["Jack Hill"])  # fmt: skip
    baby = {**birth("n1", CHILD, 1, "1"), "date_of_birth": born, "discharged_on": date(2024, 10, 3)}
    there = {**ANN, **at("2"), "address_updated_on": date(2025, 8, 20)}
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 8, 1))
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    records = {"maternity_birth": [baby], "council_tax": [account], "gp": [there, behind]}
    found = raise_from(maternity_booking=[named], **records)
    assert [kind for kind, _ in found] == ["address_divergence"]
    assert found[0][1]["carer"] == "Jack Hill"
    # Nothing says that he is anything to the child: a lodger's own two homes are nobody's concern.
    unnamed = {**named, "father_name": None, "father_date_of_birth": None}
    assert raise_from(maternity_booking=[unnamed], **records) == []


def test_with_a_child_under_one_nobody_of_the_household_waits_twelve_weeks(raise_from):
    baby = patient("p5", "Mia Lee", date(2025, 7, 1), "2", CHILD, sex="2", registered_on=date(2025, 7, 20))
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 12, 1))
    found = raise_from(gp=[baby, behind], council_tax=[account])
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]
    older = {**baby, "date_of_birth": date(2019, 7, 1)}
    assert raise_from(gp=[older, behind], council_tax=[account]) == []
