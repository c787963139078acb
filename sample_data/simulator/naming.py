"""How families of each tradition name their people (domain notes, section 5).

`adult` makes an unrelated grown-up, `wife` a married woman's name beside her husband's, `child` a child's beside its
parents'. Names are truth; what clerks make of them is in written.py.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_data.simulator.names_lists import TITLES_OF_WOMEN, TRADITIONS, Tradition

BY_NAME = {t.name: t for t in TRADITIONS}
_WEIGHTS = [t.weight for t in TRADITIONS]


@dataclass(slots=True)
class Name:
    """A full name: given names in order, family name (may be empty), a title or religious name, an earlier name."""

    given: tuple[str, ...]
    family: str
    tail: str = ""
    previous: str = ""


@dataclass(slots=True)
class _Draw:
    """What a form needs: tradition, sex, how young (0 old, 1 young), the family name, the father's first name."""

    t: Tradition
    sex: str
    rng: random.Random
    era: float
    family: str
    line: str = ""


def tradition(rng: random.Random) -> Tradition:
    return rng.choices(TRADITIONS, _WEIGHTS)[0]


def first_name(t: Tradition, sex: str, rng: random.Random, era: float = 0.5) -> str:
    """A given name; in the British lists early names are those of the old (`era` 0 old, 1 young)."""
    names = t.men if sex == "1" else t.women
    if t.form != "british":
        return rng.choice(names)
    place = rng.betavariate(1 + 4 * era, 1 + 4 * (1 - era))
    return names[min(int(place * len(names)), len(names) - 1)]


def family_name(t: Tradition, rng: random.Random) -> str:
    """A family name: early ones of the list are the commonest."""
    share = rng.random() ** (2.0 if len(t.family) > 200 else 1.6)
    return t.family[int(share * len(t.family))]


def adult(t: Tradition, sex: str, rng: random.Random, era: float) -> Name:
    """A grown-up's own name."""
    return _FORMS[t.form](_Draw(t, sex, rng, era, family_name(t, rng)))


def wife(t: Tradition, husband: Name, rng: random.Random, era: float) -> Name:
    """A married woman's name. Where wives keep their own names by custom, so does she."""
    own = adult(t, "2", rng, era)
    taken = {"british": 0.8, "simple": 0.9, "sikh": 0.85, "polish": 0.9, "romanian": 0.85, "nigerian": 0.7}
    if rng.random() >= taken.get(t.form, 0.2):
        return own
    own.previous = own.family if own.family != husband.family else ""
    own.family = feminine(husband.family) if t.form == "polish" else husband.family
    return own


def child(t: Tradition, sex: str, rng: random.Random, father: Name | None, mother: Name) -> Name:
    """A child's name beside its parents'; the mother's family name where no father is known or one in five agree so."""
    base = father if father and rng.random() > 0.12 else mother
    family = base.family or family_name(t, rng)
    if t.form == "polish":
        family = feminine(masculine(family)) if sex == "2" else masculine(family)
    line = father.given[0] if father and t.form in ("patronymic", "arabic") else ""
    return _FORMS[t.form](_Draw(t, sex, rng, 0.95, family, line))


def feminine(family: str) -> str:
    """The woman's form of a Polish family name."""
    return family[:-1] + "a" if family.endswith(("ski", "cki", "dzki")) else family


def masculine(family: str) -> str:
    return family[:-1] + "i" if family.endswith(("ska", "cka", "dzka")) else family


def _british(d: _Draw) -> Name:
    given = [first_name(d.t, d.sex, d.rng, d.era)]
    if d.rng.random() < 0.7:
        given.append(first_name(d.t, d.sex, d.rng, d.era * 0.7))
    if d.era > 0.9 and d.rng.random() < 0.05:
        d.family = f"{d.family}-{family_name(d.t, d.rng)}"
    return Name(tuple(given), d.family)


def _simple(d: _Draw) -> Name:
    given = [first_name(d.t, d.sex, d.rng)]
    if d.rng.random() < 0.5:
        given.append("Kumar" if d.sex == "1" and d.rng.random() < 0.4 else first_name(d.t, "1", d.rng))
    return Name(tuple(given), d.family)


def _sikh(d: _Draw) -> Name:
    return Name((first_name(d.t, d.sex, d.rng),), d.family, "Singh" if d.sex == "1" else "Kaur")


def _pakistani(d: _Draw) -> Name:
    name = first_name(d.t, d.sex, d.rng)
    if d.sex == "2":
        title = d.rng.choice(TITLES_OF_WOMEN)
        return Name((name,), d.family, title) if d.rng.random() < 0.6 else Name((name,), title)
    honorific = d.rng.random()
    if honorific < 0.4:
        return Name(("Mohammed", name), d.family)
    return Name((name, d.rng.choice(d.t.men)), d.family) if honorific < 0.65 else Name((name,), d.family)


def _bangladeshi(d: _Draw) -> Name:
    name = first_name(d.t, d.sex, d.rng)
    if d.sex == "2":
        title = d.rng.choice(("Begum", "Begum", "Khatun", "Akter", "Bibi"))
        return Name((name, d.rng.choice(d.t.women)), title) if d.rng.random() < 0.5 else Name((name,), d.family, title)
    if d.rng.random() < 0.35:
        return Name(("Mohammed", name), d.family)
    return Name((name,), d.family)


def _patronymic(d: _Draw) -> Name:
    father = d.line or d.rng.choice(d.t.men)
    return Name((first_name(d.t, d.sex, d.rng), father), d.family or d.rng.choice(d.t.men))


def _arabic(d: _Draw) -> Name:
    given = [first_name(d.t, d.sex, d.rng)]
    if d.line or d.rng.random() < 0.6:
        given.append(d.line or d.rng.choice(d.t.men))
    return Name(tuple(given), d.family)


def _polish(d: _Draw) -> Name:
    given = [first_name(d.t, d.sex, d.rng)]
    if d.rng.random() < 0.35:
        given.append(first_name(d.t, d.sex, d.rng))
    return Name(tuple(given), feminine(d.family) if d.sex == "2" else masculine(d.family))


def _two_given(d: _Draw) -> Name:
    given = [first_name(d.t, d.sex, d.rng)]
    if d.rng.random() < 0.55:
        given.append(first_name(d.t, d.sex, d.rng))
    return Name(tuple(given), d.family)


def _chinese(d: _Draw) -> Name:
    return Name((first_name(d.t, d.sex, d.rng),), d.family)


_FORMS = {
    "british": _british,
    "simple": _simple,
    "sikh": _sikh,
    "pakistani": _pakistani,
    "bangladeshi": _bangladeshi,
    "patronymic": _patronymic,
    "arabic": _arabic,
    "polish": _polish,
    "romanian": _two_given,
    "nigerian": _two_given,
    "chinese": _chinese,
}
