"""Phones, e-mails, NHS numbers and relationships."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.standardise import contact


@pytest.mark.parametrize(
    ("written", "shape"),
    [("07700 900123", "07700900123"), ("+44 7700 900123", "07700900123"), ("(0121) 496-0000", "01214960000"),
     ("07700 900123 (mum)", "07700900123"), ("mob: 07700 900123", "07700900123"), ("0121 496 0000 ext 12", "01214960000"),
     ("123", None), ("not given", None), ("00000000000", None)],
)  # fmt: skip
def test_phone(written, shape):
    assert contact.phone(written) == shape


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("9991777636", "9991777636"),
        ("999 177 7636", "9991777636"),
        ("9991777636.0", "9991777636"),
        ("9991777637", None),
        ("", None),
        ("1111111111", None),
    ],
)
def test_nhs_number_must_pass_its_check_digit(written, shape):
    assert contact.valid_nhs_number(written) == shape


@pytest.mark.parametrize(
    ("written", "shape"), [("A.B@Example.org", "a.b@example.org"), ("none", None), ("a b@c.d", None)]
)
def test_email(written, shape):
    assert contact.email(written) == shape


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("H", "husband"), ("HUSBAND", "husband"), ("bd", "father_of_baby"), ("P", "partner"), ("mom", "mother"),
     ("Father", "father"), ("best friend", "friend"), ("mother in law", "in_law"), ("???", None), ("xyz", "other"),
     ("mother of my child", "partner"), ("Father of my children", "partner"), ("fiancée", "partner"), ("Fiancé", "partner"),
     ("Father (of pt)", "father"), ("Grandmother (carer)", "grandparent")],
)  # fmt: skip
def test_relationship(written, meaning):
    assert contact.relationship(written) == meaning


@pytest.mark.parametrize(
    "written",
    ["Baby's dad", "BABY’S DAD", "dad of baby", "Father of unborn", "father of child", "FOB", "F.O.B.", "Dad to be", "father-to-be",
     "baby father", "baby daddy", "bd", "Dad (bump)", "Father of the twins", "friend (FOB)", "dad of unborn baby"],
)  # fmt: skip
def test_a_father_beside_a_baby_is_the_babys(written):
    assert contact.relationship(written) == "father_of_baby"


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("her dad", "father"), ("Abu", "father"), ("Ammi", "mother"), ("Dad - not FOB", "father"), ("friend, not baby's dad", "friend"),
     ("not father of baby", "other"), ("Grand father of baby", "grandparent"), ("Father's mother", "grandparent"),
     ("Baby's dad's mum", "in_law"), ("mother of FOB", "in_law"), ("kids' dad", "partner"), ("Step-dad", "step_parent"),
     ("stepmother", "step_parent"), ("Mum's partner", "step_parent"), ("step dad of baby", "partner"), ("Parents", "parent"),
     ("Mum & Dad", "parent"), ("step son", "kin"), ("sibling", "kin")],
)  # fmt: skip
def test_which_parent_is_meant(written, meaning):
    assert contact.relationship(written) == meaning


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("Husband-to-be", "partner"), ("B/F", "partner"), ("b.f.", "partner"), ("Boy friend", "partner"), ("bf", "partner"),
     ("hubby", "husband"), ("Estranged husband", "partner"), ("ex-husband", "partner"), ("EX", "partner"), ("Ex partner", "partner"),
     ("former partner", "partner"), ("ex bf", "partner"), ("Partner's mother", "in_law"), ("mother of partner", "in_law"),
     ("boyfriends mum", "in_law"), ("M.I.L.", "in_law"), ("Mother-in-law", "in_law"), ("mother inlaw", "in_law"),
     ("Bro in law", "in_law"), ("sister's husband", "in_law"), ("Gran", "grandparent"), ("NANA", "grandparent"), ("nan", "grandparent"),
     ("Grandma.", "grandparent"), ("cousin", "kin"), ("Aunty", "kin"), ("Mum's sister", "kin"), ("friend's mum", "friend"),
     ("Friend of family", "friend"), ("House mate", "friend"), ("God mother", "friend")],
)  # fmt: skip
def test_what_clerks_write_of_partners_kin_and_friends(written, meaning):
    assert contact.relationship(written) == meaning


@pytest.mark.parametrize(
    "written",
    ["Social worker", "SW", "Support Worker", "Key-worker", "Landlord", "Church pastor", "Employer", "Line manager", "teacher", "Midwife",
     "carer", "Health visitor", "Imam", "Youth worker", "Hostel staff", "Babysitter"],
)  # fmt: skip
def test_who_stands_there_by_trade(written):
    assert contact.relationship(written) == "professional"


@pytest.mark.parametrize("written", ["Other", "Unknown", "n/a", "not known", "emergency contact", "see notes"])
def test_words_that_say_nothing_are_no_tie(written):
    assert contact.relationship(written) == "other"


def _in_sql(column, text):
    """Whether a text is written plainly, and the shape that SQL gives it then."""
    plain = contact.PLAIN[column]
    query = f"SELECT {plain.written}, CASE WHEN {plain.written} THEN {plain.shape} END FROM (SELECT $text AS text)"
    return duckdb.execute(query, {"text": text}).fetchone()


@settings(deadline=None)
@given(st.from_regex(r"(0|\+44 ?)[1-9][0-9 -]{8,12}", fullmatch=True))
def test_a_plain_phone_is_what_the_library_says(written):
    plain, shape = _in_sql("phone", written)
    assert shape == contact.phone(written) if plain else shape is None


def test_phones_of_so_many_digits_are_plain():
    assert _in_sql("phone", "07700 900-123") == (True, "07700900123")
    assert _in_sql("phone", "+44 7700 900123") == (True, "07700900123")
    assert _in_sql("phone", "07777 777771") == (True, None), "of two digits alone"
    assert _in_sql("phone", "mob: 07700 900123") == (False, None)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_a_plain_nhs_number_is_what_the_library_says(nine):
    for digit in range(10):
        plain, shape = _in_sql("nhs_number", f"{nine}{digit}")
        assert plain == (nine[0] > "3")
        assert shape == contact.valid_nhs_number(f"{nine}{digit}") if plain else shape is None


@settings(deadline=None)
@given(st.text(st.sampled_from("aB.9-_+@ \t\u200b\u00e9~!"), max_size=12))
def test_a_plain_email_is_what_python_says(written):
    plain, shape = _in_sql("email", written)
    assert shape == contact.email(written) if plain else shape is None


@pytest.mark.parametrize("column", ["phone", "email", "nhs_number"])
def test_nothing_is_no_plain_text(column):
    assert _in_sql(column, "") == (False, None)
