"""Landings that are in order and unlike the one everybody tries: no gazetteer, no optional columns, a supplier late for weeks,
councils of another part of the country. Each runs to its end, and what exceptions.md is silent on stays unsaid."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from flows.replay import run_one
from linkage import settings
from linkage.tables import CONTRACTS
from sample_data.simulator import simulate
from tests.night.conftest import exceptions, plan

NIGHT = date(2026, 1, 5)
LATER = NIGHT + timedelta(days=20)
GONE = "council_tax__dudley_mbc.csv"


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    """One night of a small region in which several situations and their look-alikes are planted."""
    folder = tmp_path_factory.mktemp("elsewhere")
    simulate(1500, 1, 4711, folder)
    return folder / "landing"


def files(landing: Path, night: date = NIGHT) -> list[Path]:
    return sorted((landing / str(night)).glob("*.csv"))


def rewritten(file: Path, change) -> None:
    """Write an extract anew with the rows and columns that `change` makes of its rows; its manifest goes."""
    with open(file, newline="", encoding="utf-8") as handle:
        rows = change(list(csv.DictReader(handle)))
    with open(file, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    file.with_name(f"{file.name}.manifest.json").unlink(missing_ok=True)


def altered(landing: Path, work: Path, change) -> Path:
    """A copy of the landing folder, each file of it given to `change`."""
    copy = Path(shutil.copytree(landing, work / "landing"))
    for file in files(copy):
        change(file)
    return copy


def told(work: Path, night: date = NIGHT) -> dict[str, Any]:
    return dict(json.loads((work / "out" / str(night) / "run.json").read_text(encoding="utf-8")))


def listed_places(landing: Path) -> set[str]:
    found = set()
    for file in files(landing):
        if file.name.startswith("protected"):
            with open(file, newline="", encoding="utf-8") as handle:
                found |= {row["uprn"] for row in csv.DictReader(handle) if row["uprn"]}
    return found


def silences_hold(found: list[dict[str, Any]], hubs: set[str], places: set[str]) -> None:
    """Every exception concerns a child or pregnancy, has a hub that is served, and gives no listed place away."""
    for one in found:
        assert {"child", "mother"} & {p["role"] for p in one["people"]} or one["pregnancy"], one["claim"]
        assert set(one["hubs"]) <= hubs
        assert one["hubs"]
        assert one["evidence"]
        assert not [place for place in places if place in json.dumps(one)]


SERVED = set(settings.load().table("hubs"))


@pytest.fixture(scope="module")
def usual(landing, tmp_path_factory):
    """The exceptions of the landing as it is: without any, nothing below would mean anything."""
    work = tmp_path_factory.mktemp("usual")
    assert run_one(plan(landing, work), NIGHT) == 0
    found = exceptions(work, NIGHT)
    assert {e["kind"] for e in found} == {"unregistered_co_residence", "hidden_adult", "address_divergence"}
    assert listed_places(landing)
    silences_hold(found, SERVED, listed_places(landing))
    return found


def test_a_landing_without_a_gazetteer(landing, usual, tmp_path):
    copy = altered(landing, tmp_path, lambda file: file.unlink() if file.name.startswith("gazetteer") else None)
    for left in (copy / str(NIGHT)).glob("gazetteer*"):
        left.unlink()
    assert run_one(plan(copy, tmp_path), NIGHT) in (0, 1)
    found = exceptions(tmp_path, NIGHT)
    silences_hold(found, SERVED, listed_places(landing))
    # The council-tax properties stand in: most of what is raised with a gazetteer is raised without.
    assert len(found) >= len(usual) / 2
    rows = pyarrow.parquet.read_table(tmp_path / "out" / str(NIGHT) / "residence.parquet").to_pylist()
    assert sum(r["uprn"] is not None for r in rows) > 0.8 * len(rows)


def test_deliveries_without_their_optional_columns(landing, usual, tmp_path):
    dropped: set[str] = set()

    def bare(file: Path) -> None:
        contract = CONTRACTS[file.name.split("__")[0]]
        optional = {c.name for c in contract.columns if c.need == "o"}

        def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
            dropped.update(optional & set(rows[0]))
            return [{k: v for k, v in row.items() if k not in optional} for row in rows]

        rewritten(file, change)

    copy = altered(landing, tmp_path, bare)
    assert {"next_of_kin_name", "emergency_contact_name", "date_of_death", "discount_code"} <= dropped
    assert run_one(plan(copy, tmp_path), NIGHT) == 0
    found = exceptions(tmp_path, NIGHT)
    silences_hold(found, SERVED, listed_places(landing))
    assert found
    # No booking names anybody any more, so nobody can be hidden behind a name.
    assert not [
        e for e in found for v in e["evidence"] if v["mention"] in ("emergency_contact", "next_of_kin", "partner")
    ]


def test_a_supplier_late_by_twenty_days_resolves_nothing_and_is_named(landing, usual, tmp_path):
    copy = Path(shutil.copytree(landing, tmp_path / "landing"))
    shutil.copytree(copy / str(NIGHT), copy / str(LATER))
    for left in (copy / str(LATER)).glob(f"{GONE}*"):
        left.unlink()
    assert run_one(plan(copy, tmp_path), NIGHT) == 0
    assert run_one(plan(copy, tmp_path), LATER) == 1
    state = {(f["contract"], f["supplier"]): f["status"] for f in told(tmp_path, LATER)["files"]}
    assert state["council_tax", "dudley_mbc"] == "stale"
    after = {e["exception_id"]: e for e in exceptions(tmp_path, LATER)}
    silences_hold(list(after.values()), SERVED, listed_places(landing))
    # What rests on it stands: its rows speak until it says otherwise.
    resting = {
        e["exception_id"] for e in exceptions(tmp_path, NIGHT)
        for v in e["evidence"] if (v["contract"], v["supplier"]) == ("council_tax", "dudley_mbc")
    }  # fmt: skip
    assert resting
    assert {after[x]["status"] for x in resting} <= {"continuing", "changed"}
    page = (tmp_path / "out" / str(LATER) / "hubs" / "E08000027" / "report.html").read_text(encoding="utf-8")
    assert "no file came tonight; the last good file came 20 days ago" in page


def councils(custodian: dict[str, str]):
    """Give properties to other authorities."""

    def change(file: Path) -> None:
        if file.name.startswith("gazetteer"):
            rewritten(file, lambda rows: [{**r, "custodian_code": custodian[r["custodian_code"]]} for r in rows])

    return change


ELSEWHERE = {"4615": "3805", "4620": "3810"}


def test_councils_of_another_part_of_the_country(landing, usual, tmp_path):
    copy = altered(landing, tmp_path, councils(ELSEWHERE))
    config = tmp_path / "north.toml"
    config.write_text(
        '[hubs.E06000011]\nname = "East Riding"\ncustodian_code = "3805"\ncontact = "East Riding duty desk"\n'
        '[hubs.E06000010]\nname = "Hull"\ncustodian_code = "3810"\ncontact = "Hull duty desk"\n'
    )
    assert run_one(replace(plan(copy, tmp_path), settings=settings.load(config)), NIGHT) == 0
    found = exceptions(tmp_path, NIGHT)
    silences_hold(found, {"E06000011", "E06000010"}, listed_places(landing))
    assert len(found) == len(usual), "a code decides who is told and nothing else"
    assert {p.name for p in (tmp_path / "out" / str(NIGHT) / "hubs").iterdir()} >= {"E06000011", "E06000010"}
    page = (tmp_path / "out" / str(NIGHT) / "hubs" / "E06000010" / "report.html").read_text(encoding="utf-8")
    assert "Hull" in page
    assert "Sandwell MASH" not in page


def test_a_council_that_nobody_serves_is_counted_and_told_to_no_hub(landing, usual, tmp_path):
    copy = altered(landing, tmp_path, councils({"4615": "4615", "4620": "3810"}))
    assert run_one(plan(copy, tmp_path), NIGHT) in (0, 1)
    found = exceptions(tmp_path, NIGHT)
    silences_hold(found, SERVED, listed_places(landing))
    assert "E08000028" not in {gss for e in found for gss in e["hubs"]}
    unrouted = told(tmp_path)["counts"]["detect"]["unrouted"]
    assert unrouted > 0
    assert unrouted + len(found) == len(usual)
    assert any(f"{unrouted} exceptions have no hub" in line for line in told(tmp_path)["warnings"])
