"""How dates are written for people."""

from __future__ import annotations

from datetime import date


def day(written: str) -> str:
    """A date as people write it: 3 May 2026. What is no date stays as it is."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return written
    return spoken(found)


def spoken(value: date) -> str:
    """3 May 2026."""
    return f"{value.day} {value:%b %Y}"
