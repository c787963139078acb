"""Parts of the simulator: identifiers, names, addresses, nights, and the sameness of its bytes."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from datetime import date
from pathlib import Path

import pytest

from sample_data.simulator import address_text, mess, naming, simulate, written
from sample_data.simulator.clock import iso, night_days
from sample_data.simulator.identifiers import Numbers, check_digit
from sample_data.simulator.model import Person, Property


def test_check_digit_of_a_published_example() -> None:
    """943 476 5919 is the example number of the NHS data dictionary."""
    assert check_digit("943476591") == 9


def test_numbers_are_of_the_999_range_and_all_different() -> None:
    numbers = Numbers(random.Random(1))
    made = [numbers.nhs() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert all(n.startswith("999") and len(n) == 10 and check_digit(n[:9]) == int(n[9]) for n in made)


def test_numbers_run_out_with_an_empty_text_and_not_a_wrong_one() -> None:
    numbers = Numbers(random.Random(1))
    numbers._next_nhs = 1_000_000
    assert numbers.nhs() == ""


def test_a_phone_pool_is_shared_by_all() -> None:
    numbers = Numbers(random.Random(1), phone_pool=1000)
    made = {numbers.phone() for _ in range(3000)}
    assert len(made) == 1000
    assert all(p.startswith("07700900") for p in made)


def test_phones_without_a_pool_are_all_different() -> None:
    numbers = Numbers(random.Random(1))
    assert len({numbers.phone() for _ in range(5000)}) == 5000


def test_nights_follow_on_but_for_one_gap_of_three_days() -> None:
    days = night_days(date(2026, 1, 5), 6)
    assert [b - a for a, b in itertools.pairwise(days)] == [1, 1, 3, 1, 1]
    assert iso(days[0]) == "2026-01-05"
    assert len(night_days(date(2026, 1, 5), 4)) == 4


def test_there_are_at_least_ten_traditions_with_their_own_conventions() -> None:
    assert len(naming.BY_NAME) >= 10
    assert len({t.form for t in naming.BY_NAME.values()}) >= 8


def test_a_polish_daughter_carries_the_womans_form() -> None:
    t = naming.BY_NAME["polish"]
    father, mother = naming.Name(("Adam",), "Kowalski"), naming.Name(("Anna",), "Kowalska")
    rng = random.Random(1)
    assert {naming.child(t, "2", rng, father, mother).family for _ in range(20)} == {"Kowalska"}
    assert {naming.child(t, "1", rng, father, mother).family for _ in range(20)} == {"Kowalski"}


def test_a_somali_child_carries_the_fathers_first_name() -> None:
    t = naming.BY_NAME["somali"]
    father, mother = naming.Name(("Farah", "Abdi"), "Jama"), naming.Name(("Hodan", "Ali"), "Nur")
    assert naming.child(t, "1", random.Random(1), father, mother).given[1] == "Farah"


def test_sikh_names_carry_singh_or_kaur_and_it_is_sometimes_taken_for_the_family_name() -> None:
    t, rng = naming.BY_NAME["punjabi_sikh"], random.Random(1)
    name = naming.adult(t, "2", rng, 0.5)
    assert name.tail == "Kaur"
    who = Person(1, "2", 730_000, "punjabi_sikh", name.given, name.family, name.tail)
    families = {written.written(who, written.GP, rng)[1] for _ in range(60)}
    assert {"Kaur", name.family} <= families


def _flat(listed: bool = True) -> Property:
    parent = Property("1", "4615", "", "", "12", "High Street", "", "Dudley", "DY1 1AA", "PP", None, 0, 0, 1, listed)
    return Property(
        "2", "4615", "Flat 3", "", "12", "High Street", "", "Dudley", "DY1 1AA", "RD06", parent, 0, 0, 1, listed
    )


def test_the_truth_of_a_text_without_the_flat_is_the_building() -> None:
    rng = random.Random(2)
    seen = {address_text.write(_flat(), address_text.POLICE, rng).true_uprn: None for _ in range(300)}
    assert set(seen) == {"1", "2"}


def test_the_truth_of_an_unlisted_property_is_nothing() -> None:
    assert address_text.write(_flat(listed=False), address_text.GP, random.Random(2)).true_uprn is None


def test_a_typo_changes_one_place() -> None:
    rng = random.Random(3)
    made = [mess.typo("Kowalski", rng) for _ in range(200)]
    assert all(abs(len(m) - 8) <= 1 for m in made)
    assert sum(m != "Kowalski" for m in made) > 180


def _digest(folder: Path) -> str:
    seen = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            seen.update(file.relative_to(folder).as_posix().encode())
            seen.update(file.read_bytes())
    return seen.hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        simulate(300, 3, seed, tmp_path / name)
    same, again, other = (_digest(tmp_path / n) for n in "abc")
    assert same == again
    assert same != other


@pytest.mark.parametrize(("people", "nights"), [(0, 1), (10, 0)])
def test_nobody_or_no_night_is_refused(people: int, nights: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        simulate(people, nights, 1, tmp_path)


def test_a_region_of_a_few_people_can_be_made(tmp_path: Path) -> None:
    simulate(40, 1, 1, tmp_path)
    assert (tmp_path / "landing" / "2026-01-05" / "gp__dudley_emis.csv").is_file()
    assert (tmp_path / "truth" / "situations.parquet").is_file()


def test_a_small_phone_pool_reaches_the_files(tmp_path: Path) -> None:
    simulate(300, 1, 1, tmp_path, phone_pool=1000)
    text = (tmp_path / "landing" / "2026-01-05" / "gp__dudley_emis.csv").read_text(encoding="utf-8")
    assert "07700900" in text.replace(" ", "").replace("+447700", "07700")
    assert not re.search(r"(?<!\d)0767", text)  # where a number begins


def test_progress_is_told_in_order(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    simulate(60, 1, 1, tmp_path, progress=lambda what, done, of: told.append((what, done, of)))
    assert [done for _, done, _ in told[1:]] == list(range(len(told) - 1))
    assert told[-1][1] == told[-1][2]
