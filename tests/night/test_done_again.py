"""A night done again: what protection held back the first time is held back again, and what was put right comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from flows.replay import run_many, run_one
from linkage import settings, store
from linkage.deliver.outbox import known
from tests.night import canaries as zoo
from tests.night.conftest import digest, plan
from tests.night.test_faults import rewrite, table

FIRST, SECOND, THIRD = zoo.NIGHTS
Row = dict[str, str]


@dataclass
class Town:
    """A few open families in three nights of extracts. Of one the father is known to his practice alone, and somebody lives with him."""

    work: Path
    family: zoo.Canary

    @property
    def landing(self) -> Path:
        return self.work / "landing"

    @property
    def father(self) -> str:
        return f"F-{self.family.key}GP"

    def run(self, night: date) -> None:
        assert run_one(plan(self.landing, self.work), night) in (0, 1)

    def change(self, contract: str, nights: Iterable[date], change: Callable[[list[Row]], list[Row]]) -> None:
        for night in nights:
            rewrite(self.landing / str(night) / f"{contract}__canary.csv", change)

    def set(self, record: str, nights: Iterable[date], **values: str) -> None:
        """Set columns of one GP row."""
        self.change("gp", nights, lambda rows: [r | values if r["record_id"] == record else r for r in rows])

    def told_at(self, uprn: str, night: date) -> list[str]:
        return sorted(row["record_id"] for row in table(self.work, night, "residence") if row["uprn"] == uprn)


@pytest.fixture
def town(tmp_path) -> Town:
    make = zoo.Maker(37)
    families = [zoo._canary(make, "none", "control", i) for i in range(6)]
    zoo.write(tmp_path / "landing", families, [])
    town = Town(tmp_path, families[0])
    lodger = make.person(date(1970, 1, 1))
    row = {"record_id": "LODGER", "nhs_number": lodger.number, "given_names": lodger.given, "family_name": lodger.family,
           "date_of_birth": "1970-01-01", "practice_code": "M87001", "registered_on": "2020-02-01"}  # fmt: skip
    town.change(
        "gp", zoo.NIGHTS, lambda rows: [*rows, dict.fromkeys(rows[0], "") | row | town.family.fathers_home.group()]
    )
    town.change("police", zoo.NIGHTS, lambda rows: [r for r in rows if r["record_id"] != f"F-{town.family.key}PO"])
    return town


def lost(town: Town) -> None:
    shutil.rmtree(town.work / "out" / str(SECOND))


def corrected(town: Town) -> None:
    town.change("council_tax", [SECOND], lambda rows: rows[:-1])


@pytest.mark.parametrize("why", [lost, corrected])
def test_a_former_home_is_held_back_when_the_night_of_its_mark_is_done_again(town, why):
    """The mark comes on the night on which the address goes: only the night before said it, and that row is blank since."""
    home = town.family.fathers_home
    gone = dict.fromkeys(home.group(), "")
    town.set(town.father, [SECOND, THIRD], sensitivity="S", **gone)
    town.run(FIRST)
    assert town.told_at(home.uprn, FIRST) == [town.father, "LODGER"]
    town.run(SECOND)
    assert town.told_at(home.uprn, SECOND) == []
    before = digest(town.work / "out")
    why(town)
    town.run(SECOND)
    assert town.told_at(home.uprn, SECOND) == []
    if why is lost:
        assert digest(town.work / "out") == before
    town.run(THIRD)
    assert town.told_at(home.uprn, THIRD) == []
    town.set(town.father, [THIRD], sensitivity="")
    town.run(THIRD)
    assert town.told_at(home.uprn, THIRD) == ["LODGER"]


def test_somebody_listed_by_mistake_is_told_of_again_when_the_list_is_corrected_and_the_night_done_again(town):
    home, listed = town.family.fathers_home, town.landing / str(SECOND) / "protected__canary.csv"
    town.run(FIRST)
    before = town.told_at(home.uprn, FIRST)
    for entries, told in ((f"x,,{town.family.father.number},,other,,\n", []), ("", before)):
        listed.write_text(",".join(zoo.COLUMNS["protected"].split()) + "\n" + entries)
        town.run(SECOND)
        assert town.told_at(home.uprn, SECOND) == told
    town.run(THIRD)
    assert town.told_at(home.uprn, THIRD) == before


# A night before the mark


def marked(town: Town) -> None:
    town.set(town.father, [SECOND], sensitivity="S")


def listed(town: Town, **entry: str) -> None:
    file = town.landing / str(SECOND) / "protected__canary.csv"
    columns = zoo.COLUMNS["protected"].split()
    row = {"record_id": "x", "reason": "other"} | entry
    file.write_text("\n".join((",".join(columns), ",".join(row.get(c, "") for c in columns), "")))


def listed_by_number(town: Town) -> None:
    listed(town, nhs_number=town.family.father.number)


def listed_by_place(town: Town) -> None:
    listed(town, uprn=town.family.fathers_home.uprn)


def marked_elsewhere(town: Town) -> None:
    """Another practice's row of him, which shares neither number nor phone with the first, and whose address is not said."""
    him = town.family.father
    row = {"record_id": "ELSEWHERE", "given_names": him.given, "family_name": him.family, "date_of_birth": str(him.born), "sex": him.sex,
           "practice_code": "M88003", "registered_on": "2026-01-05", "sensitivity": "S"}  # fmt: skip
    town.change("gp", [SECOND], lambda rows: [*rows, dict.fromkeys(rows[0], "") | row])


