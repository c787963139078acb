"""Clusters: against networkx where nothing contradicts, and held apart where something does."""

from __future__ import annotations

import random
from datetime import date

import networkx
import pytest

from linkage.people.cluster import Cluster, Facts, WrittenName, conflict, may_be_one_date, may_be_one_name
from linkage.people.components import unique_clusters
from linkage.people.resolve import Edge, Resolution


def fact(mention_id: str, **told: object) -> Facts:
    base: dict[str, object] = {
        "mention_id": mention_id, "record": mention_id, "is_contact": False, "given_keys": frozenset(), "family_keys": frozenset(),
        "initials": frozenset(), "name_letters": None, "born": None, "nhs_number": None, "names_number": None, "account": None, "birth": None,
        "born_before": None, "born_after": None, "force_key": None, "strong": True,
    }  # fmt: skip
    return Facts(**{**base, **told})  # type: ignore[arg-type]


def groups(
    facts: list[Facts], edges: list[tuple[float, str, str]], link_at: float = 0.9, **told: bool
) -> set[frozenset[str]]:
    found = Resolution(facts, [Edge(*edge, **told) for edge in edges], link_at).run()
    return {frozenset(c.members) for c in unique_clusters(found)}


def name(text: str) -> dict[str, object]:
    return {"given_keys": frozenset({text}), "initials": frozenset({text[0]})}


@pytest.mark.parametrize("seed", range(5))
def test_without_contradictions_clusters_are_connected_components(seed):
    draw = random.Random(seed)
    facts = [fact(f"m{i}") for i in range(60)]
    edges = [(draw.uniform(4, 20), *sorted(draw.sample([f.mention_id for f in facts], 2))) for _ in range(40)]
    graph = networkx.Graph([(a, b) for _, a, b in edges])
    graph.add_nodes_from(f.mention_id for f in facts)
    assert groups(facts, edges) == {frozenset(c) for c in networkx.connected_components(graph)}


def test_order_of_edges_changes_nothing():
    facts = [fact(f"m{i}", born=date(1990, 1, 1 + i % 3)) for i in range(12)]
    edges = [(5.0 + i % 4, f"m{i}", f"m{i + 1}") for i in range(11)]
    assert groups(facts, edges) == groups(facts, edges[::-1])


def test_two_nhs_numbers_are_two_people():
    facts = [fact("a", nhs_number="9991777636"), fact("b", nhs_number="9997783530"), fact("c")]
    assert groups(facts, [(30.0, "a", "c"), (20.0, "b", "c"), (25.0, "a", "b")]) == {frozenset("ac"), frozenset("b")}


def test_father_and_son_of_one_initial_are_not_chained_through_it():
    facts = [
        fact("john", **name("JOHN"), born=date(1960, 5, 1)),
        fact("james", **name("JAMES"), born=date(1988, 2, 3)),
        fact("j", initials=frozenset("J"), strong=False),
    ]
    edges = [(6.0, "j", "john"), (6.0, "j", "james")]
    assert groups(facts, edges) == {frozenset({"john"}), frozenset({"james"}), frozenset({"j"})}


def test_a_weak_mention_joins_the_one_person_with_a_clear_claim():
    facts = [fact("john", **name("JOHN")), fact("ann", **name("ANN")), fact("j", initials=frozenset("J"), strong=False)]
    assert groups(facts, [(6.0, "j", "john")]) == {frozenset({"john", "j"}), frozenset({"ann"})}


@pytest.mark.parametrize(
    ("home", "weight", "together"),
    [("1", 5.0, False), ("1", 12.0, True), ("2", 5.0, True)],
    ids=["an initial and a home", "a phone as well", "liable for another home"],
)
def test_whom_a_resident_calls_their_child_is_not_who_pays_for_the_home_by_an_initial(home, weight, together):
    kevin = fact("kevin", **name("KEVIN"), strong=False, younger_at=frozenset("1"))
    k = fact("k", initials=frozenset("K"), strong=False, liable_at=frozenset(home))
    found = groups([kevin, k], [(weight, "k", "kevin")], in_sight=True)
    assert (found == {frozenset({"kevin", "k"})}) == together


def test_a_second_record_of_a_child_is_kept_from_the_account_as_the_first_is():
    named = fact("named", **name("KEVIN"), strong=False, younger_at=frozenset("1"))
    kevin = fact("kevin", **name("KEVIN"), born=date(2004, 4, 28))
    k = fact("k", initials=frozenset("K"), strong=False, liable_at=frozenset("1"))
    edges = [(12.0, "kevin", "named"), (5.0, "k", "kevin")]
    assert groups([named, kevin, k], edges, in_sight=True) == {frozenset({"named", "kevin"}), frozenset({"k"})}


