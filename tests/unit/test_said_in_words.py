"""What cannot be done is said in plain words, once, with exit status 2; and it leaves nothing behind."""

from __future__ import annotations

from flows.workroom import published
from linkage import store
from linkage.cli import main


def test_review_pages_without_a_store_leave_nothing_behind(tmp_path, capsys):
    assert main(["review", "--store", str(tmp_path / "none")]) == 2
    assert "there is no store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_no_night_was_published_to_has_published_none(tmp_path):
    file = tmp_path / "store.duckdb"
    con = store.connect()
    store.attach(con, file, store.key_for(file))
    con.execute("CREATE TABLE store.gp_record (record_id VARCHAR)")
    con.close()
    assert published(file) == []
