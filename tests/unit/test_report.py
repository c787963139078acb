"""What hubs get: nothing beyond the allow-list, nothing that runs, the same bytes, plain words."""

from __future__ import annotations

import csv
import dataclasses
import html.parser
import io
import json
from datetime import date

import pytest

from linkage.report import allow, hub
from linkage.report.content import Detail, HubDisplay, NightContent, PersonDisplay, PropertyDisplay, SupplierState
from linkage.report.view import likelihood, views

LEAD, OTHER = "E08000027", "E08000028"
BANNED = (
    "secretive",
    "hard to reach",
    "non-engaging",
    "suspicious",
    "fraud",
    "illegal",
    "westernised",
    "dysfunctional",
    "chaotic",
)
EXCEPTION = {
    "exception_id": "X1", "kind": "hidden_adult", "status": "new", "first_raised": "2026-01-05", "last_changed": "2026-01-05",
    "priority": "B", "score": 0.82, "hubs": [LEAD, OTHER], "pregnancy": None, "claim": "An adult <script>alert(1)</script>.",
    "people": [{"person_id": "P1", "role": "adult"}, {"person_id": "P2", "role": "mother"}],
    "addresses": [{"uprn": "1", "role": "registered"}],
    "evidence": [{"contract": "gp", "supplier": "s", "record_id": "r", "mention": "patient", "fields": ["address"],
                  "date": "2025-01-01", "basis": "self_reported", "says": "The GP registration gives as home 1 Secret Lane."}],
    "benign_considered": [{"explanation": "recent_move", "found": False, "why": "looked"}],
    "supporting": [], "checks": ["Ask."], "waiting": False,
}  # fmt: skip


@pytest.fixture
def content():
    return NightContent(
        night=date(2026, 1, 5),
        synthetic=True,
        exceptions=[EXCEPTION],
        details={"X1": Detail(not_known=["Paternal line: not asked."], priority_reasons=["Because."])},
        people={
            "P1": PersonDisplay("=cmd|'/c calc'!A1", date(1990, 1, 1), "male", OTHER),
            "P2": PersonDisplay("Ann Lee", date(1992, 2, 2), "female", LEAD),
        },
        properties={"1": PropertyDisplay("1 Secret Lane", LEAD)},
        ties={("P2", "1"): True},
        about={"gp|s|r|patient": "P2"},
        suppliers=[SupplierState("gp", "s", "stale", date(2026, 1, 4))],
        hubs={LEAD: HubDisplay("Dudley", "ring Dudley"), OTHER: HubDisplay("Sandwell", "ring Sandwell")},
        software_version="0",
        model_version="0",
    )


def everything(folder):
    return "\n".join(
        f.read_bytes().decode("utf-8", "replace")
        for f in sorted(folder.rglob("*.*"))
        if f.is_file() and f.suffix != ".xlsx"
    )


def test_a_view_holds_the_fields_of_its_reader_and_no_other(content):
    assert set(views(content, LEAD)[0]) <= set(allow.LEAD)
    assert set(views(content, OTHER)[0]) <= set(allow.NOTIFIED)


def test_a_notified_hub_sees_its_own_resident_and_no_address_or_mother(content, tmp_path):
    hub.write(tmp_path, OTHER, content)
    told = everything(tmp_path)
    assert "ring Dudley" in told
    assert "Secret Lane" not in told
    assert "Ann Lee" not in told


def test_nothing_runs(content, tmp_path):
    hub.write(tmp_path, LEAD, content)
    page = (tmp_path / "hubs" / LEAD / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    for row in csv.reader(io.StringIO((tmp_path / "hubs" / LEAD / "exceptions.csv").read_text())):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_same_content_gives_the_same_bytes(content, tmp_path):
    first = {p.name: p.read_bytes() for p in hub.write(tmp_path / "a", LEAD, content)}
    again = {p.name: p.read_bytes() for p in hub.write(tmp_path / "b", LEAD, content)}
    assert first == again


def test_the_page_is_well_formed_and_says_what_it_must(content, tmp_path):
    hub.write(tmp_path, LEAD, content)
    page = (tmp_path / "hubs" / LEAD / "report.html").read_text()
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.seen["h1"] == 1
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "no request to anywhere"
    for words in (
        "safe-contact decision",
        "invented",
        "OFFICIAL-SENSITIVE",
        "What is not known",
        "did not come tonight",
    ):
        assert words in page
    assert page.index("safe-contact decision") < page.index("Tonight at a glance")


def test_real_mode_does_not_say_invented(content):
    page = hub.html(dataclasses.replace(content, synthetic=False), LEAD, views(content, LEAD))
    assert "invented" not in page


def test_plain_words(content, tmp_path):
    hub.write(tmp_path, LEAD, content)
    told = everything(tmp_path).lower()
    assert not [word for word in BANNED if word in told]


def test_json_is_sorted_and_complete(content, tmp_path):
    hub.write(tmp_path, LEAD, content)
    (view,) = json.loads((tmp_path / "hubs" / LEAD / "exceptions.json").read_text())
    assert list(view) == sorted(view)
    assert any("brought nothing usable tonight" in n for n in view["not_known"])


@pytest.mark.parametrize(("score", "words"), [(0.999, "9 in 10"), (0.5, "5 in 10"), (0.01, "1 in 10")])
def test_likelihood(score, words):
    assert words in likelihood(score)


class Checker(html.parser.HTMLParser):
    """Every element that is opened is closed, in order."""

    VOID = ("meta", "br", "link", "line", "rect", "hr", "img")

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}

    def handle_starttag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag
