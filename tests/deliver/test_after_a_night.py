"""Publish, then deliver: whatever delivery does, the published night stands."""

from __future__ import annotations

import json
from datetime import date

import pytest

from flows import replay
from linkage import audit
from linkage.deliver import command
from tests.deliver.conftest import LEAD, OTHER, PRACTICE


@pytest.fixture
def plan(night, given, tmp_path):
    def made(recipients=None, **delivery):
        settings = given(recipients, **{"outbox": str(tmp_path / "outbox"), **delivery})
        return replay.Plan(tmp_path, tmp_path / "store", tmp_path / "out", settings)

    return made


def after(plan):
    return replay._deliver(plan, date(2026, 1, 5))


def content(night):
    return {f: f.read_bytes() for f in night.rglob("*") if f.is_file()}


def test_a_night_is_delivered_when_an_outbox_is_set(night, plan, tmp_path):
    assert after(plan()) == 0
    assert len(list((tmp_path / "outbox").rglob("*.zip"))) == 3


def test_each_delivery_is_in_the_audit_log_once(night, plan, tmp_path):
    for _ in range(2):
        after(plan())
    log = audit.log_of(tmp_path / "store")
    assert len(audit.verify(log).hashes) == 3
    told = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert {e["event"] for e in told} == {"delivered"}
    assert {e["recipient"] for e in told} == {LEAD, OTHER, PRACTICE}


def test_without_an_outbox_nothing_is_done(night, plan, tmp_path):
    assert after(plan(outbox="")) == 0
    assert not (tmp_path / "outbox").exists()


@pytest.mark.parametrize(
    "recipients", [{LEAD: {"way": "fax"}}, {LEAD: {"age": ["age1nonsense"]}}], ids=["settings", "dead"]
)
def test_a_failed_delivery_is_a_warning_and_the_night_stands(night, plan, capsys, recipients):
    before = content(night)
    assert after(plan(recipients)) == 1
    assert LEAD in capsys.readouterr().err
    assert content(night) == before


def test_an_unforeseen_fault_says_nothing_of_a_record(night, plan, capsys, monkeypatch):
    def fail(*_, **__):
        raise ValueError("Ann Lee")

    monkeypatch.setattr(command.handover, "deliver", fail)
    assert after(plan()) == 1
    told = capsys.readouterr().err
    assert "stands but was not delivered: ValueError" in told
    assert "Ann" not in told
