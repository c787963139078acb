"""Why an exception stands no more: what tonight's records say, in words that name nobody, no place and no value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from linkage import succession
from linkage.detect import exceptions
from linkage.households import households
from linkage.ledger import ledger, reasons
from linkage.protect import clusters
from linkage.sources import decisions
from tests.conftest import NIGHT
from tests.rules.conftest import at, booking, involved, liable
from tests.rules.test_rules import ANN, BORN, FAMILY, JACK, MOTHER, TOM

SEEN = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
ELSEWHERE = involved("i2", "Jack Hill", BORN["Jack Hill"], "3", date(2026, 1, 2))
SEEN_WITH_ANN = involved("i4", "Ann Lee", BORN["Ann Lee"], "1", date(2025, 12, 1))
CONTACT = {"emergency_contact_name": "Jack Hill", "emergency_contact_phone": "07700 900123"}
ALONE = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", **CONTACT)
MOVED = liable("c1", "Ann Lee", "3", date_of_birth=BORN["Ann Lee"], liable_from=date(2025, 9, 1))
ALMOST_GROWN = TOM | {"date_of_birth": NIGHT.replace(year=NIGHT.year - 18) + timedelta(days=5)}
AT_THE_MOTHERS = {"gp": [*FAMILY, JACK], "police": [SEEN]}
HER_BROTHER = {"next_of_kin_name": "Ann Lee", "next_of_kin_relationship": "sister", "next_of_kin_phone": "07700900555"}
HIDDEN = {"gp": [ANN, JACK], "maternity_booking": [ALONE]}
TWO_HOMES = {"gp": FAMILY, "council_tax": [MOVED]}


@pytest.fixture
def resolved(con, night, people_from):
    """Run two nights, of (days after the first, records by contract); gives why exceptions resolved on the last of them."""

    def on(days, records, shielded=None):
        tonight = replace(night, date=NIGHT + timedelta(days=days))
        people_from(tonight, **{name: list(rows) for name, rows in records.items()})
        households.claims(con, tonight)
        clusters.run(con, tonight)
        households.run(con, tonight)
        households.how_sure(con, tonight)
        households.relations(con)
        con.execute(decisions.DDL)
        con.execute("INSERT INTO shielded SELECT person_id FROM person JOIN mention USING (mention_id) WHERE name_display = $who",
                    {"who": shielded})  # fmt: skip
        raised, _ = exceptions.run(con, tonight)
        return [e.exception for e in ledger.run(con, tonight, raised, reasons.explain)]

    def run(first, last, shielded=None):
        succession.prepare(con, night)
        assert on(*first), "it stood"
        last = on(*last, shielded)
        return [e["resolved_because"] for e in last if e["status"] == "resolved"]

    return run


def seen(on):
    return {"gp": [*FAMILY, JACK], "police": [SEEN | {"occurred_on": on}]}


CASES = {
    "now registered there": (AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"gp": [*FAMILY, JACK | at("1")]}, reasons.REGISTERED),
    "later seen elsewhere": (AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"police": [SEEN, ELSEWHERE]}, reasons.ELSEWHERE),
    "over a year old": (seen(date(2025, 10, 1)), 360, seen(date(2025, 10, 1)), reasons.TOO_OLD),
    "the child is eighteen": (
        {"gp": [ANN, ALMOST_GROWN, JACK], "police": [SEEN]}, 30, {"gp": [ANN, ALMOST_GROWN, JACK], "police": [SEEN]}, reasons.ADULT_NOW,
    ),
    "the child has died": (
        AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"gp": [ANN, TOM | {"date_of_death": date(2026, 1, 8)}, JACK]},
        "A record says that the child has died.",
    ),
    "he has died": (
        AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"gp": [*FAMILY, JACK | {"date_of_death": date(2026, 1, 8)}]},
        "A record says that the adult has died.",
    ),
    "the family is elsewhere": (
        AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"gp": [ANN | at("3"), TOM | at("3"), JACK]}, reasons.FAMILY_ELSEWHERE,
    ),
    "the booking names him": (
        HIDDEN, 30, HIDDEN | {"maternity_booking": [ALONE | {"father_name": "Jack Hill"}]}, reasons.NAMED,
    ),
    "the pregnancy is over": (HIDDEN, 30, HIDDEN | {"maternity_booking": [ALONE | {"status": "lost"}]}, reasons.PREGNANCY_OVER),
    "the booking says who he is": (
        HIDDEN, 30, HIDDEN | {"maternity_booking": [ALONE | {"emergency_contact_relationship": "cousin"}]}, reasons.SAYS_WHO,
    ),
    "his practice says who she is": (
        HIDDEN, 30, HIDDEN | {"gp": [ANN | {"mobile": "07700900555"}, JACK | HER_BROTHER]},
        "There is an innocent reason now: A relative, by the family's own word.",
    ),
    "less sure with time": (
        {"gp": FAMILY, "police": [SEEN]}, 120, {"gp": FAMILY, "police": [SEEN]},
        f"{reasons.LESS_SURE}: last said more than five months ago.",
    ),
    "the practice followed": (TWO_HOMES, 30, TWO_HOMES | {"gp": [ANN | at("3"), TOM | at("3")]}, reasons.ONE_HOME),
    "the account ended": (
        TWO_HOMES, 30, TWO_HOMES | {"council_tax": [MOVED | {"liable_to": date(2026, 1, 20)}]}, reasons.HOME_ENDED,
    ),
    "nobody says so any more": (AT_THE_MOTHERS, 30, AT_THE_MOTHERS | {"police": []}, reasons.NO_LONGER),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_why_it_resolved(resolved, case):
    first, days, last, because = CASES[case]
    assert resolved((0, first), (days, last)) == [because]
    assert not any(word in because for word in ("Ann", "Jack", "Tom", "Road", "DY1"))


@pytest.mark.parametrize("who", ["Jack Hill", "Tom Lee"])
def test_of_whoever_is_shielded_no_reason_is_given(resolved, who):
    """The words are those of a record that is gone, whatever else tonight's records hold."""
    last = (30, AT_THE_MOTHERS | {"gp": [*FAMILY, JACK | at("1")]})
    assert resolved((0, AT_THE_MOTHERS), last) == [reasons.REGISTERED]
    assert resolved((0, AT_THE_MOTHERS), last, shielded=who) == [reasons.NO_LONGER]


def test_whoever_came_under_protection_is_not_resolved_at_all(resolved):
    listed = {
        "record_id": "x1",
        "nhs_number": TOM["nhs_number"],
        "reason": "court_order",
        "from_date": date(2020, 1, 1),
    }
    assert resolved((0, AT_THE_MOTHERS), (30, AT_THE_MOTHERS | {"protected": [listed]})) == []


def test_what_another_exception_tells_is_said_to_be_inside_it(resolved):
    both = {"gp": [*FAMILY, JACK], "council_tax": [MOVED], "police": [SEEN, SEEN_WITH_ANN]}
    assert resolved((0, TWO_HOMES), (30, both)) == [reasons.INSIDE]
