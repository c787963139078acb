"""A number that was invalidated: records of the old identity that never bore it are linked with the new one on no night.

One person a way, three nights. The old number is listed as invalidated from the second night on, or on the third; the new registration
comes with it or before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from flows.replay import run_one
from linkage import store
from tests.night import canaries as zoo
from tests.night.conftest import digest, exceptions, plan
from tests.night.test_faults import table
from tests.night.test_ways_out import COLUMNS, Rows, write

SEED = 6229
FIRST, SECOND, THIRD = range(3)
COLUMNS = COLUMNS | {"council_tax": [*COLUMNS["council_tax"], "date_of_birth"]}


@dataclass
class Two:
    """Somebody's two identities, the homes of each, and somebody who lives with the old one."""

    key: str
    old: zoo.Person
    new: zoo.Person
    other: zoo.Person
    home: zoo.Home
    new_home: zoo.Home
    listed_on: int = SECOND

    def of_old(self, rows: Rows) -> None:
        """The records that name the old identity and bear no NHS number."""
        who = {"given_names": self.old.given, "family_name": self.old.family, "date_of_birth": str(self.old.born)}
        rows["council_tax", "canary"].append(
            {"record_id": f"OLD-CT-{self.key}", "account_ref": f"A{self.key}", "forenames": self.old.given, "surname": self.old.family,
             "date_of_birth": str(self.old.born), "phone": self.old.phone, "liable_from": "2020-02-01", **self.home.group()}
        )  # fmt: skip
        rows["police", "canary"].append(self.police(f"OLD-PO-{self.key}", nominal_ref=f"N/{self.key}") | who)

    def police(self, record_id: str, **more: str) -> dict[str, str]:
        return {
            "record_id": record_id, "given_names": self.old.given, "family_name": self.old.family, "date_of_birth": str(self.old.born),
            "occurrence_ref": f"O{record_id}", "occurred_on": "2025-11-01", "occurrence_type": "child_concern", "role": "witness",
            **self.home.group(), **more,
        }  # fmt: skip

    def registered(self, record_id: str, p: zoo.Person, home: zoo.Home, **more: str) -> dict[str, str]:
        return {
            "record_id": record_id, "nhs_number": p.number, "given_names": p.given, "family_name": p.family, "date_of_birth": str(p.born),
            "sex": p.sex, "practice_code": "M87001", "registered_on": "2020-02-01", "mobile": p.phone, **home.group(), **more,
        }  # fmt: skip


def recognised(rows: Rows, two: Two, at: int) -> None:
    """A council-tax account and a police record of the old name at the home, and the new registration there."""
    two.of_old(rows)
    if at == FIRST:
        rows["gp", "canary"].append(two.registered(f"GONE-{two.key}", two.old, two.home))
    else:
        rows["gp", "canary"].append(two.registered(f"NEW-{two.key}", two.new, two.new_home, registered_on="2026-01-02"))
    if at >= two.listed_on:
        rows["protected", "hub"].append(
            {"record_id": f"I{two.key}", "nhs_number": two.old.number, "reason": "invalidated"}
        )


def recognised_and_moved(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)


def under_the_same_name(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)


def registered_the_night_before(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)


def registered_beside_the_old_one(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)
    if at == SECOND:
        rows["gp", "canary"].append(two.registered(f"GONE-{two.key}", two.old, two.home))


def in_the_same_row(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)
    for row in rows["gp", "canary"]:
        if row["record_id"] in (f"GONE-{two.key}", f"NEW-{two.key}"):
            row["record_id"] = f"NEW-{two.key}"


def adopted(rows: Rows, two: Two, at: int) -> None:
    """The police record of the child at the birth mother's home, and the registration at the adopters'."""
    recognised(rows, two, at)
    rows["council_tax", "canary"].pop()


def recorded_later_by_the_same_key(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)
    if at == THIRD:
        rows["police", "canary"].append(two.police(f"OLD-LATER-{two.key}", nominal_ref=f"N/{two.key}"))


def recorded_later_by_name_alone(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)
    del rows["police", "canary"][-1], rows["council_tax", "canary"][-1]
    if at == THIRD:
        rows["police", "canary"].append(two.police(f"OLD-LATER-{two.key}", given_names=two.old.given.upper()))


def under_another_key(rows: Rows, two: Two, at: int) -> None:
    """Their supplier numbers its records afresh on the last night."""
    recognised(rows, two, at)
    if at == THIRD:
        for contract in ("police", "council_tax"):
            rows[contract, "canary"][-1]["record_id"] += "-AFRESH"


def the_account_takes_the_new_name(rows: Rows, two: Two, at: int) -> None:
    recognised(rows, two, at)
    if at == THIRD:
        rows["council_tax", "canary"][-1]["forenames"] = two.new.given


def named_by_others(rows: Rows, two: Two, at: int) -> None:
    """Who lives with the old identity has it as next of kin; that registration goes on, and is told of."""
    recognised(rows, two, at)
    rows["gp", "canary"].append(
        two.registered(f"KIN-{two.key}", two.other, two.home, next_of_kin_name=f"{two.old.given} {two.old.family}",
                       next_of_kin_relationship="partner", next_of_kin_phone=two.old.phone)
    )  # fmt: skip


