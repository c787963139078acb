"""Settings: an operator's file over the shipped one, and clear words when it cannot be used."""

from __future__ import annotations

import pytest

from linkage import settings


def write(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_overlay(tmp_path):
    mine = settings.load(write(tmp_path, "[grace]\ngp_days = 112\n"))
    assert mine.integer("grace.gp_days") == 112
    assert mine.integer("grace.council_tax_days") == settings.load().integer("grace.council_tax_days")


def test_suppliers_are_the_operators_own_names(tmp_path):
    mine = settings.load(write(tmp_path, '[suppliers.dudley_mbc]\nlawful_basis = "x"\n'))
    assert mine.text("suppliers.dudley_mbc.lawful_basis") == "x"


@pytest.mark.parametrize(
    ("text", "words"),
    [("[grace]\ngp_dayz = 1\n", "unknown setting grace.gp_dayz"), ("grace = [", "not valid TOML"),
     ('[grace]\ngp_days = "many"\n', "must be a number")],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path, text, words):
    with pytest.raises(settings.SettingsError, match=words):
        settings.load(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(settings.SettingsError, match=r"none\.toml"):
        settings.load(tmp_path / "none.toml")
