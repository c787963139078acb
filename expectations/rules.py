"""The rules of an extract, made from the table contract: each a boolean SQL expression over one cleaned row.

A rule either sets a breaking row aside or only counts it. The contract `protected` sets nothing aside that can be read:
a protection that is badly written must still protect, so its faults are repaired to the stricter side
(expectations/accepted.py) and announced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from linkage.spreadsheet import without_decimals
from linkage.tables import Column, Contract

MARKS = ("sensitivity", "disclosure")
"""Columns whose only value restricts a record: anything else written there is taken as that mark."""
DECIDES_RESIDENCE = (("gp", "registration_type"), ("police", "address_role"))
"""Optional enumerations in which empty means "lives there": an unknown value may not be read as empty."""
NEVER_IN_FUTURE = ("date_of_birth", "father_date_of_birth", "date_of_death", "occurred_on")
DECIDES_WHO = ("date_of_birth",)
"""A date that no row may bear wrongly, though it may be empty: an impossible one is a row about nobody."""
NOT_BEFORE = (
    ("gp", "registered_on", "deregistered_on"), ("gp", "date_of_birth", "date_of_death"),
    ("maternity_booking", "booked_on", "expected_delivery_on"), ("maternity_birth", "date_of_birth", "discharged_on"),
    ("council_tax", "liable_from", "liable_to"), ("council_tax", "discount_from", "discount_to"),
    ("police", "date_of_birth", "occurred_on"), ("gazetteer", "start_date", "end_date"),
    ("protected", "from_date", "to_date"),
)  # fmt: skip
"""(contract, earlier, later): the later date may not stand before the earlier one."""
LARGEST_COUNT = 30  # babies of a pregnancy, earlier children: beyond it the number is a slip
GRID = {"easting": 700_000, "northing": 1_300_000}  # metres; the extent of the National Grid


@dataclass(frozen=True)
class Limits:
    """What the settings ([gates]) and the night say of values: dates from and to, characters of one value."""

    earliest: date
    night: date
    future_days: int
    longest: int

    @property
    def latest(self) -> date:
        return self.night + timedelta(days=self.future_days)


@dataclass(frozen=True)
class Rule:
    """One rule. `holds` is SQL and never null; `words` say what is wrong and what to do, never a value.

    `column` is the column at fault; where a rule covers several, `which` is SQL that names them for one row.
    """

    name: str
    column: str
    words: str
    holds: str
    sets_aside: bool = True
    which: str = ""
    announce: bool = False


WHOLE = "whole_row"
"""What rules call all the values of a row as one text, as `whole` makes it."""


def whole(contract: Contract) -> str:
    """SQL: the values of a row one behind the other."""
    columns = ", ".join(f'"{c}"' for c in contract.names)
    return f"concat({columns}) AS {WHOLE}"


def key_of(contract: Contract) -> str:
    """The column that is unique in a file of the contract (extracts.md)."""
    return "record_id" if "record_id" in contract.names else "uprn"


def rules_of(contract: Contract, limits: Limits) -> list[Rule]:
    """Every rule of a contract, in the order in which reasons are given."""
    rules = [*_all(contract, limits)]
    return [_never_aside(r) for r in rules] if contract.name == "protected" else rules


def as_date(column: str) -> str:
    """SQL: a text column as a date, null unless it is written YYYY-MM-DD and exists in the calendar."""
    return f"""CASE WHEN "{column}" LIKE '____-__-__' THEN TRY_CAST("{column}" AS DATE) END"""


def date_bounds(column: str, contract: Contract, limits: Limits) -> tuple[date, date]:
    """The first and last day that a date column may name."""
    if contract.name == "gazetteer":
        return date.min, date.max  # houses are older than people
    if contract.name == "protected" or _is_end(column):
        return limits.earliest, date.max
    return limits.earliest, limits.night if column in NEVER_IN_FUTURE else limits.latest


def _is_end(column: str) -> bool:
    """Whether a date says when something ends: suppliers plan ends years ahead, and write 9999-12-31 for none."""
    return column.endswith("_to") or column == "deregistered_on"


def in_bounds(column: str, contract: Contract, limits: Limits) -> str:
    first, last = date_bounds(column, contract, limits)
    return f"{as_date(column)} BETWEEN DATE '{first}' AND DATE '{last}'"


def is_number(column: Column) -> str:
    """SQL: whether a text column is a number that can be true; null for an empty one."""
    if column.type == "INTEGER":
        return rf"""coalesce(TRY_CAST(regexp_extract("{column.name}", '^\d+$') AS BIGINT) <= {LARGEST_COUNT}, false)"""
    return f"""coalesce(TRY_CAST("{column.name}" AS DOUBLE) BETWEEN 0 AND {GRID[column.name]}, false)"""


def _all(contract: Contract, limits: Limits) -> Iterator[Rule]:
    yield from _keys(contract)
    yield _sizes(contract, limits)
    yield _clean_text(contract)
    for column in contract.columns:
        if column.need == "R":
            yield Rule(f"{column.name}_given", column.name, "it is empty; ask the supplier to fill it",
                       f'"{column.name}" IS NOT NULL')  # fmt: skip
        if column.type == "DATE":
            yield from _dates(column, contract, limits)
        elif column.type != "VARCHAR":
            yield Rule(f"{column.name}_number", column.name, "no believable number; taken as not known",
                       f'"{column.name}" IS NULL OR {is_number(column)}', sets_aside=False)  # fmt: skip
        if column.allowed:
            yield _allowed(column, contract)
    yield from _figures(contract)
    yield from _orders(contract)
    if contract.name == "protected":
        yield _names_something()


def _keys(contract: Contract) -> Iterator[Rule]:
    key = key_of(contract)
    yield Rule("key_not_in_conflict", key,
               "other rows of the file bear the same key and say something else; ask the supplier which is right",
               "coalesce(versions, 1) = 1")  # fmt: skip
    yield Rule("key_not_repeated", key, "the same row stands further up already; nothing is lost",
               "coalesce(versions, 2) > 1 OR first_row = row_number")  # fmt: skip


def _sizes(contract: Contract, limits: Limits) -> Rule:
    words = f"longer than {limits.longest:,} characters; ask the supplier to correct it"
    fault = f"strlen({{0}}) > {limits.longest} AND length({{0}}) > {limits.longest}"
    return _over_all("values_not_too_long", contract, words, fault, f"strlen({WHOLE}) <= {limits.longest}")


def _clean_text(contract: Contract) -> Rule:
    words = "it holds a NUL byte; ask the supplier to clean it"
    return _over_all("values_without_nul", contract, words, "contains({0}, chr(0))", f"NOT contains({WHOLE}, chr(0))")


def _over_all(name: str, contract: Contract, words: str, fault: str, sound: str) -> Rule:
    """A rule over each value of a row. `sound` says of the row as one text that no value can be at fault: nearly all are so."""
    faults = {c: fault.format(f'"{c}"') for c in contract.names}
    each = " AND ".join(f"NOT coalesce({sql}, false)" for sql in faults.values())
    holds = f"CASE WHEN {sound} THEN true ELSE {each} END"
    which = ", ".join(f"CASE WHEN {sql} THEN '{c}' END" for c, sql in faults.items())
    return Rule(name, "several columns", words, holds, which=f"concat_ws(', ', {which})")


def _dates(column: Column, contract: Contract, limits: Limits) -> Iterator[Rule]:
    first, last = date_bounds(column.name, contract, limits)
    sets_aside = column.need == "R" or column.name in DECIDES_WHO
    yield Rule(f"{column.name}_is_date", column.name,
               "not a date of the calendar written YYYY-MM-DD; ask the supplier to correct it",
               f'"{column.name}" IS NULL OR {as_date(column.name)} IS NOT NULL')  # fmt: skip
    yield Rule(f"{column.name}_in_bounds", column.name,
               f"a date before {first} or after {last}; {'ask the supplier to correct it' if sets_aside else 'taken as not known'}",
               f"{as_date(column.name)} IS NULL OR {in_bounds(column.name, contract, limits)}", sets_aside)  # fmt: skip


def _allowed(column: Column, contract: Contract) -> Rule:
    values = ", ".join(f"'{value.lower()}'" for value in column.allowed)
    holds = f'"{column.name}" IS NULL OR lower("{column.name}") IN ({values})'
    name = f"{column.name}_allowed"
    if column.name in MARKS:
        words = "an unknown mark; the record is treated as restricted until the supplier explains it"
        return Rule(name, column.name, words, holds, sets_aside=False, announce=True)
    if column.need == "R" or (contract.name, column.name) in DECIDES_RESIDENCE:
        return Rule(name, column.name, "not one of the permitted values; ask the supplier to correct it", holds)
    return Rule(name, column.name, "not one of the permitted values; taken as not known", holds, sets_aside=False)


def _figures(contract: Contract) -> Iterator[Rule]:
    """Identifiers that cannot be what they are called: counted, since a slip in them is itself evidence."""
    for column in contract.names:
        if column == "nhs_number":
            digits = f"regexp_replace({without_decimals(column)}, '[^0-9]', '', 'g')"
            holds = f"""CASE WHEN regexp_full_match("{column}", '[0-9]{{10}}') THEN true ELSE "{column}" IS NULL OR length({digits}) = 10 END"""
            yield Rule("nhs_number_has_ten_digits", column, "not ten digits; kept as evidence of an error",
                       holds, sets_aside=False)  # fmt: skip
        elif column == "uprn" or column.endswith("_uprn"):
            yield Rule(f"{column}_is_a_number", column, "not a number of one to twelve digits; no property bears it",
                       rf"""coalesce(regexp_full_match("{column}", '\d{{1,12}}'), true)""",
                       sets_aside=False)  # fmt: skip


def _orders(contract: Contract) -> Iterator[Rule]:
    for name, earlier, later in NOT_BEFORE:
        if name == contract.name:
            yield Rule(f"{later}_not_before_{earlier}", later, f"it stands before {earlier}; ask which is right",
                       f"coalesce({as_date(earlier)} <= {as_date(later)}, true)", sets_aside=False)  # fmt: skip


def _names_something() -> Rule:
    return Rule("names_something", "uprn, nhs_number, nominal_ref",
                "all three are empty: the entry protects nobody; ask the hub whom or what it means",
                "uprn IS NOT NULL OR nhs_number IS NOT NULL OR nominal_ref IS NOT NULL")  # fmt: skip


def _never_aside(rule: Rule) -> Rule:
    if rule.name == "key_not_repeated":
        return rule
    return Rule(rule.name, rule.column, f"{rule.words}; meanwhile it is read so that it protects more", rule.holds,
                False, rule.which, announce=True)  # fmt: skip
