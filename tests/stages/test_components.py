"""Components of linked mentions: what is not touched is not resolved again, and any path ends where a cold start does."""

from __future__ import annotations

import random

import pytest

from linkage.people import components
from linkage.people.resolve import Ruling
from tests.rules.conftest import TOWN, liable
from tests.stages.test_score import compare  # noqa: F401

LINK_AT = 0.85
ACCOUNTS = [
    liable(f"c{n}", f"{p['given_names']} {p['family_name']}", "1", date_of_birth=p["date_of_birth"])
    for n, p in enumerate(TOWN[:20])
]


@pytest.fixture
def resolve(con, compare):  # noqa: F811
    """Score and resolve a night; gives how many mentions were resolved anew, and the clusters."""

    def run(gp, council_tax, day=0, rulings=()):
        compare(gp, council_tax, day)
        con.execute("CREATE OR REPLACE TABLE verdict_pair (mention_id_l VARCHAR, mention_id_r VARCHAR, same BOOLEAN)")
        for ruling in rulings:
            con.execute("INSERT INTO verdict_pair VALUES (?, ?, ?)", list(ruling))
        anew = components.resolve(con, LINK_AT)
        return anew, con.execute("SELECT mention_id, cluster, round(link, 6) FROM resolved ORDER BY ALL").fetchall()

    return run


def cold(con, resolve, *night):
    for table in ("resolved", "refused"):
        con.execute(f"DELETE FROM store.{table}")
    return resolve(*night)[1]


def test_what_is_linked_is_found_and_kept(resolve):
    anew, first = resolve(TOWN, ACCOUNTS)
    again, same = resolve(TOWN, ACCOUNTS)
    assert anew == 2 * len(ACCOUNTS)
    assert again == 0
    assert same == first
    assert {m: c for m, c, _ in first}["gp|s|t0|patient"] == "council_tax|s|c0|liable"


def test_a_verdict_resolves_its_component_alone(resolve):
    resolve(TOWN, ACCOUNTS)
    ruling = Ruling.on("council_tax|s|c0|liable", "gp|s|t0|patient", same=False)
    anew, parted = resolve(TOWN, ACCOUNTS, 1, [ruling])
    assert anew == 2
    assert {m: c for m, c, _ in parted}["gp|s|t0|patient"] == "gp|s|t0|patient"


@pytest.mark.parametrize("seed", [3, 17])
def test_any_nights_end_in_the_people_of_a_cold_start(con, resolve, seed):
    rng = random.Random(seed)
    touched = []
    resolve(TOWN, ACCOUNTS)
    for day in (1, 2, 3):
        gp = [{**p, "given_names": rng.choice(TOWN)["given_names"]} if rng.random() < 0.1 else p for p in TOWN]
        accounts = rng.sample(ACCOUNTS, 15)
        anew, found = resolve(gp, accounts, day)
        touched.append(anew)
    assert 0 < sum(touched) < 3 * len(accounts)
    assert found == cold(con, resolve, gp, accounts, 3)
