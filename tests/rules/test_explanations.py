"""Innocent explanations (exceptions.md): each beside the same records without it, which are raised."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.standardise.contact import relationship
from tests.rules.conftest import at, booking, involved, liable, patient
from tests.rules.test_rules import ANN, BORN, CHILD, FAMILY, JACK, MOTHER, TOM

SEEN = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
TOM_SEEN = involved("i1", "Tom Lee", BORN["Tom Lee"], "2", date(2025, 11, 1))
NAN = patient("p4", "Joan Hill", date(1955, 4, 4), "2", None, sex="2", mobile="07700900444")
DAD = {**JACK, "family_name": "Lee"}


def kin(name, relation, phone=None):
    return {"next_of_kin_name": name, "next_of_kin_relationship": relation, "next_of_kin_phone": phone}


@pytest.fixture
def dismissed(con):
    """The explanations kept with findings that were not raised."""
    return lambda: {
        e for (found,) in con.execute("SELECT explanations FROM store.dismissed_finding").fetchall() for e in found
    }


@pytest.mark.parametrize(
    ("records", "explanation"),
    [
        pytest.param(
            {"gp": [*FAMILY, {**JACK, "residential_institute_code": "PRIS", "registered_on": date(2025, 9, 1)}], "police": [SEEN]},
            "institution", id="he is registered in a prison",
        ),
        pytest.param(
            {"gp": [*FAMILY, JACK], "police": [SEEN, involved("i2", "Jack Hill", BORN["Jack Hill"], "3", date(2025, 12, 1),
                                                            address_role="institution")]},
            "institution", id="police have him in custody since",
        ),
        pytest.param(
            {"gp": [*FAMILY, {**JACK, "date_of_death": date(2025, 12, 1)}], "police": [SEEN]}, "death", id="he died since",
        ),
        pytest.param(
            {"gp": [{**ANN, "registered_on": date(2025, 12, 10)}, {**TOM, "registered_on": date(2025, 12, 10)}, JACK],
             "council_tax": [liable("c1", "Ann Lee", "1", liable_from=date(2025, 12, 1))],
             "police": [{**SEEN, "occurred_on": date(2025, 12, 20)}]},
            "recent_move", id="the whole household is new there",
        ),
        pytest.param(
            {"gp": [ANN, {**TOM, **kin("Joan Hill", "nan (carer)", "07700900444")}, NAN], "police": [TOM_SEEN]},
            "registered_carer", id="his practice has the grandmother as carer",
        ),
        pytest.param(
            {"gp": [ANN, {**TOM, **kin("Jack Lee", "father", "07700900123")}, DAD], "police": [TOM_SEEN]},
            "shared_care", id="his practice knows the father, whose home it is",
        ),
        pytest.param(
            {"gp": [*FAMILY, {**JACK, **at("4"), "uprn": None, "address_line_1": "Somewhere else", "postcode": None}],
             "police": [SEEN]},
            "address_not_placed", id="his registered address cannot be found",
        ),
    ],
)  # fmt: skip
def test_an_explanation_is_found_and_kept(raise_from, dismissed, records, explanation):
    assert raise_from(**records) == []
    assert explanation in dismissed()


def test_without_the_explanation_each_is_raised(raise_from):
    assert raise_from(gp=[*FAMILY, JACK], police=[SEEN]) != []
    assert raise_from(gp=[ANN, TOM, NAN], police=[TOM_SEEN]) != []
    assert raise_from(gp=[ANN, TOM, DAD], police=[TOM_SEEN]) != []
    # A grandmother as next of kin is somebody to ring; no record has her as carer.
    told = {**TOM, **kin("Joan Hill", "grandmother", "07700900444")}
    assert raise_from(gp=[ANN, told, NAN], police=[TOM_SEEN]) != []


def test_a_practice_that_names_the_parent_it_has_the_child_with_knows_of_no_second_home(raise_from):
    mother = {**ANN, "mobile": "07700900777"}
    child = {**TOM, **kin("Ann Lee", "mother", "07700900777")}
    assert [k for k, _ in raise_from(gp=[mother, child, DAD], police=[TOM_SEEN])] == ["address_divergence"]


def test_two_practices_that_each_name_the_other_parent_both_know_of_the_second_home(raise_from, dismissed):
    mother, there = {**ANN, "mobile": "07700900777"}, {**at("2"), "record_id": "p5", "registered_on": date(2024, 5, 1)}
    names_him, names_her = kin("Jack Lee", "father", "07700900123"), kin("Ann Lee", "mother", "07700900777")

    def raised(at_hers, at_his):
        return [k for k, _ in raise_from(gp=[mother, DAD, {**TOM, **at_hers}, {**TOM, **there, **at_his}])]

    assert raised(names_him, names_her) == []
    assert "shared_care" in dismissed()
    # That one names the parent whom it has the child with says nothing of a second home; that one names nobody, neither.
    assert raised(names_her, names_him) == ["address_divergence"]
    assert raised(names_him, names_him) == ["address_divergence"]
    assert raised(names_him, {}) == ["address_divergence"]


def test_mother_and_baby_who_both_went_to_the_fathers_are_no_shared_care(raise_from):
    born = date(2025, 9, 1)
    baby = patient("p5", "Mia Lee", born, "1", CHILD, sex="2", registered_on=date(2025, 9, 20)) | kin(
        "Jack Hill", "father", "07700900123"
    )
    there = [
        {**involved(f"i{n}", *who, "2", date(2025, 12, 20), occurrence_type="domestic_abuse"), "occurrence_ref": "o1"}
        for n, who in enumerate([("Ann Lee", BORN["Ann Lee"]), ("Mia Lee", born)])
    ]  # fmt: skip
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered", father_name="Jack Hill")
    birth = {
        "record_id": "n1", "booking_record_id": "b1", "nhs_number": CHILD, "given_names": "Baby", "family_name": "Lee",
        "date_of_birth": born, "sex": "2", "discharged_on": date(2025, 9, 3), **at("1", "discharge_"),
    }  # fmt: skip
    found = raise_from(gp=[ANN, baby, JACK], maternity_booking=[named], maternity_birth=[birth], police=there)
    assert [kind for kind, _ in found] == ["unregistered_co_residence"]


def test_a_man_on_no_register_whose_birth_date_police_have(raise_from):
    found = raise_from(gp=FAMILY, police=[SEEN])
    assert found == [("unregistered_co_residence", {"co_resident": "Jack Hill", "child": "Tom Lee"})]


def test_a_short_form_of_a_registered_name_is_that_person(raise_from):
    abigail = patient("p1", "Abigail Lee", BORN["Ann Lee"], "1", MOTHER, sex="2")
    seen = involved("i1", "Abi Lee", None, "1", date(2025, 11, 1), sex="2")
    assert raise_from(gp=[abigail, TOM], police=[seen]) == []


CONTACT = {"emergency_contact_name": "Jack Hill", "emergency_contact_phone": "07700 900123"}


def test_whom_a_record_that_faces_the_child_names_in_that_part_is_not_hidden(raise_from):
    alone = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", **CONTACT)
    assert [k for k, _ in raise_from(gp=[ANN, JACK], maternity_booking=[alone])] == ["hidden_adult"]
    # Her own practice has him as partner.
    assert raise_from(gp=[ANN | kin("Jack Hill", "partner", "07700900123"), JACK], maternity_booking=[alone]) == []
    # The unit that handed her over named him.
    before = booking(
        "b0", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="transferred", father_name="Jack Hill", **CONTACT
    )
    assert raise_from(gp=[ANN, JACK], maternity_booking=[alone, before]) == []
    # His own practice does not face the child, and an earlier pregnancy is another.
    his = JACK | kin("Ann Lee", "wife", "07700900555")
    found = raise_from(gp=[{**ANN, "mobile": "07700900555"}, his], maternity_booking=[alone])
    assert [k for k, _ in found] == ["hidden_adult"]
    earlier = {**before, "status": "delivered", "booked_on": date(2023, 1, 1), "expected_delivery_on": date(2023, 7, 1)}
    assert [k for k, _ in raise_from(gp=[ANN, JACK], maternity_booking=[alone, earlier])] == ["hidden_adult"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("nan (carer)", "grandparent"), ("Special Guardian", "guardian"), ("foster carer", "guardian"), ("family member", "relative"),
     ("uncle", "kin"), ("grandson", "grandchild"), ("carer", "professional")],
)  # fmt: skip
def test_what_a_relationship_means(written, meant):
    assert relationship(written) == meant


def test_a_student_disregard_explains_somebody_of_a_students_age(raise_from):
    account = liable("c1", "Ann Lee", "1", disregards="student")
    young = patient("p3", "Jack Hill", date(2004, 3, 3), "2", None, sex="1")
    seen = {**SEEN, "date_of_birth": date(2004, 3, 3)}
    assert raise_from(gp=[*FAMILY, young], council_tax=[account], police=[seen]) == []
    found = raise_from(gp=[*FAMILY, JACK], council_tax=[account], police=[SEEN])
    assert [kind for kind, _ in found] == ["unregistered_co_residence"]


def test_a_student_disregard_at_a_childs_home_explains_no_second_home_of_the_child(raise_from):
    account = liable("c1", "Ann Lee", "1", disregards="student")
    found = raise_from(gp=[ANN, TOM, DAD], council_tax=[account], police=[TOM_SEEN])
    assert [(kind, who["child"]) for kind, who in found] == [("address_divergence", "Tom Lee")]


def test_what_time_was_allowed_reads_as_a_sentence(contents_from):
    def looked(**records):
        (found,) = contents_from(**records)
        return next(b["why"] for b in found["benign_considered"] if b["explanation"] == "recent_move")

    said = looked(gp=[*FAMILY, JACK], police=[SEEN])
    assert said == (
        "first said on 1 November 2025; this record tells where somebody was on that day, so that no time is allowed for it"
    )
    account = liable("c1", "Ann Lee", "2", liable_from=date(2025, 8, 1), phone="07700900555")
    known = {**ANN, "mobile": "07700900555"}
    assert looked(gp=[known], council_tax=[account], maternity_booking=[booking("b1", "Ann Lee", BORN["Ann Lee"], "2", MOTHER)])\
        .startswith("the newer home was first given on 1 August 2025; a record may be 14 days behind a move")  # fmt: skip


def test_a_forwarding_address_speaks_for_a_year(raise_from):
    def left(on):
        gone = liable("c1", "Jack Hill", "2", date_of_birth=BORN["Jack Hill"], liable_to=on, **at("1", "forwarding_"))
        return [kind for kind, _ in raise_from(gp=[*FAMILY, JACK], council_tax=[gone])]

    assert left(date(2025, 5, 1)) == ["unregistered_co_residence"]
    assert left(date(2024, 12, 1)) == []
