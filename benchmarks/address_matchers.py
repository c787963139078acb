"""The matchers that benchmarks.addresses puts side by side, and the texts that they are given."""

from __future__ import annotations

import csv
import subprocess
import time
from pathlib import Path
from typing import Any

import polars as pl
from address_errors import Corruptor, Profile, load_components

from linkage import settings, store
from linkage.places import match, property
from linkage.places.text import flat_of, parse
from sample_data.simulator import simulate

COMPONENTS = {
    "uprn": "uprn", "parentuprn": "parent_uprn", "subname": "sub_building", "name": "building_name", "number": "building_number",
    "streetname": "street", "locality": "locality", "townname": "post_town", "postcode": "postcode",
    "classificationcode": "classification",
}  # fmt: skip
SHOWN = ("sub_building", "building_name", "building_number", "street", "locality", "post_town")
Text = dict[str, str]
"""A text of address-errors: recorded_address, recorded_postcode, source_uprn, collision."""
Found = dict[str, str | None]
"""UPRN given, or None, by the property that a text was made from."""


def gazetteer(people: int, seed: int, folder: Path) -> pl.DataFrame:
    """One row a property of a simulated region."""
    simulate(people, 1, seed, folder)
    files = sorted((folder / "landing").glob("*/gazetteer__*.csv"))
    return pl.concat([pl.read_csv(f, infer_schema=False) for f in files])


def written(properties: pl.DataFrame, style: str | None, seed: int, folder: Path) -> list[Text]:
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


def matched(properties: pl.DataFrame, texts: list[Text]) -> tuple[Found, float]:
    """The property given to each text, by the property it was made from, and processor seconds."""
    con = store.connect()
    con.execute("ATTACH ':memory:' AS store")
    con.register("as_delivered", properties.with_columns(pl.lit("g").alias("supplier")))
    con.execute("CREATE TABLE gazetteer AS SELECT * FROM as_delivered")
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
    properties: pl.DataFrame, texts: list[Text], folder: Path, other: Path
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
    command = [other, Path(__file__).with_name("second_matcher.py"), listed, asked, answers]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return pl.read_parquet(answers).to_dicts(), float(done.stdout.split()[-1])


def is_strict(said: dict[str, Any]) -> bool:
    """An exact match, or one far from chance and from the next."""
    exact = "exact" in str(said["reason"]).lower()
    return bool(said["uprn"]) and (exact or ((said["weight"] or 0) >= 15 and (said["gap"] or 0) >= 5))


def agrees(properties: dict[str, dict[str, str | None]], uprn: str, text: Text) -> bool:
    """Whether number and flat of a property are those that the text names."""
    one, read = properties[uprn], parse((text["recorded_address"],), text["recorded_postcode"])
    numbers = {number for number, _ in read.numbered}
    number = (one["building_number"] or "").upper().replace(" ", "")
    return (read.flat or None) == flat_of(one["sub_building"]) and (not number or number in numbers)


def by_matcher(
    properties: pl.DataFrame, texts: list[Text], folder: Path, other: Path
) -> dict[str, tuple[Found, float]]:
    """Ours, theirs and both together on the same texts: what each gives, and processor seconds."""
    ours, seconds = matched(properties, texts)
    said, took = other_matcher(properties, texts, folder, other)
    rows, written_ = {p["uprn"]: p for p in properties.to_dicts()}, {t["source_uprn"]: t for t in texts}
    strict: Found = {s["unique_id"]: s["uprn"] for s in said if is_strict(s)}
    sure: Found = {key: uprn for key, uprn in strict.items() if uprn and agrees(rows, uprn, written_[key])}
    return {
        "ours": (ours, seconds),
        "uk_address_matcher": ({s["unique_id"]: s["uprn"] for s in said}, took),
        "uk_address_matcher, strict": (strict, took),
        "ours, then theirs": ({t: ours.get(t) or sure.get(t) for t in written_}, seconds + took),
    }
