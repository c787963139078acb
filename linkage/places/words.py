"""One form for what address texts and gazetteers write in many: postcodes, names, house numbers, UPRNs."""

from __future__ import annotations

import re
from functools import cache

from linkage.spreadsheet import DECIMALS

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
NAME_ENDS = STREET_TYPES | _BUILDING_WORDS
"""Last words of streets and of buildings."""
_SAINTS = re.compile(
    "(?:AIDAN|ALBAN|ALBERT|ALPHEGE|ANDREW|ANNE?|ANTHONY|AUGUSTINE?|BARNABA|BARTHOLOMEW|BENEDICT|BERNARD|BRIDE|CATHERINE|CHAD|"
    "CHRISTOPHER|CLEMENT|CUTHBERT|DAVID|DUNSTAN|EDMUND|EDWARD|FRANCI|GEORGE|GILE|HELEN|HILDA|JAME|JOHN|JOSEPH|JUDE|KATHERINE|"
    "KENELM|LAURENCE|LAWRENCE|LEONARD|LUKE|MARGARET|MARK|MARTIN|MARY|MATTHEW|MATTHIA|MICHAEL|NICHOLA|OSWALD|OSWIN|PATRICK|PAUL|"
    "PETER|PHILIP|SAVIOUR|STEPHEN|SWITHIN|THOMA|VINCENT|WILFRID|WINIFRED)S?$"
)
_NOT_PLAIN = re.compile(r"[^A-Z0-9]")
_NOT_A_NAME = re.compile(r"[^A-Z0-9 ]")
_MARKS = re.compile(r"['’.]")
_NOT_A_NUMBER = re.compile(r"[^A-Z0-9-]")
_LETTER = str.maketrans("0154", "OISA")
_DIGIT = str.maketrans("OILSZ", "01152")


@cache
def postcode(text: str | None) -> str | None:
    """A postcode in the form `DY1 1AA`, with O and 0 put right by position; None where it cannot be one."""
    plain = _NOT_PLAIN.sub("", (text or "").upper())
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
    words = _NOT_A_NAME.sub(" ", _MARKS.sub("", (text or "").upper())).split()
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
    plain = (written or "").strip()
    return (plain if plain.isdigit() else re.sub(DECIMALS, "", plain)).lstrip("0") or None


@cache
def number_of(written: str | None) -> str | None:
    """A house number in one form: `014`, `14 a`, `12 - 14`, `12/14` give 14, 14A, 12-14."""
    plain = _NOT_A_NUMBER.sub("", (written or "").upper().replace("/", "-").replace("–", "-"))
    return plain.lstrip("0") or None
