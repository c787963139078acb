"""Scores are kept: a later night compares what is new or changed, and ends with the pairs of a cold start."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from splink.internals import blocking
from splink.internals.input_column import SqlglotColumnTreeBuilder as ColumnName
from splink.internals.parse_sql import get_columns_used_from_sql

from linkage import history
from linkage.households import links
from linkage.people import column_names, components, model, score, splink_sql
from linkage.places import match, property
from linkage.protect import gate
from linkage.standardise import mention
from tests.model_rows import LISTS
from tests.rules.conftest import TOWN, at, liable, patient

ACCOUNTS = [
    liable(f"c{n}", f"{p['given_names']} {p['family_name']}", "1", phone=p["mobile"]) for n, p in enumerate(TOWN[:12])
]


@pytest.fixture
def compare(con, accept, night):
    """Score a night of these records; gives what was counted and the pairs that stand."""

    def run(gp, council_tax, day=0):
        tonight = replace(night, date=night.date + timedelta(days=day))
        accept(tonight, gp=gp, council_tax=council_tax, gazetteer=[])
        gate.run(con, tonight)
        history.remember(con, tonight)
        mention.run(con, tonight)
        property.build(con, night.settings.table("hubs"))
        match.run(con)
        counts = score.run(con, tonight)
        return counts, con.execute("FROM store.scored_pair ORDER BY ALL").fetchall()

    return run


def test_the_same_night_again_compares_nothing(compare):
    first, pairs = compare(TOWN, ACCOUNTS)
    again, same = compare(TOWN, ACCOUNTS)
    assert first["compared"] == len(TOWN) + len(ACCOUNTS)
    assert again["compared"] == 0
    assert same == pairs != []


def test_only_what_changed_is_compared_and_the_pairs_are_those_of_a_cold_start(con, compare):
    compare(TOWN, ACCOUNTS)
    changed = [{**TOWN[0], "given_names": TOWN[5]["given_names"]}, *TOWN[1:]]
    counts, pairs = compare(changed, ACCOUNTS[:-3], 1)
    assert 0 < counts["compared"] < 10
    for table in ("scored_mention", "scored_pair"):
        con.execute(f"DELETE FROM store.{table}")
    counts, cold = compare(changed, ACCOUNTS[:-3], 1)
    assert counts["compared"] == len(TOWN) + len(ACCOUNTS) - 3
    assert pairs == cold


def test_another_model_scores_everything_again(con, compare):
    compare(TOWN, ACCOUNTS)
    con.execute("UPDATE store.scored_by SET model = 'another'")
    counts, _ = compare(TOWN, ACCOUNTS, 1)
    assert counts["compared"] == len(TOWN) + len(ACCOUNTS)


def test_the_models_hash_is_known_again_until_it_or_a_frequency_is_another(con, compare):
    compare(TOWN, ACCOUNTS)
    parameters = model.load_parameters()
    known = score.model_hash(con, parameters)
    con.execute("UPDATE store.model_known SET hash = 'kept'")
    assert score.model_hash(con, parameters) == "kept"
    assert score.model_hash(con, {**parameters, "version": "another"}) not in (known, "kept")
    con.execute(
        "DELETE FROM store.term_frequency WHERE value = (SELECT min(value) FROM store.term_frequency WHERE learned)"
    )
    another = score.model_hash(con, parameters)
    assert another not in (known, "kept")
    con.execute("DROP TABLE store.model_known")
    assert score.model_hash(con, parameters) == another


@pytest.mark.parametrize("dated", [False, True], ids=["nobody's birth date is told at both", "one's is"])
def test_two_homes_of_two_names_are_one_family_where_a_birth_date_bears_it_out(con, compare, dated):
    """Ann and Bob Lee at home 1, and an Ann and a Bob Lee who pay for home 2: a move, or two couples of common names."""
    ann, bob = (patient(n.lower(), f"{n} Lee", date(1980, 1, d), "1") for n, d in (("Ann", 5), ("Bob", 7)))
    born = bob["date_of_birth"] if dated else None
    paying = [liable("c1", "Ann Lee", "2"), liable("c2", "Bob Lee", "2", date_of_birth=born)]
    compare([*TOWN, ann, bob], [*paying, liable("c3", "Eve Moss", "1")])
    found = con.execute("SELECT count(*) FROM person_input WHERE len(together_keys) > 0").fetchone()[0]
    assert found == (4 if dated else 0)


MOVED = date(2025, 3, 7)


def account(record_id, name, uprn, **more):
    *given, family = name.split()
    return {**liable(record_id, "A B", uprn), "forenames": " ".join(given), "surname": family, **more}


@pytest.mark.parametrize(
    ("left", "came", "others", "compared"),
    [
        ("Manjit Kaur", "Manjit Kaur Dhaliwal", (), True),
        ("Mariam Begym", "Mariam Begum", (), True),
        ("M Kaur", "M Dhaliwal", (), True),
        ("M Kaur", "M Dhaliwal", ("M Begum",), False),
        ("M Dhaliwal", "M Dhaliwal", ("M Kaur",), True),
        ("M Dhaliwal", "R Dhaliwal", (), False),
        ("Manjit Gill", "Manjit Dhaliwal", (), False),
    ],
)
def test_an_account_that_begins_when_another_ends_is_compared_where_names_may_be_one(
    con, compare, left, came, others, compared
):
    leaving = [account(f"l{n}", name, "1", liable_to=MOVED) for n, name in enumerate((left, *others))]
    compare(TOWN, [*leaving, account("c", came, "2", liable_from=MOVED)])
    found = con.execute("SELECT record_id FROM person_input WHERE len(move_keys) > 0").fetchall()
    assert (("l0",) in found) == compared


@pytest.mark.parametrize(("columns", "lists"), model.BLOCKING)
def test_whoever_a_blocking_rule_brings_to_a_fresh_row_is_given_to_splink(con, columns, lists):
    listed = {c for _, of_rule in model.BLOCKING for c in of_rule} | {"family_keys"}
    shared = {*columns, *(("given_called", "family_keys") if "both_initials" in columns else ())}
    own = {
        "nhs_number",
        "force_key",
        "born",
        "given_initial",
        "given_called",
        "family_last",
        "family_keys",
        "phone",
        "email",
    }
    asked = {
        "place_key",
        "given_called",
        "family_last",
        "outward",
        "postcode",
        "rare_name",
        "together_keys",
        "move_keys",
    }

    def row(mention_id, shared, every):
        said = {c: "same" if c in shared else f"{mention_id} {c}" for c in sorted(every)}
        values = (
            f"['other of {mention_id}', '{v}'] AS {c}" if c in listed else f"'{v}' AS {c}" for c, v in said.items()
        )
        return f"SELECT '{mention_id}' AS mention_id, {', '.join(values)}"

    for table, every in (("own_key", own), ("asked_key", asked)):
        rows = (row("fresh", shared, every), row("near", shared, every), row("far", (), every))
        con.execute(f"CREATE TABLE {table} AS {' UNION ALL '.join(rows)}")
    con.execute("CREATE TABLE fresh_mention AS SELECT 'fresh' AS mention_id")
    score.name_both_initials(con)
    near = score._near_fresh(con)
    assert con.execute(f"SELECT mention_id FROM {near} ORDER BY ALL").fetchall() == [("fresh",), ("near",)]


def test_splinks_statements_take_what_makes_them_lean(con, compare, monkeypatch):
    """Both changes are made to its text, so another version of Splink that writes another text must not go unseen."""
    changed = set()
    for name in ("asked_once", "read_in_place"):
        change = getattr(splink_sql, name)

        def seen(sql, name=name, change=change):
            told = change(sql)
            changed.update({name} if told != sql else ())
            return told

        monkeypatch.setattr(splink_sql, name, seen)
    compare(TOWN, ACCOUNTS)
    assert changed == {"asked_once", "read_in_place"}
    changed.clear()
    counts, _ = compare([{**TOWN[0], "given_names": TOWN[5]["given_names"]}, *TOWN[1:]], ACCOUNTS, 1)
    assert 0 < counts["compared"] < 10
    assert "asked_once" in changed


MADE = {"born", "given_initial", "both_initials"}
"""What `own_key` makes of a mention's columns."""


