"""The gate behind the landing: what is accepted, what is set aside and why, and what that means for the night."""

from __future__ import annotations

import csv
import dataclasses
import logging
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from expectations import accepted, contracts, judge, linkage, rules
from flows.gates import Outcome, decide
from linkage import history as remembered
from linkage.night import Night
from linkage.protect import gate as protection
from linkage.report import quality
from linkage.settings import Settings
from linkage.sources.read import land
from linkage.tables import CONTRACTS

GOOD = {
    "gp": {"practice_code": "M87021", "date_of_birth": "1990-02-28", "sex": "2", "registered_on": "2020-05-01",
           "family_name": "Example", "nhs_number": "9991234560"},
    "maternity_booking": {"booked_on": "2025-09-01", "status": "active", "single_parent": "N", "number_of_fetuses": "1",
                          "expected_delivery_on": "2026-04-01"},
    "maternity_birth": {"booking_record_id": "r1", "date_of_birth": "2025-11-02", "sex": "1"},
    "council_tax": {"account_ref": "a1", "liable_from": "2019-04-01", "surname": "EXAMPLE"},
    "police": {"occurrence_ref": "o1", "occurred_on": "2025-06-01", "occurrence_type": "traffic", "role": "witness"},
    "gazetteer": {"custodian_code": "4615", "classification": "RD03"},
    "protected": {"reason": "refuge", "uprn": "9000001"},
}  # fmt: skip
NEXT = timedelta(days=1)


def rows_of(contract: str, *changes: dict[str, str], count: int = 0) -> list[dict[str, str]]:
    """Good rows r1, r2 … with changes; `count` good rows when no change is given."""
    key = rules.key_of(CONTRACTS[contract])
    return [
        {key: f"r{n}" if key == "record_id" else str(n), **GOOD[contract], **change}
        for n, change in enumerate(changes or [{}] * count, start=1)
    ]


