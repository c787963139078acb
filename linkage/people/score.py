"""Pairs of mentions and their match weights, by Splink with the saved model.

A pair's score depends on the two rows of `person_input` and the model alone: how many people the region has and how
common each value is are learned once, on the store's first night, and kept with it (`store.region`,
`store.term_frequency`). So scores are kept (`store.scored_mention`, `store.scored_pair`): a night compares new and changed rows
with each other and with the rest, and drops the pairs of rows that are gone. What is kept is addressed by content, a hash of the
row that `blocking_key` tells, so a night that is run again, or out of order, finds what is still true and scores the rest.
Reads `mention`, `name_part`, `address`, `address_match`, `property`; writes `blocking_key`, `person_input` and `pair`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from linkage import beside
from linkage.history import rewind
from linkage.night import Night
from linkage.people import column_names, model
from linkage.people.splink_sql import LeanDuckDBAPI
from linkage.store import holds, run_sql, run_view
from linkage.version import code_of

HERE = Path(__file__).parent
TF_COLUMNS = model.PEOPLE.tf_columns
GAMMAS = model.PEOPLE.gammas
TOGETHER = {"full_name": "name_reach", "given_pair": "second_name"}
"""Columns whose frequencies rest on names that go together, in the order in which they build on each other, with the file that tells them."""
BOTH_INITIALS = (
    "list_distinct(list_transform(list_filter([family_last] || family_keys, lambda f: f IS NOT NULL AND given_called IS NOT NULL), "
    "lambda f: least(given_called[1], f[1]) || greatest(given_called[1], f[1])))"
)
"""First letters of the two names in whichever order they stand, mistyped or not. Dear to make, so made for few."""
MADE = {"both_initials": "both_initials(own_key.given_called, own_key.family_last, own_key.family_keys)"}
"""What is made, where it is asked for, of columns that `own_key` has."""
MOSTLY_NEW = 0.5
"""From this share of new and changed rows on, one run over everything is cheaper than two runs over parts."""


def run(con: duckdb.DuckDBPyConnection, night: Night) -> dict[str, int]:
    """Score every candidate pair that is not yet scored. Returns the counts of mentions, pairs and rows compared anew."""
    mentions = lay_out(con)
    works: list[beside.Work[int]] = [
        lambda own: _compare_new(own, night, mentions),
        lambda own: run_sql(own, HERE / "sole_bearer.sql", {"night": night.date}),
    ]
    compared, _ = beside.each(con, works, beside.threads_for(con, night.threads))
    _offer_sole_bearers(con, night)
    return {"pairs": _scalar(con, "SELECT count(*) FROM pair"), "mentions": mentions, "compared": compared}


def _compare_new(con: duckdb.DuckDBPyConnection, night: Night, mentions: int) -> int:
    """`pair`: the kept pairs that still stand, and those of rows compared anew. Returns the number of these rows."""
    keep_above = night.settings.number("people.keep_pairs_above_weight")
    parameters = model.in_force(night.settings)
    first = _rewind_region(con, night)
    if first:
        # What the region's first night teaches is part of the model.
        _hold(con)
        _learn_region(con, night, first=first)
    fresh = _forget_stale(con, f"{_know_model(con, parameters)} {code_of('people')} {keep_above}")
    if fresh:
        few = fresh <= MOSTLY_NEW * mentions
        _hold(con, _near_fresh(con) if few else None)
        if not first:
            _learn_region(con, night, first=first)
        _compare_fresh(con, night, parameters, keep_above, few=few)
    _let_go(con)
    con.execute("DROP TABLE IF EXISTS near_mention")
    con.execute("INSERT INTO store.scored_mention FROM fresh_mention")
    con.execute("DROP TABLE fresh_mention")
    con.execute("CREATE OR REPLACE TABLE pair AS FROM store.scored_pair ORDER BY mention_id_l, mention_id_r")
    return fresh


def lay_out(con: duckdb.DuckDBPyConnection) -> int:
    """`blocking_key`, and `own_key` and `person_input` as views. Returns the number of mentions."""
    mentions = run_sql(con, HERE / "blocking_key.sql")
    name_both_initials(con)
    run_view(con, HERE / "own_key.sql")
    _ask_for(con)
    run_view(con, HERE / "person_input.sql")
    return mentions


def name_both_initials(con: duckdb.DuckDBPyConnection) -> None:
    """Give BOTH_INITIALS a name, under which views and queries make them of the rows that they are left with."""
    con.execute(f"CREATE OR REPLACE MACRO both_initials(given_called, family_last, family_keys) AS {BOTH_INITIALS}")


def lay_out_table(con: duckdb.DuckDBPyConnection) -> None:
    """`person_input` as a table of all mentions, for whoever reads it more than once."""
    lay_out(con)
    _hold(con)


def put_away(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what mentions were compared by: of a large region they are a third of its memory, and after people nothing reads them."""
    con.execute("DROP VIEW person_input")
    con.execute("DROP VIEW asked_key")
    con.execute("DROP VIEW own_key")
    con.execute("DROP TABLE blocking_key")


