"""The seed case holds exactly the facts that its records held, on the nights on which they were held."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from sample_data import case_ys
from sample_data.case_ys.calendar import D0

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("seed")
    case_ys.build(out)
    return out


def read(out: Path, offset: int, contract: str) -> Rows:
    """All rows of a contract on the night of an offset from D0."""
    rows: Rows = []
    files = sorted((out / "landing" / f"{D0 + timedelta(days=offset)}").glob(f"{contract}__*.csv"))
    assert files
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            rows += list(csv.DictReader(stream))
    return rows


def built(tmp_path: Path, variant: str) -> Path:
    case_ys.build(tmp_path, variant)
    return tmp_path


def booking(out: Path, offset: int) -> Rows:
    return [r for r in read(out, offset, "maternity_booking") if r["record_id"] == "DGFP0900001"]


def father_rows(rows: Rows) -> Rows:
    return [r for r in rows if r["record_id"].startswith("INV09") and r["family_name"] == "Yaqub"]


def new_home(out: Path) -> str:
    """Postcode and first line of the father's new home, from his account."""
    (row,) = [r for r in read(out, 214, "council_tax") if r["record_id"] == "SA09000004"]
    return row["address_line_1"]


def test_nights_are_written_and_returned(seed: Path, tmp_path: Path) -> None:
    nights = case_ys.build(tmp_path)
    assert nights == sorted(nights)
    assert [n.isoformat() for n in nights] == sorted(p.name for p in (seed / "landing").iterdir())
    assert date(2026, 9, 1) in nights


def test_there_is_a_neighbourhood(seed: Path) -> None:
    accounts = {r["record_id"] for r in read(seed, -190, "council_tax") if "0900" not in r["record_id"]}
    assert 30 <= len(accounts) <= 90
    assert {r["custodian_code"] for r in read(seed, -190, "gazetteer")} == {"4615", "4620"}


def test_the_booking_arrives_the_night_after_with_the_father_only_as_contact(seed: Path) -> None:
    assert booking(seed, -183) == []
    (row,) = booking(seed, -181)
    assert (row["single_parent"], row["number_of_fetuses"], row["status"]) == ("Y", "2", "active")
    assert row["emergency_contact_name"] == "Kamran Yaqub"
    assert row["emergency_contact_phone"]
    others = (
        "father_name",
        "father_recorded_reason",
        "partner_name",
        "next_of_kin_name",
        "emergency_contact_relationship",
    )
    assert [row[c] for c in others] == [""] * 5
    assert row["previous_children"] == "3"


def test_the_contacts_phone_is_the_one_his_practice_holds(seed: Path) -> None:
    (row,) = booking(seed, -181)
    (his,) = [r for r in read(seed, -181, "gp") if r["record_id"] == "SAN0900000"]
    assert his["mobile"].replace(" ", "") == row["emergency_contact_phone"].replace(" ", "")


def test_history_is_known_from_the_first_night_and_the_drive_from_the_night_after(seed: Path) -> None:
    assert len(father_rows(read(seed, -190, "police"))) == 3
    assert len(father_rows(read(seed, -64, "police"))) == 3
    assert [r["occurrence_type"] for r in father_rows(read(seed, -62, "police"))][-1] == "traffic"


def test_births_arrive_the_night_after_as_twins_of_one_booking(seed: Path) -> None:
    assert [r for r in read(seed, 0, "maternity_birth") if r["booking_record_id"] == "DGFP0900001"] == []
    twins = [r for r in read(seed, 1, "maternity_birth") if r["booking_record_id"] == "DGFP0900001"]
    assert [r["given_names"] for r in twins] == ["Twin 1", "Twin 2"]
    assert len({r["nhs_number"] for r in twins}) == 2
    assert booking(seed, 1)[0]["status"] == "delivered"


@pytest.mark.parametrize("offset", [-190, -181, 0, 60, 182, 191, 196])
def test_nothing_names_the_new_home_before_its_account_arrives(seed: Path, offset: int) -> None:
    line = new_home(seed)
    for contract in ("gp", "maternity_booking", "maternity_birth", "council_tax", "police"):
        rows = [
            r
            for r in read(seed, offset, contract)
            if any(c.startswith(("DUD09", "SAN09", "DGF", "INV09", "SA09")) for c in r.values())
        ]
        assert all(line not in r.values() for r in rows)


