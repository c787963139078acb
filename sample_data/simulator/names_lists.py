"""Names of the region, by tradition, read from names.toml: people's names, how each may be spelt, and street words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Tradition:
    """One naming tradition. `form` says how names are put together (naming.py); `ethnic` the NHS 2001 codes used."""

    name: str
    weight: float
    form: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    family: tuple[str, ...]
    ethnic: str


def _tradition(name: str, told: dict[str, Any], rare: tuple[str, ...]) -> Tradition:
    men, women, family = (tuple(told[k].split()) for k in ("men", "women", "family"))
    more = rare if name == "english" else ()
    return Tradition(name, told["weight"], told["form"], men, women, (*family, *more) or ("",), told["ethnic"])


def _lists(told: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(others.split()) for name, others in told.items()}


_FILE = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
_RARE = tuple(start + end for end in _FILE["compound"]["ends"].split() for start in _FILE["compound"]["starts"].split())

TRADITIONS: tuple[Tradition, ...] = tuple(_tradition(n, t, _RARE) for n, t in _FILE["traditions"].items())
SPELLINGS = _lists(_FILE["spellings"])
SHORT = _lists(_FILE["short"])
STREET_WORDS = tuple(word.strip() for word in _FILE["streets"]["words"].split(","))
TITLES_OF_WOMEN = ("Begum", "Bibi", "Khatun", "Akhtar", "Kausar", "Parveen")
"""Second names of women in Pakistani and Bangladeshi families: titles, not family names (domain notes, section 5)."""
