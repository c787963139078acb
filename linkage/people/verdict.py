"""A data officer's verdict on a question of the worklist, and which verdicts are in force.

Verdicts are never changed: a later one of the same officer on the same question supersedes the earlier, and `withdrawn`
takes it back. What is in force is worked out here, for the night and for the pages alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from linkage.people.resolve import Ruling


class Outcome(StrEnum):
    """What a verdict says of the mentions of a question."""

    SAME = "same"
    DIFFERENT = "different"
    SPLIT = "split"
    CANNOT_TELL = "cannot_tell"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Verdict:
    """One verdict as it was given. `groups` are the mentions it speaks of, as it parts them.

    `evidence_hash` is that of what the officer saw on the night `night_seen`; `given_at` is UTC, ISO 8601. `sampled`: the
    question was drawn at random, to measure how often links are wrong.
    """

    verdict_id: str
    question_id: str
    evidence_hash: str
    night_seen: date
    given_at: str
    officer: str
    outcome: Outcome
    reason_code: str
    groups: tuple[tuple[str, ...], ...]
    readers_needed: int
    sampled: bool = False

    def rulings(self) -> Iterator[Ruling]:
        """What it binds, pair by pair. `different` parts the groups and says nothing of what is inside one."""
        if self.outcome in (Outcome.SAME, Outcome.SPLIT):
            for first, *rest in self.groups:
                yield from (Ruling.on(first, other, same=True) for other in rest)
        if self.outcome in (Outcome.DIFFERENT, Outcome.SPLIT):
            for one, another in combinations(self.groups, 2):
                yield from (Ruling.on(a, b, same=False) for a in one for b in another)

    def agrees_with(self, other: Verdict) -> bool:
        """Whether two verdicts say the same of the same mentions."""
        return self.outcome == other.outcome and _partition(self) == _partition(other)


def question_of(mentions: Iterable[str]) -> str:
    """The id of the question that some mentions make."""
    return "Q" + hashlib.sha256("\n".join(sorted(mentions)).encode()).hexdigest()[:12]


def _partition(verdict: Verdict) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(group) for group in verdict.groups)


def settled(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict in force on one question, or None while it is open.

    One reader: the last verdict stands. Two readers: the two must agree; where they do not, the third decides. Verdicts
    on changed evidence are a new round; until it is settled, the round before stays in force.
    """
    rounds: dict[str, list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda v: (v.given_at, v.verdict_id)):
        rounds.setdefault(verdict.evidence_hash, []).append(verdict)
    for given in reversed(rounds.values()):
        if found := _of_round(given):
            return found
    return None


def standing(given: Iterable[Verdict]) -> list[Verdict]:
    """Each officer's last verdict of one round that was not withdrawn, in the order in which they first gave one."""
    last: dict[str, Verdict] = {}
    for verdict in given:
        if verdict.outcome is Outcome.WITHDRAWN:
            last.pop(verdict.officer, None)
        else:
            last[verdict.officer] = verdict
    return list(last.values())


def _of_round(given: list[Verdict]) -> Verdict | None:
    stand = standing(given)
    if not stand:
        return None
    if max(v.readers_needed for v in stand) == 1:
        return max(stand, key=lambda v: (v.given_at, v.verdict_id))
    first, second, third = [*stand, None, None, None][:3]
    if first is None or second is None:
        return None
    return first if first.agrees_with(second) else third
