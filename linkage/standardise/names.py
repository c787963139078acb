"""Names to tokens, and tokens to classes of spellings.

A name is a set of tokens: order, hyphens, initials and titles vary between agencies, so nothing here relies on which
column a token came from alone. The lists under reference/ can be edited without Python; each names its origin.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from jellyfish import damerau_levenshtein_distance

REFERENCE = Path(__file__).with_name("reference")
_NOT_FOLDED = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "đ": "d", "Đ": "D", "ı": "i"}
)
HONORIFIC_GIVEN = frozenset({"MOHAMMED", "ABDUL", "SYED", "ABD", "AHMED"})
"""Given names so often borne first as an honorific that the next one is the name used (domain notes, naming guide)."""
HONORIFIC_INITIAL = "M"
"""The initial of Mohammed, which most who bear it as an honorific write or leave out as they like."""
_JOINED = re.compile(r"(?<=\b[A-Za-z])['’`´ʼ]\s+(?=[A-Za-z])|['’`´ʼ]")
"""An apostrophe is closed up, with the gap that some put after it: O' Neill is ONEILL."""
_BREAK = re.compile(r"[^A-Z]+")
_ARTICLE = re.compile(r"\b(AL|EL)-(?=[A-Z]{2})")
_LONG = re.compile(r"([AEIOU])\1")
"""A vowel written twice because it is long: FAARAX is FARAX."""
_TWICE = re.compile(r"([A-Z])\1")
_ARTICLES = frozenset({"AL", "EL"})
_ASIDE = re.compile(r"[()\[\]{}/:;]|\s[-–—]+\s")


class Name(NamedTuple):
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


def shown(text: str) -> str:
    """A name as pages may print it: what shows, with single spaces."""
    return " ".join(visible(text).split())


def fold(text: str | None) -> list[str]:
    """Upper-case ASCII tokens of a text: accents folded, apostrophes and Arabic articles (Al-Masri) closed up, hyphens opened."""
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
    return tuple(t for t in _BREAK.split(_ARTICLE.sub(r"\1", letters.upper())) if t)


