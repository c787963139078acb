"""The page of assurance: no figure is made up, and none is of code that changed meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import assurance

COUNTED = {name: "3" for many, _ in assurance.HEADLINES.values() for name in many}
LOST = {name: "0" for _, lost in assurance.HEADLINES.values() for name in lost}


def test_what_was_tried_is_added_up():
    assert all((many, lost) == ("3", "0") for _, many, lost in assurance.headlines(COUNTED | LOST))
    leaked = COUNTED | LOST | {"whereabouts found": "1,002"}
    assert ("protected people planted as canaries", "3", "1,002") in assurance.headlines(leaked)


@pytest.mark.parametrize("gone", [*COUNTED, *LOST])
def test_a_figure_that_did_not_come_stands_as_missing(gone):
    figures = {name: value for name, value in (COUNTED | LOST).items() if name != gone}
    assert any(assurance.MISSING in line for line in assurance.headlines(figures))


def _measured(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    for folder in ("benchmarks", "docs/operating", "docs/information-governance", "linkage"):
        (root / folder).mkdir(parents=True)
    (root / "benchmarks" / "RESULTS.md").write_text("20,000 people, seed 1\n\nBy sex\nf .9\n\n", encoding="utf-8")
    (root / "linkage" / "code.py").write_text("a = 1\n", encoding="utf-8")
    load = SimpleNamespace(
        PEOPLE_LIVING=1,
        SEED=1,
        measure=lambda *_: (SimpleNamespace(verdicts=1, answers=1), (1, 1)),
        figures=lambda *_: {},
    )
    monkeypatch.setattr(assurance, "ROOT", root)
    monkeypatch.setattr(assurance, "load", load)
    monkeypatch.setattr(assurance, "fuzzed", lambda _minutes: {})
    monkeypatch.setattr(assurance, "run", lambda: {"An area": assurance.Found(1, 0, 0, COUNTED | LOST)})
    monkeypatch.setattr(sys, "argv", ["assurance"])


def test_it_writes_what_was_found(monkeypatch, tmp_path):
    _measured(monkeypatch, tmp_path)
    assert assurance.main() == 0
    assert f"code {assurance.code()}" in (tmp_path / "docs/operating/assurance.md").read_text(encoding="utf-8")
    assert "By sex" in (tmp_path / "docs/information-governance/error-by-group.md").read_text(encoding="utf-8")


def test_a_failed_test_or_a_leak_fails_the_command(monkeypatch, tmp_path):
    _measured(monkeypatch, tmp_path)
    monkeypatch.setattr(assurance, "run", lambda: {"An area": assurance.Found(2, 1, 0, COUNTED | LOST)})
    assert assurance.main() == 1
    leaked = COUNTED | LOST | {"whereabouts found": "1"}
    monkeypatch.setattr(assurance, "run", lambda: {"An area": assurance.Found(1, 0, 0, leaked)})
    assert assurance.main() == 1


def test_nothing_is_written_of_code_that_changed_meanwhile(monkeypatch, tmp_path, capsys):
    _measured(monkeypatch, tmp_path)

    def edits_it():
        (tmp_path / "linkage" / "code.py").write_text("a = 2\n", encoding="utf-8")
        return {}

    monkeypatch.setattr(assurance, "run", edits_it)
    assert assurance.main() == 2
    assert "the code changed" in capsys.readouterr().err
    assert not (tmp_path / "docs/operating/assurance.md").exists()