WAYS = (
    recognised, recognised_and_moved, under_the_same_name, registered_the_night_before, registered_beside_the_old_one, in_the_same_row,
    adopted, recorded_later_by_the_same_key, recorded_later_by_name_alone, under_another_key, the_account_takes_the_new_name, named_by_others,
)  # fmt: skip


def identities(make: zoo.Maker, way: str, i: int) -> Two:
    """By way: whether the new identity moved, kept its name, or is a child in another family."""
    old = replace(make.person(date(1988, 3, 4 + i), sex="1"), given="Daniel")
    new = replace(make.person(old.born, old.family, "2"), given="Danielle", phone=old.phone)
    home, other = make.home("4615"), make.home("4620")
    if way in ("adopted", "recorded_later_by_the_same_key", "recorded_later_by_name_alone"):
        old = replace(old, given="Tarquin", born=date(2022, 3, 4 + i), phone="")
        new = replace(make.person(old.born), given="Tarquin", sex="1")
    if way in ("under_the_same_name", "under_another_key", "named_by_others"):
        new = replace(new, given="Daniel", sex="1")
    moved = way in ("recognised_and_moved", "under_the_same_name", "named_by_others", "adopted") or "later" in way
    listed = THIRD if way in ("registered_the_night_before", "registered_beside_the_old_one") else SECOND
    return Two(f"{i:02d}{way[:3].upper()}", old, new, make.person(date(1987, 5, 6)), home, other if moved else home, listed)  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    work, make = tmp_path_factory.mktemp("two"), zoo.Maker(SEED)
    people = {way.__name__: identities(make, way.__name__, i) for i, way in enumerate(WAYS)}
    around = [zoo._canary(make, "none", "control", i) for i in range(6)]
    for at, night in enumerate(zoo.NIGHTS):
        rows: Rows = defaultdict(list)
        for c in around:
            zoo._family(rows, c, at)
        for way in WAYS:
            two = people[way.__name__]
            for home in {two.home.uprn: two.home, two.new_home.uprn: two.new_home}.values():
                rows["gazetteer", "canary"].append(
                    {"uprn": home.uprn, "custodian_code": home.custodian, "building_number": home.number, "street": home.street,
                     "post_town": "DUDLEY", "postcode": home.postcode, "classification": "RD04"}
                )  # fmt: skip
            way(rows, two, at)
        folder = work / "landing" / str(night)
        folder.mkdir(parents=True)
        for (contract, supplier), found in rows.items():
            write(folder / f"{contract}__{supplier}.csv", COLUMNS[contract], found)
        assert run_one(plan(work / "landing", work), night) in (0, 1)
    return work, people


def linked(work: Path, two: Two, at: int) -> dict[str, set[str]]:
    """Whom the records of each identity are held to be on a night."""
    found: dict[str, set[str]] = {"OLD": set(), "NEW": set(), "KIN": set()}
    for row in table(work, zoo.NIGHTS[at], "persons"):
        if two.key in row["record_id"] and (which := row["record_id"].split("-")[0]) in found:
            found[which].add(row["person_id"])
    return found


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_person_holds_both_identities(done, way):
    work, people = done
    two = people[way.__name__]
    for at in range(3):  # What was written before the number was known to be invalidated is cleaned.
        found = linked(work, two, at)
        assert not found["OLD"] & found["NEW"]
    assert linked(work, two, THIRD)["NEW"], "the new identity is told of"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_of_the_old_identity_is_told_any_more(done, way):
    work, people = done
    two = people[way.__name__]
    assert not linked(work, two, THIRD)["OLD"]
    told = [e for e in exceptions(work, zoo.NIGHTS[THIRD]) if two.key in str(e)]
    assert "OLD-" not in str(told)


def test_who_named_the_old_identity_is_told_of(done):
    work, people = done
    assert all(linked(work, people["named_by_others"], at)["KIN"] for at in range(3))


def test_the_store_holds_no_pair(done):
    """No id, no pair that was scored and no step of a key joins records of the two, on whatever night."""
    work, _ = done
    con = store.connect()
    file = work / "store.duckdb"
    store.attach(con, file, store.key_for(file), read_only=True)
    for rows in (
        con.execute("SELECT string_agg(mention_id) FROM store.person_member GROUP BY person_id").fetchall(),
        con.execute("SELECT mention_id_l || mention_id_r FROM store.scored_pair").fetchall(),
        con.execute("SELECT content FROM store.exception_event").fetchall(),
    ):
        assert rows
        assert not [text for (text,) in rows if "|OLD-" in text and "|NEW-" in text]
    con.close()


def test_no_record_holds_both_names(done):
    work, people = done
    con = store.connect()
    file = work / "store.duckdb"
    store.attach(con, file, store.key_for(file), read_only=True)
    key = f"OLD-CT-{people['the_account_takes_the_new_name'].key}"
    names = con.execute("SELECT DISTINCT forenames FROM store.council_tax_record WHERE record_id = $key", {"key": key})
    assert names.fetchall() == [("Danielle",)]
    con.close()


def test_the_night_done_again_has_the_same_bytes(done):
    work, _ = done
    before = digest(work / "out")
    assert run_one(plan(work / "landing", work), zoo.NIGHTS[THIRD], again=True) in (0, 1)
    assert digest(work / "out") == before
