"""What was stored before a mark was set goes too: history, ids, households, exceptions, frequencies, earlier outputs.

Reads `withheld_record`, `withheld_person`, `withheld_name`, `withheld_place`, `shielded`, `refused_record` of tonight. Everything here can
be run again: it takes out what stands under tonight's marks, not what is new since last night.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet

from linkage.mention_id import of_record
from linkage.outputs import seal
from linkage.protect import contacts
from linkage.protect.hashes import number_hash
from linkage.store import holds
from linkage.tables import PEOPLE_CONTRACTS

KEY = "(contract, supplier, record_id)"
OF_RECORD = of_record("q.mention_id", "w.contract", "w.supplier", "w.record_id")
OF_PERSON = "(p.contract, p.supplier, p.record_id) IN (SELECT (contract, supplier, record_id) FROM withheld_record)"
TERMS = ("given_called", "family_last", "phone")
"""Columns of store.term_frequency that hold what records say; each is a column of mention."""
HASHED = ("full_name", "given_pair")
"""Columns of it that hold keyed hashes alone, in person_input as well."""


def stored(con: duckdb.DuckDBPyConnection) -> None:
    """Purge the store of all but records and names. Those that must go are noted for `records`, since the night reads them to its end."""
    _note_records(con)
    contacts.note_withheld(con)
    _forget_texts(con)
    linked(con)
    _forget_terms(con)


def linked(con: duckdb.DuckDBPyConnection) -> None:
    """Take what is withheld out of what the job made of the records: events of ids, households, exceptions."""
    con.execute(
        "DELETE FROM store.person_event WHERE person_id IN (SELECT person_id FROM withheld_person) "
        "OR other_person_id IN (SELECT person_id FROM withheld_person)"
    )
    con.execute(
        f"DELETE FROM store.same_record WHERE {RECORD} "
        "OR (contract, supplier, was_record_id) IN (SELECT (contract, supplier, record_id) FROM withheld_record)"
    )
    if holds(con, "household_member"):
        homes = f"(SELECT household_id FROM store.household_member WHERE {PERSON} OR {PLACE})"
        con.execute(f"DELETE FROM store.household_event WHERE household_id IN {homes} OR other_household_id IN {homes}")
        con.execute(
            "DELETE FROM store.household_member WHERE person_id IN (SELECT person_id FROM withheld_person) "
            "OR uprn IN (SELECT uprn FROM withheld_place)"
        )
    if holds(con, "question"):
        _forget_pages(con)
    if holds(con, "exception_event"):
        exceptions(con)
    if holds(con, "dismissed_finding"):
        con.execute(
            "DELETE FROM store.dismissed_finding WHERE list_has_any(people, (SELECT list(person_id) FROM withheld_person))"
        )


def _forget_pages(con: duckdb.DuckDBPyConnection) -> None:
    """What the review pages show until the next night makes it anew."""
    withheld = f"(SELECT q.mention_id FROM store.question_mention AS q INNER JOIN withheld_record AS w ON {OF_RECORD})"
    con.execute(f"CREATE OR REPLACE TEMP TABLE withheld_mention AS {withheld[1:-1]}")
    gone = "(SELECT mention_id FROM withheld_mention)"
    con.execute(
        "DELETE FROM store.question WHERE list_has_any(flatten(groups), (SELECT list(mention_id) FROM withheld_mention))"
    )
    con.execute(f"DELETE FROM store.question_link WHERE mention_id_l IN {gone} OR mention_id_r IN {gone}")
    con.execute(f"DELETE FROM store.question_mention WHERE mention_id IN {gone}")


def records(con: duckdb.DuckDBPyConnection) -> None:
    """Purge the records of the store and their names. Rows with a mark of their own stay, stripped: the mark stands when a supplier is silent."""
    for name in PEOPLE_CONTRACTS:
        con.execute(
            f"DELETE FROM store.{name}_record AS r USING given_away AS g "
            f"WHERE g.contract = '{name}' AND r.supplier = g.supplier AND r.record_id = g.record_id"
        )
    con.execute("DROP TABLE given_away")
    _forget_names(con)
    contacts.forget(con)


def _note_records(con: duckdb.DuckDBPyConnection) -> None:
    """`given_away`: records that only their cluster or their address gives away come anew each night and are not kept at all."""
    con.execute(
        "CREATE OR REPLACE TABLE given_away AS SELECT contract, supplier, record_id FROM person SEMI JOIN restricted_person "
        f"USING (person_id) UNION SELECT contract, supplier, record_id FROM claim WHERE {PLACE} "
        "EXCEPT SELECT contract, supplier, record_id FROM restricted_row"
    )


def _forget_texts(con: duckdb.DuckDBPyConnection) -> None:
    """Address texts that withheld records bear, or that mean a withheld place, are read anew each night."""
    columns = ("line_1", "line_2", "line_3", "line_4", "line_5", "postcode", "uprn_given")
    alike = " AND ".join(f"a.{c} IS NOT DISTINCT FROM r.{c}" for c in columns)
    con.execute(
        f"DELETE FROM store.resolved_address AS r WHERE {PLACE} OR EXISTS (SELECT 1 FROM address AS a WHERE {alike} "
        f"AND (a.contract, a.supplier, a.record_id) IN (SELECT {KEY} FROM withheld_record))"
    )


def _forget_names(con: duckdb.DuckDBPyConnection) -> None:
    """Names that withheld records bear are read anew each night."""
    con.execute(
        "DELETE FROM store.name_part WHERE name_display IN (SELECT m.name_display FROM mention AS m WHERE "
        f"(m.contract, m.supplier, m.record_id) IN (SELECT {KEY} FROM withheld_record))"
    )


def _forget_terms(con: duckdb.DuckDBPyConnection) -> None:
    """A value that no open mention bears becomes its keyed hash; the frequencies learned, and so every score, stay."""
    # Those that are not open are few: they are found once, and the rest is taken to be open.
    con.execute(
        "CREATE OR REPLACE TABLE closed_mention AS SELECT i.mention_id, p.mention_id IS NULL AS unlinked "
        f"FROM mention AS i LEFT JOIN person AS p USING (mention_id) WHERE p.mention_id IS NULL OR {OF_PERSON}"
    )
    reached = (
        "SELECT m.phone FROM mention AS m INNER JOIN person AS p USING (mention_id) "
        "INNER JOIN withheld_person AS w USING (person_id) WHERE m.phone IS NOT NULL"
    )
    for column in TERMS:
        # Of a protected person the store keeps who, so names stay; a phone tells where.
        closed = "closed_mention" if column == "phone" else "(FROM closed_mention WHERE unlinked)"
        open_ = f"i.phone NOT IN ({reached})" if column == "phone" else "TRUE"
        con.execute(
            "CREATE OR REPLACE TABLE unborne AS SELECT t.value FROM store.term_frequency AS t ANTI JOIN ("
            f"SELECT i.{column} AS value FROM mention AS i ANTI JOIN {closed} AS c USING (mention_id) "
            f"WHERE i.{column} IS NOT NULL AND {open_}) AS b USING (value) "
            "WHERE t.column_name = $column AND length(t.value) <> 64",
            {"column": column},
        )
        unborne = "column_name = $column AND value IN (SELECT u.value FROM unborne AS u)"
        con.execute(
            f"DELETE FROM store.term_frequency WHERE {unborne} AND {number_hash('value')} IN "
            "(SELECT value FROM store.term_frequency WHERE column_name = $column)",
            {"column": column},
        )
        con.execute(
            f"UPDATE store.term_frequency SET value = {number_hash('value')} WHERE {unborne}", {"column": column}
        )
    for table in ("closed_mention", "unborne"):
        con.execute(f"DROP TABLE {table}")


class Withheld:
    """Tonight's marks as sets, to tell whether something written before may stand."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.records = set(con.execute(f"SELECT DISTINCT {KEY[1:-1]} FROM withheld_record").fetchall())
        self.places = {r[0] for r in con.execute("SELECT uprn FROM withheld_place").fetchall()}
        self.people = {r[0] for r in con.execute("SELECT person_id FROM withheld_person").fetchall()}
        self.years: dict[str, set[int | None]] = defaultdict(set)
        for name, born in con.execute("SELECT DISTINCT name, born FROM withheld_name").fetchall():
            self.years[name.casefold()].add(born.year if born else None)
        self.shielded = self.people | {r[0] for r in con.execute("SELECT person_id FROM shielded").fetchall()}

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a row of an output names a withheld record, person or place."""
        return (
            (row.get("contract"), row.get("supplier"), row.get("record_id")) in self.records
            or row.get("person_id") in self.people
            or row.get("uprn") in self.places
        )

    def is_called(self, name: str, born: str) -> bool:
        """Whether somebody withheld bears a name that a family shows; of a birth date the year, where both are known."""
        years = self.years.get(name.casefold(), set())
        return bool(years) and (not born[:4].isdecimal() or None in years or int(born[:4]) in years)

    def concerns(self, exception: dict[str, Any]) -> bool:
        """Whether an exception names somebody shielded, or rests on a withheld record or place."""
        return bool(
            self.shielded & {p["person_id"] for p in exception["people"]}
            or self.places & {a["uprn"] for a in exception["addresses"]}
            or any(self.holds(e) for e in [*exception["evidence"], exception["pregnancy"] or {}] if e)
        )


def exceptions(con: duckdb.DuckDBPyConnection) -> None:
    """Exceptions of the ledger about whoever has come under protection are taken out, not resolved."""
    withheld = Withheld(con)
    events = con.execute("SELECT DISTINCT exception_id, content FROM store.exception_event").fetchall()
    gone = sorted({i for i, content in events if withheld.concerns(json.loads(content))})
    if holds(con, "hub_page"):
        con.execute("DELETE FROM store.hub_page WHERE list_contains($gone, exception_id)", {"gone": gone})
    con.execute("DELETE FROM store.exception_event WHERE list_contains($gone, exception_id)", {"gone": gone})


def earlier_nights(con: duckdb.DuckDBPyConnection, out: Path, night: date, store: Path) -> None:
    """Take what is withheld out of the nights already written, and seal them anew. A hub's files go as a whole, and
    so do the lists for source agencies.
    """
    withheld = Withheld(con)
    folders = sorted(f.parent for f in out.glob("[0-9]*-*-*/run.json") if f.parent.name < night.isoformat())
    touched = {name: _touched(con, folders, name) for name in GONE}
    for folder in folders:
        changed = [
            _clean_exceptions(folder, withheld),
            _clean_families(folder, withheld),
            _clean_agencies(folder, withheld),
            *(_clean_table(con, folder, name) for name in GONE if folder / name in touched[name]),
        ]
        if any(changed):
            run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            event = {"what": "night_purged", "night": folder.name, "on": night.isoformat()}
            told = run | seal.seal(folder, store, event)
            _replace(folder / "run.json", (json.dumps(told, indent=2) + "\n").encode())


RECORD = f"{KEY} IN (SELECT {KEY} FROM withheld_record)"
PERSON = "person_id IN (SELECT person_id FROM withheld_person)"
PLACE = "uprn IN (SELECT uprn FROM withheld_place)"
HOUSEHOLD = f"(SELECT household_id FROM read_parquet($households) WHERE {PERSON} OR {PLACE})"
GONE = {
    "household_links.parquet": f"household_id_a IN {HOUSEHOLD} OR household_id_b IN {HOUSEHOLD}",
    "households.parquet": f"{PERSON} OR {PLACE}",
    "persons.parquet": f"{RECORD} OR {PERSON}",
    "residence.parquet": f"{RECORD} OR {PLACE}",
    "standing.parquet": f"{RECORD} OR {PLACE} OR superseded_by_uprn IN (SELECT uprn FROM withheld_place) "
    f"OR (contract, superseded_by_supplier, superseded_by_record_id) IN (SELECT {KEY} FROM withheld_record)",
    "quality/quarantine.parquet": RECORD,
    "quality/questions.parquet": f"{RECORD} OR {PERSON}",
}
"""Which rows of an earlier night's files go. Links come before the households that they are told from."""


