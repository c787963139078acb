"""The e-mail notice against a real mail server on loopback: it says that, and nothing of what."""

from __future__ import annotations

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from linkage.deliver import handover
from tests.deliver.conftest import LEAD, free_port


class Box(Message):
    def __init__(self):
        super().__init__()
        self.got = []

    def handle_message(self, message):
        self.got.append(message)


@pytest.fixture
def mail():
    """A mail server; gives its port and what it got."""
    inbox = Box()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port, inbox.got
    server.stop()


def with_notice(given, port):
    return given(
        {LEAD: {"notice": ["duty.desk@example.org"]}},
        smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False, notice_from="linkage@example.org",
    )  # fmt: skip


def test_it_holds_the_night_the_way_and_the_reference_and_nothing_else(night, box, given, mail):
    port, got = mail
    done = handover.deliver(night, box, with_notice(given, port))
    (message,) = got
    delivery = next(d for d in done if d.recipient == LEAD)
    assert message["To"] == "duty.desk@example.org"
    assert message["Message-ID"] == f"<{delivery.id}@linkage.invalid>"
    told = message.get_payload()
    assert delivery.id in told
    assert "2026-01-05" in told
    for secret in ("Ann", "Lee", "Secret", "X1", LEAD, "Dudley"):
        assert secret not in told + message["Subject"]


def test_it_is_sent_once(night, box, given, mail):
    port, got = mail
    for _ in range(3):
        handover.deliver(night, box, with_notice(given, port))
    assert len(got) == 1


def test_a_notice_that_fails_leaves_the_delivery_and_is_sent_later(night, box, given, mail, capsys, tmp_path):
    from linkage.deliver import command

    port, got = mail
    assert command.run(tmp_path / "out", box, None, with_notice(given, free_port())) == 1
    assert "delivered, but its notice was not sent" in capsys.readouterr().err
    done = handover.deliver(night, box, with_notice(given, port))
    assert len(got) == 1
    assert not [d.problem for d in done if d.problem]
