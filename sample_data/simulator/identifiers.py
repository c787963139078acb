"""Identifiers that cannot be anybody's: NHS numbers of the 999 range, phones and UPRNs of ranges never issued."""

from __future__ import annotations

import random

NHS_TAKEN_UP = 1_000_000
"""The 999 range has a million bodies, of which ten in eleven have a check digit."""

BLOCKS = 7_000_000
"""Numbers in the blocks 07670 to 07676: no network holds them by the metadata of phonenumbers 9 (checked by prefix)."""


class Numbers:
    """Hands out NHS numbers and phones, each once (phones: again and again when the pool is small)."""

    def __init__(self, rng: random.Random, phone_pool: int | None = None) -> None:
        self._offset = rng.randrange(NHS_TAKEN_UP)
        self._next_nhs = 0
        self._phone_offset = rng.randrange(BLOCKS)
        self._next_phone = 0
        self._pool = phone_pool

    def nhs(self) -> str:
        """A fresh valid number; empty when the range is used up (about 909,000 people)."""
        while self._next_nhs < NHS_TAKEN_UP:
            body = 999_000_000 + (self._offset + self._next_nhs * 387_421) % NHS_TAKEN_UP
            self._next_nhs += 1
            digit = check_digit(str(body))
            if digit < 10:
                return f"{body}{digit}"
        return ""

    def phone(self) -> str:
        """A mobile of blocks given to no network (07670 to 07676), or of 07700 900000-900999 when a pool is set."""
        self._next_phone += 1
        if self._pool:
            return f"07700900{(self._phone_offset + self._next_phone * 617) % min(self._pool, 1000):03d}"
        return f"0767{(self._phone_offset + self._next_phone * 3_141_593) % BLOCKS:07d}"


def check_digit(body: str) -> int:
    """The check digit of nine digits by the NHS modulus-11 rule; 10 when there is none."""
    return (11 - sum(int(c) * (10 - i) for i, c in enumerate(body)) % 11) % 11
