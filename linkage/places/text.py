"""Addresses as clerks type them, to parts that can be compared: flat, numbered names, other names, postcode.

The parts keep no opinion on which name is a street and which a building: the gazetteer's own names decide (match.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_ABBREVIATIONS = {
    "RD": "ROAD", "STR": "STREET", "AVE": "AVENUE", "AV": "AVENUE", "AVEN": "AVENUE", "CL": "CLOSE", "CLO": "CLOSE",
    "DR": "DRIVE", "DRV": "DRIVE", "CRES": "CRESCENT", "CR": "CRESCENT", "CRESC": "CRESCENT", "GDNS": "GARDENS",
    "GDN": "GARDENS", "GRDNS": "GARDENS", "LN": "LANE", "CT": "COURT", "CRT": "COURT", "PL": "PLACE", "SQ": "SQUARE",
    "TER": "TERRACE", "TERR": "TERRACE", "TCE": "TERRACE", "WY": "WAY", "GR": "GROVE", "GRV": "GROVE", "GRO": "GROVE",
    "PK": "PARK", "HSE": "HOUSE", "HO": "HOUSE", "BLDG": "BUILDING", "BLDGS": "BUILDINGS", "WLK": "WALK", "MT": "MOUNT",
    "GN": "GREEN", "GRN": "GREEN", "HTS": "HEIGHTS", "MWS": "MEWS", "PDE": "PARADE", "RW": "ROW", "VW": "VIEW",
    "LWR": "LOWER", "UPR": "UPPER", "NTH": "NORTH", "STH": "SOUTH", "ESP": "ESPLANADE", "HL": "HILL", "LDG": "LODGE",
}  # fmt: skip
_STREET_WORDS = frozenset(_ABBREVIATIONS.values()) | {"STREET", "HILL", "CROFT", "RISE", "END", "FOLD", "BANK"}
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
    r"\b(?:FLAT|FLT|FL|APP?ART?MENT|APT|APMT|UNIT|ROOM|RM|STUDIO|BEDSIT|MAISONETTE|SUITE)\s*(?:NO|NUMBER|#)?\s*"
    r"([0-9]+\s?[A-Z]?|[A-Z])\b"
)
_NUMBERED = re.compile(r"^(?:NO\s+|NUMBER\s+)?(\d+)\s?([A-Z])?(?:\s*[/]\s*(\d+[A-Z]?))?(?:\s*-\s*\d+[A-Z]?)?\s+(.+)$")
_NUMBER = re.compile(r"^(?:NO\s+|NUMBER\s+)?(\d+)\s?([A-Z])?(?:\s*[/]\s*(\d+[A-Z]?))?(?:\s*-\s*\d+[A-Z]?)?$")
_TWO_NUMBERS = re.compile(r"^(\d+[A-Z]?) (?=\d+[A-Z]?(?: |$))")
_INLINE = re.compile(r"^(.*?\D)\s+(\d+[A-Z]?)\s+(.+)$")
_FLOOR = re.compile(r"\b(?:BASEMENT|GROUND|FIRST|SECOND|THIRD|FOURTH|TOP|1ST|2ND|3RD|4TH) FLOOR\b")
_FLOORS = {
    "BASEMENT": "BASEMENT", "LOWER GROUND": "BASEMENT", "GROUND": "GROUND", "FIRST": "FIRST", "1ST": "FIRST",
    "SECOND": "SECOND", "2ND": "SECOND", "THIRD": "THIRD", "3RD": "THIRD", "FOURTH": "FOURTH", "4TH": "FOURTH", "TOP": "TOP",
}  # fmt: skip
_FLOOR_FLAT = re.compile(
    rf"\b({'|'.join(_FLOORS)})(?: FLOOR)?,? (?:FLAT|FLT|APARTMENT|APT|MAISONETTE)\b"
    # A number right after it is the flat's own, unless a street follows: `GROUND FLOOR FLAT 12 HIGH STREET`.
    r"(?!\s*(?:NO\s*|NUMBER\s*)?[0-9]+[A-Z]?\b\s*(?:,|$|\d))"
)
_BESIDE = re.compile(r"\b(?:ADJACENT|ADJ|ADJOINING|OPPOSITE|OPP|OUTSIDE|BEHIND|NEAR|NEXT TO|REAR OF|LAND AT|O/S|R/O)\b")
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9O][A-Z0-9]{2})\b")
_LETTER = str.maketrans("0154", "OISA")
_DIGIT = str.maketrans("OILSZ", "01152")


@dataclass(frozen=True)
class Parsed:
    """One address text: its flat (or None), (number, name) pairs, names without number, and postcode."""

    flat: str | None
    numbered: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    postcode: str | None


@cache
def postcode(text: str | None) -> str | None:
    """A postcode in the form `DY1 1AA`, with O and 0 put right by position; None where it cannot be one."""
    plain = re.sub(r"[^A-Z0-9]", "", (text or "").upper())
    if not 5 <= len(plain) <= 7:
        return None
    outward, inward = plain[:-3], plain[-3:]
    inward = inward[0].translate(_DIGIT) + inward[1:].translate(_LETTER)
    head = re.match(r"[A-Z]{1,2}", outward)
    if not head:
        outward = outward[0].translate(_LETTER) + outward[1:]
        head = re.match(r"[A-Z]{1,2}", outward)
    if not head:
        return None
    letters = head.group()
    if len(letters) == len(outward):  # all letters: the last stands for a digit
        letters = outward[:-1]
    rest = outward[len(letters) :]
    # No outward code ends in the letter O.
    rest = rest[0].translate(_DIGIT) + rest[1:].replace("O", "0") if rest else rest
    found = f"{letters}{rest} {inward}"
    return found if re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}", found) else None


@cache
def name(text: str | None) -> str:
    """A street, building or place name in one form: capitals, no punctuation, abbreviations written out."""
    words = re.sub(r"[^A-Z0-9 ]", " ", re.sub(r"['’.]", "", (text or "").upper())).split()
    out = [_ABBREVIATIONS.get(w, w) if i else w for i, w in enumerate(words)]
    if len(out) > 1:
        # ST ends a street and opens a saint.
        out = [("SAINT" if i == 0 else "STREET") if w == "ST" else w for i, w in enumerate(out)]
    return " ".join(out)


def flat_of(text: str | None) -> str | None:
    """The identifier of a flat or room: `Flat 17` gives 17, `17` gives 17, `Flat A` gives A."""
    plain = re.sub(r"[^A-Z0-9 ]", " ", (text or "").upper()).strip()
    if not plain:
        return None
    if floor := _FLOOR_FLAT.search(plain):
        return _FLOORS[floor.group(1)]
    found = _FLAT.search(plain)
    return _plain_flat(found.group(1) if found else plain.split()[-1])


def _plain_flat(written: str) -> str:
    """`011` and `11` are one flat."""
    plain = re.sub(r"\s", "", written)
    return plain.lstrip("0") or plain


def parse(lines: tuple[str | None, ...], given_postcode: str | None) -> Parsed:
    """Take one address text apart."""
    text = ", ".join(line for line in lines if line).upper()
    text = re.sub(r"['’.]", "", text)
    code = postcode(given_postcode)
    if code is None and (found := _POSTCODE.search(text)):
        code = postcode(found.group())
        text = text[: found.start()] + text[found.end() :]
    if _BESIDE.search(text):
        return Parsed(None, (), (), code)  # `Adjacent to 34 Watt Street` is not number 34.
    flat = None
    if found := _FLOOR_FLAT.search(text):
        flat = _FLOORS[found.group(1)]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    elif found := _FLAT.search(text):
        flat = _plain_flat(found.group(1))
        rest = re.sub(r"^\s*(?:AT|OF|IN)\b", "", text[found.end() :])
        # With the flat's number the floor says nothing more.
        text = _FLOOR.sub("", f"{text[: found.start()]},{rest}")
    return _segments(text, flat, code)


def _segments(text: str, flat: str | None, code: str | None) -> Parsed:
    numbered: list[tuple[str, str]] = []
    names: list[str] = []
    pending: str | None = None
    for raw in text.split(","):
        segment = re.sub(r"[^A-Z0-9/ -]", " ", raw).strip(" -/")
        segment = re.sub(r"\s+", " ", segment)
        if not segment:
            continue
        if not flat and not pending and (two := _TWO_NUMBERS.match(segment)):
            flat, segment = two.group(1), segment[two.end() :]
        if alone := _NUMBER.match(segment):
            # Of two numbers in a row the first is the flat, its word left out: `4, 30, Bank Road`.
            flat = flat or pending
            pending = alone.group(1) + (alone.group(2) or "")
            flat = flat or alone.group(3)
            continue
        if found := _NUMBERED.match(segment):
            number, rest = found.group(1) + (found.group(2) or ""), found.group(4)
            flat, pending = flat or found.group(3) or pending, None
            numbered.append((number, name(rest)))
            numbered += _tails(number, rest)
        elif inline := _INLINE.match(segment):
            names.append(name(inline.group(1)))
            numbered.append((inline.group(2), name(inline.group(3))))
            numbered += _tails(inline.group(2), inline.group(3))
        else:
            plain = name(segment)
            if plain in _COUNTY:
                continue
            heads = _heads(plain)
            if pending:
                numbered += [(pending, n) for n in (plain, *heads)]
                pending = None
            names += [plain, *heads]
    return Parsed(flat, tuple(dict.fromkeys(numbered)), tuple(dict.fromkeys(n for n in names if n)), code)


def _tails(number: str, rest: str) -> list[tuple[str, str]]:
    """`4 HIGH STREET DUDLEY` on one line: also the number with the name up to its street word."""
    return [(number, head) for head in _heads(name(rest))]


def _heads(plain: str) -> list[str]:
    """A name that places follow on one line, up to its street or building word: `GLADSTONE COURT WARLEY OLDBURY`."""
    words = plain.split()
    ends = [i for i, w in enumerate(words) if w in _STREET_WORDS and 0 < i < len(words) - 1]
    return [" ".join(words[: i + 1]) for i in ends]
