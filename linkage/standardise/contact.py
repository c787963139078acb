"""Phones, e-mail addresses, NHS numbers and relationships as agencies write them, to one shape each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import nhs_number
import phonenumbers

from linkage.spreadsheet import DECIMALS
from linkage.standardise.names import visible

_BESIDE_PHONE = re.compile(r"\b(?!ext\b)[^\W\d_]{2,}\b|[()]")
"""Words that clerks write into the column of the number: `07700 900123 (mum)`."""
_NO_DIGIT = re.compile(r"[^0-9]")
_DECIMALS = re.compile(DECIMALS)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def phone(text: str) -> str | None:
    """National digits of a phone number, or None where it cannot be one.

    Numbers of ranges that are not issued are kept (they are what synthetic regions use): only length is asked.
    """
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


@dataclass(frozen=True)
class Plain:
    """SQL over a column `text`, for what is written as nearly all is: whether a text is so, and then its shape.

    The functions above say the same of it, and take thirty times as long.
    """

    written: str
    shape: str


_PHONE_DIGITS = "regexp_extract(replace(replace(text, ' ', ''), '-', ''), '^(?:0|\\+44)([1-9][0-9]{8,9})$', 1)"
_BUT_FIRST = f"replace({_PHONE_DIGITS}, {_PHONE_DIGITS}[1], '')"
"""Those that are another digit than the first; of them the same again leaves some where there are three digits or more."""
_CHECK_SUM = " + ".join(
    f"{weight} * (TRY_CAST(text AS BIGINT) // {10 ** (weight - 1)} % 10)" for weight in range(1, 11)
)
PLAIN = {
    "phone": Plain(
        f"{_PHONE_DIGITS} <> ''",
        f"CASE WHEN replace({_BUT_FIRST}, {_BUT_FIRST}[1], '') <> '' THEN '0' || {_PHONE_DIGITS} END",
    ),
    "email": Plain(r"regexp_full_match(text, '[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+')", "lower(text)"),
    # The first digits up to 3 are those of Scotland, in which a date of birth must stand as well.
    "nhs_number": Plain(
        "regexp_full_match(text, '[4-9][0-9]{9}')",
        f"CASE WHEN ({_CHECK_SUM}) % 11 = 0 AND TRY_CAST(text AS BIGINT) % 1111111111 <> 0 THEN text END",
    ),
}
"""By column of a mention. Others have no such way of being written."""


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
