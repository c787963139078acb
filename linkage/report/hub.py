"""What each hub gets of a night: report.html, report.pdf, exceptions.csv, .xlsx and .json, all from one set of views."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from linkage.report import page, pdf, schema, sheet, summary
from linkage.report.content import NightContent


def write(
    folder: Path,
    content: NightContent,
    hubs: Sequence[summary.Hub],
    meanwhile: Callable[[], None] = lambda: None,
    *,
    presses: int = 1,
) -> None:
    """Write `<folder>/hubs/<gss>/…` of every hub, and do `meanwhile`. The same content gives the same bytes.

    Pages and tables are Python's work, print is Typst's in a process of its own: the two go side by side. presses: how many
    hubs are printed at once; of a large region each of them takes hundreds of megabytes.
    """
    for hub in hubs:
        _target(folder, hub).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(presses) as printing:
        printed = [printing.submit(_print, folder, content, hub) for hub in hubs]
        _pages(folder, content, hubs)
        meanwhile()
        for one in printed:
            one.result()


def _target(folder: Path, hub: summary.Hub) -> Path:
    return folder / "hubs" / hub.gss


def _print(folder: Path, content: NightContent, hub: summary.Hub) -> None:
    (_target(folder, hub) / "report.pdf").write_bytes(pdf.pdf(content, hub))


def _pages(folder: Path, content: NightContent, hubs: Sequence[summary.Hub]) -> None:
    for hub in hubs:
        target = _target(folder, hub)
        (target / "report.html").write_bytes(page.html(content, hub).encode())
        (target / "exceptions.csv").write_bytes(sheet.table_csv(hub).encode())
        (target / "exceptions.xlsx").write_bytes(sheet.table_xlsx(hub))
        (target / "exceptions.json").write_bytes(data(hub).encode())


def data(hub: summary.Hub) -> str:
    """exceptions.json, to the schema that docs/reference publishes."""
    told = {
        "version": schema.VERSION,
        "night": hub.night,
        "hub": hub.gss,
        "hub_name": hub.name,
        "marking": summary.MARKING,
        "synthetic": hub.synthetic,
        "before_anything_else": summary.SAFE_CONTACT,
    }
    head = json.dumps(told, indent=1, ensure_ascii=False).removesuffix("\n}")
    # One exception a line: a person can find it, and it is written five times as fast as with an indent.
    lines = ",\n".join(hub.lines)
    return f'{head},\n "exceptions": [\n{lines}\n]}}\n'
