"""One record of one supplier through the nights: its versions, who it mentions, and where its addresses truly are."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_data.simulator.address_text import AddressText
from sample_data.simulator.clock import FAR
from sample_data.simulator.model import Person


@dataclass(slots=True)
class Version:
    """The row as it stands from the night of `known_on`. `addresses`: (mention, role, text) of groups with any text."""

    known_on: int
    cells: tuple[str, ...]
    addresses: tuple[tuple[str, str, AddressText], ...] = ()


@dataclass(slots=True)
class Record:
    """All versions of one row, oldest first; it is gone from the night of `gone_on`."""

    record_id: str
    mentions: tuple[tuple[str, Person], ...]
    versions: list[Version] = field(default_factory=list)
    gone_on: int = FAR

    def on(self, night: int) -> Version | None:
        """The version that the extract of a night shows, or None."""
        if night >= self.gone_on:
            return None
        found = None
        for version in self.versions:
            if version.known_on > night:
                break
            found = version
        return found


class Keys:
    """Record keys of one file: a prefix and a rising number with gaps."""

    def __init__(self, prefix: str, width: int, start: int) -> None:
        self._prefix, self._width, self._next = prefix, width, start

    def key(self, gap: int = 1) -> str:
        self._next += gap
        return f"{self._prefix}{self._next:0{self._width}d}"


def change_days(days: list[int], first: int, last: int) -> list[int]:
    """The days at which a row may differ: the first night, and each later day up to the last night."""
    return sorted({max(d, first) for d in days if d <= last})
