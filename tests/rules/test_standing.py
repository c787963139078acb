"""How sure a claim of residence still is: it never gains with age, and a later word elsewhere takes its place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from linkage import settings
from linkage.households import households
from linkage.night import Night

TONIGHT = date(2026, 1, 5)


@pytest.fixture
def standing(con, tmp_path):
    """Lay out claims (mention, contract, role, person, uprn, days ago, days ago it ended); gives rows of `standing`."""

    def build(*claims):
        con.execute(
            "CREATE OR REPLACE TABLE claim (mention_id VARCHAR, contract VARCHAR, supplier VARCHAR, record_id VARCHAR, "
            "address_role VARCHAR, person_id VARCHAR, uprn VARCHAR, match_probability DOUBLE, valid_from DATE, valid_to DATE, "
            "is_register BOOLEAN)"
        )
        for mention, contract, role, person, uprn, ago, ended in claims:
            con.execute(
                "INSERT INTO claim VALUES (?, ?, 's', ?, ?, ?, ?, 1, ?, ?, ?)",
                [f"{contract}|s|{mention}|x", contract, mention, role, person, uprn, TONIGHT - timedelta(ago),
                 None if ended is None else TONIGHT - timedelta(ended), contract != "police"],
            )  # fmt: skip
        households.how_sure(con, Night(TONIGHT, tmp_path, tmp_path, settings.load()))
        rows = con.execute("SELECT mention_id, confidence, superseded_by_record_id FROM standing").fetchall()
        return {mention.split("|")[2]: (confidence, by) for mention, confidence, by in rows}

    return build


@pytest.mark.parametrize("contract", ["gp", "council_tax", "police"])
def test_no_claim_gains_with_age(standing, contract):
    ages = [0, 1, 30, 90, 365, 1000, 4000]
    found = standing(*((f"r{n}", contract, "home", f"P{n}", "1", ago, None) for n, ago in enumerate(ages)))
    sure = [found[f"r{n}"][0] for n in range(len(ages))]
    assert sure[0] == 1.0
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] < sure[0]


def test_a_register_stays_about_as_sure_as_its_lag_allows_and_a_statement_does_not(standing):
    found = standing(
        ("g", "gp", "home", "A", "1", 3650, None),
        ("c", "council_tax", "home", "B", "1", 3650, None),
        ("p", "police", "home", "C", "1", 3650, None),
    )
    assert 0.92 < found["g"][0] < 0.93, "7 to 8 in 100 entries of practices are stale (domain notes)"
    assert found["c"][0] > 0.99
    assert found["p"][0] < 0.4


def test_a_later_word_of_the_same_agency_elsewhere_takes_its_place(standing):
    found = standing(
        ("old", "gp", "home", "A", "1", 900, None),
        ("new", "gp", "home", "A", "2", 100, None),
        ("newest", "gp", "home", "A", "3", 10, None),
        ("tax", "council_tax", "home", "A", "4", 5, None),
        ("over", "council_tax", "home", "B", "4", 500, 50),
    )
    assert found["old"] == (0.0, "new")
    assert found["new"] == (0.0, "newest")
    assert found["newest"][1] is None, "another agency that gives another home does not supersede: two homes are normal"
    assert found["newest"][0] > 0.99
    assert found["over"] == (0.0, None)
