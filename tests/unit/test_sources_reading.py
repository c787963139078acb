"""Reading one night's folder: whatever a supplier sends, no row is lost or swallowed without a word."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from linkage.night import Night
from linkage.settings import Settings, SettingsError
from linkage.sources import csv_file, files, landing, lines, scan
from linkage.sources.files import Extract
from linkage.sources.headings import lay_out
from linkage.sources.read import land
from linkage.tables import CONTRACTS

BIRTH = CONTRACTS["maternity_birth"]
HEAD = list(BIRTH.names[:-1])  # `disclosure` may be missing
NAME = "maternity_birth__swb.csv"


def birth(number: int, **values: str) -> list[str]:
    row = dict.fromkeys(HEAD, "") | {
        "record_id": f"B{number}", "booking_record_id": f"P{number}", "date_of_birth": "2025-11-02",
        "given_names": "Baby", "family_name": "Example", "sex": "2",
    }  # fmt: skip
    return list((row | values).values())


def text(*rows: list[str], head: list[str] = HEAD, ending: str = "\r\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator=ending).writerows([head, *rows])
    return out.getvalue().encode()


@pytest.fixture
def deliver(con: duckdb.DuckDBPyConnection, night: Night) -> Callable[..., dict[str, Any]]:
    """Write files into the night's folder, land them, and give the input_file row of the first."""

    def run(content: bytes, name: str = NAME, settings: Settings | None = None) -> dict[str, Any]:
        folder = night.landing / night.date.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        land(con, Night(night.date, night.landing, night.out, settings or night.settings))
        return file_row(con, name)

    return run


