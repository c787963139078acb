"""Linkage is not tuned to the simulator: with another seed, other weights of names and half as many slips again, it holds.

Regions of 4,000 people, people stage alone. A figure may fall by no more than a point beyond chance, which from one seed to the
next moves recall by a third of a point at this size.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.accuracy import lists
from sample_data import simulator

PEOPLE, SEED = 4000, 20261127
POINT, CHANCE = 0.01, 0.004
PRECISION, RECALL = 0.995, 0.87
"""What is to be reached in any region."""


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, ...]:
    """Precision and recall of pairs in a region of the simulator as it is."""
    region: Path = tmp_path_factory.mktemp("region")
    simulator.simulate(PEOPLE, 1, SEED, region)
    return lists.figures(region)[:2]


@pytest.mark.parametrize("change", ["another seed", "other names", "more slips"])
def test_figures_hold_within_a_point_of_a_changed_simulator(as_it_is, change, tmp_path):
    with lists.CHANGES[change]():
        simulator.simulate(PEOPLE, 1, SEED + (change == "another seed"), tmp_path)
    precision, recall = lists.figures(tmp_path)[:2]
    assert precision >= min(PRECISION, as_it_is[0] - POINT - CHANCE)
    assert recall >= max(RECALL, as_it_is[1] - POINT - CHANCE)
