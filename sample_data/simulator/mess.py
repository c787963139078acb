"""Slips of clerks: typing errors, phones and dates as written."""

from __future__ import annotations

import random

_NEAR = {
    "a": "sq",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}


def typo(text: str, rng: random.Random) -> str:
    """The text with one slip: a letter left out, doubled, swapped with its neighbour, or the key beside it."""
    letters = [i for i in range(1, len(text)) if text[i].isalpha()]
    if len(letters) < 2:
        return text
    i = rng.choice(letters)
    kind = rng.random()
    if kind < 0.3:
        return text[:i] + text[i + 1 :]
    if kind < 0.5:
        return text[:i] + text[i] + text[i:]
    if kind < 0.75 and i + 1 < len(text):
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + rng.choice(_NEAR.get(text[i].lower(), "e")) + text[i + 1 :]


def phone_as_written(phone: str, rng: random.Random, typo_share: float = 0.03) -> str:
    """A phone as typed: with spaces, +44, or (2-4%, domain notes section 6) one digit wrong."""
    if not phone:
        return ""
    if rng.random() < typo_share:
        i = rng.randrange(5, 11)
        swap = rng.random() < 0.4 and i < 10
        phone = (
            phone[:i] + phone[i + 1] + phone[i] + phone[i + 2 :]
            if swap
            else phone[:i] + str(rng.randrange(10)) + phone[i + 1 :]
        )
    draw = rng.random()
    if draw < 0.62:
        return phone
    if draw < 0.88:
        return f"{phone[:5]} {phone[5:]}"
    if draw < 0.93:
        return f"+44{phone[1:]}"
    if draw < 0.96:
        return f"+44 {phone[1:5]} {phone[5:]}"
    return f"{phone[:5]} {phone[5:8]} {phone[8:]}" if draw < 0.985 else f"{phone[:5]}-{phone[5:]}"


def date_as_written(iso_date: str, rng: random.Random, wrong: float) -> str:
    """A date of birth as typed: day and month swapped, a digit off, or the first of January for a bare year."""
    if rng.random() >= wrong:
        return iso_date
    year, month, day = iso_date.split("-")
    kind = rng.random()
    if kind < 0.4 and int(day) <= 12:
        return f"{year}-{day}-{month}"
    if kind < 0.6:
        return f"{year}-01-01"
    if kind < 0.8:
        return f"{int(year) + rng.choice((-1, 1))}-{month}-{min(int(day), 28):02d}"
    return f"{year}-{month}-{min(max(int(day) + rng.choice((-1, 1, 10, -10)), 1), 28):02d}"


def nhs_as_written(number: str, rng: random.Random, missing: float, wrong: float) -> str:
    """An NHS number as held: missing, or with one slip (which nearly always fails the check digit)."""
    draw = rng.random()
    if not number or draw < missing:
        return ""
    if draw < missing + wrong:
        i = rng.randrange(4, 9)
        return number[:i] + number[i + 1] + number[i] + number[i + 2 :]
    return number


def recased(text: str, rng: random.Random, lower: float, upper: float) -> str:
    draw = rng.random()
    return text.lower() if draw < lower else text.upper() if draw < lower + upper else text
