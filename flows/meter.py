"""Seconds, processor seconds and peak memory of a stage, sampled while it runs."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import psutil

EVERY = 0.05
"""Seconds between two samples of memory."""


class Meter:
    """Context manager: `seconds`, `cpu_seconds` of all threads and `peak_mb` (resident memory of this process) of the block."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.peak_mb = 0.0
        self._process = psutil.Process()
        self._done = threading.Event()

    def __enter__(self) -> Meter:
        self._start, self._cpu_start = time.monotonic(), time.process_time()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        self._sampler.join()
        self.seconds = time.monotonic() - self._start
        self.cpu_seconds = time.process_time() - self._cpu_start
        self._note()

    def _sample(self) -> None:
        while not self._done.wait(EVERY):
            self._note()

    def _note(self) -> None:
        self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 2**20)
