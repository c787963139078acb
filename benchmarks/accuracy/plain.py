"""Plain Splink 5 with the settings that its guides would lead to, trained as they say: u at random, m by EM in two blocks."""

from __future__ import annotations

import logging

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.accuracy.records import Counted, PublicSet, best_threshold, count

AT = 0.95


def run(con: duckdb.DuckDBPyConnection, public: PublicSet, seed: int) -> tuple[Counted, Counted]:
    """Figures at a probability of .95, and at the best threshold."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    con.execute(
        "CREATE OR REPLACE TABLE plain AS SELECT record_id AS unique_id, source AS source_dataset, lower(given) AS given, "
        "lower(family) AS family, lower(given || ' ' || family) AS full_text, lower(middle[1]) AS middle, born, lower(sex) AS sex, "
        "lower(id_number) AS id_number, lower(concat_ws(' ', number, unit, street)) AS address, "
        "lower(town) AS town, postcode FROM record"
    )
    told = {
        name for name, share in zip(
            ("born", "sex", "middle", "id_number"),
            con.execute("SELECT count(born), count(sex), count(middle), count(id_number) FROM plain").fetchone() or (), strict=True,
        ) if share
    }  # fmt: skip
    # Without a birth date, names as one comparison are never free in training but among people of one home.
    names = (
        [cl.ForenameSurnameComparison("given", "family", forename_surname_concat_col_name="full_text")]
        if "born" in told
        else [cl.NameComparison("given"), cl.NameComparison("family")]
    )
    comparisons = [
        *names,
        cl.JaroWinklerAtThresholds("address", [0.95, 0.88]).configure(term_frequency_adjustments=True),
    ]
    distinct = con.execute("SELECT count(DISTINCT town), count(DISTINCT postcode) FROM plain").fetchone() or (0, 0)
    if distinct[0] > 100:
        comparisons.append(cl.JaroWinklerAtThresholds("town", [0.92]).configure(term_frequency_adjustments=True))
    if distinct[1] > 100:
        comparisons.append(cl.LevenshteinAtThresholds("postcode", [1, 2]))
    if "born" in told:
        comparisons.append(
            cl.DateOfBirthComparison(
                "born", input_is_string=True, datetime_format="%Y-%m-%d", invalid_dates_as_null=True
            )
        )
    if "id_number" in told:
        comparisons.append(cl.LevenshteinAtThresholds("id_number", [1, 2]))
    comparisons += [cl.ExactMatch(name) for name in ("sex", "middle") if name in told]
    keys = [("given", "family"), ("address",), ("given", "postcode"), ("family", "postcode")]
    if distinct[1] <= 100:
        keys = [("given", "family"), ("address",)]
    keys += [(n,) for n in ("born", "id_number") if n in told]
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*k) for k in keys],
    )  # fmt: skip
    linker = Linker(DuckDBAPI(connection=con).register("plain"), settings, log_level=logging.ERROR)
    first = ["l.given = r.given and l.family = r.family"]
    first += [f"l.{n} = r.{n}" for n in ("id_number", "born") if n in told][:1]
    linker.training.estimate_probability_two_random_records_match(first, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=seed)
    for rule in (block_on("given", "family"), block_on("born") if "born" in told else block_on("address", "middle")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_weight=-10)
    con.execute(
        "CREATE OR REPLACE TABLE plain_pair AS SELECT unique_id_l AS l, unique_id_r AS r, round(match_weight, 3) AS weight, "
        f"match_probability AS chance FROM {predicted.physical_name}"
    )
    linker.table_management.delete_tables_created_by_splink_from_db()
    at = count(con, f"SELECT l, r FROM plain_pair WHERE chance >= {AT}", linked=public.linked)
    return at, best_threshold(con, "SELECT l, r, weight FROM plain_pair", linked=public.linked)[0]
