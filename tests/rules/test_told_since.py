"""Since when a record says what it says: a date that it gave another place with is no date of the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from linkage import history
from linkage.protect import gate
from tests.rules.conftest import at, booking, involved, patient
from tests.rules.test_rules import ANN, BORN, MOTHER, TOM

SINCE = date(2020, 1, 1)
CONTACT = {"emergency_contact_name": "Jane Hill", "emergency_contact_relationship": "friend", "emergency_contact_phone": "07700900123"}  # fmt: skip
OTHERS = [patient(f"o{n}", f"Zed{n} Other{n}", date(1950 + n, 1, 1), "3") for n in range(52)]
"""Enough rows beside the one that matters for a supplier that renumbers to be seen to."""


@pytest.fixture
def dated(con, accept, night, contents_from):
    """Remember earlier nights of January by day, then run the last of them; gives (valid_from, known_on) by record and address."""

    def run(nights):
        *earlier, last = sorted(nights)
        for day in earlier:
            before = replace(night, date=date(2026, 1, day))
            accept(before, **nights[day])
            gate.run(con, before)
            history.remember(con, before)
        assert last == night.date.day
        found = contents_from(**nights[last])
        claims = con.execute("SELECT record_id, address_role, valid_from, known_on FROM claim").fetchall()
        return {(r, role): (since, known) for r, role, since, known in claims}, found

    return run


def home(dated, *versions, days=(1, 3, 5)):
    """The dates of the home that the last version of one registration gives."""
    nights = {day: {"gp": [row] if row else []} for day, row in zip(days[-len(versions) :], versions, strict=True)}
    return dated(nights)[0][versions[-1]["record_id"], "home"]


def jan(day):
    return date(2026, 1, day)


def test_what_stands_as_it_came_is_dated_as_it_says(dated):
    assert home(dated, ANN, ANN) == (SINCE, jan(3))


def test_another_value_that_is_put_right_leaves_an_address_known_as_long(dated):
    assert home(dated, ANN, {**ANN, "mobile": "07700900111"}, {**ANN, "mobile": "07700900112"}) == (SINCE, jan(1))


def test_a_claim_that_was_gone_meanwhile_is_known_since_it_came_again(dated):
    assert home(dated, ANN, None, {**ANN, "mobile": "07700900111"}) == (SINCE, jan(5))


def test_a_date_that_changes_makes_another_claim(dated):
    assert home(dated, ANN, {**ANN, "registered_on": date(2021, 1, 1)}) == (date(2021, 1, 1), jan(5))


def test_a_registration_that_gives_another_place_gives_it_since_that_night(dated):
    moved = {**ANN, **at("2")}
    assert home(dated, ANN, moved) == (jan(5), jan(5))
    assert home(dated, ANN, moved, {**moved, "mobile": "07700900111"}) == (jan(3), jan(3))


def test_a_date_of_the_move_is_believed(dated):
    moved = {**ANN, **at("2"), "address_updated_on": jan(2)}
    assert home(dated, ANN, moved) == (jan(5), jan(5)), "that night it still gave the other"
    assert home(dated, ANN, moved, days=(1, 5)) == (jan(2), jan(5))
    # A mobile put right meanwhile says nothing of the home.
    assert home(dated, ANN, {**ANN, "mobile": "07700900111"}, moved) == (jan(2), jan(5))


def test_one_place_written_otherwise_is_no_move(dated):
    written = {"address_line_1": "Number 1", "address_line_2": "Elm Rd", "postcode": "dy11aa", "uprn": None}
    for other in (
        {**ANN, **written},
        {**ANN, "address_line_1": "1 Elm Road, Dudley DY1 1AA", "postcode": None, "uprn": None},
        {**ANN, "postcode": "DY1 1AB", "uprn": None},
        {**ANN, "address_line_1": "The Elms", "postcode": None},
    ):
        assert home(dated, {**other, "mobile": "07700900111"}, ANN)[0] == SINCE


def test_an_empty_address_is_no_other_place(dated):
    empty = dict.fromkeys(at("1"))
    assert home(dated, {**ANN, **empty}, ANN) == (SINCE, jan(5))


def test_a_slip_that_was_put_right_leaves_the_date(dated):
    assert home(dated, ANN, {**ANN, **at("2")}, ANN) == (SINCE, jan(5))


def test_a_key_given_to_somebody_else_says_nothing_of_a_move(dated):
    other = {**patient("p1", "Eve Moss", date(1970, 3, 3), "2", "9997406818"), "record_id": ANN["record_id"]}
    assert home(dated, other, ANN) == (SINCE, jan(5))


def test_a_booking_whose_addresses_change_gives_them_since_that_night(dated):
    first = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, **CONTACT, **at("3", "emergency_contact_"))
    second = {**first, **at("2"), **at("4", "emergency_contact_")}
    claims, _ = dated({1: {"maternity_booking": [first]}, 5: {"maternity_booking": [second]}})
    assert claims["b1", "home"] == claims["b1", "emergency_contact"] == (jan(5), jan(5))


def test_a_record_under_a_new_key_is_dated_as_under_the_old(dated):
    called = {**ANN, "mobile": "07700900111"}
    claims, _ = dated({1: {"gp": [ANN]}, 3: {"gp": [called]}, 5: {"gp": [{**called, "record_id": "new"}]}})
    assert claims["new", "home"] == (SINCE, jan(1))


def test_a_move_is_seen_through_keys_that_change_twice(dated):
    moved = {**ANN, **at("2")}
    claims, _ = dated(
        {
            1: {"gp": [ANN]},
            2: {"gp": [moved]},
            3: {"gp": [{**moved, "record_id": "new"}]},
            5: {"gp": [{**moved, "record_id": "newer"}]},
        }
    )
    assert claims["newer", "home"] == (jan(2), jan(2))


def test_a_move_on_the_night_of_new_keys_is_seen(dated):
    again = [{**row, "record_id": f"new{row['record_id']}"} for row in OTHERS]
    moved = {**ANN, **at("2"), "record_id": "new"}
    claims, _ = dated({1: {"gp": [ANN, *OTHERS]}, 5: {"gp": [moved, *again]}})
    assert claims["new", "home"] == (jan(5), jan(5))
    assert claims["newo1", "home"] == (SINCE, jan(1))


def test_keys_that_change_places_move_nobody(dated):
    """Numbered afresh by position: every key is now the next one's, who lives elsewhere."""
    rows = [{**row, **at(str(1 + n % 4))} for n, row in enumerate(OTHERS)]
    keys = [row["record_id"] for row in rows]
    shifted = [{**row, "record_id": key} for row, key in zip(rows[1:], keys, strict=False)]
    claims, _ = dated({1: {"gp": rows}, 5: {"gp": shifted}})
    assert {claims[key, "home"] for key in keys[:-1]} == {(SINCE, jan(1))}


def test_a_home_that_the_practice_has_since_last_night_contradicts_nothing_before(dated):
    """Seen by the police in the summer where the practice has them only now."""
    seen = involved("i1", "Ann Lee", BORN["Ann Lee"], "3", date(2025, 11, 1))
    before = {"gp": [ANN, TOM], "police": [seen]}
    assert [f["kind"] for f in dated({1: before, 5: before})[1]] == ["address_divergence"]
    moved = {**before, "gp": [{**ANN, **at("2")}, {**TOM, **at("2")}]}
    assert dated({1: before, 5: moved})[1] == []
