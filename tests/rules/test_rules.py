"""What is raised, and what is not: records in, claims out (exceptions.md)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rules.conftest import at, booking, involved, liable, patient

MOTHER, CHILD, MAN = "9991777636", "9997783530", "9997406818"
BORN = {"Ann Lee": date(1992, 2, 2), "Tom Lee": date(2015, 5, 5), "Jack Hill": date(1990, 3, 3)}
ANN = patient("p1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, sex="2")
TOM = patient("p2", "Tom Lee", BORN["Tom Lee"], "1", CHILD, sex="1")
JACK = patient("p3", "Jack Hill", BORN["Jack Hill"], "2", MAN, sex="1", mobile="07700900123")
FAMILY = [ANN, TOM]


def test_a_quiet_family_is_left_alone(raise_from):
    assert (
        raise_from(gp=[*FAMILY, JACK], council_tax=[liable("c1", "Ann Lee", "1"), liable("c2", "Jack Hill", "2")]) == []
    )


def test_an_adult_whom_police_find_living_with_a_child(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
    found = raise_from(gp=[*FAMILY, JACK], police=[seen])
    assert found == [("unregistered_co_residence", {"co_resident": "Jack Hill", "child": "Tom Lee"})]


def test_no_child_no_exception(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
    assert raise_from(gp=[ANN, JACK], police=[seen]) == []


def test_a_statement_waits_for_nobody(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2026, 1, 3))
    found = raise_from(gp=[*FAMILY, JACK], police=[seen])
    assert found == [("unregistered_co_residence", {"co_resident": "Jack Hill", "child": "Tom Lee"})]


def test_a_practice_that_was_told_of_another_home_last_week_is_believed(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2026, 1, 3))
    told = {**JACK, "address_updated_on": date(2025, 12, 30)}
    assert "unregistered_co_residence" not in [kind for kind, _ in raise_from(gp=[*FAMILY, told], police=[seen])]


def test_a_child_with_people_of_grandparents_age_lives_there(raise_from):
    nan, seen = patient("p4", "Joan Hill", date(1955, 4, 4), "2", None, sex="2"), date(2025, 11, 1)
    found = raise_from(gp=[*FAMILY, nan], police=[involved("i1", "Tom Lee", BORN["Tom Lee"], "2", seen)])
    assert found == [("unregistered_co_residence", {"co_resident": "Tom Lee", "child": "Tom Lee"})]


def test_a_child_with_somebody_of_a_parents_age_may_have_two_homes(raise_from):
    found = raise_from(gp=[*FAMILY, JACK], police=[involved("i1", "Tom Lee", BORN["Tom Lee"], "2", date(2025, 11, 1))])
    assert found == [("address_divergence", {"child": "Tom Lee"})]


@pytest.mark.parametrize(
    ("there", "at_home", "kind"),
    [
        # A woman of her mother's age, while the mother is at the child's own home: an aunt, and no second home.
        (("May Hill", date(1988, 4, 4), "2"), None, "unregistered_co_residence"),
        # A man, while a man of the child's name is at home: an uncle. Of another name: he may be the father.
        (("Max Hill", date(1988, 4, 4), "1"), ("Ben Lee", date(1989, 5, 5)), "unregistered_co_residence"),
        (("Max Hill", date(1988, 4, 4), "1"), ("Ben Moss", date(1989, 5, 5)), "address_divergence"),
        (("Max Lee", date(1988, 4, 4), "1"), ("Ben Moss", date(1989, 5, 5)), "address_divergence"),
        (("Max Lee", date(1988, 4, 4), "1"), ("Ben Lee", date(1989, 5, 5)), "address_divergence"),
        (("Max Hill", date(1988, 4, 4), "1"), None, "address_divergence"),
    ],
)
def test_a_second_home_is_that_of_the_parent_whom_the_first_lacks(raise_from, there, at_home, kind):
    name, born, sex = there
    others = [patient("p4", name, born, "2", None, sex=sex)]
    if at_home:
        others.append(patient("p5", at_home[0], at_home[1], "1", None, sex="1"))
    seen = involved("i1", "Tom Lee", BORN["Tom Lee"], "2", date(2025, 11, 1))
    assert [k for k, _ in raise_from(gp=[*FAMILY, *others], police=[seen])] == [kind]


def test_a_divergence_tells_what_the_other_reading_is(contents_from):
    seen = involved("i1", "Tom Lee", BORN["Tom Lee"], "2", date(2025, 11, 1))
    (found,) = contents_from(gp=[*FAMILY, JACK], police=[seen])
    assert [s["kind"] for s in found["supporting"]] == ["unregistered_co_residence"]


def test_a_man_who_pays_for_a_home_of_his_own_is_hidden_from_maternity_and_no_co_resident(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER)
    seen = [
        {**involved(f"i{n}", *who, "1", date(2025, 11, 1)), "occurrence_ref": "o1", "occurrence_type": "domestic_abuse"}
        for n, who in enumerate([("Jack Hill", BORN["Jack Hill"]), ("Ann Lee", BORN["Ann Lee"])])
    ]
    account = liable("c2", "Jack Hill", "2")
    kept = raise_from(gp=[ANN, JACK], maternity_booking=[named], police=seen, council_tax=[account])
    assert [k for k, _ in kept] == ["hidden_adult"]
    gone = raise_from(gp=[ANN, JACK], maternity_booking=[named], police=seen)
    assert [k for k, _ in gone] == ["unregistered_co_residence"]


@pytest.mark.parametrize(("apart", "raised"), [(17, True), (24, False)])
def test_another_generation_is_twenty_years_apart(raise_from, apart, raised):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y")
    born = BORN["Ann Lee"].replace(year=BORN["Ann Lee"].year - apart)
    seen = [
        {**involved(f"i{n}", *who, "1", date(2025, 11, 1)), "occurrence_ref": "o1", "occurrence_type": "domestic_abuse"}
        for n, who in enumerate([("Jack Hill", born), ("Ann Lee", BORN["Ann Lee"])])
    ]
    found = raise_from(
        gp=[ANN, {**JACK, "date_of_birth": born}],
        maternity_booking=[named],
        police=seen,
        council_tax=[liable("c2", "Jack Hill", "2")],
    )
    assert ("hidden_adult" in [kind for kind, _ in found]) == raised


def test_an_older_man_of_her_household_in_a_domestic_occurrence_with_her_is_hidden_whoever_he_is(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y")
    older = {**JACK, "date_of_birth": date(1966, 3, 3)}
    seen = [
        {**involved(f"i{n}", *who, "1", date(2025, 11, 1)), "occurrence_ref": "o1", "occurrence_type": "domestic_abuse",
         "role": role}
        for n, (who, role) in enumerate(
            [(("Jack Hill", date(1966, 3, 3)), "suspect"), (("Ann Lee", BORN["Ann Lee"]), "victim")]
        )
    ]  # fmt: skip
    records = {"maternity_booking": [named], "council_tax": [liable("c2", "Jack Hill", "2")]}
    assert [k for k, _ in raise_from(gp=[ANN, older], police=seen, **records)] == ["hidden_adult"]
    # Of a man who has his home elsewhere it may be a father's visit.
    visiting = [{**seen[0], **at("2")}, seen[1]]
    assert raise_from(gp=[ANN, older], police=visiting, **records) == []


def test_somebody_on_no_register_whom_a_booking_gives_her_home(raise_from):
    told = {
        "emergency_contact_name": "Max Boyd",
        "emergency_contact_phone": "07700900777",
        "emergency_contact_relationship": "friend",
    }
    her_home = at("1", "emergency_contact_")
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, **told, **her_home)
    assert ("unregistered_co_residence", {"co_resident": "Max Boyd", "mother": "Ann Lee"}) in raise_from(
        gp=[ANN], maternity_booking=[named]
    )
    # Somebody of that name and any age is registered there.
    same = patient("p6", "Max Boyd", date(1971, 3, 3), "1", None, sex="1")
    found = raise_from(gp=[ANN, same], maternity_booking=[named])
    assert "unregistered_co_residence" not in [k for k, _ in found]


def test_a_woman_registered_with_a_single_parent_is_first_of_all_a_friend(raise_from):
    alone = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y")
    assert (
        raise_from(gp=[ANN, patient("p7", "May Moss", date(1991, 6, 6), "1", None, sex="2")], maternity_booking=[alone])
        == []
    )


def test_a_bail_address_is_not_a_home(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1), address_role="bail")
    assert raise_from(gp=[*FAMILY, JACK], police=[seen]) == []


def test_somebody_registered_there_is_no_co_resident(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
    account = liable("c2", "Jack Hill", "1", phone="07700900123")
    assert raise_from(gp=[*FAMILY, JACK], police=[seen], council_tax=[account])[:1] != [
        ("unregistered_co_residence", {"co_resident": "Jack Hill", "child": "Tom Lee"})
    ]


def test_a_police_address_older_than_a_year_says_nothing(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2024, 11, 1))
    assert raise_from(gp=[*FAMILY, JACK], police=[seen]) == []


@pytest.mark.parametrize(("said", "raised"), [(date(2025, 11, 1), False), (date(2025, 12, 30), True)])
def test_a_discharge_overtakes_what_the_mother_said_before(raise_from, said, raised):
    baby = patient("p3", "Eve Lee", date(2025, 12, 20), "1", "9998414367", sex="2", registered_on=date(2025, 12, 28))
    born = {
        "record_id": "b1", "booking_record_id": "k1", "nhs_number": "9998414367", "given_names": "Eve", "family_name": "Lee",
        "date_of_birth": date(2025, 12, 20), "discharged_on": date(2025, 12, 22), **at("1", "discharge_"),
    }  # fmt: skip
    booked = booking("k1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, status="delivered")
    seen = involved("i1", "Ann Lee", BORN["Ann Lee"], "2", said)
    found = raise_from(gp=[ANN, baby], maternity_booking=[booked], maternity_birth=[born], police=[seen])
    assert ("unregistered_co_residence" in [kind for kind, _ in found]) == raised


def test_a_contact_without_a_part_whom_another_register_knows(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", emergency_contact_name="Jack Hill",
                    emergency_contact_phone="07700 900123")  # fmt: skip
    found = raise_from(gp=[ANN, JACK], maternity_booking=[named])
    assert found == [("hidden_adult", {"adult": "Jack Hill", "mother": "Ann Lee"})]


def test_who_is_hidden_stays_so_when_the_mother_dies_and_the_baby_lives(contents_from, con):
    born = date(2025, 9, 1)
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", emergency_contact_name="Jack Hill",
                    emergency_contact_phone="07700 900123", status="delivered", expected_delivery_on=born,
                    booked_on=date(2025, 3, 1))  # fmt: skip
    birth = {
        "record_id": "n1", "booking_record_id": "b1", "nhs_number": CHILD, "given_names": "Mia", "family_name": "Lee",
        "date_of_birth": born, "sex": "2", "discharged_on": date(2025, 9, 3), **at("1", "discharge_"),
    }  # fmt: skip
    baby = patient("p5", "Mia Lee", born, "1", CHILD, sex="2", registered_on=date(2025, 9, 20))
    # Her account still stands, at another home: where a woman lived who died is nobody's divergence.
    account = liable("c1", "Ann Lee", "3", date_of_birth=BORN["Ann Lee"], liable_from=date(2025, 10, 1))
    died = {**ANN, "date_of_death": date(2025, 12, 30)}
    records = {"maternity_booking": [named], "maternity_birth": [birth], "council_tax": [account]}
    (found,) = contents_from(gp=[died, baby, JACK], **records)
    names = dict(con.execute("SELECT person_id, name_display FROM profile").fetchall())
    assert (found["kind"], found["pregnancy"]["record_id"]) == ("hidden_adult", "b1")
    assert {p["role"]: names[p["person_id"]] for p in found["people"]} == {
        "adult": "Jack Hill", "child": "Mia Lee", "mother": "Ann Lee"
    }  # fmt: skip
    # Nobody is told to speak with her.
    assert "alone with the mother" not in " ".join(found["checks"])
    dead = {**baby, "date_of_death": date(2025, 12, 30)}
    assert contents_from(gp=[died, dead, JACK], **records) == []


def test_a_contact_who_says_what_he_is_is_not_hidden(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="N", emergency_contact_name="Jack Hill",
                    emergency_contact_phone="07700 900123", emergency_contact_relationship="husband")  # fmt: skip
    assert raise_from(gp=[ANN, JACK], maternity_booking=[named]) == []


FATHER_SAID = {"emergency_contact_name": "Jack Hill", "emergency_contact_phone": "07700 900123"}


@pytest.mark.parametrize("said", ["Baby's dad", "Father"])
def test_a_father_in_a_booking_may_be_the_babys(raise_from, con, said):
    stated = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", emergency_contact_relationship=said,
                     **FATHER_SAID)  # fmt: skip
    assert raise_from(gp=[ANN, JACK], maternity_booking=[stated]) == [], "the booking says so"
    linked = con.execute(
        "SELECT count(DISTINCT person_id) FROM person WHERE mention_id SIMILAR TO 'gp.s.p3.*|.*emergency_contact'"
    )
    assert linked.fetchone() == (1,)
    told = con.execute("SELECT DISTINCT relation FROM relation WHERE mention = 'emergency_contact'").fetchall()
    assert told in ([("partner",)], [("father_of_pregnancy",)]), "he is too young to be hers"


def test_a_father_in_a_booking_who_is_old_enough_is_hers(raise_from, con):
    old = {**JACK, "date_of_birth": date(1965, 3, 3)}
    stated = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, emergency_contact_relationship="Dad", **FATHER_SAID)
    assert raise_from(gp=[ANN, old], maternity_booking=[stated]) == []
    assert con.execute("SELECT relation FROM relation").fetchall() == [("parent",)]


def test_a_father_whom_a_booking_names_as_partner_too_is_one_man(raise_from, con):
    stated = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, partner_name="Jack Hill", partner_phone="07700900123",
                     emergency_contact_relationship="Father", **FATHER_SAID)  # fmt: skip
    assert raise_from(gp=[ANN, JACK], maternity_booking=[stated]) == []
    people = con.execute(
        "SELECT count(DISTINCT person_id) FROM person JOIN mention USING (mention_id) WHERE is_contact"
    )
    assert people.fetchone() == (1,)


def test_in_a_childs_registration_the_babys_father_is_the_patients(raise_from, con):
    tom = TOM | {
        "next_of_kin_name": "Jack Hill",
        "next_of_kin_relationship": "Father of child",
        "next_of_kin_phone": "07700900123",
    }
    raise_from(gp=[ANN, tom, JACK])
    assert con.execute("SELECT relation FROM relation").fetchall() == [("parent",)]


def test_a_contact_by_trade_is_not_hidden(raise_from):
    stated = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", **FATHER_SAID)
    assert len(raise_from(gp=[ANN, JACK], maternity_booking=[stated])) == 1
    stated["emergency_contact_relationship"] = "Church pastor"
    assert raise_from(gp=[ANN, JACK], maternity_booking=[stated]) == []


def test_a_named_father_is_not_hidden(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, father_name="Jack Hill", emergency_contact_name="Jack Hill",
                    emergency_contact_phone="07700 900123")  # fmt: skip
    assert raise_from(gp=[ANN, JACK], maternity_booking=[named]) == []


def test_a_sister_is_no_hidden_adult(raise_from):
    sister = patient("p3", "Jane Hill", date(1990, 3, 3), "2", MAN, sex="2", mobile="07700900123")
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", emergency_contact_name="Jane Hill",
                    emergency_contact_phone="07700 900123", emergency_contact_relationship="sister")  # fmt: skip
    assert raise_from(gp=[ANN, sister], maternity_booking=[named]) == []


def test_a_mother_whose_account_moved_while_her_practice_stayed(raise_from):
    moved = liable("c1", "Ann Lee", "2", liable_from=date(2025, 6, 1), phone="07700900555")
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER)
    found = raise_from(gp=[{**ANN, "mobile": "07700900555"}], maternity_booking=[named], council_tax=[moved])
    assert [kind for kind, _ in found] == ["address_divergence"]


def test_a_move_within_the_grace_period_is_not_raised(raise_from):
    moved = liable("c1", "Ann Lee", "2", liable_from=date(2025, 12, 20), phone="07700900555")
    found = raise_from(gp=[{**ANN, "mobile": "07700900555"}, TOM], council_tax=[moved])
    assert found == []


def test_nothing_of_a_protected_mother(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
    assert raise_from(gp=[{**ANN, "sensitivity": "S"}, TOM, JACK], police=[seen]) == []


def test_nothing_at_a_refuge(raise_from):
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1))
    refuge = {"record_id": "r", "uprn": "1", "reason": "refuge"}
    assert raise_from(gp=[*FAMILY, JACK], police=[seen], protected=[refuge]) == []


def test_half_a_claim_for_each_of_two_brothers_is_none(raise_from, con):
    brothers = [
        patient("p5", "John Hill", date(1990, 3, 3), "3", sex="1"),
        patient("p6", "Jim Hill", date(1991, 4, 4), "3", sex="1"),
    ]
    raise_from(gp=brothers, council_tax=[liable("c9", "J Hill", "3")])
    alone = con.execute("SELECT cluster_size FROM person WHERE record_id IN ('p5', 'p6', 'c9')").fetchall()
    assert alone == [(1,), (1,), (1,)]


def test_an_emergency_contact_address_is_a_claim(raise_from, con):
    named = booking(
        "b1",
        "Ann Lee",
        BORN["Ann Lee"],
        "1",
        MOTHER,
        emergency_contact_name="Jack Hill",
        **at("2", "emergency_contact_"),
    )
    raise_from(gp=[ANN, JACK], maternity_booking=[named])
    assert con.execute("SELECT uprn, basis FROM claim WHERE address_role = 'emergency_contact'").fetchall() == [
        ("2", "self_reported")
    ]


HALL = {"address_line_1": "Tern Halls", "address_line_2": "Oak Road", "postcode": "DY1 7AA", "uprn": "7"}
FLAT = {"address_line_1": "Flat 2", "address_line_2": "9 Elm Road", "postcode": "DY1 5AA", "uprn": "6"}
WITHOUT_FLAT = {"address_line_1": "9 Elm Road", "address_line_2": None, "postcode": "DY1 5AA", "uprn": None}


def test_a_student_gives_the_parents_home(raise_from):
    student = patient("p6", "Kim Lee", date(2006, 9, 9), "1", MAN, sex="1") | HALL
    seen = involved("i1", "Kim Lee", date(2006, 9, 9), "1", date(2025, 12, 28))
    father = patient("p8", "Ron Lee", date(1980, 1, 9), "1", sex="1")
    assert raise_from(gp=[*FAMILY, father, student], police=[seen]) == []


def test_a_man_of_a_hall_who_lives_with_a_child_and_its_mother_is_no_son_of_the_house(raise_from):
    student = patient("p6", "Kim Hill", date(1996, 9, 9), "1", MAN, sex="1") | HALL
    seen = involved("i1", "Kim Hill", date(1996, 9, 9), "1", date(2025, 12, 28))
    found = raise_from(gp=[*FAMILY, student], police=[seen])
    assert found == [("unregistered_co_residence", {"co_resident": "Kim Hill", "child": "Tom Lee"})]


def test_a_registration_without_the_flat_is_one_at_the_flat(raise_from):
    man = JACK | WITHOUT_FLAT
    seen = involved("i1", "Jack Hill", BORN["Jack Hill"], "1", date(2025, 11, 1)) | FLAT
    family = [ANN | FLAT, TOM | FLAT]
    assert raise_from(gp=[*family, man], police=[seen]) == []
    assert raise_from(gp=[*family, JACK], police=[seen]) == [
        ("unregistered_co_residence", {"co_resident": "Jack Hill", "child": "Tom Lee"})
    ]


def test_one_record_next_door_is_a_number_written_wrong(raise_from):
    slipped = liable("c1", "Ann Lee", "4", phone="07700900555")
    ann = {**ANN, "mobile": "07700900555"}
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER)
    assert raise_from(gp=[ann, TOM], maternity_booking=[named], council_tax=[slipped]) == []


def test_a_mother_under_an_initial_is_not_another_adult_of_her_home(raise_from, con):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", mobile="07700900777")
    # The account is another person's for all that linkage could say: two Lees whose names begin with A live there.
    account = liable("c1", "A Lee", "1", title="MRS", phone="07700900666")
    other = patient("p7", "Amy Lee", date(2012, 4, 4), "1", sex="2")
    found = raise_from(gp=[ANN, other], maternity_booking=[named], council_tax=[account])
    assert "hidden_adult" not in [kind for kind, _ in found]


def test_a_cousin_whom_his_own_practice_calls_her_husband(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER, single_parent="Y", mobile="07700900777",
                    next_of_kin_name="Jack Hill", next_of_kin_phone="07700900123", next_of_kin_relationship="cousin")  # fmt: skip
    wed = {
        **JACK,
        "next_of_kin_name": "Ann Lee",
        "next_of_kin_phone": "07700900777",
        "next_of_kin_relationship": "wife",
    }
    assert raise_from(gp=[ANN, JACK], maternity_booking=[named]) == []
    assert raise_from(gp=[ANN, wed], maternity_booking=[named]) == [
        ("hidden_adult", {"adult": "Jack Hill", "mother": "Ann Lee"})
    ]


def test_an_account_that_ends_when_another_begins_is_a_move_and_two_that_begin_together_are_not(raise_from, con):
    here = liable("c1", "Jo Dumitrescu", "1", liable_from=date(2018, 4, 1))
    together = liable("c2", "Jo Dumitrescu", "2", liable_from=date(2018, 4, 1))
    raise_from(council_tax=[here, together])
    sizes = "SELECT cluster_size FROM person WHERE record_id IN ('c1', 'c2')"
    assert con.execute(sizes).fetchall() == [(1,), (1,)]
    raise_from(council_tax=[{**here, "liable_to": date(2021, 6, 8)}, {**together, "liable_from": date(2021, 6, 8)}])
    assert con.execute(sizes).fetchall() == [(2,), (2,)]


def test_an_account_without_a_birth_date_where_a_namesake_is_registered_is_the_namesakes(raise_from, con):
    ann = {**ANN, "mobile": "07700900555"}
    # The account follows Ann by her number; the home has an Ann Lee of its own.
    account = liable("c1", "Ann Lee", "2", liable_from=date(2025, 6, 1), phone="07700900555")
    namesake = patient("p9", "Ann Lee", date(1961, 7, 30), "2", MAN, sex="2")
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER)
    assert raise_from(gp=[ann, namesake], maternity_booking=[named], council_tax=[account]) == []
    found = raise_from(gp=[ann], maternity_booking=[named], council_tax=[account])
    assert [kind for kind, _ in found] == ["address_divergence"]


def test_a_child_without_a_birth_date_in_a_police_record_is_no_adult(raise_from):
    named = booking("b1", "Ann Lee", BORN["Ann Lee"], "1", MOTHER)
    there = involved("i1", "Kasia Hill", None, "1", date(2025, 11, 1), role="child_present")
    assert raise_from(gp=[ANN], maternity_booking=[named], police=[there]) == []
    found = raise_from(gp=[ANN], maternity_booking=[named], police=[{**there, "role": "occupant"}])
    assert "Kasia Hill" in {name for _, people in found for name in people.values()}


def test_a_couple_of_the_same_two_names_born_on_other_days_did_not_move(raise_from, con):
    def couple(at_home, born):
        return [
            patient(f"p{at_home}a", "Ann Lee", date(born, 2, 2), at_home, sex="2"),
            patient(f"p{at_home}b", "Jack Lee", date(born, 3, 3), at_home, sex="1"),
        ]

    accounts = [liable("c1", "Ann Lee", "1"), liable("c2", "Ann Lee", "2")]
    raise_from(gp=[*couple("1", 1960), *couple("2", 1985)], council_tax=accounts)
    together = con.execute("SELECT count(DISTINCT person_id) FROM person WHERE record_id IN ('c1', 'c2')").fetchone()
    assert together == (2,)