def test_a_claim_of_the_same_home_stands_unless_somebody_there_rivals_it():
    j = fact("j", initials=frozenset("J"), strong=False)
    john, james = (
        fact("john", **name("JOHN"), born=date(1960, 5, 1)),
        fact("james", **name("JAMES"), born=date(1988, 2, 3)),
    )
    alone, rivalled = [(1.0, "j", "john")], [(1.0, "j", "john"), (1.0, "j", "james")]
    assert groups([j, john], alone, in_sight=False) == {frozenset({"j"}), frozenset({"john"})}
    assert groups([j, john], alone, in_sight=True) == {frozenset({"j", "john"})}
    assert len(groups([j, john, james], rivalled, in_sight=True)) == 3


def test_babies_of_one_birth_stay_apart():
    facts = [fact("t1", birth="s|k1", born=date(2026, 1, 5)), fact("t2", birth="s|k1", born=date(2026, 1, 5))]
    assert len(groups(facts, [(40.0, "t1", "t2")])) == 2


def test_a_contact_is_not_the_one_who_names_them():
    facts = [fact("mother", nhs_number="9991777636"), fact("contact", names_number="9991777636", strong=False)]
    assert len(groups(facts, [(40.0, "contact", "mother")])) == 2


def test_two_contacts_of_one_record_may_be_one_man():
    facts = [
        fact("father", record="r", is_contact=True, **name("IMRAN"), strong=False),
        fact("contact", record="r", is_contact=True, **name("IMRAN"), strong=False),
    ]
    assert len(groups(facts, [(9.0, "contact", "father")])) == 1


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (date(1990, 3, 4), date(1990, 4, 3), True),
        (date(1990, 3, 4), date(1990, 3, 5), True),
        (date(1990, 3, 4), date(1991, 3, 4), True),
        (date(1990, 3, 4), date(1962, 3, 4), False),
        (date(1990, 3, 4), date(1987, 11, 20), False),
    ],
)
def test_may_be_one_date(one, other, may):
    assert may_be_one_date(one, other) is may


def test_a_name_in_the_other_order_is_no_contradiction():
    facts = [
        fact("a", given_keys=frozenset({"KAUSAR"}), family_keys=frozenset({"AISHA"}), initials=frozenset("K")),
        fact("b", given_keys=frozenset({"AISHA"}), family_keys=frozenset({"KAUSAR"}), initials=frozenset("A")),
    ]
    assert len(groups(facts, [(20.0, "a", "b")])) == 1


@pytest.mark.parametrize(
    ("initial", "given", "family"), [("Z", "FENG", "CHOW"), ("W", "BO", "NG"), ("H", "LAN", "WONG")]
)
def test_an_initial_in_the_other_order_fits_each_spelling_of_the_family_name(initial, given, family):
    facts = [
        fact("a", family_keys=frozenset({given}), initials=frozenset(initial)),
        fact("b", given_keys=frozenset({given}), family_keys=frozenset({family}), initials=frozenset(given[0])),
    ]
    assert len(groups(facts, [(20.0, "a", "b")])) == 1


def fact_of(mention_id: str, given: str, family: str = "", initials: str = "") -> Facts:
    name_ = written(given, family, initials)
    return fact(mention_id, given_keys=name_.given, family_keys=name_.family, initials=name_.initials)


@pytest.mark.parametrize(
    ("told", "one"),
    [
        # Each pair of the first two would be two people, were it not for the full name.
        ([("HAMZA", "KHAN"), ("", "KHAN", "M"), ("MOHAMMED HAMZA", "KHAN")], True),
        ([("MEHWISH", "QURESHI"), ("AKHTAR", "MEHWISH"), ("MEHWISH AKHTAR", "QURESHI")], True),
        ([("RANJIT", "HAYER"), ("", "RANJIT", "S"), ("RANJIT",)], True),
        ([("HAMZA", "KHAN"), ("", "KHAN", "T"), ("MOHAMMED HAMZA", "KHAN")], False),
        ([("HAMZA", "KHAN"), ("ALI", "KHAN"), ("MOHAMMED HAMZA", "KHAN")], False),
    ],
)
def test_a_short_name_contradicts_none_that_a_full_name_holds_as_well(told, one):
    facts = [fact_of(str(place), *told_) for place, told_ in enumerate(told)]
    found = groups(facts, [(20.0, "0", "2"), (15.0, "1", "2"), (10.0, "0", "1")])
    assert (found == {frozenset("012")}) is one


def written(given: str = "", family: str = "", initials: str = "") -> WrittenName:
    tokens = frozenset(given.split())
    return WrittenName(tokens, frozenset(initials) | {t[0] for t in tokens}, frozenset(family.split()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (written("SADIQ", "HAMZA"), written("HAMZS", "SADIQ")),  # the other order, with a letter wrong
        (written("HONG", "LAM"), written(family="HONG", initials="L")),  # the other order, one an initial
        (written(family="FATIMA", initials="K"), written(family="KAUSAR", initials="F")),  # the same, both initials
        (written("MOHAMMED", "KHAN"), written("BILAL", "KHAN")),  # an honorific alone says nothing
        (written("THORNLEY"), written("CRAIG", "THORNLEY")),  # a surname alone
        (written("HUANG", "JUN"), written("JUN", "WONG")),  # the other order, in another romanisation
    ],
)
def test_names_that_may_be_one(one: WrittenName, other: WrittenName) -> None:
    assert may_be_one_name(one, other)
    assert may_be_one_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (written("ALEXANDER", "NOWAK"), written("SOPHIE", "NOWAK")),
        (written("AMINA", "HASSAN"), written("HASSAN", "ALI")),  # a daughter who bears her father's name
        (written("AMINA", "HASSAN"), written(family="HASSAN", initials="B")),
        (written("HUANG", "JUN"), written("MING", "WONG")),
    ],
)
def test_names_that_differ(one: WrittenName, other: WrittenName) -> None:
    assert not may_be_one_name(one, other)
    assert not may_be_one_name(other, one)


