"""What rules a pair of mentions out, by the pair's levels and what the two records say."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.people import model, score
from linkage.store import run_sql

BORN = date(2025, 9, 14)
DATE = {name: place for place, name in enumerate(reversed(model.level_names(model.BIRTH_DATE)))}


@pytest.fixture
def veto(con):
    """Why a baby and a child of a GP's list are kept apart, or None: by their levels and the child's date of birth."""

    def ask(born: date, **gammas: int) -> str | None:
        told = dict.fromkeys(model.PEOPLE.gammas, -1) | {f"gamma_{name}": n for name, n in gammas.items()}
        con.execute(
            f"CREATE OR REPLACE TABLE scored AS SELECT 'baby' AS mention_id_l, 'child' AS mention_id_r, 20.0 AS match_weight, "
            f"{', '.join(f'{value} AS {gamma}' for gamma, value in told.items())}"
        )
        con.execute(
            "CREATE OR REPLACE TABLE mention AS SELECT mention_id, mention_id AS contract, 's' AS supplier, '1' AS record_id, "
            "FALSE AS is_contact, NULL::VARCHAR AS anchor_number, '9991777636' AS nhs_number, mention_id AS mention, NULL::VARCHAR AS pregnancy, "
            "NULL::VARCHAR AS account, NULL::VARCHAR AS relationship, date_of_birth, NULL::DATE AS born_before, born_after FROM (VALUES "
            "('baby', $born, $born - INTERVAL 1 DAY), ('child', $other, NULL)) AS told (mention_id, date_of_birth, born_after)",
            {"born": BORN, "other": born},
        )
        run_sql(con, score.HERE / "pair.sql")
        return con.execute("SELECT veto FROM pair").fetchone()[0]

    return ask


@pytest.mark.parametrize("level", ["digit", "two_parts", "swapped"])
def test_one_nhs_number_and_a_date_mistyped_by_ten_years_are_one_child(veto, level):
    assert veto(date(2015, 9, 14), nhs_number=1, birth_date=DATE[level]) is None
    assert veto(date(2015, 9, 14), nhs_number=-1, birth_date=DATE[level]) == "too_old"


def test_a_mothers_number_on_her_babys_record_makes_them_no_one_person(veto):
    assert veto(date(1994, 2, 3), nhs_number=1, birth_date=0) == "too_old"
