"""A night in a process of its own, which may be killed, or watched while it works.

Children are forked from a server that has the heavy imports done, so that one costs a night and no more.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from datetime import date
from multiprocessing.process import BaseProcess

from flows.replay import Plan, run_one

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["flows.stages", "great_expectations", "splink", "tests.night.child"])


def start(plan: Plan, night: date, die_after: str = "", largest_file: int | None = None) -> BaseProcess:
    """Start a night. It dies after the stage or step named; with `largest_file`, writing beyond so many bytes fails."""
    process = FORKS.Process(target=_run, args=(plan, night, die_after, largest_file))
    process.start()
    return process


def run(plan: Plan, night: date, die_after: str = "", largest_file: int | None = None) -> int | None:
    """The same, to its end. Returns the exit status, negative for a signal."""
    process = start(plan, night, die_after, largest_file)
    process.join()
    return process.exitcode


def _run(plan: Plan, night: date, die_after: str, largest_file: int | None) -> None:
    if die_after:
        os.environ["LINKAGE_DIE_AFTER"] = die_after
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    sys.exit(run_one(plan, night))
