"""The repository keeps its own promises: SQL files are headed and used, settings explained, docs not stale."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from linkage import dictionary, settings
from tests.conftest import DEAREST

ROOT = Path(__file__).resolve().parents[2]
SQL = sorted((ROOT / "linkage").rglob("*.sql"))
PYTHON = "\n".join(
    p.read_text(encoding="utf-8") for d in ("linkage", "flows", "expectations") for p in (ROOT / d).rglob("*.py")
)
DRAWERS = ("utils", "helpers", "misc", "common")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("file", SQL, ids=lambda f: f.stem)
def test_a_sql_file_builds_the_table_it_is_named_for(file):
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0].startswith("-- one row: ")
    assert lines[1].startswith("-- reads: ")
    assert re.search(rf"CREATE OR REPLACE (TABLE|VIEW) {file.stem} AS\n", text)
    assert text.count("CREATE OR REPLACE") == 1
    assert not re.search(r"\{\{|\{%|\$\{", text), "no templating"


@pytest.mark.parametrize("file", SQL, ids=lambda f: f.stem)
def test_a_sql_file_is_run_by_some_stage(file):
    assert re.search(rf"[\"']{file.stem}(\.sql)?[\"']", PYTHON), f"{file.name} is run nowhere"


def test_every_setting_has_a_reason_above_it():
    text = settings.SHIPPED.read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\[)", text)[1:]:
        head = block.splitlines()[0]
        explained = "#" in block or text.split(block)[0].rstrip().splitlines()[-1].startswith("#")
        assert explained or head.startswith("[hubs."), f"{head} has no comment"


def test_no_drawers():
    assert not [p for p in tracked() if p.stem in DRAWERS]


def test_no_download_address_in_the_locks():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", sorted(dictionary.PAGES))
def test_reference_pages_are_not_stale(page):
    assert (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8") == dictionary.PAGES[page](), "run make docs"


def test_glossary_words_have_one_meaning_each():
    rows = re.findall(r"^\| \*\*(.+?)\*\*", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE)
    words = [w.strip() for row in rows for w in row.split(",")]
    assert len(words) == len(set(words)) > 40


def test_the_files_that_are_given_out_first_are_there():
    assert [name for name in DEAREST if not (ROOT / "tests" / name).exists()] == []