def words(text):
    return set(re.findall(r"\w+", text))


def test_whatever_is_compared_is_in_the_hash_that_tells_a_changed_row(con, compare):
    """Every column of a mention that the views read is hashed; all else that they read stands in `blocking_key` itself."""
    compare(TOWN, [])
    names = ("person_input", "blocking_key", "own_key")
    text = {name: (score.HERE / f"{name}.sql").read_text(encoding="utf-8") for name in names}
    mention_has = {name for (name,) in con.execute("SELECT column_name FROM (DESCRIBE mention)").fetchall()}
    read = set(re.findall(r"\b[mn]\.(\w+)", text["person_input"])) | (words(text["own_key"]) & mention_has)
    said = words(text["blocking_key"].split("hash(", 1)[1].split(") AS said")[0])
    assert "name_hash" in said
    assert read - MADE - {"mention_id", "name_id"} <= said | set(mention.COMPARED)
    keys = set(re.findall(r"\bk\.(\w+)", text["person_input"])) - {"mention_id"}
    hashed = words(text["blocking_key"].rsplit("hash(", 1)[1].split(") AS row_hash")[0])
    assert keys - {"place_key", "outward"} <= hashed


def test_the_rows_that_conditions_are_tested_on_have_the_models_lists(con, compare):
    compare(TOWN, [])
    types = dict(con.execute("SELECT column_name, column_type FROM (DESCRIBE person_input)").fetchall())
    assert {name for name, kind in types.items() if kind.endswith("[]")} == LISTS.keys()


