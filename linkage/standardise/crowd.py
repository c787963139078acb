"""Values that so many different people bear that they tell nobody from anybody: a default of a system, a switchboard.

Such a value is read as not given. Otherwise every bearer would be compared with every other, which no night has the time
for, and one number that a system writes into an empty field would stand against what other records say of its bearers.
Reads `mention_source` and `<column>_text`; writes `crowd`, one row a value and supplier that gives it to so many.
"""

from __future__ import annotations

import duckdb

BEARERS = 50
"""A value of more different people than this is nobody's. People are told apart by birth date, else by name as written."""
WORDS = {"phone": "phone number", "email": "e-mail address", "nhs_number": "NHS number", "force_key": "nominal_ref"}
"""The columns looked at, and what a warning calls them."""
_BEARER = "coalesce(CAST(s.date_of_birth AS VARCHAR), concat_ws(' ', s.given_text, s.family_text, s.full_text))"


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Take the values of crowds out of `mention_source` (force_key) and the `<column>_text` tables (the others)."""
    con.execute(
        "CREATE OR REPLACE TABLE crowd (column_name VARCHAR, contract VARCHAR, supplier VARCHAR, mentions BIGINT, bearers BIGINT)"
    )
    for column in ("phone", "email", "nhs_number"):
        _forget_shapes(con, column)
    _forget_force_keys(con)


def _forget_shapes(con: duckdb.DuckDBPyConnection, column: str) -> None:
    often = con.execute(
        f"SELECT shape FROM {column}_text WHERE shape IS NOT NULL GROUP BY shape HAVING sum(mentions) > $most ORDER BY shape",
        {"most": BEARERS},
    ).fetchall()
    for (shape,) in often:
        borne = (
            f"SELECT s.contract, s.supplier, {_BEARER} AS bearer FROM mention_source AS s "
            f"INNER JOIN {column}_text AS t ON s.{column} = t.text WHERE t.shape = $shape"
        )
        if _is_crowd(con, borne, column, {"shape": shape}):
            con.execute(f"UPDATE {column}_text SET shape = NULL WHERE shape = $shape", {"shape": shape})


def _forget_force_keys(con: duckdb.DuckDBPyConnection) -> None:
    often = con.execute(
        "SELECT supplier, force_key FROM mention_source WHERE force_key IS NOT NULL GROUP BY ALL HAVING count(*) > $most ORDER BY ALL",
        {"most": BEARERS},
    ).fetchall()
    for supplier, key in often:
        here = "s.supplier = $supplier AND s.force_key = $key"
        given = {"supplier": supplier, "key": key}
        if _is_crowd(
            con,
            f"SELECT s.contract, s.supplier, {_BEARER} AS bearer FROM mention_source AS s WHERE {here}",
            "force_key",
            given,
        ):
            con.execute(f"UPDATE mention_source AS s SET force_key = NULL WHERE {here}", given)


def _is_crowd(con: duckdb.DuckDBPyConnection, borne: str, column: str, given: dict[str, str]) -> bool:
    """Whether too many bear a value; then it is told in `crowd`."""
    row = con.execute(f"SELECT count(DISTINCT bearer) FROM ({borne})", given).fetchone() or (0,)
    if row[0] <= BEARERS:
        return False
    con.execute(
        f"INSERT INTO crowd SELECT $column, contract, supplier, count(*), count(DISTINCT bearer) FROM ({borne}) "
        "GROUP BY contract, supplier ORDER BY contract, supplier",
        {**given, "column": column},
    )
    return True


def warnings(con: duckdb.DuckDBPyConnection) -> list[str]:
    """One line a supplier and column that gave crowds one value; the value itself is not told."""
    rows = con.execute(
        "SELECT contract, supplier, column_name, count(*), sum(mentions) FROM crowd GROUP BY ALL HAVING sum(mentions) > $most ORDER BY ALL",
        {"most": BEARERS},
    ).fetchall()
    return [
        f"{contract} of {supplier}: {values} {WORDS[column]}{'' if values == 1 else 's'} given for {mentions} mentions of different "
        "people, as a system's default is: read as not given; ask the supplier to leave the field empty"
        for contract, supplier, column, values, mentions in rows
    ]
