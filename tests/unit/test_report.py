"""What hubs get: nothing beyond the allow-list, nothing that runs, the same bytes, plain words."""

from __future__ import annotations

import copy
import csv
import dataclasses
import html.parser
import io
import itertools
import json
import zipfile
from datetime import date
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pdfua
import pypdf
import pytest

from linkage.report import allow, hub, page, pdf, schema, summary
from linkage.report.content import SupplierState
from linkage.report.view import likelihood, views
from tests.unit.conftest import LEAD, OTHER

NAMES = ["exceptions.csv", "exceptions.json", "exceptions.xlsx", "report.html", "report.pdf"]


def text_of(file):
    """All that a reader can see in a file, whatever its format."""
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        return "\n".join(str(c) for sheet in book for row in sheet.values for c in row if c is not None)
    if file.suffix == ".pdf":
        return "\n".join(p.extract_text() for p in pypdf.PdfReader(file).pages)
    return file.read_text(encoding="utf-8")


@pytest.fixture
def lead(content, tmp_path):
    hub.write(tmp_path, content, [summary.hub(content, LEAD)])
    return tmp_path / "hubs" / LEAD


def test_the_files_are_those_of_the_contract(lead):
    assert sorted(f.name for f in lead.iterdir()) == NAMES


def every_path(fields, where=()):
    for field in fields:
        yield (*where, field)
        yield from every_path(field.inside, (*where, field))


@pytest.mark.parametrize("path", list(every_path(allow.LEAD)), ids=lambda p: ".".join(f.name for f in p))
def test_no_view_holds_a_field_beyond_its_list_at_any_depth(content, path):
    """Beside each field of the lead hub's list, one more: it must not get out; and the field taken away is missed."""
    view = views(content, LEAD)[0]
    *outer, last = [f.name for f in path]
    level = [copy.deepcopy(view)]
    whole = level[0]
    for name in outer:
        level = [item for one in level for item in (one[name] if isinstance(one[name], list) else [one[name]])]
    assert level, "the example holds none of these: the test would show nothing"
    level[0]["nhs_number"] = "9434765919"
    with pytest.raises(allow.NotAllowed, match="nhs_number") as refused:
        allow.cut(whole, allow.LEAD)
    assert "9434765919" not in str(refused.value)
    del level[0]["nhs_number"], level[0][last]
    with pytest.raises(allow.NotAllowed, match=last):
        allow.cut(whole, allow.LEAD)


def test_json_keeps_to_the_published_schema(content, tmp_path):
    checker = jsonschema.Draft202012Validator(schema.exceptions_schema())
    checker.check_schema(schema.exceptions_schema())
    for gss in (LEAD, OTHER):
        hub.write(tmp_path, content, [summary.hub(content, gss)])
        told = json.loads((tmp_path / "hubs" / gss / "exceptions.json").read_text())
        checker.validate(told)
        told["exceptions"][0]["nhs_number"] = "9434765919"
        assert not checker.is_valid(told)


@pytest.mark.parametrize("name", NAMES)
def test_a_notified_hub_sees_its_own_resident_and_no_address_mother_or_child(content, tmp_path, name):
    hub.write(tmp_path, content, [summary.hub(content, OTHER)])
    told = text_of(tmp_path / "hubs" / OTHER / name)
    assert "ring Dudley" in told
    assert "calc" in told, "its own resident"
    for secret in ("Secret", "Ann", "Bo ", "Cy ", "Dee", "Two homes", "midwife"):
        assert secret not in told


@pytest.mark.parametrize("name", NAMES)
def test_what_is_resolved_is_not_told_again(content, tmp_path, name):
    resolved = dataclasses.replace(content, exceptions=[content.exceptions[2]])
    hub.write(tmp_path, resolved, [summary.hub(resolved, LEAD)])
    told = text_of(tmp_path / "hubs" / LEAD / name)
    assert "X3" in told
    assert "Secret" not in told


@pytest.mark.parametrize("gss", [LEAD, OTHER])
@pytest.mark.parametrize("name", NAMES)
def test_of_a_held_exception_a_hub_learns_only_that_there_is_one(content, tmp_path, name, gss):
    """It may be about the wrong person."""
    held = dataclasses.replace(content, exceptions=[content.exceptions[1]])
    hub.write(tmp_path, held, [summary.hub(held, gss)])
    told = text_of(tmp_path / "hubs" / gss / name)
    assert "X2" in told
    for secret in ("Secret", "Ann", "Bo ", "Cy ", "calc", "Waits."):
        assert secret not in told


