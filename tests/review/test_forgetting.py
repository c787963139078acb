"""A person whose records are erased between nights is gone from the pages at once."""

from __future__ import annotations

from datetime import date

import pytest

from flows.upkeep import erase
from linkage.people.verdict import Outcome, Verdict
from linkage.review.inbox import now
from tests.review.conftest import FIRST, copied, patient, serving


@pytest.fixture
def served(published, region, tmp_path):
    with serving(copied(published, tmp_path), region / "landing", patient(), []) as pages:
        yield pages


def test_erasure_takes_questions_pages_and_decisions_along(served):
    asked = served.desk.published.rows(
        "SELECT q.question_id, q.groups, m.mention_id, m.nhs_number FROM store.question_mention AS m "
        "INNER JOIN store.question AS q ON list_contains(flatten(q.groups), m.mention_id) "
        "WHERE m.contract = 'gp' AND m.nhs_number IS NOT NULL ORDER BY ALL LIMIT 1"
    )[0]
    parts = tuple(tuple(g) for g in asked["groups"])
    given = Verdict("V1", asked["question_id"], "h", FIRST, now(), "olive", Outcome.CANNOT_TELL, "too_little", parts, 1)
    served.desk.inbox.give_verdict(given, "", None)
    (served.work / "out").mkdir()
    gone, _ = erase(served.work / "store.duckdb", served.work / "out", asked["nhs_number"], "ref 1", date(2026, 1, 6))
    assert gone
    served.desk.published.refresh()
    assert asked["question_id"] not in served.desk.published.questions()
    assert not served.desk.published.mentions([asked["mention_id"]])
    text = str(served.desk.published.rows("SELECT * FROM store.question_link"))
    assert asked["mention_id"] not in text
