"""What goes wrong around a night: killed anywhere, no room, two at once, clocks, and suppliers that misbehave.

After each: nothing lost, nothing half-published, the next run right. `calm` is the same region undisturbed; wherever nothing but
the disturbance differs, the bytes must be equal to it.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet
import pytest

from flows import nightly, upkeep
from flows.outcome import status_file
from flows.replay import nights_in, run_many, run_one
from linkage import settings, store
from linkage.people.verdict import Outcome, Verdict, question_of
from linkage.review.inbox import Inbox
from linkage.sources.decisions import inbox_of
from linkage.tables import PEOPLE_CONTRACTS
from sample_data.simulator import simulate
from tests.night import child
from tests.night.conftest import digest, exceptions, plan

STEPS = [*(stage.name for stage in nightly._stages()), "write_run", "ready", "committed"]
"""Every boundary of stages, and the steps of publication."""


@dataclass
class Calm:
    """An undisturbed replay: its landing folder, its nights, and the store and results as they stood after each."""

    folder: Path
    nights: list[date]

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    def after(self, place: int) -> Path:
        return self.folder / "after" / str(self.nights[place])

    def begin(self, work: Path, place: int) -> Path:
        """A copy of the store and results after a night, to go on from."""
        return Path(shutil.copytree(self.after(place), work / "work"))


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calm")
    # Here nobody lives at a withheld place whose records a late or renumbering supplier holds: what is not kept cannot stand.
    simulate(300, 5, 14, folder)
    found = Calm(folder, nights_in(folder / "landing"))
    for night in found.nights:
        assert run_one(plan(found.landing, folder / "work", threads=2), night) in (0, 1)
        shutil.copytree(folder / "work", folder / "after" / str(night))
    return found


def leftovers(work: Path) -> list[str]:
    """What only a run under way may have."""
    hidden = [p.name for p in (work / "out").iterdir() if p.name.startswith(".")]
    return hidden + [p.name for p in work.iterdir() if ".building" in p.name]


# Killed


@pytest.fixture(scope="module")
def killed(calm, tmp_path_factory):
    """For every step: the second night killed right after it, then run again. Two at a time: the machine has two cores."""

    def kill_and_resume(step: str) -> dict[str, object]:
        work = calm.begin(tmp_path_factory.mktemp("killed"), 0)
        what = plan(calm.landing, work), calm.nights[1]
        died = child.run(*what, die_after=step)
        shown = {k: v for k, v in digest(work / "out").items() if not k.startswith(".")}
        stood = (work / "store.duckdb").read_bytes()
        resumed = child.run(*what)
        return {"died": died, "shown": shown, "store": stood, "resumed": resumed, "work": work}

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(STEPS, pool.map(kill_and_resume, STEPS), strict=True))


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_any_step_nothing_is_lost_and_the_next_run_is_right(calm, killed, step):
    found = killed[step]
    assert found["died"] == -9
    assert found["shown"] == digest(calm.after(0) / "out")
    if step != "committed":
        assert found["store"] == (calm.after(0) / "store.duckdb").read_bytes()
    assert found["resumed"] in (0, 1)
    assert digest(found["work"] / "out") == digest(calm.after(1) / "out")
    assert leftovers(found["work"]) == []


def test_every_step_was_a_place_to_die(calm, killed, record_property):
    wrong = [s for s in STEPS if digest(killed[s]["work"] / "out") != digest(calm.after(1) / "out")]
    record_property("nights killed, each right after another step", len(killed))
    record_property("killed nights after which something was lost or half-made", len(wrong))
    assert not wrong


@pytest.mark.parametrize("step", ["report", "committed"])
def test_what_a_killed_night_left_in_plain_text_goes_with_the_next_work_on_the_store(calm, tmp_path, step):
    """Another night, one that is done already, or the deletion of what is over."""
    for name, work_on in (
        ("another night", lambda work: run_one(plan(calm.landing, work), calm.nights[2])),
        ("a night that is done", lambda work: run_one(plan(calm.landing, work), calm.nights[0])),
        (
            "retain",
            lambda work: upkeep.retain(work / "store.duckdb", work / "out", None, calm.nights[1], settings.load()),
        ),
    ):
        work = calm.begin(tmp_path / name, 0)
        assert child.run(plan(calm.landing, work), calm.nights[1], die_after=step) == -9
        (work / "out" / ".old-2026-01-01" / "hubs").mkdir(parents=True)
        work_on(work)
        assert [p.name for p in (work / "out").iterdir() if p.name.startswith(".")] == []
        assert (work / "out" / str(calm.nights[1])).exists() is (step == "committed"), name


# Disk, permissions, two at once, clocks


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own of 64 MB; None where this user may not mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(
            "mounting a small disk needs root and the right to mount; the limit on file size is tested all the same"
        )
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk up to so many free bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * (shutil.disk_usage(disk).free - leave))
    return ballast


@pytest.mark.parametrize("copies", [0, 1], ids=["no room for the copy", "no room to finish"])
def test_a_full_disk_publishes_nothing_and_loses_nothing(calm, small_disk, monkeypatch, capsys, copies):
    work = calm.begin(small_disk, 0)
    stood = (work / "store.duckdb").read_bytes()
    ballast = fill(small_disk, copies * len(stood) + 300_000)
    assert run_one(plan(calm.landing, work), calm.nights[1]) == 2
    assert "the disk is full" in capsys.readouterr().err
    assert digest(work / "out") == digest(calm.after(0) / "out")
    assert (work / "store.duckdb").read_bytes() == stood
    ballast.unlink()
    if copies:
        # The clock goes back on the same occasion: nothing of a night follows the machine's clock.
        class Past(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime(2001, 1, 1, tzinfo=tz or UTC)

        for module in ("flows.stages", "flows.outcome", "linkage.audit"):
            monkeypatch.setattr(f"{module}.datetime", Past)
        assert run_one(plan(calm.landing, work), calm.nights[1]) in (0, 1)
        assert digest(work / "out") == digest(calm.after(1) / "out")
        told = json.loads((work / "out" / str(calm.nights[1]) / "run.json").read_text())
        assert told["started_at"].startswith("2001")


def test_a_limit_on_file_size_publishes_nothing(calm, tmp_path):
    work = calm.begin(tmp_path, 0)
    stood = (work / "store.duckdb").read_bytes()
    assert child.run(plan(calm.landing, work), calm.nights[1], largest_file=len(stood) // 2) == 2
    assert digest(work / "out") == digest(calm.after(0) / "out")
    assert (work / "store.duckdb").read_bytes() == stood
    assert leftovers(work) == []


def test_too_little_memory_is_said_and_publishes_nothing(calm, tmp_path, capsys):
    work = calm.begin(tmp_path, 0)
    stood = (work / "store.duckdb").read_bytes()
    assert run_one(replace(plan(calm.landing, work), memory="100MB"), calm.nights[1]) == 2
    told = capsys.readouterr().err
    assert "--memory 100MB is too little for these files" in told
    assert "Run the night again with more" in told
    assert digest(work / "out") == digest(calm.after(0) / "out")
    assert (work / "store.duckdb").read_bytes() == stood
    assert leftovers(work) == []


def run_as_a_plain_user(landing: Path, work: Path, night: date) -> subprocess.CompletedProcess[str]:
    """A night in a process that file permissions bind: they do not bind root, as whom the tests may run."""
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*bound, sys.executable, "-m", "linkage", "run", "--no-prefect", "--landing", str(landing), "--night", str(night),
               "--store", str(work / "store.duckdb"), "--out", str(work / "out")]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_extract_that_may_not_be_read_is_refused_and_its_last_good_one_stands(calm, tmp_path):
    work, night = calm.begin(tmp_path, 0), calm.nights[1]
    folder = Path(shutil.copytree(calm.landing / str(night), tmp_path / "landing" / str(night)))
    file = min(folder.glob("gp__*.csv"))
    file.chmod(0)
    done = run_as_a_plain_user(tmp_path / "landing", work, night)
    assert done.returncode == 1, done.stderr
    said = f"gp of {file.stem.split('__')[1]}: refused: the job cannot read it; correct its permissions; the file of {calm.nights[0]}"
    assert said in done.stderr
    assert "cannot write" not in done.stderr
    told = json.loads((work / "out" / str(night) / "run.json").read_text(encoding="utf-8"))
    assert [f["path"] for f in told["files"] if f["status"] == "refused"] == [file.name]
    file.chmod(0o600)
    again = run_one(plan(tmp_path / "landing", work), night)  # now it is another night, and done again
    assert again in (0, 1)
    assert digest(work / "out") == digest(calm.after(1) / "out")


def test_a_folder_that_may_not_be_read_is_said_and_publishes_nothing(calm, tmp_path):
    work, night = calm.begin(tmp_path, 0), calm.nights[1]
    folder = tmp_path / "landing" / str(night)
    folder.mkdir(parents=True, mode=0)
    done = run_as_a_plain_user(tmp_path / "landing", work, night)
    assert done.returncode == 2
    assert f"cannot read {folder}: Permission denied; last night's output stands" in done.stderr
    assert digest(work / "out") == digest(calm.after(0) / "out")
    assert leftovers(work) == []


def test_a_read_only_store_is_said_and_left_as_it_is(calm, small_disk, capsys):
    work = calm.begin(small_disk, 0)
    before = digest(work)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert run_one(plan(calm.landing, work), calm.nights[1]) == 2
    assert "Read-only file system" in capsys.readouterr().err
    assert digest(work) == before


def test_of_two_runs_at_once_the_second_says_so_and_leaves(calm, tmp_path, capsys):
    work = calm.begin(tmp_path, 0)
    first = child.start(plan(calm.landing, work), calm.nights[1])
    while first.is_alive() and not (work / "store.duckdb.building").exists():
        time.sleep(0.02)
    status = status_file(work / "store.duckdb").read_bytes()
    assert run_one(plan(calm.landing, work), calm.nights[1]) == 2
    assert "another run is working" in capsys.readouterr().err
    assert first.is_alive()
    assert status_file(work / "store.duckdb").read_bytes() == status, "the first run's to write"
    first.join()
    assert first.exitcode in (0, 1)
    assert digest(work / "out") == digest(calm.after(1) / "out")


# Suppliers


def rewrite(file: Path, change) -> None:
    """Replace the rows of an extract (a list of dicts) by what `change` makes of them; its manifest goes."""
    with open(file, newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    rows = change(rows)
    with open(file, "w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    file.with_name(file.name + ".manifest.json").unlink(missing_ok=True)


def table(work: Path, night: date, name: str) -> list[dict]:
    return pyarrow.parquet.read_table(work / "out" / str(night) / f"{name}.parquet").to_pylist()


def key(row: dict) -> tuple[str, ...]:
    return tuple(row[k] for k in ("contract", "supplier", "record_id", "mention"))


def people(work: Path, night: date) -> set[frozenset]:
    """Who is one person, whatever the id."""
    found = defaultdict(set)
    for row in table(work, night, "persons"):
        found[row["person_id"]].add(key(row))
    return {frozenset(mentions) for mentions in found.values()}


def remembered(work: Path) -> set[tuple[str, ...]]:
    """Records that the store keeps. What stands at a protected place is not kept, so no id of it outlasts a silent night."""
    con = store.connect()
    store.attach(con, work / "store.duckdb", store.key_for(work / "store.duckdb"), read_only=True)
    found = {
        (name, *row)
        for name in PEOPLE_CONTRACTS
        for row in con.execute(f"SELECT DISTINCT supplier, record_id FROM store.{name}_record").fetchall()
    }
    con.close()
    return found


def questions_of(work: Path) -> dict[frozenset[str], str]:
    """The mentions that each of the night's questions is about, and the hash of what an officer sees of them."""
    con = store.connect()
    store.attach(con, work / "store.duckdb", store.key_for(work / "store.duckdb"), read_only=True)
    found = con.execute("SELECT flatten(groups), evidence_hash FROM store.question ORDER BY position").fetchall()
    con.close()
    return {frozenset(mentions): seen for mentions, seen in found}


