"""The field allow-list of each reader, field by field down to the last value. What is not named here does not leave.

`cut` refuses a view that holds any other field, or lacks one. The JSON Schema (schema.py) is made from the same lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

View = dict[str, Any]
Type = Literal["text", "flag", "number", "texts", "numbers", "list", "group"]


@dataclass(frozen=True)
class Field:
    """One field that a reader gets: its name, what it says, its type, and for a list or group the fields inside."""

    name: str
    says: str
    type: Type = "text"
    inside: tuple[Field, ...] = ()


class NotAllowed(ValueError):
    """A view that does not fit its reader's list. The message names fields, never a value."""


def cut(view: View, fields: Sequence[Field], where: str = "") -> View:
    """The view in the order of its list. Raises NotAllowed on a field too many or too few, at any depth."""
    kept: View = {}
    for field in fields:
        name = field.name
        if name not in view:
            raise NotAllowed(f"field of the allow-list that the view lacks: {where}{name}")
        kept[name] = _value(view[name], field, where) if field.inside else view[name]
    if len(kept) < len(view):
        raise NotAllowed(
            f"fields that are on no allow-list: {sorted(where + name for name in view if name not in kept)}"
        )
    return kept


def _value(value: Any, field: Field, where: str) -> Any:
    inner = f"{where}{field.name}."
    return (
        cut(value, field.inside, inner) if field.type == "group" else [cut(item, field.inside, inner) for item in value]
    )


PERSON = (
    Field("role", "the person's part in the exception, in words"),
    Field("name", "name as a record writes it"),
    Field("born", "date of birth, empty where no record gives it"),
    Field("sex", "male, female or not known"),
    Field("council", "council in which a register puts the person, empty where none does"),
)
KNOWN = (*PERSON, Field("known", "the kinds of record that the claim rests on for this person", "texts"))

_HEAD = (
    Field("reference", "stays the same from night to night"),
    Field("reader", "lead: the whole exception; notified: a notice"),
    Field("kind", "the kind of exception"),
    Field("kind_words", "the kind in words"),
    Field("priority", "how soon to look: A, B, C or H"),
    Field("priority_words", "the priority in words"),
    Field("status", "new, continuing, changed, resolved or reopened"),
    Field("status_words", "the status in words"),
    Field("first_raised", "night on which it was first raised"),
    Field("last_changed", "night on which its records or priority last changed"),
)

LEAD = (
    *_HEAD,
    Field("priority_reasons", "the rules that gave the priority", "texts"),
    Field("waiting", "beyond this week's number, or held for a data officer", "flag"),
    Field("likelihood", "how many of ten such claims are true, in words"),
    Field("speaks_for", "what makes it likelier, in words", "texts"),
    Field("speaks_against", "what makes it less likely, in words", "texts"),
    Field("claim", "the claim in one sentence"),
    Field("people", "who it is about", "list", KNOWN),
    Field(
        "addresses", "the properties it is about", "list",
        (
            Field("address", "the address on one line"),
            Field("role", "registered or observed, in words"),
            Field("council", "the council of the property"),
            Field(
                "records", "the records that give it", "list",
                (
                    Field("source", "kind of record"),
                    Field("about", "whom the record is about"),
                    Field("date", "date of the statement"),
                    Field("basis", "how it is known, in words"),
                ),
            ),
        ),
    ),
    Field(
        "ties", "which person the records put at which address", "list",
        (
            Field("person", "place in people, from 0", "number"),
            Field("address", "place in addresses, from 0", "number"),
            Field("registered", "a register says so", "flag"),
            Field("disputed", "records put this person at more than one home", "flag"),
        ),
    ),
    Field(
        "evidence", "what each record says, in order of date", "list",
        (
            Field("number", "its number on the page", "number"),
            Field("about", "whom the record is about"),
            Field("date", "date of the statement, empty where none is given"),
            Field("source", "kind of record"),
            Field("supplier", "who keeps the record"),
            Field("says", "what it says, in a sentence"),
            Field("basis", "how it is known, in words"),
        ),
    ),
    Field(
        "family", "three generations as far as records say", "group",
        (
            Field(
                "members", "who, known or not", "list",
                (
                    Field("name", "name as a record writes it, or that it is not known"),
                    Field("part", "part in the family, in words"),
                    Field("sex", "male, female or not known"),
                    Field("born", "date of birth of a child, year of birth of others, or when a baby is due"),
                    Field("died", "a record says the person has died", "flag"),
                    Field("generation", "0 grandparents, 1 parents, 2 children", "number"),
                    Field("known", "recorded, inferred, unknown or expected"),
                    Field("homes", "places in addresses, from 0, where records put the person", "numbers"),
                ),
            ),
            Field(
                "ties", "who is tied to whom", "list",
                (
                    Field("one", "place in members, from 0", "number"),
                    Field("other", "place in members, from 0; of a parent tie the child", "number"),
                    Field("kind", "couple, co_parent, parent or part_not_known"),
                    Field("known", "recorded, inferred or unknown"),
                    Field("says", "the record and its date, or that none says so"),
                ),
            ),
        ),
    ),
    Field(
        "benign", "innocent reasons that were looked for", "list",
        (
            Field("explanation", "the reason in words"),
            Field("found", "whether it was found", "flag"),
            Field("why", "what was looked at"),
        ),
    ),
    Field("supporting", "further claims about the same people and properties", "texts"),
    Field("checks", "what to ask whom next", "texts"),
    Field("not_known", "what the records do not say", "texts"),
    Field(
        "link_evidence", "why these records are held to be one person", "list",
        (
            Field("sentence", "which two records"),
            Field("agreed", "what agrees", "texts"),
            Field("disagreed", "what differs", "texts"),
            Field("missing", "what is not recorded in both", "texts"),
            Field("rarity", "how often two people would agree so by chance, in words"),
            Field("strength", "very strong, strong or fair"),
        ),
    ),
    Field("changed", "what changed since the night before", "texts"),
    Field("resolved_because", "why it was resolved, else empty"),
    Field("stale_sources", "records behind it that did not come tonight", "texts"),
    Field("notified", "further hubs that were told, without the family's address", "texts"),
)  # fmt: skip
"""The lead hub: the council of the child's or mother's recorded residence. The whole exception."""

NOTIFIED = (
    *_HEAD,
    Field("lead_hub", "the hub that leads"),
    Field("ring", "whom to ring there"),
    Field("residents", "this hub's own residents in it, never the child or mother", "list", PERSON),
)
"""A further hub: the reference, whom to ring, and its own residents' part. Never the mother's or child's address."""

AGENCY = (
    Field("reference", "to be given with the answer"),
    Field("record_id", "the agency's own key of the record"),
    Field("name", "name in that record"),
    Field("born", "date of birth in that record"),
    Field("question", "what to confirm"),
)
"""A source agency (a practice, a maternity unit): its own record and the question. Nothing of why it is asked."""

READERS = {"lead": LEAD, "notified": NOTIFIED, "agency": AGENCY}

TABLE = (
    "reference", "reader", "kind", "priority", "status", "first_raised", "last_changed", "waiting", "likelihood", "claim",
    "people", "addresses", "checks", "lead_hub", "ring", "residents",
)  # fmt: skip
"""Columns of exceptions.csv and of the workbook, where the reader's list holds them."""
