"""A published night of two hubs and an agency, an outbox, and real servers on loopback: SSH, mail, MESH."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading

import asyncssh
import pyrage
import pytest

from linkage import settings as settings_of
from linkage.settings import Settings

LEAD, OTHER, PRACTICE = "E08000027", "E08000028", "gp__s__M87001"


@pytest.fixture
def night(tmp_path):
    """A published night's folder."""
    folder = tmp_path / "out" / "2026-01-05"
    for name, text in (
        (f"hubs/{LEAD}/report.html", "Ann Lee of 1 Secret Lane"),
        (f"hubs/{LEAD}/exceptions.csv", "reference\r\nX1\r\n"),
        (f"hubs/{OTHER}/report.html", "ring Dudley"),
        (f"agencies/{PRACTICE}/questions.csv", "reference\r\nX2\r\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "run.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def box(tmp_path):
    return tmp_path / "outbox"


@pytest.fixture
def age():
    """A reader's age identity; its public key is str(age.to_public())."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def given():
    """Settings with recipients and delivery settings laid over the shipped ones."""

    def lay(recipients=None, mode="synthetic", **delivery) -> Settings:
        shipped = settings_of.load()
        values = {**shipped.values, "recipients": recipients or {}}
        values["delivery"] = {**shipped.table("delivery"), "wait_seconds": 0.0, "attempts": 2, **delivery}
        values["governance"] = {"mode": mode}
        return dataclasses.replace(shipped, values=values)

    return lay


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def ssh(tmp_path):
    """A real SSH server with SFTP into `tmp_path/theirs`, one user key, one host key."""
    root = tmp_path / "theirs"
    (root / "in").mkdir(parents=True)
    host, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "id").write_bytes(user.export_private_key())
    (tmp_path / "id").chmod(0o600)
    allowed = tmp_path / "authorized_keys"
    allowed.write_bytes(user.export_public_key())
    port, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()

    def serve():
        asyncio.set_event_loop(loop)

        def sftp(channel):
            return asyncssh.SFTPServer(channel, chroot=str(root))

        async def begin():
            listener = await asyncssh.listen(
                "127.0.0.1", port, server_host_keys=[host], authorized_client_keys=str(allowed), sftp_factory=sftp
            )
            ready.set()
            return listener

        listener = loop.run_until_complete(begin())
        loop.run_forever()
        listener.close()
        loop.run_until_complete(listener.wait_closed())
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(20)
    place = {
        "way": "sftp", "host": "127.0.0.1", "port": port, "user": "linkage", "key_file": str(tmp_path / "id"),
        "host_key": " ".join(host.export_public_key().decode().split()[:2]),
        "folder": "in",
    }  # fmt: skip
    yield place, root / "in"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
