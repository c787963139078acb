"""A night in which every field that a supplier fills is an attack: it is done, and what goes out is inert."""

from __future__ import annotations

import csv
import json
import re
import zipfile

import pytest

from flows.replay import run_one
from linkage import store
from tests.night import canaries as zoo
from tests.night.conftest import exceptions, plan

NIGHT = zoo.NIGHTS[0]
ATTACKS = (
    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'); DROP TABLE store.gp_record; --", "\u202eevil\u202c", "#panic()",
    '"><img src=x onerror=alert(1)>', "$(touch /tmp/owned)", "{{ 7 * 7 }}", "../../../../etc/passwd", "@SUM(1+1)",
)  # fmt: skip
FREE = ("given_names", "family_name", "forenames", "surname", "address_line_1", "address_line_2", "mobile", "email", "phone",
        "next_of_kin_name", "next_of_kin_relationship", "emergency_contact_relationship", "street", "practice_code")  # fmt: skip


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    work = tmp_path_factory.mktemp("hostile")
    families = [c for c in zoo.region(3)[0] if c.order == "control"][: len(ATTACKS)]
    for attack, family in zip(ATTACKS, families, strict=True):
        for person in (family.mother, family.father, family.child):
            # The name stays, so that the family is told of; the attack goes with it.
            person.given = f"{person.given} {attack}"
        family.home.street = f"{family.home.street} {attack}"
    zoo.write(work / "landing", families, [])
    for file in (work / "landing" / str(NIGHT)).glob("*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        for number, row in enumerate(rows):
            for column in set(FREE) & set(row) - {"given_names", "forenames", "street", "address_line_1"}:
                if number % 3 == 0 and row[column] and column not in ("family_name", "surname"):
                    row[column] = ATTACKS[number % len(ATTACKS)]
        with open(file, "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    assert run_one(plan(work / "landing", work), NIGHT) in (0, 1)
    return work


def test_the_families_are_told_of(night, record_property):
    record_property("kinds of attack in every free field of a night", len(ATTACKS))
    found = exceptions(night, NIGHT)
    assert len(found) >= len(ATTACKS) / 2


def test_pages_run_nothing(night):
    pages = [p.read_text(encoding="utf-8") for p in (night / "out" / str(NIGHT)).rglob("*.html")]
    assert any("alert(1)" in p for p in pages), "the attack is there, as text"
    for page in pages:
        assert "<script>alert" not in page
        assert not re.search(r"<img[^>]*onerror", page)
        assert "\u202e" not in page


def test_spreadsheets_hold_no_formula(night):
    hubs = night / "out" / str(NIGHT) / "hubs"
    tables, books = list(hubs.rglob("*.csv")), list(hubs.rglob("*.xlsx"))
    assert tables
    assert books
    for table in tables:
        with open(table, newline="", encoding="utf-8-sig") as handle:
            for row in csv.reader(handle):
                assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    for book in books:
        with zipfile.ZipFile(book) as box:
            for name in (n for n in box.namelist() if n.startswith("xl/worksheets/")):
                assert b"<f>" not in box.read(name)


def test_the_store_stands(night):
    con = store.connect()
    file = night / "store.duckdb"
    store.attach(con, file, store.key_for(file), read_only=True)
    assert con.execute("SELECT count(*) FROM store.gp_record").fetchone() == (3 * len(ATTACKS),)
    assert json.loads((night / "out" / str(NIGHT) / "run.json").read_text())["status"].startswith("done")
