"""How well one property agrees with one text: names, postcodes and places."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import jellyfish

from linkage.places.index import NEAR_NAME, Property
from linkage.places.text import Parsed


class Candidate(NamedTuple):
    """A property an address may mean: how well its name, postcode, place, street and number agree, and the reading it is of.

    street: 1 the text names its street, 0 it names none, -1 only others. number: 1 as written, 0 in another form or not at all.
    alone: no other street or building of its town bears the name by which it was found. whole: every place that the text names is its own.
    unlisted: the text names a flat of it that the gazetteer does not know.
    """

    property: Property
    name: float
    postcode: int
    place: int
    street: int
    number: int
    alone: bool
    whole: bool
    reading: Parsed
    unlisted: bool = False


@cache
def similar(written: str, known: str) -> float:
    """Jaro-Winkler similarity of two names, 0 to 1."""
    return jellyfish.jaro_winkler_similarity(written, known)


@cache
def postcodes_alike(written: str | None, known: str | None) -> int:
    """4 the same, 3 one character off, 2 the same sector, 1 the same district, 0 none written, -1 elsewhere."""
    if written is None or known is None:
        return 0
    if written == known:
        return 4
    if jellyfish.damerau_levenshtein_distance(written, known) <= 1:
        return 3
    if written[:-2] == known[:-2]:
        return 2
    return 1 if written.split()[0] == known.split()[0] else -1


def place_agrees(here: tuple[str, ...], parsed: Parsed, one: Property) -> int:
    """1 a place written is the property's, 0 none is written, -1 only other places are."""
    tails = [t for _, n in parsed.numbered if (t := n.removeprefix(one.street or "").strip()) != n and t]
    written = [*here, *tails]
    if any(_one_place(w, p) for w in written for p in one.places):
        return 1
    return -1 if any(w not in (one.street, one.building) for w in written) else 0


@cache
def _one_place(written: str, known: str) -> bool:
    # Without commas the places stand in one row: NORTON STOURBRIDGE.
    return f" {known} " in f" {written} " or (
        len(known) > 4 and (similar(written, known) >= NEAR_NAME or written.replace(" ", "") == known.replace(" ", ""))
    )
