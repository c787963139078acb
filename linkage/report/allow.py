"""The field allow-list of each reader. What is not named here does not leave: a test fails on any other field."""

from __future__ import annotations

LEAD = (
    "reference", "reader", "kind", "kind_words", "priority", "priority_words", "priority_reasons", "status", "status_words",
    "first_raised", "last_changed", "waiting", "likelihood", "claim", "people", "addresses", "ties", "evidence", "benign", "supporting",
    "checks", "not_known", "link_evidence", "changed", "resolved_because", "stale_sources", "notified",
)  # fmt: skip
"""The lead hub: the council of the child's or mother's recorded residence. The whole exception."""

NOTIFIED = (
    "reference", "reader", "kind", "kind_words", "priority", "priority_words", "status", "status_words", "first_raised",
    "last_changed", "lead_hub", "ring", "residents",
)  # fmt: skip
"""A further hub: the reference, whom to ring, and its own residents' part. Never the mother's or child's address."""

CSV = (
    "reference", "reader", "kind", "priority", "status", "first_raised", "last_changed", "waiting", "likelihood", "claim",
    "people", "addresses", "checks", "lead_hub", "ring",
)  # fmt: skip
"""Columns of exceptions.csv and of the workbook."""