@pytest.mark.parametrize("name", ["exceptions.json", "report.html", "report.pdf"])
def test_formats_hold_the_same_facts(lead, name):
    told = " ".join(text_of(lead / name).split())
    for fact in (
        "1 Secret Lane",
        "11 Secret Lane",
        "Ann Lee",
        "Dee Lee",
        "looked",
        "Two homes.",
        "Rare.",
        "Paternal line: not asked.",
        "brought nothing usable tonight",
        "GP registration, 2 Apr 2019",
        "no record here says who",
    ):
        assert fact in told, fact


def test_a_child_who_is_the_person_at_the_address_is_listed_once(content):
    told = copy.deepcopy(content.exceptions[0])
    child = next(p for p in told["people"] if p["role"] == "child")
    told["people"] = [{**child, "role": "co_resident"}, *told["people"]]
    before = views(dataclasses.replace(content, exceptions=[content.exceptions[0]]), LEAD)[0]
    after = views(dataclasses.replace(content, exceptions=[told]), LEAD)[0]
    in_order = sorted(after["people"], key=lambda p: p["name"])
    assert in_order == sorted(before["people"], key=lambda p: p["name"])
    # Who lives where is told of the same people.
    lives = [{(v["people"][t["person"]]["name"], t["address"]) for t in v["ties"]} for v in (before, after)]
    assert lives[0] == lives[1]


def test_an_address_is_given_by_the_records_that_give_it_and_no_other(content):
    first, second = views(content, LEAD)[0]["addresses"]
    assert [r["date"] for r in first["records"]] == ["2019-04-02", "2026-01-04"]
    assert [r["source"] for r in second["records"]] == ["Council tax"]


def test_nothing_runs(lead):
    told = (lead / "report.html").read_text()
    assert "<script" not in told
    assert "&lt;script&gt;" in told
    for row in csv.reader(io.StringIO((lead / "exceptions.csv").read_text())):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_workbook_is_text_filterable_and_dated_by_the_night(lead):
    file = lead / "exceptions.xlsx"
    sheet = openpyxl.load_workbook(file)["Exceptions"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:P4"
    assert {c.data_type for row in sheet for c in row if c.value is not None} == {"s"}
    parts = zipfile.ZipFile(file)
    assert not [n for n in parts.namelist() if "externalLink" in n or "vba" in n]
    assert b"<f>" not in b"".join(parts.read(n) for n in parts.namelist())
    assert b"2026-01-05T00:00:00Z" in parts.read("docProps/core.xml")


def test_the_pdf_is_tagged_titled_and_dated_by_no_clock(lead):
    told = pypdf.PdfReader(lead / "report.pdf")
    root = told.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert told.metadata.title == "Dudley hub: exceptions of the night of 5 Jan 2026"
    assert "/CreationDate" not in told.metadata
    assert b"pdfuaid" in root["/Metadata"].get_data()
    nodes = list(structure(root["/StructTreeRoot"]))
    tags = [str(node.get("/S")) for node in nodes]
    headings = [int(tag[2]) for tag in tags if tag in ("/H1", "/H2", "/H3")]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings)), "no level is left out"
    pictures = [node for node in nodes if node.get("/S") == "/Figure"]
    assert len(pictures) == 3
    assert all(node.get("/Alt") for node in pictures)
    heads = [node for node in nodes if node.get("/S") == "/TH"]
    assert len(heads) > 20
    assert all(scope(node) == "/Column" for node in heads)
    assert {"/Table", "/TR", "/TD", "/L", "/LI"} <= set(tags)


@pytest.mark.filterwarnings("ignore")
def test_a_checker_of_pdf_ua_finds_nothing(lead):
    """The part of PDF/UA-1 that this checker can judge; veraPDF judges all of it and needs a JVM."""
    report = pdfua.validate(str(lead / "report.pdf"))
    assert list(report.findings) == []


def structure(node):
    """Every element of the tag tree, in reading order."""
    node = node.get_object()
    if not isinstance(node, pypdf.generic.DictionaryObject):
        return
    yield node
    children = node.get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        yield from structure(child)


def scope(node):
    kept = node["/A"].get_object()
    return next(a["/Scope"] for a in (kept if isinstance(kept, list) else [kept]) if "/Scope" in a.get_object())


