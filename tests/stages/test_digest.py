"""The weekly digest from a small store: the figures by hand, small counts held back, nobody named, plots drawn offline."""

from __future__ import annotations

import json
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from linkage.report import digest, digest_page, plots, suppress
from linkage.report.dates import day
from tests.unit.conftest import evidence, exception

LAST = date(2026, 3, 1)


@given(
    some.dictionaries(some.text("abcdef", min_size=1, max_size=2), some.integers(0, 12), max_size=6),
    some.integers(2, 6),
)
@settings(max_examples=300, deadline=None)
def test_no_small_count_is_shown_and_none_can_be_worked_out_from_the_total(counts, least):
    shown = suppress.small(counts, least)
    assert shown.keys() == counts.keys()
    held = [name for name, count in shown.items() if count is None]
    assert all(count is None or count == counts[name] for name, count in shown.items())
    assert all(count is None or count == 0 or count >= least for count in shown.values())
    assert len(held) != 1 or sum(c > 0 for c in counts.values()) == 1


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(50, 100, 50), (3, 100, None), (97, 100, None), (0, 100, 0), (100, 100, 100), (2, 4, None)],
)
def test_a_share_is_shown_only_of_enough(part, whole, shown):
    assert suppress.share(part, whole, 5) == shown


@pytest.fixture
def store(con):
    """A ledger of two weeks: 12 hidden adults and 2 divergences this week, 6 hidden adults the week before."""
    con.execute(
        "CREATE TABLE store.exception_event (night DATE, exception_id VARCHAR, thread VARCHAR, status VARCHAR, waiting BOOLEAN, "
        "content_hash VARCHAR, content VARCHAR, detail VARCHAR)"
    )
    con.execute("CREATE TABLE store.maternity_booking_record (supplier VARCHAR, record_id VARCHAR, father_name VARCHAR, "
                "father_recorded_reason VARCHAR, known_to DATE)")  # fmt: skip
    con.execute(
        "CREATE TABLE store.maternity_birth_record (supplier VARCHAR, booking_record_id VARCHAR, date_of_birth DATE, known_to DATE)"
    )
    con.execute("CREATE TABLE store.published AS SELECT DATE '2026-01-30' AS night")
    for n in range(12):
        event(con, f"H{n}", LAST - timedelta(days=n % 3), "hidden_adult", days=n)
    for n in range(2):
        event(con, f"D{n}", LAST, "address_divergence")
    for n in range(6):
        event(con, f"P{n}", LAST - timedelta(days=9), "hidden_adult")
        event(con, f"P{n}", LAST, "hidden_adult", status="resolved" if n else "changed")
    for name, reason, babies in (("Dan", "known", 20), (None, "declined", 6), (None, "not_asked", 3), (None, None, 7)):
        booking = f"{name}{reason}"
        con.execute("INSERT INTO store.maternity_booking_record VALUES ('s', ?, ?, ?, NULL)", [booking, name, reason])
        for _ in range(babies):
            con.execute(
                "INSERT INTO store.maternity_birth_record VALUES ('s', ?, ?, NULL)",
                [booking, LAST - timedelta(days=90)],
            )
    con.execute(
        "INSERT INTO store.maternity_birth_record VALUES ('s', 'Danknown', ?, NULL)", [LAST - timedelta(days=400)]
    )
    return con


def event(con, reference, night, kind, status="new", days=0):
    on = (night - timedelta(days=days)).isoformat()
    content = exception(
        reference, kind=kind, priority="C", evidence=[evidence("gp", "g", "patient", "says Ann Lee", on)], waiting=False
    )
    con.execute(
        "INSERT INTO store.exception_event VALUES (?, ?, 't', ?, FALSE, 'h', ?, '{}')",
        [night, reference, status, json.dumps(content)],
    )


def answer(con, *found):
    con.execute("CREATE TABLE store.answer (exception_id VARCHAR, code VARCHAR, known_from DATE, known_to DATE)")
    for reference, code in found:
        con.execute("INSERT INTO store.answer VALUES (?, ?, ?, NULL)", [reference, code, LAST])


def test_the_figures(store):
    made = digest.build(store, LAST, 5)
    assert made.new_by_kind == {"unregistered_co_residence": 0, "hidden_adult": None, "address_divergence": None}
    assert [week["hidden_adult"] for week in made.weeks.values()] == [0, 0, 0, 6, None]
    assert made.standing_by_priority == {"A": 0, "B": 0, "C": 15, "H": 0}
    assert made.suppliers == {"GP registration, s": 14}
    assert (made.days_median, made.days_ninth) == (4, 10)  # of 0 to 11 and two of 0
    assert made.paternal == {"known": 20, "declined": None, "unknown": 0, "not_asked": None, "no_reason": 5}
    assert made.paternal_share == {"known": 57, "declined": None, "unknown": 0, "not_asked": None, "no_reason": 14}


def test_two_weeks_side_by_side_tell_of_no_single_case(store):
    """Of what stands, one more or less is not seen: 7 infants without a reason and 8 and 6 are all shown as nearly the same."""
    assert suppress.rounded({"a": 6, "b": 7, "c": 8, "d": None}, 5) == {"a": 5, "b": 5, "c": 10, "d": None}
    assert all(count is None or count % 5 == 0 for count in digest.build(store, LAST, 5).standing_by_kind.values())


def test_with_no_least_count_all_is_told(store):
    """The same store, so that what was held back above is shown to have been there."""
    made = digest.build(store, LAST, 1)
    assert made.new_by_kind == {"unregistered_co_residence": 0, "hidden_adult": 12, "address_divergence": 2}
    assert made.paternal == {"known": 20, "declined": 6, "unknown": 0, "not_asked": 3, "no_reason": 7}


def test_precision_from_hubs_answers(store):
    codes = ["new_and_useful"] * 5 + ["already_known"] + ["benign"] * 5 + ["cannot_tell"]
    answer(store, *((f"H{n}", code) for n, code in enumerate(codes)), ("D0", "benign"))
    made = {p.kind: (p.answered, p.right) for p in digest.build(store, LAST, 5).precision}
    assert made["An adult whose part in a child's life the maternity record does not show"] == (11, 55)
    assert made["Records give two different homes"] == (None, None)


def test_nobody_is_named_and_the_same_store_gives_the_same_bytes(store):
    made = digest.build(store, LAST, 5)
    page, data = digest_page.html(made, synthetic=True), digest_page.data(made)
    assert (page, data) == (digest_page.html(made, synthetic=True), digest_page.data(digest.build(store, LAST, 5)))
    for secret in ("Ann", "Secret Lane", "H0", "D1", "Dan"):
        assert secret not in page + data
    assert "fewer than 5" in page
    assert "invented" in page
    assert "<script" not in page


def test_plots_are_whole_pictures_with_a_gap_where_a_count_is_held_back(store):
    made = digest.build(store, LAST, 5)
    for svg in (plots.weeks(made), plots.paternal(made)):
        ElementTree.fromstring(svg)
        assert "href" not in svg
    points = plots.weeks(made).count('aria-roledescription="point"')
    shown = [count for week in made.weeks.values() for count in week.values() if count is not None]
    assert points == len(shown) == 13
    assert day(LAST.isoformat()) in plots.weeks(made)