def test_whatever_a_pair_is_judged_and_resolved_by_is_in_one_of_the_two_hashes(con, compare):
    compare(TOWN, [])
    tables = "SELECT column_name FROM (DESCRIBE mention) UNION SELECT column_name FROM (DESCRIBE name_part)"
    either_has = {name for (name,) in con.execute(tables).fetchall()}
    text = {name: (score.HERE / f"{name}.sql").read_text(encoding="utf-8") for name in ("pair", "blocking_key")}
    hashes = words(" ".join(part.split(")", 1)[0] for part in text["blocking_key"].split("hash(")[1:3]))
    assert "name_hash" in hashes
    for judged in (text["pair"], components.FACTS):
        assert (words(judged) & either_has) - {"mention_id", "name_id"} <= hashes | set(mention.COMPARED)


def test_a_bound_that_moves_judges_pairs_anew_and_compares_none(con, compare):
    """A record that is withdrawn and one that comes on the same night, beside a year's turn that moves every bound."""
    compare(TOWN, ACCOUNTS)
    young = {**TOWN[0], "date_of_birth": date(2009, 6, 1)}
    before, _ = compare([young, *TOWN[1:]], ACCOUNTS, 1)
    turn = 300
    counts, pairs = compare([young, *TOWN[1:-1]], ACCOUNTS[1:], turn)
    assert before["compared"]
    assert counts["compared"] < len(ACCOUNTS)
    for table in ("scored_mention", "scored_pair"):
        con.execute(f"DELETE FROM store.{table}")
    _, cold = compare([young, *TOWN[1:-1]], ACCOUNTS[1:], turn)
    assert pairs == cold


def gamma(con, comparison, one, other):
    """The level of a comparison between two mentions, by name."""
    at = con.execute(
        f"SELECT gamma_{comparison.name} FROM store.scored_pair WHERE mention_id_l IN ($one, $other) AND mention_id_r IN ($one, $other)",
        {"one": one, "other": other},
    ).fetchone()
    return at and model.level_names(comparison)[len(comparison.levels) - at[0]]


def mention_of(con, record):
    return con.execute(
        "SELECT mention_id FROM mention WHERE record_id = $r AND mention <> 'next_of_kin'", {"r": record}
    ).fetchone()[0]


