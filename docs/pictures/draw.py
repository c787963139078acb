"""Draw the pictures of docs/pictures: the seed case's reports and those of a simulated region, as pages and in print.

python docs/pictures/draw.py   (needs Debian's chromium and poppler-utils; run by `make pictures`)
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from flows.replay import Plan, run_one
from linkage import settings
from linkage.report import digest_page
from sample_data import case_ys
from sample_data.simulator import simulate

HERE = Path(__file__).parent
DUDLEY = "E08000027"
FIRST, INCIDENT = date(2025, 8, 2), date(2026, 9, 1)
SEED_NIGHTS = (FIRST, date(2026, 1, 31), date(2026, 3, 31), date(2026, 8, 16), INCIDENT)
"""The nights on which something about the family arrives."""
REGION_NIGHTS = (date(2026, 1, 5), date(2026, 1, 6))
PRINT_DPI = "70"


def main() -> None:
    """Run the nights in a folder that is thrown away, and draw."""
    tools = {name: shutil.which(name) for name in ("chromium", "pdftoppm")}
    if missing := [name for name, path in tools.items() if path is None]:
        sys.exit(f"needs {' and '.join(missing)}: apt-get install chromium poppler-utils")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        seed, region = Path(folder) / "seed", Path(folder) / "region"
        case_ys.build(seed)
        simulate(2000, len(REGION_NIGHTS), 11, region)
        for work, nights in ((seed, SEED_NIGHTS), (region, REGION_NIGHTS)):
            plan = Plan(work / "landing", work / "store.duckdb", work / "out", settings.load(), prefect=False)
            for night in nights:
                run_one(plan, night)
        browser = playwright.chromium.launch(executable_path=tools["chromium"], args=["--no-sandbox"])
        _seed(browser, seed / "out")
        _region(browser, region)
        browser.close()


def _seed(browser: Browser, out: Path) -> None:
    for night, name in ((FIRST, "first-night"), (INCIDENT, "after-the-incident")):
        hub = out / night.isoformat() / "hubs" / DUDLEY
        page = _open(browser, hub / "report.html")
        _shoot(page, f"report-{name}.png", 3000)
        _print(hub / "report.pdf", f"print-{name}")
    for number, what in enumerate(("map", "timeline", "genogram")):
        page.locator(".exception").last.locator(".picture").nth(number).screenshot(path=HERE / f"{what}.png")


def _region(browser: Browser, region: Path) -> None:
    night = region / "out" / REGION_NIGHTS[-1].isoformat()
    _shoot(_open(browser, night / "hubs" / DUDLEY / "report.html"), "report-region.png", 1400)
    made = digest_page.run(region / "store.duckdb", region / "out", None, settings.load())
    _shoot(_open(browser, made[0]), "digest.png", 3000)
    lists = sorted(night.parent.glob("*/agencies/*/questions.html"), key=lambda f: (-f.stat().st_size, str(f)))
    _shoot(_open(browser, lists[0]), "agency-list.png", 700)


def _open(browser: Browser, file: Path) -> Page:
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    page.goto(file.as_uri())
    return page


def _shoot(page: Page, name: str, most: int) -> None:
    """The page from its head, `most` units deep at the most."""
    height = min(most, page.evaluate("document.documentElement.scrollHeight"))
    page.screenshot(path=HERE / name, full_page=True, clip={"x": 0, "y": 0, "width": 1000, "height": height})


def _print(pdf: Path, name: str) -> None:
    """Pages two to four of a report in print: the first exception."""
    for number in ("2", "3", "4"):
        # One file a page: the tool's own numbering has as many digits as the report has pages.
        target = HERE / f"{name}-{number}"
        subprocess.run(
            ["pdftoppm", "-r", PRINT_DPI, "-f", number, "-l", number, "-singlefile", "-png", pdf, target], check=True
        )


if __name__ == "__main__":
    main()
