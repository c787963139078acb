"""Addresses as clerks type them, to parts that can be compared: flat, numbered names, other names, postcode.

The parts keep no opinion on which name is a street and which a building: the gazetteer's own names decide (match.py).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from jellyfish import damerau_levenshtein_distance

from linkage.places.words import NAME_ENDS, name, number_of, postcode

KEPT = 100_000
"""Parts of texts whose form is kept: most repeat, and what Python holds stays bounded."""
_COUNTY = frozenset(
    [
        "WEST MIDLANDS",
        "WEST MIDS",
        "W MIDLANDS",
        "W MIDS",
        "WESTMIDLANDS",
        "WORCS",
        "WORCESTERSHIRE",
        "STAFFS",
        "STAFFORDSHIRE",
        "WARKS",
        "WARWICKSHIRE",
        "ENGLAND",
        "UK",
        "UNITED KINGDOM",
        "GB",
        "GREAT BRITAIN",
        "SHROPSHIRE",
        "SALOP",
        "MIDLANDS",
        "WEST MIDLAND",
    ]
)
_FLAT = re.compile(
    r"\b(?:THE\s+)?(?:FLAT|FLT|FL|APP?ART? ?MENT|APT|APMT|UNIT|ROOM|RM|STUDIO|BEDSIT|MAISONETTE|SUITE)"
    # A letter stands apart from the word: `MERE APARTMENTS` is no apartment S.
    r"(?:\s*(?:NO\b|NUMBER\b|#)?\s*([0-9]+\s?[A-Z]?|[A-Z][0-9]+[A-Z]?)|\s+(?:NO\s+|NUMBER\s+|#\s*)?([A-Z]))\b"
)
_IN_A_FLAT = re.compile(
    r"\b(?:(?:ROOM|RM|BEDROOM|BED) \w+|FLAT|APARTMENT),? (?=(?:FLAT|FLT|APARTMENT|APT) ?(?:NO )?\d)"
)
"""`Room 4, Flat 2`: the room has no property of its own; and `Flat Flt 2`."""
_THE_FLAT = re.compile(r"^THE FLAT,? (?=\d+[A-Z]? [A-Z])")
"""`The Flat 71 Regent Road`: a flat without a number, so the number is the house's."""
_HASH = re.compile(r"#\s*(?=\d)")
_FLAT_WORDS = ("FLAT", "APARTMENT", "MAISONETTE")
_NEARLY_FLAT = re.compile(r"^([A-Z]{3,12}) (?=\d+[A-Z]?\b)")
_SEVERAL_LINES = re.compile(r"[;|\n\r]|\s/\s")
_NUMBER_STUCK = re.compile(r"\bNO(?=\d)")
"""`No.12`, once the full stop is gone."""
_FLAT_STUCK = re.compile(r"\b(FLAT|FLT|APARTMENT|APT|UNIT|ROOM|RM)(?:\s*:\s*|-)(?=\d|[A-Z]\b)")
"""`Flat: 3`, `Flat-3`."""
_IN_WORDS = {
    w: str(n)
    for n, w in enumerate(
        ["ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE"], 1
    )
}
_FLAT_IN_WORDS = re.compile(rf"\b((?:FLAT|FLT|APARTMENT|APT|ROOM)(?: NO| NUMBER)?) ({'|'.join(_IN_WORDS)})\b")
_STUCK = re.compile(r"\b(\d+)(?=[A-Z]{3})")
_SLASHED = re.compile(r"(?:^|(?<=[,\s]))(\d+[A-Z]?)\s*/\s*(\d+[A-Z]?)(?=\s+[A-Z]|,\s*[A-Z])")
_LETTER_SLASHED = re.compile(
    r"(?:^|(?<=[,\s]))(?:(?P<first>[A-Z])\s*/\s*(?P<house>\d+)|(?P<number>\d+)(?:\s*/\s*|-)(?P<last>[A-Z]))(?=\s+[A-Z]|,\s*[A-Z])"
)
"""`A/102 High Street`, `102/A High Street`, `102-A High Street`."""
_BOTH = re.compile(r"(?:^|(?<=,)|(?<=, ))(\d+)\s*(?:&|\bAND\b)\s*(\d+)(?=,?\s+[A-Z])")
"""`12 & 14 High Street`."""
_ONE_NUMBER = r"0*(\d+\s?[A-Z]?(?:\s*-\s*\d+[A-Z]?)?)"
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(rf"^(?:NO\s+|NUMBER\s+)?{_ONE_NUMBER}\s+(.+)$")
_NUMBER = re.compile(rf"^(?:NO\s+|NUMBER\s+)?{_ONE_NUMBER}$")
_HOUSE_NUMBER = re.compile(r"(^|,\s*)(?:HOUSE|HSE)\s+(?:NO\s+|NUMBER\s+)?(?=\d+[A-Z]?,?\s+[A-Z]\D*$)")
"""`House 44, High Street`: the word says nothing, where no other number follows."""
_TWO_NUMBERS = re.compile(r"^(\d+[A-Z]?) (?=\d+[A-Z]?(?: |$))")
_INLINE = re.compile(r"^(.*?\D)\s+(\d+[A-Z]?(?:\s*-\s*\d+[A-Z]?)?)\s+(.+)$")
_FLOOR = re.compile(r"\b(BASEMENT|LOWER GROUND|GROUND|GRD|GND|FIRST|SECOND|THIRD|FOURTH|TOP|1ST|2ND|3RD|4TH) FLOOR\b")
_ON_A_FLOOR = re.compile(rf"(?:^|(?<=, ))(\d+[A-Z]?),? {_FLOOR.pattern}")
_AT = re.compile(r"(?:^|(?<=, ))(\d+[A-Z]?) (?:AT|OF)\b,?(?=\s)")
_FLOORS = {
    "BASEMENT": "BASEMENT", "LOWER GROUND": "BASEMENT", "GROUND": "GROUND", "GRD": "GROUND", "GND": "GROUND", "FIRST": "FIRST", "1ST": "FIRST",
    "SECOND": "SECOND", "2ND": "SECOND", "THIRD": "THIRD", "3RD": "THIRD", "FOURTH": "FOURTH", "4TH": "FOURTH", "TOP": "TOP",
}  # fmt: skip
_FLOOR_INITIALS = {"GFF": "GROUND", "FFF": "FIRST", "SFF": "SECOND", "TFF": "TOP", "LGFF": "BASEMENT"}
_FLOOR_CUT = re.compile(rf"\b({'|'.join(_FLOORS)}) (?:FLR|FL(?= (?:FLAT|FLT|FL|APARTMENT|APT)\b))\b")
"""`1st Flr`, `Gnd Fl Flat`."""
_SHORT_FLOOR = re.compile(rf"\b({'|'.join(_FLOOR_INITIALS)})\b")
_FLAT_FLOOR = re.compile(rf"\b(?:FLAT|FLT|APARTMENT|APT|MAISONETTE),? (?={_FLOOR.pattern})")
_FLOOR_FLAT = re.compile(
    rf"\b({'|'.join(_FLOORS)})(?: FLOOR)?,? (?:FLAT|FLT|APARTMENT|APT|MAISONETTE)\b"
    # A number right after it is the flat's own, unless a street follows: `GROUND FLOOR FLAT 12 HIGH STREET`.
    r"(?!\s*(?:NO\s*|NUMBER\s*)?[0-9]+[A-Z]?\b\s*(?:,|$|\d))"
)
_MAY_BE_A_FLAT = ("FL", "FF", "AP", "UNIT", "ROOM", "RM", "STUDIO", "BED", "MAISONETTE", "SUITE", " AT", " OF")
"""What every text that names a flat, a room or a floor has in it: the many without are read without looking for one."""
_JOINED = re.compile(r"^[\s,]*(?:AT|OF|IN)\b")
_PLAIN = re.compile(r"[A-Z0-9,-]+(?: [A-Z0-9,-]+)*")
"""What nearly all texts are made of: single spaces, and no mark that has to be read or taken away."""
_MARKS = re.compile(r"['’.`]")
_BRACKETS = re.compile(r"[()\[\]\"]")
_SPACES = re.compile(r"\s+")
_NOT_IN_A_PART = re.compile(r"[^A-Z0-9/ -]")
_BESIDE = re.compile(r"\b(?:ADJACENT|ADJ|ADJOINING|OPPOSITE|OPP|OUTSIDE|BEHIND|NEAR|NEXT TO|REAR OF|LAND AT|O/S|R/O)\b")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9O](?:[A-Z][A-Z0-9]|[0-9][A-Z]))\b")
"""In the line: without a letter at its end it would be a house number, `F3 100 High Street`."""


