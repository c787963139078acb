"""A night's memory: DuckDB's part of it leaves room for Python."""

from __future__ import annotations

import duckdb
import psutil
import pytest

from linkage import cli
from linkage.memory import LEAST, MOST, leave_room, share_of


@pytest.mark.parametrize(
    ("given", "share"), [("4GB", "2.8GB"), ("500MB", "350MB"), ("1.5 GiB", "1.05GiB"), ("much", "much")]
)
def test_duckdb_gets_seven_tenths(given, share):
    assert share_of(given) == share


RUN = ("run", "--landing", "l", "--store", "s", "--out", "o", "--night", "2026-01-05", "--memory")
REPLAY = ("replay", "--landing", "l", "--store", "s", "--out", "o", "--memory")


@pytest.mark.parametrize(
    ("given", "words"),
    [("banana", "not a number with a unit"), ("0", "not a number with a unit"), ("10", "not a number with a unit"),
     ("-5GB", "not a number with a unit"), ("", "not a number with a unit"), ("4 bananas", "not a number with a unit"),
     ("0GB", "at least 100MB"), ("99MB", "at least 100MB"), ("99999B", "at least 100MB")],
)  # fmt: skip
@pytest.mark.parametrize("command", [RUN, REPLAY], ids=["run", "replay"])
def test_a_memory_that_is_none_is_a_usage_error(command, given, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*command[:-1], f"--memory={given}"])
    assert stopped.value.code == cli.USAGE
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("given", ["4GB", "100MB", "500mb", "1.5 GiB", "0.2TB", "4000000000B"])
def test_a_memory_with_a_unit_is_taken_as_it_is(given):
    assert cli.parser().parse_args([*RUN, given]).memory == given
    assert cli.parser().parse_args(RUN[:-1]).memory == "4GB"


def _limit(con):
    number, unit = con.execute("SELECT current_setting('memory_limit')").fetchone()[0].split()
    return float(number) * {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit]


@pytest.fixture
def con(tmp_path):
    with duckdb.connect(config={"temp_directory": str(tmp_path), "memory_limit": "1GB"}) as con:
        yield con


def test_what_python_holds_is_taken_off(con):
    """By as much as the process grew: what was freed before may be given back meanwhile."""
    held = psutil.Process().memory_info().rss
    leave_room(con, f"{4 * held}B")
    before, small = _limit(con), psutil.Process().memory_info().rss
    kept = bytearray(held // 4)
    kept[::4096] = b"x" * len(kept[::4096])
    leave_room(con, f"{4 * held}B")
    grown = psutil.Process().memory_info().rss - small
    assert grown > len(kept) / 2
    assert before - _limit(con) == pytest.approx(grown, rel=0.2)


def test_it_stays_between_its_bounds(con):
    leave_room(con, "1TB")
    assert _limit(con) == pytest.approx(MOST * 1e12, rel=0.01)
    leave_room(con, "40MB")  # Python's imports alone are more than that.
    assert _limit(con) == pytest.approx(LEAST * 40e6, rel=0.01)


def test_an_unreadable_memory_is_left_alone(con):
    leave_room(con, "much")
    assert _limit(con) == pytest.approx(1e9, rel=0.06)


def test_tables_that_have_nowhere_to_go_stay():
    with duckdb.connect(config={"temp_directory": "/proc/nowhere", "memory_limit": "1GB"}) as con:
        con.execute("CREATE TABLE held AS SELECT range AS number, CAST(range AS VARCHAR) AS text FROM range(3000000)")
        leave_room(con, "20MB")
        assert con.execute("SELECT count(*) FROM held").fetchone() == (3000000,)
