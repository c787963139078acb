"""Protection that comes late takes earlier nights' lists for agencies with it, as it takes the hubs' files."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from linkage.people import model, score
from linkage.protect import purge
from tests.unit.conftest import LEAD, OTHER, exception


@pytest.fixture
def nobody(con):
    """The tables of what is withheld tonight, empty."""
    for statement in (
        "CREATE TABLE withheld_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)",
        "CREATE TABLE withheld_place (uprn VARCHAR)",
        "CREATE TABLE withheld_name (name VARCHAR, born DATE)",
        "CREATE TABLE withheld_person (person_id VARCHAR)",
        "CREATE TABLE shielded (person_id VARCHAR)",
    ):
        con.execute(statement)
    return con


@pytest.mark.parametrize(("withheld", "left"), [("P2", False), ("P9", True)])
def test_earlier_lists_go_with_the_exception(nobody, tmp_path, withheld, left):
    con = nobody
    con.execute("INSERT INTO withheld_person VALUES ($person)", {"person": withheld})
    night = tmp_path / "out" / "2026-01-05"
    for folder in (f"hubs/{LEAD}", f"hubs/{OTHER}", "agencies/gp__s__M87001"):
        (night / folder).mkdir(parents=True)
        (night / folder / "file").write_text("Ann Lee")
    (night / "exceptions.jsonl").write_text(json.dumps(exception()) + "\n")
    (night / "run.json").write_text("{}")
    purge.earlier_nights(con, tmp_path / "out", date(2026, 1, 6), tmp_path / "store")
    assert any("Ann Lee" in f.read_text() for f in night.rglob("file")) is left


@pytest.mark.parametrize(
    ("name", "born", "left"),
    [
        ("ANN LEE", "1961-05-04", False),
        ("Ann Lee", None, False),
        ("Ann Lee", "1962-05-04", True),
        ("Ann Leek", "1961-05-04", True),
    ],
)
def test_earlier_families_go_with_a_relative_who_is_withheld_since(nobody, tmp_path, name, born, left):
    """The relative is in nobody's exception: only the picture of the family names her."""
    nobody.execute("INSERT INTO withheld_name VALUES ($name, $born)", {"name": name, "born": born})
    night = tmp_path / "out" / "2026-01-05"
    family = {"members": [{"name": "Bea Lee", "born": "2020-01-01"}, {"name": "Ann Lee", "born": "1961"}]}
    for gss, told in ((LEAD, [{"family": family}]), (OTHER, [{"claim": "told without a family"}])):
        (night / "hubs" / gss).mkdir(parents=True)
        (night / "hubs" / gss / "exceptions.json").write_text(json.dumps({"exceptions": told}))
        (night / "hubs" / gss / "report.pdf").write_text("the same")
    (night / "exceptions.jsonl").write_text("")
    (night / "run.json").write_text("{}")
    purge.earlier_nights(nobody, tmp_path / "out", date(2026, 1, 6), tmp_path / "store")
    assert (night / "hubs" / LEAD).exists() is left
    assert (night / "hubs" / OTHER / "report.pdf").exists()


def test_every_registered_value_can_be_forgotten_or_is_hashed():
    assert {*purge.TERMS, *purge.HASHED} == set(model.PEOPLE.tf_columns)
    made = (score.HERE / "person_input.sql").read_text(encoding="utf-8")
    for column in purge.HASHED:
        assert re.search(rf"sha256\(\(SELECT s.pepper FROM store.secret AS s\)[^\n]* AS {column},", made)