_UNIT_FIRST = re.compile(r"(?:^|(?<=[, ]))([FRU]\d{1,3}[A-Z]?)(?:\s*/\s*|,\s*|\s+|$)")
"""`F18, Quarrington House`, `R2 60 Oak Street`, `100 Oak Street, F3`: a flat, a room or a unit by its initial."""
_UNIT_LETTER = re.compile(r"(?:^|,)\s*(?:F(?=[A-EGHJK]))?([A-HJK])(?:\s*(?:,|$)|\s+(?=\d))")
"""`FA, 102 High Street`, `102 High Street, A`. FF is a first floor."""
_UNIT_LAST = re.compile(r"[A-Z](?:\s+|\s*-\s*)(?:NO\s+|NUMBER\s+)?(\d{1,3}[A-Z]?|[A-DF-K])$")
"""`Quarrington House 18`, `102 High Street A`. E is east."""
_MAY_BE_A_UNIT = re.compile(r"\b[FRU]\d|\bF?[A-K]\b|[A-Z][\s,-]+\d+[A-Z]?\s*(?:,|$)")
"""What every text has in it that names a flat without the word: nearly all have not."""


class Parsed(NamedTuple):
    """One address text: its flat (or None), (number, name) pairs, names without number, and postcode.

    floor: the floor where no flat is named, `First Floor, 12 High Street`. others: what else it may be read as, since
    `2/14 High Street` is flat 2 of number 14, or flat 14 of number 2, or (whole_range) the house of both numbers.
    listed: the flat is told without its word (`F18`, `R2`, `FA`), so it is meant only where the gazetteer lists it; beside: the
    name that it stands behind, `Quarrington House 18`, and then it is a flat of that alone.
    """

    flat: str | None
    numbered: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    postcode: str | None
    floor: str | None = None
    whole_range: bool = False
    listed: bool = False
    beside: str | None = None
    others: tuple[Parsed, ...] = ()

    @property
    def readings(self) -> tuple[Parsed, ...]:
        """The reading itself and the others."""
        return (self, *self.others)

    @property
    def written(self) -> list[str]:
        """Every name of every reading."""
        return [name for one in self.readings for name in (*(name for _, name in one.numbered), *one.names)]


