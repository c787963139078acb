"""What reports are made of: one night's exceptions and what may be shown of the people and properties in them.

Nothing here reads a database. `NightContent` is built once (nightly_content.py) and given to every writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class PersonDisplay:
    """How one person is shown: name as a record writes it, birth date, sex in words, and the council they register in."""

    name: str
    born: date | None
    sex: str
    home_gss: str | None


@dataclass(frozen=True)
class PropertyDisplay:
    """How one property is shown: its address on one line and its council."""

    address: str
    gss: str | None


@dataclass(frozen=True)
class HubDisplay:
    """A hub: the name of its council and whom to ring."""

    name: str
    contact: str


@dataclass(frozen=True)
class SupplierState:
    """How one supplier's file fared tonight."""

    contract: str
    supplier: str
    status: str
    last_good_night: date | None


@dataclass(frozen=True)
class LinkEvidence:
    """Why two records are held to be one person, in words."""

    sentence: str
    agreed: Sequence[str]
    disagreed: Sequence[str]
    missing: Sequence[str]
    rarity: str
    strength: str


@dataclass(frozen=True)
class Member:
    """One person of a family picture, or a place in it that no record fills.

    `person_id` is empty for whom no record names. `known`: recorded, inferred, unknown or expected (a pregnancy).
    """

    person_id: str
    part: str
    generation: int
    known: str
    name: str = ""
    sex: str = "not known"
    born: str = ""
    died: bool = False


@dataclass(frozen=True)
class FamilyTie:
    """A tie between two members, by their places in the list: `couple`, `co_parent`, `parent` (of `other`) or
    `part_not_known`.
    """

    one: int
    other: int
    kind: str
    known: str
    says: str


@dataclass(frozen=True)
class Family:
    """Three generations around the children of one exception, as far as records say."""

    members: Sequence[Member] = ()
    ties: Sequence[FamilyTie] = ()


@dataclass(frozen=True)
class Detail:
    """What only reports print of one exception."""

    not_known: Sequence[str] = ()
    priority_reasons: Sequence[str] = ()
    link_evidence: Sequence[LinkEvidence] = ()
    speaks_for: Sequence[str] = ()
    speaks_against: Sequence[str] = ()
    changed: Sequence[str] = ()
    family: Family = Family()


@dataclass(frozen=True)
class NightContent:
    """Everything that one night's reports draw on. Exceptions are the objects of exceptions.jsonl."""

    night: date
    synthetic: bool
    exceptions: Sequence[Mapping[str, Any]]
    details: Mapping[str, Detail]
    people: Mapping[str, PersonDisplay]
    properties: Mapping[str, PropertyDisplay]
    ties: Mapping[tuple[str, str], bool]
    """(person_id, uprn) of standing claims, and whether a register makes one."""
    about: Mapping[str, str]
    """person_id by the key of a piece of evidence: contract|supplier|record_id|mention."""
    suppliers: Sequence[SupplierState]
    hubs: Mapping[str, HubDisplay]
    software_version: str
    model_version: str