class Nights:
    """Deliveries and gates of several nights over one store."""

    def __init__(self, con: duckdb.DuckDBPyConnection, night: Night) -> None:
        self.con, self.night = con, night

    def deliver(self, contract: str, rows: list[dict[str, str]], supplier: str = "s") -> Path:
        folder = self.night.landing / self.night.date.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{contract}__{supplier}.csv"
        with open(path, "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, CONTRACTS[contract].names, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def gate(self) -> Outcome:
        land(self.con, self.night)
        contracts.gate(self.con, self.night)
        return decide(self.con, self.night)

    def next(self) -> None:
        self.night = dataclasses.replace(self.night, date=self.night.date + NEXT)

    def all_people(self, but: tuple[str, ...] = ()) -> None:
        for contract in {"maternity_birth", "police"} - set(but):
            self.deliver(contract, rows_of(contract, count=60))

    def accepted(self, contract: str, columns: str) -> list[Any]:
        return self.con.execute(f"SELECT {columns} FROM accepted_{contract} ORDER BY supplier, row_number").fetchall()

    def aside_of_all(self) -> dict[tuple[str, int], list[str]]:
        found = self.con.execute("SELECT contract, row_number, reasons FROM quarantine ORDER BY ALL").fetchall()
        return {(contract, row): [reason.split(";")[0] for reason in reasons] for contract, row, reasons in found}

    def aside(self) -> dict[int, list[str]]:
        return {row: reasons for (_, row), reasons in self.aside_of_all().items()}

    def file(self, contract: str, supplier: str = "s") -> dict[str, Any]:
        found = self.con.execute(
            "SELECT * FROM input_file WHERE contract = $c AND supplier = $s", {"c": contract, "s": supplier}
        )
        return found.pl().to_dicts()[0]

    def failed(self, contract: str, rule: str) -> int:
        query = "SELECT rows_failed FROM rule_result WHERE contract = $contract AND rule = $rule"
        found = self.con.execute(query, {"contract": contract, "rule": rule}).fetchone()
        assert found
        return int(found[0])


@pytest.fixture
def nights(con: duckdb.DuckDBPyConnection, night: Night) -> Nights:
    values = night.settings.values
    fewer = {**values, "sources": {**values["sources"], "required_contracts": ["maternity_birth", "police"]}}
    return Nights(con, dataclasses.replace(night, settings=Settings(fewer)))


@pytest.mark.parametrize(
    "written",
    [" Lee", "Lee ", "\tLee", "Lee\u00a0", "\u200bLee", "Lee\ufeff", "\ufeff", " ", "Lé ", "É", "Lee\u00a0Chan"],
)
def test_blanks_of_one_value_among_plain_ones_are_trimmed(nights: Nights, written: str) -> None:
    """Also where it is neither the least nor the greatest of its column."""
    nights.deliver("gp", rows_of("gp", *({"family_name": name} for name in ("!a", "Abbey", written, "Young", "~z"))))
    nights.gate()
    told = [row[0] for row in nights.accepted("gp", "family_name")]
    assert told == ["!a", "Abbey", written.strip(accepted.BLANK) or None, "Young", "~z"]


def test_good_rows_are_typed_and_every_contract_has_its_table(nights: Nights, con: Any) -> None:
    nights.deliver("gp", rows_of("gp", {"family_name": " \u00a0O'Neil \t", "given_names": "  ", "sensitivity": "s"}))
    nights.gate()
    columns = "record_id, family_name, given_names, date_of_birth, sensitivity, supplier, row_number"
    assert nights.accepted("gp", columns) == [("r1", "O'Neil", None, date(1990, 2, 28), "S", "s", 1)]
    for contract in CONTRACTS.values():
        columns = con.execute(f"DESCRIBE accepted_{contract.name}").fetchall()
        assert [(c[0], c[1]) for c in columns] == [
            *((c.name, c.type) for c in contract.columns), ("supplier", "VARCHAR"), ("row_number", "BIGINT"),
        ]  # fmt: skip


BAD = [
        ("gp", {"date_of_birth": "1066-10-14"}, "date_of_birth: a date before 1900-01-01 or after 2026-01-05"),
        ("gp", {"date_of_birth": "2026-01-06"}, "date_of_birth: a date before 1900-01-01 or after 2026-01-05"),
        ("gp", {"registered_on": "2999-01-01"}, "registered_on: a date before 1900-01-01 or after 2027-01-06"),
        ("gp", {"date_of_birth": "28/02/1990"}, "date_of_birth: not a date of the calendar written YYYY-MM-DD"),
        ("gp", {"date_of_birth": "1990-02-30"}, "date_of_birth: not a date of the calendar written YYYY-MM-DD"),
        ("gp", {"date_of_birth": "1990-2-3"}, "date_of_birth: not a date of the calendar written YYYY-MM-DD"),
        ("gp", {"date_of_death": "0000-00-00"}, "date_of_death: not a date of the calendar written YYYY-MM-DD"),
        ("gp", {"practice_code": "\u00a0"}, "practice_code: it is empty"),
        ("gp", {"record_id": ""}, "record_id: it is empty"),
        ("gp", {"registration_type": "ward of court"}, "registration_type: not one of the permitted values"),
        ("gp", {"known_as": "x" * 1_000_000}, "known_as: longer than 2,000 characters"),
        ("gp", {"known_as": "x" * 2001, "email": "x" * 2001}, "known_as, email: longer than 2,000 characters"),
        ("police", {"role": "bystander"}, "role: not one of the permitted values"),
        ("police", {"address_role": "work"}, "address_role: not one of the permitted values"),
        ("police", {"occurred_on": "2026-01-06"}, "occurred_on: a date before 1900-01-01 or after 2026-01-05"),
        ("maternity_booking", {"status": "unknown"}, "status: not one of the permitted values"),
        ("maternity_birth", {"date_of_birth": ""}, "date_of_birth: it is empty"),
        ("council_tax", {"forwarding_uprn": "x" * 2001}, "forwarding_uprn: longer than 2,000 characters"),
        ("gazetteer", {"uprn": ""}, "uprn: it is empty"),
    ]  # fmt: skip


def test_bad_rows_are_set_aside_with_their_reason(nights: Nights) -> None:
    expected = {}
    for contract in GOOD:
        bad = [(change, reason) for name, change, reason in BAD if name == contract]
        nights.deliver(contract, rows_of(contract, *[{}] * 60, *[change for change, _ in bad]))
        expected |= {(contract, 61 + n): [reason] for n, (_, reason) in enumerate(bad)}
    nights.gate()
    assert len(expected) == len(BAD)
    assert nights.aside_of_all() == expected
    for contract in GOOD:
        count = sum(name == contract for name, _, _ in BAD)
        assert nights.file(contract)["rows_quarantined"] == count
        assert [row for (row,) in nights.accepted(contract, "row_number")] == list(range(1, 61))


def test_all_reasons_of_a_row_are_given(nights: Nights) -> None:
    nights.deliver("police", rows_of("police", {}, {"role": "x", "occurred_on": "1066-01-01", "occurrence_ref": ""}))
    nights.gate()
    assert [r.split(":")[0] for r in nights.aside()[2]] == ["occurrence_ref", "occurred_on", "role"]


NOT_KNOWN = [
        ("gp", "sex", "F"), ("maternity_booking", "single_parent", "maybe"),
        ("maternity_booking", "routine_enquiry", "?"),
        ("maternity_booking", "number_of_fetuses", "two"), ("maternity_booking", "previous_children", "99"),
        ("maternity_birth", "birth_order", "-1"), ("police", "risk_grade", "severe"), ("gazetteer", "easting", "nan"),
        ("gazetteer", "northing", "1e9"),
    ]  # fmt: skip


def test_optional_values_that_cannot_be_are_not_known(nights: Nights) -> None:
    for contract in {name for name, _, _ in NOT_KNOWN}:
        change = {column: value for name, column, value in NOT_KNOWN if name == contract}
        nights.deliver(contract, rows_of(contract, change))
    nights.gate()
    assert nights.aside() == {}
    for contract, column, _ in NOT_KNOWN:
        assert nights.accepted(contract, column) == [(None,)]
        kind = "allowed" if CONTRACTS[contract].column(column).allowed else "number"
        assert nights.failed(contract, f"{column}_{kind}") == 1


IN_ORDER = [
        ("gazetteer", "start_date", "1875-06-24"), ("gazetteer", "end_date", "2030-01-01"),
        ("council_tax", "liable_to", "2028-03-31"), ("council_tax", "discount_to", "9999-12-31"),
        ("gp", "deregistered_on", "2028-01-01"),
    ]  # fmt: skip
OUT_OF_BOUNDS = [
        ("gp", "date_of_death", "2026-01-06"), ("gp", "address_updated_on", "1753-01-01"),
        ("maternity_booking", "expected_delivery_on", "2028-04-01"),
        ("maternity_booking", "father_date_of_birth", "1066-10-14"), ("maternity_birth", "discharged_on", "2099-01-01"),
        ("council_tax", "discount_from", "2028-04-01"), ("council_tax", "liable_to", "1753-01-01"),
    ]  # fmt: skip


def change_of(contract: str, dates: list[tuple[str, str, str]]) -> dict[str, str]:
    return {column: value for name, column, value in dates if name == contract}


def test_old_houses_and_ends_far_ahead_are_in_order(nights: Nights) -> None:
    for contract in {name for name, _, _ in IN_ORDER}:
        nights.deliver(contract, rows_of(contract, *[change_of(contract, IN_ORDER)] * 60))
    nights.gate()
    assert nights.aside() == {}
    for contract, column, value in IN_ORDER:
        assert set(nights.accepted(contract, column)) == {(date.fromisoformat(value),)}
        assert nights.failed(contract, f"{column}_in_bounds") == 0


def test_an_optional_date_that_cannot_be_is_not_known(nights: Nights) -> None:
    for contract in {name for name, _, _ in OUT_OF_BOUNDS}:
        nights.deliver(contract, rows_of(contract, {}, *[change_of(contract, OUT_OF_BOUNDS)] * 60))
    nights.gate()
    assert nights.aside() == {}
    for contract, column, _ in OUT_OF_BOUNDS:
        assert nights.accepted(contract, column)[1:] == [(None,)] * 60
        assert nights.failed(contract, f"{column}_in_bounds") == 60


def test_codes_are_read_in_any_letter_case(nights: Nights) -> None:
    nights.deliver("maternity_booking", rows_of("maternity_booking", {"status": "Active", "single_parent": "y"}))
    nights.gate()
    assert nights.accepted("maternity_booking", "status, single_parent") == [("active", "Y")]


ODD = [
        ("gp", {"nhs_number": "123"}, "nhs_number_has_ten_digits"),
        ("gp", {"uprn": "12A"}, "uprn_is_a_number"),
        ("council_tax", {"liable_to": "2018-01-01"}, "liable_to_not_before_liable_from"),
        ("police", {"date_of_birth": "2025-07-01"}, "occurred_on_not_before_date_of_birth"),
    ]  # fmt: skip


def test_what_is_only_odd_is_counted_and_kept(nights: Nights) -> None:
    for contract in {name for name, _, _ in ODD}:
        nights.deliver(contract, rows_of(contract, {}, *[change for name, change, _ in ODD if name == contract]))
    assert nights.gate().stop_reason is None
    assert nights.aside() == {}
    assert [nights.failed(contract, rule) for contract, _, rule in ODD] == [1] * len(ODD)


def test_same_rows_keep_one_and_rows_in_conflict_none(nights: Nights) -> None:
    same = {"record_id": "A"}
    other = {"record_id": "B", "family_name": "Other"}
    changes = [same, {}, {"record_id": " A"}, {"record_id": "B"}, other, other, {"record_id": "b"}]
    nights.deliver("gp", rows_of("gp", *changes))
    nights.gate()
    assert nights.accepted("gp", "record_id") == [("A",), ("r2",), ("b",)]
    said = {row: reasons[0][:26] for row, reasons in nights.aside().items()}
    assert said == {
        3: "record_id: the same row st", 4: "record_id: other rows of t", 5: "record_id: other rows of t",
        6: "record_id: other rows of t",
    }  # fmt: skip


def test_a_key_of_two_suppliers_is_no_conflict(nights: Nights) -> None:
    nights.deliver("gp", rows_of("gp", {}), "a")
    nights.deliver("gp", rows_of("gp", {"family_name": "Other"}), "b")
    nights.gate()
    assert nights.accepted("gp", "record_id, supplier") == [("r1", "a"), ("r1", "b")]


def test_a_value_never_reaches_a_reason_a_log_or_the_page(nights: Nights, caplog: Any, tmp_path: Path) -> None:
    secret = "Zyxwvut"
    born = {"date_of_birth": secret, "family_name": secret}
    keyed = {"record_id": secret * 20, "sex": secret, "registered_on": secret}
    nights.deliver("gp", rows_of("gp", born, keyed, {}, {}, {}))
    broken = nights.deliver("police", rows_of("police", {"family_name": secret}))
    broken.write_bytes(broken.read_bytes() + f'x,"{secret}\n{secret},{secret}\n'.encode())
    with caplog.at_level(logging.DEBUG):
        outcome = nights.gate()
    quality.write(nights.con, nights.night, tmp_path)
    told = [caplog.text, str(outcome), (tmp_path / "quality" / "index.html").read_text(encoding="utf-8")]
    told.append(str(pl.read_parquet(tmp_path / "quality" / "quarantine.parquet").to_dicts()))
    assert len(nights.aside()) == 3
    assert "row 1 set aside" in caplog.text
    assert not [text for text in told if secret in text]


# Protection: a fault may never lift it.


def test_any_sensitivity_mark_restricts(nights: Nights) -> None:
    nights.deliver("gp", rows_of("gp", *[{"sensitivity": mark} for mark in ("S", "s", "R", "N", "0", "")]))
    outcome = nights.gate()
    assert nights.accepted("gp", "sensitivity") == [("S",)] * 5 + [(None,)]
    assert any(words.startswith("gp of s: 3 rows: sensitivity: an unknown mark") for words in outcome.warnings)


def test_a_faulty_row_with_a_mark_is_kept_without_its_fault(nights: Nights) -> None:
    faults = [
        {"date_of_birth": "1066-01-01"}, {"registered_on": ""}, {"known_as": "x" * 5000}, {"registration_type": "x"},
        {"record_id": ""}, {"record_id": "r1"},
    ]  # fmt: skip
    nights.deliver("gp", rows_of("gp", *[{}] * 60, *[{"disclosure": "withhold", **fault} for fault in faults]))
    outcome = nights.gate()
    columns = "record_id, disclosure, date_of_birth, registered_on, known_as, registration_type, row_number"
    kept = nights.accepted("gp", columns)[59:]
    born, registered = date(1990, 2, 28), date(2020, 5, 1)
    assert kept == [
        ("r61", "withhold", None, registered, None, None, 61), ("r62", "withhold", born, None, None, None, 62),
        ("r63", "withhold", born, registered, None, None, 63), ("r64", "withhold", born, registered, None, None, 64),
        ("row 65", "withhold", born, registered, None, None, 65), ("r1", "withhold", born, registered, None, None, 66),
    ]  # fmt: skip
    assert list(nights.aside()) == [1]  # the row without a mark that bears the key of the last
    told = [words for words in outcome.warnings if "faulty rows that bear a restriction mark" in words]
    assert told
    assert not any(mark.isdigit() for words in told for mark in words), "how many there are is not told"


LISTED = [
        ("gp", {"nhs_number": "999 777 1234", "date_of_birth": "1066-01-01"}),
        ("gp", {"uprn": "0009000001", "registered_on": ""}),
        ("police", {"nominal_ref": "nm/77", "occurred_on": "2999-01-01"}),
        ("police", {"occurrence_uprn": "9000001.0", "role": "bystander"}),
        ("council_tax", {"forwarding_uprn": "9000001", "liable_from": "x"}),
        ("gazetteer", {"uprn": "9000001", "custodian_code": ""}),
        ("gp", {"nhs_number": "9998887777", "registered_on": ""}),
    ]  # fmt: skip
LISTS = [
    {"nhs_number": "9997771234", "uprn": ""},
    {"nominal_ref": "NM/77", "uprn": "", "from_date": "2031-01-01"},
    {"uprn": "9000001"},
    {"nhs_number": "9998887777", "uprn": "", "reason": "Invalidated", "to_date": "2020-01-01"},
]
OVER = {"nhs_number": "9996665555", "uprn": "", "to_date": "2026-01-04"}


def deliver_listed(nights: Nights) -> None:
    """Of each contract 60 good rows, then the faulty rows of people and places on a list, then those of two others."""
    for contract in {name for name, _ in LISTED}:
        faulty = [change for name, change in LISTED if name == contract]
        fault = {"gp": "registered_on", "police": "role", "council_tax": "liable_from", "gazetteer": "custodian_code"}
        others = [{"nhs_number": OVER["nhs_number"]}, {"nhs_number": "9995554444"}] if contract == "gp" else [{}, {}]
        changes = [*[{}] * 60, *faulty, *({fault[contract]: "", **other} for other in others)]
        nights.deliver(contract, rows_of(contract, *changes))


def kept_rows(nights: Nights) -> dict[str, list[int]]:
    """By contract the faulty rows that were kept."""
    return {
        contract: [row for (row,) in nights.accepted(contract, "row_number")][60:]
        for contract in sorted({name for name, _ in LISTED})
    }


def test_a_faulty_row_of_somebody_or_a_place_on_a_list_is_kept_without_its_fault(nights: Nights) -> None:
    deliver_listed(nights)
    nights.deliver("protected", rows_of("protected", *LISTS, OVER))
    outcome = nights.gate()
    assert kept_rows(nights) == {"council_tax": [61], "gazetteer": [61], "gp": [61, 62, 63], "police": [61, 62]}
    assert len(nights.aside_of_all()) == 8
    assert nights.accepted("gp", "nhs_number, date_of_birth, registered_on")[60:62] == [
        ("999 777 1234", None, date(2020, 5, 1)), ("9991234560", date(1990, 2, 28), None),
    ]  # fmt: skip
    assert nights.accepted("police", "role, occurred_on")[60:] == [("witness", None), (None, date(2025, 6, 1))]
    assert not any("kept" in words for words in outcome.warnings), "whom a list names is nobody's business"
    assert (
        nights.con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name IN ('listed', 'faulty_row')").fetchall()
        == []
    )


def test_a_number_in_an_unreadable_row_of_a_list_keeps_a_faulty_row(nights: Nights) -> None:
    deliver_listed(nights)
    path = nights.deliver("protected", [])
    path.write_bytes(path.read_bytes() + b"PR9,,999 777 1234,2024-06-02\xff,09000001\n")
    nights.gate()
    assert kept_rows(nights) == {"council_tax": [61], "gazetteer": [61], "gp": [61, 62], "police": [62]}


def test_a_list_that_stands_from_an_earlier_night_keeps_faulty_rows_by_its_hashes(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", *LISTS, OVER))
    remembered.prepare(nights.con, nights.night)
    nights.gate()
    protection.run(nights.con, nights.night)
    remembered.remember(nights.con, nights.night)
    nights.next()
    deliver_listed(nights)  # and no list
    nights.gate()
    assert kept_rows(nights) == {"council_tax": [61], "gazetteer": [61], "gp": [61, 62], "police": [61, 62]}
    query = "UPDATE store.protected_record SET known_to = $night"  # the list was withdrawn
    nights.con.execute(query, {"night": nights.night.date})
    nights.gate()
    assert kept_rows(nights) == {"council_tax": [], "gazetteer": [], "gp": [], "police": []}


def test_of_one_key_one_marked_row_is_kept(nights: Nights) -> None:
    same = {"record_id": "A", "sensitivity": "S"}
    nights.deliver("gp", rows_of("gp", {"record_id": "A"}, same, {**same, "sex": "1"}, same))
    nights.gate()
    assert nights.accepted("gp", "record_id, row_number") == [("A", 2)]


def test_a_faulty_entry_of_a_protected_list_still_protects(nights: Nights) -> None:
    nights.deliver("protected", rows_of(
        "protected", {"from_date": "1066-01-01", "to_date": "31/12/9999"}, {"reason": "Refuge "}, {"reason": ""},
        {"record_id": ""}, {"record_id": "r2", "uprn": "7"}, {"nominal_ref": "x" * 3000},
        {"from_date": "2031-01-01", "to_date": "2040-01-01"},
    ))  # fmt: skip
    outcome = nights.gate()
    found = nights.accepted("protected", "record_id, reason, uprn, from_date, to_date, nominal_ref")
    assert [row[:3] for row in found] == [
        ("r1", "refuge", "9000001"), ("r2", "refuge", "9000001"), ("r3", "other", "9000001"),
        ("row 4", "refuge", "9000001"), ("r2", "refuge", "7"), ("r6", "refuge", "9000001"), ("r7", "refuge", "9000001"),
    ]  # fmt: skip
    assert found[0][3:5] == (None, None)
    assert found[6][3:5] == (date(2031, 1, 1), date(2040, 1, 1))
    assert found[5][5] is None
    assert any("protects more" in words for words in outcome.warnings)


def test_numbers_in_an_unreadable_protected_row_are_protected(nights: Nights) -> None:
    path = nights.deliver("protected", rows_of("protected", {}, {}))
    path.write_bytes(path.read_bytes() + b"PR9,,999 123 4560,2024-06-02\xff,00006712\n")
    outcome = nights.gate()
    made = nights.accepted("protected", "record_id, uprn = nhs_number AND uprn = nominal_ref, uprn, from_date")[2:]
    assert made == [("row 3 number 1", True, "00006712", None), ("row 3 number 2", True, "9991234560", None)]
    assert nights.file("protected")["rows_read"] == 3
    assert any("every number in them is treated as protected" in words for words in outcome.warnings)


def test_a_refused_protected_list_without_a_forerunner_stops_the_night(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    nights.gate()
    path = nights.deliver("protected", rows_of("protected", {}), "other")
    path.write_bytes(b"")
    outcome = nights.gate()
    assert outcome.exit_code == 2
    assert "protected list" in str(outcome.stop_reason)


def test_a_refused_protected_list_with_a_forerunner_does_not(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    nights.gate()
    nights.next()
    nights.all_people()
    nights.deliver("protected", []).write_bytes(b"")
    outcome = nights.gate()
    assert (outcome.exit_code, outcome.stop_reason) == (1, None)
    assert nights.file("protected")["last_good_night"] == nights.night.date - NEXT


@pytest.mark.parametrize(
    "name",
    ["protected_hub.csv", "protected.csv", "Protected list.csv", "protected_people__hub.csv", "Child protection.parquet",
     "Protected list.xlsx", "PROTECTED__hub.csv"],
)  # fmt: skip
def test_a_misnamed_protected_list_stops_the_night(nights: Nights, name: str) -> None:
    nights.all_people()
    right = nights.deliver("protected", rows_of("protected", {}))
    right.rename(right.with_name(name))
    outcome = nights.gate()
    assert outcome.exit_code == 2
    assert f"nothing may go out: {name}: " in str(outcome.stop_reason)
    assert "correct it or its name (protected__<supplier>.csv)" in str(outcome.stop_reason)


def test_a_misnamed_protected_list_stops_the_night_though_another_hubs_stands(nights: Nights) -> None:
    for _ in range(2):
        nights.all_people()
        nights.deliver("protected", rows_of("protected", {}))
        assert nights.gate().exit_code == 0
        nights.next()
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}), "other").rename(
        nights.deliver("protected", rows_of("protected", {})).with_name("protected_other.csv")
    )
    assert nights.gate().exit_code == 2


def test_a_misnamed_list_of_a_supplier_whose_last_one_stands_does_not_stop_it(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    nights.gate()
    nights.next()
    nights.all_people()
    right = nights.deliver("protected", rows_of("protected", {}))
    right.rename(right.with_name("protected_list__s.csv"))
    outcome = nights.gate()
    assert (outcome.exit_code, outcome.stop_reason) == (1, None)
    assert outcome.warnings[0].startswith("protected of s: refused: there is no such contract")


@pytest.mark.parametrize("name", ["gp__Child Protection.csv", "gp__Dudley.txt", "data protection notice.txt"])
def test_what_is_no_protected_list_stops_nothing(nights: Nights, name: str) -> None:
    nights.all_people()
    right = nights.deliver("gp", rows_of("gp", {}))
    right.rename(right.with_name(name))
    assert nights.gate().stop_reason is None


@pytest.mark.parametrize("entry", [{"uprn": "1.00E+11"}, {"uprn": "9.67369620058E+11"}, {"nhs_number": "1e+09"}])
def test_a_list_whose_numbers_a_spreadsheet_cut_short_stops_the_night(nights: Nights, entry: dict[str, str]) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    assert nights.gate().stop_reason is None
    nights.next()
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}, entry))
    outcome = nights.gate()
    assert outcome.exit_code == 2
    assert "cut short" in str(outcome.stop_reason)
    assert not any(value in str(outcome.stop_reason) for value in entry.values())


