"""The id of a mention, where a supplier's keys hold the stroke that joins its parts."""

from __future__ import annotations

import duckdb
import pytest

from linkage.mention_id import of_record, parts


@pytest.mark.parametrize("record_id", ["r1", "a|b", "a|patient", "|", "two\nlines|x"])
def test_a_key_may_hold_the_stroke(record_id):
    assert parts(f"gp|north|{record_id}|patient") == ("gp", "north", record_id, "patient")


@pytest.mark.parametrize("record_id", ["r1", "a|b", "a|patient", "|", "two\nlines|x"])
def test_a_mention_is_of_its_own_record_and_of_no_record_whose_key_begins_alike(record_id):
    def holds(key):
        given = {"mention": f"gp|north|{record_id}|patient", "key": key}
        return duckdb.execute(
            f"SELECT {of_record('$mention', chr(39) + 'gp' + chr(39), chr(39) + 'north' + chr(39), '$key')}", given
        ).fetchone()[0]

    assert holds(record_id)
    for alike in {record_id[:-1], record_id.partition("|")[0]} - {record_id}:
        assert not holds(alike)
    assert not holds(f"{record_id}|patient")