def flat_of(text: str | None) -> str | None:
    """The identifier of a flat or room: `Flat 17` gives 17, `17` gives 17, `Flat A` gives A."""
    plain = re.sub(r"[^A-Z0-9 ]", " ", (text or "").upper()).strip()
    if not plain:
        return None
    plain = _FLOOR_CUT.sub(r"\1 FLOOR", _in_digits(plain))
    if (floor := _FLOOR_FLAT.search(plain)) or (floor := re.fullmatch(_FLOOR.pattern, plain)):
        return _FLOORS[floor.group(1)]
    if plain.split()[0] in ("FLAT", "MAISONETTE") and (
        floor := re.search(rf" ({'|'.join(_FLOORS)})(?: FLOOR)?$", plain)
    ):
        return _FLOORS[floor.group(1)]
    found = _FLAT.search(plain)
    return _plain_flat((found.group(1) or found.group(2)) if found else plain.split()[-1])


def _in_digits(text: str) -> str:
    """`Flat Three` is flat 3."""
    return _FLAT_IN_WORDS.sub(lambda found: f"{found.group(1)} {_IN_WORDS[found.group(2)]}", text)


def _plain_flat(written: str) -> str:
    """`011` and `11` are one flat."""
    plain = re.sub(r"\s", "", written)
    return plain.lstrip("0") or plain


