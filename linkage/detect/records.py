"""Reading the working tables for findings: rows as dictionaries, and the records behind a claim."""

from __future__ import annotations

from typing import Any

import duckdb


def rows(con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries, in the query's order."""
    result = con.execute(query, parameters) if parameters else con.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def claims_of(con: duckdb.DuckDBPyConnection, person_id: str, *uprns: str) -> tuple[tuple[str, str | None], ...]:
    """(mention_id, address_role) of a person's standing claims, at the given properties or, with none, at all."""
    found = con.execute(
        "SELECT mention_id, address_role FROM claim WHERE stands AND person_id = $person "
        "AND (len($uprns) = 0 OR list_contains($uprns, uprn)) ORDER BY valid_from, mention_id, address_role",
        {"person": person_id, "uprns": list(uprns)},
    ).fetchall()
    return tuple((m, r) for m, r in found)
