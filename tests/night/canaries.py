"""Families whose every identifier can be recognised, under every kind of protection and in every order of arrival.

Independent of the protection gate: it knows the extract contracts and nothing of the job's code. `write` lays out three
nights of extracts; `Canary.secrets` says what may stand nowhere, and from which night on it was a secret.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

NIGHTS = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)]
LISTED = ("witness_protection", "court_order", "other", "refuge")
MARKS = (
    "gp sensitivity", "gp withhold", "booking withhold", "council tax withhold", "police withhold",
    "listed number", "listed number with blanks", "listed police key", "listed place",
)  # fmt: skip
ORDERS = (
    "first night",
    "late",
    "late, supplier silent",
    "late, address gone",
    "moved in later",
    "removed",
    "set aside",
)
COPIES = 3
CONTROLS = 20
INVALIDATED = 16
COLUMNS = {
    "gp": "record_id nhs_number practice_code title given_names family_name date_of_birth sex address_line_1 address_line_2 "
    "address_line_3 address_line_4 address_line_5 postcode uprn mobile email registered_on registration_type sensitivity "
    "next_of_kin_name next_of_kin_relationship next_of_kin_phone disclosure",
    "maternity_booking": "record_id nhs_number title given_names family_name date_of_birth address_line_1 address_line_2 "
    "address_line_3 address_line_4 address_line_5 postcode uprn mobile email practice_code booked_on expected_delivery_on "
    "number_of_fetuses status single_parent next_of_kin_name next_of_kin_relationship next_of_kin_phone "
    "emergency_contact_name emergency_contact_relationship emergency_contact_phone disclosure",
    "maternity_birth": "record_id booking_record_id nhs_number given_names family_name date_of_birth sex birth_order "
    "births_in_delivery discharge_address_line_1 discharge_address_line_2 discharge_address_line_3 discharge_address_line_4 "
    "discharge_address_line_5 discharge_postcode discharge_uprn discharged_on",
    "council_tax": "record_id account_ref title forenames surname phone email address_line_1 address_line_2 address_line_3 "
    "address_line_4 address_line_5 postcode uprn liable_from liable_to discount_code discount_from discount_to disregards "
    "exemption_class disclosure",
    "police": "record_id nominal_ref occurrence_ref occurred_on occurrence_type role given_names family_name date_of_birth sex "
    "phone address_line_1 address_line_2 address_line_3 address_line_4 address_line_5 postcode uprn "
    "occurrence_address_line_1 occurrence_address_line_2 occurrence_address_line_3 occurrence_address_line_4 "
    "occurrence_address_line_5 occurrence_postcode occurrence_uprn risk_grade warning_markers disclosure",
    "gazetteer": "uprn parent_uprn custodian_code sub_building building_name building_number street locality post_town postcode "
    "classification easting northing",
    "protected": "record_id uprn nhs_number nominal_ref reason from_date to_date",
}  # fmt: skip


@dataclass
class Person:
    given: str
    family: str
    born: date
    number: str
    phone: str
    email: str
    sex: str


@dataclass
class Home:
    uprn: str
    number: str
    street: str
    postcode: str
    custodian: str

    def group(self, prefix: str = "") -> dict[str, str]:
        town = {"4615": "Dudley", "4620": "West Bromwich"}[self.custodian]
        return {
            f"{prefix}address_line_1": f"{self.number} {self.street}", f"{prefix}address_line_2": town,
            f"{prefix}postcode": self.postcode, f"{prefix}uprn": self.uprn,
        }  # fmt: skip


@dataclass
class Canary:
    """One family: a mother under the mark, her older child, a pregnancy, the father elsewhere, a kinswoman."""

    key: str
    mark: str
    order: str
    mother: Person
    child: Person
    baby: Person
    father: Person
    kin: Person
    home: Home
    refuge: Home
    fathers_home: Home
    records: list[str] = field(default_factory=list)

    @property
    def protected_on(self) -> list[int]:
        """On which of the three nights the mark is in force."""
        return {"control": [], "first night": [0, 1, 2], "removed": [0, 1], "set aside": [0, 1, 2]}.get(
            self.order, [1, 2]
        )

    @property
    def whereabouts(self) -> set[str]:
        """What may stand neither in an output nor in the store."""
        found = {self.mother.phone, self.mother.email, self.kin.phone, f"{self.kin.given} {self.kin.family}"}
        homes = [self.home, self.refuge] if self.order == "moved in later" else [self.home]
        return found | {v for h in homes for v in (h.uprn, f"{h.number} {h.street}", h.street)}

    @property
    def who(self) -> set[str]:
        """What may stand in no output: protected people and the child who lives with them. The store keeps who, never where."""
        people = {v for p in (self.mother, self.child) for v in (p.given, p.number)}
        return people | {r for r in self.records if not r.startswith("F")}


@dataclass
class Renamed:
    """Somebody whose old number was invalidated: two identities that may never meet."""

    key: str
    old: Person
    new: Person
    home: Home
    in_place: bool
    """Whether the supplier puts the new number into the same record, or makes a new one."""


class Maker:
    """Names, numbers, phones and homes that occur once."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.used: set[str] = set()
        self.count = 0

    def word(self) -> str:
        while True:
            parts = [self.draw.choice("bdfgklmnprstvz") + self.draw.choice("aeiou") for _ in range(4)]
            word = "".join(parts).capitalize() + self.draw.choice("mnrlkt")
            if word not in self.used:
                self.used.add(word)
                return word

    def digits(self, count: int) -> str:
        return "".join(self.draw.choice("0123456789") for _ in range(count))

    def nhs_number(self) -> str:
        while True:
            nine = "999" + self.digits(6)
            check = 11 - sum((10 - i) * int(d) for i, d in enumerate(nine)) % 11
            number = nine + str(check % 11)
            if check != 10 and number not in self.used:
                self.used.add(number)
                return number

    def person(self, born: date, family: str | None = None, sex: str = "2") -> Person:
        given, family = self.word(), family or self.word()
        phone = f"07700{self.digits(6)}"
        return Person(given, family, born, self.nhs_number(), phone, f"{given}.{family}@mail.example".lower(), sex)

    def home(self, custodian: str) -> Home:
        self.count += 1
        area = {"4615": "DY", "4620": "B7"}[custodian]
        code = f"{area}{self.draw.randrange(1, 9)} {self.draw.randrange(1, 9)}{self.draw.choice('ABDEFGH')}{self.draw.choice('JLNPQRS')}"
        uprn = f"9{self.digits(7)}{self.count:04d}"
        return Home(uprn, str(self.draw.randrange(1, 99)), f"{self.word()} Road", code, custodian)


