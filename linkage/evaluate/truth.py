"""The tables of a truth folder as outputs.md names them, whatever types its writer gave the columns.

Another simulator may number people, write UPRNs as numbers and dates as moments or as text: here they are all read alike.
"""

from __future__ import annotations

from pathlib import Path

from linkage.spreadsheet import without_decimals

RECORD = ("contract", "supplier", "record_id", "mention")
INTERVAL = ("from", "to")
_CASE = ("situation_id", "true_person", "other_person", "uprn")
IDS = {
    "mentions": (*RECORD, "true_person"), "addresses": (*RECORD, "true_uprn"), "residence": ("true_person", "uprn"),
    "relations": ("true_person_a", "true_person_b"), "situations": _CASE, "benign": _CASE,
}  # fmt: skip
"""Columns by table that are compared as text."""
DATES = {
    "addresses": ("first_night", "last_night"), "residence": INTERVAL, "relations": INTERVAL,
    "situations": (*INTERVAL, "discoverable_on"), "benign": (*INTERVAL, "discoverable_on"),
}  # fmt: skip
"""Columns by table that are days."""


def table(folder: Path, name: str) -> str:
    """SQL for one table of a truth folder, its ids as text and its days as dates."""
    columns = [f'{_text(c)} AS "{c}"' for c in IDS[name]] + [f'{_day(c)} AS "{c}"' for c in DATES.get(name, ())]
    path = str(folder / f"{name}.parquet").replace("'", "''")
    return f"(SELECT * REPLACE ({', '.join(columns)}) FROM read_parquet('{path}'))"


def _text(column: str) -> str:
    """Whole numbers of which some are missing are floating ones in many a writer's hands; a record's own key is left as it is."""
    text = f'CAST("{column}" AS VARCHAR)'
    return text if column in RECORD else without_decimals(text)


def _day(column: str) -> str:
    return f"CAST(nullif(left(CAST(\"{column}\" AS VARCHAR), 10), '') AS DATE)"
