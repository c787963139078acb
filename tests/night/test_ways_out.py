"""Ways in which a protected home could get out though every mark is there: one family each, three nights, and nothing of it left.

The families are those of canaries.py; each way changes what the extracts say of one of them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from flows.replay import Plan, run_one
from linkage import settings
from tests.night import canaries as zoo
from tests.night.needles import Needles, files

SEED = 4107
Rows = dict[tuple[str, str], list[dict[str, str]]]
COLUMNS = {contract: names.split() for contract, names in zoo.COLUMNS.items()}
COLUMNS["gp"] += ["residential_institute_code"]
COLUMNS["police"] += ["address_role"]
PREFIXES = ("", "discharge_", "occurrence_")


def record(rows: Rows, c: zoo.Canary, key: str) -> dict[str, str]:
    """A record of the family, as canaries.py names them: M-GP is the mother's registration."""
    wanted = f"{key[:2]}{c.key}{key[2:]}"
    return next(row for found in rows.values() for row in found if row.get("record_id") == wanted)


def property_of(rows: Rows, home: zoo.Home) -> dict[str, str]:
    return next(row for row in rows["gazetteer", "canary"] if row["uprn"] == home.uprn)


def at_home(rows: Rows, home: zoo.Home):
    """Every address group of people's records that gives a home: (row, prefix)."""
    for (contract, _), found in rows.items():
        for row in found if contract not in ("gazetteer", "protected") else ():
            yield from ((row, prefix) for prefix in PREFIXES if row.get(f"{prefix}uprn") == home.uprn)


def listed(rows: Rows, c: zoo.Canary, **entry: str) -> None:
    rows["protected", "hub"].append({"record_id": f"L{c.key}", "reason": "refuge", **entry})


def block(rows: Rows, c: zoo.Canary, name: str) -> str:
    """Make the home flat 1 of two in a building; the building's UPRN."""
    flat, building = property_of(rows, c.home), f"80{c.home.uprn[2:]}"
    flat |= {"sub_building": "FLAT 1", "building_name": name, "classification": "RD06", "parent_uprn": building}
    rows["gazetteer", "canary"] += [
        {**flat, "uprn": building, "sub_building": "", "parent_uprn": "", "classification": "PP"},
        {**flat, "uprn": f"81{c.home.uprn[2:]}", "sub_building": "FLAT 2"},
    ]
    return building


def the_building_is_listed(rows: Rows, c: zoo.Canary, at: int) -> None:
    listed(rows, c, uprn=block(rows, c, "ZEDHOPE COURT"))
    for row, prefix in at_home(rows, c.home):
        row |= {
            f"{prefix}address_line_1": "Flat 1, Zedhope Court",
            f"{prefix}address_line_2": f"{c.home.number} {c.home.street}",
        }


def the_flat_is_listed_and_left_out(rows: Rows, c: zoo.Canary, at: int) -> None:
    block(rows, c, "YODHOPE COURT")
    listed(rows, c, uprn=c.home.uprn)
    for row, prefix in list(at_home(rows, c.home)):
        row |= {
            f"{prefix}address_line_1": "Yodhope Court",
            f"{prefix}address_line_2": f"{c.home.number} {c.home.street}",
            f"{prefix}uprn": "",
        }


def the_gazetteer_gives_another_uprn(rows: Rows, c: zoo.Canary, at: int) -> None:
    listed(rows, c, uprn=c.home.uprn)
    for row, prefix in list(at_home(rows, c.home)):
        row[f"{prefix}uprn"] = ""
    if at:
        property_of(rows, c.home)["uprn"] = f"82{c.home.uprn[2:]}"


def a_row_gives_the_listed_uprn_beside_another_text(rows: Rows, c: zoo.Canary, at: int) -> None:
    listed(rows, c, uprn=c.refuge.uprn)
    record(rows, c, "M-GP")["uprn"] = c.refuge.uprn


def a_temporary_registration_at_the_refuge(rows: Rows, c: zoo.Canary, at: int, **kind: str) -> None:
    listed(rows, c, uprn=c.refuge.uprn)
    for key in ("M-GP", "C-GP"):
        row = record(rows, c, key)
        there = {
            **row,
            **c.refuge.group(),
            "record_id": f"{row['record_id']}2",
            "registered_on": "2025-12-20",
            "practice_code": "M87999",
        }
        rows["gp", "other"].append({**there, **(kind or {"registration_type": "temporary"})})


def a_registration_in_an_institution(rows: Rows, c: zoo.Canary, at: int) -> None:
    a_temporary_registration_at_the_refuge(rows, c, at, residential_institute_code="H01")


def police_wrote_down_an_institution(rows: Rows, c: zoo.Canary, at: int) -> None:
    listed(rows, c, uprn=c.refuge.uprn)
    record(rows, c, "M-PO").update(c.refuge.group(), address_role="institution")