def region(seed: int) -> tuple[list[Canary], list[Renamed]]:
    make = Maker(seed)
    canaries = [_canary(make, mark, order, i) for mark in MARKS for order in _orders(mark) for i in range(COPIES)]
    canaries += [_canary(make, "none", "control", i) for i in range(CONTROLS)]
    return canaries, [_renamed(make, i) for i in range(INVALIDATED)]


def _orders(mark: str) -> list[str]:
    never = {"listed place": {"late, address gone", "set aside"}}.get(mark, {"moved in later"})
    if mark.startswith("listed"):
        never = never | {"set aside", "late, address gone"}
    if not mark.startswith("listed"):
        never = never | {"late, supplier silent"}
    return [o for o in ORDERS if o not in never]


def _canary(make: Maker, mark: str, order: str, i: int) -> Canary:
    key = f"{len(make.used):05d}"
    born = date(1985, 1, 1) + timedelta(days=make.draw.randrange(4000))
    mother = make.person(born)
    child = make.person(date(2019, 1, 1) + timedelta(days=make.draw.randrange(900)), mother.family, "1")
    baby = make.person(date(2025, 11, 1) + timedelta(days=make.draw.randrange(40)), mother.family, "1")
    father = make.person(born - timedelta(days=900), sex="1")
    kin = make.person(born - timedelta(days=9000))
    sides = ("4615", "4620") if i % 2 else ("4620", "4615")
    homes = make.home(sides[0]), make.home(make.draw.choice(sides)), make.home(sides[1])
    return Canary(key, mark, order, mother, child, baby, father, kin, *homes)


