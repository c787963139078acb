"""Values that so many different people bear that they tell nobody from anybody: a default of a system, a switchboard.

Such a value is read as not given. Otherwise every bearer would be compared with every other, which no night has the time
for, and one number that a system writes into an empty field would stand against what other records say of its bearers.
Reads `mention_source` and `<column>_text`; writes `crowd`, one row a value and supplier that gives it to so many.
"""

from __future__ import annotations

import duckdb

BEARERS = 50
"""A value of more different people than this is nobody's. People are told apart by birth date, else by name as written."""
TIMES_USUAL = 20
"""A birth date of a supplier that is borne by so many times as many people as a usual day of its year is nobody's."""
WORDS = {
    "phone": ("phone number", "phone numbers"), "email": ("e-mail address", "e-mail addresses"), "nhs_number": ("NHS number", "NHS numbers"),
    "force_key": ("nominal_ref", "nominal_refs"), "date_of_birth": ("date of birth", "dates of birth"),
}  # fmt: skip
"""The columns looked at, and what a warning calls one value and several."""
_BEARER = "coalesce(CAST(s.date_of_birth AS VARCHAR), concat_ws(' ', s.given_text, s.family_text, s.full_text))"


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Take the values of crowds out of `mention_source` (force_key, date_of_birth) and the `<column>_text` tables (the others)."""
    con.execute("CREATE OR REPLACE TABLE crowd_key (supplier VARCHAR, force_key VARCHAR)")
    con.execute(
        "CREATE OR REPLACE TABLE crowd (column_name VARCHAR, contract VARCHAR, supplier VARCHAR, mentions BIGINT, bearers BIGINT, "
        "day DATE)"
    )
    for column in ("phone", "email", "nhs_number"):
        _forget_shapes(con, column)
    _forget_force_keys(con)
    _forget_birth_dates(con)
    _read_as_not_given(con)
    con.execute("DROP TABLE crowd_key")


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
            con.execute("INSERT INTO crowd_key VALUES ($supplier, $key)", given)


def _forget_birth_dates(con: duckdb.DuckDBPyConnection) -> None:
    """Many people share a birth date in a large region, so a day is laid beside the other days of its year.

    1 January stands where the day is not known, and many whose papers say so would lose the year too: the model weighs it by itself.
    Only years with a day of so many mentions are looked at: mostly none.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE often AS "
        "SELECT DISTINCT contract, supplier, year(day) AS year FROM (SELECT contract, supplier, date_of_birth AS day FROM mention_source "
        "GROUP BY ALL HAVING count(*) > $most) WHERE month(day) > 1 OR day(day) > 1",
        {"most": BEARERS},
    )
    if con.execute("SELECT 1 FROM often LIMIT 1").fetchone() is None:
        return
    con.execute(
        "INSERT INTO crowd BY NAME WITH borne AS ("
        "SELECT contract, supplier, date_of_birth AS day, count(*) AS mentions, "
        "count(DISTINCT concat_ws(' ', given_text, family_text, full_text)) AS bearers "
        "FROM mention_source AS s SEMI JOIN often AS o "
        "ON s.contract = o.contract AND s.supplier = o.supplier AND year(s.date_of_birth) = o.year GROUP BY ALL), "
        "usual AS (SELECT *, median(bearers) OVER (PARTITION BY contract, supplier, year(day)) AS of_its_year FROM borne) "
        "SELECT 'date_of_birth' AS column_name, contract, supplier, mentions, bearers, day FROM usual "
        "WHERE bearers > $most AND bearers > $times * of_its_year AND (month(day) > 1 OR day(day) > 1) ORDER BY contract, supplier, day",
        {"most": BEARERS, "times": TIMES_USUAL},
    )


def _read_as_not_given(con: duckdb.DuckDBPyConnection) -> None:
    """`mention_source` without the force keys and birth dates of crowds, as a table; mostly there are none, and it stays a view."""
    row = con.execute("SELECT 1 FROM crowd WHERE column_name IN ('force_key', 'date_of_birth') LIMIT 1").fetchone()
    if row is None:
        return
    con.execute(
        "CREATE OR REPLACE TABLE source_without_crowds AS SELECT * REPLACE ("
        "CASE WHEN (supplier, force_key) NOT IN (SELECT (k.supplier, k.force_key) FROM crowd_key AS k) THEN force_key END AS force_key, "
        "CASE WHEN (contract, supplier, date_of_birth) NOT IN (SELECT (c.contract, c.supplier, c.day) FROM crowd AS c "
        "WHERE c.column_name = 'date_of_birth') THEN date_of_birth END AS date_of_birth) FROM mention_source"
    )
    con.execute("CREATE OR REPLACE VIEW mention_source AS FROM source_without_crowds")


def _is_crowd(con: duckdb.DuckDBPyConnection, borne: str, column: str, given: dict[str, str]) -> bool:
    """Whether too many bear a value; then it is told in `crowd`."""
    row = con.execute(f"SELECT count(DISTINCT bearer) FROM ({borne})", given).fetchone() or (0,)
    if row[0] <= BEARERS:
        return False
    con.execute(
        f"INSERT INTO crowd SELECT $column, contract, supplier, count(*), count(DISTINCT bearer), NULL FROM ({borne}) "
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
        f"{contract} of {supplier}: {values} {WORDS[column][values > 1]} given for {mentions} mentions of different "
        "people, as a system's default is: read as not given; ask the supplier to leave the field empty"
        for contract, supplier, column, values, mentions in rows
    ]
