"""Great Expectations as the judge of rule columns.

DuckDB computes every rule as a boolean column; rows with the same outcomes are one row of the frame handed over here,
with an id. So the judge sees no personal value, and its cost does not grow with the extracts. The answers of all rules
of all tables are judged as one column, since the library takes as long for one rule as for a hundred. A judgement that crashed also
reports `success = False`: it is told apart by its empty result and stops the night.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

ID, SUITE, RULE, HOLDS = "outcome_id", "suite", "rule", "holds"
WHERE = [SUITE, RULE, ID]


class RuleCrashed(RuntimeError):
    """A rule could not be evaluated: a fault of the software, not of the data. The night must stop."""


@dataclass(frozen=True)
class Expectation:
    """One rule column that must be true throughout: its name, and whether a breach is critical or a warning."""

    name: str
    critical: bool


@dataclass(frozen=True)
class Suite:
    """The rules of one table and their outcomes: a frame with a column `outcome_id` and one boolean column a rule."""

    name: str
    frame: pl.DataFrame
    expected: Sequence[Expectation]


Broken = dict[str, list[int]]
"""The ids of a frame's rows that break each rule, by rule name; rules that hold are left out."""


def judge(suites: Sequence[Suite]) -> dict[str, Broken]:
    """What is broken in each suite, by its name, in one judgement. Raises RuleCrashed."""
    asked = [s for s in suites if not s.frame.is_empty() and s.expected]
    broken: dict[str, Broken] = {s.name: {} for s in suites}
    if not asked:
        return broken
    answers = pl.concat([_answers(suite) for suite in asked])
    results = _validate(answers, critical=any(e.critical for s in asked for e in s.expected))
    if len(results) != 1:
        raise RuleCrashed(f"one judgement was asked for and {len(results)} came")
    found = _read(results[0], len(answers))
    for suite in asked:
        mine = found.get(suite.name, {})
        broken[suite.name] = {e.name: mine[e.name] for e in suite.expected if e.name in mine}
    return broken


def _answers(suite: Suite) -> pl.DataFrame:
    """One row an outcome and rule of a suite: whether it holds."""
    no_unknown_outcome(suite)
    names = [e.name for e in suite.expected]
    answers = suite.frame.unpivot(names, index=ID, variable_name=RULE, value_name=HOLDS)
    if len(answers) != len(suite.frame) * len(suite.expected):
        raise RuleCrashed(f"suite {suite.name}: a rule gave no answer for some rows")
    return answers.select(pl.col(ID).cast(pl.Int64), RULE, HOLDS, pl.lit(suite.name).alias(SUITE))


def no_unknown_outcome(suite: Suite) -> None:
    """A rule column that is null somewhere would be passed over by the judge as a missing value."""
    for rule in suite.expected:
        if rule.name not in suite.frame.columns or suite.frame[rule.name].has_nulls():
            raise RuleCrashed(f"suite {suite.name}: the rule {rule.name} gave no answer for some rows")


def _validate(answers: pl.DataFrame, *, critical: bool) -> list[Any]:
    import great_expectations as gx  # here and not above: the import takes three seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # It sets its own level when it is imported, and would tell of every temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("night").add_dataframe_asset("answers")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": answers.to_pandas()})
    every_rule_holds = gx.expectations.ExpectColumnValuesToBeInSet(
        column=HOLDS, value_set=[True], severity="critical" if critical else "warning"
    )
    suite = gx.ExpectationSuite(name="every_rule_holds", expectations=[every_rule_holds])
    result_format = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": WHERE,
        "exclude_unexpected_values": True,
    }
    return list(batch.validate(suite, result_format=result_format).results)


def _read(result: Any, answers: int) -> dict[str, Broken]:
    """The ids by broken rule, by suite."""
    outcome = result.result or {}
    if outcome.get("element_count") != answers or outcome.get("missing_count"):
        raise RuleCrashed("the rules could not be evaluated")
    told = outcome.get("unexpected_index_list") or []
    found = sorted((str(s), str(r), int(i)) for one in told for s, r, i in zip(*(one[w] for w in WHERE), strict=True))
    if len(found) != outcome.get("unexpected_count") or bool(found) == bool(result.success):
        raise RuleCrashed("a breach is reported without its rows")
    broken: dict[str, Broken] = {}
    for suite, rule, row in found:
        broken.setdefault(suite, {}).setdefault(rule, []).append(row)
    return broken
