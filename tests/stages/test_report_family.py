"""The family around an exception, from a few hand-made relations: three generations, and nobody who may not be shown."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.report import family

BORN = date(1990, 5, 1)


@pytest.fixture
def lay(con):
    """Lay out the working tables: `lay(people={"P1": ("Name", "2")}, said=[("P1", "parent", "P2")], shielded={"P9"})`."""

    def fill(people, said, *, shielded=(), restricted=(), mothers=()):
        con.execute(
            "CREATE TABLE profile (person_id VARCHAR, name_display VARCHAR, born DATE, sex VARCHAR, died_on DATE, shielded BOOLEAN)"
        )
        con.execute("CREATE TABLE person (person_id VARCHAR, mention_id VARCHAR)")
        con.execute("CREATE TABLE mention (mention_id VARCHAR, restricted BOOLEAN)")
        con.execute(
            "CREATE TABLE relation (person_a VARCHAR, relation VARCHAR, person_b VARCHAR, contract VARCHAR, supplier VARCHAR, "
            "record_id VARCHAR, mention VARCHAR, stated_on DATE, basis VARCHAR)"
        )
        con.execute("CREATE TABLE family (child_id VARCHAR, mother_id VARCHAR)")
        con.execute(
            "CREATE TABLE maternity_booking (supplier VARCHAR, record_id VARCHAR, expected_delivery_on DATE, number_of_fetuses INTEGER)"
        )
        con.execute("INSERT INTO maternity_booking VALUES ('s', 'b', DATE '2026-04-09', 2)")
        for key, (name, sex, *born) in people.items():
            con.execute(
                "INSERT INTO profile VALUES (?, ?, ?, ?, NULL, ?)",
                [key, name, born[0] if born else BORN, sex, key in shielded],
            )
            con.execute("INSERT INTO person VALUES (?, ?)", [key, f"m{key}"])
            con.execute("INSERT INTO mention VALUES (?, ?)", [f"m{key}", key in restricted])
        for n, (one, relation, other) in enumerate(said):
            con.execute(
                "INSERT INTO relation VALUES (?, ?, ?, 'gp', 's', ?, 'next_of_kin', DATE '2020-01-02', 'self_reported')",
                [one, relation, other, str(n)],
            )
        for child, mother in mothers:
            con.execute("INSERT INTO family VALUES (?, ?)", [child, mother])

    return fill


def about(*people, pregnancy=False):
    told = {"contract": "maternity_booking", "supplier": "s", "record_id": "b"} if pregnancy else None
    return {"people": [{"person_id": p, "role": r} for p, r in people], "pregnancy": told}


def drawn(con, exception):
    return family.of(family.Kin(con, [exception]), exception)


def told(found):
    members = found.members
    who = {(m.part, m.name, m.known) for m in members}
    ties = {
        (members[t.one].name or members[t.one].part, t.kind, members[t.other].name, t.known)
        for t in found.ties
        if members[t.one].known != "unknown"
    }
    return who, ties


def test_three_generations_as_recorded(con, lay):
    lay(
        {"C": ("Bo", "1", date(2025, 1, 1)), "M": ("Ann", "2"), "F": ("Dan", "1"), "G": ("Eve", "2")},
        [("M", "parent", "C"), ("F", "parent", "C"), ("F", "partner", "M"), ("M", "child", "G")],
        mothers=[("C", "M")],
    )
    who, ties = told(drawn(con, about(("C", "child"))))
    assert {("Father", "Dan", "recorded"), ("Mother", "Ann", "recorded"), ("Child", "Bo", "recorded")} <= who
    assert ("Mother's mother", "Eve", "recorded") in who
    assert ("Father's father", "not known", "unknown") in who
    assert {("Dan", "couple", "Ann", "recorded"), ("Eve", "parent", "Ann", "recorded")} <= ties


def test_an_unknown_father_is_said_to_be_so_and_a_hidden_adult_is_not_made_one(con, lay):
    lay({"M": ("Ann", "2"), "A": ("Dan", "1")}, [])
    found = drawn(con, about(("A", "adult"), ("M", "mother"), pregnancy=True))
    who, ties = told(found)
    assert ("Father", "not known", "unknown") in who
    assert ("Adult", "Dan", "inferred") in who
    assert ("Dan", "part_not_known", "Ann", "inferred") in ties
    assert [m.born for m in found.members if m.known == "expected"] == ["due Apr 2026"] * 2


def test_the_eldest_child_comes_first(con, lay):
    lay(
        {"C1": ("Young", "1", date(2025, 1, 1)), "C2": ("Old", "2", date(2020, 1, 1)), "M": ("Ann", "2")},
        [("M", "parent", "C1"), ("M", "parent", "C2")],
    )
    found = drawn(con, about(("M", "mother"), ("C1", "child"), ("C2", "child")))
    assert [m.name for m in found.members if m.generation == 2] == ["Old", "Young"]


@pytest.mark.parametrize("how", ["shielded", "restricted"])
def test_nobody_protected_is_in_it_not_even_as_a_gap_that_was_filled(con, lay, how):
    people = {"C": ("Bo", "1"), "M": ("Ann", "2"), "F": ("Dan", "1"), "G": ("Eve", "2")}
    said = [("M", "parent", "C"), ("F", "parent", "C"), ("F", "partner", "M"), ("G", "parent", "M")]
    lay(people, said, mothers=[("C", "M")], **{how: {"F", "G"}})
    found = drawn(con, about(("C", "child")))
    assert not {"Dan", "Eve"} & {m.name for m in found.members}
    never = lay_without(con, people, said)
    assert found == never, "as if no record had named them"


def lay_without(con, people, said):
    con.execute("DELETE FROM relation WHERE list_contains(['F', 'G'], person_a)")
    con.execute("DELETE FROM profile WHERE list_contains(['F', 'G'], person_id)")
    return drawn(con, about(("C", "child")))


def test_nobody_else_is_in_it(con, lay):
    lay(
        {"C": ("Bo", "1"), "M": ("Ann", "2"), "S": ("Sis", "2"), "K": ("Kin", "1"), "X": ("Friend", "2")},
        [("M", "parent", "C"), ("S", "sibling", "M"), ("K", "kin", "M"), ("X", "contact", "M"), ("M", "parent", "S")],
        mothers=[("C", "M")],
    )
    names = {m.name for m in drawn(con, about(("C", "child"))).members}
    assert names == {"Bo", "Ann", "not known"}


def test_children_of_two_mothers_are_not_drawn_as_one_couples(con, lay):
    lay(
        {"C": ("Bo", "1"), "D": ("Di", "2"), "M": ("Ann", "2"), "N": ("Nia", "2"), "F": ("Dan", "1")},
        [("M", "parent", "C"), ("F", "parent", "C"), ("N", "parent", "D")],
        mothers=[("C", "M")],
    )
    _, ties = told(drawn(con, about(("C", "child"), ("D", "child"), ("N", "co_resident"))))
    parents = {(one, other) for one, kind, other, _ in ties if kind == "parent"}
    assert parents == {("Ann", "Bo"), ("Dan", "Bo"), ("Nia", "Di")}


def test_a_mother_who_is_known_only_from_the_childs_next_of_kin_is_no_father(con, lay):
    lay({"C": ("Bo", "1"), "M": ("Ann", "2")}, [("M", "parent", "C")])
    who, _ = told(drawn(con, about(("C", "child"))))
    assert ("Mother", "Ann", "recorded") in who
    assert ("Father", "not known", "unknown") in who


def test_a_child_whom_no_record_gives_to_the_couple_is_tied_to_it_as_not_known(con, lay):
    lay({"C": ("Bo", "1"), "D": ("Di", "2"), "M": ("Ann", "2")}, [("M", "parent", "C")], mothers=[("C", "M")])
    _, ties = told(drawn(con, about(("C", "child"), ("D", "child"))))
    assert {("Ann", "parent", "Bo", "recorded"), ("Ann", "parent", "Di", "unknown")} <= ties


def test_two_women_recorded_as_parents_are_both_called_mother(con, lay):
    lay(
        {"C": ("Bo", "1"), "M": ("Ann", "2"), "N": ("Nia", "2")},
        [("M", "parent", "C"), ("N", "parent", "C")],
        mothers=[("C", "M")],
    )
    who, _ = told(drawn(con, about(("C", "child"))))
    assert {("Mother", "Ann", "recorded"), ("Mother", "Nia", "recorded")} <= who
