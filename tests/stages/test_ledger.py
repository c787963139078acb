"""Exceptions over time: ids that stay through births, merges and splits, the weekly budget, and what hubs answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from linkage import identity, succession
from linkage.detect.exceptions import Raised
from linkage.ledger import ledger, threads
from linkage.report import changes
from linkage.sources import decisions
from tests.conftest import NIGHT

HUB, OTHER = "E08000027", "E08000028"


def raised(thread, *people, priority="C", hub=HUB, score=0.9, evidence=(), pregnancy=None, kind="hidden_adult"):
    """One exception of tonight, of the parts of `thread` and of `people`."""
    who = dict.fromkeys([part for part in thread.split("|") if part != "family"] + list(people))
    content = {
        "kind": kind, "priority": priority, "score": score, "hubs": [hub], "pregnancy": pregnancy, "addresses": [],
        "people": [{"person_id": p, "role": "adult"} for p in who], "claim": "c", "evidence": list(evidence),
    }  # fmt: skip
    return Raised(thread, content)


@pytest.fixture
def run(con, night):
    """Run the ledger a number of days after the first night; `became` are tonight's (person, event, other)."""
    identity.prepare(con, "person")
    succession.prepare(con, night)
    con.execute(decisions.DDL)
    con.execute("CREATE TABLE stay (council_gss VARCHAR, person_id VARCHAR, on_gp BOOLEAN)")

    def on(days, *found, became=()):
        tonight = replace(night, date=NIGHT + timedelta(days=days))
        identity.append(
            con, "person", tonight, [identity.Event(a, identity.IdentityEvent(e), b, "") for a, e, b in became]
        )
        return ledger.run(con, tonight, list(found))

    return on


def told(entries):
    return {e.exception["exception_id"]: (e.exception["status"], e.exception["waiting"]) for e in entries}


def the_one(entries):
    (entry,) = entries
    return entry.exception


def test_an_exception_keeps_its_id_while_records_say_so(run):
    first = the_one(run(0, raised("A|M")))
    same = the_one(run(1, raised("A|M")))
    more = the_one(run(2, raised("A|M", priority="B")))
    gone = the_one(run(3))
    again = the_one(run(5, raised("A|M")))
    assert {e["exception_id"] for e in (first, same, more, gone, again)} == {first["exception_id"]}
    assert [e["status"] for e in (first, same, more, gone, again)] == [
        "new", "continuing", "changed", "resolved", "reopened"
    ]  # fmt: skip
    assert gone["resolved_because"] == ledger.NO_LONGER
    assert run(6) != []
    assert run(7) == [], "resolved is told once"


def test_a_birth_stays_in_the_thread(run):
    unborn = the_one(
        run(0, raised("A|M", pregnancy={"contract": "maternity_booking", "supplier": "s", "record_id": "b"}))
    )
    twins = the_one(run(1, raised("A|M", "T1", "T2")))
    assert (twins["exception_id"], twins["status"]) == (unborn["exception_id"], "changed")


def test_a_merge_goes_on_under_the_same_id_and_says_why(run):
    first = the_one(run(0, raised("A|M")))
    (entry,) = run(1, raised("A2|M"), became=[("A", "absorbed", "A2")])
    assert entry.exception["exception_id"] == first["exception_id"]
    assert entry.detail["identity"] == threads.MERGED
    (later,) = run(2, raised("A2|M"))
    assert later.exception["status"] == "continuing"
    assert "identity" not in later.detail


def test_of_two_exceptions_that_become_one_the_older_goes_on(run):
    old = the_one(run(0, raised("A|M")))
    both = run(1, raised("A|M"), raised("A2|M"))
    young = next(e.exception for e in both if e.exception["exception_id"] != old["exception_id"])
    after = {e.exception["exception_id"]: e.exception for e in run(2, raised("A|M"), became=[("A2", "absorbed", "A")])}
    assert after[old["exception_id"]]["status"] in ("continuing", "changed")
    assert after[young["exception_id"]]["status"] == "resolved"
    assert old["exception_id"] in after[young["exception_id"]]["resolved_because"]


def test_what_stands_goes_on_before_what_was_resolved(run):
    run(0, raised("A|M"))
    run(1)
    standing = the_one(run(2, raised("A2|M")))
    found = the_one(run(3, raised("A2|M"), became=[("A", "absorbed", "A2")]))
    assert (found["exception_id"], found["status"]) == (standing["exception_id"], "continuing")


def test_a_split_goes_on_with_whom_the_claim_is_still_about(run):
    first = the_one(run(0, raised("A|M")))
    split = [("B", "created", "A"), ("A", "split", "B")]
    (entry,) = run(1, raised("B|M"), became=split)
    assert (entry.exception["exception_id"], entry.exception["status"]) == (first["exception_id"], "changed")
    assert entry.detail["identity"] == threads.SPLIT
    # The day after nothing is left to say.
    assert the_one(run(2, raised("B|M")))["status"] == "continuing"


