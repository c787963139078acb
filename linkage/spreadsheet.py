"""What spreadsheets leave behind the numbers that pass through them: `9434765919.0`. With it nothing would match."""

from __future__ import annotations

DECIMALS = r"[.]0+\s*$"
"""As a pattern, for Python and for the database."""


def without_decimals(expression: str) -> str:
    """SQL for a number as text, without them."""
    return f"regexp_replace({expression}, '{DECIMALS}', '')"
