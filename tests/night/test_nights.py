"""Whole nights on a small simulated region: run, run again, killed half-way, late, wrong, protected."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace

import pyarrow.parquet
import pytest

from flows.explain import rebuild
from flows.replay import run_many, run_one
from linkage import parallel, settings
from linkage.cli import main
from tests.night.conftest import FIRST, SECOND, digest, exceptions, plan
from tests.unit.test_report import text_of


def test_every_file_of_the_contract_is_there(done):
    night = done / "out" / str(SECOND)
    for name in ("run.json", "persons.parquet", "residence.parquet", "households.parquet", "household_links.parquet",
                 "exceptions.jsonl", "quality/index.html", "quality/quarantine.parquet",
                 "quality/questions.parquet"):  # fmt: skip
        assert (night / name).exists(), name
    columns = {
        "persons": "contract supplier record_id mention person_id link_probability reviewed",
        "residence": "contract supplier record_id mention address_role uprn match_probability valid_from valid_to basis known_on",
        "households": "household_id uprn person_id valid_from valid_to registered basis",
        "household_links": "household_id_a household_id_b match_probability reason",
    }
    for name, expected in columns.items():
        assert pyarrow.parquet.read_schema(night / f"{name}.parquet").names == expected.split()


def test_exceptions_have_the_fields_of_the_contract_and_are_sorted(done):
    found = exceptions(done, SECOND)
    assert found
    assert [e["exception_id"] for e in found] == sorted(e["exception_id"] for e in found)
    fields = {
        "exception_id", "kind", "status", "first_raised", "last_changed", "priority", "score", "hubs", "people", "pregnancy",
        "addresses", "claim", "evidence", "benign_considered", "supporting", "checks", "waiting",
    }  # fmt: skip
    for e in found:
        assert set(e) - {"resolved_because"} == fields
        assert {p["role"] for p in e["people"]} & {"child", "mother"}, "no child, no exception"
        assert e["hubs"]


def test_the_audit_log_and_the_sealed_nights_verify(done, capsys):
    assert main(["audit", "verify", "--store", str(done / "store.duckdb"), "--out", str(done / "out")]) == 0
    assert "nights checked: 2, at fault: 0" in capsys.readouterr().out


@pytest.mark.parametrize("night", [FIRST, SECOND])
def test_every_exception_is_rebuilt_byte_for_byte_from_the_store(done, night, record_property):
    lines, model = rebuild(done / "store.duckdb", night, settings.load())
    folder = done / "out" / str(night)
    stands = (folder / "exceptions.jsonl").read_text(encoding="utf-8").splitlines()
    assert stands
    record_property(f"exceptions of {night} rebuilt byte for byte", len(stands))
    assert [lines.get(json.loads(line)["exception_id"]) for line in stands] == stands
    assert len(lines) == len(stands)
    assert json.loads((folder / "run.json").read_text())["model"]["hash"] == model


def test_an_exception_that_was_never_raised_is_not_explained(done, capsys):
    command = ["explain", "X000000000000", "--as-of", "2025-01-01", "--store", str(done / "store.duckdb")]
    assert main([*command, "--out", str(done / "out")]) == 2
    assert "none that the store has published" in capsys.readouterr().err


def test_the_same_night_again_changes_nothing(region, done):
    before = (
        digest(done / "out"),
        (done / "store.duckdb").read_bytes(),
        (done / "out" / str(SECOND) / "run.json").read_bytes(),
    )
    assert run_one(plan(region / "landing", done), SECOND) in (0, 1)
    assert before == (
        digest(done / "out"),
        (done / "store.duckdb").read_bytes(),
        (done / "out" / str(SECOND) / "run.json").read_bytes(),
    )


def test_a_fresh_store_gives_the_same_bytes(region, done, tmp_path):
    assert run_many(plan(region / "landing", tmp_path)) in (0, 1)
    assert digest(tmp_path / "out") == digest(done / "out")


def test_on_more_cores_the_same_bytes(region, done, tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "WORTH", 20)
    for night in (FIRST, SECOND):
        assert run_one(replace(plan(region / "landing", tmp_path), threads=3), night) in (0, 1)
    assert digest(tmp_path / "out") == digest(done / "out")


def test_a_lost_output_is_made_again_the_same(region, done, tmp_path):
    shutil.copytree(done, tmp_path / "copy")
    before = digest(tmp_path / "copy" / "out")
    shutil.rmtree(tmp_path / "copy" / "out" / str(SECOND))
    assert run_one(plan(region / "landing", tmp_path / "copy"), SECOND) in (0, 1)
    assert digest(tmp_path / "copy" / "out") == before


def test_an_older_night_that_stands_as_it_was_is_left_alone(region, done, capsys):
    # One whose files changed is refused: tests/night/test_faults.py.
    assert run_one(plan(region / "landing", done), FIRST) == 0
    assert "is done already; nothing changed" in capsys.readouterr().out


def test_two_runs_at_once_the_second_leaves(region, tmp_path, capsys):
    from flows.workroom import lock

    with lock(tmp_path / "store.duckdb"):
        assert run_one(plan(region / "landing", tmp_path), FIRST) == 2
    assert "another run" in capsys.readouterr().err


def test_a_night_without_files_leaves_the_last_one(region, done, tmp_path, capsys):
    (tmp_path / "landing" / str(SECOND)).mkdir(parents=True)
    assert run_one(plan(tmp_path / "landing", tmp_path), SECOND) == 2
    assert not (tmp_path / "out" / str(SECOND)).exists()


def test_a_refused_supplier_is_named_and_its_last_rows_stand(region, tmp_path, capsys):
    landing = tmp_path / "landing"
    shutil.copytree(region / "landing", landing)
    assert run_one(plan(landing, tmp_path), FIRST) in (0, 1)
    broken = next((landing / str(SECOND)).glob("police__*.csv"))
    broken.write_bytes(b"")
    assert run_one(plan(landing, tmp_path), SECOND) == 1
    assert "police" in capsys.readouterr().err
    run = json.loads((tmp_path / "out" / str(SECOND) / "run.json").read_text())
    assert "refused" in {f["status"] for f in run["files"] if f["contract"] == "police"}
    rows = pyarrow.parquet.read_table(tmp_path / "out" / str(SECOND) / "persons.parquet").to_pylist()
    assert any(r["contract"] == "police" for r in rows)
    resolved = [e for e in exceptions(tmp_path, SECOND) if e["status"] == "resolved"]
    assert not any(ev["contract"] == "police" for e in resolved for ev in e["evidence"])


def test_no_whereabouts_of_a_protected_person_in_any_output_byte(region, done):
    """Every address, phone and e-mail of a GP row under S, and every refuge, in any file of the night."""
    secrets = set()
    for file in (region / "landing" / str(SECOND)).glob("gp__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["sensitivity"] == "S":
                    secrets |= {row["mobile"], row["email"], row["address_line_1"] + ", " + row["address_line_2"]}
    for file in (region / "landing" / str(SECOND)).glob("protected__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            secrets |= {row["uprn"] for row in csv.DictReader(handle)}
    secrets = {s for s in secrets if s and len(s) > 6}
    assert secrets, "the region plants protected people"
    for file in (done / "out").rglob("*"):
        if not file.is_file():
            continue
        text = (
            str(pyarrow.parquet.read_table(file).to_pylist())
            if file.suffix == ".parquet"
            else text_of(file)
            if file.suffix in (".pdf", ".xlsx")
            else file.read_bytes().decode("utf-8", "replace")
        )
        for secret in secrets:
            assert secret not in text, file.name


def test_nothing_personal_in_the_log(region, tmp_path, capfd):
    assert run_one(plan(region / "landing", tmp_path), FIRST) in (0, 1)
    told = "".join(capfd.readouterr())
    with open(next((region / "landing" / str(FIRST)).glob("gp__*.csv")), newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for column in ("nhs_number", "mobile", "email", "date_of_birth"):
        assert not [r[column] for r in rows if r[column] and r[column] in told]
