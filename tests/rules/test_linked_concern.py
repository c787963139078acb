"""What records say of the mother and her infants stands inside an exception, and raises none."""

from __future__ import annotations

from datetime import date

from tests.rules.conftest import at, booking, involved, patient

MOTHER, FIRST, SECOND = "9991777636", "9997783530", "9997406818"
ANN_BORN, MAN_BORN = date(1992, 2, 2), date(1990, 3, 3)
ANN = patient("p1", "Ann Lee", ANN_BORN, "1", MOTHER, sex="2")
BOOKED = booking("k1", "Ann Lee", ANN_BORN, "1", MOTHER, booked_on=date(2025, 3, 1), expected_delivery_on=date(2025, 10, 1),
                 status="delivered", father_name="Jack Hill", father_date_of_birth=MAN_BORN)  # fmt: skip
MAN = patient("p9", "Jack Hill", MAN_BORN, "2", None, sex="1")
SEEN = involved("i1", "Jack Hill", MAN_BORN, "1", date(2025, 12, 1))


def born(record_id, name, number, order):
    given, family = name.split()
    return {
        "record_id": record_id, "booking_record_id": "k1", "nhs_number": number, "given_names": given, "family_name": family,
        "date_of_birth": date(2025, 10, 2), "sex": "1", "birth_order": order, "births_in_delivery": 2,
        "discharged_on": date(2025, 10, 4), **at("1", "discharge_"),
    }  # fmt: skip


def claims(contents):
    """What stands inside the exceptions, but for weaker findings of another kind."""
    return {s["claim"] for c in contents for s in c["supporting"] if s["kind"] == c["kind"]}


def test_earlier_social_care_that_the_mother_reported(contents_from):
    told = contents_from(
        gp=[ANN, MAN], maternity_booking=[{**BOOKED, "previous_social_care": "Y"}],
        maternity_birth=[born("b1", "Tom Lee", FIRST, 1)], police=[SEEN],
    )  # fmt: skip
    assert [c["kind"] for c in told] == ["unregistered_co_residence"]
    assert "At a maternity booking the mother reported earlier contact with social care." in claims(told)


def test_an_infant_whom_no_practice_registers(contents_from):
    baby = [born("b1", "Tom Lee", FIRST, 1)]
    told = contents_from(gp=[ANN, MAN], maternity_booking=[BOOKED], maternity_birth=baby, police=[SEEN])
    assert any("born on 2 October 2025 has no GP registration" in c for c in claims(told))


def test_an_infant_whom_a_practice_registers_is_no_concern(contents_from):
    tom = patient("p2", "Tom Lee", date(2025, 10, 2), "1", FIRST, sex="1", registered_on=date(2025, 11, 1))
    baby = [born("b1", "Tom Lee", FIRST, 1)]
    told = contents_from(gp=[ANN, MAN, tom], maternity_booking=[BOOKED], maternity_birth=baby, police=[SEEN])
    assert [c["kind"] for c in told] == ["unregistered_co_residence"]
    assert claims(told) == set()


def test_twins_whose_practices_give_two_homes(contents_from):
    when = {"registered_on": date(2025, 11, 1)}
    tom = patient("p2", "Tom Lee", date(2025, 10, 2), "1", FIRST, sex="1", **when)
    tim = patient("p3", "Tim Lee", date(2025, 10, 2), "3", SECOND, sex="1", **when)
    babies = [born("b1", "Tom Lee", FIRST, 1), born("b2", "Tim Lee", SECOND, 2)]
    told = contents_from(gp=[ANN, MAN, tom, tim], maternity_booking=[BOOKED], maternity_birth=babies, police=[SEEN])
    assert "The GP registrations of children of one birth give different homes." in claims(told)


def test_a_concern_alone_raises_nothing(contents_from):
    told = contents_from(
        gp=[ANN], maternity_booking=[{**BOOKED, "previous_social_care": "Y"}], maternity_birth=[born("b1", "Tom Lee", FIRST, 1)]
    )  # fmt: skip
    assert told == []