def test_a_home_that_no_gazetteer_lists_is_told_by_its_postcode_and_number(con, compare):
    where = {"uprn": None, "postcode": "DY8 5RG"}
    ann = {**patient("ann", "Ann Lee", date(1980, 1, 5), "1"), **where, "address_line_1": "7 Clover Ave."}
    same = {**liable("c1", "A Lee", "1"), **where, "address_line_1": "7 CLOVER AVENUE"}
    next_door = {**liable("c2", "A Lee", "1"), **where, "address_line_1": "9 CLOVER AVENUE"}
    compare([*TOWN, ann], [same, next_door])
    patient_, account, other = (mention_of(con, r) for r in ("ann", "c1", "c2"))
    assert gamma(con, model.FAMILY_AND_HOME, patient_, account) == "home_and_family"
    assert gamma(con, model.FAMILY_AND_HOME, patient_, other) in (None, "postcode_and_family")


@pytest.mark.parametrize(
    ("until", "more", "level"),
    [
        (date(2021, 5, 1), {}, "home_apart"),
        (date(2024, 5, 1), {}, "home"),
        (None, {}, "home"),
        (date(2021, 5, 1), at("1", "forwarding_"), "home"),
    ],
    ids=["left before the other came", "left after", "did not leave", "went there when they left"],
)
def test_a_home_held_at_the_same_time_is_told_from_one_that_was_left_before(con, compare, until, more, level):
    """Jo Hill who paid for home 1, or for home 2 and went to home 1, and Jo Moss, registered at home 1 since 2022."""
    jo = {
        **patient("jo", "Jo Moss", date(1980, 1, 5), "1"),
        "address_updated_on": date(2022, 3, 1),
        "mobile": "07700900123",
    }
    paid = liable("c1", "Jo Hill", "2" if more else "1", liable_to=until, phone="07700900123", **more)
    compare([*TOWN, jo], [paid])
    assert gamma(con, model.FAMILY_AND_HOME, mention_of(con, "jo"), mention_of(con, "c1")) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Ali Lee", "Alo Lee", "short_slip"),
        ("Ali Lee", "Ben Lee", "else"),
        ("Lin Bo", "Ln Bo", "short_slip"),
        ("K Surinder", "Surinder Kaur Gill", "swapped_initial"),
        ("K Saima", "Saima Kausar Younis", "swapped_initial"),
        ("S N Rekha", "Rekha Naresh Shah", "swapped_initial"),
        ("Parveen", "Maryam Parveen", "title_only"),
        ("Kausar Akhtar", "Khan Akhtar Kausar", "swapped"),
        ("Osman Asha", "Asha Osman Hersi", "swapped"),
        ("Z Feng", "Feng Zhou", "swapped_initial"),
        ("Huang Kaming", "Ka-Ming Wong", "swapped"),
        ("Wong Jun", "Jun Huang", "swapped"),
        ("Huang Jun", "Ming Wong", "else"),
        ("A Sadia", "Sadia Butt", "behind_title_initial"),
        ("S Begum", "Hussein Shaheen", "family_initial"),
        ("S Malik", "Hussein Shaheen", "else"),
        ("Hassan Farah", "Fadumo Farah Hassan", "else"),
        ("Paul John Moss", "Paul John Lee", "several"),
        ("Mohammed Sohel Miah", "Mohammed Sohel Miah", "same"),
    ],
)
def test_levels_of_given_names_beside_one_birth_date(con, compare, one, other, level):
    born = date(1980, 1, 5)
    people = [patient(f"p{n}", "A B", born, "1") for n in range(2)]
    for person, name in zip(people, (one, other), strict=True):
        given, _, family = name.rpartition(" ")
        person.update(given_names=given or family, family_name=family if given else None, nhs_number=None)
    compare([*TOWN, *people], [])
    found = gamma(con, model.GIVEN_NAME, mention_of(con, "p0"), mention_of(con, "p1"))
    assert found == level


