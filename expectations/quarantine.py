"""Rows set aside: `quarantine`, one row a row of a file that may not go on, with its reasons in words.

Invariant: no reason holds a value, and a key is shown only when it is short enough to be one.
"""

from __future__ import annotations

import logging

import duckdb

from expectations import listed
from expectations.accepted import marked
from expectations.judge import ID
from expectations.rules import Rule, key_of
from linkage.tables import Contract

log = logging.getLogger(__name__)

QUARANTINE = "contract VARCHAR, supplier VARCHAR, record_id VARCHAR, row_number BIGINT, reasons VARCHAR[]"
LONGEST_KEY = 64  # characters; a longer key is no key, and may be a shifted value that no page should show
ROWS_LOGGED = 20  # of one file; quarantine.parquet has them all


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Empty tables: `quarantine`, and `kept_row` (faulty rows that go on all the same: contract, supplier, row)."""
    con.execute(f"CREATE OR REPLACE TABLE quarantine ({QUARANTINE})")
    con.execute("CREATE OR REPLACE TABLE kept_row (contract VARCHAR, supplier VARCHAR, row_number BIGINT)")


def needed(contract: Contract, rules: list[Rule], broken: dict[str, list[int]]) -> bool:
    """Whether a row is to be set aside or kept in spite of a fault. Rows of the protected list go on whatever rule they break."""
    return bool(rules or (contract.name == "protected" and broken))


def set_aside(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: list[Rule], broken: dict[str, list[int]]
) -> None:
    """One quarantine row a landed row that breaks any of the rules, with all its reasons. Asked for only where it is `needed`."""
    columns = "supplier VARCHAR, row_number BIGINT, place INTEGER, fault_words VARCHAR"
    con.execute(f"CREATE OR REPLACE TEMP TABLE fault ({columns})")
    _number_faulty_rows(con, contract, rules)
    _keep_restricted(con, contract)
    for place, rule in enumerate(rules):
        column = rule.which or f"'{rule.column}'"
        con.execute(
            f"INSERT INTO fault SELECT supplier, row_number, {place}, concat({column}, ': ', $words) "
            f"FROM cleaned_{contract.name} INNER JOIN faulty USING (supplier, row_number) WHERE list_contains($ids, outcome_id)",
            {"words": rule.words, "ids": broken[rule.name]},
        )
    con.execute(
        f"INSERT INTO quarantine SELECT $contract, supplier, {_shown_key(contract)}, row_number, "
        f"list(fault_words ORDER BY place) FROM fault INNER JOIN cleaned_{contract.name} USING (supplier, row_number) "
        "GROUP BY ALL ORDER BY supplier, row_number",
        {"contract": contract.name},
    )


def _number_faulty_rows(con: duckdb.DuckDBPyConnection, contract: Contract, rules: list[Rule]) -> None:
    """`faulty`: the rows that break a rule, each with the id of its outcome."""
    outcome = f"outcome_{contract.name}"
    names = [c[0] for c in con.execute(f"SELECT * EXCLUDE (outcome_id, rows) FROM {outcome} LIMIT 0").description or ()]
    fails = " OR ".join(f"NOT {r.name}" for r in rules) or "false"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE faulty AS SELECT supplier, row_number, {ID} FROM checked_{contract.name} "
        f"INNER JOIN {outcome} USING ({', '.join(names)}) WHERE {fails}"
    )


def _keep_restricted(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Take rows with a restriction mark, or with what a protected list names, back out of `faulty`; of several with one key
    the first, one with a mark before any other.

    A restricted record that is set aside would take its mark, and its link to the same person's other records, with it,
    and these would go out unrestricted. What is wrong in it is null in its accepted row.
    """
    _view_faulty(con, contract)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE kept AS SELECT supplier, row_number, marked FROM faulty_row "
        f"WHERE marked OR {listed.bears(con, contract)} "
        "QUALIFY row_number() OVER (PARTITION BY supplier, key ORDER BY NOT marked, row_number) = 1"
    )
    con.execute("DROP TABLE faulty_row")
    con.execute("DELETE FROM faulty WHERE (supplier, row_number) IN (SELECT (supplier, row_number) FROM kept)")
    con.execute(f"INSERT INTO kept_row SELECT '{contract.name}', supplier, row_number FROM kept")
    if contract.name == "protected":  # none of its rows is ever in `faulty` but for exact repetitions
        con.execute(
            "INSERT INTO kept_row SELECT 'protected', supplier, row_number FROM checked_protected "
            "WHERE NOT (values_not_too_long AND values_without_nul)"
        )
    con.execute(
        # Without a number: how many rows of a supplier bear a mark is nobody's business, run.json's readers' neither.
        "INSERT INTO gate_warning SELECT DISTINCT $contract, supplier, 'there are faulty rows that bear a restriction mark; "
        # Of rows that a list alone names nothing is said: whom a list names its supplier may not know.
        "they were kept, without their faulty values; ask the supplier to look for faults in such rows' FROM kept "
        "WHERE marked ORDER BY supplier",
        {"contract": contract.name},
    )


def _view_faulty(con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """`faulty_row`: of the faulty rows what tells whether they are kept. A table, for the lists are too dear to ask of every row."""
    told = "".join(f', "{column}"' for column in listed.columns(contract))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE faulty_row AS SELECT supplier, row_number, ({marked(contract)}) AS marked, "
        f"coalesce({key_of(contract)}, 'row ' || row_number) AS key{told} "
        f"FROM faulty INNER JOIN cleaned_{contract.name} USING (supplier, row_number) "
        f"INNER JOIN checked_{contract.name} AS k USING (supplier, row_number) WHERE k.key_not_repeated"
    )


def _shown_key(contract: Contract) -> str:
    key = key_of(contract)
    return f"CASE WHEN length({key}) <= {LONGEST_KEY} THEN {key} END"


def set_rejects_aside(con: duckdb.DuckDBPyConnection) -> None:
    """Rows that could not be read as columns: their key is not known."""
    con.execute(
        "INSERT INTO quarantine SELECT contract, supplier, NULL, row_number, reasons FROM landed_reject "
        "ORDER BY contract, supplier, row_number"
    )


def say(con: duckdb.DuckDBPyConnection) -> None:
    """Say which rows were set aside: file, row, column and what to do; of one file only the first ones."""
    rows = con.execute(
        "SELECT f.path, q.row_number, array_to_string(q.reasons, ' | ') FROM quarantine AS q "
        "INNER JOIN input_file AS f ON f.contract = q.contract AND f.supplier = q.supplier WHERE f.status = 'accepted' "
        f"QUALIFY row_number() OVER (PARTITION BY f.path ORDER BY q.row_number) <= {ROWS_LOGGED} ORDER BY ALL"
    ).fetchall()
    for path, row_number, reasons in rows:
        log.warning("%s: row %s set aside: %s", path, row_number, reasons)
