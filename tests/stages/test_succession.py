"""Keys that change: people keep their ids when a supplier renumbers or a record comes back, and only then."""

from __future__ import annotations

from datetime import date

import pytest

from linkage import history, identity, succession, tell
from linkage.ledger import ledger
from linkage.night import Night
from linkage.people import persons
from linkage.protect import gate
from linkage.standardise import mention

OLD, NEW = "9997783530", "9991777636"


def person(key, letter, **more):
    return {
        "record_id": key, "practice_code": "M87001", "given_names": f"Ann{letter}", "family_name": f"Lee{letter}",
        "date_of_birth": date(1990, 1, 2), "registered_on": date(2020, 1, 1), **more,
    }  # fmt: skip


PEOPLE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Enough rows of one supplier for a share of them to mean something (gates.least_rows_compared)."""


@pytest.fixture
def run(con, accept, night):
    """Run the stages from history to people with no pair: every mention is one person. person_id by letter of the name."""

    def on(day, rows, **more):
        tonight = Night(date(2026, 1, day), night.landing, night.out, night.settings)
        accept(tonight, gp=rows, **more)
        gate.run(con, tonight)
        history.remember(con, tonight)
        mention.run(con, tonight)
        con.execute(
            "CREATE OR REPLACE TABLE blocking_key AS "
            "SELECT mention_id, []::VARCHAR[] AS home_keys, []::VARCHAR[] AS context_keys, hash(m) AS row_hash, 0 AS fact_hash "
            "FROM mention AS m"
        )
        con.execute(
            "CREATE OR REPLACE TABLE pair (match_weight DOUBLE, "
            "mention_id_l VARCHAR, mention_id_r VARCHAR, gamma_given_name INTEGER, gamma_family_and_home INTEGER, gamma_sex INTEGER, "
            "veto VARCHAR, of_kin BOOLEAN)"
        )
        persons.run(con, tonight)
        found = dict(
            con.execute(
                "SELECT g.given_names[-1:], p.person_id FROM person AS p INNER JOIN gp AS g USING (record_id)"
            ).fetchall()
        )
        return found, succession.warnings(con, tonight)

    return on


def test_a_supplier_that_renumbers_is_named_and_people_keep_their_ids(run):
    before, said = run(5, [person(f"r{n}", x) for n, x in enumerate(PEOPLE)])
    assert said == []
    after, said = run(6, [person(f"new{n}", x) for n, x in enumerate(PEOPLE)])
    assert after == before
    assert len(said) == 1
    assert "gp of s: renumbered: 52 of 52 records" in said[0]
    again, said = run(7, [person(f"new{n}", x) for n, x in enumerate(PEOPLE)])
    assert again == before
    assert said == []


def test_keys_that_change_places_do_not_change_people(run):
    """Numbered afresh by position after one row left: every key is now the next one's."""
    before, _ = run(5, [person(f"r{n}", x) for n, x in enumerate(PEOPLE)])
    after, said = run(6, [person(f"r{n}", x) for n, x in enumerate(PEOPLE[1:])])
    assert after == {x: p for x, p in before.items() if x != "a"}
    assert len(said) == 1


def test_a_record_that_also_changed_is_known_by_what_tells_it_apart(run):
    rows = [person(f"r{n}", x, nhs_number=f"99900000{n:02}") for n, x in enumerate(PEOPLE)]
    before, _ = run(5, rows)
    moved = [{**r, "record_id": f"new{n}", "mobile": "07700900001" if n == 3 else None} for n, r in enumerate(rows)]
    after, _ = run(6, moved)
    assert after == before


def test_one_key_that_changed_is_no_renumbering_but_the_same_record(run):
    rows = [person(f"r{n}", x) for n, x in enumerate(PEOPLE)]
    before, _ = run(5, rows)
    after, said = run(6, [{**rows[0], "record_id": "again"}, *rows[1:]])
    assert after == before
    assert said == []


def test_a_key_given_to_somebody_else_brings_no_id_with_it(run):
    before, _ = run(5, [person("r1", "a"), person("r2", "b")])
    run(6, [person("r2", "b")])
    after, _ = run(7, [person("r1", "c"), person("r2", "b")])
    assert after["b"] == before["b"]
    assert after["c"] != before["a"]


def test_a_record_that_comes_back_as_it_was_is_the_same_person(run, con):
    rows = [person("r1", "a"), person("r2", "b")]
    before, _ = run(5, rows)
    run(6, rows[1:])
    after, _ = run(7, rows)
    assert after == before
    events = con.execute(
        "SELECT day(night), event FROM store.person_event WHERE person_id = $p ORDER BY night", {"p": before["a"]}
    ).fetchall()
    assert events == [(5, "created"), (6, "retired"), (7, "returned")]


def test_what_is_known_under_a_new_key_was_known_before(run, con):
    run(5, [person("r1", "a")])
    run(6, [person("r2", "a")])
    run(7, [person("r3", "a")])
    assert con.execute("SELECT DISTINCT known_since FROM store.same_record").fetchall() == [(date(2026, 1, 5),)]
    assert succession.first_keys(con) == {("gp", "s", "r2"): "r1", ("gp", "s", "r3"): "r1"}


def test_no_id_joins_an_invalidated_number_and_its_successor(run, con):
    """The supplier keeps the record_id and gives it the new number: the id of the old one must not go on."""
    before, _ = run(5, [person("r1", "a", nhs_number=OLD), person("r2", "b")])
    dead = {"record_id": "x", "nhs_number": OLD, "reason": "invalidated"}
    after, _ = run(6, [person("r1", "z", nhs_number=NEW), person("r2", "b")], protected=[dead])
    assert after["b"] == before["b"]
    assert after["z"] != before["a"]
    held = con.execute(
        "SELECT person_id FROM store.person_member UNION SELECT person_id FROM store.person_event"
    ).fetchall()
    assert before["a"] not in {r[0] for r in held}


def test_what_came_later_is_not_told_of_an_earlier_night(run, con):
    run(5, [person("r1", "a")])
    after, _ = run(6, [person("r1", "a"), person("r2", "b")])
    identity.prepare(con, "household")
    con.execute(ledger.DDL)
    con.execute("CREATE TABLE store.withheld (id VARCHAR)")
    assert "  gp s r2 patient, since 2026-01-06" in tell.person(con, after["b"], date(2026, 1, 6))
    with pytest.raises(tell.NothingToTell):
        tell.person(con, after["b"], date(2026, 1, 5))
    run(7, [person("r1", "a")])
    assert "stands no more" in tell.person(con, after["b"], date(2026, 1, 7))[0]
    assert "  gp s r2 patient, since 2026-01-06" in tell.person(con, after["b"], date(2026, 1, 6))