@pytest.mark.parametrize(
    ("paying", "of_practice", "names", "homes"),
    [
        ("Mohammed Malik", {"given_names": "Tariq", "family_name": "Malik"}, "honorific_alone", "home_and_family"),
        ("M Malik", {"given_names": "Tariq", "family_name": "Malik"}, "honorific_initial", "home_and_family"),
        ("A Gill", {"given_names": "Amarjit", "family_name": "Kaur", "previous_family_name": "Lally"}, "initial", "home_without_family"),
        ("S Chowdry", {"given_names": "Sajid", "family_name": "Chaudhry"}, "initial", "home_and_family"),
        ("T Hill", {"given_names": "Tom", "family_name": "Hill", "address_line_1": "", "uprn": ""}, "initial", "postcode_and_family_unplaced"),
    ],
)  # fmt: skip
def test_levels_of_an_account_and_a_patient(con, compare, paying, of_practice, names, homes):
    one = {**patient("p", "A B", date(1980, 1, 5), "1"), **of_practice}
    compare([*TOWN, one], [account("c", paying, "1")])
    found = [
        gamma(con, c, mention_of(con, "p"), mention_of(con, "c")) for c in (model.GIVEN_NAME, model.FAMILY_AND_HOME)
    ]
    assert found == [names, homes]


def vetoes_beside(con, mention_id):
    """The veto, or None, by the other mention of every pair of one mention."""
    return dict(
        con.execute(
            "SELECT CASE WHEN mention_id_l = $one THEN mention_id_r ELSE mention_id_l END, veto FROM pair "
            "WHERE $one IN (mention_id_l, mention_id_r)",
            {"one": mention_id},
        ).fetchall()
    )


def test_nobody_gives_a_small_child_as_the_person_to_ring(con, compare):
    child, grown = (patient(f"p{b.year}", "Shazia Moss", b, "1") for b in (date(2020, 6, 1), date(1990, 6, 1)))
    ann = {
        **patient("ann", "Ann Lee", date(1980, 1, 5), "1"),
        "next_of_kin_name": "Shazia Moss",
        "next_of_kin_phone": "07700900123",
    }
    compare([*TOWN, child, grown, ann], [])
    veto = vetoes_beside(con, "gp|s|ann|next_of_kin")
    assert veto[mention_of(con, "p2020")] == "too_young"
    assert veto[mention_of(con, "p1990")] is None


def test_whoever_is_born_after_the_other_died_is_not_that_person(con, compare):
    """A grandson registered under the name of a grandfather whose own record has no date of birth."""
    old = {**patient("old", "Tom Lee", None, "1"), "date_of_death": date(2024, 3, 1)}
    born_later, born_before = (patient(f"p{b.year}", "Tom Lee", b, "1") for b in (date(2024, 6, 1), date(1950, 6, 1)))
    compare([*TOWN, old, born_later, born_before], [])
    veto = vetoes_beside(con, mention_of(con, "old"))
    assert veto[mention_of(con, "p2024")] == "too_young"
    assert veto[mention_of(con, "p1950")] is None


def test_columns_of_a_level_are_those_that_splink_parses() -> None:
    texts = [text for c in model.COMPARISONS for text in (c.silent, *(level.sql for level in c.levels))]
    texts += [level["sql_condition"] for c in links.SETTINGS["comparisons"] for level in c["comparison_levels"]]
    for text in set(texts) - {"ELSE"}:
        parsed = {name.removesuffix("_l").removesuffix("_r") for name in get_columns_used_from_sql(text, "duckdb")}
        assert {column.unquote().name for column in column_names.columns_of(text, "duckdb")} == parsed


def test_remembered_column_names_are_those_that_splink_works_out() -> None:
    column_names.remember()
    parse = ColumnName.from_raw_column_name_or_column_reference
    for name in ("born", "first name", "born", "keys[1]", "place['lat']"):
        again = parse.__wrapped__(name, "duckdb")
        assert parse(name, "duckdb") == again
        assert parse(name, "duckdb").sql == again.as_sqlglot_tree.sql(dialect="duckdb")
    columns_in = blocking.parse_columns_in_sql
    for rule in ("l.born = r.born AND l.keys[1] = r.keys[1]", "l.born = r.home", "not ( sql"):
        again = columns_in.__wrapped__(rule, sqlglot_dialect="duckdb")
        assert columns_in(rule, sqlglot_dialect="duckdb") == columns_in(rule, sqlglot_dialect="duckdb") == again
