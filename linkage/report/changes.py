"""What changed in one exception since it was last told, in sentences. Reads the ledger's events before tonight."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import duckdb

from linkage import succession
from linkage import vocabulary as words
from linkage.ledger import ledger
from linkage.report.dates import day

KEY = ("contract", "supplier", "record_id", "mention", "says")
NO_KEYS: Mapping[tuple[str, str, str], str] = {}


def before(con: duckdb.DuckDBPyConnection, night: date) -> dict[str, dict[str, Any]]:
    """The object of each exception as the ledger last told it before the night, by exception_id. Of records the first keys."""
    found = con.execute(
        "SELECT exception_id, max(night), arg_max(content, night) FROM store.exception_event WHERE night < $night "
        "GROUP BY exception_id ORDER BY max(night), exception_id",
        {"night": night},
    ).fetchall()
    told, keys, steps = {}, dict[tuple[str, str, str], str](), succession.key_changes(con)
    for exception_id, when, content in found:
        # A key means what it meant on the night on which it was told.
        while steps and steps[0][0] <= when:
            keys |= steps.pop(0)[1]
        told[exception_id] = ledger.under_first_keys(json.loads(content), keys)
    return told


def told(
    was: Mapping[str, Any] | None,
    now: Mapping[str, Any],
    name: Callable[[Mapping[str, Any]], str],
    why: str = "",
    keys: Mapping[tuple[str, str, str], str] = NO_KEYS,
) -> list[str]:
    """Sentences for tonight's page. `was` is None for what is raised for the first time; `name` says whom a record is about;
    `why` is the reason for other person ids, when people were merged or split; `keys` are the first keys of records that were
    renumbered (`succession.first_keys`), under which `was` stands already.
    """
    if was is None:
        return ["Raised for the first time tonight."]
    if now["status"] == "resolved":
        return [f"Resolved tonight. {now.get('resolved_because', '')}".strip()]
    lines = ["Raised again tonight after it had been resolved."] if now["status"] == "reopened" else []
    # New ids of the same people make nobody more.
    people = [why] if why else _people(was, now)
    lines += _heading(was, now) + people + _records(was, now, name, keys)
    return lines or [f"Nothing since {day(now['last_changed'])}."]


def _heading(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    lines = []
    if was["kind"] != now["kind"]:
        lines.append(f"Was: {words.KIND_WORDS[was['kind']]}.")
    if was["priority"] != now["priority"]:
        lines.append(f"Priority was {was['priority']} and is {now['priority']}.")
    if was["waiting"] and not now["waiting"]:
        lines.append("It was waiting and is now let through.")
    return lines


def _people(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    had = {p["person_id"] for p in was["people"]}
    more = [words.ROLE_WORDS[p["role"]].lower() for p in now["people"] if p["person_id"] not in had]
    places = {a["uprn"] for a in now["addresses"]} - {a["uprn"] for a in was["addresses"]}
    lines = [f"Now also about: {', '.join(more)}."] if more else []
    if was["pregnancy"] and any(p["role"] == "child" for p in now["people"]) and not _children(was):
        lines.insert(0, "The pregnancy has become a birth.")
    return [*lines, "An address was added."] if places else lines


def _children(exception: Mapping[str, Any]) -> bool:
    return any(p["role"] == "child" for p in exception["people"])


def _records(
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    name: Callable[[Mapping[str, Any]], str],
    keys: Mapping[tuple[str, str, str], str],
) -> list[str]:
    old = {tuple(e[k] for k in KEY): e for e in was["evidence"]}
    new = {tuple((e | {"record_id": succession.first_key(e, keys)})[k] for k in KEY): e for e in now["evidence"]}
    added = [f"New about {name(e) or 'a person'}: {_said(e)}" for key, e in new.items() if key not in old]
    # Of a record that is gone only its kind and date: what it said may have come under protection since.
    gone = [f"No longer there: {_gone(e)}" for key, e in old.items() if key not in new]
    return added + gone


def _gone(evidence: Mapping[str, Any]) -> str:
    return _dated(f"{words.CONTRACT_WORDS[evidence['contract']]} record", evidence["date"])


def _said(evidence: Mapping[str, Any]) -> str:
    return _dated(evidence["says"].removesuffix("."), evidence["date"])


def _dated(text: str, written: str | None) -> str:
    return f"{text} ({day(written)})." if written else f"{text}."
