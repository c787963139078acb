"""Which of several streets or buildings of one name a text cannot mean, since another of that name lies nearer to its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linkage.places.agree import Candidate, postcodes_alike
from linkage.places.index import Index

SAME_SECTOR = 2
"""From this likeness of postcodes on, more places written outweigh a postcode that is a character nearer."""


@dataclass(frozen=True, slots=True)
class _Where:
    """A street or building of some name: its places and postcode sectors, how like its postcodes are and how many places are written."""

    places: frozenset[str]
    sectors: frozenset[str]
    alike: int
    written: int

    def outdoes(self, own: _Where) -> bool:
        if own.alike >= SAME_SECTOR and own.written > self.written:
            return False
        return (self.alike, self.written) > (own.alike, own.written) and self.sectors.isdisjoint(own.sectors)


def unrivalled(
    index: Index, found: dict[str, Candidate], code: str | None, written: set[str], here: Iterable[str]
) -> dict[str, Candidate]:
    """What was found, less what is outdone: `5 Mill Road, Lye` is not in the Mill Road of another place.

    Outdone is a property whose street or building lies further from what is written than another of that name does. At
    the postcode as written none is, and what lies in the same sector is one street that runs through two places.
    """
    near: dict[str, list[_Where]] = {}
    kept = {}
    row = [f" {w} " for w in here]
    for uprn, one in found.items():
        name = one.property.street if one.street > 0 else one.property.building
        if name and one.postcode < 4 and len(index.wheres.get(name, ())) > 1:
            if name not in near:
                near[name] = [_where(code, written, row, *where) for where in index.wheres[name].items()]
            own = next(where for where in near[name] if where.places == one.property.places)
            if any(where.outdoes(own) for where in near[name]):
                continue
        kept[uprn] = one
    return kept


def _where(code: str | None, written: set[str], row: list[str], places: frozenset[str], codes: set[str]) -> _Where:
    alike = max((postcodes_alike(code, known or None) for known in codes), default=0)
    said = sum(p in written or any(f" {p} " in w for w in row) for p in places)
    return _Where(places, frozenset(known[:-2] for known in codes), max(alike, 0), said)
