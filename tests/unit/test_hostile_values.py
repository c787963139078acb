"""Whatever stands in a field, the standardisers give a plain shape or nothing, and files that swell stay small."""

from __future__ import annotations

import time
import unicodedata

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.places import text as places
from linkage.places import words
from linkage.sources import parquet_file
from linkage.sources.read import land
from linkage.standardise import contact, mention, names
from linkage.tables import CONTRACTS

TRICKS = [
    "\u200b",
    "\u202e",
    "\u2066",
    "\x00",
    "\x1b[31m",
    "\ufeff",
    "е",
    "Ω",
    "=cmd|",
    "<script>",
    "';--",
    "../",
    "﷽",
    "İ",
    "ß",
    "🅰",
    "\ud800",
]
ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*TRICKS, "Ann", " ", "-", "'", "O'", "07700 900123", "DY1 1AA", "Flat 2", "12"]), max_size=12).map("".join),
)  # fmt: skip
MANY = settings(max_examples=150, deadline=None)


def is_plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and token == token.upper()


@MANY
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_names_become_plain_tokens(given_, family, other, known_as):
    parsed = names.parse(given_, family, other, known_as)
    for token in (*parsed.given, *parsed.family, *parsed.also, *parsed.initials):
        assert is_plain(token)
        assert is_plain(names.spelling_class(token))
        names.nicknames(token)
    for token in names.parse_full(given_).family:
        assert is_plain(token)


@MANY
@given(ANYTHING, ANYTHING)
def test_a_name_is_printed_without_what_cannot_be_seen(given_, family):
    shown = mention._display(given_, family, None) or ""
    assert not [c for c in shown if unicodedata.category(c) in ("Cf", "Cc", "Cs")]


@MANY
@given(ANYTHING)
def test_contacts_and_numbers_have_their_shape_or_none(value):
    assert (phone := contact.phone(value)) is None or phone.removeprefix("+").isdigit()
    assert (mail := contact.email(value)) is None or ("@" in mail and mail == mail.strip())
    assert (number := contact.valid_nhs_number(value)) is None or (len(number) == 10 and number.isdigit())
    contact.relationship(value)


@MANY
@given(st.lists(st.none() | ANYTHING, min_size=5, max_size=5), st.none() | ANYTHING)
def test_addresses_are_parsed_or_left(lines, code):
    places.parse(tuple(lines), code)
    assert (found := words.postcode(code)) is None or found.isascii()


@pytest.mark.parametrize(("tricked", "plain"), [
    ("Zo\u200be", "Zoe"), ("\u202eZoe\u202c", "Zoe"), ("\u0410nn\u0430", "Anna"), ("A\u0301nn", "Ann"), ("ＡＮＮ", "Ann"),
    ("soft\u00adhyphen", "softhyphen"),
])  # fmt: skip
def test_a_name_in_disguise_is_the_same_name(tricked, plain):
    assert names.fold(tricked) == names.fold(plain)


def test_time_grows_with_length_and_no_faster():
    value = "(((0" * 5000
    start = time.monotonic()
    for shape in (contact.phone, contact.email, contact.relationship, names.fold, words.postcode):
        shape(value)
    places.parse((value, value, None, None, None), None)
    assert time.monotonic() - start < 5


def swelling(path, rows: int, value: str) -> None:
    """A small Parquet file whose one value, held once in its dictionary, stands in every row."""
    word = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([value]))
    keys = pa.array([f"B{i}" for i in range(rows)])
    names_ = [c for c in CONTRACTS["maternity_birth"].names if c != "disclosure"]
    pq.write_table(pa.table({n: keys if n == "record_id" else word for n in names_}), path, compression="zstd")


def test_how_many_were_tried(record_property):
    record_property("inputs made up for the standardisers (4 properties)", 4 * MANY.max_examples)


def test_a_file_that_swells_a_thousandfold_costs_its_rows_and_not_the_night(con, night):
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    file = folder / "maternity_birth__swb.parquet"
    swelling(file, 300, "x" * 1_000_000)
    assert file.stat().st_size < 100_000, "4 GB of text, were it all laid out"
    before = psutil.Process().memory_info().rss
    land(con, night)
    assert psutil.Process().memory_info().rss - before < 2_000_000_000
    longest = con.execute("SELECT count(*), max(length(given_names)) FROM landed_maternity_birth").fetchone()
    assert longest == (300, parquet_file.LONGEST)


def test_a_file_that_claims_more_rows_than_any_register_is_refused(con, night, monkeypatch):
    monkeypatch.setattr(parquet_file, "MOST_ROWS", 250)
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    swelling(folder / "maternity_birth__swb.parquet", 300, "x")
    land(con, night)
    assert con.execute("SELECT status, reasons[1] FROM input_file").fetchall() == [
        ("refused", "it claims 300 rows, more than any register has; ask for it again")
    ]


def test_what_cannot_be_seen_parts_no_contact_from_itself():
    assert contact.email("\u200ba.lee@\u202eexample.org\x00") == contact.email("A.Lee@example.org")
    assert contact.valid_nhs_number("٩٤٣ ٤٧٦ ٥٩١٩") == contact.valid_nhs_number("943 476 5919") == "9434765919"


@pytest.mark.parametrize("text", ["+4) (704", "+1 1", "+47 22 22 22 22", "+44 7700", "00"])
def test_a_few_digits_after_a_plus_are_no_phone_number(text):
    assert contact.phone(text) is None
    assert contact.phone("+47 21 98 76 54") == "+4721987654"
