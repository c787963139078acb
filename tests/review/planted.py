"""People planted by hand beside the simulated ones, so that every kind of question comes up whatever the people model makes of the rest.

Independent of the simulator: it knows the extract contracts alone. Names, numbers and homes occur once.
"""

from __future__ import annotations

import csv
from pathlib import Path

SUPPLIER = "planted"
TWICE = (
    ("Thessaly", "Quillfeather", "1984-02-11"),
    ("Corisande", "Underbarrow", "1979-07-30"),
    ("Isolde", "Fennimore", "1991-10-05"),
)
"""Each stands twice in a practice's list, under two NHS numbers: are these two people one?"""
OFTEN = {"4615": ("Peregrine", "Ashworthy", "1988-03-17"), "4620": ("Lysander", "Wolverstone", "1986-12-01")}
"""Each is in a practice's list in Dudley and has many police records, in Dudley or Sandwell: are all these one person?"""
INVOLVEMENTS = 15
TOWNS = {"4615": ("Dudley", "DY1 9ZZ"), "4620": ("West Bromwich", "B70 9ZZ")}


def write(folder: Path) -> None:
    """Add the planted people's extracts to a night's folder."""
    patients, involvements, homes = [], [], []

    def home(custodian: str) -> dict[str, str]:
        number, (town, postcode) = str(len(homes) + 1), TOWNS[custodian]
        uprn = f"99977{len(homes):07d}"
        homes.append(
            {"uprn": uprn, "custodian_code": custodian, "building_number": number, "street": "Planted Lane", "post_town": town,
             "postcode": postcode, "classification": "RD04"}
        )  # fmt: skip
        return {"address_line_1": f"{number} Planted Lane", "address_line_2": town, "postcode": postcode, "uprn": uprn}

    def register(person: tuple[str, str, str], at: dict[str, str], phone: str) -> None:
        given, family, born = person
        patients.append(
            {"record_id": f"P{len(patients)}", "nhs_number": nhs_number(len(patients)), "practice_code": "M87001", "given_names": given,
             "family_name": family, "date_of_birth": born, "sex": "2", "mobile": phone, "registered_on": "2019-05-01", **at}
        )  # fmt: skip

    for place, person in enumerate(TWICE):
        at = home("4615")
        for _ in range(2):
            register(person, at, f"07700 9200{place:02d}")
    for place, (custodian, person) in enumerate(OFTEN.items()):
        given, family, born = person
        phone = f"07700 9300{place:02d}"
        register(person, home("4615"), phone)
        at = home(custodian)
        involvements += [
            {"record_id": f"I{custodian}{n}", "nominal_ref": f"77{custodian}", "occurrence_ref": f"{custodian}/{n}",
             "occurred_on": f"2025-{n % 12 + 1:02d}-11", "occurrence_type": "traffic", "role": "reporting", "given_names": given,
             "family_name": family, "date_of_birth": born, "sex": "2", "phone": phone, **at}
            for n in range(INVOLVEMENTS)
        ]  # fmt: skip
    for contract, rows in (("gp", patients), ("police", involvements), ("gazetteer", homes)):
        _write(folder / f"{contract}__{SUPPLIER}.csv", HEADINGS[contract].split(), rows)


ADDRESS = "address_line_1 address_line_2 address_line_3 address_line_4 address_line_5 postcode uprn"
HEADINGS = {
    "gp": f"record_id nhs_number practice_code title given_names family_name date_of_birth sex {ADDRESS} mobile registered_on sensitivity",
    "police": "record_id nominal_ref occurrence_ref occurred_on occurrence_type role given_names family_name date_of_birth sex phone "
    + " ".join([ADDRESS, *(f"occurrence_{column}" for column in ADDRESS.split())]),
    "gazetteer": "uprn custodian_code sub_building building_name building_number street locality post_town postcode classification",
}


def nhs_number(place: int) -> str:
    """A number of the range that no patient has, with its check digit."""
    for nine in (f"9997{n:05d}" for n in range(place * 11, 99999)):
        check = (11 - sum((10 - i) * int(digit) for i, digit in enumerate(nine)) % 11) % 11
        if check != 10:
            return f"{nine}{check}"
    raise AssertionError("no number left")


def _write(file: Path, headings: list[str], rows: list[dict[str, str]]) -> None:
    with open(file, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
