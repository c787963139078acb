"""exceptions.csv and exceptions.xlsx: one row an exception, text only, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

import xlsxwriter

from linkage.report import allow
from linkage.report.allow import View
from linkage.report.summary import INVENTED, MARKING, SAFE_CONTACT, WHAT_IT_IS, Hub

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets read as a formula."""
MOST = 32_767
"""Characters that one cell of a workbook holds."""
WIDTHS = {"claim": 60, "checks": 60, "people": 40, "addresses": 40, "likelihood": 24, "kind": 26, "reference": 16}


def table_csv(hub: Hub) -> str:
    """exceptions.csv: one row an exception."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(allow.TABLE)
    writer.writerows(_rows(hub.views))
    return out.getvalue()


def table_xlsx(hub: Hub) -> bytes:
    """exceptions.xlsx: the same rows, filterable, with a frozen heading; dated by the night, so that it can be made again."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, options)
    night = datetime.combine(date.fromisoformat(hub.night), datetime.min.time())
    book.set_properties({"title": f"Exceptions of {hub.name}, night {hub.night}", "created": night})
    _exceptions(book, hub)
    _about(book, hub)
    book.close()
    return out.getvalue()


def _exceptions(book: Any, hub: Hub) -> None:
    sheet = book.add_worksheet("Exceptions")
    head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for column, name in enumerate(allow.TABLE):
        sheet.set_column(column, column, WIDTHS.get(name, 14))
        sheet.write_string(0, column, name.replace("_", " "), head)
    for number, row in enumerate(_rows(hub.views), start=1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value[:MOST], cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(hub.views), 1), len(allow.TABLE) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{MARKING}&R{hub.name.replace('&', '&&')} hub, night of {hub.night}")
    sheet.set_footer("&CPage &P of &N")


def _about(book: Any, hub: Hub) -> None:
    sheet = book.add_worksheet("Read this first")
    sheet.set_column(0, 0, 100)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for number, line in enumerate([MARKING, SAFE_CONTACT, *([INVENTED] if hub.synthetic else []), WHAT_IT_IS]):
        sheet.write_string(number, 0, line, wrapped)


def _rows(views: list[View]) -> list[list[str]]:
    return [[cell(view.get(column, "")) for column in allow.TABLE] for view in views]


def cell(value: Any) -> str:
    """One cell as text: lists joined, and nothing that a spreadsheet would run."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "; ".join(_item(v) for v in value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _item(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return value["address"] if "address" in value else f"{value['role']}: {value['name']}"