def parse(lines: tuple[str | None, ...], given_postcode: str | None) -> Parsed:
    """Take one address text apart."""
    text = ", ".join(line for line in lines if line).upper()
    if not _PLAIN.fullmatch(text):
        text = _SEVERAL_LINES.sub(",", _MARKS.sub("", text))
        text = _HASH.sub("FLAT ", _BRACKETS.sub(" ", text).replace("–", "-"))
        text = _SPACES.sub(" ", text)
    code = postcode(given_postcode)
    if (found := _POSTCODE.search(text)) and (inside := postcode(found.group())):
        code = code or inside
        text = f"{text[: found.start()]},{text[found.end() :]}"
    text = _NUMBER_STUCK.sub("NO ", text) if "NO" in text else text
    text = _STUCK.sub(r"\1 ", text).strip(" ,")
    if _BESIDE.search(text):
        return Parsed(None, (), (), code)  # `Adjacent to 34 Watt Street` is not number 34.
    ways = _ways(text)
    text = ways[0][0]
    first, *others = [_read(way, code)._replace(whole_range=ranged) for way, ranged in ways]
    if ("HOUSE" in text or "HSE" in text) and _HOUSE_NUMBER.search(text):
        others.append(_read(_HOUSE_NUMBER.sub(r"\1", text), code))
    if not others and not first.flat and not first.floor and _MAY_BE_A_UNIT.search(text):
        others = [_read(told, code)._replace(listed=True, beside=beside) for told, beside in _with_unit(text)]
    return first._replace(others=tuple(others)) if others else first


def _ways(text: str) -> list[tuple[str, bool]]:
    """A text in capitals as it may be read where it joins numbers; and whether they are then one house's range."""
    if ("&" in text or " AND " in text) and _BOTH.search(text) and not _FLAT.search(text):
        return [(_BOTH.sub(r"\1-\2", text), True)]
    if "/" not in text and "-" not in text:
        return [(text, False)]
    if slashed := _SLASHED.search(text):
        a, b = slashed.groups()
        ways = [f"{a}-{b}"] if _FLAT.search(text) else [f"FLAT {b}, {a}", f"FLAT {a}, {b}", f"{a}-{b}"]
    elif slashed := _LETTER_SLASHED.search(text):
        number, letter = slashed["number"] or slashed["house"], slashed["last"] or slashed["first"]
        if not _FLAT.search(text):
            ways = [f"FLAT {letter}, {number}", f"{number}{letter}"]
        else:
            # `Flat A/102 High Street` names its flat, and is not of number 102A.
            ways = [f"{number}{letter}"] if slashed["last"] else [slashed.group()]
    else:
        return [(text, False)]
    return [(f"{text[: slashed.start()]}{way}{text[slashed.end() :]}", "-" in way) for way in ways]


def _with_unit(text: str) -> list[tuple[str, str | None]]:
    """A text in capitals that may name a flat without its word, with the word put in; and the name it stands behind, if it does."""
    if found := _UNIT_FIRST.search(text) or _UNIT_LETTER.search(text):
        return [(f"{text[: found.start()]}, FLAT {found.group(1)}, {text[found.end() :]}", None)]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and _NUMBER.match(parts[-1]):
        parts[-2:] = [" ".join(parts[-2:])]  # `Quarrington House, 18`
    for at, part in enumerate(parts):
        if found := _UNIT_LAST.search(part):
            before = _part(part[: found.start() + 1])
            numbered = _NUMBERED.match(before)
            told = [*parts[:at], f"FLAT {found.group(1)}", before, *parts[at + 1 :]]
            return [(", ".join(told), name(numbered.group(2) if numbered else before))]
    return []


