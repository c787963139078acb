"""Why the records of an exception are held to be one person: how rare the name is, and which link is the weakest."""

from __future__ import annotations

import json

import pytest

from tests.night.conftest import SECOND


@pytest.fixture(scope="module")
def told(done):
    """The link evidence of every exception that a hub is given whole; a notice has none."""
    files = sorted((done / "out" / SECOND.isoformat() / "hubs").glob("*/exceptions.json"))
    return [e.get("link_evidence", []) for f in files for e in json.loads(f.read_text(encoding="utf-8"))["exceptions"]]


def test_of_several_links_one_is_called_the_weakest(told):
    several = [links for links in told if len(links) > 1]
    assert several
    for links in several:
        assert sum("weakest" in link["sentence"] for link in links) == 1
    assert all("weakest" not in links[0]["sentence"] for links in told if len(links) == 1)


def test_how_rare_the_family_name_is_stands_in_numbers(told):
    assert any("records here gives this family name" in link["rarity"] for links in told for link in links)
