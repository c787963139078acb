"""How common two names are together, on a region of two communities that share no name."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest

from linkage.people import score
from linkage.store import run_sql

BIG = ([f"G{n}" for n in range(40)], [f"F{n}" for n in range(60)])
SMALL = ([f"MEI{n}" for n in range(8)], [f"CHAN{n}" for n in range(6)])


@pytest.fixture
def frequency(con):
    """Of 3000 people, of whom 60 are of the small community: how common a value of a column is, as a first night learns it."""
    draw = random.Random(7)
    people = []
    for n in range(3000):
        given, family = SMALL if n % 50 == 0 else BIG
        first = draw.choice(given)
        # In the small community a first name always goes with the same second; in the big one with any.
        second = f"SECOND{first}" if given is SMALL[0] else draw.choice(given)
        people.append(
            (first, draw.choice(family), second if second != first else None, date(1960, 1, 1) + timedelta(days=n))
        )
    con.register(
        "told", pl.DataFrame(people, schema=["given_called", "family_last", "second_name", "born"], orient="row")
    )
    con.execute(
        "CREATE OR REPLACE TABLE person_input AS SELECT *, given_called || ' ' || family_last AS full_name, "
        "given_called || '/' || second_name AS given_pair FROM told"
    )
    con.execute(
        "CREATE OR REPLACE TABLE store.term_frequency (column_name VARCHAR, value VARCHAR, frequency DOUBLE, learned BOOLEAN, "
        "known_from DATE, known_to DATE)"
    )
    con.execute(
        "INSERT INTO store.term_frequency SELECT 'given_called', given_called, count(*) / 3000, TRUE, NULL, NULL FROM person_input GROUP BY ALL"
    )
    for table in score.TOGETHER.values():
        run_sql(con, score.HERE / f"{table}.sql", {"first": True, "night": date(2026, 1, 5)})
        con.execute(f"INSERT INTO store.term_frequency FROM {table}")

    def ask(column: str, names: str) -> float:
        return con.execute(
            f"SELECT avg(t.frequency) FROM person_input AS p INNER JOIN store.term_frequency AS t ON t.column_name = '{column}' "
            f"AND p.{column} = t.value WHERE p.given_called LIKE '{names}%'"
        ).fetchone()[0]

    return ask


def test_a_family_name_of_a_small_community_is_common_beside_its_given_names(frequency):
    """One in three hundred bears it, one in six of those who bear such a given name; in the big community all are as common as chance."""
    assert 1 / 12 < frequency("full_name", "MEI") < 1 / 3
    assert 1 / 80 < frequency("full_name", "G") < 1 / 40


def test_a_second_name_that_always_goes_with_the_first_says_little(frequency):
    """The pair is nearly as common as the first name alone, where it is else a fortieth as common."""
    assert frequency("given_pair", "MEI") > frequency("given_called", "MEI") / 2
    assert frequency("given_pair", "G") < frequency("given_called", "G") / 15
