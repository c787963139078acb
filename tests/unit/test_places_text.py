"""Addresses as clerks type them, taken apart."""

from __future__ import annotations

import pytest

from linkage.places.text import Parsed, flat_of, parse
from linkage.places.words import name, postcode

WRITTEN = [
    # lines, postcode, flat, (number, name), postcode found
    (("43 Willow Rd.", "Netherton", "Dudley"), "dy27ea", None, ("43", "WILLOW ROAD"), "DY2 7EA"),
    (("20, Robin Cl", "Stourbridge"), "DY8 5TN", None, ("20", "ROBIN CLOSE"), "DY8 5TN"),
    (("61 Ravenhill Street, Brierley Hill",), None, None, ("61", "RAVENHILL STREET"), None),
    (("Flat 3, 12 High St",), "DY1 1AA", "3", ("12", "HIGH STREET"), "DY1 1AA"),
    (("12/3 High Street",), None, "3", ("12", "HIGH STREET"), None),
    (("12C High St Dudley",), "DY1 1AA", None, ("12C", "HIGH STREET DUDLEY"), "DY1 1AA"),
    (("5 Lock Drive, Tipton DY4 0OP",), None, None, ("5", "LOCK DRIVE"), "DY4 0OP"),
    (("4", "30", "Bank Road"), "DY6 7UW", "4", ("30", "BANK ROAD"), "DY6 7UW"),
    (("4A", "30 Bank Road"), "DY6 7UW", "4A", ("30", "BANK ROAD"), "DY6 7UW"),
    (("6 34", "Bank Road"), None, "6", ("34", "BANK ROAD"), None),
    (("Flat 011 at 20", "Bank Road"), None, "11", ("20", "BANK ROAD"), None),
    (("Flat 2 Ground Floor", "53-55", "Bank Road"), None, "2", ("53-55", "BANK ROAD"), None),
    (("Farmhouse 27 Bank Road Lye Dudley",), None, None, ("27", "BANK ROAD"), None),
]


@pytest.mark.parametrize(("lines", "given", "flat", "numbered", "found"), WRITTEN)
def test_parse(lines, given, flat, numbered, found):
    parsed = parse(lines, given)
    assert parsed.flat == flat
    assert numbered in parsed.numbered
    assert parsed.postcode == found


