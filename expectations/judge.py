"""Great Expectations as the judge of rule columns.

DuckDB computes every rule as a boolean column; rows with the same outcomes are one row of the frame handed over here,
with an id. So the judge sees no personal value, and its cost does not grow with the extracts. A rule that crashed also
reports `success = False`: it is told apart by its empty result and stops the night.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd

ID = "outcome_id"


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
    results = _validate(suite_name, frame, expected)
    if len(results) != len(expected):
        raise RuleCrashed(f"suite {suite_name}: {len(expected)} rules were set and {len(results)} judged")
    broken = {name: ids for name, ids in (_read(suite_name, r, len(frame)) for r in results) if ids}
    return {e.name: broken[e.name] for e in expected if e.name in broken}


def warm_up() -> None:
    """Load Great Expectations beside other work: its import takes three seconds, which the night need not wait for."""
    threading.Thread(target=lambda: import_module("great_expectations"), daemon=True).start()


def _no_unknown_outcome(suite_name: str, frame: pd.DataFrame, expected: Sequence[Expectation]) -> None:
    """A rule column that is null somewhere would be passed over by the judge as a missing value."""
    for rule in expected:
        if rule.name not in frame or frame[rule.name].isna().any():
            raise RuleCrashed(f"suite {suite_name}: the rule {rule.name} gave no answer for some rows")


def _validate(suite_name: str, frame: pd.DataFrame, expected: Sequence[Expectation]) -> list[Any]:
    import great_expectations as gx  # here and not above: the import takes three seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # It sets its own level when it is imported, and would tell of every temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("night").add_dataframe_asset(suite_name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name=suite_name, expectations=[_expectation(gx, e) for e in expected])
    result_format = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": [ID],
        "exclude_unexpected_values": True,
    }
    return list(batch.validate(suite, result_format=result_format).results)


def _expectation(gx: Any, rule: Expectation) -> Any:
    severity = "critical" if rule.critical else "warning"
    return gx.expectations.ExpectColumnValuesToBeInSet(column=rule.name, value_set=[True], severity=severity)


def _read(suite_name: str, result: Any, rows: int) -> tuple[str, list[int]]:
    name = str(result.expectation_config.kwargs["column"])
    outcome = result.result or {}
    if outcome.get("element_count") != rows or outcome.get("missing_count"):
        raise RuleCrashed(f"suite {suite_name}: the rule {name} could not be evaluated")
    ids = sorted(int(i) for found in outcome.get("unexpected_index_list") or [] for i in found[ID])
    if len(ids) != outcome.get("unexpected_count") or bool(ids) == bool(result.success):
        raise RuleCrashed(f"suite {suite_name}: the rule {name} reports a breach without its rows")
    return name, ids
