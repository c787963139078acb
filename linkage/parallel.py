"""Plain work on many rows, spread over processes that know what this one knows.

Python works on one core. Names, addresses and clusters are shaped by Python, row by row, without looking at other rows;
a process forked for a share of them sees the lists and indexes that are already in memory, at no cost of starting or
sending. Such a process touches no database, holds no lock (it dies with this one, so the store's lock goes too) and
sends back only what it found. The same rows give the same answer on one core as on eight. What is to know nothing of this
process, and to give all its memory back, is a program of its own (`apart`).
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WORTH = 2_000
"""Rows from which on a second process is worth its start."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_RUNNING: set[int] = set()
_LIBC = ctypes.CDLL(None, use_errno=True)


def running() -> tuple[int, ...]:
    """The process ids of the shares that are being worked on elsewhere now."""
    return tuple(_RUNNING)


def cut(rows: Sequence[T], processes: int) -> list[Sequence[T]]:
    """The rows in as many shares, each a stretch of them, or in one share where they are few."""
    shares = max(1, min(processes, len(rows) // WORTH))
    size = -(-len(rows) // shares)
    return [rows[start : start + size] for start in range(0, len(rows), max(size, 1))] or [rows]


def spread(work: Callable[[T], R], shares: Sequence[T]) -> list[R]:
    """What `work` makes of each share, in order; every share but the first in a process of its own.

    A share whose process fails is worked on here, so that an error is raised where it can be told. What `work` returns
    must be picklable.
    """
    if not shares:
        return []
    if not sys.platform.startswith("linux"):  # Elsewhere a process would outlive this one, with its lock.
        return [work(share) for share in shares]
    children = [_fork(work, share) for share in shares[1:]]
    try:
        found = [work(shares[0])]
        for share, child in zip(shares[1:], children, strict=True):
            answer = _answer(child)
            found.append(pickle.loads(answer) if answer else work(share))  # noqa: S301  # written by our own fork
        return found
    finally:
        for child in children:
            child.end()


def apart(module: str, told: bytes) -> bytes:
    """What a module says when it is run as a program of its own and told something.

    Such a process knows nothing of this one, and what it came to hold is the system's again when it ends. Raises RuntimeError when it
    fails; its own words, which may quote what it was told, are shown under LINKAGE_DEBUG alone.
    """
    words = None if os.environ.get("LINKAGE_DEBUG") else subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603  # a module of our own
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words
    ) as process:
        _RUNNING.add(process.pid)
        try:
            answer, _ = process.communicate(told)
        finally:
            _RUNNING.discard(process.pid)
    if process.returncode:
        raise RuntimeError(f"{module} ended with {process.returncode}")
    return answer


class _Child:
    """A forked process and the pipe on which it answers."""

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid, self.pipe, self.ended = pid, pipe, False
        _RUNNING.add(pid)

    def wait(self) -> int:
        self.ended = True
        _RUNNING.discard(self.pid)
        return os.waitpid(self.pid, 0)[1]

    def end(self) -> None:
        os.close(self.pipe)
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()


def _fork(work: Callable[[T], R], share: T) -> _Child:
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, reading)
    status = 1
    try:
        _die_with(parent)
        # What this process inherits is not its to destroy: a database's rows are freed under locks that nobody holds here.
        gc.disable()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(work(share), pipe, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies. Raises OSError when it cannot."""
    if _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL) or os.getppid() != parent:
        raise OSError(ctypes.get_errno(), "this process would outlive the night")


def _answer(child: _Child) -> bytes | None:
    """What the child found, or None when it failed."""
    with os.fdopen(os.dup(child.pipe), "rb") as pipe:
        told = pipe.read()
    return told if child.wait() == 0 else None
