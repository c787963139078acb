"""The supply chain: every dependency locked with hashes, listed in the bill of materials, and given a reason."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REASONS = "\n".join(p.read_text(encoding="utf-8").lower() for p in (ROOT / "docs" / "decisions").glob("*.md"))


def names(requirements) -> set[str]:
    return {re.split(r"[<>=\[; ]", r)[0].lower() for r in requirements if isinstance(r, str)}


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {n.lower(): v for n, v in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def bill() -> dict:
    command = [sys.executable, str(ROOT / ".ci" / "sbom.py"), str(ROOT / "requirements.lock")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_bill_lists_exactly_what_is_locked_each_with_a_hash(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    listed = {c["name"]: c["version"] for c in bill["components"]}
    assert listed == locked()
    assert len(listed) > 100
    assert all(re.fullmatch(r"pkg:pypi/[a-z0-9._-]+@\S+", c["purl"]) for c in bill["components"])
    assert all(c["properties"] for c in bill["components"])
    assert len({c["bom-ref"] for c in bill["components"]}) == len(bill["components"])


def test_licences_are_known_and_none_forbids_this_use(bill):
    stated = {c["name"]: json.dumps(c.get("licenses", "")).lower() for c in bill["components"]}
    installed = {n: text for n, text in stated.items() if text != '""'}
    assert len(installed) > 0.7 * len(stated)
    assert not [n for n, text in installed.items() if re.search(r"\bagpl|affero|commons clause|non-commercial", text)]


def test_every_dependency_is_locked_and_has_its_reason():
    wanted = names(PROJECT["project"]["dependencies"])
    assert wanted <= set(locked())
    assert sorted(n for n in wanted if n not in REASONS) == []


def test_every_dependency_has_an_upper_bound():
    requirements = PROJECT["project"]["dependencies"]
    assert not [r for r in requirements if "<" not in r and "==" not in r]
