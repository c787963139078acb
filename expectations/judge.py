"""Great Expectations as the judge of rule columns.

DuckDB computes every rule as a boolean column; rows with the same outcomes are one row of the frame handed over here,
with an id. So the judge sees no personal value, and its cost does not grow with the extracts. The answers of all rules
are judged as one column, since the library takes as long for one rule as for a hundred. A judgement that crashed also
reports `success = False`: it is told apart by its empty result and stops the night.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

ID, RULE, HOLDS = "outcome_id", "rule", "holds"


class RuleCrashed(RuntimeError):
    """A rule could not be evaluated: a fault of the software, not of the data. The night must stop."""


@dataclass(frozen=True)
class Expectation:
    """One rule column that must be true throughout: its name, and whether a breach is critical or a warning."""

    name: str
    critical: bool


def judge(suite_name: str, frame: pd.DataFrame, expected: Sequence[Expectation]) -> dict[str, list[int]]:
    """The ids of the frame's rows that break each rule, by rule name; rules that hold are left out.

    The frame has a column `outcome_id` and one boolean column a rule. Raises RuleCrashed.
    """
    if frame.empty or not expected:
        return {}
    _no_unknown_outcome(suite_name, frame, expected)
    answers = frame.melt(id_vars=[ID], value_vars=[e.name for e in expected], var_name=RULE, value_name=HOLDS)
    if len(answers) != len(frame) * len(expected):
        raise RuleCrashed(f"suite {suite_name}: a rule gave no answer for some rows")
    results = _validate(suite_name, answers, critical=any(e.critical for e in expected))
    if len(results) != 1:
        raise RuleCrashed(f"suite {suite_name}: one judgement was asked for and {len(results)} came")
    broken = _read(suite_name, results[0], len(answers))
    return {e.name: broken[e.name] for e in expected if e.name in broken}


def _no_unknown_outcome(suite_name: str, frame: pd.DataFrame, expected: Sequence[Expectation]) -> None:
    """A rule column that is null somewhere would be passed over by the judge as a missing value."""
    for rule in expected:
        if rule.name not in frame or frame[rule.name].isna().any():
            raise RuleCrashed(f"suite {suite_name}: the rule {rule.name} gave no answer for some rows")


def _validate(suite_name: str, answers: pd.DataFrame, *, critical: bool) -> list[Any]:
    import great_expectations as gx  # here and not above: the import takes three seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # It sets its own level when it is imported, and would tell of every temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("night").add_dataframe_asset(suite_name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": answers})
    every_rule_holds = gx.expectations.ExpectColumnValuesToBeInSet(
        column=HOLDS, value_set=[True], severity="critical" if critical else "warning"
    )
    suite = gx.ExpectationSuite(name=suite_name, expectations=[every_rule_holds])
    result_format = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": [RULE, ID],
        "exclude_unexpected_values": True,
    }
    return list(batch.validate(suite, result_format=result_format).results)


def _read(suite_name: str, result: Any, answers: int) -> dict[str, list[int]]:
    """The ids by broken rule."""
    outcome = result.result or {}
    if outcome.get("element_count") != answers or outcome.get("missing_count"):
        raise RuleCrashed(f"suite {suite_name} could not be evaluated")
    told = outcome.get("unexpected_index_list") or []
    found = sorted((str(rule), int(row)) for one in told for rule, row in zip(one[RULE], one[ID], strict=True))
    if len(found) != outcome.get("unexpected_count") or bool(found) == bool(result.success):
        raise RuleCrashed(f"suite {suite_name} reports a breach without its rows")
    broken: dict[str, list[int]] = {}
    for rule, row in found:
        broken.setdefault(rule, []).append(row)
    return broken
