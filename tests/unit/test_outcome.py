"""The status file, `linkage status` and the alert command: what they tell, and that they change nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from flows.nightly import _not_said_in_words
from flows.outcome import Outcome, announce, report, status_file
from flows.workroom import NightImpossible
from linkage import settings
from linkage.cli import main
from linkage.settings import Settings, SettingsError

NIGHT = Outcome("2026-01-05", 1, ["gp of a: stale"], "2026-01-05", {"people": 3})


def with_alert(*command: str, on: tuple[str, ...] = ("done_with_warnings",), seconds: float = 30) -> Settings:
    alerts = {"command": list(command), "on": list(on), "timeout_seconds": seconds}
    return Settings({**settings.load().values, "alerts": alerts})


def test_the_status_file_says_how_the_night_went(tmp_path, capsys):
    store = tmp_path / "store.duckdb"
    assert main(["status", "--store", str(store)]) == 2
    announce(NIGHT, store, settings.load())
    told = json.loads(status_file(store).read_text())
    assert (told["outcome"], told["counts"], told["messages"]) == ("done_with_warnings", {"people": 3}, NIGHT.messages)
    assert main(["status", "--store", str(store), "--max-age", "1"]) == 1
    assert "gp of a: stale" in capsys.readouterr().out


def test_a_status_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path, capsys):
    store = tmp_path / "store.duckdb"
    status_file(store).mkdir()
    announce(NIGHT, store, settings.load())
    assert "cannot write the status file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [status_file(store)]


def test_a_schedule_that_died_is_noticed(tmp_path):
    store = tmp_path / "store.duckdb"
    announce(Outcome("2026-01-05", 0, [], None), store, settings.load())
    assert report(store, None)[0] == 0
    code, words = report(store, timedelta(seconds=-1))
    assert code == 2
    assert "is the schedule running?" in words


def test_a_damaged_status_file_is_no_success(tmp_path):
    store = tmp_path / "store.duckdb"
    status_file(store).write_text("{")
    assert report(store, None)[0] == 2


@pytest.mark.parametrize(("on", "runs"), [(("done_with_warnings",), True), (("not_done",), False)])
def test_the_alert_gets_night_outcome_and_counts_without_the_key(tmp_path, monkeypatch, on, runs):
    monkeypatch.setenv("LINKAGE_STORE_KEY", "secret")
    file = tmp_path / "told"
    announce(NIGHT, tmp_path / "store.duckdb", with_alert("sh", "-c", f"env > {file}; cat >> {file}", on=on))
    assert file.exists() == runs
    if runs:
        told = file.read_text()
        assert "LINKAGE_NIGHT=2026-01-05" in told
        assert "LINKAGE_EXIT_CODE=1" in told
        assert '"people": 3' in told
        assert "secret" not in told


@pytest.mark.parametrize("command", [("false",), ("/no/such/command",), ("sleep", "9")])
def test_an_alert_that_fails_is_said_and_no_more(tmp_path, capsys, command):
    announce(NIGHT, tmp_path / "store.duckdb", with_alert(*command, seconds=0.2))
    assert "the alert command failed" in capsys.readouterr().err
    assert report(tmp_path / "store.duckdb", None)[0] == 1


@pytest.mark.parametrize("wrong", [{"command": "sh -c true"}, {"command": ["true"], "on": ["never"]}])
def test_alerts_that_cannot_be_are_refused(tmp_path, wrong):
    values = settings.load().values
    with pytest.raises(SettingsError, match="alerts"):
        announce(
            replace(NIGHT), tmp_path / "store.duckdb", Settings({**values, "alerts": {**values["alerts"], **wrong}})
        )


def test_a_night_that_was_done_before_is_not_announced_again(tmp_path):
    store = tmp_path / "store.duckdb"
    announce(NIGHT, store, settings.load())
    before = status_file(store).read_text()
    announce(replace(NIGHT, exit_code=0, passed_over=True), store, settings.load())
    assert status_file(store).read_text() == before
    assert "passed_over" not in before


def test_prefect_adds_no_page_of_calls_to_what_is_said_in_words(caplog):
    told = logging.getLogger("a_run")
    told.addFilter(_not_said_in_words)
    for error in (NightImpossible("there is no folder"), ValueError("a fault")):
        try:
            raise error
        except (NightImpossible, ValueError):
            told.exception("Encountered exception")
    told.error("Finished in state Failed('Task run encountered an exception NightImpossible: there is no folder')")
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]
