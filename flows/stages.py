"""Each stage of the night as one small function of the job: which package does it, on which tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from expectations import contracts
from expectations import linkage as linked
from flows import gates as gate_outcome
from flows.nightly import Counts, Job
from flows.workroom import NightImpossible
from linkage import audit as audit_log
from linkage import beside, memory, succession, version
from linkage import history as remembered
from linkage.detect import exceptions
from linkage.households import households as households_of
from linkage.households import links
from linkage.ledger import ledger as ledger_of
from linkage.ledger import reasons
from linkage.outputs import parquet, seal
from linkage.people import drift, model, persons, spark
from linkage.people import score as scoring
from linkage.places import match
from linkage.places import property as properties
from linkage.places.index import read_names
from linkage.protect import apart, clusters, foreseen, gate, purge
from linkage.report import agency, nightly_content, quality, summary
from linkage.report import hub as hub_report
from linkage.report.content import NightContent
from linkage.review import hub_pages, measures
from linkage.review import questions as review_questions
from linkage.sources import decisions, read, suppliers
from linkage.standardise import crowd, mention


def sources(job: Job) -> Counts:
    job.handed["started_at"] = datetime.now(UTC)
    foreseen.note(job.work.con, job.work.night)
    remembered.prepare(job.work.con, job.work.night)
    remembered.retire(job.work.con, job.work.night, suppliers.retired(job.work.night.settings, job.work.night.date))
    read.land(job.work.con, job.work.night)
    decisions.land(job.work.con, job.work.night, decisions.inbox_of(job.work.store))
    return _count(job, "SELECT coalesce(sum(rows_read), 0) AS rows FROM input_file")


def gates(job: Job) -> Counts:
    contracts.gate(job.work.con, job.work.night)
    outcome = gate_outcome.decide(job.work.con, job.work.night)
    if outcome.stop_reason:
        raise NightImpossible(outcome.stop_reason)
    job.exit_code, job.warnings = outcome.exit_code, list(outcome.warnings)
    return _count(job, "SELECT coalesce(sum(rows_read), 0) - coalesce(sum(rows_quarantined), 0) AS rows, "
                  "coalesce(sum(rows_quarantined), 0) AS quarantined FROM input_file")  # fmt: skip


def protect(job: Job) -> Counts:
    counts = gate.run(job.work.con, job.work.night)
    job.handed["suppressed"] = counts["refused"] + counts["restricted_rows"]
    return {"rows": 0}


def history(job: Job) -> Counts:
    counts = remembered.remember(job.work.con, job.work.night)
    job.warnings += succession.warnings(job.work.con, job.work.night)
    return {"rows": sum(counts.values()), **counts}


def standardise(job: Job) -> Counts:
    hubs = job.work.night.settings.table("hubs")
    counts = mention.run(job.work.con, job.work.night, lambda own: properties.build(own, hubs))
    left_out = apart.leave_out(job.work.con, job.work.night)
    job.handed["suppressed"] += left_out
    job.warnings += crowd.warnings(job.work.con)
    return {"mentions": counts["mentions"] - left_out, "addresses": counts["addresses"]}


def places(job: Job) -> Counts:
    con, night = job.work.con, job.work.night
    index = read_names(con)
    matched = match.run(con, night.threads, index)
    match.run_loose(con, "sealed_address", "sealed_match", night.threads, index)
    clusters.keep_sealed_places(con, night)
    return {"addresses": matched, **_count(job, "SELECT count(*) AS properties FROM property")}


def score(job: Job) -> Counts:
    try:
        return scoring.run(job.work.con, job.work.night)
    except spark.SparkFailed as error:
        raise NightImpossible(f"stage score: {error}; last night's output stands") from None


def people(job: Job) -> Counts:
    rulings = decisions.lay_out(job.work.con)
    return {**persons.run(job.work.con, job.work.night), "rulings": rulings}


def claims(job: Job) -> Counts:
    return households_of.claims(job.work.con, job.work.night)


def protect_clusters(job: Job) -> Counts:
    counts = clusters.run(job.work.con, job.work.night)
    scoring.put_away(job.work.con)
    job.handed["suppressed"] += sum(counts.values())
    mentions = _count(job, "SELECT count(*) AS rows FROM mention")["rows"]
    job.warnings += gate_outcome.held_back(job.handed["suppressed"], mentions, job.work.night.settings)
    return {"rows": 0}


def households(job: Job) -> Counts:
    con, night = job.work.con, job.work.night
    works: list[beside.Work[Any]] = [
        lambda own: households_of.run(own, night),
        lambda own: households_of.how_sure(own, night),
        households_of.relations,
    ]
    counts, _, relations = beside.each(con, works, beside.threads_for(con, night.threads))
    return {**counts, "links": links.run(con, night), "relations": relations}


def detect(job: Job) -> Counts:
    raised, counts = exceptions.run(job.work.con, job.work.night)
    job.handed["raised"] = raised
    job.handed["suppressed"] += counts.pop("suppressed_findings")
    if counts["unrouted"]:
        job.warnings.append(
            f"{counts['unrouted']} exceptions have no hub: no property of theirs lies in a council of [hubs]; "
            "deliver the gazetteer of their council, or add it to [hubs]"
        )
    return {
        "exceptions": counts["exceptions"], "dismissed": counts["dismissed_findings"], "unrouted": counts["unrouted"]
    }  # fmt: skip


def ledger(job: Job) -> Counts:
    entries = ledger_of.run(job.work.con, job.work.night, job.handed["raised"], reasons.explain)
    job.handed["entries"] = entries
    return {"exceptions": len(entries)}


def questions(job: Job) -> Counts:
    return review_questions.run(job.work.con, job.work.night, job.handed["entries"])


def audit(job: Job) -> Counts:
    """What must hold of the linked tables before anything is published; a breach stops the night."""
    con = job.work.con
    con.execute("CREATE OR REPLACE VIEW residence AS SELECT * FROM claim")
    ledger_of.lay_out(con, job.handed["entries"])
    restricted = con.execute(
        "SELECT count(*) FROM person INNER JOIN mention USING (mention_id) WHERE restricted"
    ).fetchone()
    breaches = linked.check(con, protected_absent=restricted == (0,))
    if breaches:
        raise NightImpossible("; ".join(f"{b.table}: {b.words} ({b.rows} rows)" for b in breaches))
    audit_log.append(
        audit_log.log_of(job.work.store),
        {"what": "night_checked", "night": str(job.work.night.date), "rules": str(len(linked.RULES))},
    )
    return {"rules": len(linked.RULES)}


def report(job: Job) -> Counts:
    con, night = job.work.con, job.work.night
    # The data files are the database's work, the pages Python's, and print has processes of its own: of a night of any size side by side.
    works: list[beside.Work[Any]] = [lambda own: parquet.write(own, night), lambda own: _hub_files(own, job)]
    counts, _ = beside.each(con, works, len(works))
    purge.records(con)
    return {"exceptions": len(job.handed["entries"]), **counts}


def _hub_files(con: DuckDBPyConnection, job: Job) -> None:
    """What the hubs get, and meanwhile the files that are no hub's."""
    night, content = job.work.night, _content(con, job)
    memory.leave_room(con, night.memory, memory.FOR_PRINT)
    concerned = [hub for gss in sorted(content.hubs) if (hub := summary.hub(content, gss)).views]
    presses = beside.threads_for(con, night.threads)
    hub_report.write(night.out, content, concerned, lambda: _further(con, job, content, concerned), presses=presses)