def test_a_named_building_is_a_name_and_its_number_may_be_a_flat():
    parsed = parse(("FLAT 17 SALOP LODGE", "WILLOW ROAD", "W MIDLANDS"), "DY2 0GY")
    assert parsed.flat == "17"
    assert parsed.names == ("SALOP LODGE", "WILLOW ROAD")
    assert ("17", "SALOP LODGE") in parse(("17 Salop Lodge", "Willow Rd"), None).numbered


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("b712ql", "B71 2QL"),
        ("DYI 1AA", "DY1 1AA"),
        ("B7O 1AB", "B70 1AB"),
        ("DY1 lAA", "DY1 1AA"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_postcode(written, shape):
    assert postcode(written) == shape


@pytest.mark.parametrize(
    ("written", "shape"),
    [("St. Paul's Rd", "SAINT PAULS ROAD"), ("High St", "HIGH STREET"), ("Oak Cl.", "OAK CLOSE"), (None, "")],
)
def test_name(written, shape):
    assert name(written) == shape


@pytest.mark.parametrize(
    ("written", "shape"), [("Flat 17", "17"), ("17", "17"), ("Flat A", "A"), ("", None), (None, None)]
)
def test_flat(written, shape):
    assert flat_of(written) == shape


@pytest.mark.parametrize(
    ("text", "flat", "number"),
    [
        ("Ground Floor Flat, 12 High Street", "GROUND", "12"),
        ("GROUND FLOOR FLAT 12 HIGH STREET DUDLEY", "GROUND", "12"),
        ("Ground Floor Flat 3, 12 High Street", "3", "12"),
        ("Basement Flat, 12 High St", "BASEMENT", "12"),
        ("1st Floor Flat, 12 High St", "FIRST", "12"),
        ("Flat 2, Ground Floor, 12 High St", "2", "12"),
        ("1st Flr Flat, 12 High St", "FIRST", "12"),
        ("Gnd Fl Flat, 12 High St", "GROUND", "12"),
    ],
)
def test_a_flat_told_by_its_floor(text, flat, number):
    parsed = parse((text,), None)
    assert parsed.flat == flat
    assert parsed.numbered[0][0] == number
    assert flat_of(text.split(",")[0].split(" 12 ")[0]) == flat


@pytest.mark.parametrize(
    "text",
    ["A/102 High Street, Dudley", "102/A HIGH STREET", "102-A High Street", "102 High Street, Dudley, a/102 High St"],
)
def test_a_letter_and_a_number_with_a_slash_are_a_flat_of_the_number_or_one_lettered_number(text):
    flat, lettered = parse((text,), "DY1 1AA").readings
    assert (flat.flat, lettered.flat) == ("A", None)
    assert ("102", "HIGH STREET") in flat.numbered
    assert ("102A", "HIGH STREET") in lettered.numbered


def test_a_letter_before_a_slash_belongs_to_the_word_flat():
    (read,) = parse(("Flat A/102 High Street",), "DY1 1AA").readings
    assert read.flat == "A"
    assert ("102", "HIGH STREET") in read.numbered


@pytest.mark.parametrize(
    ("text", "flat", "beside"),
    [
        ("F18, Quarry House", "F18", None),
        ("f18 quarry house", "F18", None),
        ("12 High Street, R2", "R2", None),
        ("F3/12 High Street", "F3", None),
        ("FA, 12 High Street", "A", None),
        ("A 12 High Street", "A", None),
        ("12 High Street, B, Dudley", "B", None),
        ("12 High St (A), Dudley", "A", "HIGH STREET"),
        ("Quarry Hse 18, High Street", "18", "QUARRY HOUSE"),
        ("Quarry House No. 18", "18", "QUARRY HOUSE"),
        ("High Street, Quarry House, 18", "18", "QUARRY HOUSE"),
    ],
)
def test_a_flat_without_its_word_is_one_only_if_it_is_listed(text, flat, beside):
    plain, told = parse((text,), None).readings
    assert (plain.flat, plain.listed) == (None, False)
    assert (told.flat, told.listed, told.beside) == (flat, True, beside)


@pytest.mark.parametrize(
    "text",
    [
        "FF, 12 High Street",
        "12 High Street E, Dudley",
        "12A High Street",
        "4, 30 Bank Road",
        "Flat F18, Quarry House",
        "J Smith, 12 High Street",
    ],
)
def test_what_is_no_flat_without_its_word(text):
    assert parse((text,), "DY1 1AA").others == ()


@pytest.mark.parametrize("text", ["House 44, High Street", "Hse 44 High St", "Dudley, House No 44, High Street"])
def test_the_word_house_before_a_number_may_say_nothing(text):
    _, bare = parse((text,), None).readings
    assert bare.numbered == (("44", "HIGH STREET"),)
    assert bare.flat is None


@pytest.mark.parametrize("text", ["House 3, 60 High Street", "Rose House 44 High Street", "House, 44 High Street"])
def test_the_word_house_is_left_where_it_may_say_something(text):
    assert [one.numbered for one in parse((text,), None).readings if not one.listed] == [parse((text,), None).numbered]


@pytest.mark.parametrize(
    "text",
    [
        "Flat No.3 12 High Street",
        "Flat: 3, 12 High Street",
        "Flat-3, 12 High St",
        "Flat Three, 12 High Street",
        "APT NO THREE 12 HIGH ST",
    ],
)
def test_a_flats_number_with_marks_or_in_words(text):
    parsed = parse((text,), None)
    assert parsed.flat == "3"
    assert ("12", "HIGH STREET") in parsed.numbered
    assert flat_of(text.split(" 12 ")[0]) == "3"


@pytest.mark.parametrize("text", ["No.12 High Street", "NO12 HIGH STREET", "No. 12, High St."])
def test_a_number_with_its_word_stuck_to_it(text):
    assert parse((text,), None).numbered == (("12", "HIGH STREET"),)


@pytest.mark.parametrize("text", ["12 & 14 High Street", "12 and 14, High St, Dudley"])
def test_two_numbers_together_are_one_house_of_both(text):
    (read,) = parse((text,), None).readings
    assert (read.flat, read.numbered[0], read.whole_range) == (None, ("12-14", "HIGH STREET"), True)


@pytest.mark.parametrize("text", ["Flat No.3 100 High Street", "F3 100 High Street", "Flat A3 100 High Street"])
def test_a_flat_and_a_house_number_are_no_postcode(text):
    read = parse((text,), None)
    assert read.postcode is None
    assert ("100", "HIGH STREET") in read.readings[-1].numbered


@pytest.mark.parametrize(
    "text", ["Adjacent to 34 Watt Street", "rear of 34 Watt Street", "o/s 34 Watt Street", "Opp 34 Watt St"]
)
def test_a_place_beside_a_house_is_not_the_house(text):
    assert parse((text,), "DY1 1AA") == Parsed(None, (), (), "DY1 1AA")
