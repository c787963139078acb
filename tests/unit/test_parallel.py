"""Work spread over processes: the same answers in the same order, errors where they can be told, nobody left behind."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from linkage.parallel import WORTH, apart, cut, running, spread


def _squares(share: range) -> list[tuple[int, int]]:
    return [(os.getpid(), n * n) for n in share]


def test_shares_are_worked_on_by_several_processes_and_come_back_in_order() -> None:
    found = spread(_squares, cut(range(3 * WORTH), 3))
    assert [square for share in found for _, square in share] == [n * n for n in range(3 * WORTH)]
    assert len({pid for share in found for pid, _ in share}) == 3


def test_few_rows_stay_in_one_share() -> None:
    assert cut(range(WORTH), 8) == [range(WORTH)]
    assert cut([], 8) == [[]]
    assert [len(share) for share in cut(range(2 * WORTH + 1), 2)] == [WORTH + 1, WORTH]


def test_a_program_of_its_own_answers_and_is_gone() -> None:
    assert b'"a": 1' in apart("json.tool", b'{"a":1}')
    assert not running()


def test_what_a_program_of_its_own_says_when_it_fails_is_not_passed_on() -> None:
    with pytest.raises(RuntimeError) as raised:
        apart("json.tool", b'{"name": Ann Lee}')
    assert "Ann" not in str(raised.value)
    assert not running()


def test_an_error_in_another_process_is_raised_here() -> None:
    def fails_late(share: range) -> int:
        if share.start:
            raise ValueError("no")
        return 0

    with pytest.raises(ValueError, match="no"):
        spread(fails_late, cut(range(2 * WORTH), 2))


def test_a_process_that_is_killed_costs_nothing_but_time() -> None:
    here = os.getpid()

    def dies_elsewhere(share: range) -> int:
        if os.getpid() != here:
            os._exit(9)
        return len(share)

    assert spread(dies_elsewhere, cut(range(2 * WORTH), 2)) == [WORTH, WORTH]


def test_it_prints_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        spread(lambda share: 1 // 0 if share.start else 0, cut(range(2 * WORTH), 2))
    assert capfd.readouterr() == ("", "")


KILLED = """
import fcntl, os, signal, sys, time
from linkage.parallel import spread
handle = open(sys.argv[1], "w")
fcntl.flock(handle, fcntl.LOCK_EX)
here = os.getpid()
def work(share):
    if os.getpid() == here:
        os.kill(here, signal.SIGKILL)
    time.sleep(60)
spread(work, [0, 1])
"""


def test_when_the_night_is_killed_its_processes_go_and_the_lock_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    done = subprocess.run([sys.executable, "-c", KILLED, str(lock)], check=False, timeout=50)
    assert done.returncode == -9
    started = time.monotonic()
    with open(lock, "w", encoding="ascii") as handle:
        while time.monotonic() < started + 10:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError:
                time.sleep(0.05)
    pytest.fail("a process outlived the night and holds its lock")
