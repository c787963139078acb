"""Findings: what the SQL of one kind turned up, weighed, with the benign explanations that were looked for.

A finding is about one subject and one family. Findings of the same people and properties are one situation
(situation.py). Scores are sums of stated parts in log-odds; each part is printed with the exception.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from linkage.settings import Settings


@dataclass(frozen=True)
class Benign:
    """One innocent explanation: whether it was found, and what was looked at."""

    explanation: str
    found: bool
    why: str

    def as_dict(self) -> dict[str, object]:
        return {"explanation": self.explanation, "found": self.found, "why": self.why}


@dataclass
class Finding:
    """One claim about one person and one family, before it becomes an exception.

    claim_keys address the records it rests on as (mention_id, address_role or None). score_parts are (what, log-odds).
    place: where the subject comes in the order of people (`Records.place_of`).
    """

    kind: str
    variant: str
    subject_id: str
    subject_role: str
    family_id: str
    child_ids: tuple[str, ...]
    mother_id: str | None
    pregnancy: tuple[str, str] | None
    unborn: bool
    infant: bool
    since: date
    observed: tuple[str, ...]
    registered: tuple[str, ...]
    mention_ids: tuple[tuple[str, str | None], ...]
    carer_ids: tuple[str, ...] = ()
    mother_died: bool = False
    place: tuple[date, str, str] = (date.max, "", "")
    score_parts: list[tuple[str, float]] = field(default_factory=list)
    benign: list[Benign] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Probability that the claim is true: the sum of the parts through the logistic curve."""
        return round(1.0 / (1.0 + math.exp(-sum(part for _, part in self.score_parts))), 3)

    @property
    def dismissed(self) -> bool:
        return any(b.found for b in self.benign)

    @property
    def people(self) -> tuple[str, ...]:
        found = [self.subject_id, *self.child_ids, *([self.mother_id] if self.mother_id else []), *self.carer_ids]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Young:
    """A household with a child under one or a pregnancy, for which less time is allowed, and when its youngest turned or turns one.

    A difference whose shorter time had run out before the first birthday does not get the longer one on that day: it was
    out of grace, and stays so.
    """

    tonight: bool
    one_on: date | None

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Young:
        rows = list(rows)
        birthdays = [r["child_one_on"] for r in rows if r["child_one_on"]]
        return cls(any(r["infant"] for r in rows), max(birthdays, default=None))

    def when(self, since: date, settings: Settings) -> bool:
        """Whether the shorter time counts for a difference that began on a day."""
        over = since + timedelta(days=settings.integer("grace.infant_days"))
        return self.tonight or (self.one_on is not None and over < self.one_on)


def in_grace(settings: Settings, night: date, register: str, since: date | None, young: Young) -> bool:
    """Whether what began on a day, where one is known, is so new that a register may lag behind it."""
    return since is not None and since > night - timedelta(days=grace_days(settings, register, since, young))


def grace_days(settings: Settings, register: str, since: date, young: Young) -> int:
    """Days a register may lag behind a real move before the difference means anything (exceptions.md, Grace period)."""
    if register != "statement" and young.when(since, settings):
        return settings.integer("grace.infant_days")
    return settings.integer(f"grace.{register}_days")
