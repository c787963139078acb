"""The audit log: appended by several processes, chained, and honest about where it was touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage import audit
from linkage.cli import main
from linkage.outputs import seal

WRITER = (
    "import sys; from pathlib import Path; from linkage import audit\n"
    "for i in range(25): audit.append(Path(sys.argv[1]), {'what': 'viewed', 'who': sys.argv[2], 'i': str(i)})"
)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "store.duckdb.audit.jsonl"
    for i in range(5):
        audit.append(path, {"what": "viewed", "exception": f"X{i}"})
    return path


def test_append_returns_the_head_that_verify_finds(log):
    head = audit.append(log, {"what": "exported", "who": "Zoë\n\u202e"})
    chain = audit.verify(log)
    assert chain.head == head
    assert len(chain.hashes) == 6
    assert [json.loads(line)["n"] for line in log.read_text(encoding="utf-8").splitlines()] == [1, 2, 3, 4, 5, 6]


def test_several_processes_make_one_chain(tmp_path):
    path = tmp_path / "log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"w{n}"]) for n in range(4)]
    assert [w.wait() for w in writers] == [0] * 4
    assert len(audit.verify(path).hashes) == 100


def test_the_log_is_for_the_operator_alone(log):
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lambda ls: [ls[0], ls[1].replace("X1", "X9"), *ls[2:]], 2),
        (lambda ls: ls[:2] + ls[3:], 3),
        (lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], 2),
        (lambda ls: [*ls[:3], ls[2], *ls[3:]], 4),
        (lambda ls: [*ls[:4], ls[4][:-9] + "\n"], 5),
        (lambda ls: [*ls, "not json\n"], 6),
        (lambda ls: [*ls[:4], ls[4].rstrip("\n")], 5),
    ],
    ids=["changed", "left out", "swapped", "doubled", "cut", "foreign", "no ending"],
)
def test_a_touched_log_breaks_at_that_line(log, damage, line):
    log.write_text("".join(damage(log.read_text().splitlines(keepends=True))))
    with pytest.raises(audit.AuditError, match=f"broken at line {line}:"):
        audit.verify(log)


def test_a_line_cut_off_by_a_crash_was_never_told_and_goes(log):
    with open(log, "a") as handle:
        handle.write('{"n": 6, "at": "2026')
    audit.append(log, {"what": "viewed"})
    assert len(audit.verify(log).hashes) == 6


def test_nothing_is_appended_to_a_foreign_last_line(log):
    with open(log, "a") as handle:
        handle.write("something else\n")
    with pytest.raises(audit.AuditError, match="audit verify"):
        audit.append(log, {"what": "viewed"})


def test_a_value_that_is_no_text_is_refused(log):
    with pytest.raises(audit.AuditError, match="count"):
        audit.append(log, {"count": 3})
    assert len(audit.verify(log).hashes) == 5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(max_size=20), st.text(st.characters(codec="utf-8"), max_size=300), max_size=4))
def test_any_text_comes_back(tmp_path, event):
    path = tmp_path / "any"
    head = audit.append(path, event)
    assert audit.verify(path).head == head
    assert json.loads(path.read_text(encoding="utf-8").split("\n")[-2])["event"] == event


def test_a_line_longer_than_the_look_back(log):
    audit.append(log, {"what": "x" * 3 * audit.TAIL})
    audit.append(log, {"what": "after"})
    assert len(audit.verify(log).hashes) == 7


@pytest.fixture
def sealed(tmp_path, monkeypatch):
    monkeypatch.delenv("LINKAGE_AUDIT_KEY", raising=False)
    store, out = tmp_path / "store.duckdb", tmp_path / "out"
    for night in ("2026-01-05", "2026-01-06"):
        folder = out / night / "hubs"
        folder.mkdir(parents=True)
        (folder / "a.json").write_text(night)
        told = seal.seal(out / night, store, {"what": "night_written", "night": night})
        (out / night / "run.json").write_text(json.dumps(told))
    return store, out


def verify(store, out) -> int:
    return main(["audit", "verify", "--store", str(store), "--out", str(out)])


def test_sealed_nights_verify_and_the_key_is_private(sealed, capsys):
    assert verify(*sealed) == 0
    assert "nights checked: 2, at fault: 0" in capsys.readouterr().out
    assert (sealed[0].parent / "store.duckdb.audit.key").stat().st_mode & 0o077 == 0


def test_a_changed_file_is_named(sealed, capsys):
    (sealed[1] / "2026-01-05" / "hubs" / "a.json").write_text("else")
    assert verify(*sealed) == 2
    assert "2026-01-05: hubs/a.json was changed" in capsys.readouterr().err


def test_a_file_that_was_added_is_named_and_what_publication_writes_is_not(sealed, capsys):
    night = sealed[1] / "2026-01-05"
    (night / ".fingerprint").write_text("f")
    assert verify(*sealed) == 0
    (night / "hubs" / "E08000027").mkdir()
    (night / "hubs" / "E08000027" / "run.json").write_text("{}")
    assert verify(*sealed) == 2
    assert "2026-01-05: hubs/E08000027/run.json was added" in capsys.readouterr().err


def test_a_folder_that_is_not_there_and_one_that_holds_nothing(sealed, capsys):
    store, out = sealed
    assert verify(store, out.with_name("uot")) == 2
    assert f"there is no folder of results {out.with_name('uot')}" in capsys.readouterr().err
    out.with_name("uot").mkdir()
    assert verify(store, out.with_name("uot")) == 2
    assert capsys.readouterr().err.count("was sealed and is not in") == 2
    assert main(["audit", "verify", "--store", str(store)]) == 0
    assert "no night was checked" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["night", "run.json"])
def test_a_night_that_was_taken_away_is_named_unless_retention_deleted_it(sealed, capsys, what):
    store, out = sealed
    if what == "night":
        shutil.rmtree(out / "2026-01-05")
    else:
        (out / "2026-01-05" / "run.json").unlink()
    assert verify(store, out) == 2
    assert "night 2026-01-05" in capsys.readouterr().err
    audit.append(audit.log_of(store), {"what": "deleted", seal.NIGHTS_OF_RESULTS: "1 from before 2026-01-06"})
    shutil.rmtree(out / "2026-01-05", ignore_errors=True)
    assert verify(store, out) == 0
    shutil.rmtree(out / "2026-01-06")
    assert verify(store, out) == 2


def test_a_copy_of_another_night_and_an_older_version_are_named(sealed, capsys):
    store, out = sealed
    night = out / "2026-01-05"
    shutil.copytree(night, out / "2026-01-07")
    assert verify(store, out) == 2
    assert "2026-01-07: it is a copy of night 2026-01-05" in capsys.readouterr().err
    shutil.move(out / "2026-01-07", out.with_name("older"))
    (night / "hubs" / "a.json").write_text("put right")
    told = seal.seal(night, store, {"what": "night_written", "night": "2026-01-05"})
    (night / "run.json").write_text(json.dumps(told))
    assert verify(store, out) == 0
    shutil.rmtree(night)
    shutil.move(out.with_name("older"), night)
    assert verify(store, out) == 2
    assert "2026-01-05: it is not the version that was sealed last" in capsys.readouterr().err


def test_a_log_cut_off_at_its_end_is_seen_by_the_signed_head(sealed, capsys):
    log = audit.log_of(sealed[0])
    log.write_text(log.read_text().splitlines(keepends=True)[0])
    assert verify(*sealed) == 2
    assert "lines were cut off" in capsys.readouterr().err


def test_a_log_written_anew_by_somebody_without_the_key(sealed, capsys):
    store, out = sealed
    key = store.with_name("store.duckdb.audit.key")
    right = key.read_text()
    key.unlink()
    audit.log_of(store).unlink()
    told = seal.seal(out / "2026-01-06", store, {"what": "night_written", "night": "2026-01-06"})
    (out / "2026-01-06" / "run.json").write_text(json.dumps(told))
    key.write_text(right)
    assert verify(store, out) == 2
    assert "2026-01-06: the signature of its head is not this key's" in capsys.readouterr().err


def test_a_missing_key_is_said_and_none_is_made(sealed, capsys):
    key = sealed[0].with_name("store.duckdb.audit.key")
    key.unlink()
    assert verify(*sealed) == 2
    assert "is missing" in capsys.readouterr().err
    assert not key.exists()


def test_a_missing_log_is_said(tmp_path, capsys):
    assert verify(tmp_path / "none.duckdb", tmp_path) == 2
    assert "there is no audit log" in capsys.readouterr().err


def test_the_key_comes_from_the_environment_and_is_long(tmp_path, monkeypatch):
    monkeypatch.setenv("LINKAGE_AUDIT_KEY", "f" * 64)
    assert audit.signing_key(tmp_path / "s") == "f" * 64
    assert not os.listdir(tmp_path)
    monkeypatch.setenv("LINKAGE_AUDIT_KEY", "short")
    with pytest.raises(audit.AuditError, match="shorter than 32") as told:
        audit.signing_key(tmp_path / "s")
    assert "short " not in str(told.value).replace("shorter", "")


def test_whatever_else_fails_is_said_without_its_words(sealed, capsys, monkeypatch):
    def broken(path):
        raise ValueError("Ann Example of 1 Secret Lane")

    monkeypatch.delenv("LINKAGE_DEBUG", raising=False)
    monkeypatch.setattr(audit, "verify", broken)
    assert verify(*sealed) == 2
    said = capsys.readouterr().err
    assert "ValueError in test_audit.py line" in said
    assert "Secret" not in said
    monkeypatch.setenv("LINKAGE_DEBUG", "1")
    with pytest.raises(ValueError, match="Secret"):
        verify(*sealed)
