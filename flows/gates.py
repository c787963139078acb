"""What each gate's outcome means for the night: carry on, set rows aside, use the last good file, or stop.

| what happened | the night | exit status |
| --- | --- | --- |
| rows were set aside | goes on without them | 0 |
| a file was refused, late or missing | goes on; the last good one stands and is named | 1 |
| no usable file of any contract about people, now or before, or no folder | stops; the last published night stands | 2 |
| a protected list was refused and no earlier one of its supplier stands | stops: nothing may go out unprotected | 2 |
| a protected list holds numbers cut short by a spreadsheet | stops: whom they protect cannot be told | 2 |
| no protected list ever came | goes on and says so every night | 0 |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from linkage.night import Night
from linkage.settings import Settings
from linkage.tables import PEOPLE_CONTRACTS

DONE, DONE_WITHOUT_A_SUPPLIER, NOT_DONE = 0, 1, 2


@dataclass(frozen=True)
class Outcome:
    """What the gates mean for the night. `warnings` name supplier or contract, never a value, one line each."""

    stop_reason: str | None
    warnings: list[str]
    exit_code: int


def decide(con: duckdb.DuckDBPyConnection, night: Night) -> Outcome:
    """Read input_file and gate_warning, after the gate. Changes nothing."""
    absent = _absent(con)
    stop = _stop_reason(con, night)
    code = NOT_DONE if stop else DONE_WITHOUT_A_SUPPLIER if absent else DONE
    return Outcome(stop, [*absent, *_no_list(con), *_remarks(con)], code)


LEAST_HELD_BACK = 1_000
"""Rows and statements below which what protection holds back is no cause for a warning: a small region may hold a large refuge."""


def held_back(suppressed: int, mentions: int, settings: Settings) -> list[str]:
    """A warning where protection holds back so much that a protected record must bear a value which many share."""
    share = settings.number("gates.warn_held_back_above")
    if suppressed <= max(LEAST_HELD_BACK, share * mentions):
        return []
    return [
        f"protection holds back more than {share:.0%} of all mentions: a protected record may bear a default that many records "
        "share (a number, a nominal_ref, a phone); all of these are kept out; look at the protected lists and at what suppliers mark"
    ]


def _stop_reason(con: duckdb.DuckDBPyConnection, night: Night) -> str | None:
    folder = night.landing / night.date.isoformat()
    if not folder.is_dir():
        return f"there is no folder {folder}"
    usable = "contract IN $contracts AND status = 'accepted' AND rows_read > rows_quarantined"
    if not _exists(con, usable) and not _exists(con, "contract IN $contracts AND last_good_night IS NOT NULL"):
        return f"no usable file about people came in {folder}"
    return _list_refused(con) or _list_shortened(con)


def _list_refused(con: duckdb.DuckDBPyConnection) -> str | None:
    """Why nothing may go out where a protected list was refused, or what may be one, of which no earlier one stands."""
    found = con.execute(
        "SELECT path, array_to_string(reasons, '; ') FROM input_file "
        "WHERE contract = 'protected' AND status = 'refused' AND last_good_night IS NULL ORDER BY path LIMIT 1"
    ).fetchone()
    if not found:
        return None
    path, reasons = found
    return (
        f"a protected list was refused and no earlier one of its supplier stands, so nothing may go out: {path}: {reasons}; "
        "correct it or its name (protected__<supplier>.csv), or take it away if it is no protected list, and run the night again"
    )


def _list_shortened(con: duckdb.DuckDBPyConnection) -> str | None:
    """Why nothing may go out where a protected list bears numbers of which a spreadsheet kept the first digits alone: `1.00E+11`."""
    short = " OR ".join(
        f"regexp_full_match(trim({c}), '[0-9]([.][0-9]+)?[eE][+]?[0-9]+')"
        for c in ("uprn", "nhs_number", "nominal_ref")
    )
    found = con.execute(
        "SELECT f.path FROM landed_protected AS l INNER JOIN input_file AS f ON f.contract = 'protected' AND f.supplier = l.supplier "
        f"WHERE f.status = 'accepted' AND ({short}) ORDER BY f.path LIMIT 1"
    ).fetchone()
    if not found:
        return None
    return (
        f"a protected list holds numbers that a spreadsheet has cut short (in the way of 1E+11), and nobody can tell whom they protect, so nothing "
        f"may go out: {found[0]}; ask the hub for the list with its numbers written out, and run the night again"
    )


def _no_list(con: duckdb.DuckDBPyConnection) -> list[str]:
    """A warning where the store never took a protected list: a list that gets lost on its way shows in no other place."""
    known = con.execute(
        "SELECT 1 FROM store.delivery WHERE contract = 'protected' AND status = 'accepted' LIMIT 1"
    ).fetchone()
    if known:
        return []
    return [
        "protected: no list has ever come, so nobody is protected by one, only by the marks of GPs and other suppliers; ask the hubs "
        "for their lists and deliver them as protected__<supplier>.csv, with the heading alone where there is nobody to protect"
    ]


def _exists(con: duckdb.DuckDBPyConnection, condition: str) -> bool:
    given = {"contracts": list(PEOPLE_CONTRACTS)} if "$contracts" in condition else {}
    condition = condition.replace("contract IN $contracts", "list_contains($contracts, contract)")
    row = con.execute(f"SELECT count(*) FROM input_file WHERE {condition}", given).fetchone()
    return bool(row and row[0])


def _absent(con: duckdb.DuckDBPyConnection) -> list[str]:
    """One line a file that did not load, in words for stderr."""
    rows = con.execute(
        "SELECT contract, supplier, path, status, array_to_string(reasons, '; '), last_good_night FROM input_file "
        "WHERE status <> 'accepted' ORDER BY contract, supplier, path"
    ).fetchall()
    return [
        _line(f"{contract} of {supplier}" if contract and supplier else path or contract, *rest)
        for contract, supplier, path, *rest in rows
    ]


def _line(who: str, status: str, reasons: str, last_good: date | None) -> str:
    stands = f"the file of {last_good} stands" if last_good else "no earlier file stands"
    return f"{who}: {status}: {reasons}; {stands}"


def _remarks(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("SELECT contract, supplier, words FROM gate_warning ORDER BY ALL").fetchall()
    return [f"{contract} of {supplier}: {words}" for contract, supplier, words in rows]
