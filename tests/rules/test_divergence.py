"""Address divergence: which records set two homes against each other, and what the exception then names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.rules.conftest import at, booking, involved, liable, patient
from tests.rules.test_rules import ANN, BORN, CHILD, MAN, MOTHER, TOM

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
    # That he was where she is once, before either of his two homes was given last, puts him nowhere near the child.
    once = involved("i1", "Jack Hill", BORN["Jack Hill"], "2", date(2025, 6, 1))
    elsewhere = {**account, **at("3")}
    assert raise_from(maternity_booking=[named], **{**records, "council_tax": [elsewhere]}, police=[once]) == []


def test_with_a_child_under_one_nobody_of_the_household_waits_twelve_weeks(raise_from):
    baby = patient("p5", "Mia Lee", date(2025, 7, 1), "2", CHILD, sex="2", registered_on=date(2025, 7, 20))
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 12, 1))
    found = raise_from(gp=[baby, behind], council_tax=[account])
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]
    older = {**baby, "date_of_birth": date(2019, 7, 1)}
    assert raise_from(gp=[older, behind], council_tax=[account]) == []


def test_who_had_left_before_the_child_came_cares_for_nobody_there(raise_from):
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2022, 3, 1))

    def raised(came_on, **told):
        child = patient("p2", "Tom Lee", BORN["Tom Lee"], "1", CHILD, sex="1", registered_on=came_on, **told)
        return [who["carer"] for _, who in raise_from(gp=[child, behind], council_tax=[account])]

    assert raised(date(2020, 1, 1)) == ["Jack Hill"]
    # The family moved into the home that he had left: his practice is behind, and he is nothing to them.
    assert raised(date(2024, 6, 1)) == []
    # A record that calls him the child's father says otherwise.
    assert raised(date(2024, 6, 1), next_of_kin_name="Jack Hill", next_of_kin_relationship="father") == ["Jack Hill"]


def test_two_parents_who_pay_for_both_homes_are_no_landlords(raise_from):
    ann, jack = {"date_of_birth": BORN["Ann Lee"]}, {"date_of_birth": BORN["Jack Hill"]}
    he = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    new = {"liable_from": date(2025, 8, 1), "account_ref": "new"}
    his = [liable("c1", "Jack Hill", "1", **jack), liable("c2", "Jack Hill", "2", **jack, **new)]
    hers = [liable("c3", "Ann Lee", "1", **ann), liable("c4", "Ann Lee", "2", **ann, **new)]
    found = raise_from(gp=[ANN, TOM, he], council_tax=his + hers)
    assert [kind for kind, _ in found] == ["address_divergence"]
    # He alone lets a house, or has a second one ...
    assert raise_from(gp=[ANN, TOM, he], council_tax=his) == []
    # ... unless a child of the family is registered there.
    moved = {**TOM, **at("2"), "address_updated_on": date(2025, 9, 1)}
    found = raise_from(gp=[ANN, moved, he], council_tax=his)
    assert [who["carer"] for _, who in found] == ["Jack Hill"]


OPEN = liable("c1", "A Lee", "2", liable_from=date(2025, 6, 1))


@pytest.mark.parametrize(
    ("gp", "council_tax"),
    [
        pytest.param([ANN, TOM], [OPEN], id="she pays nowhere else and was registered before"),
        pytest.param(
            [{**ANN, "address_updated_on": date(2025, 8, 20)}, {**TOM, "address_updated_on": date(2025, 8, 20)}],
            [OPEN, liable("c2", "Ann Lee", "1", liable_from=date(2025, 8, 1))],
            id="she moved and the account before was not closed",
        ),
    ],
)
def test_an_account_that_no_practice_knows_is_of_the_one_patient_of_its_name_and_an_officer_is_asked(
    contents_from, gp, council_tax
):
    (found,) = contents_from(gp=gp, council_tax=council_tax)
    assert (found["kind"], found["priority"]) == ("address_divergence", "H")
    assert {a["uprn"] for a in found["addresses"]} == {"1", "2"}
    assert found["score"] < 0.9
    for other in (
        patient("p8", "Amy Lee", date(1980, 1, 1), "3", None, sex="2"),  # Another patient may be meant.
        patient("p8", "Mia Cole", date(1980, 1, 1), "2", None, sex="2"),  # A practice knows the home.
    ):
        assert contents_from(gp=[*gp, other], council_tax=council_tax) == []


def test_a_name_alone_gives_nobody_a_second_home_that_they_pay_for(contents_from):
    # She has paid for years where she lives: whoever pays for the empty home is as likely somebody of her name.
    own = liable("c2", "Ann Lee", "1", phone="07700900555")
    assert contents_from(gp=[KNOWN, TOM], council_tax=[OPEN, own]) == []


def test_an_overtaken_statement_makes_no_carer(raise_from):
    jack = patient("p3", "Jack Hill", BORN["Jack Hill"], "2", MAN, sex="1")
    once = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 3, 10))
    since = involved("i2", "Jack Hill", BORN["Jack Hill"], "3", date(2025, 12, 16))
    # His practice and his latest word give two homes of his own; with the child he was once, before either.
    assert raise_from(gp=[ANN, TOM, jack], police=[once, since]) == []
    # A register at the child's home stands while it is not changed.
    there = {**jack, **at("1")}
    found = raise_from(gp=[ANN, TOM, there], police=[since])
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]


def test_where_a_child_was_once_seen_nobody_cares_for_it(raise_from):
    once = involved("i1", "Tom Lee", BORN["Tom Lee"], "2", date(2025, 3, 10), role="child_present")
    told = {**TOM, "address_updated_on": date(2025, 9, 1)}
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "2", None, sex="1")
    account = liable("c1", "Jack Hill", "3", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 8, 1))
    assert raise_from(gp=[ANN, told, behind], council_tax=[account], police=[once]) == []


LET_GO = date(2025, 3, 1)
"""The day on which the former tenant's new account began."""


