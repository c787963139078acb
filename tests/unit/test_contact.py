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