def homes(work: Path, night: date) -> set[tuple]:
    """What is said of residence, but for the night on which it became known."""
    return {tuple(v for k, v in row.items() if k != "known_on") for row in table(work, night, "residence")}


LATE, SHRUNK, DOUBLED, CHANGED, WIDER = (
    "gp__dudley_emis.csv", "council_tax__sandwell_mbc.csv", "gp__sandwell_systmone.csv", "police__wmp_niche.csv",
    "council_tax__dudley_mbc.csv",
)  # fmt: skip


def disturb(landing: Path, nights: list[date]) -> None:
    """A supplier is late by three nights; meanwhile one shrinks, one doubles, one changes its columns."""
    _, second, third, fourth, _ = (landing / str(night) for night in nights)
    for folder in (second, third, fourth):
        (folder / LATE).unlink()
        (folder / f"{LATE}.manifest.json").unlink()
    rewrite(second / SHRUNK, lambda rows: rows[: len(rows) // 2])
    rewrite(third / DOUBLED, lambda rows: rows + [{**r, "record_id": f"{r['record_id']}d"} for r in rows])
    rewrite(
        fourth / CHANGED,
        lambda rows: [{"kind" if k == "occurrence_type" else k: v for k, v in r.items()} for r in rows],
    )
    rewrite(fourth / WIDER, lambda rows: [{**r, "band": "B"} for r in rows])


@pytest.fixture(scope="module")
def disturbed(calm, tmp_path_factory):
    """The region with three nights of misfortune; exit status and messages by night."""
    work = calm.begin(tmp_path_factory.mktemp("disturbed"), 0)
    shutil.copytree(calm.landing, work / "landing")
    disturb(work / "landing", calm.nights)
    status = [run_one(plan(work / "landing", work), night) for night in calm.nights[1:]]
    told = [json.loads((work / "out" / str(n) / "run.json").read_text()) for n in calm.nights[1:]]
    return work, status, told


def test_late_shrunken_doubled_and_changed_suppliers_are_named_each_night(disturbed):
    _, status, told = disturbed
    assert status[:3] == [1, 1, 1]
    for night, wanted in zip(told, (["far fewer"], ["far more"], ["occurrence_type"], []), strict=True):
        said = " | ".join(night["warnings"])
        assert ("gp of dudley_emis: stale" in said) == bool(wanted)
        assert all(words in said for words in wanted)
        state = {(f["contract"], f["supplier"]): f["status"] for f in night["files"]}
        assert state["council_tax", "dudley_mbc"] == "accepted", "an unknown column is no error"


def test_what_they_said_before_stands_meanwhile(calm, disturbed):
    work, _, _ = disturbed
    before = {key(r) for r in table(work, calm.nights[0], "persons")}
    for night in calm.nights[1:4]:
        assert {k for k in before if k[1] == "dudley_emis"} <= {key(r) for r in table(work, night, "persons")}
        assert not [e for e in exceptions(work, night) if e["status"] == "resolved" and any(
            said["supplier"] == "dudley_emis" for said in e["evidence"])]  # fmt: skip


def test_once_all_deliver_again_everything_is_as_if_nothing_had_been(calm, disturbed):
    work, status, _ = disturbed
    last, undisturbed = calm.nights[-1], calm.after(-1)
    assert status[3] == json.loads((undisturbed / "out" / str(last) / "run.json").read_text())["exit_code"]
    assert people(work, last) == people(undisturbed, last)
    assert homes(work, last) == homes(undisturbed, last)
    kept = remembered(undisturbed)
    was = {key(r) for r in table(work, calm.nights[0], "persons") if key(r)[:3] in kept}
    assert len(was) > 450
    one, other = (
        {key(r): r["person_id"] for r in table(w, last, "persons") if key(r) in was} for w in (work, undisturbed)
    )
    assert one == other, "who was there before keeps the id"


def test_corrected_past_extracts_are_named_and_replayed_on_request(calm, disturbed, tmp_path, capsys):
    work = Path(shutil.copytree(disturbed[0], tmp_path / "work"))
    corrected = plan(calm.landing, work)
    before = digest(work / "out")
    assert run_many(corrected) == 2
    assert f"linkage replay --from {calm.nights[1]}" in capsys.readouterr().err
    assert run_many(corrected, calm.nights[1], calm.nights[2]) == 2, "later nights would be lost"
    gone = Path(shutil.copytree(calm.landing, tmp_path / "landing"))
    shutil.rmtree(gone / str(calm.nights[2]))
    assert run_many(plan(gone, work), calm.nights[1]) == 2, "a night whose folder is gone would be lost"
    assert digest(work / "out") == before
    assert run_many(corrected, calm.nights[1]) in (0, 1)
    assert digest(work / "out") == digest(calm.after(-1) / "out")
    assert run_many(corrected) in (0, 1), "now every night is done already"


def test_a_supplier_that_renumbers_is_named_and_nobody_loses_an_id(calm, tmp_path, capsys):
    work, night = calm.begin(tmp_path, 0), calm.nights[1]
    landing = Path(shutil.copytree(calm.landing, tmp_path / "landing"))
    keys: dict[tuple[str, str], str] = {}

    def afresh(rows):
        found = [{**row, "record_id": f"N{n:05}"} for n, row in enumerate(reversed(rows))]
        keys.update(
            {
                ("dudley_emis", new["record_id"]): old["record_id"]
                for new, old in zip(found, reversed(rows), strict=True)
            }
        )
        return found

    def moved_up(rows):
        ids = [row["record_id"] for row in rows]
        found = [{**row, "record_id": new} for row, new in zip(rows, [*ids[1:], ids[0]], strict=True)]
        keys.update({("sandwell_mbc", new["record_id"]): old for new, old in zip(found, ids, strict=True)})
        return found

    def old_mention(mention):
        contract, supplier, record, role = mention.split("|")
        return "|".join((contract, supplier, keys.get((supplier, record), record), role))

    rewrite(landing / str(night) / LATE, afresh)
    rewrite(landing / str(night) / SHRUNK, moved_up)
    still = questions_of(calm.after(1))
    judged = next(
        q for q, seen in questions_of(work).items() if still.get(q) == seen and any("|dudley_emis|" in m for m in q)
    )
    told = "V1", question_of(judged), still[judged], calm.nights[0], "2026-01-05T10:00:00", "olive"
    verdict = Verdict(*told, Outcome.CANNOT_TELL, "too_little", (tuple(sorted(judged)),), 1)
    Inbox(inbox_of(work / "store.duckdb"), store.key_for(work / "store.duckdb")).give_verdict(verdict, "", None)
    assert run_one(plan(landing, work), night) in (0, 1)
    told_again = {frozenset(map(old_mention, q)): seen for q, seen in questions_of(work).items()}
    assert told_again.keys() == still.keys() - {judged}, "a verdict holds, though its records have other keys"
    assert all(seen == still[q] for q, seen in told_again.items()), "a new key is no new evidence"
    said = capsys.readouterr().err
    assert "gp of dudley_emis: renumbered" in said
    assert "council_tax of sandwell_mbc: renumbered" in said

    def old(row):
        return {**row, "record_id": keys.get((row["supplier"], row["record_id"]), row["record_id"])}

    undisturbed = calm.after(1)
    kept = remembered(undisturbed)
    for name in ("persons", "residence"):
        ours, theirs = [old(r) for r in table(work, night, name)], table(undisturbed, night, name)
        assert {key(r) for r in ours} == {key(r) for r in theirs}, name
        ours, theirs = ({tuple(r.items()) for r in rows if key(r)[:3] in kept} for rows in (ours, theirs))
        assert len(theirs) > 450, name
        assert ours == theirs, name
    assert table(work, night, "households") == table(undisturbed, night, "households")
    ours, theirs = ({(e["exception_id"], e["status"], e["claim"], e["first_raised"]) for e in exceptions(w, night)}
                    for w in (work, undisturbed))  # fmt: skip
    assert ours == theirs
    assert ours, "the region has exceptions"


def test_a_retired_supplier_is_missed_no_more_and_what_it_said_is_withdrawn(calm, tmp_path, capsys):
    work, night = calm.begin(tmp_path, 0), calm.nights[1]
    landing = Path(shutil.copytree(calm.landing, tmp_path / "landing"))
    (landing / str(night) / CHANGED).unlink()
    retired = {**plan(landing, work).settings.values, "suppliers": {"wmp_niche": {"retired_on": str(night)}},
               "sources": {"required_contracts": ["gp"]}}  # fmt: skip
    asked = plan(landing, work)
    assert run_one(
        type(asked)(landing, asked.store, asked.out, type(asked.settings)(retired), prefect=False), night
    ) in (0, 1)
    assert "wmp_niche" not in "".join(
        line for line in capsys.readouterr().err.splitlines() if "its manifest came without" not in line
    )
    assert not [r for r in table(work, night, "persons") if r["contract"] == "police"]
    assert [r for r in table(work, calm.nights[0], "persons") if r["contract"] == "police"]