@cache
def reference(name: str) -> dict[str, str]:
    """Token to class from reference/<name>.csv (columns token, class; lines starting with # are comments)."""
    lines = (REFERENCE / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return {row["token"]: row["class"] for row in rows}


@cache
def spelling_class(token: str) -> str:
    """The class that stands for every spelling of a name: MUHAMMAD and MOHD give MOHAMMED; KOWALSKA gives KOWALSKI."""
    if found := reference("spelling_classes").get(token) or reference("spelling_classes").get(_LONG.sub(r"\1", token)):
        return found
    for feminine, masculine in (("SKA", "SKI"), ("CKA", "CKI"), ("DZKA", "DZKI")):
        if len(token) > 5 and token.endswith(feminine):
            return token.removesuffix(feminine) + masculine
    return COMMONEST if _slip_in_the_commonest(token) else token


COMMONEST = "MOHAMMED"
"""A name so common, in so many spellings, that a token one letter from one of them is likelier a slip in it than another name."""


def _slip_in_the_commonest(token: str) -> bool:
    if not (len(token) > 5 and token[0] == "M" and token[-1] in "DETM"):
        return False
    spellings = (t for t, stands_for in reference("spelling_classes").items() if stands_for == COMMONEST and len(t) > 5)
    return any(damerau_levenshtein_distance(token, spelling) == 1 for spelling in spellings)


@cache
def first_letters(token: str) -> frozenset[str]:
    """Initials that clerks may write for a name: the first letter of each of its spellings (Catherine: C, K)."""
    return frozenset({token[0], *_letters_by_class().get(spelling_class(token), ())})


@cache
def _letters_by_class() -> dict[str, set[str]]:
    letters: dict[str, set[str]] = {}
    for token, stands_for in reference("spelling_classes").items():
        letters.setdefault(stands_for, {stands_for[0]}).add(token[0])
    return letters


@cache
def nicknames(token: str) -> tuple[str, ...]:
    """Formal names that a short form may stand for, and itself: BOB gives BOB, ROBERT. From the package nicknames."""
    found = {n.upper() for n in _nick_namer().canonicals_of(token.lower())}
    extra = reference("nicknames").get(token, "").split()
    return tuple(sorted({spelling_class(t) for t in {token, *found, *extra}}))


@cache
def readings(token: str) -> tuple[str, ...]:
    """Family names that one romanisation may stand for in another, as classes: WONG gives HUANG and WANG, which are two names."""
    return tuple(spelling_class(t) for t in reference("readings").get(token, "").split())


@cache
def _nick_namer():  # type: ignore[no-untyped-def]
    from nicknames import NickNamer

    return NickNamer()


@cache
def is_title(token: str) -> bool:
    """Whether a token is a courtesy title before a name: MR, MRS, DR."""
    return reference("honorifics").get(token) == "courtesy"


@cache
def is_placeholder(token: str) -> bool:
    """Whether a token stands where no name was given: BABY, TWIN, UNKNOWN."""
    return reference("placeholders").get(token, "whole") != "whole"


@lru_cache(maxsize=1 << 16)
def no_name(text: str | None) -> bool:
    """Whether a whole text says that no name is known: N/A, Not known, See above. As a word among others some are names (Li Na)."""
    tokens = fold(text)
    if all(len(token) == 1 for token in tokens) and not re.search(r"[/\\]", text or ""):
        return False  # N K are initials.
    return reference("placeholders").get("".join(tokens), "newborn") != "newborn"


@cache
def is_title_token(token: str, *, given: bool = False) -> bool:
    """Whether a token is borne as a title and says little of family: BEGUM, BIBI, KAUR, SINGH, KHATUN.

    given: where it stands among given names. There a woman's second name (Kausar, Sultana) is a name like another.
    """
    # A letter typed twice: Kaurr, Singhh.
    found = next(
        filter(None, map(reference("title_tokens").get, (token, spelling_class(token), _TWICE.sub(r"\1", token)))), None
    )
    return found is not None and not (given and found == "second_name")


@cache
def title_letters() -> tuple[str, ...]:
    """First letters of the titles that clerks write as an initial: K of Kaur or Khatun, A of Akhtar."""
    return tuple(sorted({token[0] for token, kind in reference("title_tokens").items() if kind != "honorific"}))


@cache
def bare(token: str) -> str:
    """A family name without the particle that leads it: ALMASRI gives MASRI, as some write it."""
    for particle, kind in reference("particles").items():
        rest = token.removeprefix(particle)
        if kind == "article" and rest != token and len(rest) >= 4:
            return rest
    return token


def _led(tokens: list[str], *, given: bool = False) -> list[str]:
    """Tokens with each particle joined to what it leads: VAN DER BERG gives VANDERBERG.

    given: among given names only Arabic articles lead (Abd al-Rahman), and none the first (Al is Alan).
    """
    told: list[str] = []
    leading = ""
    if given:
        # Abd al-Rahman is Abdul Rahman.
        after_abd = [place > 0 and tokens[place - 1] == "ABD" for place in range(len(tokens))]
        tokens = [bare(t) if after else "ABDUL" if t == "ABD" and True in after_abd else t
                  for t, after in zip(tokens, after_abd, strict=True)]  # fmt: skip
    for place, token in enumerate(tokens):
        leads = token in _ARTICLES and place > 0 if given else token in reference("particles")
        if leads and place + 1 < len(tokens):
            leading += token
        else:
            told.append(leading + token)
            leading = ""
    return told


def parse(given: str | None, family: str | None, also: str | None = None, known_as: str | None = None) -> Name:
    """A name that came in columns of its own."""
    return _sorted_out(_given_tokens(given), _family_tokens(family), _other_tokens(also) + _other_tokens(known_as))


@lru_cache(maxsize=1 << 16)
def _given_tokens(text: str | None) -> tuple[str, ...]:
    return tuple(_led(list(_other_tokens(text)), given=True))


@lru_cache(maxsize=1 << 16)
def _family_tokens(text: str | None) -> tuple[str, ...]:
    return tuple(_led([t for t in fold(text) if not is_placeholder(t)])) if not no_name(text) else ()


@lru_cache(maxsize=1 << 16)
def _other_tokens(text: str | None) -> tuple[str, ...]:
    return tuple(_of_names(text)) if not no_name(text) else ()


def _of_names(text: str | None) -> list[str]:
    """The tokens of a text without courtesy titles and words for no name."""
    return [t for t in fold(text) if not is_title(t) and not is_placeholder(t)]


def parse_full(text: str | None) -> Name:
    """A name in one text. `Khan, Imran` is read family first; else the last token is taken for the family name.

    What else a clerk wrote beside it is left out: who they are to somebody (`Imran (husband)`), a title.
    """
    text = _without_asides("" if no_name(text) else text or "")
    if no_name(text):
        return Name()
    if text.count(",") == 1:
        family, given = text.split(",")
        return parse(given, family)
    words = [_of_names(word) for word in text.split()]
    tokens = [t for word in words for t in word]
    if sum(map(bool, words)) <= 1:
        # One word, hyphenated or not, is one name: Siu-Fong has no family name Fong.
        return _sorted_out(tuple(tokens), (), ())
    if tokens[0] in _ARTICLES:
        # Al Yousef is Yousef Al-Khatib, family first and cut short; an Al who is Alan loses no more than the rest of his name.
        tokens[0] = tokens[0][0]
    led = _led(tokens[1:])
    return _sorted_out(tuple(_led([tokens[0], *led[:-1]], given=True)), tuple(led[-1:]), ())


def _without_asides(text: str) -> str:
    """A text without the parts, set off by brackets, a dash or a comma, that say who somebody is: `Mrs S Begum (mum)`."""
    plain = " ".join(part for part in _ASIDE.split(text) if not _only_says_who(part))
    return ",".join(part for part in plain.split(",") if not _only_says_who(part))


def _only_says_who(part: str) -> bool:
    return all(reference("kin_words").get(t) or is_title(t) or is_placeholder(t) for t in fold(part))


def _sorted_out(given: tuple[str, ...], family: tuple[str, ...], also: tuple[str, ...]) -> Name:
    family_titles, surnames = _titles_apart(family)
    given_titles, named = _titles_apart(given, given=True)
    if given and not named:
        # Khatun Khadija, Kaur Hardeep: only a title stands first, so the name itself stands in the place of the family's.
        # With nothing else to go by, the title is the only name there is.
        _, second = _titles_apart(family, given=True)
        named, surnames = (second, ()) if second else (given, ())
    full = tuple([t for t in named if len(t) > 1])
    initials = tuple([t for t in named if len(t) == 1])
    in_order = given[given.index(named[0]) :] if named and named[0] in given else ()
    return Name(
        full, initials, surnames, tuple([t for t in also if len(t) > 1]), family_titles + given_titles, in_order
    )


@lru_cache(maxsize=1 << 16)
def _titles_apart(tokens: tuple[str, ...], *, given: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tokens that are borne as titles, and the others."""
    titles = tuple(t for t in tokens if is_title_token(t, given=given))
    return titles, tuple(t for t in tokens if t not in titles)
