"""A default on a protected record keeps all who share it out: right, and an operator has to hear of it."""

from __future__ import annotations

import pytest

from flows.gates import held_back
from linkage import settings


@pytest.mark.parametrize(
    ("suppressed", "rows", "warned"),
    [(191, 44_280, False), (14_309, 44_280, True), (900, 2_000, False), (4_000, 44_280, False), (0, 0, False)],
)
def test_a_night_warns_where_protection_holds_back_a_large_share(suppressed, rows, warned):
    assert bool(held_back(suppressed, rows, settings.load())) == warned
