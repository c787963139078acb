"""Delivery to the outbox on disk: once, sealed, with a receipt; what cannot go is dead and loud."""

from __future__ import annotations

import io
import json
import shutil
import zipfile

import pyrage
import pytest

from linkage.deliver import command, handover, outbox
from linkage.settings import SettingsError
from tests.deliver.conftest import LEAD, OTHER, PRACTICE, free_port


def files(box):
    return sorted(f.name for f in box.rglob("*.zip*"))


def test_each_reader_gets_its_own_share_and_a_receipt(night, box, given):
    done = handover.deliver(night, box, given())
    assert {d.recipient: d.state for d in done} == {LEAD: "sent", OTHER: "sent", PRACTICE: "sent"}
    for delivery in done:
        with zipfile.ZipFile(delivery.path) as archive:
            assert ("report.html" in archive.namelist()) == (delivery.recipient != PRACTICE)
        receipt = json.loads((delivery.folder / f"{delivery.id}.json").read_text())
        assert receipt["state"] == "sent"
        assert receipt["sent_at"]
        assert receipt["sha256"] == outbox.bundle.digest(delivery.path.read_bytes())


def test_the_same_night_again_is_not_delivered_twice(night, box, given):
    first = handover.deliver(night, box, given())
    before = {f: f.stat().st_mtime_ns for f in box.rglob("*.*") if f.name != ".lock"}
    again = handover.deliver(night, box, given())
    assert [(d.id, d.sent_at, d.attempts) for d in first] == [(d.id, d.sent_at, d.attempts) for d in again]
    assert {f: f.stat().st_mtime_ns for f in before} == before
    assert len(files(box)) == 3


def test_a_corrected_night_is_a_new_delivery(night, box, given):
    handover.deliver(night, box, given())
    (night / "hubs" / OTHER / "report.html").write_text("corrected", encoding="utf-8")
    handover.deliver(night, box, given())
    assert len(files(box)) == 3, "the one before the correction is taken back"
    assert sorted(d.state for d in outbox.known(box)) == ["sent", "sent", "sent", "withdrawn"]


def test_what_came_under_protection_since_is_never_sent_late(night, box, given, ssh, age):
    """A dead delivery of an earlier night whose files protection has since removed."""
    place, theirs = ssh
    to = {LEAD: {**place, "age": [str(age.to_public())]}}
    handover.deliver(night, box, given({LEAD: {**to[LEAD], "port": free_port()}}))
    shutil.rmtree(night / "hubs" / LEAD)
    later = night.with_name("2026-01-06")
    later.mkdir()
    assert handover.deliver(later, box, given(to)) == []
    assert list(theirs.iterdir()) == []
    assert {d.recipient: d.state for d in outbox.known(box)}[LEAD] == "withdrawn"
    assert not [f for f in files(box) if LEAD in f]


def test_only_the_readers_key_opens_it(night, box, given, age):
    settings = given({LEAD: {"age": [str(age.to_public())]}})
    (lead, *_) = handover.deliver(night, box, settings)
    sealed = lead.path.read_bytes()
    assert lead.file.endswith(".zip.age")
    assert b"Secret" not in sealed
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed, [age]))) as archive:
        assert archive.read("report.html") == b"Ann Lee of 1 Secret Lane"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])


def test_in_live_mode_nothing_leaves_in_the_clear(night, box, given, age, capsys, tmp_path):
    settings = given({OTHER: {"age": [str(age.to_public())]}}, mode="live")
    done = {d.recipient: d for d in handover.deliver(night, box, settings)}
    assert done[OTHER].state == "sent"
    assert done[LEAD].state == "dead"
    assert "no age key" in done[LEAD].problem
    assert [f for f in files(box) if not f.endswith(".age")] == []
    assert command.run(tmp_path / "out", box, None, settings) == 1
    assert f"NOT DELIVERED: night 2026-01-05, {LEAD}" in capsys.readouterr().err


def test_a_key_that_is_none_is_named(night, box, given):
    done = {d.recipient: d for d in handover.deliver(night, box, given({LEAD: {"age": ["age1nonsense"]}}))}
    assert "not a public age key" in done[LEAD].problem
    assert done[OTHER].state == "sent", "one reader's trouble does not hold up another"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"wy": "sftp"}, "unknown setting recipients.E08000027.wy"),
        ({"way": "fax"}, "must be one of outbox, sftp, mesh"),
        ({"way": "sftp", "age": ["age1x"]}, "needs host, user, key_file, host_key"),
        ({"way": "mesh", "age": ["age1x"]}, "needs mailbox"),
        ({"way": "sftp", "host": "h", "user": "u", "key_file": "k", "host_key": "s"}, "no age key"),
        ({"age": "age1x"}, "must be of type list"),
    ],
)
def test_a_recipient_that_cannot_be_used_stops_before_anything_is_sent(night, box, given, told, says):
    with pytest.raises(SettingsError, match=says):
        handover.deliver(night, box, given({LEAD: told}))
    assert files(box) == []


def test_a_misspelt_reader_is_not_passed_over(night, box, given):
    with pytest.raises(SettingsError, match=r"recipients\.E0800002 is no reader"):
        handover.deliver(night, box, given({"E0800002": {}}))


def test_two_at_once_the_second_leaves(night, box, given, capsys, tmp_path):
    with outbox.lock(box):
        assert command.run(tmp_path / "out", box, None, given()) == 2
    assert "another run is delivering" in capsys.readouterr().err


def test_a_half_written_file_is_never_seen(box, monkeypatch):
    box.mkdir()

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(outbox.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        outbox.put(box / "x.zip", b"x" * 10)
    assert not (box / "x.zip").exists()


def test_the_command_says_what_was_done_and_what_it_needs(night, box, given, capsys, tmp_path):
    assert command.run(tmp_path / "out", box, None, given()) == 0
    assert f"delivered: night 2026-01-05, {LEAD} by outbox" in capsys.readouterr().out
    assert command.run(tmp_path / "out", None, None, given()) == 2
    assert "give --outbox DIR" in capsys.readouterr().err
    assert command.run(tmp_path / "nowhere", box, None, given()) == 2
    assert "holds no published night" in capsys.readouterr().err


def test_nothing_of_a_report_is_in_the_outboxs_own_files(night, box, given, age):
    key = str(age.to_public())
    handover.deliver(night, box, given({n: {"age": [key]} for n in (LEAD, OTHER, PRACTICE)}))
    for file in (f for f in box.rglob("*") if f.is_file()):
        assert b"Ann Lee" not in file.read_bytes()
        assert "Ann" not in str(file)
        assert file.stat().st_mode & 0o077 == 0 or file.name == ".lock"
