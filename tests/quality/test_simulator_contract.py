"""The extracts of a simulated region follow the table contract of the job to the letter."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from linkage.tables import CONTRACTS, required_columns
from sample_data.simulator import simulate

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("landing")
    simulate(5000, 6, 21, out)
    return out / "landing"


def rows_of(landing: Path, contract: str) -> Iterator[tuple[str, Rows]]:
    files = sorted(landing.glob(f"*/{contract}__*.csv"))
    assert files
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            yield f"{file.parent.name}/{file.name}", list(csv.DictReader(stream))


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_headers_hold_what_is_required_and_nothing_unknown(landing: Path, contract: str) -> None:
    known = set(CONTRACTS[contract].names)
    for file in sorted(landing.glob(f"*/{contract}__*.csv")):
        header = set(file.read_text(encoding="utf-8").splitlines()[0].split(","))
        assert set(required_columns(CONTRACTS[contract])) - header == set()
        assert header - known == set()


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_values_are_allowed_and_typed(landing: Path, contract: str) -> None:
    for _, rows in rows_of(landing, contract):
        for column in CONTRACTS[contract].columns:
            values = {r[column.name] for r in rows if column.name in r}
            if column.need == "R" and rows:
                assert "" not in values, column.name
            values.discard("")
            if column.allowed:
                assert values <= set(column.allowed), column.name
            if column.type == "DATE":
                assert all(date(1900, 1, 1) <= date.fromisoformat(v) <= date(2027, 12, 31) for v in values), column.name
            if column.type in ("INTEGER", "DOUBLE"):
                assert all(float(v) >= 0 for v in values), column.name


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_record_ids_are_unique_and_keep_their_person(landing: Path, contract: str) -> None:
    key = "uprn" if contract == "gazetteer" else "record_id"
    born: dict[tuple[str, str], set[str]] = {}
    for name, rows in rows_of(landing, contract):
        ids = [r[key] for r in rows]
        assert len(ids) == len(set(ids))
        for row in rows:
            if "sex" in row:
                born.setdefault((name.split("__")[1], row[key]), set()).add(row["sex"])
    assert all(len(sexes) == 1 for sexes in born.values())


def test_bookings_of_births_stand_in_the_same_suppliers_file(landing: Path) -> None:
    seen = 0
    for name, rows in rows_of(landing, "maternity_birth"):
        bookings = dict(rows_of(landing, "maternity_booking"))[name.replace("maternity_birth", "maternity_booking")]
        by_id = {b["record_id"]: b for b in bookings}
        assert all(by_id[r["booking_record_id"]]["status"] == "delivered" for r in rows)
        seen += len(rows)
    assert seen > 50


def test_pregnancies_become_births_on_the_nights(tmp_path: Path) -> None:
    simulate(1200, 45, 3, tmp_path)
    landing = tmp_path / "landing"
    births = dict.fromkeys(nights(landing), 0)
    active = dict.fromkeys(nights(landing), 0)
    for name, rows in rows_of(landing, "maternity_birth"):
        births[name[:10]] += len(rows)
    for name, rows in rows_of(landing, "maternity_booking"):
        active[name[:10]] += sum(r["status"] == "active" for r in rows)
    first, last = min(births), max(births)
    assert births[last] > births[first]
    assert active[last] < active[first]


def nights(landing: Path) -> list[str]:
    return sorted(p.name for p in landing.iterdir())


def test_manifests_agree_with_their_files(landing: Path) -> None:
    manifests = sorted(landing.glob("*/*.manifest.json"))
    assert len(manifests) >= 2 * len(nights(landing))
    for manifest in manifests:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        file = manifest.with_name(manifest.name.removesuffix(".manifest.json"))
        assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]
        with file.open(encoding="utf-8", newline="") as stream:
            assert sum(1 for _ in csv.DictReader(stream)) == told["rows"]
