"""What one hub gets of a night: report.html, exceptions.csv, exceptions.xlsx and exceptions.json, from one set of views."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from linkage import vocabulary as words
from linkage.report import allow, household_map
from linkage.report.content import NightContent
from linkage.report.view import View, views

TEMPLATES = Path(__file__).with_name("templates")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets read as a formula."""


def write(folder: Path, gss: str, content: NightContent) -> list[Path]:
    """Write `<folder>/hubs/<gss>/…`; returns the files. The same content gives the same bytes."""
    target = folder / "hubs" / gss
    target.mkdir(parents=True, exist_ok=True)
    mine = views(content, gss)
    files = {
        "report.html": html(content, gss, mine).encode(),
        "exceptions.csv": table_csv(mine).encode(),
        "exceptions.json": (json.dumps(mine, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode(),
        "exceptions.xlsx": table_xlsx(mine, content),
    }
    for name, data in files.items():
        (target / name).write_bytes(data)
    return [target / name for name in files]


def html(content: NightContent, gss: str, mine: list[View]) -> str:
    """The report as one page that needs nothing else: no script, no request, everything escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    led = [v for v in mine if v["reader"] == "lead"]
    return environment.get_template("hub.html").render(
        content=content,
        hub=content.hubs[gss],
        led=[v for v in led if not v["waiting"] and v["status"] != "resolved"],
        waiting=[v for v in led if v["waiting"] and v["status"] != "resolved"],
        resolved=[v for v in led if v["status"] == "resolved"],
        notices=[v for v in mine if v["reader"] == "notified"],
        summary=summary(mine),
        status_words=words.STATUS_WORDS,
        stale=[s for s in content.suppliers if s.status != "accepted"],
        contract_words=words.CONTRACT_WORDS,
        household_map=household_map.svg,
    )


def day(written: str) -> str:
    """A date as people write it: 3 May 2026; what is no date stays as it is."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return written
    return f"{found.day} {found:%b %Y}"


def summary(mine: list[View]) -> list[tuple[str, int]]:
    """Counts for the head of the report: by status, then what waits and what is for information."""
    led = [v for v in mine if v["reader"] == "lead"]
    by_status = Counter(v["status"] for v in led)
    rows = [(text, by_status[status]) for status, text in words.STATUS_WORDS.items() if by_status[status]]
    rows.append(("Waiting (beyond this week's number, or held for a data officer)", sum(v["waiting"] for v in led)))
    rows.append(("Notices about this council's residents, led by another hub", len(mine) - len(led)))
    return rows


def _rows(mine: list[View]) -> list[list[str]]:
    return [[_cell(view.get(column, "")) for column in allow.CSV] for view in mine]


def _cell(value: Any) -> str:
    """One cell as text: lists joined, and nothing that a spreadsheet would run."""
    if isinstance(value, list):
        value = "; ".join(
            _cell(v.get("address") or f"{v['role']}: {v['name']}") if isinstance(v, dict) else str(v) for v in value
        )
    text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else str(value)
    text = str(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def table_csv(mine: list[View]) -> str:
    """exceptions.csv: one row an exception."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(allow.CSV)
    writer.writerows(_rows(mine))
    return out.getvalue()


def table_xlsx(mine: list[View], content: NightContent) -> bytes:
    """exceptions.xlsx: the same rows, filterable, with a frozen heading; no cell can run."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {"title": f"Exceptions {content.night}", "created": datetime.combine(content.night, datetime.min.time())}
    )
    sheet = book.add_worksheet("Exceptions")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_row(0, 0, [c.replace("_", " ") for c in allow.CSV], bold)
    for number, row in enumerate(_rows(mine), start=1):
        sheet.write_row(number, 0, row, wrapped)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(mine), 1), len(allow.CSV) - 1)
    sheet.set_column(0, len(allow.CSV) - 1, 22)
    book.close()
    return out.getvalue()
