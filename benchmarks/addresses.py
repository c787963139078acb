"""Addresses as councils write them: precision, recall and speed of the places stage; writes benchmarks/ADDRESSES.md.

    python -m benchmarks.addresses [--people 20000] [--seed 77]

The gazetteer is a simulated region's; the noise is that of the package address-errors, whose rates were learned from six
councils and which shares nothing with this project. An answer is right when it is the property that the text was made from.
Texts that the noise made equal to another property's are counted apart. A second run takes a fifth of the properties out of
the gazetteer: of their texts, none should be given a property.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl
from address_errors import Corruptor, Profile, load_components

from linkage import settings, store
from linkage.places import match, property
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("ADDRESSES.md")
STYLES = (None, "leeds", "bradford", "derby")
COMPONENTS = {
    "uprn": "uprn", "parentuprn": "parent_uprn", "subname": "sub_building", "name": "building_name", "number": "building_number",
    "streetname": "street", "locality": "locality", "townname": "post_town", "postcode": "postcode",
    "classificationcode": "classification",
}  # fmt: skip
GONE = 0.2


def gazetteer(people: int, seed: int, folder: Path) -> pl.DataFrame:
    """One row a property of a simulated region."""
    simulate(people, 1, seed, folder)
    files = sorted((folder / "landing").glob("*/gazetteer__*.csv"))
    return pl.concat([pl.read_csv(f, infer_schema=False) for f in files])


def written(properties: pl.DataFrame, style: str | None, seed: int, folder: Path) -> list[dict[str, str]]:
    """Texts of every home of the gazetteer in one council's style, with the property each was made from."""
    file = folder / "components.csv"
    with open(file, "w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle)
        out.writerow(COMPONENTS)
        for row in properties.iter_rows(named=True):
            out.writerow([(row[ours] or "").upper() for ours in COMPONENTS.values()])
    maker = Corruptor(Profile.load(), style=style, seed=seed)
    records = load_components(str(file))
    maker.index(records)
    homes = [r["uprn"] for r in records if r["classificationcode"].startswith("RD")]
    return list(maker.generate(homes))


def matched(properties: pl.DataFrame, texts: list[dict[str, str]]) -> tuple[dict[str, str | None], float]:
    """The property given to each text, by the property it was made from, and seconds."""
    con = store.connect()
    con.execute("ATTACH ':memory:' AS store")
    con.register("listed", properties.with_columns(pl.lit("g").alias("supplier")))
    con.execute("CREATE TABLE gazetteer AS SELECT * FROM listed")
    lines = ", ".join(f"address_line_{i} VARCHAR" for i in range(1, 6))
    con.execute(f"CREATE TABLE council_tax (supplier VARCHAR, uprn VARCHAR, {lines}, postcode VARCHAR)")
    property.build(con, settings.load().table("hubs"))
    rows = []
    for text in texts:
        parts = [p.strip() for p in text["recorded_address"].split(",") if p.strip()]
        padded = (
            [*parts[:4], ", ".join(parts[4:]) or None, *[None] * 5][:5] if len(parts) > 4 else [*parts, *[None] * 5][:5]
        )
        rows.append((text["source_uprn"], *padded, text["recorded_postcode"] or None))
    names = ["mention_id", "line_1", "line_2", "line_3", "line_4", "line_5", "postcode"]
    con.register("texts", pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))
    con.execute("CREATE TABLE address AS SELECT *, 'home' AS address_role, NULL::VARCHAR AS uprn_given FROM texts")
    began = time.perf_counter()
    match.run(con)
    seconds = time.perf_counter() - began
    found = con.execute("SELECT mention_id, uprn FROM address_match WHERE match_level <> 'building'").fetchall()
    return dict(found), seconds


def judge(texts: list[dict[str, str]], found: dict[str, str | None]) -> dict[str, float]:
    """Shares over texts that still name one property."""
    plain = [t for t in texts if "other" not in t["collision"]]
    given = [t for t in plain if found.get(t["source_uprn"])]
    right = sum(found[t["source_uprn"]] == t["source_uprn"] for t in given)
    return {
        "texts": len(plain), "collisions": len(texts) - len(plain),
        "precision": right / max(len(given), 1), "recall": right / max(len(plain), 1),
    }  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=77)
    given = arguments.parse_args()
    lines = [
        "# Addresses as councils write them",
        "",
        "Made by `python -m benchmarks.addresses`; what is measured stands there.",
        "",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        properties = gazetteer(given.people, given.seed, Path(scratch) / "region")
        lines += [
            f"{properties.height:,} properties (seed {given.seed}), address-errors {version('address-errors')}, "
            f"duckdb {duckdb.__version__}, 2 cores, load average {os.getloadavg()[0]:.1f} when it began.", "",
            "| style | texts | made equal to another's | precision | recall | texts a second | given though absent |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]  # fmt: skip
        chosen = random.Random(given.seed)
        gone = set(chosen.sample(properties["uprn"].to_list(), int(GONE * properties.height)))
        left = properties.filter(~pl.col("uprn").is_in(sorted(gone)))
        for style in STYLES:
            texts = written(properties, style, given.seed, Path(scratch))
            found, seconds = matched(properties, texts)
            f = judge(texts, found)
            absent = [t for t in texts if t["source_uprn"] in gone]
            wrongly, _ = matched(left, absent)
            share = sum(u is not None for u in wrongly.values()) / max(len(absent), 1)
            lines.append(
                f"| {style or 'pooled'} | {f['texts']:,} | {f['collisions']:,} | {f['precision']:.4f} | {f['recall']:.4f} | "
                f"{len(texts) / seconds:,.0f} | {share:.4f} of {len(absent):,} |"
            )
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
