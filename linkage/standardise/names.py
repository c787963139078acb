"""Names to tokens, and tokens to classes of spellings.

A name is a set of tokens: order, hyphens, initials and titles vary between agencies, so nothing here relies on which
column a token came from alone. The lists under reference/ can be edited without Python; each names its origin.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

REFERENCE = Path(__file__).with_name("reference")
_NOT_FOLDED = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "đ": "d", "Đ": "D", "ı": "i"}
)
HONORIFIC_GIVEN = frozenset({"MOHAMMED", "ABDUL", "SYED", "ABD", "AHMED"})
"""Given names so often borne first as an honorific that the next one is the name used (domain notes, naming guide)."""
_JOINED = re.compile(r"['’`´ʼ]")
_BREAK = re.compile(r"[^A-Z]+")


@dataclass(frozen=True)
class Name:
    """One person's name in one record.

    given and family are tokens in the order written; `also` holds tokens of earlier and other names; initials are the
    one-letter given tokens. A token that is only a title (Begum, Bibi, Kaur) is kept in `titles`, not in family.
    in_order holds given names and initials as they follow each other, with the titles that stand after the first.
    """

    given: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    in_order: tuple[str, ...] = ()


_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТХУІЈЅаеорсхуіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXYIJSaeopcxyijsABEZHIKMNOPTYXo")
"""Cyrillic and Greek letters that look like Latin ones: a name typed with one is otherwise nobody's."""


def visible(text: str) -> str:
    """A text without characters that show nothing or turn the reading order round (zero-width, bidi, control)."""
    if text.isprintable():
        return text
    return "".join(
        c for c in text if c.isprintable() or c.isspace() or unicodedata.category(c) not in ("Cf", "Cc", "Cs")
    )


def fold(text: str | None) -> list[str]:
    """Upper-case ASCII tokens of a text: accents folded, apostrophes closed up, hyphens opened."""
    if not text:
        return []
    return list(_tokens(text))


@lru_cache(maxsize=1 << 16)
def _tokens(text: str) -> tuple[str, ...]:
    if text.isascii():
        letters = _JOINED.sub("", visible(text))
    else:
        text = visible(text).translate(_NOT_FOLDED).translate(_LOOK_ALIKE)
        plain = unicodedata.normalize("NFKD", _JOINED.sub("", text))
        letters = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(t for t in _BREAK.split(letters.upper()) if t)


@cache
def _list(name: str) -> dict[str, str]:
    """Token to class from reference/<name>.csv (columns token, class; lines starting with # are comments)."""
    lines = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return {row["token"]: row["class"] for row in rows}


@cache
def spelling_class(token: str) -> str:
    """The class that stands for every spelling of a name: MUHAMMAD and MOHD give MOHAMMED; KOWALSKA gives KOWALSKI."""
    if found := _list("spelling_classes").get(token):
        return found
    for feminine, masculine in (("SKA", "SKI"), ("CKA", "CKI"), ("DZKA", "DZKI")):
        if len(token) > 5 and token.endswith(feminine):
            return token.removesuffix(feminine) + masculine
    return token


@cache
def nicknames(token: str) -> tuple[str, ...]:
    """Formal names that a short form may stand for, and itself: BOB gives BOB, ROBERT. From the package nicknames."""
    found = {n.upper() for n in _nick_namer().canonicals_of(token.lower())}
    extra = _list("nicknames").get(token)
    return tuple(sorted({spelling_class(t) for t in ({token} | found | ({extra} if extra else set()))}))


@cache
def _nick_namer():  # type: ignore[no-untyped-def]
    from nicknames import NickNamer

    return NickNamer()


def is_title(token: str) -> bool:
    """Whether a token is a courtesy title before a name: MR, MRS, DR."""
    return _list("honorifics").get(token) == "courtesy"


def is_placeholder(token: str) -> bool:
    """Whether a token stands where no name was given: BABY, TWIN, UNKNOWN."""
    return _list("placeholders").get(token) is not None


def is_title_token(token: str) -> bool:
    """Whether a token is borne as a title and says little of family: BEGUM, BIBI, KAUR, SINGH, KHATUN."""
    return _list("title_tokens").get(token) is not None


def parse(given: str | None, family: str | None, also: str | None = None, known_as: str | None = None) -> Name:
    """A name that came in columns of its own."""
    first = [t for t in fold(given) if not is_title(t) and not is_placeholder(t)]
    last = [t for t in fold(family) if not is_placeholder(t)]
    other = [t for t in fold(also) + fold(known_as) if not is_title(t) and not is_placeholder(t)]
    return _sorted_out(first, last, other)


def parse_full(text: str | None) -> Name:
    """A name in one text. `Khan, Imran` is read family first; else the last token is taken for the family name."""
    if text and text.count(",") == 1:
        family, given = text.split(",")
        return parse(given, family)
    words = [[t for t in fold(word) if not is_title(t) and not is_placeholder(t)] for word in (text or "").split()]
    tokens = [t for word in words for t in word]
    if sum(map(bool, words)) <= 1:
        # One word, hyphenated or not, is one name: Siu-Fong has no family name Fong.
        return _sorted_out(tokens, [], [])
    return _sorted_out(tokens[:-1], tokens[-1:], [])


def _sorted_out(given: list[str], family: list[str], also: list[str]) -> Name:
    titles = tuple(t for t in (*family, *given) if is_title_token(t))
    surnames = tuple(t for t in family if not is_title_token(t))
    named = [t for t in given if not is_title_token(t)]
    if given and not named:
        # Khatun Khadija, Kaur Hardeep: only a title stands first, so the name itself stands in the place of the family's.
        # With nothing else to go by, the title is the only name there is.
        named, surnames = (list(surnames), ()) if surnames else (given, ())
    full = tuple(t for t in named if len(t) > 1)
    initials = tuple(t for t in named if len(t) == 1)
    first = next((place for place, t in enumerate(given) if t in named), None)
    in_order = tuple(given[first:]) if first is not None else ()
    return Name(full, initials, surnames, tuple(t for t in also if len(t) > 1), titles, in_order)
