"""What the review pages keep of a night for each hub."""

from __future__ import annotations

import json

from linkage.ledger.ledger import Entry
from linkage.report import summary
from linkage.review import hub_pages


def test_of_a_held_or_resolved_exception_no_record_is_kept_for_an_answer(con, content):
    entries = [Entry(exception, {"content_hash": "x"}) for exception in content.exceptions]
    hub_pages.keep(con, content, [summary.hub(content, gss) for gss in sorted(content.hubs)], entries)
    kept = con.execute(
        "SELECT exception_id, records FROM store.hub_page WHERE reader = 'lead' ORDER BY exception_id"
    ).fetchall()
    told = {exception_id: [r["mention_id"] for r in json.loads(records)] for exception_id, records in kept}
    assert list(told) == ["X1", "X2", "X3"]
    assert told["X1"] == [hub_pages.evidence_key(e) for e in content.exceptions[0]["evidence"]]
    assert told["X1"]
    assert (told["X2"], told["X3"]) == ([], [])