def _touched(con: duckdb.DuckDBPyConnection, folders: list[Path], name: str) -> set[Path]:
    """The files of a name, of any night, from which a row may go: one query, since there are more nights every night.

    Links are asked after the households of all nights, of which those of another night may have gone: one too many is harmless.
    """
    files = [str(f / name) for f in folders if (f / name).exists()]
    if not files:
        return set()
    given = {"files": files} | _households_of(folders, GONE[name])
    query = (
        f"SELECT DISTINCT filename FROM read_parquet($files, filename = true, union_by_name = true) WHERE {GONE[name]}"
    )
    return {Path(filename) for (filename,) in con.execute(query, given).fetchall()}


def _households_of(folders: list[Path], gone: str) -> dict[str, list[str]]:
    """The parameter of HOUSEHOLD, where a condition has it."""
    return {"households": [str(f / "households.parquet") for f in folders]} if "$households" in gone else {}


def _clean_table(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> bool:
    file, gone = folder / name, GONE[name]
    given = {"file": str(file)} | _households_of([folder], gone)
    left = con.execute(f"SELECT * FROM read_parquet($file) WHERE NOT coalesce({gone}, FALSE)", given).to_arrow_table()
    if left.num_rows == pyarrow.parquet.read_metadata(file).num_rows:
        return False
    aside = file.with_name(f".{file.name}")
    pyarrow.parquet.write_table(left, aside, compression="zstd")
    aside.replace(file)
    return True


def _clean_agencies(folder: Path, withheld: Withheld) -> bool:
    """An agency's questions of that night go as a whole when one of them names a withheld record."""
    ids = {record_id for _, _, record_id in withheld.records}
    gone = False
    for table in folder.glob("agencies/*/*.csv"):
        with open(table, newline="", encoding="utf-8-sig") as handle:
            if any(ids.intersection(row) for row in csv.reader(handle)):
                shutil.rmtree(table.parent)
                gone = True
    return gone


def _clean_exceptions(folder: Path, withheld: Withheld) -> bool:
    file = folder / "exceptions.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    told = [(line, json.loads(line)) for line in lines]
    gone = [exception for _, exception in told if withheld.concerns(exception)]
    if not gone:
        return False
    _replace(file, "".join(line for line, exception in told if exception not in gone).encode())
    for gss in {gss for exception in gone for gss in exception["hubs"]}:
        shutil.rmtree(folder / "hubs" / gss, ignore_errors=True)
    shutil.rmtree(folder / "agencies", ignore_errors=True)
    return True


def _clean_families(folder: Path, withheld: Withheld) -> bool:
    """A hub's files of that night go as a whole when a family in them shows somebody withheld, beside whom they raise nothing.

    A family is told by names: a namesake born in the same year takes the files along, which loses nothing but a copy.
    """
    gone = False
    for file in folder.glob("hubs/*/exceptions.json"):
        told = json.loads(file.read_text(encoding="utf-8"))["exceptions"]
        members = [m for exception in told for m in exception.get("family", {}).get("members", ())]
        if any(withheld.is_called(m["name"], m["born"]) for m in members):
            shutil.rmtree(file.parent)
            gone = True
    return gone


def _replace(file: Path, data: bytes) -> None:
    aside = file.with_name(f".{file.name}")
    aside.write_bytes(data)
    aside.replace(file)
