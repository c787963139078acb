"""Evaluation on cases small enough to work out by hand."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from linkage import evaluate
from linkage.evaluate import exceptions as judging
from linkage.evaluate.people import wilson
from linkage.tables import CONTRACTS

NIGHT = date(2026, 1, 5)
KEY = {"contract": "gp", "supplier": "s", "mention": "patient"}


@pytest.fixture
def folders(tmp_path):
    """Mentions a b c are one true person A, d is B; the output joins a b, and c d."""
    out, truth = tmp_path / "out" / str(NIGHT), tmp_path / "truth"
    out.mkdir(parents=True)
    truth.mkdir()
    true = {"a": "A", "b": "A", "c": "A", "d": "B"}
    said = {"a": "P1", "b": "P1", "c": "P2", "d": "P2"}
    pl.DataFrame(
        [{**KEY, "record_id": r, "true_person": p, "name_tradition": "t"} for r, p in true.items()]
    ).write_parquet(truth / "mentions.parquet")
    pl.DataFrame(
        [{**KEY, "record_id": r, "person_id": p, "link_probability": 0.9, "reviewed": False} for r, p in said.items()]
    ).write_parquet(out / "persons.parquet")
    pl.DataFrame(
        [{**KEY, "record_id": r, "address_role": "home", "true_uprn": u, "first_night": NIGHT, "last_night": NIGHT}
         for r, u in (("a", "1"), ("b", "1"), ("c", None), ("d", "2"))]
    ).write_parquet(truth / "addresses.parquet")  # fmt: skip
    pl.DataFrame(
        [
            {**KEY, "record_id": r, "address_role": "home", "uprn": u, "match_probability": 1.0}
            for r, u in (("a", "1"), ("b", None), ("c", "9"), ("d", "1"))
        ]
    ).write_parquet(out / "residence.parquet")
    past = date(2024, 12, 31)
    pl.DataFrame(
        [{"household_id": h, "uprn": u, "person_id": p, "valid_from": past, "valid_to": to, "registered": True, "basis": "verified"}
         for h, u, p, to in (("H1", "1", "P1", None), ("H2", "7", "P1", past), ("H3", "8", "P2", past))],
        schema_overrides={"valid_to": pl.Date},
    ).write_parquet(out / "households.parquet")  # fmt: skip
    pl.DataFrame(
        [{"household_id_a": "H2", "household_id_b": "H1", "match_probability": 0.9, "reason": "moved"},
         {"household_id_a": "H3", "household_id_b": "H1", "match_probability": 0.6, "reason": "moved"}]
    ).write_parquet(out / "household_links.parquet")  # fmt: skip
    dates = {"from": date(2025, 1, 1), "to": None}
    pl.DataFrame(
        [
            {"true_person": "A", "uprn": "1", **dates, "share": 1.0},
            {"true_person": "A", "uprn": "7", "from": date(2020, 1, 1), "to": past, "share": 1.0},
        ],
        schema_overrides={"to": pl.Date},
    ).write_parquet(truth / "residence.parquet")
    pl.DataFrame(
        [{"true_person_a": "B", "relation": "parent", "true_person_b": "A", **dates}], schema_overrides={"to": pl.Date}
    ).write_parquet(truth / "relations.parquet")
    situation = {
        "situation_id": "S1", "kind": "hidden_adult", "true_person": "B", "other_person": "A", "uprn": None, **dates,
        "discoverable_on": NIGHT, "variant": "v",
    }  # fmt: skip
    types = {"to": pl.Date, "uprn": pl.String}
    pl.DataFrame([situation], schema_overrides=types).write_parquet(truth / "situations.parquet")
    pl.DataFrame(
        [{**situation, "situation_id": "B1", "true_person": "Z", "explanation": "same_name"}], schema_overrides=types
    ).write_parquet(truth / "benign.parquet")
    write_exceptions(out, [])
    return tmp_path


def write_exceptions(out, exceptions):
    (out / "exceptions.jsonl").write_text("".join(json.dumps(e) + "\n" for e in exceptions), encoding="utf-8")


def exception(kind, people, addresses=(), score=0.8):
    return {
        "exception_id": "X", "kind": kind, "status": "new", "priority": "C", "score": score, "hubs": ["E"], "waiting": False,
        "people": [{"person_id": p, "role": r} for p, r in people], "addresses": list(addresses), "supporting": [],
    }  # fmt: skip


def run(folders):
    return evaluate.run(folders / "out", folders / "truth")


PEOPLE = ("true_person", "true_person_a", "true_person_b", "other_person")


def days(frame):
    return [name for name, type in frame.schema.items() if type == pl.Date]


def numbered(frame, type):
    persons = [pl.col(c).replace({"A": "11", "B": "12", "Z": "13"}) for c in PEOPLE if c in frame.columns]
    numbers = [c for c in frame.columns if c in PEOPLE or c.endswith("uprn")]
    return frame.with_columns(persons).with_columns(pl.col(numbers).cast(type))


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda f: numbered(f, pl.Int64),
        lambda f: numbered(f, pl.Float64),  # as pandas writes numbers of which one is missing
        lambda f: f.with_columns(pl.col(days(f)).cast(pl.Datetime("us"))),
        lambda f: f.with_columns(pl.col(days(f)).cast(pl.Datetime("ns", "UTC"))),
        lambda f: f.with_columns(pl.col(days(f)).cast(pl.String)),
        lambda f: f.with_columns(pl.col(days(f)).cast(pl.String).fill_null("")),
        lambda f: f.with_columns((pl.col(c).cast(pl.String) + " 00:00:00").alias(c) for c in days(f)),
    ],
    ids=["numbers", "numbers with gaps", "moments", "moments of a zone", "text", "text with gaps", "text of moments"],
)
def test_a_truth_of_other_types_gives_the_same_figures(folders, rewritten):
    out = folders / "out" / str(NIGHT)
    home = {"uprn": "1", "role": "observed"}
    write_exceptions(out, [exception("unregistered_co_residence", [("P1", "co_resident")], [home]),
                           exception("hidden_adult", [("P2", "adult"), ("P1", "child")])])  # fmt: skip
    expected = run(folders)
    assert expected["exceptions"]["recall"]["hidden_adult"]["situations"] == 1
    files = list((folders / "truth").glob("*.parquet"))
    assert len(files) == 6
    for file in files:
        rewritten(pl.read_parquet(file)).write_parquet(file)
    assert run(folders) == expected


def test_pairs(folders):
    found = run(folders)["people"]["pairwise"]
    assert (found["pairs_output"], found["pairs_true"]) == (2, 3)
    assert (found["precision"], found["recall"]) == (pytest.approx(1 / 2), pytest.approx(1 / 3))


def test_b_cubed(folders):
    found = run(folders)["people"]["b_cubed"]
    # a, b: precision 1, recall 2/3; c: 1/2, 1/3; d: 1/2, 1.
    assert found["precision"] == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert found["recall"] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)


def test_places(folders):
    found = run(folders)["places"]["all all"]
    # a right; b missed; c given though absent; d wrong.
    assert (found["right"], found["missed"], found["wrong"], found["given_though_absent"]) == (0.25, 0.25, 0.25, 1.0)


def test_household_members(folders):
    found = run(folders)["households"]
    # A is held at 1 and lives there; the household at 7 is past.
    assert found == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "members": 1, "true_members": 1}


def test_household_members_count_whom_nobody_was_given(folders):
    """Four live at 1, of whom we hold A there, beside somebody who does not live there; B has a second home that we miss."""
    truth, out = folders / "truth", folders / "out" / str(NIGHT)
    dates = {"from": date(2025, 1, 1), "to": None}
    homes = [("A", "1"), ("B", "1"), ("C", "1"), ("no record names them", "1"), ("B", "2")]
    pl.DataFrame(
        [{"true_person": p, "uprn": u, **dates, "share": 1.0} for p, u in homes], schema_overrides={"to": pl.Date}
    ).write_parquet(truth / "residence.parquet")
    held = pl.read_parquet(out / "households.parquet").filter(pl.col("household_id") == "H1")
    stranger = held.with_columns(person_id=pl.lit("P9"))
    pl.concat([held, stranger]).write_parquet(out / "households.parquet")
    found = run(folders)["households"]
    # Of the two whom we hold at 1, A's household is half right, the stranger's not at all.
    assert found["precision"] == pytest.approx((1 / 2 + 0) / 2)
    # Of five true memberships only A's is found, and there A alone of four.
    assert found["recall"] == pytest.approx((1 / 4) / 5)
    assert (found["members"], found["true_members"]) == (2, 5)


def test_a_person_left_in_two_is_one_member_and_one_nobody(folders):
    """P1 and P2 both stand for A mostly: the one with fewer mentions is nobody, however true the home."""
    out, truth = folders / "out" / str(NIGHT), folders / "truth"
    pl.read_parquet(truth / "mentions.parquet").with_columns(true_person=pl.lit("A")).write_parquet(
        truth / "mentions.parquet"
    )
    persons = pl.read_parquet(out / "persons.parquet")
    persons.with_columns(
        person_id=pl.when(pl.col("record_id") == "c").then(pl.lit("P2")).otherwise(pl.lit("P1"))
    ).write_parquet(out / "persons.parquet")
    held = pl.read_parquet(out / "households.parquet").filter(pl.col("household_id") == "H1")
    pl.concat([held, held.with_columns(person_id=pl.lit("P2"))]).write_parquet(out / "households.parquet")
    found = run(folders)["households"]
    assert (found["precision"], found["recall"]) == (pytest.approx(1 / 4), 1.0)


def test_household_links(folders):
    assert run(folders)["household_links"] == {"links": 2, "precision": 0.5, "recall": 1.0}


def test_a_situation_that_is_raised_counts_once_for_recall_and_precision(folders):
    write_exceptions(folders / "out" / str(NIGHT), [exception("hidden_adult", [("P2", "adult"), ("P1", "mother")])])
    found = run(folders)["exceptions"]
    # P2 is half A, half B: mode() is the smaller of equals or B; the claim is judged through its people either way.
    assert found["raised"] == 1
    assert found["precision"]["hidden_adult"]["raised"] == 1


def test_nothing_raised_is_no_recall_and_no_error(folders):
    found = run(folders)["exceptions"]
    assert found["raised"] == 0
    assert found["recall"] == {}


def test_a_false_claim_is_false(folders):
    wrong = exception("unregistered_co_residence", [("P1", "co_resident")], [{"uprn": "7", "role": "observed"}])
    write_exceptions(folders / "out" / str(NIGHT), [wrong])
    found = run(folders)["exceptions"]
    assert found["precision"]["unregistered_co_residence"]["true"] == 0.0
    assert found["recall"]["hidden_adult"]["strict"] == 0.0
    assert found["calibration"]["ece"] == pytest.approx(0.8)


def test_a_true_claim_that_truth_did_not_plant_is_true(folders):
    right = exception("unregistered_co_residence", [("P1", "co_resident")], [{"uprn": "1", "role": "observed"}])
    write_exceptions(folders / "out" / str(NIGHT), [right])
    assert run(folders)["exceptions"]["precision"]["unregistered_co_residence"]["true"] == 1.0


def test_a_missing_file_is_named(folders):
    (folders / "truth" / "benign.parquet").unlink()
    with pytest.raises(evaluate.EvaluationError, match=r"benign\.parquet"):
        run(folders)


def test_wilson():
    assert wilson(0, 0) == [0.0, 1.0]
    low, high = wilson(50, 100)
    assert (round(low, 3), round(high, 3)) == (0.404, 0.596)


def test_it_prints(folders):
    assert "all pairs" in evaluate.render(run(folders))


def extracts(folders, contract, rows):
    folder = folders / "landing" / str(NIGHT)
    folder.mkdir(parents=True, exist_ok=True)
    pl.DataFrame([dict.fromkeys(CONTRACTS[contract].names, "") | row for row in rows]).write_csv(
        folder / f"{contract}__s.csv"
    )


def test_groups_by_tradition_alone_where_no_extract_tells_more(folders):
    found = run(folders)["groups"]
    assert found["by"].keys() == {"name_tradition"}
    group = found["by"]["name_tradition"]["t"]
    assert group["people"] == 2
    assert group["recall"]["value"] == pytest.approx(1 / 3)
    assert group["precision"]["value"] == pytest.approx(1 / 2)
    assert "review" not in group


def test_groups_by_what_the_extracts_say_of_a_person(folders):
    born = {"a": "2020-03-01", "b": "2020-03-01", "c": "2019-03-01", "d": "1980-05-05"}
    extracts(
        folders, "gp", [{"record_id": r, "sex": "2" if r != "d" else "1", "date_of_birth": b} for r, b in born.items()]
    )
    extracts(folders, "gazetteer", [{"uprn": "1", "custodian_code": "4615"}])
    found = run(folders)["groups"]["by"]
    assert {g: f["people"] for g, f in found["age"].items()} == {"5 to 17": 1, "40 to 64": 1}
    assert {g: f["people"] for g, f in found["borough"].items()} == {"Dudley": 1, "not known": 1}
    # A's three mentions: a and b found, c stands with another person's, so none of hers stands alone.
    female = found["sex"]["female"]
    assert female["recall"]["value"] == pytest.approx(1 / 3)
    assert female["precision"]["value"] == pytest.approx(1 / 2)
    assert female["unlinkable"]["value"] == 0.0
    # Of the false pair of c and d, B's group has all: it has no pair of its own.
    assert found["sex"]["male"]["precision"]["value"] == 0.0


def test_a_mention_that_stands_alone_though_its_person_has_others(folders):
    file = folders / "out" / str(NIGHT) / "persons.parquet"
    persons = pl.read_parquet(file)
    alone = pl.when(pl.col("record_id") == "c").then(pl.lit("P3")).otherwise(pl.col("person_id")).alias("person_id")
    persons.with_columns(alone).write_parquet(file)
    found = run(folders)["groups"]["by"]["name_tradition"]["t"]
    assert found["unlinkable"]["value"] == pytest.approx(1 / 3)
    assert found["precision"]["value"] == 1.0
    # Nobody's links differ, so there is nothing to draw: Wilson over one person.
    assert found["precision"]["interval"] == pytest.approx(wilson(1, 1))


def test_questions_are_counted_but_not_the_quality_sample(folders):
    quality = folders / "out" / str(NIGHT) / "quality"
    quality.mkdir()
    pl.DataFrame(
        [{**KEY, "record_id": r, "person_id": "P", "question_id": "Q", "reasons": why}
         for r, why in (("a", ["near_threshold"]), ("a", ["weak_bridge"]), ("b", ["sample"]), ("c", ["sample", "weak_bridge"]))]
    ).write_parquet(quality / "questions.parquet")  # fmt: skip
    assert run(folders)["groups"]["by"]["name_tradition"]["t"]["review"]["value"] == pytest.approx(2 / 4)


def people_of(folders, tradition, found_of, of, start):
    """`of` people of two mentions each, of whom the first `found_of` are linked."""
    names = [f"{tradition}{n}" for n in range(of)]
    mentions = [
        {**KEY, "record_id": f"{n}{i}", "true_person": n, "name_tradition": tradition} for n in names for i in "xy"
    ]
    said = [
        {**KEY, "record_id": f"{n}{i}", "person_id": f"{start}{n}{i if place >= found_of else ''}", "link_probability": 0.9,
         "reviewed": False}
        for place, n in enumerate(names) for i in "xy"
    ]  # fmt: skip
    return mentions, said


def test_the_largest_gap_and_its_interval(folders):
    one, other = people_of(folders, "t", 90, 100, "P"), people_of(folders, "w", 60, 100, "Q")
    pl.DataFrame(one[0] + other[0]).write_parquet(folders / "truth" / "mentions.parquet")
    pl.DataFrame(one[1] + other[1]).write_parquet(folders / "out" / str(NIGHT) / "persons.parquet")
    result = run(folders)
    gap = result["groups"]["largest_gap"]["name_tradition"]["recall"]
    assert (gap["value"], gap["highest"], gap["lowest"]) == (pytest.approx(0.3), "t", "w")
    # Two independent shares of 100 people: 1.96 standard errors, sqrt(.9 * .1 / 100 + .6 * .4 / 100), either way.
    assert gap["interval"] == pytest.approx([0.187, 0.413], abs=0.03)
    # By chance the two shares of 100 people, .75 each, are apart by sqrt(2 / pi) standard errors, sqrt(2 * .75 * .25 / 100).
    assert gap["by_chance"] == pytest.approx(0.0489, abs=0.005)
    assert run(folders)["groups"] == result["groups"], "the same draws every time"
    assert "largest gap in recall: 0.3000" in evaluate.render(result)


@pytest.mark.parametrize(
    ("named", "true"),
    [
        (("1", "7"), True),  # A lives at 1, and a record of theirs truly says 7
        (("1", "9"), False),  # no record of theirs says 9: it was misread, or is somebody else's
        (("7", "8"), True),  # neither is their home, and both are said
    ],
)
def test_a_divergence_is_true_only_where_the_persons_own_records_say_both(named, true):
    always = (date(2020, 1, 1), date(9999, 12, 31))
    truth = judging.Truth(
        [], [], {"A": [("1", *always, 1.0)]}, {}, {"A": [(u, *always) for u in ("1", "7", "8")], "B": [("9", *always)]}
    )
    told = exception("address_divergence", [("P1", "child")], [{"uprn": u, "role": "registered"} for u in named])
    assert judging.holds(judging.Judged(told, NIGHT, {"A": "child"}), truth) is true
