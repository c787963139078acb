"""Small counts are not shown: from few cases somebody could be known. What is held back cannot be worked out either."""

from __future__ import annotations

from collections.abc import Mapping


def small(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Counts by name with every count from 1 to `least` - 1 taken out (None).

    Where that is one single count, the total would give it away: the next smallest goes with it. Nought stays nought.
    """
    hidden = {name for name, count in counts.items() if 0 < count < least}
    if len(hidden) == 1:
        others = sorted((count, name) for name, count in counts.items() if count > 0 and name not in hidden)
        hidden |= {name for _, name in others[:1]}
    return {name: None if name in hidden else count for name, count in counts.items()}


def share(part: int, whole: int, least: int) -> int | None:
    """A share in whole percent, or None where `whole`, `part` or the rest is too small to show."""
    if whole < least or 0 < part < least or 0 < whole - part < least:
        return None
    return round(100 * part / whole)


def rounded(counts: Mapping[str, int | None], to: int) -> dict[str, int | None]:
    """Counts of what stands, to the nearest `to`: two weeks laid side by side then tell of no single case that came or went."""
    return {name: None if count is None else nearest(count, to) for name, count in counts.items()}


def nearest(count: int, to: int) -> int:
    """A count to the nearest `to`."""
    return to * round(count / to)