def test_a_split_does_not_take_an_id_from_whom_it_still_belongs_to(run):
    first = the_one(run(0, raised("A|M")))
    after = told(run(1, raised("A|M"), raised("B|M"), became=[("B", "created", "A"), ("A", "split", "B")]))
    assert after.pop(first["exception_id"])[0] == "continuing"
    assert [status for status, _ in after.values()] == ["new"]


def about(thread, *uprns, kind="unregistered_co_residence", **people):
    """One exception of tonight about people by id with their roles, at properties."""
    found = raised(thread, kind=kind)
    found.content["people"] = [{"person_id": person, "role": role} for person, role in people.items()]
    found.content["addresses"] = [{"uprn": uprn, "role": "observed"} for uprn in uprns]
    return found


LODGER = {"A": "co_resident", "C": "child"}
WITH_MOTHER = {**LODGER, "M": "mother"}


def test_an_exception_goes_on_when_the_maternity_record_leaves_and_says_why(run, con):
    first = the_one(run(0, about("A|M", "1", **WITH_MOTHER)))
    (entry,) = run(1, about("A|C", "1", **LODGER))
    assert (entry.exception["exception_id"], entry.exception["status"]) == (first["exception_id"], "changed")
    assert entry.exception["first_raised"] == first["first_raised"]
    assert entry.detail["identity"] == threads.RENAMED
    # The day after nothing is left to say; a new pregnancy names her again.
    (later,) = run(2, about("A|C", "1", **LODGER))
    assert (later.exception["status"], later.detail.get("identity")) == ("continuing", None)
    (again,) = run(3, about("A|M", "1", **WITH_MOTHER))
    assert (again.exception["exception_id"], again.exception["status"]) == (first["exception_id"], "changed")


def test_of_a_family_that_is_called_otherwise_it_is_said_once(run):
    """Where nothing else changed no event would have told the ledger of the new thread."""
    first = the_one(run(0, about("family|M", "1", M="mother", C="child")))
    (entry,) = run(1, about("family|C", "1", M="mother", C="child"))
    assert (entry.exception["exception_id"], entry.exception["status"]) == (first["exception_id"], "continuing")
    assert entry.detail["identity"] == threads.RENAMED
    (later,) = run(2, about("family|C", "1", M="mother", C="child"))
    assert (later.exception["status"], later.detail.get("identity")) == ("continuing", None)


def test_an_answer_is_kept_when_a_family_is_called_otherwise(run, con):
    (entry,) = run(0, about("family|M", "1", M="mother", C="child"))
    answer(con, entry.exception["exception_id"], entry.detail["content_hash"])
    quiet = the_one(run(1, about("family|C", "1", M="mother", C="child")))
    assert (quiet["exception_id"], quiet["status"]) == (entry.exception["exception_id"], "resolved")
    assert "innocent reason" in quiet["resolved_because"]
    assert run(2, about("family|C", "1", M="mother", C="child")) == []
    loud = the_one(run(3, about("family|C", "1", C="child")))
    assert (loud["exception_id"], loud["status"]) == (entry.exception["exception_id"], "reopened")


def test_who_was_merged_meanwhile_is_known_in_a_family_that_is_called_otherwise(run):
    first = the_one(run(0, about("A|M", "1", **WITH_MOTHER)))
    found = about("A2|C2", "1", A2="co_resident", C2="child")
    (entry,) = run(1, found, became=[("A", "absorbed", "A2"), ("C", "absorbed", "C2")])
    assert entry.exception["exception_id"] == first["exception_id"]


@pytest.mark.parametrize(
    "other",
    [
        about("B|C", "1", B="co_resident", C="child"),
        about("A|D", "1", A="co_resident", D="child"),
        about("A|C", "2", **LODGER),
    ],
    ids=["subject", "family", "place"],
)
def test_what_is_about_others_is_new(run, other):
    first = the_one(run(0, about("A|M", "1", **WITH_MOTHER)))
    after = told(run(1, other))
    assert after.pop(first["exception_id"])[0] == "resolved"
    assert [status for status, _ in after.values()] == ["new"]


def test_one_situation_goes_on_when_it_weakens_to_another_kind_and_back(run):
    """A divergence is told of a family, whoever's records give two homes."""
    stronger = about("A|M", "1", "2", **WITH_MOTHER)
    weaker = about("family|M", "2", "1", kind="address_divergence", A="carer", C="child", M="mother")
    first = the_one(run(0, stronger))
    (entry,) = run(1, weaker)
    assert (entry.exception["exception_id"], entry.exception["status"]) == (first["exception_id"], "changed")
    assert "identity" not in entry.detail, "they are called what they were"
    assert the_one(run(2, weaker))["status"] == "continuing"
    again = the_one(run(3, stronger))
    assert (again["exception_id"], again["status"]) == (first["exception_id"], "changed")


