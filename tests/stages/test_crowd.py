"""Defaults that systems write into empty fields: a value of crowds tells nobody from anybody, and no night drowns in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from linkage import history
from linkage.people import score
from linkage.places import match, property
from linkage.protect import gate
from linkage.standardise import crowd, mention
from tests.rules.conftest import at, involved, liable, patient

DEFAULTS = {"nhs_number": "9434765919", "mobile": "0121 555 0100", "email": "noreply@practice.example"}
SAID = {"nhs_number": "nhs_number", "mobile": "phone", "email": "email"}


@pytest.fixture
def standardise(con, accept, night):
    def run(**records):
        accept(**records)
        gate.run(con, night)
        history.remember(con, night)
        mention.run(con, night)

    return run


def people(count, **more):
    return [patient(f"r{n}", f"Ann{n} Lee", date(1950, 1, 1) + timedelta(days=n), "1", **more) for n in range(count)]


@pytest.mark.parametrize("column", DEFAULTS)
def test_a_value_of_a_crowd_is_read_as_not_given_and_the_supplier_is_named_without_it(con, standardise, column):
    own = {"nhs_number": "9000000009", "mobile": "0121 555 0199", "email": "ann@home.example"}[column]
    said = [{**row, column: DEFAULTS[column]} for row in people(crowd.BEARERS + 1)]
    standardise(gp=[*said, {**patient("own", "Bo Lee", date(1980, 1, 1), "1"), column: own}])
    kept = con.execute(f"SELECT record_id FROM mention WHERE {SAID[column]} IS NOT NULL").fetchall()
    assert kept == [("own",)]
    (line,) = crowd.warnings(con)
    assert line.startswith("gp of s: 1 ")
    assert f"given for {crowd.BEARERS + 1} mentions" in line
    assert DEFAULTS[column] not in line


@pytest.mark.parametrize("column", DEFAULTS)
def test_a_value_that_few_share_stands(con, standardise, column):
    standardise(gp=[{**row, column: DEFAULTS[column]} for row in people(crowd.BEARERS)])
    (kept,) = con.execute(f"SELECT count({SAID[column]}) FROM mention").fetchone()
    assert kept == crowd.BEARERS
    assert crowd.warnings(con) == []


def test_a_nominal_reference_of_a_crowd_is_nobodys_and_that_of_one_person_with_many_records_is_theirs(con, standardise):
    on = date(2025, 12, 1)
    unknown = [
        {**involved(f"u{n}", f"Ann{n} Lee", date(1950, 1, 1) + timedelta(days=n), "1", on), "nominal_ref": "UNKNOWN"}
        for n in range(crowd.BEARERS + 1)
    ]
    known = [{**involved(f"k{n}", "Bo Lee", date(1980, 1, 1), "1", on), "nominal_ref": "N1"} for n in range(80)]
    standardise(police=[*unknown, *known])
    kept = con.execute("SELECT force_key, count(*) FROM mention GROUP BY ALL ORDER BY ALL").fetchall()
    assert kept == [("N1", 80), (None, crowd.BEARERS + 1)]
    assert "nominal_ref" in crowd.warnings(con)[0]


def test_a_property_that_hundreds_are_given_is_nobodys_home(con, standardise, night):
    gazetteer = [
        {"uprn": u, "custodian_code": "4615", "building_number": u, "street": "HIGH STREET", "post_town": "Dudley",
         "postcode": f"DY1 {u}AA", "classification": "RD03"}
        for u in ("1", "2")
    ]  # fmt: skip
    lost = {**dict.fromkeys(at("1")), "uprn": "1"}
    everybody = [{**row, **lost} for row in people(match.CROWD + 1)]
    standardise(gp=[*everybody, patient("own", "Bo Lee", date(1980, 1, 1), "2")], gazetteer=gazetteer)
    property.build(con, night.settings.table("hubs"))
    match.run(con)
    levels = con.execute("SELECT uprn, match_level, count(*) FROM address_match GROUP BY ALL ORDER BY ALL").fetchall()
    assert levels == [("1", "building", match.CROWD + 1), ("2", "property", 1)]


def test_a_day_on_which_thousands_of_accounts_begin_tells_no_move(con, standardise, night):
    new_year = date(2025, 4, 1)

    def compared(others):
        begun = [
            {**liable(f"b{n}", f"Cy{n} Doe", "2", liable_from=new_year), **dict.fromkeys(at("2"))}
            for n in range(others)
        ]
        moved = [
            liable("l", "Manjit Kaur", "1", liable_to=new_year),
            liable("c", "Manjit Kaur", "2", liable_from=new_year),
        ]
        standardise(council_tax=[*moved, *begun], gazetteer=[])
        property.build(con, night.settings.table("hubs"))
        match.run(con)
        score.run(con, night)
        return con.execute("SELECT record_id FROM person_input WHERE len(move_keys) > 0 ORDER BY ALL").fetchall()

    assert compared(10) == [("c",), ("l",)]
    assert compared(1000) == []


@pytest.mark.parametrize(
    ("day", "bearers", "kept"),
    [
        (date(1970, 6, 15), crowd.BEARERS + 1, False),
        (date(1970, 6, 15), crowd.BEARERS, True),
        (date(1970, 1, 1), crowd.BEARERS + 1, True),
    ],
    ids=["a default", "a day that many share", "where the day is not known"],
)
def test_a_birth_date_of_a_crowd_is_read_as_not_given(con, standardise, day, bearers, kept):
    shared = [{**row, "record_id": f"d{n}", "date_of_birth": day} for n, row in enumerate(people(bearers))]
    born_that_year = [patient(f"y{n}", f"Bo{n} Lee", date(1970, 3, 1) + timedelta(days=n), "1") for n in range(60)]
    standardise(gp=[*shared, *born_that_year])
    (told,) = con.execute(
        "SELECT count(*) FROM mention WHERE date_of_birth = $day AND record_id[1] = 'd'", {"day": day}
    ).fetchone()
    assert told == (bearers if kept else 0)
    assert con.execute("SELECT count(date_of_birth) FROM mention WHERE record_id[1] = 'y'").fetchone() == (60,)
    lines = crowd.warnings(con)
    assert [line[: line.index(" given")] for line in lines] == ([] if kept else ["gp of s: 1 date of birth"])
    assert not any("1970" in line for line in lines)


def test_a_birth_date_that_many_share_in_a_region_where_many_share_each_stands(con, standardise):
    many = [
        patient(f"r{d}-{n}", f"Ann{n} Lee", date(1970, 6, 1) + timedelta(days=d), "1")
        for d in range(10)
        for n in range(crowd.BEARERS + 10)
    ]
    standardise(gp=many)
    assert con.execute("SELECT count(date_of_birth) FROM mention").fetchone() == (len(many),)
