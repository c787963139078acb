"""docs/reference from the code: the extract contracts' columns and the settings with their reasons.

python -m linkage.dictionary docs/reference
"""

from __future__ import annotations

import sys
from pathlib import Path

from linkage import settings
from linkage.people import model
from linkage.report import schema
from linkage.tables import CONTRACTS

NEED = {"R": "column and value", "r": "column; value may be empty", "o": "the column may be missing"}


def contracts() -> str:
    """The data dictionary of the extract contracts, as Markdown."""
    lines = ["# Extract contracts", "", "Made from `linkage/tables.py` by `make docs`.", ""]
    for contract in CONTRACTS.values():
        lines += [f"## `{contract.name}`: {contract.row}", "", "| column | type | required | personal | meaning |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        lines += [
            f"| {c.name} | {c.type} | {NEED[c.need]} | {'yes' if c.personal else ''} | {_meaning(c.meaning, c.allowed)} |"
            for c in contract.columns
        ]
        lines.append("")
    return "\n".join(lines)


def _meaning(meaning: str, allowed: tuple[str, ...]) -> str:
    return f"{meaning}: {', '.join(f'`{a}`' for a in allowed)}" if allowed else meaning


def people_model() -> str:
    """The comparisons of the people model as a reviewer is shown them, as Markdown."""
    trained = model.load_parameters()["comparisons"]
    lines = ["# The people model", "", "Made from `linkage/people/model.py` by `make docs`.", ""]
    for comparison in model.COMPARISONS:
        lines += [f"## {comparison.name}", "", comparison.says, "", "| level | m | u |", "| --- | --- | --- |"]
        levels = trained[comparison.name]
        for level in comparison.levels:
            lines.append(f"| {level.says} | {levels[level.name]['m']} | {_u_in_words(level, levels[level.name])} |")
        lines += [f"| {comparison.otherwise} | {levels['else']['m']} | {levels['else']['u']} |", ""]
    return "\n".join(lines)


def _u_in_words(level: model.Level, trained: dict[str, float]) -> str:
    if level.tf:
        return "from term frequency"
    if level.weighs_as:
        return f"so that it weighs as `{level.weighs_as}`"
    return f"{trained['u']} per person" if level.per_person else str(trained["u"])


def shipped_settings() -> str:
    """The shipped settings file, as Markdown."""
    return f"# Settings\n\nThe shipped `linkage/settings.toml`.\n\n```toml\n{settings.SHIPPED.read_text(encoding='utf-8')}```\n"


KIND_OF_DATA = {
    "gp": "personal; health (registration data, ethnic code)",
    "maternity_booking": "personal; health (maternity), ethnic code",
    "maternity_birth": "personal, of a child; health (maternity)",
    "council_tax": "personal",
    "police": "personal; criminal offence data (Article 10, or DPA 2018 Part 3), ethnic code",
    "gazetteer": "not personal: properties",
    "protected": "personal, of people at risk: kept as keyed hashes only",
}


def sharing_annex() -> str:
    """The annex of a data-sharing agreement: what each kind of supplier hands over, field by field, as Markdown."""
    lines = ["# Annex to a data-sharing agreement: fields", "", "Made from `linkage/tables.py` by `make docs`.", ""]
    lines += ["One section a kind of extract. A column that is not listed is neither loaded nor kept. The controller who hands over",
              "fills in the last rows of each section; in `live` mode the settings must name the same three references.", ""]  # fmt: skip
    for contract in CONTRACTS.values():
        personal = [c.name for c in contract.columns if c.personal]
        other = [c.name for c in contract.columns if not c.personal]
        lines += [f"## `{contract.name}`: {contract.row}", "", "| | |", "| --- | --- |"]
        lines += [f"| kind of data | {KIND_OF_DATA[contract.name]} |"]
        lines += [f"| fields about a person ({len(personal)}) | {', '.join(personal)} |"]
        lines += [f"| other fields ({len(other)}) | {', '.join(other)} |"]
        lines += [f"| must be filled | {', '.join(c.name for c in contract.columns if c.need == 'R')} |"]
        lines += [f"| may be left out | {', '.join(c.name for c in contract.columns if c.need == 'o') or 'none'} |"]
        lines += [
            "| how often | nightly, the full current register"
            + (" of the look-back agreed |" if contract.name == "police" else " |")
        ]
        lines += ["| controller; lawful basis; agreement; DPIA reference | |", ""]
    lines += ["## What goes out", "", "To a hub: the fields of [the schema](../reference/exceptions.schema.json), of its own council only.",
              "To no other reader: anything that names a person.", ""]  # fmt: skip
    return "\n".join(lines)


PAGES = {
    "contracts.md": contracts,
    "people-model.md": people_model,
    "settings.md": shipped_settings,
    "../information-governance/data-sharing-annex.md": sharing_annex,
    "exceptions.schema.json": schema.text,
}


def main(folder: Path) -> None:
    """Write every page into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
