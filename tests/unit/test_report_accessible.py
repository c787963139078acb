"""The report in a real browser: no fault that axe-core finds, and not one request."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from linkage import vocabulary
from linkage.report import agency, digest, digest_page, hub, summary
from tests.unit.conftest import LEAD, OTHER

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium (apt-get install chromium)")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, content, tmp_path):
    """Open the report of a hub; gives the page and the addresses it asked for."""

    def open_(gss, width=1000):
        hub.write(tmp_path, content, [summary.hub(content, gss)])
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "hubs" / gss / "report.html").as_uri())
        return page, asked

    return open_


@pytest.mark.parametrize("gss", [LEAD, OTHER])
def test_axe_finds_nothing(opened, gss):
    page, _ = opened(gss)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_opens_offline(opened):
    page, asked = opened(LEAD)
    assert len(asked) == 1
    assert asked[0] == page.url


def test_pictures_stay_inside_and_their_text_inside_them(opened):
    page, _ = opened(LEAD)
    outside = page.evaluate(
        "() => [...document.querySelectorAll('svg text')].filter(t => { const a = t.getBoundingClientRect(), "
        "b = t.closest('svg').getBoundingClientRect(); return a.left < b.left - 1 || a.right > b.right + 1 || "
        "a.bottom > b.bottom + 1 }).map(t => t.textContent)"
    )
    assert outside == []


def test_each_exception_prints_on_a_page_of_its_own(opened):
    page, _ = opened(LEAD)
    page.emulate_media(media="print")
    breaks = page.evaluate(
        "() => [...document.querySelectorAll('.exception')].map(e => getComputedStyle(e).breakBefore)"
    )
    assert breaks == ["page"]


def test_axe_finds_nothing_on_a_list_for_an_agency(browser, tmp_path):
    view = {"reference": "X1", "record_id": "g1", "name": "Ann Lee", "born": "1990-01-02", "question": agency.ADDRESS}
    made = agency.write(tmp_path, date(2026, 1, 5), {"gp__s__M87001": [view]}, synthetic=True)
    page = browser.new_page()
    page.goto(next(f for f in made if f.suffix == ".html").as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_finds_nothing_on_the_digest(browser, tmp_path):
    kinds: digest.Shown = dict.fromkeys(vocabulary.Kind, 7)
    fathers: digest.Shown = dict.fromkeys(digest.PATERNAL_WORDS, 20)
    made = digest.Digest(
        date(2026, 1, 1), date(2026, 1, 7), 5, kinds, kinds, dict.fromkeys(vocabulary.Priority, 7), None,
        {"2026-01-07": kinds}, dict.fromkeys(digest.ANSWER_WORDS, 9), (), {"GP, s": 7}, 1, None, fathers, fathers,
    )  # fmt: skip
    (tmp_path / "digest.html").write_text(digest_page.html(made, synthetic=True), encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "digest.html").as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
