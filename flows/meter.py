"""Seconds, processor seconds and peak memory of a stage, sampled while it runs."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from types import TracebackType

import psutil

from linkage import parallel

EVERY = 0.05
"""Seconds between two samples of memory."""
EVERY_FORKED = 0.5
"""The same while other processes work beside this one."""


class Meter:
    """Context manager: `seconds`, `cpu_seconds` of all threads and forked processes, and `peak_mb` (resident memory) of the block."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.peak_mb = 0.0
        self._process = psutil.Process()
        self._done = threading.Event()

    def __enter__(self) -> Meter:
        self._start, self._cpu_start = time.monotonic(), _cpu_seconds()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        self._sampler.join()
        self.seconds = time.monotonic() - self._start
        self.cpu_seconds = _cpu_seconds() - self._cpu_start
        self._note()

    def _sample(self) -> None:
        # Of a large process the kernel takes a hundredth of a second to say what it shares.
        while not self._done.wait(EVERY_FORKED if parallel.running() else EVERY):
            self._note()

    def _note(self) -> None:
        self.peak_mb = max(self.peak_mb, (self._process.memory_info().rss + self._memory_of_children()) / 2**20)

    def _memory_of_children(self) -> int:
        """Bytes that forked processes hold beside what they share with this one."""
        held = 0
        for pid in parallel.running():
            with suppress(psutil.Error):
                held += psutil.Process(pid).memory_full_info().uss
        return held


def _cpu_seconds() -> float:
    """Processor seconds so far, of this process and of those that it started and that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
