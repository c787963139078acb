"""Rules of detection as documentation: a few records in, the exceptions out."""

from __future__ import annotations

from datetime import date

import pytest

from linkage import history
from linkage.detect import exceptions
from linkage.households import households
from linkage.people import persons, score
from linkage.places import match, property
from linkage.protect import clusters, gate
from linkage.standardise import mention

HOMES = {"1": ("1", "Elm Road"), "2": ("2", "Oak Road"), "3": ("3", "Ash Road"), "4": ("3", "Elm Road")}
BUILDING = [
    {
        "uprn": "5",
        "custodian_code": "4615",
        "building_number": "9",
        "street": "Elm Road",
        "post_town": "Dudley",
        "postcode": "DY1 5AA",
        "classification": "PP",
    },
    {
        "uprn": "6",
        "parent_uprn": "5",
        "custodian_code": "4615",
        "sub_building": "Flat 2",
        "building_number": "9",
        "street": "Elm Road",
        "post_town": "Dudley",
        "postcode": "DY1 5AA",
        "classification": "RD06",
    },
    {
        "uprn": "7",
        "custodian_code": "4615",
        "building_name": "Tern Halls",
        "street": "Oak Road",
        "post_town": "Dudley",
        "postcode": "DY1 7AA",
        "classification": "RI03",
    },
]
"""A flat in a building, and a hall of residence."""


def at(uprn, prefix=""):
    number, street = HOMES[uprn]
    return {
        f"{prefix}address_line_1": f"{number} {street}",
        f"{prefix}postcode": f"DY1 {uprn}AA",
        f"{prefix}uprn": uprn,
    }


def patient(record_id, name, born, uprn, number=None, **more):
    given, family = name.split()
    return {
        "record_id": record_id, "practice_code": "M87001", "given_names": given, "family_name": family, "date_of_birth": born,
        "nhs_number": number, "registered_on": date(2020, 1, 1), **at(uprn), **more,
    }  # fmt: skip


def liable(record_id, name, uprn, **more):
    given, family = name.split()
    return {"record_id": record_id, "account_ref": f"a{record_id}", "forenames": given, "surname": family, "liable_from": date(2020, 1, 1),
            **at(uprn), **more}  # fmt: skip


def involved(record_id, name, born, uprn, on, **more):
    given, family = name.split()
    return {
        "record_id": record_id, "occurrence_ref": f"o{record_id}", "occurred_on": on, "occurrence_type": "other", "role": "witness",
        "given_names": given, "family_name": family, "date_of_birth": born, **at(uprn), **more,
    }  # fmt: skip


def booking(record_id, name, born, uprn, number, **more):
    given, family = name.split()
    return {
        "record_id": record_id, "nhs_number": number, "given_names": given, "family_name": family, "date_of_birth": born,
        "booked_on": date(2025, 10, 1), "expected_delivery_on": date(2026, 4, 1), "status": "active", **at(uprn), **more,
    }  # fmt: skip


# A town to be found in: how rare a name is decides what agreeing on it says.
SOUNDS = [
    (a, b)
    for a in ("Bra", "Cor", "Del", "Fen", "Gil", "Hab", "Kor", "Lin")
    for b in ("mond", "vas", "wick", "dar", "nel", "sor")
]
TOWN = [
    {
        "record_id": f"t{n}",
        "practice_code": "M87001",
        "given_names": f"{a}{b}",
        "family_name": f"{b}{a}ton".title(),
        "date_of_birth": date(1940 + n % 40, 1 + n % 12, 1 + n % 28),
        "registered_on": date(2000, 1, 1),
        "mobile": f"0700000{n:04}",
    }
    for n, (a, b) in enumerate(SOUNDS)
]


@pytest.fixture
def raise_from(con, contents_from):
    """Run a night from records to exceptions; gives (kind, {role: names}) of each."""
    return lambda **records: [_told(con, content) for content in contents_from(**records)]


@pytest.fixture
def people_from(con, accept):
    """Run a night from records to people."""

    def run(tonight, **records):
        records["gazetteer"] = [
            {"uprn": u, "custodian_code": "4615", "building_number": n, "street": s, "post_town": "Dudley", "postcode": f"DY1 {u}AA",
             "classification": "RD03"}
            for u, (n, s) in HOMES.items()
        ] + BUILDING  # fmt: skip
        records["gp"] = [*records.get("gp", []), *TOWN]
        accept(tonight, **records)
        gate.run(con, tonight)
        history.remember(con, tonight)
        mention.run(con, tonight)
        property.build(con, tonight.settings.table("hubs"))
        match.run(con)
        match.run_loose(con, "sealed_address", "sealed_match")
        clusters.keep_sealed_places(con, tonight)
        score.run(con, tonight)
        persons.run(con, tonight)

    return run


@pytest.fixture
def contents_from(con, people_from, night):
    """Run a night from records to exceptions; gives each as outputs.md has it."""

    def run(**records):
        people_from(night, **records)
        households.claims(con, night)
        clusters.run(con, night)
        households.run(con, night)
        households.how_sure(con, night)
        households.relations(con)
        raised, _ = exceptions.run(con, night)
        return [r.content for r in raised]

    return run


def _told(con, content):
    names = dict(con.execute("SELECT person_id, name_display FROM profile").fetchall())
    return content["kind"], {p["role"]: names[p["person_id"]] for p in content["people"]}