def the_marked_record_is_deducted(rows: Rows, c: zoo.Canary, at: int) -> None:
    """And she is registered, without a mark, where she fled to."""
    row = record(rows, c, "M-GP")
    if at == 0:
        row["sensitivity"] = "S"
    else:
        rows["gp", "canary"].remove(row)
        rows["gp", "other"].append(
            {
                **row,
                **c.refuge.group(),
                "record_id": f"{row['record_id']}2",
                "mobile": "",
                "email": "",
                "registered_on": "2026-01-06",
            }
        )


def the_look_back_of_a_marked_police_row_is_over(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = record(rows, c, "M-PO")
    row |= {"disclosure": "withhold", "occurred_on": "2023-11-01"}
    if at:
        rows["police", "canary"].remove(row)


def _marked_alone(rows: Rows, c: zoo.Canary) -> None:
    """Only her practice's row bears the mark, and nothing but her number leads from it to the others."""
    record(rows, c, "M-GP")["sensitivity"] = "S"
    record(rows, c, "M-MA").update(c.refuge.group(), mobile="", email="")


def a_marked_row_has_a_comma_too_many(rows: Rows, c: zoo.Canary, at: int) -> None:
    _marked_alone(rows, c)
    record(rows, c, "M-GP")["broken"] = "comma" if at else ""


def a_marked_row_cannot_be_read_from_the_first_night_on(rows: Rows, c: zoo.Canary, at: int) -> None:
    _marked_alone(rows, c)
    record(rows, c, "M-GP")["broken"] = "comma"


def a_marked_row_is_cut_short(rows: Rows, c: zoo.Canary, at: int) -> None:
    _marked_alone(rows, c)
    record(rows, c, "M-GP")["broken"] = "cut" if at else ""


def a_marked_row_is_not_in_utf8(rows: Rows, c: zoo.Canary, at: int) -> None:
    _marked_alone(rows, c)
    record(rows, c, "M-GP")["broken"] = "bytes" if at else ""


def the_baby_is_discharged_to_the_refuge(rows: Rows, c: zoo.Canary, at: int) -> None:
    """Mother and baby went there, and her own records still give her former home."""
    listed(rows, c, uprn=c.refuge.uprn)
    if at:
        record(rows, c, "B-MA").update(c.refuge.group("discharge_"), discharge_uprn="", discharged_on="2025-12-28")


WAYS = (
    the_building_is_listed, the_flat_is_listed_and_left_out, the_gazetteer_gives_another_uprn,
    a_row_gives_the_listed_uprn_beside_another_text, a_temporary_registration_at_the_refuge, a_registration_in_an_institution,
    police_wrote_down_an_institution, the_marked_record_is_deducted, the_look_back_of_a_marked_police_row_is_over,
    a_marked_row_has_a_comma_too_many, a_marked_row_cannot_be_read_from_the_first_night_on, a_marked_row_is_cut_short,
    a_marked_row_is_not_in_utf8, the_baby_is_discharged_to_the_refuge,
)  # fmt: skip
BREAK = {
    "comma": lambda line: line + b",x,y",
    "cut": lambda line: b",".join(line.split(b",")[:-6]),
    "bytes": lambda line: line.replace(b" Road", b" Road\xe9\xff"),
}


def write(file: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with open(file, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = file.read_bytes().splitlines()
    for at, row in enumerate(rows, start=1):
        if broken := row.get("broken"):
            lines[at] = BREAK[broken](lines[at])
    file.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What three nights left behind, and the family of each way and of none."""
    work, make = tmp_path_factory.mktemp("ways"), zoo.Maker(SEED)
    families = {way.__name__: zoo._canary(make, "none", "control", i) for i, way in enumerate(WAYS)}
    families |= {f"control {i}": zoo._canary(make, "none", "control", i) for i in range(6)}
    for at, night in enumerate(zoo.NIGHTS):
        rows: Rows = defaultdict(list)
        for c in families.values():
            zoo._family(rows, c, at)
        for way in WAYS:
            way(rows, families[way.__name__], at)
        folder = work / "landing" / str(night)
        folder.mkdir(parents=True)
        for (contract, supplier), found in rows.items():
            write(folder / f"{contract}__{supplier}.csv", COLUMNS[contract], found)
        plan = Plan(work / "landing", work / "store.duckdb", work / "out", settings.load(), 1, prefect=False)
        assert run_one(plan, night) in (0, 1)
    return families, list(files(work / "out"))


def places(c: zoo.Canary) -> set[str]:
    homes = {text for home in (c.home, c.refuge) for text in (home.uprn, home.street)}
    return homes | {f"{n}{c.home.uprn[2:]}" for n in (80, 82)}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_of_her_home_gets_out(left, way):
    families, outputs = left
    needles = Needles(dict.fromkeys(places(families[way.__name__]), way.__name__))
    assert [(str(name), found) for name, data in outputs for found in needles.found(data)] == []


def test_what_is_not_protected_is_found(left):
    families, outputs = left
    for name in (f"control {i}" for i in range(6)):
        needles = Needles({families[name].home.uprn: name})
        assert any(list(needles.found(data)) for _, data in outputs)
