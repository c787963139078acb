"""One cluster under construction, and what keeps two clusters apart.

Invariant: no cluster holds two valid NHS numbers, two birth dates that cannot be one mistyped, two given names that
contradict each other, two mentions of one record that name different people, or two babies of one birth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

import jellyfish

Known = TypeVar("Known", date, str)


class Facts(NamedTuple):
    """What one mention says that can rule a link out."""

    mention_id: str
    record: str
    is_contact: bool
    given_keys: frozenset[str]
    family_keys: frozenset[str]
    initials: frozenset[str]
    born: date | None
    nhs_number: str | None
    names_number: str | None
    account: str | None
    birth: str | None
    born_before: date | None
    born_after: date | None
    force_key: str | None
    strong: bool


@dataclass
class Cluster:
    """The union of the facts of its mentions."""

    members: list[str] = field(default_factory=list)
    records: dict[str, bool] = field(default_factory=dict)
    names: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)
    initials: list[frozenset[str]] = field(default_factory=list)
    born: set[date] = field(default_factory=set)
    nhs_numbers: set[str] = field(default_factory=set)
    named_by: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=dict)
    births: set[str] = field(default_factory=set)
    force_keys: set[str] = field(default_factory=set)
    born_before: date = date.max
    born_after: date = date.min

    @classmethod
    def of(cls, facts: Facts) -> Cluster:
        """A cluster of one mention."""
        cluster = cls(members=[facts.mention_id], records={facts.record: facts.is_contact})
        if facts.given_keys:
            cluster.names.append((facts.given_keys, facts.family_keys))
        elif facts.initials:
            cluster.initials.append(facts.initials)
        cluster.born |= _of(facts.born)
        cluster.nhs_numbers |= _of(facts.nhs_number)
        cluster.named_by |= _of(facts.names_number)
        cluster.births |= _of(facts.birth)
        cluster.force_keys |= _of(facts.force_key)
        if facts.account:
            cluster.accounts[facts.account] = facts.record
        cluster.born_before = facts.born_before or date.max
        cluster.born_after = facts.born_after or date.min
        return cluster

    def absorb(self, other: Cluster) -> None:
        """Take in the mentions and facts of another cluster."""
        self.members += other.members
        for record, is_contact in other.records.items():
            self.records[record] = self.records.get(record, True) and is_contact
        self.names += [n for n in other.names if n not in self.names]
        self.initials += [i for i in other.initials if i not in self.initials]
        self.born |= other.born
        self.nhs_numbers |= other.nhs_numbers
        self.named_by |= other.named_by
        self.births |= other.births
        self.force_keys |= other.force_keys
        self.accounts |= other.accounts
        self.born_before = min(self.born_before, other.born_before)
        self.born_after = max(self.born_after, other.born_after)


def _of(value: Known | None) -> set[Known]:
    return set() if value is None else {value}


def conflict(a: Cluster, b: Cluster) -> str | None:
    """Why the two cannot be one person, or None."""
    if a.nhs_numbers and b.nhs_numbers and a.nhs_numbers != b.nhs_numbers:
        return "two_nhs_numbers"
    if (a.named_by & b.nhs_numbers) or (b.named_by & a.nhs_numbers):
        return "names_the_other"
    if a.births & b.births and a.births and not (a.nhs_numbers & b.nhs_numbers):
        return "born_together"
    if any(not (c and b.records[r]) for r, c in a.records.items() if r in b.records):
        return "same_record"
    sure = bool(a.nhs_numbers & b.nhs_numbers) or bool(a.force_keys & b.force_keys)
    if not sure and _names_differ(a, b):
        return "given_names_differ"
    if not sure and any(not may_be_one_date(x, y) for x in a.born for y in b.born):
        return "birth_dates_differ"
    if any(b.accounts.get(account, record) != record for account, record in a.accounts.items()) and not (
        a.born & b.born
    ):
        return "same_account"
    born = a.born | b.born
    before, after = min(a.born_before, b.born_before), max(a.born_after, b.born_after)
    if before < after or (born and (min(born) > before or max(born) < after)):
        return "another_generation"
    return None


def _names_differ(a: Cluster, b: Cluster) -> bool:
    return any(not _may_be_one_name(x, y) for x in a.names for y in b.names) or any(
        not any(token[0] in initials for token in given)
        for names, others in ((a.names, b.initials), (b.names, a.initials))
        for given, _ in names
        for initials in others
    )


def _may_be_one_name(x: tuple[frozenset[str], frozenset[str]], y: tuple[frozenset[str], frozenset[str]]) -> bool:
    """A given name in common, alike, or given and family name in the other order."""
    (given, family), (other, other_family) = x, y
    if given & other or (given & other_family and other & family):
        return True
    return any(jellyfish.jaro_winkler_similarity(s, t) >= 0.85 for s in given for t in other)


def may_be_one_date(x: date, y: date) -> bool:
    """Whether two dates of birth may be one, mistyped: a digit, a swap, two of three parts."""
    if x == y or (x.year == y.year and (x.month, x.day) == (y.day, y.month)):
        return True
    parts = (x.year == y.year) + (x.month == y.month) + (x.day == y.day)
    if parts == 2 and (x.year == y.year or abs(x.year - y.year) <= 10):
        return True
    return jellyfish.damerau_levenshtein_distance(x.isoformat(), y.isoformat()) <= 1


def singles(facts: Iterable[Facts]) -> dict[str, Cluster]:
    """A cluster for every mention, by mention_id."""
    return {f.mention_id: Cluster.of(f) for f in facts}
