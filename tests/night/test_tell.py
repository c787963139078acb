"""What is known of an id on a night: `linkage person`, `household` and `explain`."""

from __future__ import annotations

import shutil

import duckdb
import pyarrow.parquet
import pytest

from linkage import store, tell
from linkage.cli import main
from tests.night.conftest import FIRST, SECOND, exceptions


def table(work, night, name):
    return pyarrow.parquet.read_table(work / "out" / str(night) / f"{name}.parquet").to_pylist()


def ask(capsys, *command):
    status = main([str(part) for part in command])
    return status, capsys.readouterr()


def test_a_person_is_told_with_records_household_exceptions_and_history(done, capsys):
    raised = next(e for e in exceptions(done, SECOND) if e["status"] != "resolved")
    who = raised["people"][0]["person_id"]
    status, told = ask(capsys, "person", who, "--store", done / "store.duckdb")
    assert status == 0
    for row in table(done, SECOND, "persons"):
        if row["person_id"] == who:
            assert " ".join(row[k] for k in ("contract", "supplier", "record_id", "mention")) in told.out
    for row in table(done, SECOND, "households"):
        assert row["person_id"] != who or row["household_id"] in told.out
    assert raised["exception_id"] in told.out
    assert f"{FIRST} created (first seen)" in told.out


def test_an_exception_is_told_as_it_was_known_on_a_night(done, capsys):
    raised = next(e for e in exceptions(done, SECOND) if e["status"] == "continuing")
    for night, words in ((FIRST, "new"), (SECOND, f"continuing, unchanged since {FIRST}")):
        status, told = ask(
            capsys, "explain", raised["exception_id"], "--store", done / "store.duckdb", "--as-of", night
        )
        assert status == 0
        assert raised["claim"] in told.out
        assert f"As of night {night}: {words};" in told.out


@pytest.mark.parametrize("command", [["person", "P00000000000"], ["explain", "P000000000000"], ["person"]])
def test_what_is_no_id_is_a_usage_error(command, done, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--store", str(done / "store.duckdb")])
    assert stopped.value.code == 64


def test_of_the_protected_is_told_what_is_told_of_nobody(done, tmp_path, capsys):
    """Restricted people are in the store (linkage needs them) and in no file; the command must not tell them apart."""
    file = shutil.copy(done / "store.duckdb", tmp_path / "store.duckdb")
    shutil.copy(done / "store.duckdb.key", tmp_path / "store.duckdb.key")
    con = store.connect()
    store.attach(con, tmp_path / "store.duckdb", store.key_for(tmp_path / "store.duckdb"))
    published = {r["person_id"] for r in table(done, SECOND, "persons")}
    held = {r[0] for r in con.execute("SELECT person_id FROM store.person_member WHERE known_to IS NULL").fetchall()}
    con.close()
    hidden = sorted(held - published)
    assert hidden, "the region plants protected people"
    for night in (FIRST, SECOND):
        nobody = ask(capsys, "person", "P" + "0" * 12, "--store", file, "--as-of", night)
        for who in hidden:
            status, told = ask(capsys, "person", who, "--store", file, "--as-of", night)
            assert (status, told.out) == (nobody[0], "")
            assert told.err.replace(who, "P" + "0" * 12) == nobody[1].err


def test_no_household_at_a_protected_place_is_told(done):
    told = {r["household_id"] for r in table(done, SECOND, "households")}
    file = done / "store.duckdb"
    with tell._published(file) as con:
        assert isinstance(con, duckdb.DuckDBPyConnection)
        standing = {
            r[0]
            for r in con.execute("SELECT household_id FROM store.household_member WHERE known_to IS NULL").fetchall()
        }
        withheld = {r[0] for r in con.execute("SELECT id FROM store.withheld").fetchall()}
    assert standing == told
    assert not withheld & told


def test_what_was_looked_at_and_not_raised_is_told_with_all_that_was_looked_for(done, capsys):
    with tell._published(done / "store.duckdb") as con:
        kept = con.execute(
            "SELECT subject_id, explanations FROM store.dismissed_finding "
            "WHERE NOT list_has_any(people, (SELECT list(id) FROM store.withheld)) ORDER BY ALL LIMIT 1"
        ).fetchone()
    assert kept is not None, "the region plants what only looks like a situation"
    who, explanations = kept
    _, told = ask(capsys, "person", who, "--store", done / "store.duckdb")
    assert "Looked at on the last night and not raised" in told.out
    assert all(f"{explanation}: found: " in told.out for explanation in explanations)
    assert ": not found: " in told.out
    # Kept of the last night alone: the night before has its own answer, or none.
    _, before = ask(capsys, "person", who, "--store", done / "store.duckdb", "--as-of", FIRST)
    assert "Looked at" not in before.out
