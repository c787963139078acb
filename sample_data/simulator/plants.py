"""What is planted."""

from __future__ import annotations

from sample_data.simulator.region import Plant

PLANTS: tuple[Plant, ...] = ()
