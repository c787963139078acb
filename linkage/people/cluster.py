"""One cluster under construction, and what keeps two clusters apart.

Invariant: but for a data officer's verdict, no cluster holds two valid NHS numbers, two birth dates that cannot be one mistyped, two given names that
contradict each other, two mentions of one record that name different people, or two babies of one birth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

import jellyfish

from linkage.standardise.names import (
    HONORIFIC_GIVEN,
    HONORIFIC_INITIAL,
    first_letters,
    is_title_token,
    readings,
    spelling_class,
)

Known = TypeVar("Known", date, str)


class Facts(NamedTuple):
    """What one mention says that can rule a link out.

    liable_at: homes that they are liable for; younger_at: homes of the people who name them as their child, brother or sister.
    """

    mention_id: str
    record: str
    is_contact: bool
    given_keys: frozenset[str]
    family_keys: frozenset[str]
    initials: frozenset[str]
    name_letters: str | None
    born: date | None
    nhs_number: str | None
    names_number: str | None
    account: str | None
    birth: str | None
    born_before: date | None
    born_after: date | None
    force_key: str | None
    strong: bool
    sex: str | None = None
    liable_at: frozenset[str] = frozenset()
    younger_at: frozenset[str] = frozenset()


class WrittenName(NamedTuple):
    """A name as one mention gives it: given tokens with their formal names, initials of given tokens, family tokens."""

    given: frozenset[str]
    initials: frozenset[str]
    family: frozenset[str]


@dataclass(slots=True)
class Cluster:
    """The union of the facts of its mentions. names: readings of each full name, by its letters.

    barred: mentions that a verdict keeps out.
    """

    members: list[str] = field(default_factory=list)
    records: dict[str, bool] = field(default_factory=dict)
    names: dict[str, set[WrittenName]] = field(default_factory=dict)
    born: set[date] = field(default_factory=set)
    nhs_numbers: set[str] = field(default_factory=set)
    named_by: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=dict)
    births: set[str] = field(default_factory=set)
    force_keys: set[str] = field(default_factory=set)
    sexes: set[str] = field(default_factory=set)
    liable_at: set[str] = field(default_factory=set)
    younger_at: set[str] = field(default_factory=set)
    born_before: date = date.max
    born_after: date = date.min
    barred: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, facts: Facts) -> Cluster:
        """A cluster of one mention."""
        names: dict[str, set[WrittenName]] = {}
        if facts.given_keys or facts.initials:
            name = WrittenName(facts.given_keys, facts.initials, facts.family_keys)
            names[facts.name_letters or repr(sorted(name.given | name.initials))] = {name}
        return cls(
            members=[facts.mention_id],
            records={facts.record: facts.is_contact},
            names=names,
            born=_of(facts.born),
            nhs_numbers=_of(facts.nhs_number),
            named_by=_of(facts.names_number),
            accounts={facts.account: facts.record} if facts.account else {},
            births=_of(facts.birth),
            force_keys=_of(facts.force_key),
            sexes=_of(facts.sex),
            liable_at=set(facts.liable_at),
            younger_at=set(facts.younger_at),
            born_before=facts.born_before or date.max,
            born_after=facts.born_after or date.min,
        )

    def absorb(self, other: Cluster) -> None:
        """Take in the mentions and facts of another cluster."""
        self.members += other.members
        for record, is_contact in other.records.items():
            self.records[record] = self.records.get(record, True) and is_contact
        for letters, names in other.names.items():
            self.names[letters] = self.names.get(letters, set()) | names
        self.born |= other.born
        self.nhs_numbers |= other.nhs_numbers
        self.named_by |= other.named_by
        self.births |= other.births
        self.force_keys |= other.force_keys
        self.sexes |= other.sexes
        self.liable_at |= other.liable_at
        self.younger_at |= other.younger_at
        self.accounts |= other.accounts
        self.born_before = min(self.born_before, other.born_before)
        self.born_after = max(self.born_after, other.born_after)
        self.barred |= other.barred


def _of(value: Known | None) -> set[Known]:
    return set() if value is None else {value}


def conflict(a: Cluster, b: Cluster) -> str | None:
    """Why the two cannot be one person, or None."""
    if a.barred and not a.barred.isdisjoint(b.members):
        return "verdict"
    one_number = bool(a.nhs_numbers and b.nhs_numbers)
    if one_number and a.nhs_numbers != b.nhs_numbers:
        return "two_nhs_numbers"
    if not (a.named_by.isdisjoint(b.nhs_numbers) and b.named_by.isdisjoint(a.nhs_numbers)):
        return "names_the_other"
    if not one_number and not a.births.isdisjoint(b.births):
        return "born_together"
    if _of_one_record(a, b):
        return "same_record"
    if not one_number and a.force_keys.isdisjoint(b.force_keys):
        if _names_differ(a, b):
            return "given_names_differ"
        if _birth_dates_differ(a, b):
            return "birth_dates_differ"
    if a.accounts and b.accounts and _of_one_account(a, b):
        return "same_account"
    return "another_generation" if _of_another_generation(a, b) else None


def _of_one_record(a: Cluster, b: Cluster) -> bool:
    """Whether one record names both, one of them as another than its contact."""
    if a.records.keys().isdisjoint(b.records):
        return False
    return not all(a.records[record] and b.records[record] for record in a.records.keys() & b.records.keys())


def _of_one_account(a: Cluster, b: Cluster) -> bool:
    """Whether two records of one account name them, and no birth date says that they are one person."""
    both = a.accounts.keys() & b.accounts.keys()
    return any(a.accounts[account] != b.accounts[account] for account in both) and a.born.isdisjoint(b.born)


def _of_another_generation(a: Cluster, b: Cluster) -> bool:
    before, after = min(a.born_before, b.born_before), max(a.born_after, b.born_after)
    if before < after:
        return True
    born = a.born | b.born
    return bool(born) and (min(born) > before or max(born) < after)


def _birth_dates_differ(a: Cluster, b: Cluster) -> bool:
    # Where an identifier joined two dates, one is wrong: a mention that gives the other to the day is no stranger.
    if not a.born or not b.born or any((x.month, x.day) != (1, 1) for x in a.born & b.born):
        return False
    return any(not may_be_one_date(x, y) for x in a.born for y in b.born)


def _names_differ(a: Cluster, b: Cluster) -> bool:
    # The ways to read one full name, in either order, are one name: it is enough that one of them fits.
    one_day = not a.born.isdisjoint(b.born)
    for ways in a.names.values():
        for others in b.names.values():
            if ways.isdisjoint(others) and not any(
                may_be_one_name(x, y)
                or (one_day and _short_slip(x, y))
                or _halves_of_one(x, y, a, b)
                or _parts_of_one(x, y, a, b)
                for x in ways
                for y in others
            ):
                return True
    return False


def _short_slip(x: WrittenName, y: WrittenName) -> bool:
    """Whether given names, one of them of three letters, are one letter apart: Ali and Alo, Lin and Ln, but Tim and Tom as well."""
    return any(
        3 in (len(s), len(t)) and min(len(s), len(t)) >= 2 and jellyfish.damerau_levenshtein_distance(s, t) == 1
        for s in x.given
        for t in y.given
    )


def _parts_of_one(x: WrittenName, y: WrittenName, a: Cluster, b: Cluster) -> bool:
    """Whether some name of either cluster holds both: Mohammed Hassan Khan, of M Khan and Hassan Khan."""
    known = (name for names in (*a.names.values(), *b.names.values()) for name in names)
    return any(z.given and not _honorific(z.given) and _alike(x, z) and _alike(y, z) for z in known)


def _halves_of_one(x: WrittenName, y: WrittenName, a: Cluster, b: Cluster) -> bool:
    """Whether two bare names are the given and the family name of one full name of either cluster: Balbir, and Sidhu."""
    if x.family or y.family or not x.given or not y.given:
        return False
    full = (name for names in (*a.names.values(), *b.names.values()) for name in names if name.family)
    return any((x.given & z.given and y.given & z.family) or (y.given & z.given and x.given & z.family) for z in full)


def may_be_one_name(x: WrittenName, y: WrittenName) -> bool:
    """Whether two written names may be one person's: given names alike, in either order, or only an honorific given."""
    # Most have a name in common, which is told sooner than it is remembered.
    return not x.given.isdisjoint(y.given) or _only_honorific(x) or _only_honorific(y) or _alike(x, y)


