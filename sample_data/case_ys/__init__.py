"""The seed case: a small neighbourhood of Dudley and Sandwell around Case YS, and its counterfactual variants.

README.md says for each night what must and what must not be raised.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sample_data import simulator
from sample_data.case_ys import family, neighbourhood, records
from sample_data.case_ys.calendar import NIGHTS, on
from sample_data.case_ys.variants import VARIANTS, facts

__all__ = ["VARIANTS", "build"]


def build(out: Path, variant: str | None = None) -> list[date]:
    """Writes `<out>/landing/<night>/` and `<out>/truth/` of the seed (None) or variant `a` to `h`; returns the nights.

    The same variant gives the same bytes. Raises KeyError for a variant that is none.
    """
    told = facts(variant)
    maker, empty = neighbourhood.make()
    people = family.make(maker, empty, told)
    simulator.write(maker.world, neighbourhood.SEED, out, more=records.write(people, told).records)
    return [on(n) for n in NIGHTS]
