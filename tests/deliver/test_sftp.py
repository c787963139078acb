"""SFTP against a real server on loopback: pinned key, whole files, once."""

from __future__ import annotations

import asyncssh
import pyrage

from linkage.deliver import handover, outbox
from tests.deliver.conftest import LEAD, free_port


def to(place, age, **more):
    return {LEAD: {**place, "age": [str(age.to_public())], **more}}


def lead(done):
    return next(d for d in done if d.recipient == LEAD)


def test_it_arrives_sealed_under_its_own_name(night, box, given, ssh, age):
    place, theirs = ssh
    delivery = lead(handover.deliver(night, box, given(to(place, age))))
    assert (delivery.state, delivery.problem) == ("sent", "")
    (file,) = theirs.iterdir()
    assert file.name == delivery.file
    assert pyrage.decrypt(file.read_bytes(), [age]).startswith(b"PK")
    assert not delivery.path.exists(), "it is with its reader"
    assert (delivery.folder / f"{delivery.id}.json").exists()


def test_a_server_with_another_key_gets_nothing(night, box, given, ssh, age):
    place, theirs = ssh
    other = " ".join(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2])
    delivery = lead(handover.deliver(night, box, given(to(place, age, host_key=other))))
    assert delivery.state == "dead"
    assert delivery.attempts == 2
    assert "not the pinned one" in delivery.problem
    assert list(theirs.iterdir()) == []
    assert delivery.path.exists()


def test_what_did_not_get_through_goes_with_a_later_run(night, box, given, ssh, age):
    place, theirs = ssh
    first = lead(handover.deliver(night, box, given(to(place, age, port=free_port()))))
    assert first.state == "dead"
    later = night.with_name("2026-01-06")
    later.mkdir()
    again = lead(handover.deliver(later, box, given(to(place, age))))
    assert (again.id, again.night, again.state) == (first.id, "2026-01-05", "sent")
    assert [f.name for f in theirs.iterdir()] == [first.file]


def test_a_crash_after_sending_does_not_send_again(night, box, given, ssh, age):
    """The receipt was never written; the file is there under its name, which follows from night, reader and content."""
    place, theirs = ssh
    settings = given(to(place, age))
    delivery = lead(handover.deliver(night, box, settings))
    sent = (theirs / delivery.file).stat().st_mtime_ns
    delivery.path.write_bytes((theirs / delivery.file).read_bytes())
    delivery.state, delivery.sent_at = "waiting", ""
    delivery.save()
    again = lead(handover.deliver(night, box, settings))
    assert again.state == "sent"
    assert (theirs / delivery.file).stat().st_mtime_ns == sent
    assert len(outbox.known(box)) == 3


def test_waits_grow_between_tries(night, box, given, age, ssh):
    place, _ = ssh
    waited = []
    settings = given(to(place, age, port=free_port()), attempts=3, wait_seconds=1.0)
    handover.deliver(night, box, settings, wait=waited.append)
    assert waited == [1.0, 2.0]
