"""Which households are linked by the people they share."""

from __future__ import annotations

from datetime import date

from linkage.households import links
from tests.rules.conftest import liable, patient


def test_one_person_at_two_doors_of_a_street_is_no_link_of_households(raise_from, con, night):
    far = [
        patient("p1", "Ann Lee", date(1992, 2, 2), "1", "9991777636"),
        liable("c1", "Ann Lee", "3", email="ann@x.example"),
    ]
    near = [
        patient("p1", "Ann Lee", date(1992, 2, 2), "1", "9991777636"),
        liable("c1", "Ann Lee", "4", email="ann@x.example"),
    ]
    links_of = {}
    for told, (practice, account) in {"another street": far, "two doors on": near}.items():
        raise_from(gp=[{**practice, "email": "ann@x.example"}], council_tax=[account])
        links.run(con, night)
        links_of[told] = con.execute("SELECT count(*) FROM household_link").fetchone()[0]
    assert links_of == {"another street": 1, "two doors on": 0}
