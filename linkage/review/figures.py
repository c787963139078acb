"""Dashboards: nights, data quality, drift, error by group. Counts only; small ones are not shown, the rest are rounded."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from linkage.review.access import Visit, page
from linkage.review.accounts import Role

READERS = (Role.OFFICER, Role.SENIOR, Role.AUDITOR)
LEAST_ROWS = 50
"""Shares of fewer rows move by chance alone and are left out of the page of drift."""
MOVED = 0.02
"""A share that moved by two points or more since the night before is named."""


def nights_of(visit: Visit) -> list[dict[str, Any]]:
    """What each night told of itself, the last first."""
    read = visit.desk.published.kept(
        "nights",
        lambda: [
            json.loads(r["told"])
            for r in visit.desk.published.rows("SELECT told FROM store.night_told ORDER BY known_from DESC LIMIT 60")
        ],
    )
    return list(read)


@page(*READERS, Role.ADMINISTRATOR)
def nights(visit: Visit) -> Response:
    return visit.show("nights.html", nights=nights_of(visit))


@page(*READERS, Role.ADMINISTRATOR)
def night(visit: Visit) -> Response:
    told = next((n for n in nights_of(visit) if n["night"] == visit.path["night"]), None)
    if told is None:
        raise HTTPException(404, "There is no such night among the last sixty.")
    return visit.show("night.html", night=told)


@page(*READERS)
def figures(visit: Visit) -> Response:
    least = visit.desk.settings.integer("review.smallest_count")
    found = visit.desk.published.kept(
        "measures", lambda: visit.desk.published.rows("SELECT * FROM store.measure ORDER BY measure, slice, known_from")
    )
    return visit.show(
        "figures.html",
        least=least,
        drift=drift(found, LEAST_ROWS),
        errors=[shared(r, least) for r in latest(found, "error")],
        answers=[shared(r, least) for r in latest(found, "answers")],
        readers=_agreement(visit, least),
        nights=nights_of(visit)[:10],
    )


def latest(found: list[dict[str, Any]], subject: str) -> list[dict[str, Any]]:
    """The figures of the last night that has any of a subject."""
    mine = [r for r in found if r["subject"] == subject]
    last = max((r["known_from"] for r in mine), default=None)
    return [r for r in mine if r["known_from"] == last]


def shared(row: dict[str, Any], least: int) -> dict[str, str]:
    """One figure as it may be shown: nothing under the smallest count, the rest to the nearest five."""
    part, whole = row["part"], row["whole"]
    if whole < least:
        return {"slice": row["slice"], "whole": f"fewer than {least}", "part": "not shown", "share": "not shown"}
    if part < least or whole - part < least:
        # The share would give a small count away.
        return {"slice": row["slice"], "whole": f"{_round(whole)}", "part": "not shown", "share": "not shown"}
    return {
        "slice": row["slice"],
        "whole": f"{_round(whole)}",
        "part": f"{_round(part)}",
        "share": f"{100 * _round(part) / _round(whole):.0f}%",
    }


def _round(count: int) -> int:
    return max(5, 5 * round(count / 5))


def drift(found: list[dict[str, Any]], least: int) -> list[dict[str, str]]:
    """Each share tonight and the night before, and whether it moved."""
    by_slice: dict[tuple[str, str], dict[date, float]] = {}
    for row in found:
        if row["subject"] == "drift" and row["whole"] >= least:
            by_slice.setdefault((row["measure"], row["slice"]), {})[row["known_from"]] = row["part"] / row["whole"]
    told = []
    for (measure, slice_), shares in sorted(by_slice.items()):
        *_, before, last = [None, *(shares[n] for n in sorted(shares))]
        moved = last - before if before is not None and last is not None else 0.0
        word = "first night" if before is None else "steady" if abs(moved) < MOVED else "up" if moved > 0 else "down"
        told.append({
            "measure": measure, "slice": slice_, "tonight": f"{100 * (last or 0):.1f}%",
            "before": "" if before is None else f"{100 * before:.1f}%", "word": word,
        })  # fmt: skip
    return told


def _agreement(visit: Visit, least: int) -> dict[str, str]:
    """Of the questions that two officers read, on how many they agreed."""
    by_question: dict[tuple[str, str], list[Any]] = {}
    for verdict in visit.desk.inbox.verdicts():
        by_question.setdefault((verdict.question_id, verdict.evidence_hash), []).append(verdict)
    doubles = [g for g in by_question.values() if len({v.officer for v in g}) > 1]
    agreed = sum(g[0].agrees_with(next(v for v in g if v.officer != g[0].officer)) for g in doubles)
    return shared({"slice": "Read twice", "part": agreed, "whole": len(doubles)}, least)


ROUTES = [Route("/nights", nights), Route("/nights/{night}", night), Route("/figures", figures)]
