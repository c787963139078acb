"""Whom an exception may concern, and what is current (exceptions.md: purpose limits, words, the three kinds)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rules.conftest import at, booking, involved, liable, patient

MOTHER, BABY, MAN = "9991777636", "9997783530", "9997406818"
BORN = {"Ann Lee": date(1992, 2, 2), "Jack Hill": date(1990, 3, 3)}
ANN = patient("p1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, sex="2")
JACK = patient("p3", "Jack Hill", BORN["Jack Hill"], "2", MAN, sex="1", mobile="07700900123")


def met(**more):
    """A domestic occurrence of the two."""
    return [
        {
            **involved(f"i{n}", *who, "1", date(2025, 11, 1)),
            "occurrence_ref": "o1",
            "occurrence_type": "domestic_abuse",
            **more,
        }
        for n, who in enumerate(BORN.items())
    ]


def birth(born, **more):
    return {
        "record_id": "n1", "booking_record_id": "b1", "nhs_number": BABY, "given_names": "Baby", "family_name": "Lee",
        "date_of_birth": born, "sex": "1", "birth_order": 1, "births_in_delivery": 1, "discharged_on": born,
        **at("1", "discharge_"), **more,
    }  # fmt: skip


def hers(**more):
    return booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, **more)


def delivered(due, **more):
    return hers(status="delivered", expected_delivery_on=due,
                   booked_on=due.replace(year=due.year - 1), single_parent="Y", **more)  # fmt: skip


@pytest.mark.parametrize(("due", "raised"), [(date(2026, 4, 1), True), (date(2023, 6, 1), False)])
def test_a_booking_that_was_never_closed_is_no_pregnancy(raise_from, due, raised):
    named = hers(expected_delivery_on=due, single_parent="Y",
                    booked_on=due.replace(year=due.year - 1))  # fmt: skip
    found = raise_from(
        gp=[ANN, JACK], maternity_booking=[named], police=met(), council_tax=[liable("c2", "Jack Hill", "2")]
    )
    assert ("hidden_adult" in [kind for kind, _ in found]) == raised


def test_a_mother_whose_child_died_is_left_alone(raise_from):
    born = date(2025, 10, 1)
    records = {"maternity_booking": [delivered(born)], "maternity_birth": [birth(born)], "police": met()}
    account = [liable("c2", "Jack Hill", "2")]
    baby = patient("p5", "Baby Lee", born, "1", BABY, sex="1", registered_on=date(2025, 10, 20))
    assert "hidden_adult" in [k for k, _ in raise_from(gp=[ANN, JACK, baby], council_tax=account, **records)]
    died = {**baby, "date_of_death": date(2025, 12, 1)}
    assert raise_from(gp=[ANN, JACK, died], council_tax=account, **records) == []


@pytest.mark.parametrize(("due", "raised"), [(date(2025, 12, 20), True), (date(2025, 10, 1), False)])
def test_a_delivery_of_which_no_birth_comes_concerns_a_child_for_six_weeks(raise_from, due, raised):
    found = raise_from(
        gp=[ANN, JACK], maternity_booking=[delivered(due)], police=met(), council_tax=[liable("c2", "Jack Hill", "2")]
    )
    assert ("hidden_adult" in [kind for kind, _ in found]) == raised


@pytest.mark.parametrize(("registered_at", "raised"), [("1", False), ("2", True)])
def test_whom_a_register_has_at_the_childs_registered_home_is_not_hidden(raise_from, registered_at, raised):
    """Wherever the mother last told the police that she lives."""
    man = patient("p3", "Jack Hill", BORN["Jack Hill"], registered_at, MAN, sex="1")
    named = hers(single_parent="N")
    elsewhere = [{**row, **at("3")} if row["record_id"] == "i0" else row for row in met(role="suspect")]
    found = raise_from(gp=[ANN, man], maternity_booking=[named], police=elsewhere)
    assert ("hidden_adult" in [kind for kind, _ in found]) == raised


@pytest.mark.parametrize(("born", "priority"), [(date(2025, 10, 1), "A"), (date(2022, 10, 1), "B")])
def test_a_child_of_three_is_no_child_under_one(contents_from, born, priority):
    baby = patient("p5", "Tom Lee", born, "1", BABY, sex="1", registered_on=born.replace(month=11))
    kept = {"maternity_booking": [delivered(born)], "maternity_birth": [birth(born)]}
    (found,) = contents_from(
        gp=[ANN, JACK, baby],
        police=met(role="suspect", risk_grade="high"),
        council_tax=[liable("c2", "Jack Hill", "2")],
        **kept,
    )
    assert (found["kind"], found["priority"]) == ("hidden_adult", priority)


@pytest.mark.parametrize(("status", "raised"), [("active", True), ("delivered", False)])
def test_a_booking_after_delivery_is_overtaken_by_any_later_claim(raise_from, status, raised):
    """She moved between booking and birth, and told her practice."""
    born = date(2025, 12, 10)
    moved = {**ANN, **at("2"), "address_updated_on": date(2025, 9, 1)}
    named = hers(
        status=status,
        expected_delivery_on=born,
        booked_on=date(2025, 5, 1),
    )
    births = [birth(born, **at("2", "discharge_"))] if status == "delivered" else []
    found = raise_from(gp=[moved], maternity_booking=[named], maternity_birth=births)
    assert ("address_divergence" in [kind for kind, _ in found]) == raised