def test_one_name_in_both_orders_is_held_to_be_one_name() -> None:
    """A married name links to the maiden name in order, though the married name was once written in the other order."""
    both = Cluster.of(fact("a", given_keys=frozenset({"HERSI"}), family_keys=frozenset({"HALIMA"}), name_letters="x"))
    both.absorb(
        Cluster.of(fact("b", given_keys=frozenset({"HALIMA"}), family_keys=frozenset({"HERSI"}), name_letters="x"))
    )
    maiden = Cluster.of(fact("c", given_keys=frozenset({"HALIMA"}), family_keys=frozenset({"OMAR"}), name_letters="y"))
    assert conflict(both, maiden) is None


def test_a_first_of_january_may_stand_for_the_year() -> None:
    assert may_be_one_date(date(1966, 6, 29), date(1966, 1, 1))
    assert not may_be_one_date(date(1966, 6, 29), date(1967, 1, 1))


def test_a_date_mistyped_in_one_record_does_not_shut_out_the_record_with_the_right_one() -> None:
    number = "9991777636"
    facts = [
        fact("wrong", nhs_number=number, born=date(2003, 5, 8)),
        fact("right", nhs_number=number, born=date(2003, 4, 28)),
        fact("police", born=date(2003, 4, 28)),
        fact("stranger", born=date(2001, 11, 2)),
    ]
    edges = [(30.0, "right", "wrong"), (20.0, "police", "right"), (12.0, "right", "stranger")]
    assert groups(facts, edges) == {frozenset({"wrong", "right", "police"}), frozenset({"stranger"})}


def test_a_given_name_and_a_surname_alone_are_one_man_where_his_full_name_stands() -> None:
    def man(key: str, given: str, family: str = "") -> Facts:
        return fact(
            key,
            given_keys=frozenset(given.split()),
            family_keys=frozenset(family.split()),
            name_letters=key,
            strong=False,
        )

    full, first, last, other = man("f", "BALBIR", "SIDHU"), man("g", "BALBIR"), man("l", "SIDHU"), man("o", "HARJIT")
    edges = [(20.0, "f", "g"), (18.0, "f", "l"), (17.0, "g", "l"), (9.0, "g", "o")]
    assert groups([full, first, last, other], edges) == {frozenset("fgl"), frozenset("o")}
    assert groups([first, last], [(17.0, "g", "l")]) == {frozenset("g"), frozenset("l")}


@pytest.mark.parametrize(("sex", "joined"), [("1", False), ("2", True), (None, True)])
def test_a_claim_hears_the_sex_that_another_record_of_the_claimant_gives(sex, joined):
    facts = [
        fact("account", strong=False, sex=sex, initials=frozenset("S")),
        fact("partner", strong=False, given_keys=frozenset({"SAFIA"}), initials=frozenset("S")),
        fact("patient", given_keys=frozenset({"SAFIA"}), initials=frozenset("S"), sex="2"),
    ]
    edges = [(20.0, "partner", "patient"), (4.5, "account", "partner")]
    assert (frozenset({"account", "partner", "patient"}) in groups(facts, edges)) is joined


def test_an_m_alone_may_be_mohammed_and_a_short_form_is_no_contradiction():
    assert may_be_one_name(written("", "KHAN", "M"), written("FAISAL", "KHAN"))
    assert not may_be_one_name(written("", "KHAN", "T"), written("FAISAL", "KHAN"))
    assert may_be_one_name(written("TUNDE", "OKORO"), written("BABATUNDE", "OKORO"))
    # However Mohammed is spelled.
    assert may_be_one_name(written("MOHAMMAD MOHAMMED", "MIRZA"), written("NAVEED", "MIRZA"))


def test_a_title_in_the_family_names_place_contradicts_nobody_and_may_be_all_that_is_said():
    assert may_be_one_name(written("DOSANJH", "SATNAM"), written("SATNAM", "SINGH"))  # Satnam Singh Dosanjh
    assert may_be_one_name(written("PARVEEN"), written("MARYAM", "PARVEEN"))
    assert not may_be_one_name(written("DOSANJH", "HARJIT"), written("SATNAM", "SINGH"))
    assert not may_be_one_name(written("THOMAS"), written("MARYAM", "PARVEEN"))
