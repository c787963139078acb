"""Records side by side: what is the same, what differs and what only some say, in words that need no colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_uppercase
from typing import Any

from linkage.review.desk import day
from linkage.standardise.names import fold

FIELDS = {
    "name": "Name", "born": "Date of birth", "sex": "Sex", "nhs_number": "NHS number", "phone": "Phone", "email": "E-mail",
    "force_key": "Police key", "addresses": "Addresses", "relationship": "Stated relationship", "named_by": "Named by",
}  # fmt: skip
ABOUT_THE_RECORD = {"relationship", "named_by"}
"""Differences in these say nothing: they are the record's, not the person's."""
COMPARED = {
    "gamma_given_name": "given name", "gamma_family_and_home": "family name or home", "gamma_birth_date": "date of birth",
    "gamma_sex": "sex", "gamma_nhs_number": "NHS number", "gamma_phone": "phone", "gamma_email": "e-mail",
    "gamma_force_key": "police key",
}  # fmt: skip
SEX = {"1": "male", "2": "female"}
VETO_WORDS = {
    "two_nhs_numbers": "two NHS numbers", "same_record": "both in one record", "names_the_other": "one names the other",
    "other_kin": "somebody names the two as different relatives",
    "born_together": "born together", "same_account": "two people of one account", "given_names_differ": "given names differ",
    "birth_dates_differ": "dates of birth differ", "too_young": "too young", "too_old": "too old",
    "another_generation": "another generation", "verdict": "a verdict keeps them apart",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One value of one record. mark: how it stands to the first record that gives the field ('' where it is that one)."""

    text: str
    mark: str


@dataclass(frozen=True)
class Line:
    """One field across all records, with what it comes to."""

    name: str
    cells: Sequence[Cell]
    verdict: str


