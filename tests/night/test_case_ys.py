"""The seed case, night by night: what must be raised, and what must not (sample_data/case_ys/README.md)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pyarrow.parquet
import pytest

from sample_data import case_ys

D0 = date(2026, 1, 30)
BOOKING, ARREST, BIRTH, DISCHARGE, NAMED, ACCOUNT, INCIDENT = (
    D0 + timedelta(days=d) for d in (-181, -62, 1, 3, 60, 198, 214)
)


@pytest.fixture(scope="session")
def seed(tmp_path_factory, nights):
    work = tmp_path_factory.mktemp("seed")
    dates = case_ys.build(work)
    return Replayed(work, nights(work / "landing", work, dates))


@pytest.fixture(scope="session")
def variant(tmp_path_factory, nights):
    """Replay chosen nights of a counterfactual; done once for each."""
    done = {}

    def replay(letter, *offsets):
        if letter not in done:
            work = tmp_path_factory.mktemp(f"variant_{letter}")
            dates = case_ys.build(work, letter)
            chosen = [d for d in dates if (d - D0).days in offsets]
            done[letter] = Replayed(work, nights(work / "landing", work, chosen))
        return done[letter]

    return replay


class Replayed:
    """A replay with what its truth says of who is who."""

    def __init__(self, work, by_night):
        self.work, self.by_night = work, by_night
        rows = pyarrow.parquet.read_table(work / "truth" / "mentions.parquet").to_pylist()
        self.true = {(r["contract"], r["supplier"], r["record_id"], r["mention"]): r["true_person"] for r in rows}
        situations = pyarrow.parquet.read_table(work / "truth" / "situations.parquet").to_pylist()
        self.father = next((s["other_person"] for s in situations if s["kind"] == "hidden_adult"), None)
        self.family = {s[k] for s in situations for k in ("true_person", "other_person") if s[k]}

    def people(self, night):
        rows = pyarrow.parquet.read_table(self.work / "out" / night.isoformat() / "persons.parquet").to_pylist()
        return {
            r["person_id"]: self.true.get((r["contract"], r["supplier"], r["record_id"], r["mention"])) for r in rows
        }

    def mixed(self, night):
        """People of a night who hold the father's mentions and another's too."""
        found = defaultdict(set)
        for r in pyarrow.parquet.read_table(self.work / "out" / night.isoformat() / "persons.parquet").to_pylist():
            found[r["person_id"]].add(self.true.get((r["contract"], r["supplier"], r["record_id"], r["mention"])))
        return [person for person, true in found.items() if len(true) > 1 and self.father in true]

    def raised(self, night, *kinds):
        """Exceptions of a night about the family of the review."""
        who = self.people(night)
        return [
            e
            for e in self.by_night[night]
            if e["status"] != "resolved"
            and (not kinds or e["kind"] in kinds)
            and {who.get(p["person_id"]) for p in e["people"]} & self.family
        ]


def test_silence_before_the_booking(seed):
    for night in (n for n in seed.by_night if n < BOOKING):
        assert seed.raised(night) == []


def test_one_hidden_adult_on_the_night_after_the_booking(seed):
    (found,) = seed.raised(BOOKING)
    assert found["kind"] == "hidden_adult"
    assert found["pregnancy"] is not None
    assert {p["role"] for p in found["people"]} == {"adult", "mother"}


def test_one_thread_to_the_end(seed):
    (first,) = seed.raised(BOOKING)
    for night in (n for n in seed.by_night if BOOKING < n < INCIDENT):
        assert [e["exception_id"] for e in seed.raised(night)] == [first["exception_id"]], night


def test_the_pregnancy_becomes_two_children_in_the_same_thread(seed):
    (found,) = seed.raised(NAMED)
    assert sum(p["role"] == "child" for p in found["people"]) == 2


def test_no_co_residence_before_the_police_record(seed):
    for night in (n for n in seed.by_night if n < INCIDENT):
        assert seed.raised(night, "unregistered_co_residence", "address_divergence") == []


def test_the_incident_is_the_first_to_say_where_mother_and_child_are(seed):
    assert seed.raised(INCIDENT, "unregistered_co_residence", "address_divergence")


def test_an_arrest_never_makes_it_less_urgent(seed):
    (before,), (after,) = seed.raised(BOOKING), seed.raised(ARREST)
    assert after["priority"] <= before["priority"]


def test_nobody_else_of_the_neighbourhood(seed):
    for night, found in seed.by_night.items():
        assert len([e for e in found if e["status"] != "resolved"]) == len(seed.raised(night)), night


def test_a_and_b_an_earlier_record_is_raised_earlier(variant):
    assert variant("a", -181, 196, 205).raised(
        D0 + timedelta(days=205), "unregistered_co_residence", "address_divergence"
    )
    assert variant("b", -181, 198, 213).raised(
        D0 + timedelta(days=213), "unregistered_co_residence", "address_divergence"
    )


def test_c_a_mistyped_phone_is_never_urgent(variant):
    found = variant("c", -181).raised(BOOKING)
    assert all(e["priority"] in ("C", "H") for e in found)


def test_d_spellings_change_nothing(variant):
    (found,) = variant("d", -181).raised(BOOKING)
    assert found["kind"] == "hidden_adult"


def test_e_nothing_of_a_protected_mother(variant):
    replay = variant("e", -181, 3, 214)
    for night, found in replay.by_night.items():
        assert replay.raised(night) == [], night
        assert found is not None


def test_f_a_recorded_father_is_not_hidden(variant):
    replay = variant("f", -181, 3, 60)
    for night in replay.by_night:
        assert replay.raised(night, "hidden_adult") == []


def test_g_a_registered_move_is_nothing(variant):
    replay = variant("g", -181, 198, 213)
    for night in replay.by_night:
        assert replay.raised(night, "unregistered_co_residence", "address_divergence") == []


def test_h_a_namesake_joins_nothing(variant):
    replay = variant("h", -181, 3)
    for night in replay.by_night:
        assert replay.mixed(night) == []
        who = replay.people(night)
        for e in replay.raised(night):
            assert [who[p["person_id"]] for p in e["people"] if p["role"] == "adult"] == [replay.father]
