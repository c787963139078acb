"""Rows of whatever the model compares, drawn from few values so that they meet: what tests of its conditions start from."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pyarrow as pa

WORDS = ("ANN", "MARY", "MOHAMMED", "SYED", "LEE", "OBRIEN")
SPELLINGS = ("JONATHAN", "JONATHON", "JNOATHAN", "KATHERINE", "CATHERINE", "ABCDEF", "BCADEF", "MUHAMMAD", "MOHAMMED",
             "LI", "LEE", "EL", "ALI", "ALO", "ALA", "SMITH", "SMYTHE")  # fmt: skip
DATES = ("1990-01-01", "1990-01-02", "1990-02-01", "1990-10-02", "1991-01-02", "1909-01-02", "1990-01-31", "1900-03-04")
NUMBERS = ("07700900123", "07700900132", "07700900124", "0770090012", "07700911111")
LISTS = {
    **dict.fromkeys(("given", "given_keys", "given_readings", "given_parts", "later"), WORDS),
    **dict.fromkeys(("family", "family_keys", "family_called", "family_readings"), WORDS),
    **dict.fromkeys(("initials", "lead_initials", "later_initials", "leading_initials", "family_initials"), "ABCM"),
    "any_initial": "ABCM",
    **dict.fromkeys(("two_initials", "behind_initials", "name_initials", "both_initials"), ("AB", "AM", "MM")),
    **dict.fromkeys(
        ("home_keys", "context_keys", "place_key", "together_keys", "forward_keys", "move_keys"),
        ("1", "2", "3", "4", "5"),
    ),
    **dict.fromkeys(("move_days", "came_on", "left_on"), DATES[:3]),
}
TEXTS = {
    **dict.fromkeys(("given_called", "given_joined", "family_last"), WORDS[:4]),
    **dict.fromkeys(("given_written", "family_written"), SPELLINGS),
    **dict.fromkeys(("born", "home_since", "home_until"), DATES),
    "phone": NUMBERS,
}


def rows(columns: Iterable[str], seed: int, many: int, *, absent: bool = True) -> pa.Table:
    """So many rows of the columns. Texts are absent often, lists are empty often; absent: whether lists are absent too, or hold one that is."""
    draw = random.Random(seed)

    def one(name: str):
        if (absent or name not in LISTS) and draw.random() < 0.1:
            return None
        if name in LISTS:
            held = (*LISTS[name], None) if absent else LISTS[name]
            return [draw.choice(held) for _ in range(draw.choice((0, 0, 1, 2)))]
        return draw.choice(TEXTS.get(name, ("1", "2", "3")))

    types = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in sorted(columns)}
    return pa.table({name: pa.array([one(name) for _ in range(many)], type=kind) for name, kind in types.items()})


def pairs_of(columns: Iterable[str]) -> str:
    """SQL: every pair of `some_rows`, its columns with _l and _r."""
    held = ", ".join(f"{side}.{name} AS {name}_{side}" for name in sorted(columns) for side in "lr")
    return f"SELECT {held} FROM some_rows AS l CROSS JOIN some_rows AS r"
