"""One person's rights: what is held (UK GDPR Article 15), that it was wrong (16), and that it shall go (17).

A record is its supplier's: it is put right there, and the next night takes it up. What this job adds, links and tells of
the person, is found, told and erased here; hubs that received an exception get a notice (Article 19).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from linkage.mention_id import parts
from linkage.protect import identities, purge
from linkage.protect.gate import prepare_tombstones
from linkage.protect.hashes import number_hash
from linkage.review import forgetting
from linkage.store import holds
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS

NUMBER = "regexp_replace(nhs_number, '[^0-9]', '', 'g')"


@dataclass(frozen=True)
class Subject:
    """Whom a number means: the records that bear it, and the people they are linked to."""

    number: str
    records: tuple[tuple[str, str, str], ...]
    people: tuple[str, ...]


def find(con: duckdb.DuckDBPyConnection, number: str) -> Subject:
    """Look a number up in every version of every record; then every record of the same person."""
    bearing = " UNION ".join(
        f"SELECT '{name}' AS contract, supplier, record_id FROM store.{name}_record WHERE {NUMBER} = $number"
        for name in PEOPLE_CONTRACTS
        if "nhs_number" in CONTRACTS[name].names
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE bearing AS {bearing}", {"number": number})
    people = con.execute(
        "SELECT DISTINCT s.person_id FROM store.person_member AS s INNER JOIN bearing AS b ON s.mention_id = "
        "concat_ws('|', b.contract, b.supplier, b.record_id, CASE b.contract WHEN 'gp' THEN 'patient' "
        "WHEN 'maternity_booking' THEN 'mother' ELSE 'baby' END) ORDER BY 1"
    ).fetchall()
    ids = [p[0] for p in people]
    mentions = con.execute(
        "SELECT DISTINCT mention_id FROM store.person_member WHERE list_contains($ids, person_id)", {"ids": ids}
    ).fetchall()
    own = {key[:3] for key in (parts(m[0]) for m in mentions) if key[3] in OWN}
    records = own | set(con.execute("SELECT contract, supplier, record_id FROM bearing").fetchall())
    return Subject(number, tuple(sorted(records)), tuple(ids))


OWN = ("patient", "mother", "baby", "liable", "person")
"""Mentions of whom a record is about. In the others somebody else's record names the person."""


def held(con: duckdb.DuckDBPyConnection, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Everything held of the person, by table: one row a version of a record, a membership, an event, an exception."""
    found: dict[str, list[dict[str, Any]]] = {}
    for contract, supplier, record_id in subject.records:
        found.setdefault(contract, []).extend(
            _rows(con, f"SELECT * EXCLUDE (row_hash) FROM store.{contract}_record WHERE supplier = $s AND record_id = $r "
                       "ORDER BY known_from", {"s": supplier, "r": record_id})
        )  # fmt: skip
    ids = {"ids": list(subject.people)}
    for table, column in (
        ("person_member", "person_id"),
        ("person_event", "person_id"),
        ("household_member", "person_id"),
    ):
        found[table] = _rows(con, f"SELECT * FROM store.{table} WHERE list_contains($ids, {column}) ORDER BY ALL", ids)
    found["exception_event"] = [
        row for row in _rows(con, "SELECT * EXCLUDE (detail) FROM store.exception_event ORDER BY night, exception_id", {})
        if any(person in row["content"] for person in subject.people)
    ]  # fmt: skip
    if holds(con, "dismissed_finding"):
        found["dismissed_finding"] = _rows(
            con, "SELECT * FROM store.dismissed_finding WHERE list_has_any(people, $ids) ORDER BY ALL", ids
        )
    return {table: rows for table, rows in found.items() if rows}


def told(con: duckdb.DuckDBPyConnection, subject: Subject) -> list[dict[str, Any]]:
    """Who was told of the person: one row a hub and exception, first_night to last_night, which is null while it stands."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for event in held(con, subject).get("exception_event", []):  # in order of night
        for gss in json.loads(event["content"])["hubs"]:
            key = (gss, event["exception_id"])
            row = rows.setdefault(key, {"hub": gss, "exception_id": key[1], "first_night": event["night"]})
            row["last_night"] = event["night"] if event["status"] == "resolved" else None
    return [rows[key] for key in sorted(rows)]


def mentions(con: duckdb.DuckDBPyConnection, subject: Subject) -> list[str]:
    """The mentions held to be the person, on any night."""
    ids = {"ids": list(subject.people)}
    return [
        str(row["mention_id"])
        for row in _rows(
            con,
            "SELECT DISTINCT mention_id FROM store.person_member WHERE list_contains($ids, person_id) ORDER BY 1",
            ids,
        )
    ]


def erase(con: duckdb.DuckDBPyConnection, subject: Subject, on: date) -> int:
    """Delete every version of the person's records and all that was made of them; refuse the records from now on.

    Leaves the withheld tables of the purge, for the nights already written. Returns the rows deleted.
    """
    con.execute("CREATE OR REPLACE TABLE withheld_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")
    if subject.records:
        con.executemany("INSERT INTO withheld_record VALUES (?, ?, ?)", [list(r) for r in subject.records])
    ids = {"ids": list(subject.people)}
    con.execute("CREATE OR REPLACE TABLE withheld_person AS SELECT unnest($ids::VARCHAR[]) AS person_id", ids)
    con.execute("CREATE OR REPLACE TABLE withheld_place (uprn VARCHAR)")
    con.execute("CREATE OR REPLACE TABLE shielded AS SELECT person_id FROM withheld_person")
    prepare_tombstones(con)
    con.execute(
        f"INSERT INTO store.tombstone SELECT {number_hash('text')}, $on, NULL, kind FROM (SELECT $number AS text, 'number' AS kind "
        "UNION ALL SELECT concat_ws('|', contract, supplier, record_id), 'record' FROM withheld_record)",
        {"number": subject.number, "on": on},
    )
    identities.keep_names(con, "withheld_name", "withheld_record")
    gone = 0
    for name in PEOPLE_CONTRACTS:
        gone += len(
            con.execute(
                f"DELETE FROM store.{name}_record WHERE ('{name}', supplier, record_id) IN "
                "(SELECT (contract, supplier, record_id) FROM withheld_record) RETURNING 1"
            ).fetchall()
        )
    purge.linked(con)
    gone += forgetting.forget(con)
    gone += len(
        con.execute(
            "DELETE FROM store.person_member WHERE person_id IN (SELECT person_id FROM withheld_person) RETURNING 1"
        ).fetchall()
    )
    return gone


def recipients(con: duckdb.DuckDBPyConnection, subject: Subject) -> dict[str, list[str]]:
    """Exception ids by hub (GSS code) that received one about the person."""
    found: dict[str, set[str]] = {}
    for row in held(con, subject).get("exception_event", []):
        for gss in json.loads(row["content"])["hubs"]:
            found.setdefault(gss, set()).add(row["exception_id"])
    return {gss: sorted(ids) for gss, ids in sorted(found.items())}


def notices(out: Path, told: dict[str, list[str]], words: str, on: date) -> Iterator[Path]:
    """Write one notice a hub: which exceptions, and what to do with them. It names nobody."""
    for gss, ids in told.items():
        file = out / "notices" / gss / f"{on}-{ids[0]}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"Notice of {on} to hub {gss}", "", words, "", *(f"- {i}" for i in ids), ""]
        file.write_text("\n".join(lines), encoding="utf-8")
        yield file


def _rows(con: duckdb.DuckDBPyConnection, query: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    done = con.execute(query, given)
    names = [column[0] for column in done.description or ()]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]
