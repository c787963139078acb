"""A listed place that one supplier alone gives, on a night on which that supplier is silent: whom it protects stays protected.

One family a way, three nights; on the second the supplier says nothing of her. Each night is read as the hubs read it, before the next one
puts it right. The families are those of canaries.py.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path

import pytest

from flows.replay import run_one
from tests.night import canaries as zoo
from tests.night.conftest import digest, plan
from tests.night.needles import Needles, files
from tests.night.test_ways_out import COLUMNS, Rows, listed, record, write

SILENT = 1
SEED = 5113


def move(rows: Rows, contract: str, key: str, supplier: str) -> None:
    """Have another supplier say what a record says."""
    row = next(r for r in rows[contract, "canary"] if r["record_id"] == key)
    rows[contract, "canary"].remove(row)
    rows[contract, supplier].append(row)


def at_refuge(rows: Rows, c: zoo.Canary, row: dict[str, str], **more: str) -> dict[str, str]:
    """Have a record say the refuge, in words alone."""
    listed(rows, c, uprn=c.refuge.uprn)
    row.update(c.refuge.group(), uprn="", **more)
    return row


def police_alone(rows: Rows, c: zoo.Canary, at: int, supplier: str = "force") -> None:
    row = at_refuge(rows, c, record(rows, c, "M-PO"), nominal_ref="")
    move(rows, "police", row["record_id"], supplier)
    if at == SILENT:
        del rows["police", supplier]


def police_alone_and_their_file_is_refused(rows: Rows, c: zoo.Canary, at: int) -> None:
    police_alone(rows, c, 0, "county")
    if at == SILENT:
        rows["police", "county"] = [{"record_id": "", "heading": "refused"}]


def police_alone_and_the_row_is_set_aside(rows: Rows, c: zoo.Canary, at: int) -> None:
    at_refuge(rows, c, record(rows, c, "M-PO"), nominal_ref="")
    if at == SILENT:
        record(rows, c, "M-PO")["occurred_on"] = "31/02/2025"


def police_alone_and_the_row_is_unreadable(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = at_refuge(rows, c, record(rows, c, "M-PO"), nominal_ref="", phone="")
    move(rows, "police", row["record_id"], "borough")
    row["broken"] = "comma" if at == SILENT else ""


def the_row_is_withdrawn(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = at_refuge(rows, c, record(rows, c, "M-PO"), nominal_ref="")
    if at >= SILENT:
        rows["police", "canary"].remove(row)


def a_second_registration(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = record(rows, c, "M-GP")
    there = {**row, "record_id": f"{row['record_id']}2", "registered_on": "2025-12-20", "practice_code": "M87999"}
    at_refuge(rows, c, there)
    if at != SILENT:
        rows["gp", "tiny"].append(there)


def the_booking(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = at_refuge(rows, c, record(rows, c, "M-MA"), booked_on="2025-11-01")
    birth = record(rows, c, "B-MA")
    move(rows, "maternity_booking", row["record_id"], "unit")
    move(rows, "maternity_birth", birth["record_id"], "unit")
    if at == SILENT:
        del rows["maternity_booking", "unit"], rows["maternity_birth", "unit"]


def the_childs_police_row(rows: Rows, c: zoo.Canary, at: int) -> None:
    row = {
        **record(rows, c, "M-PO"), "record_id": f"C-{c.key}PO", "given_names": c.child.given, "family_name": c.child.family,
        "date_of_birth": c.child.born.isoformat(), "sex": "1", "role": "child_present", "phone": "", "nominal_ref": "",
    }  # fmt: skip
    at_refuge(rows, c, row)
    if at != SILENT:
        rows["police", "small"].append(row)


def she_registers_anew_that_night(rows: Rows, c: zoo.Canary, at: int) -> None:
    police_alone(rows, c, at, "metropolitan")
    if at == SILENT:
        row = record(rows, c, "M-GP")
        rows["gp", "canary"].remove(row)
        rows["gp", "canary"].append({**row, "record_id": f"{row['record_id']}9", "mobile": "", "email": ""})


def what_links_the_marked_row_to_the_rest(rows: Rows, c: zoo.Canary, at: int) -> None:
    """The marked row gives the refuge; an account in an initial hangs on it by her registration alone, and that is silent."""
    record(rows, c, "M-PO").update(c.refuge.group(), **c.refuge.group("occurrence_"), disclosure="withhold", phone="")
    record(rows, c, "M-CO").update(forenames=c.mother.given[0], phone="", email="")
    for key in ("M-GP", "C-GP"):
        move(rows, "gp", record(rows, c, key)["record_id"], "quiet")
    for contract, key in (("maternity_booking", "M-MA"), ("maternity_birth", "B-MA")):
        move(rows, contract, record(rows, c, key)["record_id"], "quiet")
    record(rows, c, "F-GP")["next_of_kin_phone"] = ""
    if at == SILENT:
        for contract in ("gp", "maternity_booking", "maternity_birth"):
            del rows[contract, "quiet"]


def she_moved_home_again(rows: Rows, c: zoo.Canary, at: int) -> None:
    """Her row comes with another place: nothing is left to protect."""
    police_alone(rows, c, at, "village")
    if at > SILENT:
        rows["police", "village"][0].update(c.home.group())


def the_list_leaves_the_place_out(rows: Rows, c: zoo.Canary, at: int) -> None:
    police_alone(rows, c, at, "island")
    if at > SILENT:
        rows["protected", "hub"] = [r for r in rows["protected", "hub"] if r["uprn"] != c.refuge.uprn]


WAYS = (
    police_alone, police_alone_and_their_file_is_refused, police_alone_and_the_row_is_set_aside, police_alone_and_the_row_is_unreadable,
    the_row_is_withdrawn, a_second_registration, the_booking, the_childs_police_row, she_registers_anew_that_night,
    what_links_the_marked_row_to_the_rest,
)  # fmt: skip
FREED = (she_moved_home_again, the_list_leaves_the_place_out)


def lay_out(landing: Path, rows: Rows) -> None:
    landing.mkdir(parents=True)
    for (contract, supplier), found in rows.items():
        refused = any("heading" in row for row in found)
        write(landing / f"{contract}__{supplier}.csv", ["x"] if refused else COLUMNS[contract], found)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The family of each way and of none; the files of each night as it was written; and of the silent one done again."""
    work, make = tmp_path_factory.mktemp("silent"), zoo.Maker(SEED)
    families = {way.__name__: zoo._canary(make, "none", "control", i) for i, way in enumerate((*WAYS, *FREED))}
    families |= {f"control {i}": zoo._canary(make, "none", "control", i) for i in range(6)}
    written, digests = [], []
    for at, night in enumerate(zoo.NIGHTS):
        rows: Rows = defaultdict(list)
        for c in families.values():
            zoo._family(rows, c, at)
        for way in (*WAYS, *FREED):
            way(rows, families[way.__name__], at)
        lay_out(work / "landing" / str(night), rows)
        for _ in range(2 if at == SILENT else 1):
            shutil.rmtree(work / "out" / str(night), ignore_errors=True)
            assert run_one(plan(work / "landing", work), night) in (0, 1)
            digests.append(digest(work / "out"))
        written.append(list(files(work / "out")))
    return families, written, digests


def found(told, name: str, at: int) -> list[tuple[str, str]]:
    families, written, _ = told
    c = families[name]
    texts = {text for home in (c.home, c.refuge) for text in (home.uprn, home.street)}
    needles = Needles(dict.fromkeys({*texts, c.mother.given, c.mother.number}, name))
    return [(str(file), one) for file, data in written[at] for one in needles.found(data)]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_of_her_gets_out_on_any_night(told, way, at):
    assert found(told, way.__name__, at) == []


@pytest.mark.parametrize("way", FREED, ids=lambda way: way.__name__)
def test_she_is_told_of_when_nothing_protects_her_any_more(told, way):
    assert found(told, way.__name__, SILENT) == []
    assert found(told, way.__name__, SILENT + 1)


def test_what_is_not_protected_is_found(told):
    assert all(found(told, f"control {i}", at) for i in range(6) for at in range(3))


def test_the_silent_night_done_again_has_the_same_bytes(told):
    _, _, digests = told
    assert digests[SILENT] == digests[SILENT + 1]
