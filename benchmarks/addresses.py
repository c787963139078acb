"""Addresses as councils write them: precision, recall and speed of the places stage; writes benchmarks/ADDRESSES.md.

    make addresses   (or python -m benchmarks.addresses [--people 20000] [--seed 77], without the other matcher)

The gazetteer is a simulated region's; the noise is that of the package address-errors, whose rates were learned from six
councils and which shares nothing with this project. An answer is right when it is the property that the text was made from.
Texts that the noise made equal to another property's are counted apart; and recall is told once over all others and once
over those that name one property: where one text was made of several (`Second Floor Flat, 86 Wellington Road` of five flats) nobody
could tell which is meant. A second run takes a fifth of the properties out of
the gazetteer: of their texts, none should be given a property.

Beside it, where its environment stands (`make addresses` makes it), uk_address_matcher 1.5.3 on the same texts: with its defaults;
strict (an exact match, or weight 15 and a gap of 5 to the next); and strict on what ours leaves open, where number and flat agree.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from address_errors import Corruptor, Profile, load_components

from linkage import settings, store
from linkage.places import match, property
from linkage.places.text import flat_of, parse
from sample_data.simulator import simulate

RESULTS = Path(__file__).with_name("ADDRESSES.md")
STYLES = (None, "leeds", "bradford", "derby")
COMPONENTS = {
    "uprn": "uprn", "parentuprn": "parent_uprn", "subname": "sub_building", "name": "building_name", "number": "building_number",
    "streetname": "street", "locality": "locality", "townname": "post_town", "postcode": "postcode",
    "classificationcode": "classification",
}  # fmt: skip
GONE = 0.2
OTHER = Path(__file__).with_name(".venv-matcher") / "bin" / "python"
"""The environment of uk_address_matcher, which needs Splink 4."""
SHOWN = ("sub_building", "building_name", "building_number", "street", "locality", "post_town")
Found = dict[str, str | None]
"""UPRN given, or None, by the property that a text was made from."""


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


def matched(properties: pl.DataFrame, texts: list[dict[str, str]]) -> tuple[Found, float]:
    """The property given to each text, by the property it was made from, and processor seconds."""
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
    began = time.process_time()
    match.run(con)
    seconds = time.process_time() - began
    found = con.execute("SELECT mention_id, uprn FROM address_match WHERE match_level <> 'building'").fetchall()
    return dict(found), seconds


def other_matcher(
    properties: pl.DataFrame, texts: list[dict[str, str]], folder: Path
) -> tuple[list[dict[str, Any]], float]:
    """What uk_address_matcher says of each text (unique_id, uprn, reason, weight, gap), and processor seconds."""
    listed, asked, answers = (folder / f"{name}.parquet" for name in ("listed", "asked", "answers"))
    properties.select(
        pl.col("uprn").alias("unique_id"),
        pl.concat_str(SHOWN, separator=" ", ignore_nulls=True).alias("address_concat"),
        "postcode",
    ).write_parquet(listed)
    rows = [(t["source_uprn"], t["recorded_address"], t["recorded_postcode"] or None) for t in texts]
    names = ("unique_id", "address_concat", "postcode")
    pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").write_parquet(asked)
    command = [OTHER, Path(__file__).with_name("second_matcher.py"), listed, asked, answers]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return pl.read_parquet(answers).to_dicts(), float(done.stdout.split()[-1])


def is_strict(said: dict[str, Any]) -> bool:
    """An exact match, or one far from chance and from the next."""
    exact = "exact" in str(said["reason"]).lower()
    return bool(said["uprn"]) and (exact or ((said["weight"] or 0) >= 15 and (said["gap"] or 0) >= 5))


def agrees(properties: dict[str, dict[str, str | None]], uprn: str, text: dict[str, str]) -> bool:
    """Whether number and flat of a property are those that the text names."""
    one, read = properties[uprn], parse((text["recorded_address"],), text["recorded_postcode"])
    numbers = {number for number, _ in read.numbered}
    number = (one["building_number"] or "").upper().replace(" ", "")
    return (read.flat or None) == flat_of(one["sub_building"]) and (not number or number in numbers)


def by_matcher(properties: pl.DataFrame, texts: list[dict[str, str]], folder: Path) -> dict[str, tuple[Found, float]]:
    """Ours, theirs and both together on the same texts: what each gives, and processor seconds."""
    ours, seconds = matched(properties, texts)
    told = {"ours": (ours, seconds)}
    if OTHER.exists():
        said, took = other_matcher(properties, texts, folder)
        rows, written_ = {p["uprn"]: p for p in properties.to_dicts()}, {t["source_uprn"]: t for t in texts}
        strict: Found = {s["unique_id"]: s["uprn"] for s in said if is_strict(s)}
        sure: Found = {key: uprn for key, uprn in strict.items() if uprn and agrees(rows, uprn, written_[key])}
        told["uk_address_matcher"] = ({s["unique_id"]: s["uprn"] for s in said}, took)
        told["uk_address_matcher, strict"] = (strict, took)
        told["ours, then theirs"] = ({t: ours.get(t) or sure.get(t) for t in written_}, seconds + took)
    return told


def judge(texts: list[dict[str, str]], found: Found) -> dict[str, float]:
    """Shares over texts that still name one property."""
    plain = [t for t in texts if "other" not in t["collision"]]
    made = Counter((t["recorded_address"], t["recorded_postcode"]) for t in texts)
    told = [t for t in plain if made[t["recorded_address"], t["recorded_postcode"]] == 1]
    found_right = sum(found.get(t["source_uprn"]) == t["source_uprn"] for t in told)
    given = [t for t in plain if found.get(t["source_uprn"])]
    right = sum(found[t["source_uprn"]] == t["source_uprn"] for t in given)
    return {
        "texts": len(plain), "collisions": len(texts) - len(plain),
        "precision": right / max(len(given), 1), "recall": right / max(len(plain), 1),
        "several": len(plain) - len(told), "recall_told": found_right / max(len(told), 1),
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
            "| style | texts | made equal to another's | matcher | precision | recall | recall where one is named | texts a processor second | "
            "given though absent |",
            "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
        ]  # fmt: skip
        chosen = random.Random(given.seed)
        gone = set(chosen.sample(properties["uprn"].to_list(), int(GONE * properties.height)))
        left = properties.filter(~pl.col("uprn").is_in(sorted(gone)))
        for style in STYLES:
            texts = written(properties, style, given.seed, Path(scratch))
            absent = [t for t in texts if t["source_uprn"] in gone]
            wrongly = by_matcher(left, absent, Path(scratch))
            for matcher, (found, seconds) in by_matcher(properties, texts, Path(scratch)).items():
                f = judge(texts, found)
                share = sum(u is not None for u in wrongly[matcher][0].values()) / max(len(absent), 1)
                told = f"{f['recall_told']:.4f} of {f['texts'] - f['several']:,}"
                lines.append(
                    f"| {style or 'pooled'} | {f['texts']:,} | {f['collisions']:,} | {matcher} | {f['precision']:.4f} | "
                    f"{f['recall']:.4f} | {told} | {len(texts) / seconds:,.0f} | {share:.4f} of {len(absent):,} |"
                )
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
