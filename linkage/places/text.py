"""Addresses as clerks type them, to parts that can be compared: flat, numbered names, other names, postcode.

The parts keep no opinion on which name is a street and which a building: the gazetteer's own names decide (match.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from jellyfish import damerau_levenshtein_distance

_ABBREVIATIONS = {
    "RD": "ROAD", "STR": "STREET", "AVE": "AVENUE", "AV": "AVENUE", "AVEN": "AVENUE", "CL": "CLOSE", "CLO": "CLOSE",
    "DR": "DRIVE", "DRV": "DRIVE", "CRES": "CRESCENT", "CR": "CRESCENT", "CRESC": "CRESCENT", "GDNS": "GARDENS",
    "GDN": "GARDENS", "GRDNS": "GARDENS", "LN": "LANE", "CT": "COURT", "CRT": "COURT", "PL": "PLACE", "SQ": "SQUARE",
    "TER": "TERRACE", "TERR": "TERRACE", "TCE": "TERRACE", "WY": "WAY", "GR": "GROVE", "GRV": "GROVE", "GRO": "GROVE",
    "PK": "PARK", "HSE": "HOUSE", "HO": "HOUSE", "BLDG": "BUILDING", "BLDGS": "BUILDINGS", "WLK": "WALK", "MT": "MOUNT",
    "GN": "GREEN", "GRN": "GREEN", "HTS": "HEIGHTS", "MWS": "MEWS", "PDE": "PARADE", "RW": "ROW", "VW": "VIEW",
    "LWR": "LOWER", "UPR": "UPPER", "NTH": "NORTH", "STH": "SOUTH", "ESP": "ESPLANADE", "HL": "HILL", "LDG": "LODGE",
    "GVE": "GROVE", "LA": "LANE", "CLSE": "CLOSE", "BLVD": "BOULEVARD", "COTT": "COTTAGE", "COTTS": "COTTAGES",
    "APTS": "APARTMENTS", "APPTS": "APARTMENTS", "MANS": "MANSIONS", "FM": "FARM", "BK": "BANK", "STN": "STATION",
}  # fmt: skip
_OPENING = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST", "STN": "STATION"}
_BUILDING_WORDS = {
    "COURT", "HOUSE", "BUILDING", "BUILDINGS", "HEIGHTS", "LODGE", "APARTMENTS", "MANSIONS", "COTTAGE", "COTTAGES", "FARM",
}  # fmt: skip
STREET_TYPES = (
    frozenset(_ABBREVIATIONS.values()) - _BUILDING_WORDS - {"LOWER", "UPPER", "NORTH", "SOUTH"}
    | {"STREET", "HILL", "CROFT", "RISE", "END", "FOLD", "BANK", "COURT", "CLOSE", "APPROACH", "CAUSEWAY", "PASSAGE"}
)  # fmt: skip
"""Last words of streets. A court may be a street or a building."""
_NAME_ENDS = STREET_TYPES | _BUILDING_WORDS
_SAINTS = re.compile(
    "(?:AIDAN|ALBAN|ALBERT|ALPHEGE|ANDREW|ANNE?|ANTHONY|AUGUSTINE?|BARNABA|BARTHOLOMEW|BENEDICT|BERNARD|BRIDE|CATHERINE|CHAD|"
    "CHRISTOPHER|CLEMENT|CUTHBERT|DAVID|DUNSTAN|EDMUND|EDWARD|FRANCI|GEORGE|GILE|HELEN|HILDA|JAME|JOHN|JOSEPH|JUDE|KATHERINE|"
    "KENELM|LAURENCE|LAWRENCE|LEONARD|LUKE|MARGARET|MARK|MARTIN|MARY|MATTHEW|MATTHIA|MICHAEL|NICHOLA|OSWALD|OSWIN|PATRICK|PAUL|"
    "PETER|PHILIP|SAVIOUR|STEPHEN|SWITHIN|THOMA|VINCENT|WILFRID|WINIFRED)S?$"
)
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
_STUCK = re.compile(r"\b(\d+)(?=[A-Z]{3})")
_SLASHED = re.compile(r"(?:^|(?<=[,\s]))(\d+[A-Z]?)\s*/\s*(\d+[A-Z]?)(?=\s+[A-Z])")
_ONE_NUMBER = r"0*(\d+\s?[A-Z]?(?:\s*-\s*\d+[A-Z]?)?)"
_NUMBERED = re.compile(rf"^(?:NO\s+|NUMBER\s+)?{_ONE_NUMBER}\s+(.+)$")
_NUMBER = re.compile(rf"^(?:NO\s+|NUMBER\s+)?{_ONE_NUMBER}$")
_TWO_NUMBERS = re.compile(r"^(\d+[A-Z]?) (?=\d+[A-Z]?(?: |$))")
_INLINE = re.compile(r"^(.*?\D)\s+(\d+[A-Z]?(?:\s*-\s*\d+[A-Z]?)?)\s+(.+)$")
_FLOOR = re.compile(r"\b(BASEMENT|LOWER GROUND|GROUND|GRD|FIRST|SECOND|THIRD|FOURTH|TOP|1ST|2ND|3RD|4TH) FLOOR\b")
_ON_A_FLOOR = re.compile(rf"(?:^|(?<=, ))(\d+[A-Z]?),? {_FLOOR.pattern}")
_AT = re.compile(r"(?:^|(?<=, ))(\d+[A-Z]?) (?:AT|OF)\b,?(?=\s)")
_FLOORS = {
    "BASEMENT": "BASEMENT", "LOWER GROUND": "BASEMENT", "GROUND": "GROUND", "GRD": "GROUND", "FIRST": "FIRST", "1ST": "FIRST",
    "SECOND": "SECOND", "2ND": "SECOND", "THIRD": "THIRD", "3RD": "THIRD", "FOURTH": "FOURTH", "4TH": "FOURTH", "TOP": "TOP",
}  # fmt: skip
_FLOOR_INITIALS = {"GFF": "GROUND", "FFF": "FIRST", "SFF": "SECOND", "TFF": "TOP", "LGFF": "BASEMENT"}
_SHORT_FLOOR = re.compile(rf"\b({'|'.join(_FLOOR_INITIALS)})\b")
_FLAT_FLOOR = re.compile(rf"\b(?:FLAT|FLT|APARTMENT|APT|MAISONETTE),? (?={_FLOOR.pattern})")
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
    """One address text: its flat (or None), (number, name) pairs, names without number, and postcode.

    floor: the floor where no flat is named, `First Floor, 12 High Street`. others: what else it may be read as, since
    `2/14 High Street` is flat 2 of number 14, or flat 14 of number 2, or (whole_range) the house of both numbers.
    """

    flat: str | None
    numbered: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    postcode: str | None
    floor: str | None = None
    whole_range: bool = False
    others: tuple[Parsed, ...] = ()

    @property
    def readings(self) -> tuple[Parsed, ...]:
        """The reading itself and the others."""
        return (self, *self.others)


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
        out[0] = _OPENING.get(out[0], out[0])
    if len(out) > 1 and "ST" in out:
        # ST ends a street and opens a saint.
        saint = [i == 0 or bool(_SAINTS.match(after)) for i, after in enumerate([*out[1:], ""])]
        out = [("SAINT" if s else "STREET") if w == "ST" else w for w, s in zip(out, saint, strict=True)]
    return " ".join(out)


@cache
def squeezed(plain: str) -> str:
    """A name in one form without its gaps, its saint and its article: `STJOHNS ROAD` and `D ARCY ROAD` are names."""
    words = plain.removeprefix("THE ").replace("SAINT ", "ST ").split()
    return "".join(words) if len(words) > 1 else ""


def uprn_of(written: str | None) -> str | None:
    """A UPRN in one form: ` 00100012345` and `100012345.0`, as spreadsheets leave it, give the digits alone."""
    return re.sub(r"\.0+$", "", (written or "").strip()).lstrip("0") or None


@cache
def number_of(written: str | None) -> str | None:
    """A house number in one form: `014`, `14 a`, `12 - 14`, `12/14` give 14, 14A, 12-14."""
    plain = re.sub(r"[^A-Z0-9-]", "", (written or "").upper().replace("/", "-").replace("–", "-"))
    return plain.lstrip("0") or None


def flat_of(text: str | None) -> str | None:
    """The identifier of a flat or room: `Flat 17` gives 17, `17` gives 17, `Flat A` gives A."""
    plain = re.sub(r"[^A-Z0-9 ]", " ", (text or "").upper()).strip()
    if not plain:
        return None
    if (floor := _FLOOR_FLAT.search(plain)) or (floor := re.fullmatch(_FLOOR.pattern, plain)):
        return _FLOORS[floor.group(1)]
    if plain.split()[0] in ("FLAT", "MAISONETTE") and (
        floor := re.search(rf" ({'|'.join(_FLOORS)})(?: FLOOR)?$", plain)
    ):
        return _FLOORS[floor.group(1)]
    found = _FLAT.search(plain)
    return _plain_flat((found.group(1) or found.group(2)) if found else plain.split()[-1])


def _plain_flat(written: str) -> str:
    """`011` and `11` are one flat."""
    plain = re.sub(r"\s", "", written)
    return plain.lstrip("0") or plain


def parse(lines: tuple[str | None, ...], given_postcode: str | None) -> Parsed:
    """Take one address text apart."""
    text = ", ".join(line for line in lines if line).upper()
    text = _SEVERAL_LINES.sub(",", re.sub(r"['’.`]", "", text))
    text = re.sub(r"[()\[\]\"]", " ", text).replace("–", "-")
    code = postcode(given_postcode)
    if (found := _POSTCODE.search(text)) and (inside := postcode(found.group())):
        code = code or inside
        text = f"{text[: found.start()]},{text[found.end() :]}"
    text = re.sub(r"\s+", " ", _STUCK.sub(r"\1 ", _HASH.sub("FLAT ", text))).strip(" ,")
    if _BESIDE.search(text):
        return Parsed(None, (), (), code)  # `Adjacent to 34 Watt Street` is not number 34.
    slashed = _SLASHED.search(text)
    if not slashed:
        return _read(text, code)
    a, b = slashed.groups()
    ways = [f"{a}-{b}"] if _FLAT.search(text) else [f"FLAT {b}, {a}", f"FLAT {a}, {b}", f"{a}-{b}"]
    first, *others = (
        replace(_read(f"{text[: slashed.start()]}{way}{text[slashed.end() :]}", code), whole_range="-" in way)
        for way in ways
    )
    return replace(first, others=tuple(others))


def _read(text: str, code: str | None) -> Parsed:
    """One reading of a text in capitals."""
    text = _SHORT_FLOOR.sub(lambda m: f"{_FLOOR_INITIALS[m.group(1)]} FLOOR FLAT", text)
    text = _FLAT_FLOOR.sub("", text) if not _FLOOR_FLAT.search(text) else text
    if nearly := _NEARLY_FLAT.match(text):
        text = _flat_word(nearly.group(1)) + text[nearly.end() - 1 :]
    text = _IN_A_FLAT.sub("", _THE_FLAT.sub("", text))
    flat = floor = None
    if found := _FLOOR_FLAT.search(text):
        flat = _FLOORS[found.group(1)]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    elif (found := _FLAT.search(text)) or (found := _ON_A_FLOOR.search(text)) or (found := _AT.search(text)):
        flat = _plain_flat(found.group(1) or found.group(2))
        rest = re.sub(r"^[\s,]*(?:AT|OF|IN)\b", "", text[found.end() :])
        # With the flat's number the floor says nothing more.
        text = _FLOOR.sub("", f"{text[: found.start()]},{rest}")
    elif found := _FLOOR.search(text):
        floor = _FLOORS[found.group(1)]
        text = f"{text[: found.start()]},{text[found.end() :]}"
    return replace(_segments(text, flat, code), floor=floor)


@cache
def _flat_word(word: str) -> str:
    """`APWRTMENT 8` is apartment 8: a word before a number that is a slip from a flat's."""
    return next((w for w in _FLAT_WORDS if damerau_levenshtein_distance(word, w) <= len(w) // 4), word)


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
            pending = number_of(alone.group(1))
            continue
        if found := _NUMBERED.match(segment):
            number, rest = number_of(found.group(1)) or "", found.group(2)
            flat, pending = flat or pending, None
            if inline := _INLINE.match(rest):
                # `2 Lodge Heights 5 Fern Street`: a building and a street, each with its number.
                numbered.append((number, name(inline.group(1))))
                number, rest = number_of(inline.group(2)) or "", inline.group(3)
            numbered.append((number, name(rest)))
            numbered += _tails(number, rest)
        elif inline := _INLINE.match(segment):
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
    return Parsed(flat, tuple(dict.fromkeys(numbered)), tuple(dict.fromkeys(n for n in names if n)), code)


def _tails(number: str, rest: str) -> list[tuple[str, str]]:
    """`4 HIGH STREET DUDLEY` on one line: also the number with the name up to its street word."""
    return [(number, head) for head in _heads(name(rest))]


def _heads(plain: str) -> list[str]:
    """A name that places follow on one line, up to its street or building word: `GLADSTONE COURT WARLEY OLDBURY`."""
    words = plain.split()
    ends = [i for i, w in enumerate(words) if w in _NAME_ENDS and 0 < i < len(words) - 1]
    return [" ".join(words[: i + 1]) for i in ends]
