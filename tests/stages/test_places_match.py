"""Addresses to properties against a small gazetteer: the right one, or rightly none."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import polars as pl
import pytest

from linkage import settings, store
from linkage.places import candidates, index, kept, match, property
from linkage.places.text import parse

GAZETTEER = [
    # uprn, parent, custodian, sub, building, number, street, locality, town, postcode, class
    ("1", None, "4615", None, None, "43", "Willow Road", "Netherton", "Dudley", "DY2 7EA", "RD03"),
    ("2", None, "4615", None, None, "45", "Willow Road", "Netherton", "Dudley", "DY2 7EA", "RD03"),
    ("3", None, "4620", None, None, "43", "Willow Road", "Princes End", "Tipton", "DY4 2DJ", "RD03"),
    ("10", None, "4615", None, "Salop Lodge", None, "Willow Road", "Netherton", "Dudley", "DY2 0GY", "PP"),
    ("11", "10", "4615", "Flat 1", "Salop Lodge", None, "Willow Road", "Netherton", "Dudley", "DY2 0GY", "RD06"),
    ("12", "10", "4615", "Flat 2", "Salop Lodge", None, "Willow Road", "Netherton", "Dudley", "DY2 0GY", "RD06"),
    ("20", None, "4620", None, None, "5", "Jowetts Avenue", "Friar Park", "Wednesbury", "WS10 3FT", "RD04"),
    ("21", None, "4620", None, "Malvern Point", None, "Ivy Way", "Lye", "Stourbridge", "DY9 7NT", "PP"),
    ("22", "21", "4620", "Flat 4", "Malvern Point", None, "Ivy Way", "Lye", "Stourbridge", "DY9 7NT", "RD06"),
    ("23", None, "4620", None, None, "4", "Ivy Way", "Lye", "Stourbridge", "DY9 7NT", "RD03"),
    ("24", None, "4615", "Flat 13", None, "74", "Forge Lane", None, "Sedgley", "DY3 7FD", "RD06"),
    ("25", None, "4615", None, None, "8", "Elm Lane", None, "Sedgley", "DY3 7FE", "PP"),
    ("26", "25", "4615", "Ground Floor Flat", None, "8", "Elm Lane", None, "Sedgley", "DY3 7FE", "RD06"),
    ("27", "25", "4615", "First Floor Flat", None, "8", "Elm Lane", None, "Sedgley", "DY3 7FE", "RD06"),
    ("30", None, "4615", None, None, "2", "Shared Street", None, "Dudley", "DY1 1AA", "RH01"),
]
CASES = [
    # text lines, postcode, given uprn, expected uprn, level
    (("43 Willow Rd", "Dudley"), "DY2 7EA", None, "1", "property"),
    (("43 willow road", "tipton"), None, None, "3", "property"),
    (("43 Willow Road",), None, None, None, "none"),
    (("5 Jowetts Avennue", "Friar Park"), "WS10 3FT", None, "20", "property"),
    (("5 jowett avenue", "wednesbury"), None, None, "20", "property"),
    (("47 Willow Road", "Netherton"), "DY2 7EA", None, None, "none"),
    (("43 Willow Road", "Handsworth", "Birmingham"), "B21 7FE", None, None, "none"),
    (("Flat 2 Salop Lodge", "Willow Road"), "DY2 0GY", None, "12", "property"),
    (("2 Salop Lodge", "Willow Rd"), "DY2 0GY", None, "12", "property"),
    (("Salop Lodge", "Willow Road"), "DY2 0GY", None, "10", "building"),
    (("Flat 9 Salop Lodge", "Willow Road"), "DY2 0GY", None, None, "none"),
    (("43 Willow Road", "Netherton"), "DY2 7AE", None, "1", "property"),
    (("43 Willow Road", "Netherton"), "DY2 7EA", "1", "1", "property"),
    (("43 Willow Road", "Netherton"), "DY2 7EA", "20", "1", "property"),
    ((None,), None, "2", "2", "property"),
    (("43 Willow Road",), "DY2 7EA", "999", "1", "property"),
    (("43 WILLOW ROAD PRINCES END TIPTON",), None, None, "3", "property"),
    (("FLAT 2 SALOP LODGE NETHERTON DUDLEY",), None, None, "12", "property"),
    (("2, Salop Lodge, Willow Road, Netherton",), None, None, "12", "property"),
    (("FLAT 4 MALVERN POINT LYE STOURBRIDGE",), None, None, "22", "property"),
    (("FLAT 4 MALVERN POINT ELSEWHERE STOURBRIDGE",), None, None, None, "none"),
    (("Malvern Point", "4, Ivy Way", "Lye"), None, None, "22", "property"),
    (("4, Ivy Way", "Lye"), None, None, "23", "property"),
    (("13 The Vicarage", "74 Forge Lane", "Sedgley"), "DY3 7FD", None, "24", "property"),
    (("12 The Vicarage", "74 Forge Lane", "Sedgley"), "DY3 7FD", None, None, "none"),
    (("13 74", "Forge Lane", "Sedgley"), "DY3 7FD", None, "24", "property"),
    (("Flat 13", "74", "Sedgley"), "DY3 7FD", None, "24", "property"),
    (("Flat 13", "74", "Sedgley"), "DY3 7FA", None, None, "none"),
    (("Flat 13", "Forge Lane", "Sedgley"), "DY3 7FD", None, "24", "property"),
    (("Flat 13", "Castle Point", "Forge Lane", "Sedgley"), "DY3 7FD", None, None, "none"),
    (("Flat 4", "Malvern", "Ivy Way", "Lye"), None, None, "22", "property"),
    (("Ground Floor Flat", "8 Elm Lane", "Sedgley"), "DY3 7FE", None, "26", "property"),
    (("1ST FLOOR FLAT 8 ELM LANE SEDGLEY",), "DY3 7FE", None, "27", "property"),
    (("Second Floor Flat", "8 Elm Lane", "Sedgley"), "DY3 7FE", None, None, "none"),
    (("8 Elm Lane", "Sedgley"), "DY3 7FE", None, "25", "building"),
    (("8 Elm Lane", "Sedgley"), "DY3 7FE", "27", "27", "property"),
    (("First Floor Flat", "8 Elm Lane", "Sedgley"), "DY3 7FE", "26", "27", "property"),
    (("Adjacent to 45 Willow Road", "Netherton"), "DY2 7EA", None, None, "none"),
]


@pytest.fixture
def gazetteer(con):
    con.execute(
        "CREATE TABLE gazetteer (uprn VARCHAR, parent_uprn VARCHAR, custodian_code VARCHAR, sub_building VARCHAR, "
        "building_name VARCHAR, building_number VARCHAR, street VARCHAR, locality VARCHAR, post_town VARCHAR, postcode VARCHAR, "
        "classification VARCHAR, supplier VARCHAR)"
    )
    list_properties(con, GAZETTEER)
    lines = ", ".join(f"address_line_{i} VARCHAR" for i in range(1, 6))
    con.execute(f"CREATE TABLE council_tax (supplier VARCHAR, uprn VARCHAR, {lines}, postcode VARCHAR)")
    return con


def rows_of(name):
    """A table beside this file: colleagues add odd real cases there, without Python (made-up numbers and names only)."""
    with open(Path(__file__).parent / "places" / f"{name}.csv", encoding="utf-8", newline="") as handle:
        return [{column: value or None for column, value in row.items()} for row in csv.DictReader(handle)]


EDGES = rows_of("texts")


@pytest.fixture
def answers(gazetteer):
    """UPRN and match level of every text of texts.csv, in its order, against gazetteer.csv."""
    listed = [(*row.values(),) for row in rows_of("gazetteer")]
    gazetteer.execute("DELETE FROM gazetteer")
    list_properties(gazetteer, listed)
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, [((row["lines"] or "").split("|"), row["postcode"], row["uprn_given"]) for row in EDGES])
    match.run(gazetteer)
    return gazetteer.execute("SELECT uprn, match_level FROM address_match ORDER BY mention_id").fetchall()


def test_odd_texts(answers):
    wrong = [
        f"{row['lines']}: {found}, not {row['uprn'], row['level']} ({row['why']})"
        for row, found in zip(EDGES, answers, strict=True)
        if found != (row["uprn"], row["level"])
    ]
    assert not wrong, "\n".join(wrong)


def test_several_flats_of_a_house_that_lists_none_are_no_home(gazetteer):
    """`Flat A` of a house alone is the house; beside a `Flat B` nobody knows who shares a home, so only the building is said."""
    property.build(gazetteer, settings.load().table("hubs"))
    flats = [((f"Flat {letter}", "43 Willow Road", "Netherton"), "DY2 7EA", None) for letter in "AAB"]
    for many, level in ((2, "property"), (3, "building")):
        addresses(gazetteer, flats[:many])
        match.run(gazetteer)
        told = gazetteer.execute("SELECT DISTINCT uprn, match_level FROM address_match").fetchall()
        assert told == [("1", level)]


def put(con, table, rows):
    """Rows of texts into a table, all at once: one by one they take longer than what is tested."""
    names = [column[0] for column in con.execute(f"DESCRIBE {table}").fetchall()]
    store.insert(con, table, dict.fromkeys(names, pl.String), rows)


def list_properties(con, rows):
    put(con, "gazetteer", [(*row, "g") for row in rows])


def addresses(con, cases):
    con.execute(
        "CREATE OR REPLACE TABLE address (mention_id VARCHAR, contract VARCHAR, supplier VARCHAR, record_id VARCHAR, mention VARCHAR, "
        "address_role VARCHAR, line_1 VARCHAR, line_2 VARCHAR, line_3 VARCHAR, line_4 VARCHAR, line_5 VARCHAR, postcode VARCHAR, "
        "uprn_given VARCHAR)"
    )
    of_all = ("gp", "s", "r", "patient", "home")
    rows = [
        (f"m{number:03}", *of_all, *[*lines, None, None, None, None, None][:5], code, given)
        for number, (lines, code, given, *_) in enumerate(cases)
    ]
    put(con, "address", rows)


def test_every_case(gazetteer):
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, CASES)
    assert match.run(gazetteer) == len(CASES)
    found = gazetteer.execute("SELECT uprn, match_level FROM address_match ORDER BY mention_id").fetchall()
    assert found == [(case[3], case[4]) for case in CASES]


def test_kinds_and_councils(gazetteer):
    property.build(gazetteer, settings.load().table("hubs"))
    rows = dict(gazetteer.execute("SELECT uprn, kind FROM property").fetchall())
    assert (rows["1"], rows["10"], rows["11"], rows["30"]) == ("dwelling", "building", "flat", "hmo")
    assert gazetteer.execute("SELECT DISTINCT council_gss FROM property WHERE custodian_code = '4620'").fetchall() == [
        ("E08000028",)
    ]


def test_council_tax_stands_in_where_no_gazetteer_is_delivered(gazetteer):
    gazetteer.execute(
        "INSERT INTO council_tax VALUES ('sandwell_mbc', '77', '9 LOCK DRIVE', 'TIPTON', NULL, NULL, NULL, 'DY4 9ZZ')"
    )
    gazetteer.execute(
        "INSERT INTO council_tax VALUES ('dudley_mbc', '1', '43 WILLOW ROAD', 'DUDLEY', NULL, NULL, NULL, 'DY2 7EA')"
    )
    gazetteer.execute(
        "INSERT INTO council_tax VALUES ('dudley_mbc', '88', '1 NEW ROAD', 'DUDLEY', NULL, NULL, NULL, 'DY2 8EA')"
    )
    property.build(gazetteer, settings.load().table("hubs"))
    rows = dict(gazetteer.execute("SELECT uprn, council_gss FROM property WHERE uprn IN ('77', '88')").fetchall())
    assert rows == {"77": "E08000028"}, "Dudley delivers a gazetteer, so what it lacks is not in it"
    addresses(gazetteer, [(("9 Lock Dr", "Tipton"), "DY4 9ZZ", None)])
    match.run(gazetteer)
    assert gazetteer.execute("SELECT uprn FROM address_match").fetchall() == [("77",)]


def test_loose_matching_gives_every_place_an_address_may_mean(gazetteer):
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, [(("43 Willow Road",), None, None)])
    match.run_loose(gazetteer, "address", "sealed_match")
    assert gazetteer.execute("SELECT uprn FROM sealed_match ORDER BY 1").fetchall() == [("1",), ("3",)]


def test_an_index_that_others_have_filled_finds_the_same_places(gazetteer):
    """A night looks up its addresses and the sealed ones in one index; what the first put there must not change the second."""
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, CASES)
    match.run_loose(gazetteer, "address", "alone")
    filled = index.read_names(gazetteer)
    match.run(gazetteer, 1, filled)
    properties = sorted(one.uprn for bearers in filled.by_street.values() for one in bearers)
    match.run_loose(gazetteer, "address", "beside", 1, filled)
    assert gazetteer.execute("FROM beside").fetchall() == gazetteer.execute("FROM alone").fetchall() != []
    assert properties == sorted(one.uprn for bearers in filled.by_street.values() for one in bearers), (
        "none stands twice"
    )


def test_a_later_night_resolves_only_texts_it_has_not_seen(gazetteer, monkeypatch):
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, CASES[:4])
    match.run(gazetteer)
    first = gazetteer.execute("FROM address_match").fetchall()
    seen = set()
    monkeypatch.setattr(match, "parse", lambda lines, code: seen.add(lines) or parse(lines, code))
    addresses(gazetteer, CASES[:5])
    match.run(gazetteer)
    assert len(seen) == 1
    assert gazetteer.execute("FROM address_match").fetchall()[: len(first)] == first
    gazetteer.execute("UPDATE property SET number = '4' WHERE uprn = '3'")
    match.run(gazetteer)
    assert len(seen) == 5  # another gazetteer: everything anew


def test_what_no_record_says_any_longer_is_not_kept(gazetteer):
    property.build(gazetteer, settings.load().table("hubs"))
    addresses(gazetteer, CASES[:4])
    match.run(gazetteer)
    addresses(gazetteer, CASES[:1])
    match.run(gazetteer)
    assert gazetteer.execute("SELECT count(*) FROM store.resolved_address").fetchall() == [(1,)]


FIRST = ["Willow", "Wilow", "Willows", "Ivy", "Forge", "Forges", "Elm", "Elms", "Mill", "Hill", "Millow", "Tame"]
STREETS = [f"{first} {last}" for first in FIRST for last in ("Road", "Lane", "Lane West")]
PLACES = ["Netherton", "Lye", "Sedgley", "Upper Lye", "Tipton"]
BUILDINGS = [None, None, None, "Malvern Point", "Salop Lodge", "Elm Court"]


def some_property(draw, uprn):
    building = draw.choice(BUILDINGS)
    flat = f"Flat {draw.randint(1, 4)}" if building and draw.random() < 0.7 else None
    number = None if building and draw.random() < 0.5 else str(draw.randint(1, 9))
    code = f"DY{draw.randint(1, 4)} {draw.randint(1, 3)}A{draw.choice('AB')}"
    kind = "RD06" if flat else draw.choice(["RD03", "PP"])
    return (
        str(uprn),
        None,
        "4615",
        flat,
        building,
        number,
        draw.choice(STREETS),
        draw.choice(PLACES),
        "Dudley",
        code,
        kind,
    )


def another_house_beside(draw, uprn, stock):
    _, parent, custodian, _, _, _, *where, code, _ = draw.choice([one for _, one in sorted(stock.items())])
    # Mostly a postcode that its street has, or another of that sector.
    code = code if draw.random() < 0.5 else code[:-1] + draw.choice("ABC")
    return (str(uprn), parent, custodian, None, None, str(draw.randint(1, 14)), *where, code, "RD03")


def some_text(draw, one):
    uprn, _, _, flat, building, number, street, place, town, code, _ = one
    parts = [flat, building, f"{number or ''} {street}".strip(), draw.choice([place, town, None, "Elsewhere"])]
    if draw.random() < 0.15:
        parts = [flat, number]
    text = draw.choice([" ", ", "]).join(p for p in parts if p and draw.random() < 0.9)
    if text and draw.random() < 0.3:
        at = draw.randrange(len(text))
        text = text[:at] + text[at + 1 :]
    return ((text,), code if draw.random() < 0.7 else None, draw.choice([None, None, uprn]))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_a_cold_start_answers(gazetteer, seed):
    """Houses, streets and places come and go night by night; every kept answer is what a new store would say."""
    con, draw, hubs = gazetteer, random.Random(seed), settings.load().table("hubs")
    stock = {n: some_property(draw, n) for n in range(60)}
    texts = [some_text(draw, some_property(draw, draw.randrange(60))) for _ in range(60)]
    texts += [some_text(draw, stock[draw.randrange(60)]) for _ in range(90)]
    kept_over = 0
    for night in range(12):
        for _ in range(draw.randint(1, 2)):
            n = draw.randrange(65)
            if draw.random() < 0.3:
                stock.pop(n, None)
            else:
                stock[n] = draw.choice([some_property(draw, n), another_house_beside(draw, n, stock)])
        con.execute("DELETE FROM gazetteer")
        list_properties(con, stock.values())
        property.build(con, hubs)
        addresses(con, texts)
        if night:
            kept.prepare(con)
            kept_over += con.execute("SELECT count(*) FROM store.resolved_address").fetchone()[0]
        match.run(con)
        warm = con.execute("FROM address_match").fetchall()
        for table in ("resolved_address", "resolved_property", "resolved_against"):
            con.execute(f"CREATE OR REPLACE TABLE put_by_{table} AS FROM store.{table}")
            con.execute(f"DROP TABLE store.{table}")
        match.run(con)
        assert con.execute("FROM address_match").fetchall() == warm
        for table in ("resolved_address", "resolved_property", "resolved_against"):
            con.execute(f"CREATE OR REPLACE TABLE store.{table} AS FROM put_by_{table}")
    assert kept_over > 100, "or nothing is kept and the test shows nothing"


def resolved_anew(con):
    con.execute("DROP TABLE IF EXISTS store.resolved_address")
    match.run(con)
    return con.execute("FROM store.resolved_address ORDER BY ALL").fetchall()


@pytest.mark.parametrize("seed", range(4))
def test_a_house_written_as_it_is_listed_is_what_a_whole_search_finds(gazetteer, monkeypatch, seed):
    """Also where buildings, flats and other streets of the name stand at its postcode, and whatever UPRN came with it."""
    con, draw = gazetteer, random.Random(seed)
    stock = [some_property(draw, n) for n in range(150)]
    con.execute("DELETE FROM gazetteer")
    list_properties(con, stock)
    property.build(con, settings.load().table("hubs"))
    addresses(con, [some_text(draw, draw.choice(stock)) for _ in range(2_000)])
    found: list[bool] = []

    def watched(*asked):
        listed = candidates.as_listed(*asked)
        found.append(listed is not None)
        return listed

    monkeypatch.setattr(match, "as_listed", watched)
    quick = resolved_anew(con)
    assert found.count(True) > 20, "or the test shows nothing"
    monkeypatch.setattr(match, "as_listed", lambda *_: None)
    assert quick == resolved_anew(con)


def test_an_answer_rests_on_its_own_text_and_not_on_those_that_came_with_it(gazetteer):
    property.build(gazetteer, settings.load().table("hubs"))
    texts = [case[:3] for case in CASES]
    addresses(gazetteer, texts)
    together = resolved_anew(gazetteer)
    alone = []
    for text in texts:
        addresses(gazetteer, [text])
        alone += resolved_anew(gazetteer)
    assert sorted(alone, key=repr) == sorted(together, key=repr)


@pytest.mark.parametrize("seed", range(3))
def test_few_texts_are_answered_by_what_they_ask_of_the_gazetteer_as_by_all_of_it(gazetteer, monkeypatch, seed):
    """Each text alone, so that the least of the gazetteer is read; also for protection, which takes every place it may mean."""
    con, draw = gazetteer, random.Random(100 + seed)
    stock = [some_property(draw, n) for n in range(150)]
    con.execute("DELETE FROM gazetteer")
    con.executemany("INSERT INTO gazetteer VALUES (?,?,?,?,?,?,?,?,?,?,?,'g')", stock)
    property.build(con, settings.load().table("hubs"))
    texts = [some_text(draw, draw.choice([draw.choice(stock), some_property(draw, 200)])) for _ in range(25)]
    read = []
    whole = match.read_properties

    def watched(con, index, wanted=None):
        whole(con, index, wanted)
        read.append(len(index.by_uprn))

    def answers_of(some):
        addresses(con, some)
        match.run_loose(con, "address", "sealed_match")
        loose = con.execute("SELECT line_1, a.postcode, a.uprn_given, s.uprn FROM sealed_match AS s "
                            "INNER JOIN address AS a USING (mention_id)").fetchall()  # fmt: skip
        return sorted(resolved_anew(con), key=repr), sorted(loose, key=repr)

    monkeypatch.setattr(match, "read_properties", watched)
    alone = [answers_of([text]) for text in dict.fromkeys(texts)]
    assert max(read) < 150, "or the test shows nothing"
    monkeypatch.setattr(match, "FEW", 0)
    together = answers_of(list(dict.fromkeys(texts)))
    assert tuple(sorted((row for one in alone for row in one[side]), key=repr) for side in (0, 1)) == together


@pytest.mark.parametrize(
    ("text", "code", "gained"),
    [
        (("7 Tamme Street", "Lye"), None, ("90", None, "4615", None, None, "7", "Tame Street", "Lye", "Lye", "DY9 1AA", "RD03")),
        (("Flat 2", "31", "Lye"), "DY9 1AB", ("91", None, "4615", "Flat 2", None, "31", "Tame Street", "Lye", "Lye", "DY9 1AB", "RD06")),
    ],
    ids=["a new street that is nearly the text's", "a new house at the text's postcode"],
)  # fmt: skip
def test_a_text_without_an_answer_is_asked_again_when_one_may_be_there(gazetteer, monkeypatch, text, code, gained):
    monkeypatch.setattr(kept, "MOSTLY_CHANGED", 1)
    addresses(gazetteer, [(text, code, None)])
    for night in range(2):
        if night:
            gazetteer.execute("INSERT INTO gazetteer VALUES (?,?,?,?,?,?,?,?,?,?,?,'g')", gained)
        property.build(gazetteer, settings.load().table("hubs"))
        match.run(gazetteer)
    assert gazetteer.execute("SELECT uprn FROM address_match").fetchall() == [(gained[0],)]


def test_names_are_compared_with_all_that_may_be_them_and_letters_in_common_leave_none_out():
    """What is near a name is what similarity and distance alone would say."""
    draw = random.Random(20261128)
    known = {
        " ".join(draw.choices(["ELM", "OAK", "MILL", "HIGH", "SAINT", "ROAD", "STREET", "CLOSE", "B4"], k=3))
        for _ in range(150)
    }
    written = {_with_slips(draw, name) for name in sorted(known) * 2} - known
    con = store.connect(threads=1)
    gazetteer = index.Index()
    gazetteer.know_names(known, set(), set())
    index.resolve_names(con, gazetteer, written)
    pairs = pl.DataFrame([(w, k) for w in sorted(written) for k in sorted(known)], schema=["w", "k"], orient="row")
    con.register("pairs", pairs)
    expected = con.execute(
        "SELECT w, k, jaro_winkler_similarity(w, k) AS s FROM pairs WHERE s >= $least "
        "AND damerau_levenshtein(w, k) <= CASE WHEN len(k) < 9 THEN 1 WHEN len(k) < 14 THEN 2 ELSE 3 END",
        {"least": index.NEAR_NAME},
    ).fetchall()
    found = {(w, k): s for w in written for k, s in gazetteer.near[w].items() if k not in gazetteer.alike(w)}
    assert len(expected) > len(written) / 2
    assert found == {(w, k): s for w, k, s in expected if k not in gazetteer.alike(w)}


def _with_slips(draw: random.Random, name: str) -> str:
    """A name with up to three letters changed, left out, put in, or swapped with the next."""
    letters = list(name)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(letters) - 1)
        letters[at : at + 2] = draw.choice(
            [[letters[at + 1], letters[at]], letters[at : at + 1], [*letters[at : at + 2], "X"], ["Q", letters[at + 1]]]
        )
    return "".join(letters).strip()
