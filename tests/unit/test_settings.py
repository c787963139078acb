"""Settings: an operator's file over the shipped one, and clear words when it cannot be used."""

from __future__ import annotations

import pytest

from linkage import cli, settings


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
     ('[grace]\ngp_days = "many"\n', "must be a number"), ("grace = 5\n", "grace must be a table")],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path, text, words):
    with pytest.raises(settings.SettingsError, match=words):
        settings.load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "value", "permitted"),
    [("people.link_at_probability", "7", "from 0 to 1"), ("people.link_at_probability", "nan", "from 0 to 1"),
     ("raise_above.hidden_adult", "-0.1", "from 0 to 1"), ("gates.refuse_shrunk_by", "40", "from 0 to 1"),
     ("gates.warn_fill_fallen_by", "1.01", "from 0 to 1"), ("grace.gp_days", "-1", "from 0 to 100000"),
     ("retention.record_days", "1000000", "from 0 to 100000"), ("budget.people", "-1", "of 0 or more"),
     ("delivery.attempts", "inf", "of 0 or more"), ("gates.refuse_grown_to", "0.5", "of 1 or more"),
     ("delivery.smtp_port", "65536", "from 1 to 65535"), ("grace.gp_days", "true", "from 0 to 100000"),
     ("grace.gp_days", "[84]", "from 0 to 100000"), ("score.hidden_adult.base", "true", "; correct")],
)  # fmt: skip
def test_a_number_that_cannot_be_meant_is_refused(tmp_path, name, value, permitted):
    table, key = name.rsplit(".", 1)
    file = write(tmp_path, f"[{table}]\n{key} = {value}\n")
    with pytest.raises(settings.SettingsError) as told:
        settings.load(file)
    assert str(told.value).startswith(f"setting {name} must be a number")
    assert permitted in str(told.value)
    assert str(told.value).endswith(f"correct it in {file}")


@pytest.mark.parametrize(
    ("name", "value"),
    [("people.link_at_probability", "1"), ("people.link_at_probability", "0"), ("grace.gp_days", "0"),
     ("people.keep_pairs_above_weight", "-20"), ("score.hidden_adult.base", "-3.5"), ("gates.refuse_grown_to", "1")],
)  # fmt: skip
def test_the_ends_of_a_range_are_in_it(tmp_path, name, value):
    table, key = name.rsplit(".", 1)
    assert settings.load(write(tmp_path, f"[{table}]\n{key} = {value}\n")).number(name) == float(value)


def test_every_number_as_shipped_is_in_its_range():
    shipped = settings.load()
    names = list(settings.numbers(shipped.values))
    assert {"grace.gp_days", "review.near_threshold_to", "score.link.unsure"} <= set(names)
    for name in names:
        least, most = settings.range_of(name)
        assert least <= shipped.number(name) <= most, name


@pytest.mark.parametrize("list_of_names", [settings.WEIGHTS, settings.SHARES, settings.FACTORS, settings.PORTS])
def test_every_range_is_of_a_setting_that_there_is(list_of_names):
    names = tuple(settings.numbers(settings.load().values))
    assert [name for name in list_of_names if not any(n.startswith(name) for n in names)] == []


def test_a_number_that_cannot_be_meant_is_told_by_the_command(tmp_path, capsys):
    file = write(tmp_path, "[people]\nlink_at_probability = 7\n")
    status = cli.main(["evaluate", "--out", str(tmp_path), "--truth", str(tmp_path), "--config", str(file)])
    assert status == cli.NOT_DONE
    assert capsys.readouterr().err == (
        f"linkage: setting people.link_at_probability must be a number from 0 to 1; correct it in {file}\n"
    )


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(settings.SettingsError, match=r"none\.toml"):
        settings.load(tmp_path / "none.toml")