def _ask_for(con: duckdb.DuckDBPyConnection, among: str | None = None) -> None:
    """`asked_key`: the rows of `blocking_key` that `person_input` tells of, all or those whose ids a table names.

    The view reads them first, so that what it makes of names is made for those alone.
    """
    con.execute(
        "CREATE OR REPLACE VIEW asked_key AS SELECT *, home_keys || context_keys AS place_key "
        f"FROM blocking_key {f'SEMI JOIN {among} USING (mention_id)' if among else ''}"
    )


def _hold(con: duckdb.DuckDBPyConnection, among: str | None = None) -> None:
    """Make `person_input` a table: of all its rows, or of those whose ids a table names."""
    if _is_held(con) and not among:
        return
    _let_go(con)
    _ask_for(con, among)
    con.execute("CREATE TABLE held_input AS FROM person_input")
    con.execute("DROP VIEW person_input")
    con.execute("ALTER TABLE held_input RENAME TO person_input")


def _let_go(con: duckdb.DuckDBPyConnection) -> None:
    """Make `person_input` the view again that tells of all mentions: as a table, few tables of a night are larger."""
    _ask_for(con)
    if _is_held(con):
        con.execute("DROP TABLE person_input")
        run_view(con, HERE / "person_input.sql")


def _is_held(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'person_input'").fetchone() is not None


def _compare_fresh(
    con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any], keep_above: float, *, few: bool
) -> None:
    """Compare the fresh rows with each other and, where they are few, with the others held; keep the pairs."""
    if few:
        con.execute(
            "CREATE OR REPLACE TABLE fresh_input AS FROM person_input SEMI JOIN fresh_mention USING (mention_id)"
        )
        con.execute(
            "CREATE OR REPLACE TABLE kept_input AS FROM person_input ANTI JOIN fresh_mention USING (mention_id)"
        )
        _compare(con, night, parameters, keep_above, "fresh_input", "kept_input")
        con.execute("DROP TABLE fresh_input")
        con.execute("DROP TABLE kept_input")
    else:
        con.execute("DELETE FROM store.scored_pair")
        _compare(con, night, parameters, keep_above)
    _judge(con)


def _judge(con: duckdb.DuckDBPyConnection) -> None:
    """Keep the pairs of `scored`, each with the rule that forbids it: that rests on its two rows alone, as its score does."""
    run_sql(con, HERE / "pair.sql")
    con.execute("INSERT INTO store.scored_pair FROM pair")
    con.execute("DROP TABLE scored")