def _read(text: str, code: str | None) -> Parsed:
    """One reading of a text in capitals."""
    if nearly := _NEARLY_FLAT.match(text):
        text = _flat_word(nearly.group(1)) + text[nearly.end() - 1 :]
    if not any(word in text for word in _MAY_BE_A_FLAT):
        return _segments(text, None, code)
    text = _SHORT_FLOOR.sub(lambda m: f"{_FLOOR_INITIALS[m.group(1)]} FLOOR FLAT", text)
    text = _FLOOR_CUT.sub(r"\1 FLOOR", _in_digits(_FLAT_STUCK.sub(r"\1 ", text)))
    text = _FLAT_FLOOR.sub("", text) if not _FLOOR_FLAT.search(text) else text
    text = _IN_A_FLAT.sub("", _THE_FLAT.sub("", text))
    flat = floor = None
    if found := _FLOOR_FLAT.search(text):
        flat = _FLOORS[found.group(1)]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    elif (found := _FLAT.search(text)) or (found := _ON_A_FLOOR.search(text)) or (found := _AT.search(text)):
        flat = _plain_flat(found.group(1) or found.group(2))
        rest = _JOINED.sub("", text[found.end() :])
        # With the flat's number the floor says nothing more.
        text = _FLOOR.sub("", f"{text[: found.start()]},{rest}")
    elif found := _FLOOR.search(text):
        floor = _FLOORS[found.group(1)]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    return _segments(text, flat, code, floor)


@cache
def _flat_word(word: str) -> str:
    """`APWRTMENT 8` is apartment 8: a word before a number that is a slip from a flat's."""
    return next((w for w in _FLAT_WORDS if damerau_levenshtein_distance(word, w) <= len(w) // 4), word)


@lru_cache(KEPT)
def _part(raw: str) -> str:
    """A part between commas in capitals, digits and single spaces."""
    return _SPACES.sub(" ", _NOT_IN_A_PART.sub(" ", raw).strip(" -/"))


def _segments(text: str, flat: str | None, code: str | None, floor: str | None = None) -> Parsed:
    """What stands between commas: numbers with names, or names, or a number that belongs to the name after it."""
    numbered: list[tuple[str, str]] = []
    names: list[str] = []
    pending: str | None = None
    for raw in text.split(","):
        segment = _part(raw)
        if not segment:
            continue
        if not flat and not pending and (two := _TWO_NUMBERS.match(segment)):
            flat, segment = two.group(1), segment[two.end() :]
        has_number = _DIGIT.search(segment)
        if has_number and (alone := _NUMBER.match(segment)):
            # Of two numbers in a row the first is the flat, its word left out: `4, 30, Bank Road`.
            flat = flat or pending
            pending = number_of(alone.group(1))
            continue
        if has_number and (found := _NUMBERED.match(segment)):
            number, rest = number_of(found.group(1)) or "", found.group(2)
            flat, pending = flat or pending, None
            if inline := _INLINE.match(rest):
                # `2 Lodge Heights 5 Fern Street`: a building and a street, each with its number.
                numbered.append((number, name(inline.group(1))))
                number, rest = number_of(inline.group(2)) or "", inline.group(3)
            numbered.append((number, name(rest)))
            numbered += _tails(number, rest)
        elif has_number and (inline := _INLINE.match(segment)):
            number = number_of(inline.group(2)) or ""
            names += [name(inline.group(1)), *_heads(name(inline.group(1)))]
            numbered.append((number, name(inline.group(3))))
            numbered += _tails(number, inline.group(3))
        else:
            plain = name(segment)
            if plain in _COUNTY:
                continue
            heads = _heads(plain)
            if pending:
                numbered += [(pending, n) for n in (plain, *heads)]
                pending = None
            names += [plain, *heads]
    return Parsed(flat, tuple(dict.fromkeys(numbered)), tuple(dict.fromkeys(n for n in names if n)), code, floor)


def _tails(number: str, rest: str) -> list[tuple[str, str]]:
    """`4 HIGH STREET DUDLEY` on one line: also the number with the name up to its street word."""
    return [(number, head) for head in _heads(name(rest))]


@lru_cache(KEPT)
def _heads(plain: str) -> tuple[str, ...]:
    """A name that places follow on one line, up to its street or building word: `GLADSTONE COURT WARLEY OLDBURY`."""
    words = plain.split()
    ends = [i for i, w in enumerate(words) if w in NAME_ENDS and 0 < i < len(words) - 1]
    return tuple(" ".join(words[: i + 1]) for i in ends)
