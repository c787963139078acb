"""Standing rows lie in the order in which they were learned: what is made of them is the same in any."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from linkage import history
from linkage.standardise import mention
from linkage.tables import CONTRACTS
from tests.rules.conftest import involved, liable, patient

MADE = ("address", "mention")
BORN = date(1950, 1, 1)


@pytest.fixture
def remembered(con, accept, night):
    who = [(f"r{n}", f"Ann{n} Lee", BORN + timedelta(days=n)) for n in range(20)]
    accept(
        gp=[patient(record, name, born, "1") for record, name, born in who],
        council_tax=[liable(record, name, "1") for record, name, _ in who],
        police=[involved(record, name, born, "1", date(2025, 12, 1)) for record, name, born in who],
    )
    con.execute("CREATE OR REPLACE TABLE restricted_row (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    history.remember(con, night)
    return con


def made(con, night):
    mention.run(con, night)
    return [con.execute(f"FROM {table}").fetchall() for table in MADE]


def test_mentions_and_addresses_are_the_same_in_whatever_order_the_rows_stand(remembered, night):
    first = made(remembered, night)
    for contract in CONTRACTS:
        key = "uprn" if contract == "gazetteer" else "record_id"
        table = f"store.{contract}_record"
        remembered.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} ORDER BY hash({key})")
    assert made(remembered, night) == first
    assert all(first)
