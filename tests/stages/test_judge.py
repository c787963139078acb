"""The judge of rule columns: what breaks is named by row, and nothing is left behind."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from expectations import judged
from expectations.judge import Broken, Expectation, RuleCrashed, Suite, judge


def test_the_judge_names_the_broken_rows_and_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = pl.DataFrame({"outcome_id": [1, 2, 3], "is_whole": [True, False, True], "is_new": [True, True, True]})
    rules = [Expectation("is_whole", True), Expectation("is_new", False)]
    assert judge([Suite("any", frame, rules)]) == {"any": {"is_whole": [2]}}
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many outcomes the judge was asked of, each time it was."""
    counts: list[int] = []

    def counting(suites: Sequence[Suite]) -> dict[str, Broken]:
        counts.append(sum(len(suite.frame) for suite in suites))
        return judge(suites)

    monkeypatch.setattr(judged, "judge", counting)
    return counts


def _suite(is_whole: list[bool | None], name: str = "any", first: int = 1) -> Suite:
    ids = range(first, first + len(is_whole))
    return Suite(name, pl.DataFrame({"outcome_id": ids, "is_whole": is_whole}), [Expectation("is_whole", True)])


def test_an_outcome_is_judged_once_and_means_the_same_under_another_number(con: Any, asked: list[int]) -> None:
    assert judged.judges_tonight(con)
    assert judged.judge_once(con, [_suite([True, True])]) == {"any": {}}
    assert judged.judge_once(con, [_suite([False, True, False], first=5)]) == {"any": {"is_whole": [5, 7]}}
    assert judged.judge_once(con, [_suite([True, False], first=8)]) == {"any": {"is_whole": [9]}}
    assert asked == [2, 2]
    assert not judged.judges_tonight(con)


def test_an_outcome_of_another_suite_or_library_is_judged_anew(
    con: Any, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged.judge_once(con, [_suite([True])])
    judged.judge_once(con, [_suite([True], "other")])
    monkeypatch.setattr(judged, "version", lambda _: "another")
    assert judged.judges_tonight(con)
    judged.judge_once(con, [_suite([True])])
    assert asked == [1, 1, 1]
    assert con.execute("SELECT DISTINCT library FROM store.judged").fetchall() == [("another",)]


def test_a_rule_without_an_answer_crashes_whatever_was_judged_before(con: Any) -> None:
    judged.judge_once(con, [_suite([True, False])])
    with pytest.raises(RuleCrashed, match="is_whole"):
        judged.judge_once(con, [_suite([True, None])])
