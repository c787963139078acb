"""Phones, e-mail addresses, NHS numbers and relationships as agencies write them, to one shape each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import nhs_number
import phonenumbers

from linkage.spreadsheet import DECIMALS
from linkage.standardise.names import reference, visible

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


_KINDS = {
    "husband": "partner", "wife": "partner", "partner": "partner", "father_of_baby": "partner", "father": "parent",
    "mother": "parent", "step_parent": "parent", "parent": "parent", "brother": "sibling", "sister": "sibling", "kin": "kin",
    "grandparent": "grandparent", "son": "child", "daughter": "child", "friend": "friend",
}  # fmt: skip
_OF_ANOTHER = {
    ("partner", "parent"): "in_law", ("partner", "sibling"): "in_law", ("partner", "grandparent"): "in_law",
    ("partner", "kin"): "in_law", ("partner", "child"): "kin", ("parent", "partner"): "step_parent", ("parent", "parent"): "grandparent",
    ("parent", "sibling"): "kin", ("parent", "child"): "kin", ("sibling", "partner"): "in_law", ("sibling", "child"): "kin",
    ("kin", "partner"): "in_law",
}  # fmt: skip
"""What somebody's somebody is: a partner's mother is an in-law. A friend's mother and a mother's friend are friends."""
_BABY = {
    "baby", "babys", "babies", "bub", "unborn", "child", "childs", "bump", "pregnancy", "fetus", "foetus", "twins", "newborn", "infant",
}  # fmt: skip
_CHILDREN = {"children", "childrens", "kids"}


def relationship(text: str) -> str | None:
    """What a free-text relationship means: husband, wife, partner, father_of_baby, …; `other` when not understood.

    None where nothing was written. `father` and `mother` are those of the person who named them, or so the word says: in a
    maternity booking a bare "father" may be the baby's.
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode().replace("'", "")
    words = re.sub(r"[^a-z]+", " ", plain).replace("grand ", "grand").split()
    if not words:
        return None
    if "not" in words:
        words = words[: words.index("not")]
    meanings = reference("relationships")
    return (
        meanings.get(" ".join(words))
        or meanings.get(_letters(words))
        or _worked_out(words)
        or _mentioned(words)
        or "other"
    )


def _letters(words: list[str]) -> str:
    """Letters that stand alone as one word: b/f is bf."""
    return "".join(words) if all(len(word) == 1 for word in words) else ""


def _worked_out(words: list[str]) -> str | None:
    """What several words mean beside each other that none of them means alone."""
    means = {reference("relationships").get(word) for word in words}
    if "in_law" in means or ("in" in words and {"law", "laws"} & set(words)):
        return "in_law"
    return _of_another(words) or _of_a_child(words, means)


def _of_another(words: list[str]) -> str | None:
    """Who the partner's mother, or the mother of a partner, is."""
    for place, word in enumerate(words[1:], 1):
        before = words[place - 1]
        if word == "of":
            owner, owned = words[-1], before
        else:
            owner, owned = before[:-1] if len(before) > 3 and before.endswith("s") else "", word
        whose, who = (_KINDS.get(reference("relationships").get(one, "")) for one in (owner, owned))
        if whose == "parent" and _BABY & set(words):
            whose = "partner"
        if whose and who:
            return "friend" if "friend" in (whose, who) else _OF_ANOTHER.get((whose, who))
    return None


def _of_a_child(words: list[str], means: set[str | None]) -> str | None:
    """Who the father of a baby is, or of children that are there already."""
    if "father_of_baby" in means:
        return "father_of_baby"
    if "father" not in means:
        return None
    if "step" in words or _CHILDREN & set(words):
        return "partner"
    return "father_of_baby" if _BABY & set(words) or " to be" in " ".join(words) else None


def _mentioned(words: list[str]) -> str | None:
    """The longest words that mean something. What somebody does for a living comes after who they are to the patient."""
    found = []
    for length in (4, 3, 2, 1):
        phrases = [" ".join(words[start : start + length]) for start in range(len(words) - length + 1)]
        found = [
            reference("relationships")[phrase]
            for phrase in phrases
            if len(phrase) > 2 and phrase in reference("relationships")
        ]
        if found:
            break
    return next((one for one in found if one != "professional"), found[0] if found else None)
