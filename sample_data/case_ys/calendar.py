"""The days of the seed case, as offsets from D0, the birth of the twins (domain notes, section 1b)."""

from __future__ import annotations

from datetime import date, timedelta

D0 = date(2026, 1, 30)

BASELINE = -190
BOOKING = -182
EXPECTED = 21
"""Twins come at 37 weeks: the date expected was three weeks later."""
DRIVING_ARREST = -63
BIRTH = 0
DISCHARGE = 2
REGISTERED_WITH_PRACTICE = 20
NAMED = 42
NEW_PROPERTY = 183
HEALTH_CONTACT = 190
NEIGHBOUR_CALL = 195
ACCOUNT_KNOWN = 197
"""The new council-tax account arrives fourteen days after it begins."""
RE_REGISTERED = 204
INCIDENT = 213

NIGHTS = (
    BASELINE,
    -183,
    -181,
    -180,
    -64,
    -62,
    -61,
    0,
    1,
    3,
    14,
    60,
    182,
    191,
    196,
    198,
    205,
    INCIDENT,
    INCIDENT + 1,
    INCIDENT + 2,
)
"""The nights that are written: around every event, and silent ones between."""


def on(offset: int) -> date:
    """The date of an offset."""
    return D0 + timedelta(days=offset)


def day(offset: int) -> int:
    """The offset as a whole day (proleptic ordinal)."""
    return on(offset).toordinal()