def test_that_no_protected_list_ever_came_is_said_every_night(nights: Nights) -> None:
    for _ in range(2):
        nights.all_people()
        outcome = nights.gate()
        assert (outcome.exit_code, outcome.stop_reason) == (0, None)
        assert [words[:55] for words in outcome.warnings] == ["protected: no list has ever come, so nobody is protecte"]
        assert "protected__<supplier>.csv" in outcome.warnings[0]
        nights.next()
    nights.all_people()
    nights.deliver("protected", [])  # a list of nobody is a list
    assert nights.gate().warnings == []
    nights.next()
    nights.all_people()
    assert [words[:22] for words in nights.gate().warnings] == ["protected of s: stale:"]


# What the outcomes mean.


def test_a_clean_night(nights: Nights, con: Any) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    assert nights.gate() == Outcome(None, [], 0)
    assert con.execute("SELECT DISTINCT status FROM store.delivery").fetchall() == [("accepted",)]


def test_rows_set_aside_do_not_change_the_exit_status(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    nights.deliver("police", rows_of("police", *[{}] * 59, {"occurred_on": "1066-01-01"}))
    assert nights.gate() == Outcome(None, [], 0)
    assert "1 rows were set aside" in nights.file("police")["reasons"][-1]


def test_no_folder_and_no_people_stop_the_night(nights: Nights) -> None:
    assert nights.gate().exit_code == 2
    nights.deliver("gazetteer", rows_of("gazetteer", count=3))
    nights.deliver("gp", [])
    outcome = nights.gate()
    assert (outcome.exit_code, str(outcome.stop_reason)[:30]) == (2, "no usable file about people ca")


def test_missing_stale_and_refused_are_named(nights: Nights, con: Any) -> None:
    nights.all_people(but=("maternity_birth",))
    nights.deliver("police", rows_of("police", count=60), "niche")
    nights.deliver("gp", rows_of("gp", count=3))
    first = nights.gate()
    assert (first.exit_code, first.stop_reason) == (1, None)
    assert [w[:30] for w in first.warnings] == ["maternity_birth: missing: no s", "protected: no list has ever co"]
    good = nights.night.date
    nights.next()
    nights.next()
    nights.all_people(but=("police",))
    nights.deliver("gp", rows_of("gp", count=60)).write_bytes(b"PK\x03\x04")
    second = nights.gate()
    assert second.exit_code == 1
    assert [w.split(":")[:2] for w in second.warnings[:-1]] == [
        ["gp of s", " refused"], ["police of niche", " stale"], ["police of s", " stale"],
    ]  # fmt: skip
    assert all(f"the file of {good} stands" in w for w in second.warnings[:-1])
    assert (nights.file("police")["status"], nights.file("police")["last_good_night"]) == ("stale", good)
    assert nights.accepted("gp", "*") == []
    assert nights.file("maternity_birth")["status"] == "accepted"


def test_the_same_night_again_gives_the_same_rows(nights: Nights, con: Any) -> None:
    def told() -> list[Any]:
        tables = ("input_file", "quarantine", "rule_result", "fill_rate", "gate_warning", "accepted_maternity_birth")
        stored = ("store.delivery", "store.delivery_fill")
        return [con.execute(f"SELECT * FROM {table}").fetchall() for table in (*tables, *stored)]

    nights.all_people()
    nights.gate()
    nights.next()
    nights.all_people(but=("police",))
    nights.deliver("maternity_birth", rows_of("maternity_birth", {"record_id": "A"}, *[{}] * 40, {"record_id": "A"}))
    nights.gate()
    first = told()
    nights.gate()
    assert told() == first
    assert len(first[-2]) == 4


# Volumes.


VOLUMES = [
    (100, 60, "far fewer"), (100, 61, None), (100, 200, "far more"), (100, 199, None), (40, 10, None), (40, 500, None),
    (40, 0, "no row"), (100, 0, "no row"),
]  # fmt: skip


def test_a_file_whose_volume_is_not_believable_is_refused(nights: Nights) -> None:
    for n, (before, _, _) in enumerate(VOLUMES):
        nights.deliver("gp", rows_of("gp", count=before), f"s{n}")
    nights.gate()
    nights.next()
    for n, (_, after, _) in enumerate(VOLUMES):
        nights.deliver("gp", rows_of("gp", count=after), f"s{n}")
    assert nights.gate().exit_code == 1
    for n, (_, after, words) in enumerate(VOLUMES):
        file = nights.file("gp", f"s{n}")
        assert file["status"] == ("refused" if words else "accepted")
        assert words is None or words in file["reasons"][0]
        accepted = nights.con.execute("SELECT count(*) FROM accepted_gp WHERE supplier = $s", {"s": f"s{n}"})
        assert accepted.fetchone() == (0 if words else after,)


def test_the_last_good_delivery_is_the_measure_not_the_refused_one(nights: Nights) -> None:
    for count, status in ((100, "accepted"), (50, "refused"), (50, "refused"), (90, "accepted")):
        nights.deliver("gp", rows_of("gp", count=count))
        nights.gate()
        assert nights.file("gp")["status"] == status
        nights.next()


def test_an_operator_can_confirm_a_change_of_volume_for_one_night(nights: Nights) -> None:
    nights.deliver("gp", rows_of("gp", count=100))
    nights.gate()
    nights.next()
    nights.deliver("gp", rows_of("gp", count=50))
    values = nights.night.settings.values
    confirmed = [f"{nights.night.date} gp__s", f"{nights.night.date + NEXT} gp__other", "nonsense"]
    settings = Settings({**values, "gates": {**values["gates"], "confirmed_volumes": confirmed}})
    nights.night = dataclasses.replace(nights.night, settings=settings)
    nights.gate()
    assert nights.file("gp")["status"] == "accepted"
    nights.next()
    nights.deliver("gp", rows_of("gp", count=20))
    nights.gate()
    assert nights.file("gp")["status"] == "refused"


def test_a_doubled_protected_list_is_loaded_and_a_halved_one_refused(nights: Nights) -> None:
    for count, status in ((60, "accepted"), (180, "accepted"), (90, "refused")):
        nights.deliver("protected", rows_of("protected", count=count))
        nights.gate()
        assert nights.file("protected")["status"] == status
        nights.next()


def test_a_protected_list_that_is_cut_off_is_refused_however_short(nights: Nights) -> None:
    nights.all_people()
    cases = ((10, 1, "refused"), (10, 6, "refused"), (10, 7, "accepted"), (4, 1, "refused"), (3, 1, "accepted"))
    for n, (before, _, _) in enumerate(cases):
        nights.deliver("protected", rows_of("protected", count=before), f"s{n}")
    nights.gate()
    nights.next()
    nights.all_people()
    for n, (_, after, _) in enumerate(cases):
        nights.deliver("protected", rows_of("protected", count=after), f"s{n}")
    outcome = nights.gate()
    assert [nights.file("protected", f"s{n}")["status"] for n in range(len(cases))] == [told for _, _, told in cases]
    assert (outcome.exit_code, outcome.stop_reason) == (1, None), "the last good ones stand"
    assert "far fewer rows" in outcome.warnings[0]


def test_an_operator_can_confirm_that_a_short_protected_list_shrank(nights: Nights) -> None:
    nights.deliver("protected", rows_of("protected", count=10))
    nights.gate()
    nights.next()
    nights.deliver("protected", rows_of("protected", count=1))
    values = nights.night.settings.values
    confirmed = {**values["gates"], "confirmed_volumes": [f"{nights.night.date} protected__s"]}
    nights.night = dataclasses.replace(nights.night, settings=Settings({**values, "gates": confirmed}))
    nights.gate()
    assert nights.file("protected")["status"] == "accepted"


def test_a_file_that_is_mostly_broken_is_refused(nights: Nights) -> None:
    bad = {"registered_on": "1066-01-01"}
    cases = ((18, 60, "accepted"), (19, 60, "refused"), (2, 3, "accepted"), (3, 3, "refused"))
    for n, (broken, total, _) in enumerate(cases):
        nights.deliver("gp", rows_of("gp", *[bad] * broken, *[{}] * (total - broken)), f"s{n}")
    nights.gate()
    assert [nights.file("gp", f"s{n}")["status"] for n in range(len(cases))] == [status for _, _, status in cases]


def test_a_column_that_loses_its_values_is_a_warning(nights: Nights) -> None:
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    nights.gate()
    nights.next()
    nights.all_people()
    nights.deliver("protected", rows_of("protected", {}))
    changes = [{"sex": ""} if n % 2 else {} for n in range(60)]
    nights.deliver("maternity_birth", rows_of("maternity_birth", *changes))
    outcome = nights.gate()
    assert outcome.exit_code == 0
    assert outcome.warnings == [
        "maternity_birth of s: column sex is filled in 50% of rows and was in 100% of the last delivery; "
        "ask the supplier"
    ]


# The judge.


def frame(**columns: list[bool | None]) -> pl.DataFrame:
    return pl.DataFrame({judge.ID: range(1, 1 + len(next(iter(columns.values())))), **columns})


def suite(name: str, given: pl.DataFrame, *rules_of_it: str) -> judge.Suite:
    return judge.Suite(name, given, [judge.Expectation(rule, True) for rule in rules_of_it])


def test_the_judge_gives_the_rows_of_each_broken_rule() -> None:
    given = frame(a=[True, False, False], b=[True, True, True], c=[False, True, True])
    assert judge.judge([suite("one", given, "a", "b", "c")]) == {"one": {"a": [2, 3], "c": [1]}}
    assert judge.judge([suite("one", given[:0], "a", "b", "c")]) == {"one": {}}


def test_a_rule_of_one_name_in_two_suites_is_two_rules() -> None:
    one, other = frame(a=[True, False]), frame(a=[False, True, True], b=[True, True, False])
    told = judge.judge([suite("one", one, "a"), suite("none", one[:0], "a"), suite("other", other, "a", "b")])
    assert told == {"one": {"a": [2]}, "none": {}, "other": {"a": [1], "b": [3]}}


@pytest.mark.parametrize("bad", [{"a": [True, None]}, {"other": [True, True]}])
def test_a_rule_without_an_answer_is_a_crash_not_bad_data(bad: dict[str, list[bool | None]]) -> None:
    with pytest.raises(judge.RuleCrashed, match="rule a"):
        judge.judge([suite("suite", frame(**bad), "a")])


def test_a_rule_that_crashes_inside_the_judge_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "no_unknown_outcome", lambda *_: None)
    with pytest.raises(judge.RuleCrashed, match="rules could not be evaluated"):
        judge.judge([suite("suite", frame(a=[None]), "a")])