def letters(mentions: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A letter for each mention, in the order of the page: A to Z, then AA and so on."""
    names = [*ascii_uppercase, *(a + b for a in ascii_uppercase for b in ascii_uppercase)]
    return {m["mention_id"]: letter for m, letter in zip(mentions, names, strict=False)}


def lines(mentions: Sequence[Mapping[str, Any]]) -> list[Line]:
    """The table of fields, leaving out those that no record gives."""
    letter = letters(mentions)
    return [
        _line(field, words, mentions, letter)
        for field, words in FIELDS.items()
        if any(_plain(field, m[field]) for m in mentions)
    ]


def _line(field: str, words: str, mentions: Sequence[Mapping[str, Any]], letter: Mapping[str, str]) -> Line:
    first: dict[frozenset[str], str] = {}
    cells = []
    for mention in mentions:
        value, name = _plain(field, mention[field]), letter[mention["mention_id"]]
        if not value:
            cells.append(Cell("not recorded", ""))
            continue
        mark = "" if not first or field in ABOUT_THE_RECORD else _mark(field, value, first)
        first.setdefault(value, name)
        cells.append(Cell(_shown(field, mention[field]), mark))
    given = [c for c in cells if c.text != "not recorded"]
    if field in ABOUT_THE_RECORD:
        verdict = ""
    elif len(given) == 1:
        verdict = "only one says"
    else:
        marks = {c.mark.split()[0] for c in given if c.mark}
        verdict = "differs" if "differs" in marks else "may be the same" if "may" in marks else "same"
    return Line(words, cells, verdict)


def _mark(field: str, value: frozenset[str], first: Mapping[frozenset[str], str]) -> str:
    """How a value stands to those that came before it in the line."""
    for seen, who in first.items():
        if _alike(field, seen, value):
            return f"same as {who}"
    fits = next((who for seen, who in first.items() if field == "name" and _fits(seen, value)), None)
    return f"may be {fits}'s, written otherwise" if fits else "differs"


def _fits(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether every part of the shorter name is one of the longer, or its initial."""
    short, long_ = sorted((one, other), key=len)
    return all(any(p == q or (min(len(p), len(q)) == 1 and p[0] == q[0]) for q in long_) for p in short)


def _plain(field: str, value: Any) -> frozenset[str]:
    """A value as it is compared: what stands for it, whatever the order or case."""
    if value is None or value == []:
        return frozenset()
    if field == "addresses":
        return frozenset(value)
    return frozenset(fold(value)) if field == "name" else frozenset({str(value)})


def _alike(field: str, one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) if field == "addresses" else one == other


def _shown(field: str, value: Any) -> str:
    if field == "addresses":
        return "\n".join(value)
    if field == "born":
        return day(value)
    if field == "sex":
        return SEX.get(value, "not known")
    return str(value).replace("_", " ") if field == "relationship" else str(value)


def reasons(mentions: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What speaks for one person, what against, and what is not known, as sentences."""
    found: dict[str, list[str]] = {"for": [], "against": [], "unknown": []}
    letter = letters(mentions)
    for field, words in FIELDS.items():
        if field in ABOUT_THE_RECORD:
            continue
        told = [(letter[m["mention_id"]], _plain(field, m[field])) for m in mentions]
        said = [(who, value) for who, value in told if value]
        together = _together(field, said)
        for who in together:
            found["for"].append(f"{words}: {_and(who)} {'share one' if field == 'addresses' else 'agree'}.")
        if len(said) > 1 and field == "name" and all(_fits(said[0][1], value) for _, value in said):
            if not together or len(together[0]) < len(said):
                found["for"].append(f"{words}: {_and([who for who, _ in said])} may be one name, written otherwise.")
        elif len(said) > 1 and not (together and len(together[0]) == len(said)):
            found["against"].append(f"{words}: {_apart(together, said)}.")
        if silent := [who for who, value in told if not value]:
            found["unknown"].append(f"{words}: not recorded in {_and(silent)}.")
    return found


def _together(field: str, said: Sequence[tuple[str, frozenset[str]]]) -> list[list[str]]:
    """Groups of two or more records that agree on a field."""
    groups: list[tuple[frozenset[str], list[str]]] = []
    for who, value in said:
        home = next((g for g in groups if _alike(field, g[0], value)), None)
        if home:
            home[1].append(who)
        else:
            groups.append((value, [who]))
    return [members for _, members in groups if len(members) > 1]


def _apart(together: Sequence[Sequence[str]], said: Sequence[tuple[str, frozenset[str]]]) -> str:
    alone = [who for who, _ in said if not any(who in g for g in together)]
    parts = [_and(list(g)) for g in together] + alone
    return f"{_and(parts)} each give another" if len(parts) == len(alone) else " against ".join(parts)


def _and(names: Sequence[str]) -> str:
    *head, last = names
    return f"{', '.join(head)} and {last}" if head else last


def pairs(
    mentions: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]], *, with_weight: bool
) -> list[dict[str, str]]:
    """Every pair of records and how it compares; the match weight only where it may be shown."""
    letter = letters(mentions)
    known = {(q["mention_id_l"], q["mention_id_r"]): q for q in links}
    told = []
    for one, other in combinations(mentions, 2):
        ids = sorted((one["mention_id"], other["mention_id"]))
        link = known.get((ids[0], ids[1]))
        row = {"pair": f"{letter[one['mention_id']]} and {letter[other['mention_id']]}", **_compared(link)}
        if with_weight:
            row["weight"] = f"{link['match_weight']:.1f}" if link else "not compared"
        told.append(row)
    return told


def _compared(link: Mapping[str, Any] | None) -> dict[str, str]:
    if link is None:
        return {"agrees": "nothing that is looked up", "differs": "", "rule": ""}
    agrees = [w for c, w in COMPARED.items() if (link[c] or 0) > 0]
    differs = [w for c, w in COMPARED.items() if link[c] == 0]
    return {
        "agrees": ", ".join(agrees) or "nothing",
        "differs": ", ".join(differs) or "nothing",
        "rule": VETO_WORDS.get(link["veto"] or "", ""),
    }
