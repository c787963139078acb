"""The report in a real browser: no fault that axe-core finds, and not one request."""

from __future__ import annotations

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from linkage.report import hub
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
        hub.write(tmp_path, gss, content)
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
