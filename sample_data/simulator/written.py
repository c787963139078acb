"""What clerks make of a name: spelling, order, initials, short forms, titles taken for family names, slips."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from sample_data.simulator.mess import recased, typo
from sample_data.simulator.model import Person
from sample_data.simulator.names_lists import SHORT, SPELLINGS
from sample_data.simulator.naming import BY_NAME


@dataclass(frozen=True, slots=True)
class Care:
    """Shares of names with each slip, by kind of source."""

    typo: float
    spelling: float
    swapped: float
    short: float
    tail_as_family: float
    accents_kept: float = 0.25


GP = Care(0.02, 0.06, 0.02, 0.01, 0.3)
MATERNITY = Care(0.03, 0.1, 0.03, 0.03, 0.35)
COUNCIL_TAX = Care(0.02, 0.1, 0.03, 0.03, 0.3, 0.0)
POLICE = Care(0.06, 0.2, 0.06, 0.12, 0.4, 0.05)
CONTACT = Care(0.06, 0.22, 0.06, 0.12, 0.35, 0.1)


def written(person: Person, care: Care, rng: random.Random) -> tuple[str, str]:
    """Given names and family name as typed in two cells."""
    given, family = list(person.given), person.family
    form = BY_NAME[person.tradition].form
    given, family = _tail(given, family, person.tail, care, rng)
    given, family = _convention(form, given, family, care, rng)
    if len(given) > 1 and rng.random() < (0.45 if form in ("british", "polish", "romanian") else 0.12):
        given = given[:1]
    if rng.random() < care.short and given and given[0] in SHORT:
        given[0] = rng.choice(SHORT[given[0]])
    given = [_spelt(g, care, rng) for g in given]
    first, last = " ".join(given), _spelt(family, care, rng)
    if rng.random() >= care.accents_kept:
        first, last = plain(first), plain(last)
    return _slip(first, care, rng), _slip(last, care, rng)


def free_text(person: Person, rng: random.Random) -> str:
    """One cell with a name as somebody else gives it: first name only, an initial, lower case."""
    first, last = written(person, CONTACT, rng)
    single = first.split(" ")[0] if first else last
    draw = rng.random()
    if draw < 0.72:
        text = f"{single} {last}"
    elif draw < 0.82:
        text = f"{first} {last}"
    elif draw < 0.89:
        text = f"{single[:1]} {last}"
    else:
        text = single if draw < 0.95 else f"{last} {single}"
    return recased(text.strip(), rng, 0.07, 0.05)


def initials(given: str, rng: random.Random) -> str:
    """Given names as initials, as most council-tax accounts have them."""
    letters = [g[0] for g in given.split(" ") if g]
    return " ".join(letters) if rng.random() < 0.7 else " ".join(letters[:1])


def plain(text: str) -> str:
    """Without accents."""
    return "".join(
        c
        for c in unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
        if not unicodedata.combining(c)
    )


def _tail(given: list[str], family: str, tail: str, care: Care, rng: random.Random) -> tuple[list[str], str]:
    """Kaur, Singh, Begum: dropped, kept as a middle name, or written as the family name."""
    if not tail:
        return given, family
    draw = rng.random()
    if draw < care.tail_as_family or not family:
        return given, tail
    return ([*given, tail], family) if draw < care.tail_as_family + 0.4 else (given, family)


def _convention(form: str, given: list[str], family: str, care: Care, rng: random.Random) -> tuple[list[str], str]:
    """Slips that belong to one way of naming."""
    if given[0] == "Mohammed" and len(given) > 1 and rng.random() < 0.25:
        given = given[1:]
    if form == "patronymic" and len(given) > 1 and rng.random() < care.spelling * 1.5:
        return given[:1], given[1]
    if form == "arabic" and family.startswith(("Al-", "El-")) and rng.random() < care.spelling * 2:
        family = rng.choice((family[3:], family.replace("-", " "), family.replace("-", "")))
    if form == "chinese" and "-" in given[0] and rng.random() < 0.6:
        given = [given[0].replace("-", rng.choice((" ", ""))).title()]
    if form == "polish" and rng.random() < care.spelling / 2:
        family = family[:-1] + "i" if family.endswith("ska") else family
    if "-" in family and form == "british" and rng.random() < 0.35:
        family = rng.choice((family.replace("-", " "), family.split("-")[-1], family.split("-")[0]))
    swaps = {"british": 0.15, "polish": 0.5, "romanian": 2.0, "chinese": 3.0, "nigerian": 1.5, "pakistani": 1.5}
    if family and rng.random() < care.swapped * swaps.get(form, 1.0):
        given, family = [family, *given[1:]], given[0]
    return given, family


def _spelt(word: str, care: Care, rng: random.Random) -> str:
    if word in SPELLINGS and rng.random() < care.spelling * 2:
        return rng.choice(SPELLINGS[word])
    return word


def _slip(text: str, care: Care, rng: random.Random) -> str:
    return typo(text, rng) if text and rng.random() < care.typo / 2 else text
