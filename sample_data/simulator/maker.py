"""Makes people and households; keeps what later steps look up: children by mother, women by tradition, empty homes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sample_data.simulator import naming
from sample_data.simulator.identifiers import Numbers
from sample_data.simulator.model import Person, Property, Relation, Stay, World
from sample_data.simulator.names_lists import Tradition
from sample_data.simulator.written import plain

YEAR = 365.25


@dataclass(slots=True, eq=False)
class Household:
    """The people of one home, its kind, and the day they moved in together."""

    place: Property
    kind: str
    since: int
    adults: list[Person] = field(default_factory=list)
    children: list[Person] = field(default_factory=list)
    before: Property | None = None
    free: bool = True
    """Not yet part of anything planted."""
    registered: bool = False
    """Its registers are already written (by what was planted)."""

    @property
    def members(self) -> list[Person]:
        return [*self.adults, *self.children]


class Maker:
    """Makes people and households of a world."""

    def __init__(self, world: World, rng: random.Random, numbers: Numbers) -> None:
        self.world, self.rng, self.numbers = world, rng, numbers
        self.households: list[Household] = []
        self.apart: list[Person] = []
        self.by_mother: dict[int, list[Person]] = {}
        self.women: dict[str, list[Person]] = {}
        self.vacant: list[Property] = []
        self.let: set[str] = set()

    def person(self, t: Tradition, sex: str, age: float, name: naming.Name) -> Person:
        """A new person of about this age; takes the next NHS number, most have a phone and a third an e-mail."""
        rng = self.rng
        born = self.world.first - round(age * YEAR) - rng.randrange(1, 365)
        who = Person(
            len(self.world.people) + 1,
            sex,
            born,
            t.name,
            name.given,
            name.family,
            name.tail,
            name.previous,
            ethnic=rng.choice(t.ethnic) if rng.random() > 0.07 else "Z",
            nhs=self.numbers.nhs(),
        )
        if age >= 13 and rng.random() < 0.93:
            who.phone = self.numbers.phone()
        if age >= 14 and rng.random() < 0.4:
            who.email = self._email(who)
        if len(name.given) > 1 and rng.random() < 0.08:
            who.called = name.given[1]
        self.world.people.append(who)
        return who

    def adult(self, t: Tradition, sex: str, age: float) -> Person:
        return self.person(t, sex, age, naming.adult(t, sex, self.rng, _era(age)))

    def wife(self, t: Tradition, husband: Person, age: float) -> Person:
        return self.person(t, "2", age, naming.wife(t, name_of(husband), self.rng, _era(age)))

    def child(self, mother: Person, father: Person | None, age: float, *, t: Tradition | None = None) -> Person:
        t = t or naming.BY_NAME[(father or mother).tradition]
        sex = self.rng.choice("12")
        name = naming.child(t, sex, self.rng, name_of(father) if father else None, name_of(mother))
        made = self.person(t, sex, age, name)
        made.mother, made.father = mother, father
        self.by_mother.setdefault(mother.key, []).append(made)
        return made

    def settle(self, household: Household) -> None:
        """Gives every member the stay that begins with the household (or at birth)."""
        self.households.append(household)
        for who in household.members:
            who.stays.append(Stay(household.place, max(household.since, who.born)))

    def children_of(self, mother: Person) -> list[Person]:
        """Children of a woman so far."""
        return self.by_mother.get(mother.key, [])

    def woman_like(self, who: Person, older: float) -> Person:
        """Some woman of the same tradition, about `older` years older, living elsewhere; any woman where none fits."""
        pool = self.women.get(who.tradition) or self.women.setdefault(who.tradition, self._women(who.tradition))
        for _ in range(12):
            found = self.rng.choice(pool) if pool else who
            if found is not who and abs((who.born - found.born) / YEAR - older) < 9:
                return found
        return self.rng.choice([p for p in pool if p is not who] or [who])

    def _women(self, tradition: str) -> list[Person]:
        return [
            p
            for p in self.world.people
            if p.sex == "2" and p.tradition == tradition and p.born < self.world.first - 6600
        ]

    def _email(self, who: Person) -> str:
        first, last = plain(who.given[0]).lower(), plain(who.family or who.tail).lower()
        word = "".join(c for c in f"{first}.{last}" if c.isalnum() or c == ".")
        return f"{word}{self.rng.randrange(1, 9999)}@example.org"


def name_of(who: Person) -> naming.Name:
    return naming.Name(who.given, who.family, who.tail)


def _era(age: float) -> float:
    return max(0.0, min(1.0, (85 - age) / 85))


def marry(world: World, man: Person, woman: Person, since: int) -> None:
    man.partner, woman.partner = woman, man
    world.relations.append(Relation(man, "partner", woman, since))
