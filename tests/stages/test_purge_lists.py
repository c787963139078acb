"""Protection that comes late takes earlier nights' lists for agencies with it, as it takes the hubs' files."""

from __future__ import annotations

import json
from datetime import date

import pytest

from linkage.people import model
from linkage.protect import purge
from tests.unit.conftest import LEAD, OTHER, exception


@pytest.mark.parametrize(("withheld", "left"), [("P2", False), ("P9", True)])
def test_earlier_lists_go_with_the_exception(con, tmp_path, withheld, left):
    for statement in (
        "CREATE TABLE withheld_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)",
        "CREATE TABLE withheld_place (uprn VARCHAR)",
        "CREATE TABLE withheld_person (person_id VARCHAR)",
        "CREATE TABLE shielded (person_id VARCHAR)",
    ):
        con.execute(statement)
    con.execute("INSERT INTO withheld_person VALUES ($person)", {"person": withheld})
    night = tmp_path / "out" / "2026-01-05"
    for folder in (f"hubs/{LEAD}", f"hubs/{OTHER}", "agencies/gp__s__M87001"):
        (night / folder).mkdir(parents=True)
        (night / folder / "file").write_text("Ann Lee")
    (night / "exceptions.jsonl").write_text(json.dumps(exception()) + "\n")
    (night / "run.json").write_text("{}")
    purge.earlier_nights(con, tmp_path / "out", date(2026, 1, 6), tmp_path / "store")
    assert any("Ann Lee" in f.read_text() for f in night.rglob("file")) is left


def test_every_registered_value_can_be_forgotten_or_is_hashed():
    assert {*purge.TERMS, "full_name"} == set(model.PEOPLE.tf_columns)
