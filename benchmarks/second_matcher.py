"""uk_address_matcher on a table of texts, in an environment of its own (it needs Splink 4): run by benchmarks.addresses.

    ENVIRONMENT/bin/python benchmarks/second_matcher.py GAZETTEER.parquet TEXTS.parquet ANSWERS.parquet

Both tables have unique_id, address_concat and postcode. Writes one row a text: unique_id, uprn, reason, weight and gap
(between the best and the next, both in match weight); prints the processor seconds that matching took.
"""

from __future__ import annotations

import sys
import time

import duckdb
from uk_address_matcher import AddressMatcher


def main() -> None:
    listed, texts, answers = sys.argv[1:]
    con = duckdb.connect(config={"threads": 2})
    began = time.process_time()
    found = AddressMatcher(con.read_parquet(listed), con.read_parquet(texts), con=con, show_progress="off").match()
    found.matches().create_view("said")
    con.execute(
        "CREATE TABLE answer AS SELECT unique_id, resolved_canonical_id AS uprn, CAST(match_reason AS VARCHAR) AS reason, "
        "match_weight AS weight, distinguishability AS gap FROM said"
    )
    print(f"{time.process_time() - began:.3f}")
    con.execute(f"COPY answer TO '{answers}'")


if __name__ == "__main__":
    main()