def test_until_the_incident_only_the_fathers_account_names_the_new_home(seed: Path) -> None:
    line = new_home(seed)
    for offset in (198, 205, 213):
        naming = [
            r["record_id"]
            for c in ("gp", "maternity_booking", "maternity_birth", "council_tax", "police")
            for r in read(seed, offset, c)
            if line in r.values()
        ]
        assert naming == ["SA09000004"]


def test_the_incident_arrives_the_night_after_with_mother_and_yusuf(seed: Path) -> None:
    rows = [r for r in read(seed, 214, "police") if r["record_id"].startswith("INV0900007")]
    assert [(r["given_names"], r["role"]) for r in rows] == [
        ("Kamran", "arrested"),
        ("Samina", "victim"),
        ("Yusuf", "victim"),
    ]
    assert {r["address_line_1"] for r in rows} == {r["occurrence_address_line_1"] for r in rows} == {new_home(seed)}


def test_variant_a_and_b_show_mother_and_child_there_earlier(tmp_path: Path) -> None:
    for variant, before, after in (("a", 182, 191), ("b", 191, 196)):
        out = built(tmp_path / variant, variant)
        line = new_home(out)
        assert not [r for r in read(out, before, "police") if r["address_line_1"] == line]
        assert {"Samina", "Yusuf"} <= {
            r["given_names"] for r in read(out, after, "police") if r["address_line_1"] == line
        }


def test_variant_c_has_one_digit_of_the_phone_wrong(seed: Path, tmp_path: Path) -> None:
    right, wrong = (booking(out, -181)[0]["emergency_contact_phone"] for out in (seed, built(tmp_path, "c")))
    assert sum(a != b for a, b in zip(right, wrong, strict=True)) == 1


def test_variant_d_spells_the_father_in_four_ways(tmp_path: Path) -> None:
    out = built(tmp_path, "d")
    spelt = {booking(out, 198)[0]["emergency_contact_name"].split()[1].upper()}
    spelt |= {r["family_name"].upper() for r in read(out, 198, "gp") if r["record_id"] == "SAN0900000"}
    spelt |= {r["surname"] for r in read(out, 198, "council_tax") if r["record_id"] == "SA09000004"}
    spelt |= {r["family_name"].upper() for r in read(out, 198, "police") if r["record_id"].startswith("INV09")}
    assert len(spelt) == 4


def test_variant_e_restricts_the_mother(tmp_path: Path) -> None:
    (row,) = [r for r in read(built(tmp_path, "e"), -190, "gp") if r["record_id"] == "DUD0900002"]
    assert row["sensitivity"] == "S"


def test_variant_f_names_the_father(tmp_path: Path) -> None:
    (row,) = booking(built(tmp_path, "f"), -181)
    assert row["father_name"]
    assert row["father_recorded_reason"] == "known"


def test_variant_g_re_registers_mother_and_twins_and_has_no_incident(tmp_path: Path) -> None:
    out = built(tmp_path, "g")
    line = new_home(out)
    assert len([r for r in read(out, 205, "gp") if r["address_line_1"] == line]) == 3
    assert not [r for r in read(out, 205, "gp") if r["record_id"] in ("DUD0900002", "DUD0910000", "DUD0910001")]
    assert not [r for r in read(out, 214, "police") if r["address_line_1"] == line]


def test_variant_h_has_a_namesake_who_is_somebody_else(tmp_path: Path) -> None:
    out = built(tmp_path, "h")
    named = [r for r in read(out, -190, "gp") if (r["given_names"], r["family_name"]) == ("Kamran", "Yaqub")]
    assert len(named) == 2
    for column in ("nhs_number", "date_of_birth", "mobile", "address_line_1"):
        assert named[0][column] != named[1][column]


def test_an_unknown_variant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        case_ys.build(tmp_path, "z")
