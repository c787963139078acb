"""The worklist: which of tonight's questions are open, and for whom.

One reader, or two who do not see each other's verdict; where the two disagree, a senior officer decides. Nobody reads a
question twice, and nobody reads one that is taken, or that they handed back for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from linkage.people.verdict import Verdict, settled, standing
from linkage.review.accounts import Account, Role
from linkage.review.desk import Desk


class State(StrEnum):
    """How a question stands."""

    OPEN = "open"
    SECOND = "second"
    THIRD = "third"
    SETTLED = "settled"


STATE_WORDS = {
    State.OPEN: "Open",
    State.SECOND: "Waits for a second reader",
    State.THIRD: "Two readers disagree: waits for a senior officer",
    State.SETTLED: "Settled",
}


@dataclass(frozen=True)
class Item:
    """One question of the night with its verdicts on tonight's evidence."""

    question: dict[str, Any]
    verdicts: tuple[Verdict, ...]
    taken_by: str

    @property
    def id(self) -> str:
        return str(self.question["question_id"])

    @property
    def state(self) -> State:
        if settled(self.verdicts):
            return State.SETTLED
        return (State.OPEN, State.SECOND, State.THIRD)[min(2, len(standing(self.verdicts)))]

    def verdict_of(self, officer: str) -> Verdict | None:
        """What this officer last said of it, unless taken back."""
        return next((v for v in standing(self.verdicts) if v.officer == officer), None)

    def may_be_read_by(self, account: Account) -> bool:
        """Whether it is open for this officer (taken by another or not)."""
        if self.state is State.SETTLED or self.verdict_of(account.name):
            return False
        return self.state is not State.THIRD or account.role is Role.SENIOR


def items(desk: Desk) -> dict[str, Item]:
    """Every question of the night, those to be looked at first in front."""
    questions = desk.published.questions()
    given: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in desk.inbox.verdicts(questions=questions):
        if questions[verdict.question_id]["evidence_hash"] == verdict.evidence_hash:
            given[verdict.question_id].append(verdict)
    taken = desk.inbox.taken()
    return {q: Item(told, tuple(given[q]), taken.get(q, "")) for q, told in questions.items()}


def for_officer(desk: Desk, account: Account) -> list[Item]:
    """What this officer may take now."""
    recused = desk.inbox.recused(account.name)
    return [
        i
        for i in items(desk).values()
        if i.may_be_read_by(account) and i.id not in recused and i.taken_by in ("", account.name)
    ]


@dataclass(frozen=True)
class Filter:
    """What part of the worklist is asked for; empty fields let everything through."""

    reason: str = ""
    priority: str = ""
    council: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        """The part that an address asks for."""
        return cls(*(query.get(part.name, "") for part in fields(cls)))

    def as_query(self) -> str:
        """The end of an address that asks for this part, so that an officer stays in it from question to question."""
        asked = {name: value for name, value in asdict(self).items() if value}
        return f"?{urlencode(asked)}" if asked else ""

    def lets_through(self, item: Item) -> bool:
        """Whether an item is of this part."""
        question = item.question
        return (
            (not self.reason or self.reason in question["reasons"])
            and (not self.priority or self.priority == question["priority"])
            and (not self.council or self.council in question["councils"])
            and (not self.state or self.state == item.state)
        )