def _content(con: DuckDBPyConnection, job: Job) -> NightContent:
    parameters = model.in_force(job.work.night.settings)
    job.handed["model_hash"] = scoring.model_hash(con, parameters)
    model_version = job.handed["model_hash"][:12]
    return nightly_content.build(con, job.work.night, job.handed["entries"], version.SOFTWARE, model_version)


def _further(con: DuckDBPyConnection, job: Job, content: NightContent, concerned: Sequence[summary.Hub]) -> None:
    """The files that are no hub's report, and what the store keeps for the hubs' pages."""
    night, entries = job.work.night, job.handed["entries"]
    with open(night.out / "exceptions.jsonl", "w", encoding="utf-8", newline="\n") as handle:
        for entry in entries:
            handle.write(json.dumps(entry.exception, ensure_ascii=False) + "\n")
    hub_pages.keep(con, content, concerned, entries)
    if agency.due(con, night.date):
        agency.write(night.out, night.date, agency.lists(con, content.exceptions), synthetic=content.synthetic)
    job.warnings += drift.run(con, night)
    moved = _told(job, "SELECT * FROM drift ORDER BY moved DESC, rowid")
    quality.write(con, night, night.out, moved)
    quality.write_questions(con, night.out)


def write_run(job: Job) -> None:
    """`run.json`: what ran, on what, with which counts. Of what protection held back, the total alone."""
    con, night = job.work.con, job.work.night
    exceptions_ = [e.exception for e in job.handed["entries"]]
    parameters = model.in_force(night.settings)
    told: dict[str, Any] = {
        "night": night.date.isoformat(),
        "started_at": job.handed["started_at"].isoformat(),
        "finished_at": datetime.now(UTC).isoformat(),
        "status": "done" if job.exit_code == 0 else "done_with_warnings",
        "exit_code": job.exit_code,
        "warnings": job.warnings,
        "software": version.SOFTWARE,
        "model": {"version": parameters["version"], "hash": job.handed["model_hash"]},
        "drift": _told(job, "SELECT * FROM drift ORDER BY rowid"),
        "files": _files(job),
        "counts": job.counts,
        "stages": job.handed["stages"],
        "exceptions": {
            "by_kind": dict(sorted(Counter(e["kind"] for e in exceptions_).items())),
            "by_hub": dict(sorted(Counter(e["hubs"][0] for e in exceptions_).items())),
            "by_priority": dict(sorted(Counter(e["priority"] for e in exceptions_).items())),
            "by_status": dict(sorted(Counter(e["status"] for e in exceptions_).items())),
            "waiting": sum(bool(e["waiting"]) for e in exceptions_),
        },
        "suppressed": job.handed["suppressed"],
    }
    event = {
        "what": "night_written",
        "night": told["night"],
        "inputs": job.work.fingerprint,
        "software": version.SOFTWARE,
        "model": told["model"]["hash"],
        "suppressed": str(told["suppressed"]),
    }
    told |= seal.seal(night.out, job.work.store, event)
    measures.keep_told(con, night, told)
    (night.out / "run.json").write_text(json.dumps(told, indent=2, default=str) + "\n", encoding="utf-8")


def _files(job: Job) -> list[dict[str, Any]]:
    return _told(
        job,
        "SELECT contract, supplier, path, sha256, rows_read, rows_quarantined, status, reasons FROM input_file ORDER BY ALL",
    )


def _told(job: Job, query: str) -> list[dict[str, Any]]:
    found = job.work.con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _count(job: Job, query: str) -> dict[str, int]:
    result = job.work.con.execute(query)
    names = [column[0] for column in result.description or []]
    row = result.fetchone() or ()
    return {name: int(value) for name, value in zip(names, row, strict=True)}
