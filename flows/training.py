"""`linkage train`: a model from the mentions of a store or of a landing folder, measured, and promoted if it is no worse.

The standing evaluation is an invented region, made anew each time with one seed, so that it is the same for every model
and holds nobody's records. Nights are never touched: a promoted model is a file that the setting `people.model` names.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows import explain
from flows import stages as do
from flows.nightly import Job
from flows.replay import nights_in
from flows.workroom import NightImpossible, Workroom, last_published
from linkage import evaluate, store
from linkage.evaluate import groups, people
from linkage.night import Night
from linkage.people import measured, model, score, train
from linkage.report import training_charts
from linkage.settings import Settings
from linkage.sources import decisions
from linkage.store import run_sql
from sample_data.simulator import simulate

STANDING_PEOPLE, STANDING_SEED = 4000, 20261130
"""The standing evaluation. A region of this size has 20,000 true pairs and takes half a minute."""
SLACK = {"precision": 0.001, "recall": 0.003}
"""How much worse a promoted model may be there: about one standard error of each share, and no more."""
KNOWN_APART = ("same_record", "names_the_other", "born_together", "same_account")
"""Vetoes that rest on how records are made: such pairs are two people. Vetoes on what is compared would teach that a name
or a date that differs never is one person's, and cost seven true pairs in a thousand on the standing region.
"""
LEAST_BEARERS = 10
"""Values of names that fewer mentions bear are not written beside the model, nor any phone: they would point at somebody."""


class NotTrained(RuntimeError):
    """Training could not be done; the message says why."""


@dataclass(frozen=True)
class Request:
    """What to train on and where to put it."""

    out: Path
    settings: Settings
    seed: int
    landing: Path | None = None
    night: date | None = None
    store: Path | None = None
    truth: Path | None = None
    promote: Path | None = None


def run(request: Request) -> tuple[int, str]:
    """Train, write the output folder, promote when asked. Returns the exit status and what to say.

    Raises NotTrained, NightImpossible, SettingsError, StoreError.
    """
    os.umask(0o077)
    current = model.in_force(request.settings)
    request.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=request.out) as scratch:
        con, night = _open(request, Path(scratch))
        _people_only(con, night)
        trained = _train(con, night, current, request.seed)
        told: dict[str, Any] = {
            "mentions": trained.mentions, "candidates": trained.candidates, "matches": round(trained.matches, 3),
            "verdicts": trained.verdicts, "rounds": len(trained.path), "seed": request.seed,
        }  # fmt: skip
        words = []
        if request.truth:
            told["quality"], text = _quality(con, night, trained.parameters, request)
            words.append(text)
        trained.parameters["baseline"] = _baseline(con, trained.parameters, night)
        _write(con, trained.parameters, request.out)
        con.close()
        status, verdict = _promote(request, trained.parameters, current, told, Path(scratch))
    (request.out / "training.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    summary = (
        f"trained on {trained.mentions} mentions ({trained.candidates} candidate pairs, {trained.verdicts} decided by verdicts), "
        f"{len(trained.path)} rounds: {request.out / 'model.json'}"
    )
    return status, "\n".join([summary, *words, verdict])


def _open(request: Request, scratch: Path) -> tuple[duckdb.DuckDBPyConnection, Night]:
    """A working connection with the mentions and places of one night."""
    con = store.connect(memory="4GB", spill=scratch / "spill")
    if request.store:
        return con, _from_store(con, request)
    landing = request.landing or Path()
    day = request.night or max(nights_in(landing), default=None)
    if day is None:
        raise NotTrained(f"{landing} holds no folder named YYYY-MM-DD")
    con.execute("ATTACH ':memory:' AS store")
    return con, _from_landing(con, Night(day, landing, scratch, request.settings))


def _from_store(con: duckdb.DuckDBPyConnection, request: Request) -> Night:
    assert request.store is not None
    last = last_published(request.store) if request.store.exists() else None
    if last is None:
        raise NotTrained(f"{request.store} is no store with a published night")
    explain.open_copy(con, request.store)
    night = Night(last.night, request.store.parent, request.store.parent, request.settings)
    job = explain.as_it_stood(con, request.store, night)
    for stage in (do.protect, do.standardise, do.places):
        stage(job)
    return night


def _from_landing(con: duckdb.DuckDBPyConnection, night: Night) -> Night:
    nowhere = night.out / "no-store"
    job = Job(Workroom(night, con, nowhere, nowhere, ""))
    for stage in (do.sources, do.gates, do.protect, do.history, do.standardise, do.places):
        stage(job)
    return night


def _people_only(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """`person_input`, what people decided, and the region's size and term frequencies."""
    score.lay_out_table(con)
    score.register_region(con, night)
    con.execute(decisions.DDL)
    decisions.lay_out(con)


def _train(con: duckdb.DuckDBPyConnection, night: Night, current: Mapping[str, Any], seed: int) -> train.Trained:
    train.candidates(con, current)
    # What rules forbid is known not to be one person; what officers decided is known.
    con.execute(
        "CREATE OR REPLACE TABLE scored AS "
        f"SELECT mention_id_l, mention_id_r, match_weight, {', '.join(score.GAMMAS)} FROM candidate"
    )
    run_sql(con, score.HERE / "pair.sql")
    con.execute(
        "CREATE OR REPLACE TABLE pair_known AS SELECT mention_id_l, mention_id_r, same, TRUE AS verdict FROM verdict_pair "
        f"UNION ALL SELECT mention_id_l, mention_id_r, FALSE, FALSE FROM pair WHERE veto IN {KNOWN_APART} "
        "AND (mention_id_l, mention_id_r) NOT IN (SELECT (v.mention_id_l, v.mention_id_r) FROM verdict_pair AS v)"
    )
    return train.estimate(con, current, seed, f"{night.date}-s{seed}")


