"""The model's conditions in Spark's SQL: the same truth for the same two rows, absent values included.

The model is written once, in DuckDB's SQL (model.py). Plain operators mean the same to both engines, functions do not: Spark's
arrays_overlap gives NULL where a list holds one, and the string distances that Splink ships for Spark halve an odd number of
transposed letters where DuckDB drops the half, and give 0 for a text that is absent. So every function that the model uses
is spelt out here in Spark's own, and anything else is refused: a new condition means the same or stops the tests. Nothing of
ours or of Splink's has to be installed on the machines that compute.

Texts whose distance is taken hold A-Z (names), digits and hyphens (dates) alone, for which bytes and letters are one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlglot
from sqlglot import exp

PLAIN = (exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Sub, exp.Abs,
         exp.Coalesce, exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean)  # fmt: skip
"""What both engines read alike."""

_MATCHED = """
    aggregate(
        sequence(1, length({b})),
        named_struct('a', {a}, 'b', {b}, 'rest', {a}, 'found', '',
            'reach', CAST(greatest(greatest(length({a}), length({b})) DIV 2 - 1, 0) AS INT)),
        (s, i) -> CASE
            WHEN locate(substring(s.b, i, 1), s.rest, greatest(i - s.reach, 1)) BETWEEN 1 AND i + s.reach
            THEN named_struct('a', s.a, 'b', s.b,
                'rest', concat(
                    substring(s.rest, 1, locate(substring(s.b, i, 1), s.rest, greatest(i - s.reach, 1)) - 1), '#',
                    substring(s.rest, locate(substring(s.b, i, 1), s.rest, greatest(i - s.reach, 1)) + 1)),
                'found', concat(s.found, substring(s.b, i, 1)), 'reach', s.reach)
            ELSE s
        END
    )"""
"""Jaro: each letter of b takes the first equal letter of a within reach; `rest` is a with # for the letters taken."""
_COUNTED = """
    named_struct('a', s.a, 'b', s.b, 'matched', CAST(length(s.found) AS DOUBLE),
        'moved', size(filter(sequence(1, length(s.found)), k -> substring(s.found, k, 1) <> substring(array_join(
            transform(sequence(1, length(s.a)), j -> if(substring(s.rest, j, 1) = '#', substring(s.a, j, 1), '')), ''), k, 1))),
        'alike', CASE
            WHEN substring(s.a, 1, 1) <> substring(s.b, 1, 1) THEN 0
            WHEN substring(s.a, 2, 1) <> substring(s.b, 2, 1) THEN 1
            WHEN substring(s.a, 3, 1) <> substring(s.b, 3, 1) THEN 2
            WHEN substring(s.a, 4, 1) <> substring(s.b, 4, 1) THEN 3
            ELSE 4
        END)"""
_JARO = (
    "(c.matched / length(c.a) + c.matched / length(c.b) + (c.matched - c.moved DIV 2) / c.matched) / CAST(3 AS DOUBLE)"
)
_BOOSTED = "if(j.jaro > CAST(0.7 AS DOUBLE), j.jaro + j.alike * CAST(0.1 AS DOUBLE) * (1 - j.jaro), j.jaro)"
# A list of one and `transform` stand for "let": Spark's SQL has no other name for a value that is used twice.
_JARO_WINKLER = f"""CASE
    WHEN {{a}} IS NULL OR {{b}} IS NULL THEN NULL
    WHEN {{a}} = {{b}} THEN if(length({{a}}) = 0, CAST(0 AS DOUBLE), CAST(1 AS DOUBLE))
    WHEN length({{a}}) = 0 OR length({{b}}) = 0 THEN CAST(0 AS DOUBLE)
    ELSE coalesce(try_element_at(transform(transform(transform(
        filter(array({_MATCHED}), s -> length(s.found) > 0), s -> {_COUNTED}),
        c -> named_struct('alike', c.alike, 'jaro', {_JARO})),
        j -> {_BOOSTED}), 1), CAST(0 AS DOUBLE))
    END"""
_SWAPPED = """exists(sequence(1, greatest(length({a}) - 1, 1)), i -> {b} = concat(substring({a}, 1, i - 1),
    substring({a}, i + 1, 1), substring({a}, i, 1), substring({a}, i + 2)))"""
