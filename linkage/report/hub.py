"""What one hub gets of a night: report.html, report.pdf, exceptions.csv, .xlsx and .json, all from one set of views."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from linkage.report import page, pdf, schema, sheet, summary
from linkage.report.content import NightContent


def write(folder: Path, gss: str, content: NightContent) -> list[Path]:
    """Write `<folder>/hubs/<gss>/…`; returns the files. The same content gives the same bytes."""
    target = folder / "hubs" / gss
    target.mkdir(parents=True, exist_ok=True)
    hub = summary.hub(content, gss)
    with ThreadPoolExecutor(1) as printing:
        # Typst, which leaves Python free, prints beside the rest.
        printed = printing.submit(pdf.pdf, content, hub)
        files = {
            "report.html": page.html(content, hub).encode(),
            "exceptions.csv": sheet.table_csv(hub).encode(),
            "exceptions.xlsx": sheet.table_xlsx(hub),
            "exceptions.json": data(hub).encode(),
            "report.pdf": printed.result(),
        }
    for name, made in files.items():
        (target / name).write_bytes(made)
    return [target / name for name in files]


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
    views = ",\n".join(json.dumps(view, ensure_ascii=False) for view in hub.views)
    return f'{head},\n "exceptions": [\n{views}\n]}}\n'
