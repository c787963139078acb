"""The figures of the speed benchmark: what is counted is what is said."""

from __future__ import annotations

import pytest

from benchmarks import plain_splink, speed


def test_pairwise_precision_and_recall(con):
    # Two clusters hold 1 and 3 pairs, two people 3 and 1; the pair 1-2 and the pair 4-5 are right.
    con.execute(
        "CREATE TABLE held AS SELECT * FROM (VALUES ('A', 'x'), ('A', 'x'), ('B', 'x'), ('B', 'y'), ('B', 'y')) "
        "AS h (cluster_id, true_person)"
    )
    assert plain_splink.pairwise(con) == (2 / 4, 2 / 4)


def _size(mentions: int, cpu_seconds: float) -> speed.Size:
    told = {"stages": {"score": {"seconds": 99.0, "cpu_seconds": cpu_seconds, "peak_mb": 1.0}}}
    return speed.Size(mentions, mentions, told={"cold": [told], "usual": [told]})


def test_growth_is_the_power_of_n():
    sizes = [_size(n, 0.001 * n**1.1) for n in (20_000, 200_000, 1_000_000)]
    assert speed.growth(sizes, "cold") == pytest.approx(1.1)