@lru_cache(maxsize=1 << 16)
def _only_honorific(name: WrittenName) -> bool:
    return _honorific(name.given) if name.given else name.initials == {HONORIFIC_INITIAL}


def _honorific(given: frozenset[str]) -> bool:
    return all(spelling_class(token) in HONORIFIC_GIVEN for token in given)


@lru_cache(maxsize=1 << 18)
def _alike(x: WrittenName, y: WrittenName) -> bool:
    """Whether the given names of two written names fit, in either order."""
    if _fits(x.given, x.initials, y.given, y.initials):
        return True
    # In the other order, a family name stands where the given name is looked for; with no family name, nothing does.
    found = {_in_family_place(x, y), _in_family_place(y, x)}
    return True in found and False not in found


def _in_family_place(x: WrittenName, y: WrittenName) -> bool | None:
    """Whether the given names of one fit the family names of the other; None where it has none, or a title that others leave out."""
    if not y.family:
        return None
    fits = _fits(x.given, x.initials, y.family, _letters_of(y.family)) or bool(_read_as(x.given) & _read_as(y.family))
    return None if not fits and all(is_title_token(token) for token in y.family) else fits


@lru_cache(maxsize=1 << 16)
def _read_as(written: frozenset[str]) -> frozenset[str]:
    """Names with the family names that they may be in another romanisation: Wong with Huang and Wang."""
    return written | {reading for token in written for reading in readings(token)}


