"""Where a protected person lives changes no byte of what goes out: no count, no flag to another hub, no gap."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flows.replay import run_one
from tests.night import canaries as zoo
from tests.night.conftest import plan

NIGHT = zoo.NIGHTS[0]


def families() -> list[zoo.Canary]:
    found, _ = zoo.region(7)
    protected = {c.mark: c for c in found if c.order == "first night"}
    return [*protected.values(), *[c for c in found if c.order == "control"][:6]]


def elsewhere(c: zoo.Canary) -> zoo.Canary:
    """The same family at its other property: both stand in the gazetteer, which stays as it is."""
    return c if c.order == "control" else replace(c, home=c.refuge, refuge=c.home, records=[])


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> tuple[Path, Path]:
    outs = []
    for name, family in (("one", families()), ("other", [elsewhere(c) for c in families()])):
        work = tmp_path_factory.mktemp(name)
        zoo.write(work / "landing", family, [])
        for table in (work / "landing" / str(NIGHT)).glob("gazetteer__*.csv"):
            head, *rows = table.read_text().splitlines(keepends=True)
            table.write_text(head + "".join(sorted(rows)))
        assert run_one(plan(work / "landing", work), NIGHT) in (0, 1)
        outs.append(work / "out" / str(NIGHT))
    return outs[0], outs[1]


def test_the_two_worlds_differ(both):
    assert any(c.home.custodian != elsewhere(c).home.custodian for c in families())
    one, other = (json.loads((out / "run.json").read_text()) for out in both)
    assert {f["sha256"] for f in one["files"]} != {f["sha256"] for f in other["files"]}


def test_every_file_has_the_same_bytes(both):
    one, other = ({f.relative_to(out): f.read_bytes() for f in out.rglob("*") if f.is_file()} for out in both)
    assert one.keys() == other.keys()
    assert [
        str(name) for name in one if one[name] != other[name] and name.name not in ("run.json", ".fingerprint")
    ] == []
    assert any("hubs" in str(name) for name in one), "the controls are told of"


def test_every_count_is_the_same(both):
    one, other = (json.loads((out / "run.json").read_text()) for out in both)
    for part in ("counts", "exceptions", "warnings", "suppressed"):
        assert one[part] == other[part], part
