"""The figures of the speed benchmark: what is counted is what is said."""

from __future__ import annotations

import csv
import hashlib
import json

import polars as pl
import pytest

from benchmarks import address_matchers, changed, detectors, plain_splink, speed


def test_pairwise_precision_and_recall(con):
    # Two clusters hold 1 and 3 pairs, two people 3 and 1; the pair 1-2 and the pair 4-5 are right.
    con.execute(
        "CREATE TABLE held AS SELECT * FROM (VALUES ('A', 'x'), ('A', 'x'), ('B', 'x'), ('B', 'y'), ('B', 'y')) "
        "AS h (cluster_id, true_person)"
    )
    assert plain_splink.pairwise(con) == (2 / 4, 2 / 4)


def _size(mentions: int, cpu_seconds: float) -> speed.Size:
    told = {"stages": {"score": {"seconds": 99.0, "cpu_seconds": cpu_seconds, "peak_mb": 1.0}}}
    return speed.Size(mentions, mentions, told={kind: [told] for kind in speed.KINDS})


def test_growth_is_the_power_of_n():
    sizes = [_size(n, 0.001 * n**1.1) for n in (20_000, 200_000, 1_000_000)]
    assert speed.growth(sizes, "cold") == pytest.approx(1.1)


def test_what_is_asked_stands_beside_what_was_measured():
    def stages(seconds, megabytes):
        told = {"score": {"seconds": seconds, "cpu_seconds": 1.0, "peak_mb": megabytes * 1e6 / 2**20}}
        return [{"stages": told}]

    million = speed.Size(
        460_000, 991_617, told={"cold": stages(299, 3999), "usual": stages(9, 9), "changed": stages(15, 2001)}
    )
    lines = speed._asked([million])
    assert "| 1,000,000 mentions, cold | 300 s, 4,000 MB | 299.0 s, 3,999 MB | reached |" in lines
    assert "| one row in 200 of 1,000,000 changed | 20 s, 2,000 MB | 15.0 s, 2,001 MB | not reached |" in lines
    assert not any("40,000" in line for line in lines)


def test_a_changed_night_is_the_night_before_but_for_one_phone_in_two_hundred(tmp_path):
    before, after = tmp_path / "2026-01-06", tmp_path / "2026-01-07"
    before.mkdir()
    rows = [
        {"record_id": f"r{n}", "mobile": f"07700 900{n % 1000:03d}", "family_name": "Ó, 'x'"} for n in range(10_000)
    ]
    pl.DataFrame(rows).write_csv(before / "gp__s.csv")
    (before / "gp__s.csv.manifest.json").write_text(json.dumps({"sha256": "", "extracted_at": "2026-01-06T22:05:00Z"}))
    (before / "gazetteer__s.csv").write_text("uprn\n1\n")
    counted = changed.change(before, after)
    with open(after / "gp__s.csv", newline="", encoding="utf-8") as handle:
        told = list(csv.DictReader(handle))
    assert [{**t, "mobile": ""} for t in told] == [{**r, "mobile": ""} for r in rows]
    assert counted == sum(t["mobile"] != r["mobile"] for t, r in zip(told, rows, strict=True))
    assert 30 <= counted <= 75
    signed = json.loads((after / "gp__s.csv.manifest.json").read_text())
    assert signed["sha256"] == hashlib.sha256((after / "gp__s.csv").read_bytes()).hexdigest()
    assert signed["extracted_at"].startswith("2026-01-07")
    assert (after / "gazetteer__s.csv").read_text() == "uprn\n1\n"


NIGHT = "2026-01-05"


@pytest.fixture
def told(tmp_path):
    """A night with one restricted patient, one listed place and one exception; gives the folder with what it is to say."""

    def write(person, uprn, residence):
        landing, out, truth = (tmp_path / name for name in ("landing", "out", "truth"))
        for folder in (landing / NIGHT, out / NIGHT, truth):
            folder.mkdir(parents=True, exist_ok=True)
        (landing / NIGHT / "gp__s.csv").write_text("record_id,nhs_number,sensitivity\nr1,1,S\nr2,2,\n")
        (landing / NIGHT / "police__s.csv").write_text("record_id,nominal_ref\ni1,n1\n")
        (landing / NIGHT / "protected__s.csv").write_text(
            "record_id,uprn,nhs_number,nominal_ref,reason,from_date,to_date\na,99,,,refuge,2025-01-01,\n"
            "b,98,,,refuge,2024-01-01,2025-01-01\nc,,2,,invalidated,,\n"
        )
        key = {"contract": "gp", "supplier": "s", "mention": "patient"}
        rows = [{**key, "record_id": f"r{n}", "true_person": f"T{n}", "person_id": f"P{n}"} for n in (1, 2)]
        pl.DataFrame(rows).drop("person_id").write_parquet(truth / "mentions.parquet")
        pl.DataFrame(rows).drop("true_person").write_parquet(out / NIGHT / "persons.parquet")
        pl.DataFrame({"uprn": [residence]}).write_parquet(out / NIGHT / "residence.parquet")
        one = {"people": [{"person_id": person}], "addresses": [{"uprn": uprn}]}
        (out / NIGHT / "exceptions.jsonl").write_text(json.dumps(one))
        (out / NIGHT / "run.json").write_text("{}")
        return detectors.protected(tmp_path)

    return write


@pytest.mark.parametrize(
    ("person", "uprn", "residence", "raised", "leaked"),
    [
        pytest.param("P2", "1", "1", 0, 0, id="nobody protected"),
        pytest.param("P1", "1", "1", 1, 0, id="about a restricted patient"),
        pytest.param("P2", "99", "1", 1, 1, id="at a refuge"),
        pytest.param("P2", "1", "99", 0, 1, id="a refuge among the homes"),
        pytest.param("P2", "98", "98", 0, 0, id="a refuge that was closed"),
    ],
)
def test_what_is_told_of_the_protected_is_counted(told, person, uprn, residence, raised, leaked):
    assert told(person, uprn, residence) == {"there": 2, "raised": raised, "leaked": leaked}


def test_the_address_benchmark_asks_the_places_stage_as_it_is():
    columns = [*address_matchers.COMPONENTS.values(), "custodian_code"]
    house = dict.fromkeys(columns, "") | {
        "uprn": "1", "building_number": "4", "street": "Elm Road", "post_town": "Dudley", "postcode": "DY1 1AA",
        "classification": "RD04", "custodian_code": "4615",
    }  # fmt: skip
    text = {"source_uprn": "1", "recorded_address": "4, ELM RD, DUDLEY", "recorded_postcode": "DY1 1AA"}
    found, _ = address_matchers.matched(pl.DataFrame([house]), [text])
    assert found == {"1": "1"}
