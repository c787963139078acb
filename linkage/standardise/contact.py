"""Phones, e-mail addresses, NHS numbers and relationships as agencies write them, to one shape each."""

from __future__ import annotations

import re
import unicodedata
from operator import mul

import nhs_number
import phonenumbers

from linkage.spreadsheet import DECIMALS
from linkage.standardise.names import visible

_PLAIN_PHONE = re.compile(r"(?:0|\+44)([1-9][0-9]{8,9})")
_BESIDE_PHONE = re.compile(r"\b(?!ext\b)[^\W\d_]{2,}\b|[()]")
"""Words that clerks write into the column of the number: `07700 900123 (mum)`."""
_LAST_OF_SCOTLAND = "3"
"""First digit of the last numbers of Scotland, in which a date of birth must stand as well."""
_NO_DIGIT = re.compile(r"[^0-9]")
_DECIMALS = re.compile(DECIMALS)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def phone(text: str) -> str | None:
    """National digits of a phone number, or None where it cannot be one.

    Numbers of ranges that are not issued are kept (they are what synthetic regions use): only length is asked.
    """
    if plain := _PLAIN_PHONE.fullmatch(text.replace(" ", "").replace("-", "")):
        # Nearly all are written so, and the library takes thirty times as long to say the same.
        return "0" + plain[1] if len(set(plain[1])) > 2 else None
    return _parsed_phone(text)


def _parsed_phone(text: str) -> str | None:
    try:
        parsed = phonenumbers.parse(_BESIDE_PHONE.sub(" ", text) if len(text) < 40 else text, "GB")
    except phonenumbers.NumberParseException:
        return None
    digits = str(parsed.national_number)
    if parsed.country_code != 44:
        possible = phonenumbers.is_possible_number(parsed) and len(set(digits)) > 2
        return f"+{parsed.country_code}{digits}" if possible else None
    return f"0{digits}" if 9 <= len(digits) <= 10 and len(set(digits)) > 2 else None


def email(text: str) -> str | None:
    """Lower-case e-mail address, or None where it is not one."""
    found = visible(text).strip().lower()
    return found if _EMAIL.fullmatch(found) else None


def valid_nhs_number(text: str) -> str | None:
    """The ten digits of an NHS number that passes its check digit, else None (then it identifies nobody)."""
    if len(text) == 10 and text.isascii() and text.isdigit() and text[0] > _LAST_OF_SCOTLAND:
        # Nearly all are written so, and the library takes ten times as long to say the same.
        return text if _check_sum(text) % 11 == 0 and len(set(text)) > 1 else None
    return _read_nhs_number(text)


def _check_sum(digits: str) -> int:
    return sum(map(mul, map(int, digits), range(10, 0, -1)))


def _read_nhs_number(text: str) -> str | None:
    whole = _DECIMALS.sub("", text)
    digits = _NO_DIGIT.sub("", whole) if whole.isascii() else _digits_of_any_script(whole)
    return digits if len(digits) == 10 and len(set(digits)) > 1 and nhs_number.is_valid(digits) else None


def _digits_of_any_script(text: str) -> str:
    return "".join(str(unicodedata.decimal(mark)) for mark in text if mark.isdecimal())


_RELATIONSHIPS: dict[str, tuple[str, ...]] = {
    "husband": ("husband", "h", "hubby", "hus", "husb"),
    "wife": ("wife", "w"),
    "partner": (
        "partner", "p", "boyfriend", "bf", "girlfriend", "gf", "fiance", "fiancee", "spouse", "ptnr", "part", "ex partner",
        "domestic partner", "common law", "significant other", "other half",
        "mother of my child", "mother of my children", "father of my child", "father of my children", "mother of baby",
        "baby mother", "baby mum", "baby mom", "babys mother", "co parent", "co parents", "living together", "married",
    ),
    "father_of_baby": ("fob", "father of baby", "baby father", "baby's father", "babys father", "bd", "baby dad"),
    "father": ("father", "dad", "fth", "pop"),
    "mother": ("mother", "mum", "mom", "m", "mam", "mth"),
    "brother": ("brother", "bro", "b"),
    "sister": ("sister", "sis", "s"),
    "son": ("son",),
    "daughter": ("daughter", "dau", "dtr"),
    "grandparent": ("grandmother", "grandfather", "nan", "gran", "grandad", "nanny", "grandparent", "gm", "gf nan"),
    # Who has a child in their care by a court, a council or an agreement; no kin of theirs need be.
    "guardian": (
        "guardian", "legal guardian", "special guardian", "foster carer", "foster mother", "foster mum", "foster father",
        "foster dad", "foster parent", "foster", "private foster carer", "private fostering", "kinship carer", "kinship",
    ),
    "ward": ("ward", "foster child", "foster son", "foster daughter"),
    "grandchild": ("grandson", "granddaughter", "grandchild"),
    "in_law": ("mother in law", "father in law", "sister in law", "brother in law", "mil", "fil", "sil", "bil", "in law"),
    "kin": ("cousin", "aunt", "auntie", "uncle", "niece", "nephew"),
    # Says that there is a tie and not which.
    "relative": ("relative", "family", "family member", "relation", "rel"),
    "friend": ("friend", "fr", "mate", "pal", "best friend", "frnd", "family friend", "neighbour", "housemate", "flatmate"),
    "professional": (
        "carer", "interpreter", "doula", "landlord", "support worker", "social worker", "key worker", "colleague", "landlady",
    ),
}  # fmt: skip
_MEANING = {word: meaning for meaning, words in _RELATIONSHIPS.items() for word in words}


def relationship(text: str) -> str | None:
    """What a free-text relationship means: husband, wife, partner, father_of_baby, …; `other` when not understood.

    None where nothing was written. `father` and `mother` are those of the person who named them.
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z' ]+", " ", plain).split()
    if not words:
        return None
    whole = " ".join(words)
    if whole in _MEANING:
        return _MEANING[whole]
    for length in (4, 3, 2, 1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            if len(phrase) > 2 and phrase in _MEANING:
                return _MEANING[phrase]
    return "other"
