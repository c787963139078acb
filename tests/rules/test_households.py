"""Who is held to live where, and who is what to whom: two homes, a family that moved, statements that contradict each other."""

from __future__ import annotations

from datetime import date

import pytest

from linkage.households import links
from tests.rules.conftest import at, booking, involved, patient

BORN = {"Ann Lee": date(1988, 2, 2), "Tom Lee": date(2016, 5, 5), "Bob Lee": date(1986, 3, 3)}
ANN = patient("p1", "Ann Lee", BORN["Ann Lee"], "1", "9991777636", sex="2")
TOM = patient("p2", "Tom Lee", BORN["Tom Lee"], "1", "9997783530", sex="1")
BOB = patient("p3", "Bob Lee", BORN["Bob Lee"], "3", "9997406818", sex="1")
FAMILY = [ANN, TOM, BOB]
LIVING = (
    "SELECT p.name_display, list(DISTINCT h.uprn ORDER BY h.uprn) FROM household AS h INNER JOIN profile AS p USING (person_id) "
    "WHERE (h.valid_to IS NULL OR h.valid_to > DATE '2026-01-05') AND p.name_display IN ('Ann Lee', 'Tom Lee', 'Bob Lee') GROUP BY ALL"
)


def seen_at(uprn, *names):
    """The police met them on one day, and each gave this home."""
    return [involved(f"x{name}", name, BORN[name], uprn, date(2025, 11, 1)) for name in names]


@pytest.fixture
def living(con, raise_from):
    """Run a night from records; gives the homes that each of the three has on it."""

    def run(**records):
        raise_from(**records)
        return dict(con.execute(LIVING).fetchall())

    return run


def test_a_child_of_parents_who_live_apart_is_of_two_households(living):
    found = living(gp=FAMILY, police=seen_at("3", "Tom Lee"))
    assert found == {"Ann Lee": ["1"], "Tom Lee": ["1", "3"], "Bob Lee": ["3"]}


def test_a_family_that_moved_has_one_home(living):
    found = living(gp=FAMILY, police=seen_at("3", "Ann Lee", "Tom Lee"))
    assert found == {"Ann Lee": ["3"], "Tom Lee": ["3"], "Bob Lee": ["3"]}


def test_a_grown_up_seen_elsewhere_moved(living):
    found = living(gp=FAMILY, police=seen_at("3", "Ann Lee"))
    assert found == {"Ann Lee": ["3"], "Tom Lee": ["1"], "Bob Lee": ["3"]}


def test_a_child_whom_another_practice_took_on_moved(living):
    moved = {
        **TOM,
        "record_id": "p9",
        "supplier": "t",
        "registered_on": date(2025, 11, 1),
        **patient("p9", "Tom Lee", BORN["Tom Lee"], "3"),
    }
    moved["registered_on"], moved["nhs_number"] = date(2025, 11, 1), TOM["nhs_number"]
    assert living(gp=[*FAMILY, moved])["Tom Lee"] == ["3"]


def test_two_homes_are_no_move_between_households(con, living, night):
    """The child's two households are linked as one person's two homes, not as if either had gone to the other."""
    living(gp=FAMILY, police=seen_at("3", "Tom Lee"))
    links.run(con, night)
    assert "moved" not in [reason for (reason,) in con.execute("SELECT reason FROM household_link").fetchall()]


def contact(record_id, supplier, relationship):
    return booking(
        record_id, "Ann Lee", BORN["Ann Lee"], "1", ANN["nhs_number"], supplier=supplier, emergency_contact_name="Bob Lee",
        emergency_contact_relationship=relationship, emergency_contact_phone="07700900123",
    )  # fmt: skip


def test_statements_that_contradict_each_other_stand_side_by_side(con, raise_from):
    """One hospital has him as her husband, another as her brother: nobody here decides which."""
    bob = {**BOB, "mobile": "07700900123"}
    raise_from(
        gp=[ANN, TOM, bob], maternity_booking=[contact("b1", "north", "husband"), contact("b2", "south", "brother")]
    )
    told = con.execute(
        "SELECT r.relation, r.supplier, r.record_id, r.basis, a.name_display, b.name_display FROM relation AS r "
        "INNER JOIN profile AS a ON r.person_a = a.person_id INNER JOIN profile AS b ON r.person_b = b.person_id ORDER BY 1"
    ).fetchall()
    assert told == [
        ("partner", "north", "b1", "self_reported", "Bob Lee", "Ann Lee"),
        ("sibling", "south", "b2", "self_reported", "Bob Lee", "Ann Lee"),
    ]


MARKED = [
    {"protected": [{"record_id": "x", "nhs_number": BOB["nhs_number"], "reason": "court_order"}]},
    # As a spreadsheet leaves the number.
    {"protected": [{"record_id": "x", "nhs_number": f"{BOB['nhs_number']}.0", "reason": "other"}]},
]
PUBLISHED = ("claim", "standing", "household", "household_link", "relation")


def published(con, night):
    """Rows of every table of this stage that leaves the job, sorted, without ids that a run makes up."""
    links.run(con, night)
    return {name: con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in PUBLISHED}


def said_of(con, uprn):
    """How many rows of any table of this stage tell of a property."""
    found = 0
    for name in PUBLISHED:
        columns = [c for c, *_ in con.execute(f"DESCRIBE {name}").fetchall() if "uprn" in c]
        for column in columns:
            found += con.execute(f"SELECT count(*) FROM {name} WHERE {column} = ?", [uprn]).fetchone()[0]
    return found


@pytest.mark.parametrize("mark", MARKED, ids=["as it is", "as a spreadsheet leaves it"])
def test_a_protected_person_is_in_no_residence_household_relation_link_or_count(con, raise_from, night, mark):
    """What stands of a night with him under protection is what stands of a night that never heard of him."""
    kin = {"next_of_kin_name": "Ann Lee", "next_of_kin_relationship": "wife", "next_of_kin_phone": "07700900456"}
    family = [{**ANN, "mobile": "07700900456"}, TOM]
    records = {"gp": [*family, {**BOB, **kin}], "police": seen_at("3", "Bob Lee")}
    raise_from(**records)
    open_counts = published(con, night)
    assert said_of(con, "3") > 0
    assert open_counts["relation"] == 1
    raise_from(**records, **mark)
    marked_counts = published(con, night)
    assert said_of(con, "3") == 0
    raise_from(gp=family)
    assert marked_counts == published(con, night)
    assert open_counts != marked_counts


def test_of_two_statements_of_one_day_the_verified_one_counts_whichever_comes_first(con, living):
    """Else the households of a night would hang on the order in which rows happen to be read."""
    day = date(2025, 11, 1)
    own = [{**one, "registered_on": day, "address_updated_on": day} for one in FAMILY]
    living(gp=own, police=[involved("x1", "Ann Lee", BORN["Ann Lee"], "1", day, **at("1", "occurrence_"))])
    bases = con.execute(
        "SELECT DISTINCT h.basis FROM household AS h INNER JOIN profile AS p USING (person_id) WHERE p.name_display = 'Ann Lee'"
    ).fetchall()
    said = con.execute(
        "SELECT count(DISTINCT basis) FROM claim AS c INNER JOIN profile AS p USING (person_id) "
        "WHERE p.name_display = 'Ann Lee' AND c.says_residence"
    ).fetchone()
    assert said == (2,)
    assert bases == [("verified",)]
