"""`linkage review` as an operator starts it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.review.conftest import copied, hidden


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def command(store, port, *more):
    return [sys.executable, "-m", "linkage", "review", "--store", str(store), "--port", str(port), *more]


@contextmanager
def started(store, port, *more):
    """The pages as a process of their own, and what it said until it served."""
    process = subprocess.Popen(command(store, port, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = ""
    while "Accounts" not in said:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        said += line
    yield process, lambda: said + _rest(process)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _rest(process) -> str:
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    process.wait(20)
    return str(rest)


def test_it_says_where_it_is_and_how_to_sign_in_once(published, tmp_path):
    store = copied(published, tmp_path) / "store.duckdb"
    port = free_port()
    with started(store, port) as (_, said):
        assert _wait(port).status_code == 200
        told = said()
    assert f"http://127.0.0.1:{port}/" in told
    assert "WARNING: local accounts" in told
    accounts = dict(re.findall(r"^  (\w+) +(\S{12,}) ", told, re.MULTILINE))
    assert set(accounts) == {"olive", "omar", "sena", "dudley", "sandwell", "audrey", "adam"}
    with started(store, port) as (_, said):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            _wait(port)
            form = hidden(client.get("/sign-in").text, "form")
            answer = client.post("/sign-in", data={"name": "olive", "password": accounts["olive"], "form": form})
            assert answer.status_code == 303
        again = said()
    assert not any(password in again for password in accounts.values())


def _wait(port) -> httpx.Response:
    for _ in range(100):
        try:
            return httpx.get(f"http://127.0.0.1:{port}/sign-in")
        except httpx.ConnectError:
            continue
    pytest.fail("it does not answer")


def test_live_use_begins_with_one_administrator(published, tmp_path):
    store = copied(published, tmp_path) / "store.duckdb"
    config = tmp_path / "live.toml"
    config.write_text('[governance]\nmode = "live"\n', encoding="utf-8")
    port = free_port()
    with started(store, port, "--config", str(config)) as (_, said):
        _wait(port)
        told = said()
    assert re.findall(r"^  (\w+) +\S{12,} ", told, re.MULTILINE) == ["administrator"]


def test_what_cannot_be_served_is_said(published, tmp_path):
    missing = subprocess.run(command(tmp_path / "none.duckdb", 1), capture_output=True, text=True, check=False)
    assert missing.returncode == 2
    assert "there is no store" in missing.stderr
    store = copied(published, tmp_path) / "store.duckdb"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(command(store, port), capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert f"port {port} of this machine is taken" in refused.stderr
    assert "Traceback" not in missing.stderr + refused.stderr
