"""What Great Expectations has judged before is not asked again: `store.judged`, one row a different outcome of a suite.

An outcome is nothing but the names of a suite's rules and whether each held; DuckDB works it out anew for every row of every
night. What the judge says of it depends on that alone, so one judgement of it by one version of the library is the
judgement of every night. A usual night brings no new outcome, and is spared the library's import, the dearest of all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import duckdb
import polars as pl

from expectations.judge import ID, Broken, Suite, judge, no_unknown_outcome

Outcomes = dict[str, list[str]]
"""The rules that are broken in an outcome, by its digest."""


def judge_once(con: duckdb.DuckDBPyConnection, suites: Sequence[Suite]) -> dict[str, Broken]:
    """As `judge` says it, which is asked of the outcomes alone that it has not seen. Raises RuleCrashed."""
    for suite in suites:
        no_unknown_outcome(suite)
    known = _known(con)
    digests = {suite.name: _digests(suite) for suite in suites}
    unseen = [_only(suite, [d not in known for d in digests[suite.name]]) for suite in suites]
    if any(len(suite.frame) for suite in unseen):
        fresh = _by_outcome(unseen, judge(unseen))
        _keep(con, fresh)
        known |= fresh
    return {suite.name: _broken(suite, digests[suite.name], known) for suite in suites}


def judges_tonight(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a night on this store is sure to ask the library: nothing is kept of what its version in use has judged."""
    return not _known(con)


def _digests(suite: Suite) -> list[str]:
    """The digest of each outcome of a suite, in the order of its frame."""
    rules = sorted(e.name for e in suite.expected)
    told = (json.dumps([suite.name, rules, held]) for held in suite.frame.select(rules).iter_rows())
    return [hashlib.sha256(text.encode()).hexdigest() for text in told]


def _only(suite: Suite, wanted: list[bool]) -> Suite:
    return replace(suite, frame=suite.frame.filter(pl.Series(wanted, dtype=pl.Boolean)))


def _by_outcome(suites: Sequence[Suite], broken: dict[str, Broken]) -> Outcomes:
    """What was judged, told by outcome and no longer by its number of tonight."""
    return {
        digest: [rule for rule, ids in broken[suite.name].items() if number in ids]
        for suite in suites
        for number, digest in zip(suite.frame[ID].to_list(), _digests(suite), strict=True)
    }


def _broken(suite: Suite, digests: list[str], known: Outcomes) -> Broken:
    """The numbers of tonight's outcomes that break each rule, as `judge` gives them."""
    numbered = sorted(zip(suite.frame[ID].to_list(), digests, strict=True))
    found = {e.name: [number for number, digest in numbered if e.name in known[digest]] for e in suite.expected}
    return {rule: numbers for rule, numbers in found.items() if numbers}


def _known(con: duckdb.DuckDBPyConnection) -> Outcomes:
    con.execute("CREATE TABLE IF NOT EXISTS store.judged (library VARCHAR, outcome VARCHAR, broken VARCHAR[])")
    query = "SELECT outcome, broken FROM store.judged WHERE library = $library"
    return dict(con.execute(query, {"library": _library()}).fetchall())


def _keep(con: duckdb.DuckDBPyConnection, fresh: Outcomes) -> None:
    library = _library()
    con.execute("DELETE FROM store.judged WHERE library <> $library", {"library": library})
    rows = [(library, digest, rules) for digest, rules in sorted(fresh.items())]
    con.executemany("INSERT INTO store.judged VALUES (?, ?, ?)", rows)


def _library() -> str:
    return version("great_expectations")