def file_row(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    found = con.execute("SELECT * FROM input_file WHERE path = $name", {"name": name}).pl().to_dicts()
    assert len(found) == 1
    return found[0]


def landed(con: duckdb.DuckDBPyConnection, columns: str = "record_id", contract: str = "maternity_birth") -> list[Any]:
    rows = con.execute(f"SELECT row_number, {columns} FROM landed_{contract} ORDER BY supplier, row_number").fetchall()
    return [tuple(row) for row in rows]


def rejects(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    found = con.execute("SELECT row_number, array_to_string(reasons, ' | ') FROM landed_reject").fetchall()
    return dict(found)


def test_the_examples_of_the_contracts_load(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    examples = Path("/work/shared/contracts/examples")
    if not examples.is_dir():
        pytest.skip("the contract's examples are not on this machine")
    land(con, Night(night.date, examples, night.out, night.settings))
    found = con.execute("SELECT status, count(*), sum(rows_read) FROM input_file GROUP BY status").fetchall()
    assert found == [("accepted", 11, 55)]
    assert landed(con, "discharge_address_line_1")[0] == (1, "20, Robin Cl")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_line_endings_mark_and_missing_final_newline(
    deliver: Any, con: Any, ending: str, bom: bytes, last: bool
) -> None:
    content = bom + text(birth(1), birth(2), ending=ending)
    row = deliver(content if last else content.removesuffix(ending.encode()))
    assert (row["status"], row["rows_read"]) == ("accepted", 2)
    assert landed(con, "record_id, booking_record_id, date_of_birth, discharged_on, supplier") == [
        (1, "B1", "P1", "2025-11-02", None, "swb"),
        (2, "B2", "P2", "2025-11-02", None, "swb"),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_quick_reader_takes_large_plain_files_whole(con: Any, tmp_path: Path, ending: str) -> None:
    """Large enough for DuckDB to cut it into parts; both readers must give the same rows."""
    rows = [birth(n, family_name=f'"O\'Example", {n}', given_names="é" * (n % 5)) for n in range(30_000)]
    path = _write(tmp_path / "x.csv", text(*rows, ending=ending))
    layout = lay_out(HEAD, BIRTH, {})
    landing.prepare(con)
    assert csv_file._quick(con, Extract(path, BIRTH, "quick"), scan.scan(path), layout)
    csv_file._careful(con, Extract(path, BIRTH, "careful"), layout)
    wanted = f"SELECT row_number, {', '.join(HEAD)} FROM landed_maternity_birth WHERE supplier = "
    assert con.execute(f"{wanted}'quick' EXCEPT {wanted}'careful'").fetchall() == []
    assert landed(con)[-1] == (30_000, "B29999")
    assert landing.count(con, "maternity_birth", "quick") == landing.count(con, "maternity_birth", "careful") == 30_000


def test_columns_in_any_order_and_unknown_ones_kept_out(deliver: Any, con: Any) -> None:
    head = [*reversed(HEAD), "Ward", "ward", ""]
    row = deliver(text([*reversed(birth(1)), "x", "y", ""], head=[h.upper() for h in head]))
    assert row["status"] == "accepted"
    assert row["reasons"] == [
        "column WARD is not in the contract and was kept out",
        "column WARD is not in the contract and was kept out",
        f"column number {len(head)} (no plain heading) is not in the contract and was kept out",
    ]
    assert landed(con, "record_id, family_name") == [(1, "B1", "Example")]


def test_quoted_newlines_commas_and_quotes_stay_in_their_value(deliver: Any, con: Any) -> None:
    line = 'Flat 1,\r\nthe "Old" Mill\nLane'
    row = deliver(text(birth(1, discharge_address_line_1=line), birth(2)))
    assert (row["status"], row["rows_read"]) == ("accepted", 2)
    assert landed(con, "record_id, discharge_address_line_1")[0] == (1, "B1", line)
    assert landed(con)[1] == (2, "B2")


def test_a_quotation_in_the_first_column_may_run_over_lines(deliver: Any, con: Any) -> None:
    head = ["discharge_address_line_1", *[h for h in HEAD if h != "discharge_address_line_1"]]
    at = HEAD.index("discharge_address_line_1")
    values = birth(1, discharge_address_line_1="Flat 1\nMill")
    row = deliver(text([values[at], *values[:at], *values[at + 1 :]], head=head))
    assert row["rows_read"] == 1
    assert landed(con, "record_id, discharge_address_line_1") == [(1, "B1", "Flat 1\nMill")]


def test_an_open_quotation_costs_its_own_row_only(deliver: Any, con: Any) -> None:
    good = [birth(n, discharge_address_line_1="20, Robin Cl") for n in range(1, 8)]
    content = text(*good, ending="\n").splitlines(keepends=True)
    content[3] = content[3].replace(b'"20, Robin Cl"', b'"20 Robin Cl')
    row = deliver(b"".join(content))
    assert (row["status"], row["rows_read"]) == ("accepted", 7)
    assert [key for _, key in landed(con)] == ["B1", "B2", "B4", "B5", "B6", "B7"]
    assert list(rejects(con)) == [3]
    assert "quotation mark" in rejects(con)[3]


def test_an_open_quotation_on_the_last_line(deliver: Any, con: Any) -> None:
    content = text(birth(1), birth(2), ending="\n").rstrip(b"\n").replace(b"B2,", b'"B2,')
    deliver(content)
    assert landed(con) == [(1, "B1")]
    assert list(rejects(con)) == [2]


def test_an_inch_mark_inside_a_value_is_kept(deliver: Any, con: Any) -> None:
    content = text(birth(1), birth(2), ending="\n").replace(b"Example", b'6" Example', 1)
    deliver(content)
    assert landed(con, "family_name") == [(1, '6" Example'), (2, "Example")]


def test_too_few_and_too_many_columns_and_a_cut_last_line(deliver: Any, con: Any) -> None:
    content = text(birth(1), birth(2)[:-3], [*birth(3), "x"], birth(4)) + b"B5,P5,99"
    row = deliver(content)
    assert (row["status"], row["rows_read"]) == ("accepted", 5)
    assert [key for _, key in landed(con)] == ["B1", "B4"]
    width = len(HEAD)
    assert f"has {width - 3} values and the heading {width}" in rejects(con)[2]
    assert f"has {width + 1} values" in rejects(con)[3]
    assert "cut off" in rejects(con)[5]


def test_bytes_that_are_not_utf8_cost_their_row_and_name_the_column(deliver: Any, con: Any) -> None:
    content = text(birth(1), birth(2, family_name="Jos#"), birth(3, given_names="Zoë")).replace(b"Jos#", b"Jos\xe9")
    row = deliver(content)
    assert (row["status"], row["rows_read"]) == ("accepted", 3)
    assert landed(con, "given_names") == [(1, "Baby"), (3, "Zoë")]
    assert rejects(con)[2].startswith("family_name: it is not written in UTF-8")


def test_a_nul_byte_costs_its_row(deliver: Any, con: Any) -> None:
    deliver(text(birth(1), birth(2, family_name="a\0b")))
    assert landed(con) == [(1, "B1")]
    assert rejects(con)[2].startswith("family_name: it holds a NUL byte")


def test_blank_lines_are_no_rows(deliver: Any, con: Any) -> None:
    content = text(birth(1), birth(2), ending="\n").replace(b"\nB2", b"\n\n\nB2") + b"\n\n"
    row = deliver(content)
    assert row["rows_read"] == 2
    assert [key for _, key in landed(con)] == ["B1", "B2"]


def test_a_line_beyond_all_bounds_costs_its_row(deliver: Any, con: Any) -> None:
    long = "x" * (lines.LONGEST_LINE + 10)
    deliver(text(birth(1), birth(2, family_name=long), birth(3)))
    assert [key for _, key in landed(con)] == ["B1", "B3"]
    assert "longer than" in rejects(con)[2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\n", "no readable heading"),
        (b'"record_id,nhs', "no readable heading"),
        ("record_id,x\n".encode("utf-16"), "UTF-16"),
        (text(birth(1), head=[h for h in HEAD if h != "sex"] + ["gender"]), "required column sex is missing"),
        (text(birth(1), head=[*HEAD[:-1], "sex"]), "sex stands there twice"),
        (text(birth(1)).replace(b",", b";"), "separated by commas"),
        (b"\x00\x01\x02\xff" * 50, "missing"),
    ],
)  # fmt: skip
def test_files_refused_as_a_whole(deliver: Any, con: Any, content: bytes, words: str) -> None:
    row = deliver(content)
    assert row["status"] == "refused"
    assert words in row["reasons"][0]
    assert landed(con) == []


def test_a_file_without_headings_is_refused_without_showing_its_first_row(deliver: Any) -> None:
    row = deliver(text(birth(2), head=birth(1, family_name="Secretname")))
    assert row["status"] == "refused"
    assert "Secretname" not in str(row)


def test_headings_only_is_a_file_without_rows(deliver: Any) -> None:
    row = deliver(text())
    assert (row["status"], row["rows_read"]) == ("accepted", 0)


@pytest.mark.parametrize(
    ("name", "contract", "supplier", "words"),
    [
        ("GP__DUDLEY.CSV", "gp", "dudley", "lower case"),
        ("gp__dud-ley.csv", "gp", "", "rename"),
        ("gp.csv", "gp.csv", "", "rename"),
        ("dentist__x.csv", "dentist", "x", "no such contract"),
        ("gp__x.xlsx", "gp", "", "rename"),
        ("gp__x.csv.gz", "gp", "", "rename"),
    ],
)
def test_names_that_break_the_rule(deliver: Any, name: str, contract: str, supplier: str, words: str) -> None:
    row = deliver(b"record_id\n", name)
    expected = contract if contract in CONTRACTS or "dentist" in contract else ""
    assert (row["status"], row["contract"], row["supplier"]) == ("refused", expected, supplier)
    assert words in row["reasons"][0]


def test_companions_of_a_delivery_are_left_unread(deliver: Any, con: Any, night: Night) -> None:
    deliver(text(birth(1)))
    for name in (".maternity_birth__swb.csv.swp", "README.txt", "~$gp__x.csv"):
        (night.landing / night.date.isoformat() / name).write_bytes(b"x")
    land(con, night)
    assert con.execute("SELECT path FROM input_file").fetchall() == [(NAME,)]


def test_what_is_not_a_plain_file_of_the_folder_is_refused(con: Any, night: Night, tmp_path: Path) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    (tmp_path / "outside.csv").write_bytes(text(birth(1)))
    (folder / "maternity_birth__a.csv").mkdir()
    (folder / "maternity_birth__b.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "maternity_birth__c.csv").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "maternity_birth__d.csv")
    (folder / "maternity_birth__e.csv").write_bytes(text(birth(1)))
    land(con, night)
    found = con.execute("SELECT supplier, status, reasons[1] FROM input_file ORDER BY supplier").fetchall()
    assert [(s, status) for s, status, _ in found] == [
        ("a", "refused"), ("b", "refused"), ("c", "refused"), ("d", "refused"), ("e", "accepted"),
    ]  # fmt: skip
    assert [words.split(";")[0] for _, _, words in found[:4]] == [
        "it is a folder, not a file", "it is a link to a place outside the night's folder",
        "it cannot be opened (a broken link?)", "it is not a regular file",
    ]  # fmt: skip


def test_two_files_of_one_supplier_are_both_refused(deliver: Any, con: Any) -> None:
    deliver(text(birth(1)))
    row = deliver(b"PAR1", "maternity_birth__swb.parquet")
    assert "two files of one contract" in row["reasons"][0]
    assert file_row(con, NAME)["status"] == "refused"
    assert landed(con) == []


def test_no_folder_lands_nothing(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    land(con, night)
    assert con.execute("SELECT count(*) FROM input_file").fetchone() == (0,)
    assert landed(con, contract="gp") == []


@pytest.mark.parametrize("suffix", [".csv.manifest.json", ".manifest.json"])
@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ({"rows": 2}, None),
        ({"rows": 3}, "holds 2 rows and its manifest says 3"),
        ({"rows": True}, "cannot be read"),
        ({"rows": "2"}, "cannot be read"),
        ({"sha256": "00"}, "it changed on the way"),
        ({}, "cannot be read"),
        ([], "cannot be read"),
    ],
)
def test_a_manifest_must_agree(deliver: Any, night: Night, manifest: Any, words: str | None, suffix: str) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    (folder / f"maternity_birth__swb{suffix}").write_text(json.dumps(manifest), encoding="utf-8")
    row = deliver(text(birth(1), birth(2)))
    assert row["status"] == ("refused" if words else "accepted")
    assert words is None or words in row["reasons"][0]


def test_a_manifest_counts_the_rows_that_could_not_be_read(deliver: Any, night: Night) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    content = text(birth(1), birth(2)[:-1])
    digest = {"rows": 2, "sha256": scan.digest(_write(folder / "copy.txt", content)).upper()}
    (folder / f"{NAME}.manifest.json").write_text(json.dumps(digest), encoding="utf-8")
    assert deliver(content)["status"] == "accepted"


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_an_orphan_manifest_is_a_refused_delivery(con: Any, night: Night) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    (folder / "gp__x.csv.manifest.json").write_text('{"rows": 1}', encoding="utf-8")
    land(con, night)
    assert con.execute("SELECT contract, supplier, status, reasons FROM input_file").fetchall() == [
        ("gp", "x", "refused", ["its manifest came without the file; ask for it again"])
    ]


def test_parquet_in_types_of_its_own(con: Any, night: Night) -> None:
    table = pa.table({
        "record_id": [1, 2], "booking_record_id": ["P1", "P2"], "nhs_number": pa.array([9.99123e9, None]),
        "given_names": pa.array([b"Zo\xc3\xab", b"B"], pa.binary()), "family_name": ["Example", None],
        "date_of_birth": pa.array([datetime(2025, 11, 2), datetime(2025, 11, 3)], pa.timestamp("ns")),
        "sex": pa.array([1, 2], pa.int8()), "birth_order": [1.0, 2.0], "births_in_delivery": [Decimal("1.00")] * 2,
        **{f"discharge_address_line_{i}": ["", None] for i in range(1, 6)},
        "discharge_postcode": ["DY1", ""], "discharge_uprn": [90000295186.0, None],
        "discharged_on": pa.array([date(2025, 11, 4), None], pa.date32()), "ward": [[1], [2]],
    })  # fmt: skip
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "maternity_birth__swb.parquet")
    land(con, night)
    assert file_row(con, "maternity_birth__swb.parquet")["reasons"] == [
        "column ward is not in the contract and was kept out"
    ]
    wanted = "record_id, nhs_number, given_names, date_of_birth, sex, birth_order, births_in_delivery, "
    wanted += "discharge_uprn, discharged_on"
    assert landed(con, wanted) == [
        (1, "1", "9991230000", "Zoë", "2025-11-02", "1", "1", "1", "90000295186", "2025-11-04"),
        (2, "2", None, "B", "2025-11-03", "2", "2", "1", None, None),
    ]


def test_parquet_that_is_damaged_or_nested(deliver: Any, con: Any, night: Night) -> None:
    table = pa.table({name: ["x"] for name in HEAD})
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True)
    pq.write_table(table, folder / "whole.bin")
    whole = (folder / "whole.bin").read_bytes()
    for content in (b"", whole[: len(whole) // 2], whole[:-20] + b"x" * 20, b"a,b\n"):
        assert deliver(content, "maternity_birth__swb.parquet")["status"] == "refused"
    broken = bytearray(whole)
    broken[4:60] = b"\xff" * 56  # the pages of the first columns; the footer still reads well
    assert deliver(bytes(broken), "maternity_birth__swb.parquet")["status"] == "refused"
    assert landed(con) == []
    nested = table.set_column(HEAD.index("sex"), "sex", pa.array([["1"]]))
    pq.write_table(nested, folder / "maternity_birth__swb.parquet")
    land(con, night)
    assert "the column sex holds lists" in file_row(con, "maternity_birth__swb.parquet")["reasons"][0]


def with_settings(night: Night, **tables: Any) -> Settings:
    return Settings({**night.settings.values, **tables})


def test_live_mode_wants_the_papers_of_every_supplier(deliver: Any, night: Night) -> None:
    live = {"mode": "live"}
    papers = {"lawful_basis": "6(1)(e)", "data_sharing_agreement": "DSA 1", "dpia_reference": " "}
    refused = deliver(text(birth(1)), settings=with_settings(night, governance=live, suppliers={"swb": papers}))
    assert refused["status"] == "refused"
    assert "do not give dpia_reference" in refused["reasons"][0]
    papers["dpia_reference"] = "DPIA 1"
    row = deliver(text(birth(1)), settings=with_settings(night, governance=live, suppliers={"swb": papers}))
    assert row["status"] == "accepted"
    with pytest.raises(SettingsError, match="mode must be one of"):
        deliver(text(birth(1)), settings=with_settings(night, governance={"mode": "Live"}))


@pytest.mark.parametrize("name", ["council_tax_civica", "council_tax_nec"])
def test_the_shipped_column_maps_make_a_layout_load(deliver: Any, con: Any, night: Night, name: str) -> None:
    renamed = night.settings.table("column_maps")[name]
    values = {"record_id": "R1", "account_ref": "A1", "surname": "Example", "liable_from": "2020-01-01", "uprn": "9"}
    content = text([values.get(ours, "") for ours in renamed.values()], head=list(renamed))
    file = "council_tax__mbc.csv"
    without = deliver(content, file)
    assert "required column" in without["reasons"][0]
    row = deliver(content, file, with_settings(night, suppliers={"mbc": {"column_map": name}}))
    assert (row["status"], row["reasons"]) == ("accepted", [])
    assert landed(con, "record_id, account_ref, surname, liable_from, uprn", "council_tax") == [
        (1, "R1", "A1", "Example", "2020-01-01", "9")
    ]


def test_a_column_map_serves_its_contract_and_must_exist(deliver: Any, night: Night) -> None:
    for given_map, status in (("council_tax_civica", "accepted"), ("nowhere", "refused")):
        settings = with_settings(night, suppliers={"swb": {"column_map": given_map}})
        assert deliver(text(birth(1)), settings=settings)["status"] == status
    table = with_settings(night, suppliers={"swb": {"column_map": {"gp": "nowhere"}}})
    assert deliver(text(birth(1)), settings=table)["status"] == "accepted"
    wrong = with_settings(night, suppliers={"swb": {"column_map": "mine"}}, column_maps={"mine": {"X": "no_column"}})
    assert "names no_column" in deliver(text(birth(1)), settings=wrong)["reasons"][0]


VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
QUICK = hypothesis_settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(st.lists(st.lists(VALUE, min_size=3, max_size=3), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_both_readers_read_back_what_was_written(con: Any, tmp_path: Path, rows: list[list[str]], ending: str) -> None:
    """Quoted as RFC 4180 asks, every value comes back, whichever reader takes the file."""
    head = ["record_id", "account_ref", "surname"]
    out = io.StringIO()
    csv.writer(out, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([head, *rows])
    path = _write(tmp_path / "x.csv", out.getvalue().encode())
    with open(path, "rb") as handle:
        read = [line.fields for line in lines.rows(handle, 3)]
    assert read == rows
    landing.prepare(con)
    contract = CONTRACTS["council_tax"]
    columns = lay_out(list(contract.names), contract, {})
    columns = type(columns)({name: i for i, name in enumerate(head)}, tuple(head), ())
    csv_file.load(con, Extract(path, contract, "s"), scan.scan(path), columns)
    found = con.execute(f"SELECT {', '.join(head)} FROM landed_council_tax ORDER BY row_number").fetchall()
    assert [[v or "" for v in row] for row in found] == rows


@QUICK
@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"a", b"B1", b"\xe9", b"\0", b'""', b",,"]), max_size=60))
def test_no_bytes_make_the_reader_fail_or_lose_count(con: Any, night: Night, pieces: list[bytes]) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    head = text(ending="\n")
    _write(folder / NAME, head + text(birth(1), ending="\n").removeprefix(head) + b"".join(pieces))
    land(con, night)
    row = file_row(con, NAME)
    counted = con.execute("SELECT (SELECT count(*) FROM landed_maternity_birth) + (SELECT count(*) FROM landed_reject)")
    assert row["status"] == "accepted"
    assert counted.fetchone() == (row["rows_read"],)
    numbers = con.execute(
        "SELECT row_number FROM landed_maternity_birth UNION ALL SELECT row_number FROM landed_reject ORDER BY ALL"
    ).fetchall()
    assert [n for (n,) in numbers] == list(range(1, row["rows_read"] + 1))


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_as_a_file_end_in_a_status(con: Any, night: Night, content: bytes) -> None:
    folder = night.landing / night.date.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    for name in (NAME, "gp__x.parquet", f"{NAME}.manifest.json"):
        _write(folder / name, content)
    land(con, night)
    assert con.execute("SELECT DISTINCT status FROM input_file").fetchall() == [("refused",)]


def test_a_chunk_never_splits_a_line_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = text(*[birth(n, family_name="é" * (n % 7)) for n in range(40)])
    path = _write(tmp_path / "x.csv", content)
    whole = scan.scan(path)
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(scan, "CHUNK", size)
        assert scan.scan(path) == whole
    assert (whole.lines, whole.crlf, whole.lone_cr, whole.utf8) == (41, 41, 0, True)


def test_a_folder_with_pattern_characters_in_its_name(con: Any, night: Night, tmp_path: Path) -> None:
    strange = tmp_path / "land[1]*?"
    (strange / night.date.isoformat()).mkdir(parents=True)
    _write(strange / night.date.isoformat() / NAME, text(birth(1)))
    land(con, Night(night.date, strange, night.out, night.settings))
    assert landed(con) == [(1, "B1")]


def test_found_files_come_in_order_of_name(tmp_path: Path) -> None:
    for name in ("police__b.csv", "gp__z.csv", "gp__a.csv"):
        _write(tmp_path / name, b"")
    assert [f.name for f in files.find(tmp_path)[0]] == ["gp__a.csv", "gp__z.csv", "police__b.csv"]


def test_a_first_row_that_runs_on_from_the_heading_is_not_shown_as_headings(deliver: Any, con: Any) -> None:
    content = text(birth(1, family_name="Okonkwo"), birth(2), ending="\n").replace(b"\n", b",", 1)
    row = deliver(content)
    assert row["reasons"]
    assert "Okonkwo" not in str(row["reasons"])
    assert "has" in rejects(con)[1]
