"""The gate behind the landing: what may go on tonight, what is set aside, and which files are refused.

Reads landed_*, landed_reject and input_file; writes accepted_*, quarantine, rule_result, fill_rate and gate_warning,
completes input_file and appends to store.delivery. Every landed row ends in exactly one of accepted and quarantine, or
in a file that was refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial

import duckdb
import polars as pl

from expectations import deliveries, listed, quarantine, volumes
from expectations.accepted import clean, from_fragments, need_trimming, repaired, typed
from expectations.judge import ID, Broken, Expectation, RuleCrashed, Suite
from expectations.judged import judge_once
from expectations.rules import Limits, Rule, key_of, rules_of, whole
from linkage import beside
from linkage.night import Night
from linkage.store import insert
from linkage.tables import CONTRACTS, Contract

RULE_RESULT_COLUMNS = {
    "contract": pl.String, "supplier": pl.String, "rule": pl.String, "column_name": pl.String, "words": pl.String,
    "severity": pl.String, "rows_checked": pl.Int64, "rows_failed": pl.Int64,
}  # fmt: skip
RULE_RESULT = ", ".join(
    f"{name} {'BIGINT' if type is pl.Int64 else 'VARCHAR'}" for name, type in RULE_RESULT_COLUMNS.items()
)


def gate(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Turn the landed rows into accepted and quarantined ones. Raises judge.RuleCrashed (the night must stop)."""
    limits = limits_of(night)
    _prepare(con)
    deliveries.prepare(con, night)
    landed = {contract: rules_of(contract, limits) for contract in _landed(con)}
    threads = beside.threads_for(con, night.threads)
    trims = dict(zip(landed, beside.each(con, [partial(_to_trim, contract=c) for c in landed], threads), strict=True))
    beside.each(
        con,
        [partial(_compute_outcomes, contract=c, rules=rules, to_trim=trims[c]) for c, rules in landed.items()],
        threads,
    )
    outcomes = {c: con.execute(f"SELECT * FROM outcome_{c.name} ORDER BY {ID}").pl() for c in landed}
    broken = judge_once(con, [_suite(contract, rules, outcomes[contract]) for contract, rules in landed.items()])
    _record_results(con, landed, outcomes, broken)
    listed.prepare(con, night)
    for contract, rules in landed.items():
        with _no_value_in_errors(contract):
            _set_aside(con, contract, rules, broken[contract.name], trims[contract])
    listed.forget(con)
    quarantine.set_rejects_aside(con)
    volumes.refuse(con, night)
    beside.each(
        con,
        [partial(_accept, contract=c, limits=limits, to_trim=trims.get(c, set())) for c in CONTRACTS.values()],
        threads,
    )
    _accept_fragments(con)
    volumes.compare_fill(con, night)
    deliveries.complete(con, night)
    quarantine.say(con)


@contextmanager
def _no_value_in_errors(contract: Contract) -> Iterator[None]:
    """A database error may quote the value it stumbled over: say only where it happened."""
    try:
        yield
    except duckdb.Error as error:
        raise RuleCrashed(f"the rules of {contract.name} cannot be evaluated ({type(error).__name__})") from None


def _landed(con: duckdb.DuckDBPyConnection) -> list[Contract]:
    """The contracts of which a row came."""
    some = (con.execute(f"SELECT count(*) FROM landed_{name}").fetchone() for name in CONTRACTS)
    return [c for c, row in zip(CONTRACTS.values(), some, strict=True) if row and row[0]]


def limits_of(night: Night) -> Limits:
    """The limits of values in force on a night."""
    settings = night.settings
    return Limits(
        date.fromisoformat(settings.text("gates.earliest_date")), night.date, settings.integer("gates.future_days"),
        settings.integer("gates.longest_value"),
    )  # fmt: skip


def _prepare(con: duckdb.DuckDBPyConnection) -> None:
    quarantine.prepare(con)
    con.execute(f"CREATE OR REPLACE TABLE rule_result ({RULE_RESULT})")
    con.execute("CREATE OR REPLACE TABLE gate_warning (contract VARCHAR, supplier VARCHAR, words VARCHAR)")


def _to_trim(con: duckdb.DuckDBPyConnection, contract: Contract) -> set[str]:
    """The columns of which a value has blanks to trim: most have none, and asking once is cheaper than trimming each value."""
    with _no_value_in_errors(contract):
        told = con.execute(need_trimming(contract)).fetchone() or ()
    return {name for name, odd in zip(contract.names, told, strict=True) if odd}


def _compute_outcomes(con: duckdb.DuckDBPyConnection, contract: Contract, rules: list[Rule], to_trim: set[str]) -> None:
    """`checked_<contract>`: every rule's outcome for every row; `outcome_<contract>`: each outcome of a supplier, once."""
    name, names = contract.name, ", ".join(r.name for r in rules)
    flags = ", ".join(f"({r.holds}) AS {r.name}" for r in rules)
    with _no_value_in_errors(contract):
        _view_cleaned(con, contract, to_trim)
        _find_doubled_keys(con, contract)
        con.execute(
            f"CREATE OR REPLACE TABLE checked_{name} AS SELECT c.supplier, c.row_number, {flags} "
            f"FROM (SELECT *, {whole(contract)} FROM cleaned_{name}) AS c "
            f"LEFT JOIN doubled AS d ON d.supplier = c.supplier AND d.key = c.{key_of(contract)}"
        )
        con.execute(
            f"CREATE OR REPLACE TABLE outcome_{name} AS SELECT row_number() OVER (ORDER BY supplier, {names}) AS {ID}, "
            f"supplier, {names}, rows FROM (SELECT supplier, {names}, count(*) AS rows FROM checked_{name} GROUP BY ALL)"
        )