@pytest.mark.parametrize(
    "other",
    [
        about("family|M", "1", kind="address_divergence", M="mother", C="child", A="carer"),
        about("family|M", "3", kind="address_divergence", A="carer", C="child", M="mother"),
        about("family|M", "2", "3", kind="address_divergence", A="carer", C="child", M="mother"),
        about("family|M", kind="address_divergence", A="carer", C="child", M="mother"),
    ],
    ids=["subject", "place", "one place of two", "no place"],
)
def test_another_situation_of_one_family_is_new(run, other):
    first = the_one(run(0, about("A|M", "1", "2", **WITH_MOTHER)))
    after = told(run(1, other))
    assert after.pop(first["exception_id"])[0] == "resolved"
    assert [status for status, _ in after.values()] == ["new"]


def test_a_familys_own_divergence_keeps_its_id_beside_that_of_an_adult(run):
    own = about("family|M", "1", "2", kind="address_divergence", M="mother", C="child")
    both = {e.exception["kind"]: e.exception["exception_id"] for e in run(0, own, about("A|M", "1", **WITH_MOTHER))}
    after = told(run(1, own))
    assert after == {
        both["address_divergence"]: ("continuing", False),
        both["unregistered_co_residence"]: ("resolved", False),
    }


def test_what_names_no_place_may_go_on_anywhere(run):
    first = the_one(run(0, about("A|M", kind="hidden_adult", **WITH_MOTHER)))
    assert the_one(run(1, about("A|C", "1", **LODGER)))["exception_id"] == first["exception_id"]


def test_what_another_thread_goes_on_or_what_was_resolved_is_not_taken_up(run):
    first = the_one(run(0, about("A|M", "1", **WITH_MOTHER)))
    both = told(run(1, about("A|M", "1", **WITH_MOTHER), about("A|C", "1", **LODGER)))
    assert both.pop(first["exception_id"])[0] == "continuing"
    assert [status for status, _ in both.values()] == ["new"]
    run(1)
    assert the_one(run(2, about("A|C", "1", **LODGER)))["status"] == "new"


def test_of_several_that_may_go_on_the_one_with_most_in_common_does(run):
    old = the_one(run(0, about("A|N", "1", A="co_resident", N="mother", C="child")))
    both = run(
        1, about("A|N", "1", A="co_resident", N="mother", C="child"), about("A|M", "1", **WITH_MOTHER, D="child")
    )
    near = next(e.exception for e in both if e.exception["exception_id"] != old["exception_id"])
    after = told(run(2, about("A|C", "1", **LODGER, D="child"), about("A|E", "1", **LODGER, E="child")))
    assert {key: status for key, (status, _) in after.items()} == {
        near["exception_id"]: "changed", old["exception_id"]: "changed",
    }  # fmt: skip
    # Of two alike the older goes on.
    after = told(run(2, about("A|C", "1", **LODGER)))
    assert {key: status for key, (status, _) in after.items()} == {
        old["exception_id"]: "changed", near["exception_id"]: "resolved",
    }  # fmt: skip


def many(count, **more):
    return [raised(f"A{n:02}|M{n:02}", score=0.9 - n / 100, **more) for n in range(count)]


def waiting(entries):
    return sum(e.exception["waiting"] for e in entries)


def test_what_is_over_the_week_waits_ranked_and_none_is_dropped(run):
    listed = [raised(f"C{n}|L{n}") for n in range(9)]
    found = run(0, *many(8, priority="B"), raised("Z|N", priority="A", score=0.5), *listed)
    assert len({e.exception["exception_id"] for e in found}) == 18
    assert waiting(found) == 4, "five a week; a C is in no budget"
    urgent = next(e.exception for e in found if e.exception["priority"] == "A")
    assert not urgent["waiting"], "first what is to be looked at the same day"
    # Nothing more within the week; the next four after it.
    assert waiting(run(6, *many(8, priority="B"), raised("Z|N", priority="A", score=0.5))) == 4
    assert waiting(run(8, *many(8, priority="B"), raised("Z|N", priority="A", score=0.5))) == 0


def test_one_that_becomes_urgent_is_in_the_weeks_budget_too(run):
    run(0, *many(5))
    assert waiting(run(1, *many(5, priority="B"))) == 0
    assert waiting(run(2, *many(5, priority="B"), raised("Z|N", priority="B"))) == 1
    assert waiting(run(9, *many(5, priority="B"), raised("Z|N", priority="B"))) == 0


