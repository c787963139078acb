"""What the linked tables must satisfy before a night is published. A breach stops the night: the last one stands.

The tables are those of outputs.md in the main database: `person` (one row a mention), `residence` (one row an address
of a mention), `household` (one row a member and interval), `exception` (one row an exception) and
`exception_person` (one row a person of an exception, with role and whether its pregnancy stands or has a living child).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from expectations.judge import ID, Expectation, RuleCrashed, Suite
from expectations.judged import judge_once

MENTION = "contract, supplier, record_id, mention"


@dataclass(frozen=True)
class LinkedRule:
    """One rule over the rows of one linked table. `holds` is SQL and never null; `words` name no value."""

    table: str
    name: str
    words: str
    holds: str


@dataclass(frozen=True)
class Breach:
    """A rule that rows of a linked table break: how many, and what is wrong."""

    table: str
    rule: str
    words: str
    rows: int


def _between(column: str) -> str:
    return f"coalesce({column} BETWEEN 0 AND 1, false)"


RULES: tuple[LinkedRule, ...] = (
    LinkedRule("person", "person_id_given", "a mention belongs to no person", "person_id IS NOT NULL"),
    LinkedRule("person", "mention_given", "a mention is not fully named",
               "contract IS NOT NULL AND supplier IS NOT NULL AND record_id IS NOT NULL AND mention IS NOT NULL"),
    LinkedRule("person", "mention_once", "a mention belongs to more than one person",
               f"count(*) OVER (PARTITION BY {MENTION}) = 1"),
    LinkedRule("person", "probability_in_bounds", "a link's probability is not between 0 and 1",
               _between("link_probability")),
    LinkedRule("residence", "probability_in_bounds", "a match's probability is not between 0 and 1",
               "match_probability IS NULL OR " + _between("match_probability")),
    LinkedRule("residence", "interval_in_order", "a claim of residence ends before it begins",
               "coalesce(valid_from <= valid_to, true)"),
    LinkedRule("residence", "belongs_to_a_mention", "a claim of residence belongs to no mention",
               f"EXISTS (SELECT 1 FROM person AS p WHERE {' AND '.join(f'p.{c} = t.{c}' for c in MENTION.split(', '))})"),
    LinkedRule("household", "interval_in_order", "a household interval ends before it begins",
               "coalesce(valid_from <= valid_to, true)"),
    LinkedRule("household", "keys_given", "a household row has no household, property or person",
               "household_id IS NOT NULL AND uprn IS NOT NULL AND person_id IS NOT NULL"),
    LinkedRule("household", "member_is_a_person", "a household member is nobody among the persons",
               "t.person_id IN (SELECT person_id FROM person WHERE person_id IS NOT NULL)"),
    LinkedRule("exception", "exception_once", "an exception stands there twice",
               "exception_id IS NOT NULL AND count(*) OVER (PARTITION BY exception_id) = 1"),
    LinkedRule("exception", "kind_known", "an exception is of no known kind",
               "coalesce(kind IN ('unregistered_co_residence', 'hidden_adult', 'address_divergence'), false)"),
    LinkedRule("exception", "score_in_bounds", "an exception's score is not between 0 and 1", _between("score")),
    LinkedRule("exception", "child_or_pregnancy", "an exception concerns neither a child nor a pregnancy",
               "status = 'resolved' OR exception_id IN (SELECT exception_id FROM exception_person "
               "WHERE (role = 'child' OR with_child) AND exception_id IS NOT NULL)"),
)  # fmt: skip
"""Sources of the rules: outputs.md (keys, probabilities) and exceptions.md (purpose limit 1; the three kinds)."""


def check(
    con: duckdb.DuckDBPyConnection, *, protected_absent: bool, rules: tuple[LinkedRule, ...] = RULES
) -> list[Breach]:
    """The breaches of tonight's linked tables; empty when they may be published.

    `protected_absent` is the protection gate's own finding that no protected mention stands in any of them. Raises
    RuleCrashed when a table is missing or a rule cannot be evaluated.
    """
    broken = judge_once(con, [_suite(con, table, rules) for table in dict.fromkeys(r.table for r in rules)])
    breaches = [
        Breach(r.table, r.name, r.words, _rows(con, r.table, ids))
        for r in rules
        if (ids := broken[r.table].get(r.name))
    ]
    if not protected_absent:
        breaches.append(Breach("all", "protected_absent", "a protected mention stands in the linked tables", 1))
    return breaches


def _suite(con: duckdb.DuckDBPyConnection, table: str, rules: tuple[LinkedRule, ...]) -> Suite:
    mine = [r for r in rules if r.table == table]
    _compute(con, table, mine)
    frame = con.execute(f"SELECT * EXCLUDE (rows) FROM linked_{table} ORDER BY {ID}").pl()
    return Suite(table, frame, [Expectation(r.name, True) for r in mine])


def _compute(con: duckdb.DuckDBPyConnection, table: str, rules: list[LinkedRule]) -> None:
    """`linked_<table>`: each different outcome of the table's rules, once, and how many rows have it."""
    names = ", ".join(r.name for r in rules)
    flags = ", ".join(f"({r.holds}) AS {r.name}" for r in rules)
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE linked_{table} AS SELECT row_number() OVER (ORDER BY {names}) AS {ID}, "
            f"{names}, rows FROM (SELECT {names}, count(*) AS rows "
            f'FROM (SELECT {flags} FROM "{table}" AS t) GROUP BY ALL)'
        )
    except duckdb.Error:
        raise RuleCrashed(f"the rules of {table} cannot be evaluated: it or a column of it is missing") from None


def _rows(con: duckdb.DuckDBPyConnection, table: str, ids: list[int]) -> int:
    row = con.execute(f"SELECT sum(rows) FROM linked_{table} WHERE list_contains($ids, {ID})", {"ids": ids}).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
