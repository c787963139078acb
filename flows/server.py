"""The Prefect server of a schedule: the one that PREFECT_API_URL names, else one of our own on the loopback address.

Nothing here imports Prefect: it reads its settings from the environment when it is imported, so they must stand before.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from flows.replay import offline
from flows.workroom import NightImpossible

PATIENCE = 10  # seconds they get to end by themselves
START_UP = 180  # seconds a server of our own may take on a loaded machine


@contextmanager
def prefect_server(store: Path) -> Iterator[None]:
    """A server to talk to, while the block runs.

    Our own listens on a free port of 127.0.0.1 and asks every caller for a password that lives as long as it does, so that
    no other user of the machine can start a run. Raises NightImpossible when it does not start.
    """
    offline(store)
    if url := os.environ.get("PREFECT_API_URL"):
        print(f"schedule: on the Prefect server {url}", flush=True)
        try:
            yield
        finally:
            _end_children()
        return
    port, password = _free_port(), f"linkage:{secrets.token_urlsafe(24)}"
    os.environ |= {
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_API_AUTH_STRING": password,
    }
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own interpreter
    try:
        _wait(server, port)
        print(f"schedule: on a Prefect server of its own, http://127.0.0.1:{port}/api", flush=True)
        yield
    finally:
        _end_children()


def _end_children() -> None:
    """End what this process started: a night under way (nothing of it is published) and the server. Nobody outlives it."""
    started = psutil.Process().children(recursive=True)
    for process in started:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(started, timeout=PATIENCE)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_UP
    while server.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return  # it asks for the password: it is up
        except OSError:
            time.sleep(0.2)
    raise NightImpossible("the Prefect server did not start; see its messages above")
