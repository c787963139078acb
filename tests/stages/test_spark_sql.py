"""The model's conditions mean the same in Spark: each one on thousands of pairs of rows that reach it, and every one is known."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest

from linkage import settings
from linkage.people import model, spark, spark_sql
from linkage.people.spark import configuration, session
from tests.model_rows import LISTS, pairs_of, rows

MISSING = spark.missing()
needs_spark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
CONDITIONS = [
    pytest.param(sql, id=f"{c.name}-{name}")
    for c in model.COMPARISONS
    for name, sql in (("silent", c.silent), *((level.name, level.sql) for level in c.levels))
]


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with session(configuration(settings.load(), 2, tmp_path_factory.mktemp("spark"))) as spark_session:
        yield spark_session


@pytest.mark.parametrize("sql", CONDITIONS)
def test_every_condition_of_the_model_has_a_meaning_in_spark(sql):
    assert spark_sql.translate(sql, LISTS)


@pytest.mark.parametrize("sql", CONDITIONS)
@needs_spark
def test_a_condition_is_true_false_or_unknown_for_the_same_pairs(sql, con, started):
    columns = spark_sql.columns(sql)
    table = rows(columns, seed=len(sql), many=90)
    con.register("some_rows", table)
    started.createDataFrame(table).createOrReplaceTempView("some_rows")
    # Several truths to a row where columns are few: what is compared is how often each row of values has each truth.
    keys = ", ".join(f"{name}_{side}" for name in sorted(columns) for side in "lr")
    here = con.execute(f"SELECT DISTINCT {keys}, ({sql}) AS truth FROM ({pairs_of(columns)})").to_arrow_table()
    there = started.sql(
        f"SELECT DISTINCT {keys}, ({spark_sql.translate(sql, LISTS)}) AS truth FROM ({pairs_of(columns)})"
    ).toArrow()
    assert sorted(map(repr, here.to_pylist())) == sorted(map(repr, there.to_pylist()))
    assert {True, False} <= set(here["truth"].to_pylist())


@needs_spark
def test_distances_are_the_same_number(con, started):
    draw = random.Random(5)

    def word():
        # Few letters, so that they match out of order and an odd number of them is moved.
        return None if draw.random() < 0.02 else "".join(draw.choices("ABCD", k=draw.randrange(13)))

    table = pa.table({"n": range(30_000), "a": [word() for _ in range(30_000)], "b": [word() for _ in range(30_000)]})
    con.register("some_rows", table)
    started.createDataFrame(table).createOrReplaceTempView("some_rows")
    measures = (
        "jaro_winkler_similarity(a, b)",
        "levenshtein(a, b)",
        "damerau_levenshtein(a, b) <= 1",
        "damerau_levenshtein(a, b) = 1",
    )
    here, there = (", ".join(text(m) for m in measures) for text in (str, lambda m: spark_sql.translate(m, ())))
    query = "SELECT n, {} FROM some_rows ORDER BY n"
    wanted = con.execute(query.format(here)).fetchall()
    found = [tuple(row) for row in started.sql(query.format(there)).collect()]
    assert [pair for pair in zip(wanted, found, strict=True) if pair[0] != pair[1]] == []
    assert len({row[1] for row in wanted}) > 500


@pytest.mark.parametrize(
    "sql",
    [
        "soundex(a_l) = soundex(a_r)",
        "damerau_levenshtein(a_l, a_r) <= 2",
        "a_l ~ a_r",
        "CAST(a_l AS DATE) = a_r",
        "a_l + 1 = a_r",
    ],
)
def test_what_is_not_known_to_mean_the_same_is_refused(sql):
    with pytest.raises(spark_sql.NotInSpark):
        spark_sql.translate(sql, ())


@needs_spark
def test_no_value_stands_in_what_is_told_of_a_failure(started):
    table = pa.table({"v": ["ZAVOBI"]})
    with pytest.raises(Exception, match="ZAVOBI") as failed:
        started.createDataFrame(table).selectExpr("CAST(v AS INT)").collect()
    told = spark.classes(failed.value)
    assert "SparkNumberFormatException" in told
    assert "ZAVOBI" not in told


def mine(tmp_path: Path, text: str) -> settings.Settings:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return settings.load(file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[spark]\n"spark.eventLog.enabled" = true\n', "may not set spark.eventLog.enabled"),
        ('[spark]\n"spark.authenticate.secret" = "x"\n', "may not set spark.authenticate.secret"),
        ('[spark]\n"driver.memory" = "8g"\n', "no setting of Spark"),
        ('[spark]\nspark.driver.host = "h"\n', "in quotes"),
        ('[engine]\nmaster = "spark://h:7077"\n', "LINKAGE_SPARK_SECRET"),
    ],
)
def test_settings_that_would_open_a_door_are_refused(tmp_path, monkeypatch, text, words):
    monkeypatch.delenv("LINKAGE_SPARK_SECRET", raising=False)
    with pytest.raises(settings.SettingsError, match=words):
        configuration(mine(tmp_path, text), 2, tmp_path)


def test_here_spark_listens_to_this_machine_alone(tmp_path):
    chosen = configuration(settings.load(), 3, tmp_path)
    assert (chosen["spark.master"], chosen["spark.driver.bindAddress"]) == ("local[3]", "127.0.0.1")


def test_a_cluster_is_reached_as_its_operator_says(tmp_path, monkeypatch):
    monkeypatch.setenv("LINKAGE_SPARK_SECRET", "s")
    text = (
        '[engine]\nmaster = "spark://h:7077"\n[spark]\n"spark.driver.host" = "10.0.0.5"\n"spark.executor.cores" = 4\n'
    )
    chosen = configuration(mine(tmp_path, text), 3, tmp_path)
    assert (chosen["spark.master"], chosen["spark.driver.host"]) == ("spark://h:7077", "10.0.0.5")
    assert chosen["spark.executor.cores"] == "4"
    assert "s" not in chosen.values(), "what is on the command line is seen by all"
