"""What the review pages hold of somebody whose records are erased between nights goes at once, not with the next night.

Reads `withheld_record` (contract, supplier, record_id) and `withheld_person`; deletes from the store's tables of questions, pages and
decisions. The pages then let go of the same in their inbox.
"""

from __future__ import annotations

import duckdb

from linkage.mention_id import of_record

GONE = f"EXISTS (SELECT 1 FROM withheld_record AS w WHERE {of_record('mention_id', 'w.contract', 'w.supplier', 'w.record_id')})"
NAMES = {
    "question": ("question_id", "flatten(groups)"),
    "verdict": ("verdict_id", "flatten(groups)"),
    "answer": ("answer_id", "not_theirs || theirs"),
    "verdict_effect": ("verdict_id", "mentions"),
}
"""Tables whose rows name several mentions: their key, and the mentions as SQL."""


def forget(con: duckdb.DuckDBPyConnection) -> int:
    """Delete every row that names an erased record or person. Returns how many."""
    gone = 0
    there = {
        r[0] for r in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'store'").fetchall()
    }
    for table in sorted(NAMES.keys() & there):
        key, mentions = NAMES[table]
        gone += _delete(
            con,
            table,
            f"{key} IN (SELECT {key} FROM (SELECT {key}, unnest({mentions}) AS mention_id FROM store.{table}) WHERE {GONE})",
        )
    if "question_mention" in there:
        gone += _delete(con, "question_mention", f"{GONE} OR person_id IN (SELECT person_id FROM withheld_person)")
        left = "(SELECT mention_id FROM store.question_mention)"
        gone += _delete(con, "question_link", f"mention_id_l NOT IN {left} OR mention_id_r NOT IN {left}")
    if "hub_page" in there:
        gone += _delete(con, "hub_page", "exception_id NOT IN (SELECT exception_id FROM store.exception_event)")
    return gone


def _delete(con: duckdb.DuckDBPyConnection, table: str, where: str) -> int:
    return len(con.execute(f"DELETE FROM store.{table} WHERE {where} RETURNING 1").fetchall())
