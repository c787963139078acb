"""The store: encrypted, refused without its key, never half published."""

from __future__ import annotations

import pytest

from linkage import store


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("LINKAGE_STORE_KEY", raising=False)
    return tmp_path / "store.duckdb"


def fill(file, value="CANARY-IN-STORE"):
    con = store.connect()
    store.attach(con, file, store.key_for(file))
    con.execute("CREATE TABLE store.t AS SELECT $v AS v, range AS n FROM range(5000)", {"v": value})
    con.execute("CHECKPOINT store")
    con.close()


def test_nothing_is_readable_in_the_file_and_the_key_is_private(file):
    fill(file)
    assert b"CANARY-IN-STORE" not in file.read_bytes()
    assert (file.parent / "store.duckdb.key").stat().st_mode & 0o077 == 0


def test_a_wrong_key_is_said_without_the_key(file):
    fill(file)
    con = store.connect()
    with pytest.raises(store.StoreError, match=r"key does not fit|not a readable store") as told:
        store.attach(con, file, "0" * 64)
    assert "000000" not in str(told.value)


def test_a_store_without_its_key_is_refused(file):
    fill(file)
    (file.parent / "store.duckdb.key").unlink()
    with pytest.raises(store.StoreError, match=r"store\.duckdb\.key is missing"):
        store.key_for(file)


def test_sql_files_need_their_parameters(tmp_path):
    sql = tmp_path / "one.sql"
    sql.write_text("CREATE OR REPLACE TABLE one AS SELECT $night AS night", encoding="utf-8")
    con = store.connect()
    with pytest.raises(store.StoreError, match="night"):
        store.run_sql(con, sql)
    assert store.run_sql(con, sql, {"night": "2026-01-05", "unused": 1}) == 1


def test_a_key_file_that_others_can_read_is_refused(file):
    fill(file)
    (file.parent / "store.duckdb.key").chmod(0o644)
    with pytest.raises(store.StoreError, match="can be read by others"):
        store.key_for(file)


def test_a_short_key_is_refused(file, monkeypatch):
    monkeypatch.setenv("LINKAGE_STORE_KEY", "letmein")
    with pytest.raises(store.StoreError, match="shorter than 32") as told:
        store.key_for(file)
    assert "letmein" not in str(told.value)


def test_a_key_with_a_quotation_mark_opens_what_it_wrote(file, monkeypatch):
    monkeypatch.setenv("LINKAGE_STORE_KEY", "it's " * 8)
    fill(file)
    con = store.connect()
    store.attach(con, file, store.key_for(file), read_only=True)
    assert con.execute("SELECT count(*) FROM store.t").fetchone() == (5000,)
