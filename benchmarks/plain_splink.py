"""Plain Splink 5 with its usual settings on a table of mentions: what a good analyst would have in an afternoon.

    python -m benchmarks.plain_splink MENTIONS.parquet [TRUTH.parquet [WEIGHT …]]

Prints one line of JSON: seconds to train, and with the model saved and loaded again to score and to cluster (`cpu`: processor
seconds of both); peak memory; with the truth, pairwise precision and recall at some match weights. A process of its own, so
that its memory is its own.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from flows.meter import Meter

WEIGHTS = (8.0, 14.0)
"""Match weights at which clusters are judged: a bold one and a careful one."""
SETTINGS = SettingsCreator(
    link_type="dedupe_only",
    unique_id_column_name="mention_id",
    comparisons=[
        cl.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="full_name"),
        cl.DateOfBirthComparison("born", input_is_string=True),
        cl.PostcodeComparison("postcode"),
        cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
        cl.ExactMatch("email"),
        cl.ExactMatch("nhs_number"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("nhs_number"), block_on("phone"), block_on("email"), block_on("given", "family"),
        block_on("family", "born"), block_on("given", "born"), block_on("postcode", "family"), block_on("postcode", "given"),
    ],
)  # fmt: skip


def train(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The model after the usual training: two blockings of EM, u from random pairs."""
    linker = _linker(con, SETTINGS, "mentions_to_train")
    linker.training.estimate_probability_two_random_records_match(
        [block_on("nhs_number"), block_on("given", "family", "born")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (block_on("given", "family"), block_on("born")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=2e6)
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def _linker(con: duckdb.DuckDBPyConnection, settings: Any, name: str) -> Linker:
    con.execute(f"CREATE OR REPLACE TABLE {name} AS FROM mentions")
    return Linker(DuckDBAPI(connection=con).register(name), settings, log_level=logging.ERROR)


def score_and_cluster(con: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> tuple[float, float, Any, Linker]:
    """Seconds to score and to cluster with a model that was saved."""
    linker = _linker(con, model, "mentions_to_link")
    start = time.monotonic()
    pairs = linker.inference.predict(threshold_match_weight=0)
    scored = time.monotonic()
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=WEIGHTS[0])
    return scored - start, time.monotonic() - scored, pairs, linker


def accuracy(con: duckdb.DuckDBPyConnection, linker: Linker, pairs: Any, truth: str, weight: float) -> dict[str, float]:
    """Pairwise precision and recall of the clusters at a match weight."""
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_weight=weight)
    # A table and not a WITH: of three counts over one WITH, DuckDB 1.5.5 gave the first over no groups at all.
    con.execute(
        f"CREATE OR REPLACE TABLE held AS SELECT c.cluster_id, t.true_person FROM {found.physical_name} AS c INNER JOIN "
        "(SELECT concat_ws('|', contract, supplier, record_id, mention) AS mention_id, true_person FROM read_parquet($truth)) "
        "AS t USING (mention_id)",
        {"truth": truth},
    )
    precision, recall = pairwise(con)
    return {"weight": weight, "precision": round(precision, 4), "recall": round(recall, 4)}


def pairwise(con: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """Precision and recall over pairs, from `held` (cluster_id, true_person: one row a mention)."""
    shared, made, real = (_pairs(con, columns) for columns in ("cluster_id, true_person", "cluster_id", "true_person"))
    return (shared / made if made else 1.0), (shared / real if real else 1.0)


def _pairs(con: duckdb.DuckDBPyConnection, columns: str) -> int:
    """How many pairs of mentions are equal in some columns."""
    row = con.execute(
        f"SELECT coalesce(sum(k * (k - 1) // 2), 0) FROM (SELECT count(*) AS k FROM held GROUP BY {columns})"
    ).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    mentions, *rest = sys.argv[1:]
    truth, weights = rest[:1], [float(weight) for weight in rest[1:]] or WEIGHTS
    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as spill, Meter() as meter:
        con = duckdb.connect(config={"threads": 2, "temp_directory": spill})
        con.execute(f"CREATE TABLE mentions AS FROM read_parquet('{Path(mentions)}')")
        start = time.monotonic()
        model = train(con)
        trained = time.monotonic() - start
        cpu = time.process_time()
        scored, clustered, pairs, linker = score_and_cluster(con, model)
        told = {"train": trained, "score": scored, "cluster": clustered, "cpu": time.process_time() - cpu}
    told = {name: round(seconds, 2) for name, seconds in told.items()}
    judged = [accuracy(con, linker, pairs, truth[0], weight) for weight in weights] if truth else []
    print(json.dumps({**told, "peak_mb": round(meter.peak_mb), "accuracy": judged}))


if __name__ == "__main__":
    main()