def _renamed(make: Maker, i: int) -> Renamed:
    born = date(1990, 1, 1) + timedelta(days=make.draw.randrange(4000))
    old = make.person(born)
    new = make.person(born, sex="1")
    return Renamed(f"{len(make.used):05d}", old, new, make.home("4615"), bool(i % 2))


def write(landing: Path, canaries: list[Canary], renamed: list[Renamed]) -> None:
    """Three nights of extracts."""
    for at, night in enumerate(NIGHTS):
        rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
        for canary in canaries:
            _family(rows, canary, at)
        for one in renamed:
            _two_identities(rows, one, at)
        folder = landing / night.isoformat()
        folder.mkdir(parents=True)
        for (contract, supplier), found in rows.items():
            with open(folder / f"{contract}__{supplier}.csv", "w", newline="", encoding="utf-8") as handle:
                writer = csv.DictWriter(handle, COLUMNS[contract].split(), restval="")
                writer.writeheader()
                writer.writerows(found)


def _family(rows: dict[tuple[str, str], list[dict[str, str]]], c: Canary, at: int) -> None:
    marked = at in c.protected_on
    moved = c.order == "moved in later" and at > 0
    home = c.refuge if moved else c.home
    silent = c.order == "late, supplier silent"
    gp_supplier = "quiet" if silent else "canary"
    records = {}

    def add(contract: str, supplier: str, record: str, **values: str) -> dict[str, str]:
        name = f"{record}{c.key}{contract[:2].upper()}"
        row = {"record_id": name, **values}
        rows[(contract, supplier)].append(row)
        records[name] = row
        return row

    def principal(p: Person) -> dict[str, str]:
        return {
            "nhs_number": p.number, "given_names": p.given, "family_name": p.family, "date_of_birth": p.born.isoformat(),
        }  # fmt: skip

    for h in (c.home, c.refuge, c.fathers_home):
        rows[("gazetteer", "canary")].append(
            {"uprn": h.uprn, "custodian_code": h.custodian, "building_number": h.number, "street": h.street,
             "post_town": "DUDLEY" if h.custodian == "4615" else "WEST BROMWICH", "postcode": h.postcode,
             "classification": "RD04"}
        )  # fmt: skip
    sources: dict[str, dict[str, str]] = {}
    if not (silent and at > 0):
        sources["gp"] = add(
            "gp", gp_supplier, "M-", **principal(c.mother), practice_code="M87001", sex="2", **home.group(),
            mobile=c.mother.phone, email=c.mother.email, registered_on="2020-02-01", next_of_kin_name=f"{c.kin.given} {c.kin.family}",
            next_of_kin_relationship="sister", next_of_kin_phone=c.kin.phone,
        )  # fmt: skip
        add("gp", gp_supplier, "C-", **principal(c.child), practice_code="M87001", sex="1", **home.group(),
            registered_on="2021-02-01")  # fmt: skip
    sources["booking"] = add(
        "maternity_booking", "canary", "M-", **principal(c.mother), **home.group(), mobile=c.mother.phone, booked_on="2025-05-05",
        expected_delivery_on="2025-11-20", number_of_fetuses="1", status="delivered", single_parent="Y", email=c.mother.email,
        next_of_kin_name=f"{c.kin.given} {c.kin.family}", next_of_kin_relationship="sister", next_of_kin_phone=c.kin.phone,
        emergency_contact_name=f"{c.father.given} {c.father.family}", emergency_contact_relationship="friend",
        emergency_contact_phone=c.father.phone,
    )  # fmt: skip
    birth = add("maternity_birth", "canary", "B-", booking_record_id=sources["booking"]["record_id"],
                nhs_number=c.baby.number, given_names="Baby", family_name=c.mother.family, date_of_birth=c.baby.born.isoformat(),
                sex="1", birth_order="1", births_in_delivery="1", **home.group("discharge_"))  # fmt: skip
    sources["council tax"] = add(
        "council_tax", "canary", "M-", account_ref=f"A{c.key}", forenames=c.mother.given, surname=c.mother.family,
        phone=c.mother.phone, email=c.mother.email, liable_from="2020-02-01", **home.group(),
    )  # fmt: skip
    sources["police"] = add(
        "police", "canary", "M-", nominal_ref=f"N/{c.key}/77", occurrence_ref=f"O{c.key}", occurred_on="2025-10-10",
        occurrence_type="domestic_abuse", role="victim", sex="2", phone=c.mother.phone, risk_grade="high",
        **{k: v for k, v in principal(c.mother).items() if k != "nhs_number"}, **home.group(), **home.group("occurrence_"),
    )  # fmt: skip
    add("police", "canary", "F-", nominal_ref=f"N/{c.key}/78", occurrence_ref=f"Q{c.key}", occurred_on="2025-09-10",
        occurrence_type="violence", role="suspect", sex="1", phone=c.father.phone, warning_markers="violent",
        **{k: v for k, v in principal(c.father).items() if k != "nhs_number"}, **c.fathers_home.group())  # fmt: skip
    add("gp", "canary", "F-", **principal(c.father), practice_code="M88002", sex="1", **c.fathers_home.group(),
        mobile=c.father.phone, registered_on="2015-02-01", next_of_kin_name="", next_of_kin_relationship="partner",
        next_of_kin_phone=c.mother.phone)  # fmt: skip
    c.records = sorted({*c.records, *records})
    if marked:
        _mark(rows, c, at, sources)
        if c.order == "late, address gone":
            for row in [*sources.values()]:
                if row.get("sensitivity") or row.get("disclosure"):
                    row.update(dict.fromkeys(c.home.group(), ""))
        if c.order == "set aside":
            for row in sources.values():
                if row.get("sensitivity") or row.get("disclosure"):
                    row["date_of_birth" if "date_of_birth" in row else "liable_to"] = "31/02/1999"
    if c.order == "late, address gone" and c.mark == "booking withhold":
        birth.update(dict.fromkeys(c.home.group("discharge_"), "") if marked else {})