def _offer_sole_bearers(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Let an account that no practice knows at its home be offered to the one patient who bears its name.

    Splink weighs each pair by itself and cannot know who else there is. The probability is that of the settings, as measured;
    what hangs on such a link is held for a data officer (priority.hold_below_link).
    """
    chance = night.settings.number("people.sole_bearer_probability")
    weight = {"weight": round(math.log2(chance / (1 - chance)), 6)}
    con.execute(
        "UPDATE pair AS q SET match_weight = greatest(q.match_weight, $weight) FROM sole_bearer AS s "
        "WHERE q.mention_id_l = s.mention_id_l AND q.mention_id_r = s.mention_id_r",
        weight,
    )
    levels = {
        "given_name": f"CASE WHEN whole_name THEN {_level(model.GIVEN_NAME, 'shared')} ELSE {_level(model.GIVEN_NAME, 'initial')} END",
        "family_and_home": str(_level(model.FAMILY_AND_HOME, "family_shared")),
        "birth_date": f"CASE WHEN same_birth_date THEN {_level(model.BIRTH_DATE, 'same')} ELSE -1 END",
        "sex": f"CASE WHEN same_sex THEN {_level(model.SEX, 'same')} ELSE -1 END",
        "phone": f"CASE WHEN same_phone THEN {_level(model.PHONE, 'same')} WHEN NOT same_phone THEN 0 ELSE -1 END",
    }
    gammas = ", ".join(f"{levels.get(name.removeprefix('gamma_'), '-1')} AS {name}" for name in GAMMAS)
    con.execute(
        f"INSERT INTO pair BY NAME SELECT mention_id_l, mention_id_r, $weight AS match_weight, {gammas} FROM sole_bearer "
        "ANTI JOIN pair USING (mention_id_l, mention_id_r) ORDER BY mention_id_l, mention_id_r",
        weight,
    )
    con.execute("DROP TABLE sole_bearer")


def _level(comparison: model.Comparison, name: str) -> int:
    return model.gammas_of(comparison, name)[0]


def _near_fresh(con: duckdb.DuckDBPyConnection) -> str:
    """`near_mention`: the fresh rows, and those that some blocking rule may bring together with one of them. Returns its name.

    Splink lays out every row it is given once for each list of a blocking rule, so it is given few. Of a rule those of its columns
    that one of `asked_key` and `own_key` has are enough here, and of several lists the first: they let through more rows, never fewer.
    """
    held = {"asked_key": _columns(con, "asked_key"), "own_key": _columns(con, "own_key") | MADE.keys()}
    rules = []
    for columns, lists in model.BLOCKING:
        table = max(held, key=lambda table: len(held[table].intersection(columns)))
        rules.append((held[table].intersection(columns).difference(lists[1:]), table, lists))
    # Whom a home and a birth date let through, the home alone lets through as well.
    widest = [rule for rule in rules if not any(other < rule[0] for other, *_ in rules)]
    asked = {c: MADE.get(c, f"{table}.{c}") for columns, table, _ in widest for c in columns}
    con.execute(
        f"CREATE OR REPLACE TABLE fresh_key AS SELECT {', '.join(f'{made} AS {c}' for c, made in sorted(asked.items()))} FROM fresh_mention "
        "INNER JOIN own_key USING (mention_id) INNER JOIN asked_key USING (mention_id)"
    )
    near = " UNION ".join(_sharing(table, columns, lists) for columns, table, lists in widest)
    con.execute(f"CREATE OR REPLACE TABLE near_mention AS SELECT mention_id FROM fresh_mention UNION {near}")
    con.execute("DROP TABLE fresh_key")
    return "near_mention"


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {name for (name,) in con.execute(f"SELECT column_name FROM (DESCRIBE {table})").fetchall()}


def _sharing(table: str, columns: Collection[str], lists: Sequence[str]) -> str:
    """SQL: the ids of rows of a table that share columns of one blocking rule with a fresh row. Lists are taken apart last."""
    plain, taken_apart = sorted(set(columns).difference(lists)), sorted(set(columns).intersection(lists))
    fresh = ", ".join([*plain, *(f"unnest({c}) AS {c}" for c in taken_apart)])
    values = ", ".join([*plain, *(f"unnest({MADE.get(c, c)}) AS {c}" for c in taken_apart)])
    among = f"{table} SEMI JOIN fresh_key USING ({', '.join(plain)})" if plain else table
    return (
        f"SELECT mention_id FROM (SELECT mention_id, {values} FROM {among}) "
        f"SEMI JOIN (SELECT {fresh} FROM fresh_key) USING ({', '.join(sorted(columns))})"
    )


def _compare(
    con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any], keep_above: float, *parts: str
) -> None:
    """`scored`, by the engine of the night: whichever it is, the pairs and their weights are the same."""
    if night.engine == "spark":
        from linkage.people import spark

        spark.compare(con, night, parameters, keep_above, *parts)
    else:
        score(con, parameters, keep_above, *parts)


def _forget_stale(con: duckdb.DuckDBPyConnection, scored_by: str) -> int:
    """Drop what is kept of rows that changed or went, or all of it under another model. `fresh_mention` is what to score."""
    con.execute("CREATE TABLE IF NOT EXISTS store.scored_by (model VARCHAR)")
    if con.execute("SELECT model FROM store.scored_by").fetchone() != (scored_by,):
        con.execute("DELETE FROM store.scored_by")
        con.execute("INSERT INTO store.scored_by VALUES ($model)", {"model": scored_by})
        gammas = ", ".join(f"{gamma} TINYINT" for gamma in GAMMAS)
        con.execute(
            "CREATE OR REPLACE TABLE store.scored_mention (mention_id VARCHAR, row_hash UBIGINT, fact_hash UBIGINT)"
        )
        con.execute(
            "CREATE OR REPLACE TABLE store.scored_pair (mention_id_l VARCHAR, mention_id_r VARCHAR, match_weight DOUBLE, "
            f"{gammas}, veto VARCHAR, of_kin BOOLEAN)"
        )
    con.execute(
        "CREATE OR REPLACE TABLE stale_mention AS "
        "FROM store.scored_mention ANTI JOIN blocking_key USING (mention_id, row_hash, fact_hash)"
    )
    con.execute(
        "CREATE OR REPLACE TABLE fresh_mention AS SELECT mention_id, row_hash, fact_hash "
        "FROM blocking_key ANTI JOIN store.scored_mention USING (mention_id, row_hash, fact_hash) ORDER BY mention_id"
    )
    con.execute("DELETE FROM store.scored_mention WHERE mention_id IN (SELECT s.mention_id FROM stale_mention AS s)")
    _judge_anew(con)
    con.execute(f"DELETE FROM store.scored_pair WHERE {_of_either('stale_mention')}")
    con.execute("DROP TABLE stale_mention")
    return _scalar(con, "SELECT count(*) FROM fresh_mention")


def _judge_anew(con: duckdb.DuckDBPyConnection) -> None:
    """Judge anew the pairs of rows of which nothing changed that is compared; such rows are neither stale nor fresh."""
    con.execute(
        "CREATE OR REPLACE TABLE retold_mention AS FROM fresh_mention SEMI JOIN stale_mention USING (mention_id, row_hash)"
    )
    if _scalar(con, "SELECT count(*) FROM retold_mention"):
        con.execute("INSERT INTO store.scored_mention FROM retold_mention")
        for table in ("stale_mention", "fresh_mention"):
            con.execute(f"DELETE FROM {table} WHERE mention_id IN (SELECT r.mention_id FROM retold_mention AS r)")
        told = _of_either("retold_mention")
        con.execute(
            f"CREATE OR REPLACE TABLE scored AS SELECT * EXCLUDE (veto, of_kin) FROM store.scored_pair WHERE {told}"
        )
        con.execute(f"DELETE FROM store.scored_pair WHERE {told}")
        con.execute("DELETE FROM scored WHERE " + _of_either("stale_mention"))
        _judge(con)
    con.execute("DROP TABLE retold_mention")


def _of_either(table: str) -> str:
    """SQL: whether a pair is of a mention that a table names."""
    return " OR ".join(f"mention_id_{side} IN (SELECT t.mention_id FROM {table} AS t)" for side in "lr")


def model_hash(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> str:
    """Hash of the model in force: its parameters and the region's registered frequencies.

    The frequencies are hundreds of thousands of numbers, so what was made of them last is kept beside a digest of them
    (`store.model_known`).
    """
    return _hash_of(con, parameters, _model_told(con, parameters))


def _hash_of(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], told: str) -> str:
    if holds(con, "model_known"):
        known = con.execute("SELECT hash FROM store.model_known WHERE told = $told", {"told": told}).fetchone()
        if known:
            return str(known[0])
    frequencies = con.execute(
        "SELECT column_name, round(frequency, 10) FROM store.term_frequency WHERE learned ORDER BY ALL"
    ).fetchall()
    text = json.dumps([parameters, people_in_region(con), frequencies], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _know_model(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> str:
    """The hash of the model in force, which is kept."""
    told = _model_told(con, parameters)
    found = _hash_of(con, parameters, told)
    con.execute("CREATE OR REPLACE TABLE store.model_known (told VARCHAR, hash VARCHAR)")
    con.execute("INSERT INTO store.model_known VALUES ($told, $hash)", {"told": told, "hash": found})
    return found


def _model_told(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> str:
    digest = con.execute(
        "SELECT count(*), sum(f)::VARCHAR, bit_xor(f) FROM "
        "(SELECT hash(column_name, round(frequency, 10)) AS f FROM store.term_frequency WHERE learned)"
    ).fetchone()
    text = json.dumps([parameters, people_in_region(con), digest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def register_region(con: duckdb.DuckDBPyConnection, night: Night, design: model.Design = model.PEOPLE) -> None:
    """Learn the region's size and term frequencies on the first night; later only add values not seen before.

    A value that was unknown when the region was registered gets the frequency of a single bearer.
    """
    _learn_region(con, night, design, first=_rewind_region(con, night))


def _learn_region(
    con: duckdb.DuckDBPyConnection, night: Night, design: model.Design = model.PEOPLE, *, first: bool
) -> None:
    if first:
        con.execute(
            "INSERT INTO store.region SELECT greatest(count(DISTINCT coalesce(nhs_number, mention_id)) FILTER "
            "(WHERE contract = 'gp' AND mention = 'patient'), count(*) // 4, 100), $night, NULL FROM person_input",
            {"night": night.date},
        )
    alone = [column for column in design.tf_columns if column not in TOGETHER]
    for column in [*alone, *(column for column in TOGETHER if column in design.tf_columns)]:
        if table := TOGETHER.get(column):
            run_sql(con, HERE / f"{table}.sql", {"first": first, "night": night.date})
            con.execute(f"INSERT INTO store.term_frequency FROM {table}")
            con.execute(f"DROP TABLE {table}")
        else:
            _register_frequencies(con, column, night, first=first)


def _rewind_region(con: duckdb.DuckDBPyConnection, night: Night) -> bool:
    """Forget what was learned on this night or later. Returns whether nothing is left: this is the region's first night."""
    con.execute("CREATE TABLE IF NOT EXISTS store.region (people BIGINT, known_from DATE, known_to DATE)")
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.term_frequency (column_name VARCHAR, value VARCHAR, frequency DOUBLE, "
        "learned BOOLEAN, known_from DATE, known_to DATE)"
    )
    rewind(con, "store.region", night)
    rewind(con, "store.term_frequency", night)
    return not con.execute("SELECT 1 FROM store.region").fetchone()


def _register_frequencies(con: duckdb.DuckDBPyConnection, column: str, night: Night, *, first: bool) -> None:
    # A phone is as common as the people who give it, not as the records that repeat it. A name in the wrong place is as
    # common as it is in its own: few are called Popescu, and whom a clerk writes so is one of many.
    counted = {
        "phone": "count(DISTINCT coalesce(given_called, initials[1]))",
        "given_called": _in_either_place("given_called", "family_last"),
        "family_last": _in_either_place("family_last", "given_called"),
    }.get(column, "count(*)")
    total = people_in_region(con) if column == "phone" else _scalar(con, f"SELECT count({column}) FROM person_input")
    once = "SELECT min(frequency) FROM store.term_frequency WHERE column_name = $column AND learned"
    con.execute(
        f"INSERT INTO store.term_frequency SELECT $column, {column}, "
        f"CASE WHEN $first THEN greatest({counted}, 1) / $total ELSE ({once}) END, $first, $night, NULL "
        f"FROM person_input WHERE {column} IS NOT NULL "
        f"AND {column} NOT IN (SELECT value FROM store.term_frequency WHERE column_name = $column) "
        f"GROUP BY {column} ORDER BY {column}",
        {"column": column, "first": first, "total": max(total, 1), "night": night.date},
    )


def _in_either_place(column: str, other: str) -> str:
    return f"greatest(count(*), (SELECT count(*) FROM person_input AS o WHERE o.{other} = person_input.{column}))"


def people_in_region(con: duckdb.DuckDBPyConnection) -> int:
    """How many people the region was registered with."""
    return _scalar(con, "SELECT people FROM store.region")


def _scalar(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def chance_of_agreement(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """For each column with term frequencies, the chance that two values agree: the sum of squared frequencies."""
    rows = con.execute(
        "SELECT column_name, sum(frequency * frequency) FROM store.term_frequency WHERE learned GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {**dict.fromkeys(TF_COLUMNS, 1e-3), **dict(rows)}


def score(
    con: duckdb.DuckDBPyConnection,
    parameters: dict[str, Any],
    keep_above: float,
    fresh: str | None = None,
    rest: str | None = None,
) -> None:
    """`scored`: Splink's prediction for every candidate pair above a match weight (log2 of the Bayes factor with prior).

    With `fresh` and `rest`, tables of rows like `person_input`: the pairs within `fresh` and between `fresh` and `rest`.
    Weights are rounded to six places, within which Splink's ways of predicting agree.
    """
    api, linker = linker_over(con, parameters)
    _keep_levels_alone(linker)
    if fresh and rest:
        # One run of Splink's, whose statements take longer to plan than so few rows to compare: all fresh rows with all there are.
        con.execute(f"CREATE OR REPLACE VIEW fresh_and_rest AS FROM {fresh} UNION ALL FROM {rest}")
        new, whole = (api.register(table, dataset_display_name=table) for table in (fresh, "fresh_and_rest"))
        predicted = linker.inference.predict_between(new, whole, threshold_match_weight=keep_above)
        once = f"WHERE mention_id_l < mention_id_r OR mention_id_r NOT IN (SELECT f.mention_id FROM {fresh} AS f)"
        keep_scored(con, [f"(FROM {predicted.physical_name} {once})"])
        con.execute("DROP VIEW fresh_and_rest")
    else:
        predicted = linker.inference.predict(threshold_match_weight=keep_above)
        keep_scored(con, [predicted.physical_name])
    put_away_linker(con, linker)


def _keep_levels_alone(linker: Linker) -> None:
    """Have Splink keep of each pair its weight and levels, without the columns compared: of a million mentions they are gigabytes.

    Splink keeps both or neither; only where it trains does it keep the levels alone.
    """
    settings = linker._settings_obj
    settings._retain_matching_columns = settings._retain_intermediate_calculation_columns = False
    for comparison in settings.core_model_settings.comparisons:
        chosen = comparison._columns_to_select_for_predict
        comparison._columns_to_select_for_predict = partial(_levels_alone, chosen)


def _levels_alone(chosen: Callable[[bool, bool, bool], list[str]], *_asked: bool) -> list[str]:
    return chosen(False, False, True)


def keep_scored(con: duckdb.DuckDBPyConnection, predicted: Sequence[str]) -> None:
    """`scored` from the tables (or queries of them) that Splink predicted, each pair of one or none."""
    gammas = ", ".join(GAMMAS)
    parts = " UNION ALL BY NAME ".join(
        f"SELECT least(mention_id_l, mention_id_r) AS mention_id_l, greatest(mention_id_l, mention_id_r) AS mention_id_r, "
        f"round(match_weight, 6) AS match_weight, {gammas} FROM {table}"
        for table in predicted
    )
    con.execute(f"CREATE OR REPLACE TABLE scored AS SELECT * FROM ({parts}) ORDER BY mention_id_l, mention_id_r")


def linker_over(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], design: model.Design = model.PEOPLE
) -> tuple[DuckDBAPI, Linker]:
    """Splink's linker over `person_input` with the region's size and term frequencies, and its connection."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    column_names.remember()
    api = LeanDuckDBAPI(connection=con)
    settings = model.splink_settings(parameters, people_in_region(con), chance_of_agreement(con), design)
    mentions = api.register("person_input", dataset_display_name="mentions")
    # The settings are the product's own: Splink's check of their columns costs a second of parsing every night.
    linker = Linker(mentions, settings, log_level=logging.ERROR, validate_settings=False)
    for column in design.tf_columns:
        con.execute(
            f"CREATE OR REPLACE TABLE frequency_of_{column} AS SELECT value AS {column}, frequency AS tf_{column} "
            "FROM store.term_frequency WHERE column_name = $column",
            {"column": column},
        )
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
    return api, linker


def put_away_linker(con: duckdb.DuckDBPyConnection, linker: Linker, design: model.Design = model.PEOPLE) -> None:
    """Drop what a linker left in the connection."""
    linker.table_management.delete_tables_created_by_splink_from_db()
    for column in design.tf_columns:
        con.execute(f"DROP TABLE frequency_of_{column}")