def _quality(
    con: duckdb.DuckDBPyConnection, night: Night, parameters: dict[str, Any], request: Request
) -> tuple[dict[str, Any], str]:
    """Figures of the model and the same as text. Its calibration is learned on half the true persons and measured on the others."""
    assert request.truth is not None
    measured.read_truth(con, request.truth)
    parameters["calibration"], reliability = measured.held_out(con, parameters, request.settings)
    measured.hold(con, parameters, request.settings)
    folder = request.out / night.date.isoformat()
    landing = request.landing or request.truth.absolute().parent / "landing"
    groups.describe(con, folder, request.truth, landing, request.settings)
    found = {"people": people.figures(con), "groups": groups.figures(con, folder)}
    found["people"]["calibration"] = people.calibration(con, f"NOT ({measured.LEARNED_FROM})")
    text = evaluate.render_people(found)
    (request.out / "quality.txt").write_text(text + "\n", encoding="utf-8")
    found["people"]["reliability"] = reliability
    (request.out / "reliability.svg").write_text(training_charts.reliability(reliability), encoding="utf-8")
    return found, text


def _baseline(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], night: Night) -> dict[str, Any]:
    settings = night.settings
    clusters, _ = measured.resolve(
        con,
        parameters,
        settings.number("people.keep_pairs_above_weight"),
        settings.number("people.link_at_probability"),
    )
    rows = [(m, len(c.members)) for c in clusters for m in c.members]
    con.register("sizes", pl.DataFrame(rows, schema={"mention_id": pl.String, "cluster_size": pl.Int64}, orient="row"))
    con.execute("CREATE OR REPLACE TABLE person AS SELECT * FROM sizes")
    con.unregister("sizes")
    return measured.baseline(con)


def _write(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], out: Path) -> None:
    """model.json, term_frequencies.parquet, splink.json and Splink's charts, each HTML in itself."""
    (out / "model.json").write_text(model.as_text(parameters), encoding="utf-8")
    con.execute(
        "COPY (SELECT column_name, value, round(frequency, 10) AS frequency FROM store.term_frequency "
        "WHERE learned AND column_name <> 'phone' AND value IN (SELECT name FROM (SELECT unnest([given_called, family_last]) AS name "
        "FROM person_input) GROUP BY name HAVING count(*) >= $least) ORDER BY ALL) TO $file (FORMAT parquet)",
        {"least": LEAST_BEARERS, "file": str(out / "term_frequencies.parquet")},
    )
    _, linker = score.linker_over(con, parameters)
    (out / "splink.json").write_text(json.dumps(linker.misc.save_model_to_json(), indent=1) + "\n", encoding="utf-8")
    charts = {
        "match_weights": linker.visualisations.match_weights_chart(),
        "m_and_u": linker.visualisations.m_u_parameters_chart(),
        "unlinkables": linker.evaluation.unlinkables_chart(),
        "weights_of_pairs": linker.visualisations.match_weights_histogram(
            linker.inference.predict(threshold_match_weight=-10)
        ),
    }
    if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'true_person'").fetchone():
        charts["threshold"] = training_charts.threshold(con, linker)
    for name, chart in charts.items():
        (out / f"{name}.html").write_text(chart.to_html(inline=True), encoding="utf-8")
    score.put_away_linker(con, linker)


def _promote(
    request: Request, parameters: Mapping[str, Any], current: Mapping[str, Any], told: dict[str, Any], scratch: Path
) -> tuple[int, str]:
    """Exit status and words: 0 done, 1 not promoted since it is worse."""
    if request.promote is None:
        return 0, "not promoted (no --promote)"
    told["standing"] = found = standing(request.settings, parameters, current, scratch)
    new, old = found["new"], found["current"]
    says = ", ".join(f"{m} {new[m]:.4f} (current {old[m]:.4f})" for m in SLACK)
    worse = [m for m, slack in SLACK.items() if new[m] < old[m] - slack]
    if worse:
        return (
            1,
            f"NOT promoted: {' and '.join(worse)} worse than the current model's on the standing evaluation: {says}",
        )
    aside = request.promote.with_name(f".{request.promote.name}")
    aside.write_text(model.as_text(parameters), encoding="utf-8")
    aside.replace(request.promote)
    return 0, f"promoted: {says}. Nights use it when people.model of their settings names {request.promote}"


def standing(
    settings: Settings, new: Mapping[str, Any], current: Mapping[str, Any], scratch: Path
) -> dict[str, dict[str, float]]:
    """Pairwise figures of both models on the standing region."""
    region = scratch / "standing"
    simulate(STANDING_PEOPLE, 1, STANDING_SEED, region)
    con = store.connect(memory="4GB", spill=scratch / "standing-spill")
    con.execute("ATTACH ':memory:' AS store")
    night = _from_landing(con, Night(nights_in(region / "landing")[0], region / "landing", scratch, settings))
    _people_only(con, night)
    measured.read_truth(con, region / "truth")
    found = {}
    for name, parameters in (("new", new), ("current", current)):
        measured.hold(con, parameters, settings)
        found[name] = people.pairwise(con, "held")
    con.close()
    return found


__all__ = ["NightImpossible", "NotTrained", "Request", "run", "standing"]
