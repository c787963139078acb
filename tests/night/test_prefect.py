"""The same night on Prefect's schedule: the same bytes, and nothing of a record in Prefect's own files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import httpx
import psutil
import pytest

from flows.outcome import status_file
from flows.replay import run_one
from linkage import settings
from linkage.settings import Settings, SettingsError
from sample_data.simulator import simulate
from tests.night.conftest import digest, plan

NIGHT = date(2026, 1, 5)
CONFIG = """
[schedule]
cron = "15 3 * * 2-6"
[alerts]
command = ["sh", "-c", "env | grep ^LINKAGE > alert.txt; cat >> alert.txt"]
on = ["done", "done_with_warnings"]
"""


def works(process: psutil.Process) -> bool:
    """Whether a process still runs; one that ended and waits for its parent to look does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Served:
    """`linkage schedule` at work, asked as an operator's own tools would ask: through the server's interface."""

    def __init__(self, work: Path) -> None:
        (work / "settings.toml").write_text(CONFIG, encoding="utf-8")
        command = [
            sys.executable, "-m", "linkage", "schedule", "--landing", str(work / "landing"), "--config", "settings.toml",
            "--store", str(work / "flow" / "store.duckdb"), "--out", str(work / "flow" / "out"),
        ]  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        environment |= {"LINKAGE_STORE_KEY": "a" * 64, "PYTHONPATH": str(Path.cwd())}
        self.process = subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline()
        assert "on a Prefect server of its own" in said
        password = psutil.Process(self.process.pid).children()[0].environ()["PREFECT_API_AUTH_STRING"]
        self.api = httpx.Client(base_url=said.split()[-1], auth=tuple(password.split(":")), timeout=60)

    def ask(self, what: str, until=bool, seconds: float = 600):
        """Every object of a kind, as soon as they are as they should be."""
        end = time.monotonic() + seconds
        while not until(found := self.api.post(f"{what}/filter", json={}).raise_for_status().json()):
            assert self.process.poll() is None
            assert time.monotonic() < end, f"no {what} in time"
            time.sleep(0.3)
        return found

    def stop(self) -> tuple[int, list[psutil.Process]]:
        """Exit status after SIGTERM, and what is still running of what it started."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        return self.process.wait(60), [p for p in started if works(p)]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    work = tmp_path_factory.mktemp("prefect")
    simulate(600, 1, 77, work)
    assert run_one(plan(work / "landing", work / "plain"), NIGHT) in (0, 1)
    return work


@pytest.fixture(scope="module")
def served(both):
    """The deployment as the server holds it, and what the server holds after one run of it."""
    schedule = Served(both)
    try:
        (deployment,) = schedule.ask("deployments")
        runs = schedule.ask("flow_runs")
        unasked = httpx.post(f"{schedule.api.base_url}flow_runs/filter", json={}).status_code
        schedule.api.post(f"deployments/{deployment['id']}/create_flow_run", json={}).raise_for_status()
        ended = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        done = schedule.ask("flow_runs", lambda found: any(r["name"].startswith("night-") for r in found)
                            and all(r["state_type"] in ("SCHEDULED", *ended) for r in found))  # fmt: skip
        found = {"deployment": deployment, "planned": runs, "unasked": unasked, "runs": done,
                "tasks": schedule.ask("task_runs"), "artifacts": schedule.ask("artifacts")}  # fmt: skip
    finally:
        stopped = schedule.stop()
    return {**found, "stopped": stopped}


def test_the_deployment_is_as_the_settings_say(served):
    deployment = served["deployment"]
    (schedule,) = deployment["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("15 3 * * 2-6", "Europe/London")
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert all((run["state_type"] == "SCHEDULED" and "T03:15" in run["expected_start_time"]) or "T02:15" in run["expected_start_time"]
               for run in served["planned"])  # fmt: skip


def test_it_stops_when_told_and_leaves_nobody_behind(served):
    assert served["stopped"] == (0, [])


def test_nobody_is_answered_without_the_password(served):
    assert served["unasked"] == 401


def test_a_run_does_the_nights_that_have_come_with_the_same_bytes(both, served):
    ran = {r["name"]: r["state_type"] for r in served["runs"] if r["state_type"] != "SCHEDULED"}
    assert ran[f"night-{NIGHT}"] == "COMPLETED"
    assert set(ran.values()) == {"COMPLETED"}
    assert digest(both / "flow" / "out") == digest(both / "plain" / "out")


def test_of_the_stages_only_reading_is_tried_again(served):
    retries = {t["name"].rsplit("-", 1)[0]: t["empirical_policy"]["retries"] for t in served["tasks"]}
    assert retries["find_nights"] == retries["sources"] == 3
    assert {name for name, times in retries.items() if times} == {"find_nights", "sources"}


def test_progress_and_counts_are_artifacts(both, served):
    told = {a["key"]: a for a in served["artifacts"]}
    assert told["night-progress"]["data"] == 100
    counts = {row["stage"]: row for row in json.loads(told["night-counts"]["data"])}
    run = json.loads((both / "plain" / "out" / str(NIGHT) / "run.json").read_text())
    assert counts["people"]["people"] == run["counts"]["people"]["people"]
    assert set(counts) == set(run["counts"])


def test_the_status_file_and_the_alert_say_how_it_went(both, served):
    status = json.loads(status_file(both / "flow" / "store.duckdb").read_text())
    assert (status["night"], status["last_published"]) == (str(NIGHT), str(NIGHT))
    assert status["counts"]["people"] > 0
    first, rest = (both / "alert.txt").read_text().split("{", 1)
    assert f"LINKAGE_NIGHT={NIGHT}" in first
    assert f"LINKAGE_OUTCOME={status['outcome']}" in first
    assert "LINKAGE_STORE_KEY" not in first
    assert json.loads("{" + rest) == status


def test_nothing_of_a_record_in_prefects_files(both, served):
    home = both / "flow" / ".store.duckdb.prefect"
    kept = b"".join(f.read_bytes() for f in [*home.rglob("*"), both / "alert.txt"] if f.is_file())
    assert b"protect_clusters" in kept, "stages are told"
    for file in (both / "landing" / str(NIGHT)).glob("gp__*.csv"):
        with open(file, newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                for column in ("nhs_number", "mobile", "email", "address_line_1"):
                    assert not (len(row[column]) > 5 and row[column].encode() in kept), column


def test_files_are_for_the_operator_alone(both, served):
    for file in (both / "flow").rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file.name


@pytest.mark.parametrize("wrong", [{"cron": "at two"}, {"timezone": "Mars"}])
def test_a_schedule_that_cannot_be_is_refused(wrong):
    from flows.deploy import _when

    values = settings.load().values
    with pytest.raises(SettingsError, match="must be minute"):
        _when(Settings({**values, "schedule": {**values["schedule"], **wrong}}))
