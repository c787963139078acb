"""What hubs answered, counted: how many of the exceptions of a kind, a source or a score were true."""

from __future__ import annotations

import json
from datetime import date

import pytest

from linkage.review import measures


@pytest.fixture
def counted(con):
    """Count answers given as (score, code); gives (true, judged) by slice."""

    def count(*answers):
        con.execute(
            "CREATE TABLE store.answer (exception_id VARCHAR, code VARCHAR, given_at VARCHAR, answer_id VARCHAR)"
        )
        con.execute("CREATE TABLE store.exception_event (exception_id VARCHAR, night DATE, content VARCHAR)")
        for place, (score, code) in enumerate(answers):
            content = json.dumps({"kind": "hidden_adult", "score": score, "evidence": [{"contract": "gp"}]})
            con.execute("INSERT INTO store.answer VALUES (?, ?, '2026', 'a')", [f"X{place}", code])
            con.execute("INSERT INTO store.exception_event VALUES (?, ?, ?)", [f"X{place}", date(2026, 1, 5), content])
        return {row[0]: row[1:] for row in con.execute(measures._ANSWERS).fetchall()}

    return count


def test_a_score_can_be_held_against_what_hubs_found(counted):
    found = counted(
        (0.95, "new_and_useful"), (1.0, "already_known"), (0.9, "benign"), (0.62, "wrong_person"), (0.97, "cannot_tell")
    )
    assert found["Score: 0.9 to 1.0"] == (2, 3)
    assert found["Score: 0.6 to 0.7"] == (0, 1)
    assert found["All"] == (2, 4)