def test_markup_in_a_value_is_text_in_print(lead):
    told = " ".join(text_of(lead / "report.pdf").split())
    assert "<script>alert(1)</script> #panic()" in told
    assert "Cy \N{REPLACEMENT CHARACTER} Lee" in told, "a letter without a shape does not stop the night"


def test_every_letter_held_to_be_printable_is(content):
    letters = "".join(chr(c) for low, high in pdf.PRINTED for c in range(low, high + 1))
    claims = dataclasses.replace(content, exceptions=[content.exceptions[0] | {"claim": letters}])
    assert pdf.pdf(claims, summary.hub(claims, LEAD)).startswith(b"%PDF")


def test_the_same_content_gives_the_same_bytes(content, tmp_path):
    def written(name):
        hubs = [summary.hub(content, gss) for gss in (LEAD, OTHER)]
        done = []
        hub.write(tmp_path / name, content, hubs, lambda: done.append(name))
        assert done == [name]
        return {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")}

    assert len(written("once")) == 2 * len(NAMES)
    assert written("once") == written("again")


def test_the_page_is_well_formed_and_says_what_it_must(lead):
    told = (lead / "report.html").read_text()
    checker = Checker()
    checker.feed(told)
    assert checker.open == []
    assert checker.seen["h1"] == 1
    assert checker.seen["section"] == 1, "one page for what is to be looked at; what waits is counted and listed"
    assert len(checker.ids) == len(set(checker.ids))
    assert "http" not in told.replace("http://www.w3.org/2000/svg", ""), "no request to anywhere"
    for words in (
        "safe-contact decision",
        "invented",
        "OFFICIAL-SENSITIVE",
        "What is not known",
        "did not come tonight",
    ):
        assert words in told
    assert told.index("safe-contact decision") < told.index("Tonight at a glance")


def test_real_mode_does_not_say_invented(content, tmp_path):
    real = dataclasses.replace(content, synthetic=False)
    hub.write(tmp_path, real, [summary.hub(real, LEAD)])
    for name in NAMES:
        assert "invented" not in text_of(tmp_path / "hubs" / LEAD / name)


def test_every_picture_is_well_formed_and_told_as_a_table_too(content):
    view = views(content, LEAD)[0]
    drawn = summary.pictures(view)
    assert set(drawn) == {"map", "time", "family"}
    for svg in drawn.values():
        root = ElementTree.fromstring(svg)
        assert root.find("{*}title").text
        assert root.find("{*}desc").text
    told = page.html(content, summary.hub(content, LEAD))
    for fact in ("is registered at", "is put by other records at", "(disputed)", "part not known, beside", "has died"):
        assert f">{fact}" in told or f"{fact}<" in told, fact


@pytest.mark.parametrize(("score", "words"), [(0.999, "9 in 10"), (0.5, "5 in 10"), (0.01, "1 in 10")])
def test_likelihood(score, words):
    assert words in likelihood(score)


class Checker(html.parser.HTMLParser):
    """Every element that is opened is closed, in order."""

    VOID = ("meta", "br", "link", "hr", "img")

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.seen: dict[str, int] = {}
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("status", "last", "says"),
    [
        ("stale", date(2025, 12, 16), "GP registration (s): no file came tonight; the last good file came 20 days ago. What it said on "
         "16 Dec 2025 still stands; a change since then is not seen here."),
        ("refused", date(2026, 1, 4), "GP registration (s): tonight's file was refused; the last good file came 1 day ago. What it said on "
         "4 Jan 2026 still stands; a change since then is not seen here."),
        ("missing", None, "GP registration (s): missing. Nothing from it stands, so silence about it means nothing."),
    ],
)  # fmt: skip
def test_what_did_not_come_is_said_in_days(content, status, last, says):
    assert summary.stale(dataclasses.replace(content, suppliers=[SupplierState("gp", "s", status, last)])) == [says]


def test_nobody_told_an_agency_that_they_are_a_suspect(content):
    told = content.exceptions[0]
    told["evidence"][2] |= {"fields": ["occurrence_type", "role"], "basis": "self_reported"}
    (view, *_) = views(content, LEAD)
    assert {e["source"]: e["basis"] for e in view["evidence"]} == {
        "GP registration": "as the person told the agency",
        "Council tax": "as the person told the agency",
        "Police": "as police recorded it",
        "Maternity booking": "as the person told the agency",
    }
