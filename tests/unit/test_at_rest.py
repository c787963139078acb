"""At rest: the store and its spill are encrypted or the job does not start, and the key is told to nobody."""

from __future__ import annotations

import importlib.util

import duckdb
import pytest

from linkage import store
from linkage.cli import main

CANARY = "CANARY-AT-REST"


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch):
    monkeypatch.delenv("LINKAGE_STORE_KEY", raising=False)


def test_without_the_means_to_encrypt_nothing_starts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    landing = tmp_path / "landing" / "2026-01-05"
    landing.mkdir(parents=True)
    command = ["run", "--no-prefect", "--landing", str(landing.parent), "--night", "2026-01-05"]
    assert main([*command, "--store", str(tmp_path / "s" / "store.duckdb"), "--out", str(tmp_path / "out")]) == 2
    assert "install from requirements.lock" in capsys.readouterr().err
    assert not list((tmp_path / "s").glob("store.duckdb*.building"))
    assert not (tmp_path / "s" / "store.duckdb").exists()


def test_a_store_that_is_not_encrypted_is_refused(tmp_path):
    file = tmp_path / "store.duckdb"
    plain = duckdb.connect(str(file))
    plain.execute("CREATE TABLE t (x INTEGER)")
    plain.close()
    with pytest.raises(store.StoreError, match="cannot open"):
        store.attach(store.connect(), file, "0" * 64)


def test_what_spills_is_encrypted(tmp_path):
    con = store.connect(memory="60MB", spill=tmp_path / "spill")
    con.execute("SET threads = 1")
    con.execute(
        "CREATE TABLE wide AS SELECT i, md5(i::VARCHAR) || $text || md5((i * 7)::VARCHAR) AS x FROM range(400000) AS r(i)",
        {"text": CANARY},
    )
    con.execute("CREATE TABLE sorted AS SELECT * FROM wide ORDER BY x")
    spilled = list((tmp_path / "spill").rglob("*"))
    assert sum(f.stat().st_size for f in spilled) > 10_000_000, "nothing spilled: the test shows nothing"
    assert not [f for f in spilled if CANARY.encode() in f.read_bytes()]
    con.close()


def test_no_extension_is_fetched_and_none_found_outside(tmp_path):
    con = store.connect()
    with pytest.raises(duckdb.Error):
        con.execute("LOAD spatial")
    assert con.execute("SELECT current_setting('autoinstall_known_extensions')").fetchone() == (False,)


def test_the_key_stands_in_no_setting_log_or_list_of_databases(tmp_path):
    file = tmp_path / "store.duckdb"
    key = store.key_for(file)
    con = store.connect()
    store.attach(con, file, key)
    told = ""
    for view in ("duckdb_settings()", "duckdb_databases()", "duckdb_secrets()", "duckdb_variables()"):
        told += str(con.execute(f"SELECT * FROM {view}").fetchall())
    assert "store.duckdb" in told
    assert key not in told


def test_an_error_of_opening_does_not_show_the_key_even_in_its_causes(tmp_path):
    file = tmp_path / "store.duckdb"
    con = store.connect()
    store.attach(con, file, store.key_for(file))
    con.close()
    with pytest.raises(store.StoreError) as told:
        store.attach(store.connect(), file, "wrong-key-" * 8)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__
    assert "wrong-key" not in str(told.value)
