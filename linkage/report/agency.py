"""Lists for source agencies: a practice or a maternity unit gets its own records and a question about each, nothing else.

They are made of standing exceptions of priority C, once a week: on the first night of a calendar week that is published.
Neither the exception's kind nor any other agency's record, name or address is in them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from linkage.detect.records import rows
from linkage.report import page, summary
from linkage.report.allow import AGENCY, View, cut
from linkage.report.sheet import cell
from linkage.standardise.names import shown
from linkage.store import holds

ADDRESS = (
    "Is the address in this record still right, and since when? Please ask at the next contact, as a routine check."
)
DISCHARGE = "Is the address that mother and baby went home to right in this record, and is it still where they live?"
CONTACTS = (
    "Who are the emergency contact and next of kin in this record to the mother, and was she asked about the father? "
    "Please ask her alone, at the next planned appointment."
)
_UNIT = {"gp": "practice_code", "maternity_booking": "NULL", "maternity_birth": "NULL"}
"""What within a supplier is asked, by contract: a practice; a maternity unit is its supplier."""
_ASKED = {"patient": ADDRESS, "mother": ADDRESS, "baby": DISCHARGE}
"""The question about an agency's own patient, by the mention under which the record was evidence."""


def due(con: duckdb.DuckDBPyConnection, night: date) -> bool:
    """Whether this is the first night of its calendar week: none of the nights published before it lies in that week."""
    if not holds(con, "published"):
        return True
    row = con.execute("SELECT max(night) FROM store.published WHERE night < $night", {"night": night}).fetchone()
    last = row[0] if row else None
    return last is None or last.isocalendar()[:2] != night.isocalendar()[:2]


def lists(con: duckdb.DuckDBPyConnection, exceptions: Sequence[Mapping[str, Any]]) -> dict[str, list[View]]:
    """The questions by agency (`gp__<supplier>__<practice>`, `maternity__<supplier>`), each record asked about once."""
    found: dict[str, dict[tuple[str, str], View]] = defaultdict(dict)
    open_ = [e for e in exceptions if e["priority"] == "C" and e["status"] != "resolved" and not e["waiting"]]
    known = {contract: _records(con, contract, open_) for contract in _UNIT}
    for exception in open_:
        for contract, supplier, record_id, question in _asked(exception):
            if row := known[contract].get((supplier, record_id)):
                view = {
                    "reference": exception["exception_id"],
                    "record_id": record_id,
                    "name": shown(row["name"] or "") or "not recorded",
                    "born": row["born"].isoformat() if row["born"] else "",
                    "question": question,
                }
                found[_agency(contract, supplier, row["unit"])].setdefault((record_id, question), cut(view, AGENCY))
    return {agency: [asked[key] for key in sorted(asked)] for agency, asked in sorted(found.items())}


def _records(
    con: duckdb.DuckDBPyConnection, contract: str, exceptions: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Name, birth date and unit of the records of one contract that are asked about, by supplier and record_id."""
    wanted = [{"supplier": s, "record_id": r} for e in exceptions for c, s, r, _ in _asked(e) if c == contract]
    con.register("asked", pl.DataFrame(wanted, schema={"supplier": pl.String, "record_id": pl.String}))
    found = rows(
        con,
        f"SELECT supplier, record_id, {_UNIT[contract]} AS unit, concat_ws(' ', given_names, family_name) AS name, "
        f"date_of_birth AS born FROM {contract} SEMI JOIN asked USING (supplier, record_id)",
    )
    con.unregister("asked")
    return {(row["supplier"], row["record_id"]): row for row in found}


def _asked(exception: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """(contract, supplier, record_id, question) of the agencies' own patients in one exception."""
    if exception["kind"] == "hidden_adult":
        # The adult's practice is not asked: the question alone would tell it that somebody looks at its patient.
        told = exception["pregnancy"]
        return [(told["contract"], told["supplier"], told["record_id"], CONTACTS)] if told else []
    return [
        (e["contract"], e["supplier"], e["record_id"], _ASKED[e["mention"]])
        for e in exception["evidence"]
        if e["contract"] in _UNIT and e["mention"] in _ASKED
    ]


def _agency(contract: str, supplier: str, unit: str | None) -> str:
    if contract != "gp":
        return f"maternity__{supplier}"
    # A code is part of a file name, so only what looks like one may be.
    code = unit if unit and re.fullmatch(r"[A-Za-z0-9]{3,8}", unit) else "practice_not_known"
    return f"gp__{supplier}__{code}"


def write(folder: Path, night: date, asked: Mapping[str, Sequence[View]], *, synthetic: bool) -> list[Path]:
    """Write `<folder>/agencies/<agency>/questions.csv` and `questions.html`; returns the files."""
    made = []
    for agency, views in asked.items():
        target = folder / "agencies" / agency
        target.mkdir(parents=True, exist_ok=True)
        for name, text in (("questions.csv", _csv(views)), ("questions.html", _html(agency, night, views, synthetic))):
            (target / name).write_text(text, encoding="utf-8", newline="")
            made.append(target / name)
    return made


def _csv(views: Sequence[View]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([f.name for f in AGENCY])
    writer.writerows([[cell(view[f.name]) for f in AGENCY] for view in views])
    return out.getvalue()


def _html(agency: str, night: date, views: Sequence[View], synthetic: bool) -> str:
    return (
        page.environment()
        .get_template("agency.html")
        .render(
            agency=agency.split("__", maxsplit=1)[1].replace("__", " ").replace("_", " "),
            night=night.isoformat(),
            views=views,
            marking=summary.MARKING,
            invented=summary.INVENTED if synthetic else "",
        )
    )