@pytest.mark.parametrize("days", [10, 40, 80])
@pytest.mark.parametrize("closed", [True, False], ids=["his account closed", "no account of his"])
def test_a_former_tenant_whose_practice_is_behind_cares_for_nobody(raise_from, days, closed):
    came = LET_GO + timedelta(days=days)
    family = [
        patient("p1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, sex="2", registered_on=came + timedelta(days=10)),
        patient("p2", "Tom Lee", BORN["Tom Lee"], "1", CHILD, sex="1", registered_on=came + timedelta(days=10)),
    ]
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    born = {"date_of_birth": BORN["Jack Hill"]}
    accounts = [
        liable("c1", "Ann Lee", "1", date_of_birth=BORN["Ann Lee"], liable_from=came),
        liable("c2", "Jack Hill", "2", **born, liable_from=LET_GO),
    ]
    if closed:
        accounts.append(liable("c3", "Jack Hill", "1", **born, liable_to=LET_GO))
    assert raise_from(gp=[*family, behind], council_tax=accounts) == []


def test_a_family_whose_account_is_older_than_his_new_home_had_him_with_them(raise_from):
    # The child's practice heard of the home eleven weeks after he had left it: her account tells that they lived there together.
    late = patient("p2", "Tom Lee", BORN["Tom Lee"], "1", CHILD, sex="1", registered_on=LET_GO + timedelta(days=77))
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    accounts = [
        liable("c1", "Ann Lee", "1", date_of_birth=BORN["Ann Lee"], liable_from=LET_GO - timedelta(days=60)),
        liable("c2", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=LET_GO),
    ]
    found = raise_from(gp=[ANN, late, behind], council_tax=accounts)
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]


def test_who_left_a_pregnant_woman_at_the_home_of_both_is_no_former_tenant(raise_from):
    born = LET_GO + timedelta(days=50)
    baby = patient("p2", "Mia Lee", born, "1", CHILD, sex="2", registered_on=born + timedelta(days=20))
    birth_row = {**birth("n1", CHILD, 1, "1"), "date_of_birth": born, "discharged_on": born, "births_in_delivery": 1}
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered", booked_on=date(2024, 11, 1),
                    expected_delivery_on=born)  # fmt: skip
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")
    his = {"date_of_birth": BORN["Jack Hill"]}
    accounts = [
        liable("c1", "Jack Hill", "1", **his, liable_to=LET_GO),
        liable("c2", "Jack Hill", "2", **his, liable_from=LET_GO),
        liable("c3", "Ann Lee", "1", date_of_birth=BORN["Ann Lee"], liable_from=LET_GO + timedelta(days=1)),
    ]
    found = raise_from(
        gp=[ANN, baby, behind], council_tax=accounts, maternity_booking=[named], maternity_birth=[birth_row]
    )
    assert [(kind, who["carer"]) for kind, who in found] == [("address_divergence", "Jack Hill")]


def test_who_was_out_of_grace_with_a_child_under_one_is_not_in_it_again_on_the_first_birthday(raise_from):
    account = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_from=date(2025, 12, 1))
    behind = patient("p3", "Jack Hill", BORN["Jack Hill"], "1", None, sex="1")

    def raised(born):
        baby = patient("p5", "Mia Lee", born, "2", CHILD, sex="2", registered_on=born + timedelta(days=20))
        return [who["carer"] for _, who in raise_from(gp=[baby, behind], council_tax=[account])]

    # One on 1 January, seventeen days after the fourteen were over; and on 10 December, within them.
    assert raised(date(2025, 1, 1)) == ["Jack Hill"]
    assert raised(date(2024, 12, 10)) == []