_ONE_STEP = f"levenshtein({{a}}, {{b}}) <= 1 OR (levenshtein({{a}}, {{b}}) = 2 AND {_SWAPPED})"
"""One letter is another, more or fewer, or two neighbours are swapped. Spark has no distance that knows the last."""
SPELT = {
    "list_has_any": "CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL ELSE coalesce(arrays_overlap({a}, {b}), FALSE) END",
    "list_has_all": "(size(array_except(array_compact({b}), {a})) = 0)",
    "list_contains": "CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL ELSE coalesce(array_contains({a}, {b}), FALSE) END",
    "list_intersect": "CASE WHEN {a} IS NOT NULL AND {b} IS NULL THEN array() ELSE array_compact(array_intersect({a}, {b})) END",
    "levenshtein": "levenshtein({a}, {b})",
    "jaro_winkler_similarity": _JARO_WINKLER,
    "damerau_levenshtein <= 1": f"({_ONE_STEP})",
    "damerau_levenshtein = 1": f"({{a}} <> {{b}} AND ({_ONE_STEP}))",
}
"""DuckDB's functions of two arguments a and b in Spark's; damerau_levenshtein together with what it is compared to."""


class NotInSpark(ValueError):
    """A condition holds something whose meaning in Spark is not settled here. The message names it."""


def translate_settings(settings: Mapping[str, Any], lists: Collection[str]) -> dict[str, Any]:
    """Splink's settings (model.splink_settings) for its Spark backend. lists: the columns of `person_input` that are lists.

    Raises NotInSpark.
    """
    rules = [{**rule, "sql_dialect": "spark"} for rule in settings["blocking_rules_to_generate_predictions"]]
    return {
        **settings,
        "comparisons": [
            {**c, "comparison_levels": [_level(level, lists) for level in c["comparison_levels"]]}
            for c in settings["comparisons"]
        ],
        "blocking_rules_to_generate_predictions": rules,
        "retain_intermediate_calculation_columns": False,
    }


def _level(level: Mapping[str, Any], lists: Collection[str]) -> dict[str, Any]:
    condition = level["sql_condition"]
    return {**level, "sql_condition": condition if condition == "ELSE" else translate(condition, lists)}


def translate(condition: str, lists: Collection[str]) -> str:
    """One condition in Spark's SQL. lists: the columns that are lists, without _l and _r. Raises NotInSpark."""
    return _spark(sqlglot.parse_one(condition, read="duckdb"), lists)


def columns(condition: str) -> set[str]:
    """The columns of `person_input` that a condition reads."""
    return {_bare(c) for c in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column)}


def _bare(column: exp.Expr) -> str:
    return column.name.removesuffix("_l").removesuffix("_r")


def _spark(node: exp.Expr, lists: Collection[str]) -> str:
    """A node in Spark's SQL: what it holds first, then the node around it."""
    found = _function(node)
    if found:
        name, arguments = found
        return SPELT[name].format(**{k: _spark(v, lists) for k, v in zip("ab", arguments, strict=True)})
    if isinstance(node, exp.Length):
        return f"{'size' if _is_list(node.this, lists) else 'length'}({_spark(node.this, lists)})"
    if isinstance(node, exp.Array | exp.Substring):
        name = "array" if isinstance(node, exp.Array) else "substring"
        return f"{name}({', '.join(_spark(held, lists) for held in node.iter_expressions())})"
    if isinstance(node, exp.Cast) and node.to.is_type("int"):
        # What cannot be cast stops DuckDB; in Spark its value would be part of an error.
        return f"try_cast({_spark(node.this, lists)} AS INT)"
    if isinstance(node, exp.Literal) and node.is_number and not node.is_int:
        # A number with a point is a decimal to Spark, a double where DuckDB compares it with one.
        return f"CAST({node.name} AS DOUBLE)"
    if not isinstance(node, PLAIN):
        raise NotInSpark(f"{node.sql('duckdb')} ({type(node).__name__})")
    around = node.copy()
    for held in list(around.iter_expressions()):
        held.replace(exp.Var(this=_spark(held, lists)))
    return around.sql("spark")


_NAMED: dict[type[exp.Expr], str] = {
    exp.ArrayOverlaps: "list_has_any",
    exp.ArrayContains: "list_contains",
    exp.Levenshtein: "levenshtein",
    exp.JarowinklerSimilarity: "jaro_winkler_similarity",
}
_COMPARED: dict[type[exp.Expr], str] = {exp.LTE: "damerau_levenshtein <= 1", exp.EQ: "damerau_levenshtein = 1"}


def _function(node: exp.Expr) -> tuple[str, list[exp.Expr]] | None:
    """The name in SPELT and the arguments of a node that is one of its functions."""
    if type(node) in _NAMED:
        return _NAMED[type(node)], list(node.iter_expressions())
    if isinstance(node, exp.Anonymous) and node.name.lower() in ("list_has_all", "list_intersect"):
        return node.name.lower(), node.expressions
    distance = node.this
    if type(node) in _COMPARED and isinstance(distance, exp.Anonymous) and node.expression.sql() == "1":
        return (_COMPARED[type(node)], distance.expressions) if distance.name.lower() == "damerau_levenshtein" else None
    return None


def _is_list(node: exp.Expr, lists: Collection[str]) -> bool:
    found = _function(node)
    return found[0] == "list_intersect" if found else isinstance(node, exp.Column) and _bare(node) in lists