def test_each_hub_has_a_week_of_its_own_by_its_people(run, con):
    con.execute(f"INSERT INTO stay SELECT '{OTHER}', 'P' || i, TRUE FROM range(500000) AS r (i)")
    found = run(
        0, *many(9, priority="B"), *[replace(r, thread=f"O{r.thread}") for r in many(9, priority="B", hub=OTHER)]
    )
    assert waiting([e for e in found if e.exception["hubs"][0] == HUB]) == 4
    assert waiting([e for e in found if e.exception["hubs"][0] == OTHER]) == 1, "eight for half a million"


def test_a_held_one_waits_whatever_the_budget(run):
    assert told(run(0, raised("A|M", priority="H"))).popitem()[1] == ("new", True)
    assert told(run(1, raised("A|M", priority="B"))).popitem()[1] == ("changed", False)


def answer(con, exception_id, content_hash, code="benign"):
    columns = [c[0] for c in con.execute("DESCRIBE store.answer").fetchall()]
    row = {"answer_id": "1", "exception_id": exception_id, "content_hash": content_hash, "code": code, "hub": HUB,
           "explanation": "student_or_boarding"}  # fmt: skip
    given = {k: v for k, v in row.items() if k in columns}
    con.execute(
        f"INSERT INTO store.answer ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", list(given.values())
    )


def test_benign_keeps_quiet_until_the_evidence_changes(run, con):
    (entry,) = run(0, raised("A|M"))
    answer(con, entry.exception["exception_id"], entry.detail["content_hash"])
    quiet = the_one(run(1, raised("A|M")))
    assert quiet["status"] == "resolved"
    assert "innocent reason" in quiet["resolved_because"]
    assert run(2, raised("A|M")) == []
    more = {"contract": "police", "supplier": "s", "record_id": "r", "mention": "person", "date": "2026-01-07"}
    loud = the_one(run(3, raised("A|M", evidence=[more])))
    assert (loud["exception_id"], loud["status"]) == (entry.exception["exception_id"], "reopened")


def test_another_answer_silences_nothing(run, con):
    (entry,) = run(0, raised("A|M"))
    answer(con, entry.exception["exception_id"], entry.detail["content_hash"], code="already_known")
    assert the_one(run(1, raised("A|M")))["status"] == "continuing"


def said_by(*keys):
    return [
        {"contract": "gp", "supplier": "s", "record_id": key, "mention": "patient", "fields": [], "date": f"2025-01-0{place}", "basis": "b",
         "says": f"Home {place}."}
        for place, key in enumerate(keys, 1)
    ]  # fmt: skip


def renumber(con, days, **keys):
    """That tonight's `keys` stand for the records that their values stood for."""
    night = NIGHT + timedelta(days=days)
    for new, old in keys.items():
        con.execute("INSERT INTO store.same_record VALUES ($night, 'gp', 's', $new, $old, $night)",
                    {"night": night, "new": new, "old": old})  # fmt: skip


def news(con, days, entries):
    night, (entry,) = NIGHT + timedelta(days=days), entries
    was = changes.before(con, night)[entry.exception["exception_id"]]
    return changes.told(was, entry.exception, lambda e: "", keys=succession.first_keys(con))


def test_a_new_key_is_no_news(run, con):
    run(0, raised("A|M", evidence=said_by("r1", "r2")))
    renumber(con, 1, n1="r1", n2="r2")
    assert news(con, 1, run(1, raised("A|M", evidence=said_by("n1", "n2")))) == ["Nothing since 5 Jan 2026."]
    assert news(con, 2, run(2, raised("A|M", evidence=said_by("n1", "n2")))) == ["Nothing since 5 Jan 2026."]
    (gone, _) = said_by("n1", "n2")
    assert news(con, 3, run(3, raised("A|M", evidence=[gone]))) == [
        "No longer there: GP registration record (2 Jan 2025)."
    ]


def test_keys_that_change_places_are_no_news(run, con):
    run(0, raised("A|M", evidence=said_by("r1", "r2")))
    renumber(con, 1, r1="r2", r2="r1")
    assert news(con, 1, run(1, raised("A|M", evidence=said_by("r2", "r1")))) == ["Nothing since 5 Jan 2026."]


def test_any_night_can_be_rebuilt_and_run_again(run, con):
    run(0, raised("A|M"))
    second = run(1, raised("A|M", priority="B"), raised("B|N"))
    run(2)
    again = run(1, raised("A|M", priority="B"), raised("B|N"))
    assert [(e.exception, e.detail) for e in again] == [(e.exception, e.detail) for e in second]
    assert con.execute("SELECT max(night) FROM store.exception_event").fetchone() == (date(2026, 1, 6),)