def test_a_judgement_that_was_never_made_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "_validate", lambda *_, **__: [])
    with pytest.raises(judge.RuleCrashed, match="one judgement was asked for and 0 came"):
        judge.judge([suite("suite", frame(a=[True]), "a")])


def test_a_rule_that_fails_in_the_database_says_no_value(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = rules.Rule("wrong", "family_name", "…", "CAST(family_name AS INTEGER) > 0")
    monkeypatch.setattr(contracts, "rules_of", lambda *_: [wrong])
    nights.deliver("police", rows_of("police", {"family_name": "Zyxwvut"}))
    with pytest.raises(judge.RuleCrashed, match=r"police cannot be evaluated \(ConversionException\)") as caught:
        nights.gate()
    assert "Zyxwvut" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_rule_of_every_contract_has_a_name_of_its_own(night: Night) -> None:
    limits = contracts.limits_of(night)
    for contract in CONTRACTS.values():
        names = [r.name for r in rules.rules_of(contract, limits)]
        assert len(names) == len(set(names))
        for column in contract.columns:
            wanted = {f"{column.name}_given"} if column.need == "R" else set()
            wanted |= {f"{column.name}_is_date", f"{column.name}_in_bounds"} if column.type == "DATE" else set()
            wanted |= {f"{column.name}_allowed"} if column.allowed else set()
            assert wanted <= set(names)


# The linked tables.

LINKED = {
    "person": "SELECT 'gp' AS contract, 's' AS supplier, 'r1' AS record_id, 'patient' AS mention, 'P1' AS person_id, "
              "1.0 AS link_probability",
    "residence": "SELECT 'gp' AS contract, 's' AS supplier, 'r1' AS record_id, 'patient' AS mention, "
                 "0.9 AS match_probability, DATE '2020-01-01' AS valid_from, NULL::DATE AS valid_to",
    "household": "SELECT 'H1' AS household_id, '1' AS uprn, 'P1' AS person_id, DATE '2020-01-01' AS valid_from, "
                 "NULL::DATE AS valid_to",
    "exception": "SELECT 'E1' AS exception_id, 'hidden_adult' AS kind, 'new' AS status, 0.5 AS score",
    "exception_person": "SELECT 'E1' AS exception_id, 'P1' AS person_id, 'child' AS role, FALSE AS with_child",
}  # fmt: skip


@pytest.fixture
def linked(con: duckdb.DuckDBPyConnection) -> Callable[[str], list[tuple[str, str, int]]]:
    for table, query in LINKED.items():
        con.execute(f"CREATE TABLE {table} AS {query}")

    def change(statement: str) -> list[tuple[str, str, int]]:
        con.execute(statement)
        return [(b.table, b.rule, b.rows) for b in linkage.check(con, protected_absent=True)]

    return change


def test_good_linked_tables_pass(linked: Any, con: Any) -> None:
    assert linked("SELECT 1") == []
    assert [b.rule for b in linkage.check(con, protected_absent=False)] == ["protected_absent"]


@pytest.mark.parametrize(
    ("statement", "breaches"),
    [
        ("UPDATE person SET person_id = 'P2'", [("household", "member_is_a_person", 1)]),
        ("UPDATE person SET person_id = NULL",
         [("person", "person_id_given", 1), ("household", "member_is_a_person", 1)]),
        ("INSERT INTO person SELECT * FROM person", [("person", "mention_once", 2)]),
        ("UPDATE person SET link_probability = 1.1", [("person", "probability_in_bounds", 1)]),
        ("UPDATE person SET link_probability = NULL", [("person", "probability_in_bounds", 1)]),
        ("UPDATE person SET mention = 'next_of_kin'", [("residence", "belongs_to_a_mention", 1)]),
        ("UPDATE residence SET match_probability = -0.1", [("residence", "probability_in_bounds", 1)]),
        ("UPDATE residence SET valid_to = DATE '2019-01-01'", [("residence", "interval_in_order", 1)]),
        ("UPDATE household SET valid_to = DATE '2019-01-01'", [("household", "interval_in_order", 1)]),
        ("UPDATE household SET uprn = NULL", [("household", "keys_given", 1)]),
        ("UPDATE exception_person SET role = 'mother'", [("exception", "child_or_pregnancy", 1)]),
        ("INSERT INTO exception SELECT * FROM exception", [("exception", "exception_once", 2)]),
        ("UPDATE exception SET kind = 'fraud'", [("exception", "kind_known", 1)]),
        ("UPDATE exception SET score = 2", [("exception", "score_in_bounds", 1)]),
    ],
)  # fmt: skip
def test_each_breach_of_the_linked_tables_is_found(
    linked: Any, statement: str, breaches: list[tuple[str, str, int]]
) -> None:
    assert linked(statement) == breaches


def test_empty_linked_tables_pass_and_missing_ones_crash(linked: Any, con: Any) -> None:
    for table in LINKED:
        con.execute(f"DELETE FROM {table}")
    assert linked("SELECT 1") == []
    with pytest.raises(judge.RuleCrashed, match="household"):
        linked("DROP TABLE household")


# The page.


def test_the_quality_page_counts_and_escapes(nights: Nights, tmp_path: Path) -> None:
    nights.all_people()
    nights.deliver("gp", rows_of("gp", *[{}] * 70, {"registered_on": "1066-01-01"}))
    (nights.night.landing / str(nights.night.date) / "gp__<b>.csv").write_bytes(b"x")
    nights.gate()
    quality.write(nights.con, nights.night, tmp_path)
    page = (tmp_path / "quality" / "index.html").read_text(encoding="utf-8")
    assert "The people in this data are invented" in page
    assert "gp__&lt;b&gt;.csv" in page
    assert "gp__<b>" not in page
    assert '<td class="number">71</td>' in page
    assert page.count("<h1") == 1
    assert "http" not in page
    assert "<script" not in page
    found = pl.read_parquet(tmp_path / "quality" / "quarantine.parquet")
    assert found.columns == ["contract", "supplier", "record_id", "row_number", "reasons"]
    assert found.rows()[0][:4] == ("gp", "s", "r71", 71)
    before = [p.read_bytes() for p in sorted((tmp_path / "quality").iterdir())]
    quality.write(nights.con, nights.night, tmp_path)
    assert [p.read_bytes() for p in sorted((tmp_path / "quality").iterdir())] == before


def test_the_page_of_a_night_without_files(nights: Nights, tmp_path: Path) -> None:
    nights.gate()
    quality.write(nights.con, nights.night, tmp_path)
    assert "No row was accepted." in (tmp_path / "quality" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (0.004, "under 1%"), (0.5, "50%"), (0.996, "over 99%"), (1, "100%")]
)
def test_a_share_never_reads_as_none_or_all_when_it_is_not(share: float, words: str) -> None:
    assert quality._percent(share) == words