def _mark(
    rows: dict[tuple[str, str], list[dict[str, str]]], c: Canary, at: int, sources: dict[str, dict[str, str]]
) -> None:
    reason = LISTED[int(c.key) % len(LISTED)]
    entry = {"record_id": f"L{c.key}", "reason": reason, "from_date": NIGHTS[c.protected_on[0]].isoformat()}
    number = c.mother.number
    listed = {
        "listed number": {"nhs_number": number},
        "listed number with blanks": {"nhs_number": f"{number[:3]} {number[3:6]} {number[6:]}"},
        "listed police key": {"nominal_ref": f"N/{c.key}/77"},
        "listed place": {"uprn": (c.refuge if c.order == "moved in later" else c.home).uprn},
    }
    if c.mark in listed:
        rows[("protected", "canary")].append(entry | listed[c.mark])
    elif c.mark == "gp sensitivity":
        sources["gp"]["sensitivity"] = "S"
    else:
        sources[c.mark.removesuffix(" withhold")]["disclosure"] = "withhold"


def _two_identities(rows: dict[tuple[str, str], list[dict[str, str]]], one: Renamed, at: int) -> None:
    def gp(supplier: str, record: str, p: Person) -> None:
        rows[("gp", supplier)].append(
            {"record_id": record, "nhs_number": p.number, "given_names": p.given, "family_name": p.family,
             "date_of_birth": p.born.isoformat(), "practice_code": "M87001", "sex": p.sex, "registered_on": "2020-02-01",
             "mobile": p.phone, **one.home.group()}
        )  # fmt: skip

    rows[("gazetteer", "canary")].append(
        {"uprn": one.home.uprn, "custodian_code": "4615", "building_number": one.home.number, "street": one.home.street,
         "post_town": "DUDLEY", "postcode": one.home.postcode, "classification": "RD04"}
    )  # fmt: skip
    if at == 0:
        gp("canary", f"R{one.key}", one.old)
    else:
        gp("canary", f"R{one.key}" if one.in_place else f"S{one.key}", one.new)
        if at < 2:
            rows[("protected", "canary")].append(
                {"record_id": f"I{one.key}", "nhs_number": one.old.number, "reason": "invalidated"}
            )
    gp("slow", f"T{one.key}", one.old)
