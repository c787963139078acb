"""What cannot be done is said in plain words, once, with exit status 2; and it leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.workroom import published
from linkage import store
from linkage.cli import main


def replay(landing: Path, work: Path) -> int:
    return main(
        ["replay", "--no-prefect", "--landing", str(landing), "--store", str(work / "s"), "--out", str(work / "o")]
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [("none", "there is no landing folder"), ("n" * 300, "cannot read the landing folder")],
    ids=["missing", "unreadable"],
)
def test_a_landing_folder_that_cannot_be_read(tmp_path, capsys, name, words):
    assert replay(tmp_path / name, tmp_path) == 2
    assert capsys.readouterr().err.startswith(f"linkage: {words} {tmp_path / name}")
    assert list(tmp_path.iterdir()) == []


def test_a_night_without_a_folder_is_told_once(tmp_path, capsys, caplog):
    given = ["--landing", str(tmp_path / "none"), "--store", str(tmp_path / "s"), "--out", str(tmp_path / "o")]
    assert main(["run", "--no-prefect", "--night", "2026-01-05", *given]) == 2
    assert [*capsys.readouterr().err.splitlines(), *caplog.messages] == [
        f"linkage: night 2026-01-05: there is no folder {tmp_path / 'none' / '2026-01-05'}"
    ]


def test_a_region_that_cannot_be_written(capsys):
    assert main(["simulate", "--people", "20", "--nights", "1", "--seed", "1", "--out", "/proc/region"]) == 2
    assert "linkage: cannot write /proc/region" in capsys.readouterr().err


def test_review_pages_without_a_store_leave_nothing_behind(tmp_path, capsys):
    assert main(["review", "--store", str(tmp_path / "none")]) == 2
    assert "there is no store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_no_night_was_published_to_has_published_none(tmp_path):
    file = tmp_path / "store.duckdb"
    con = store.connect()
    store.attach(con, file, store.key_for(file))
    con.execute("CREATE TABLE store.gp_record (record_id VARCHAR)")
    con.close()
    assert published(file) == []
