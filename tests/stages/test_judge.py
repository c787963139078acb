"""The judge of rule columns: what breaks is named by row, and nothing is left behind."""

from __future__ import annotations

import tempfile

import pandas as pd

from expectations.judge import Expectation, Suite, judge


def test_the_judge_names_the_broken_rows_and_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = pd.DataFrame({"outcome_id": [1, 2, 3], "is_whole": [True, False, True], "is_new": [True, True, True]})
    rules = [Expectation("is_whole", True), Expectation("is_new", False)]
    assert judge([Suite("any", frame, rules)]) == {"any": {"is_whole": [2]}}
    assert list(tmp_path.iterdir()) == []