@lru_cache(maxsize=1 << 16)
def _letters_of(family: frozenset[str]) -> frozenset[str]:
    """Initials that clerks may write for family names, in each spelling and romanisation: Z and C of Zhou, O and C of Osman."""
    spelt = {letter for token in family for letter in first_letters(token)}
    return frozenset(spelt | {reading[0] for token in family for reading in readings(token)})


def _fits(one: frozenset[str], initials: frozenset[str], other: frozenset[str], letters: frozenset[str]) -> bool:
    """Whether given names are alike; where one side has initials alone, whether an initial is."""
    if one and other:
        return bool(one & other) or any(
            jellyfish.jaro_winkler_similarity(s, t) >= 0.85 or _part_of(s, t) or _part_of(t, s)
            for s in one
            for t in other
        )
    if not initials or not letters:
        return True
    # Tokens hold formal names too: Bob's R is Robert's.
    return bool((initials | {t[0] for t in one}) & (letters | {t[0] for t in other}))


def _part_of(short: str, name: str) -> bool:
    """Whether a name is another's start or end: Tunde of Babatunde."""
    return (len(short) >= 3 and name.startswith(short)) or (len(short) >= 4 and name.endswith(short))


def may_be_one_date(x: date, y: date) -> bool:
    """Whether two dates of birth may be one, mistyped: a digit, a swap, two of three parts."""
    if x == y or (x.year == y.year and (x.month, x.day) == (y.day, y.month)):
        return True
    if x.year == y.year and (1, 1) in {(x.month, x.day), (y.month, y.day)}:
        return True  # Many write 1 January where only the year is known.
    parts = (x.year == y.year) + (x.month == y.month) + (x.day == y.day)
    if parts == 2 and (x.year == y.year or abs(x.year - y.year) <= 10):
        return True
    return jellyfish.damerau_levenshtein_distance(x.isoformat(), y.isoformat()) <= 1


def singles(facts: Iterable[Facts]) -> dict[str, Cluster]:
    """A cluster for every mention, by mention_id."""
    return {f.mention_id: Cluster.of(f) for f in facts}
