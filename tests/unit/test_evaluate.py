"""Evaluation on cases small enough to work out by hand."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from linkage import evaluate
from linkage.evaluate.people import wilson

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
    assert run(folders)["households"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


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
