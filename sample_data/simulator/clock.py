"""Days as whole numbers (proleptic ordinals), and the nights of a region."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

FAR = 4_000_000
"""A day after every other: the end of what has no end yet."""


@cache
def iso(day: int) -> str:
    """The day as YYYY-MM-DD."""
    return date.fromordinal(day).isoformat()


def iso_or_empty(day: int | None) -> str:
    """As iso; empty for what has no date or no end."""
    return "" if day is None or day >= FAR else iso(day)


def night_days(start: date, nights: int) -> list[int]:
    """The nights: consecutive days, with one gap of three days half way when there are six or more."""
    gap_at = nights // 2 if nights >= 6 else nights
    return [(start + timedelta(days=i + (2 if i >= gap_at else 0))).toordinal() for i in range(nights)]


def years_before(day: int, years: float) -> int:
    return day - round(years * 365.25)


def age_on(born: int, day: int) -> float:
    """Age in years."""
    return (day - born) / 365.25