@pytest.mark.parametrize("mark", [marked, listed_by_number, listed_by_place, marked_elsewhere])
def test_a_mark_that_a_later_night_knew_holds_on_a_night_done_again(town, mark):
    def told(night: date) -> set[str]:
        rows = [row for name in ("persons", "residence") for row in table(town.work, night, name)]
        return {row["record_id"] for row in rows if row["record_id"] == town.father}

    mark(town)
    town.run(FIRST)
    assert told(FIRST)
    town.run(SECOND)
    assert not told(FIRST) | told(SECOND)
    town.change("council_tax", [FIRST], lambda rows: rows[:-1])
    for night in (FIRST, SECOND):
        assert run_one(plan(town.landing, town.work), night, again=True) in (0, 1)
        assert not told(night)
        assert (rows_of(town.work, "foreseen") > 0) is (night == FIRST)


def test_a_mark_holds_on_the_last_night_too_while_its_supplier_is_refused(town):
    marked(town)
    town.run(FIRST)
    town.run(SECOND)
    (town.landing / str(SECOND) / "gp__canary.csv").write_text("x\n")
    town.change("council_tax", [FIRST], lambda rows: rows[:-1])
    assert run_many(plan(town.landing, town.work), FIRST, SECOND) == 1
    assert town.father not in {row["record_id"] for row in table(town.work, SECOND, "persons")}


def rows_of(work: Path, name: str) -> int:
    con = store.connect()
    store.attach(con, work / "store.duckdb", store.key_for(work / "store.duckdb"), read_only=True)
    count = con.execute(f"SELECT count(*) FROM store.{name}").fetchone()
    con.close()
    return count[0] if count else 0


def test_of_a_replay_the_last_night_alone_is_handed_over(town, tmp_path):
    """Also where an earlier one has changed: what a later night took from it would leave once more."""
    config = tmp_path / "config.toml"
    config.write_text(f'[delivery]\noutbox = "{tmp_path / "outbox"}"\n')
    what = replace(plan(town.landing, town.work), settings=settings.load(config))
    mother = town.family.mother.given
    for corrected in (mother, "Zilvina"):
        for file in (town.landing / str(FIRST)).glob("*.csv"):
            file.write_text(file.read_text().replace(mother, corrected))
        assert run_many(what, FIRST, SECOND) in (0, 1)
        handed = known(tmp_path / "outbox")
        assert {d.night for d in handed} == {str(SECOND)}