def _view_cleaned(con: duckdb.DuckDBPyConnection, contract: Contract, to_trim: set[str]) -> None:
    con.execute(f"CREATE OR REPLACE TEMP VIEW cleaned_{contract.name} AS {clean(contract, to_trim)}")


def _suite(contract: Contract, rules: list[Rule], outcomes: pl.DataFrame) -> Suite:
    """What the judge is shown of a contract's rows: which outcomes there are, and nothing of who has them."""
    return Suite(contract.name, outcomes.drop("supplier", "rows"), [Expectation(r.name, r.sets_aside) for r in rules])


def _set_aside(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: list[Rule], broken: Broken, to_trim: set[str]
) -> None:
    """Set aside the rows that break a rule of that kind."""
    breached = [r for r in rules if r.sets_aside and r.name in broken]
    if quarantine.needed(contract, breached, broken):
        _view_cleaned(con, contract, to_trim)
        quarantine.set_aside(con, contract, breached, broken)
        con.execute(f"DROP VIEW cleaned_{contract.name}")
    con.execute(f"DROP TABLE checked_{contract.name}")


def _find_doubled_keys(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """`doubled`: each key that stands more than once in a file, how many different rows bear it, and the first."""
    key, columns = key_of(contract), ", ".join(f'"{c}"' for c in contract.names)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE doubled AS WITH often AS ("
        f"SELECT supplier, {key} AS key FROM cleaned_{contract.name} WHERE {key} IS NOT NULL GROUP BY ALL HAVING count(*) > 1) "
        f"SELECT o.supplier, o.key, count(DISTINCT row({columns})) AS versions, min(row_number) AS first_row "
        f"FROM often AS o INNER JOIN cleaned_{contract.name} AS c ON c.supplier = o.supplier AND c.{key} = o.key GROUP BY ALL"
    )


def _record_results(
    con: duckdb.DuckDBPyConnection, judged: Mapping[Contract, list[Rule]], outcomes: Mapping[Contract, pl.DataFrame],
    broken: Mapping[str, Broken],
) -> None:  # fmt: skip
    """One row of rule_result a rule and supplier, in the order of the rules."""
    results = [
        row
        for contract, rules in judged.items()
        for row in _results(contract, rules, outcomes[contract], broken[contract.name])
    ]
    insert(con, "rule_result", RULE_RESULT_COLUMNS, results)
    for contract, rules in judged.items():
        for rule in rules:
            if rule.announce and broken[contract.name].get(rule.name):
                _announce(con, contract, rule)


def _results(
    contract: Contract, rules: list[Rule], outcomes: pl.DataFrame, broken: Broken
) -> Iterator[tuple[object, ...]]:
    for supplier, own in sorted(_by_supplier(outcomes).items()):
        checked = int(own["rows"].sum())
        for rule in rules:
            ids = broken.get(rule.name, [])
            failed = int(own.filter(pl.col(ID).is_in(ids))["rows"].sum()) if ids else 0
            kind = "set aside" if rule.sets_aside else "counted"
            yield (contract.name, supplier, rule.name, rule.column, rule.words, kind, checked, failed)


def _by_supplier(outcomes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(name): own for (name,), own in outcomes.group_by("supplier")}


def _announce(con: duckdb.DuckDBPyConnection, contract: Contract, rule: Rule) -> None:
    con.execute(
        "INSERT INTO gate_warning SELECT contract, supplier, concat(rows_failed, ' rows: ', column_name, ': ', words) "
        "FROM rule_result WHERE contract = $contract AND rule = $rule AND rows_failed > 0 ORDER BY supplier",
        {"contract": contract.name, "rule": rule.name},
    )


def _accept(con: duckdb.DuckDBPyConnection, contract: Contract, limits: Limits, to_trim: set[str]) -> None:
    name = contract.name
    with _no_value_in_errors(contract):
        con.execute(
            f"CREATE OR REPLACE TABLE accepted_{name} AS SELECT {typed(contract, limits)}, supplier, row_number "
            f"FROM ({clean(contract, to_trim)}) AS c WHERE supplier IN (SELECT supplier FROM input_file "
            f"WHERE contract = '{name}' AND status = 'accepted') AND NOT EXISTS (SELECT 1 FROM quarantine AS q "
            f"WHERE q.contract = '{name}' AND q.supplier = c.supplier AND q.row_number = c.row_number)"
        )
        kept = f"SELECT (supplier, row_number) FROM kept_row WHERE contract = '{name}'"
        if con.execute(f"{kept} LIMIT 1").fetchone():
            con.execute(
                f"UPDATE accepted_{name} SET {repaired(contract, limits)} WHERE (supplier, row_number) IN ({kept})"
            )


def _accept_fragments(con: duckdb.DuckDBPyConnection) -> None:
    """An unreadable row of a protected list protects whoever bears a number that stands in it."""
    accepted = "supplier IN (SELECT supplier FROM input_file WHERE contract = 'protected' AND status = 'accepted')"
    con.execute(
        f"INSERT INTO accepted_protected SELECT * FROM ({from_fragments(CONTRACTS['protected'])}) "
        f"WHERE {accepted} ORDER BY supplier, row_number, record_id"
    )
    con.execute(
        "INSERT INTO gate_warning SELECT contract, supplier, concat(count(*), ' rows of this protected list cannot be "
        "read; every number in them is treated as protected; ask the hub to correct the list tonight') "
        f"FROM landed_reject WHERE contract = 'protected' AND {accepted} GROUP BY ALL ORDER BY supplier"
    )
