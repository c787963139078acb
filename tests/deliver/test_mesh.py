"""NHS MESH against NHS England's own sandbox, with full authentication, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request

import mesh_client
import pyrage
import pytest

from linkage.deliver import handover
from tests.deliver.conftest import LEAD, free_port

OURS, THEIRS = "X26ABC1", "X26ABC2"


@pytest.fixture(scope="module")
def sandbox():
    port = free_port()
    env = {**os.environ, "AUTH_MODE": "full", "SHARED_KEY": "TestKey", "STORE_MODE": "memory"}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "mesh_sandbox.api:app", "--host", "127.0.0.1", "--port", str(port)],
        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except OSError:
                assert process.poll() is None, "the sandbox did not start"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def settings(given, sandbox, tmp_path, age):
    (tmp_path / "password").write_text("password\n")
    (tmp_path / "shared").write_text("TestKey\n")

    def with_(url=sandbox):
        return given(
            {LEAD: {"way": "mesh", "mailbox": THEIRS, "age": [str(age.to_public())]}},
            mesh_url=url, mesh_mailbox=OURS, mesh_password_file=str(tmp_path / "password"),
            mesh_shared_key_file=str(tmp_path / "shared"),
        )  # fmt: skip

    return with_


def test_it_reaches_the_mailbox_sealed_with_its_id_once(night, box, settings, sandbox, age):
    for _ in range(2):
        done = handover.deliver(night, box, settings())
    delivery = next(d for d in done if d.recipient == LEAD)
    assert (delivery.state, delivery.problem) == ("sent", "")
    with mesh_client.MeshClient(sandbox, THEIRS, "password", shared_key=b"TestKey") as mailbox:
        (message,) = mailbox.list_messages()
        got = mailbox.retrieve_message(message)
        assert message == delivery.remote
        assert got.local_id == delivery.id
        assert got.filename == delivery.file
        assert got.workflow_id == "LINKAGE_EXCEPTIONS"
        assert pyrage.decrypt(got.read(), [age]).startswith(b"PK")
        assert receipt(delivery)["read_at"] == ""
        got.acknowledge()
    handover.deliver(night, box, settings())
    assert receipt(delivery)["read_at"] != "", "MESH says that it was taken"


def receipt(delivery):
    return json.loads((delivery.folder / f"{delivery.id}.json").read_text())


def test_a_mailbox_that_cannot_be_reached_is_dead_and_loud(night, box, settings):
    done = handover.deliver(night, box, settings(f"http://127.0.0.1:{free_port()}"))
    delivery = next(d for d in done if d.recipient == LEAD)
    assert delivery.state == "dead"
    assert delivery.problem.startswith("MESH: ")
