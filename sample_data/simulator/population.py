"""Fills the homes with households: couples, single parents, three generations, elderly, shared houses, students.

Every person gets a name of the household's tradition, identifiers and a first stay. Who moved in lately also gets the
home before it.
"""

from __future__ import annotations

from collections.abc import Callable

from sample_data.simulator import naming
from sample_data.simulator.maker import YEAR, Household, Maker, marry
from sample_data.simulator.model import Person, Property

OLDEST_AT_HOME = 17.9
"""Years of the oldest child of a family with children; who is older has grown up."""


def fill(maker: Maker, people: int, homes: list[Property], bedsits: dict[str, list[Property]]) -> None:
    """Households in homes until the region has its people."""
    world, rng = maker.world, maker.rng
    queue = list(homes)
    rng.shuffle(queue)
    rooms = [rooms for _, rooms in sorted(bedsits.items())]
    rooms = rooms[: round(len(rooms) * 0.8)]
    kinds, weights = list(_KINDS), [_KINDS[k][0] for k in _KINDS]
    while len(world.people) < people and queue:
        if rooms and rng.random() < 0.025:
            _shared_house(maker, rooms.pop())
            continue
        kind = rng.choices(kinds, weights)[0]
        place = queue.pop()
        household = Household(place, kind, _since(maker, kind))
        _KINDS[kind][1](maker, household)
        maker.settle(household)
    for father in maker.apart:
        if queue:
            home = Household(queue.pop(), "single", _since(maker, "single"), [father])
            maker.settle(home)
    maker.vacant = queue


def _since(maker: Maker, kind: str) -> int:
    """When the household moved in: about one in ten a year move, young singles twice as often."""
    young = kind in ("single", "students", "sharers")
    rate = 0.2 if young else 0.05 if kind.startswith("elderly") else 0.09
    years = min(maker.rng.expovariate(rate), 40.0 if not young else 8.0)
    return maker.world.first - max(1, round(years * YEAR))


def _couple(maker: Maker, h: Household, low: float, high: float) -> tuple[Person, Person]:
    rng = maker.rng
    t = naming.tradition(rng)
    age = rng.uniform(low, high)
    man = maker.adult(t, "1", age + max(-4.0, rng.gauss(2, 3)))
    other = naming.tradition(rng) if rng.random() < 0.08 else t
    woman = maker.wife(t, man, age) if other is t and rng.random() < 0.68 else maker.adult(other, "2", age)
    marry(maker.world, man, woman, h.since)
    if rng.random() < 0.05:
        woman.phone = man.phone
    h.adults += [man, woman]
    return man, woman


def _single(maker: Maker, h: Household) -> None:
    sex = maker.rng.choice("112")
    h.adults.append(maker.adult(naming.tradition(maker.rng), sex, maker.rng.triangular(19, 64, 30)))


def _elderly_single(maker: Maker, h: Household) -> None:
    h.adults.append(maker.adult(naming.tradition(maker.rng), maker.rng.choice("1222"), maker.rng.uniform(66, 92)))


def _childless(maker: Maker, h: Household) -> None:
    _couple(maker, h, 22, 64)


def _elderly_couple(maker: Maker, h: Household) -> None:
    _couple(maker, h, 63, 88)


def _family(maker: Maker, h: Household) -> None:
    man, woman = _couple(maker, h, 22, 48)
    children(maker, h, woman, man)


def children(maker: Maker, h: Household, mother: Person, father: Person | None) -> None:
    """One to four children of plausible ages; one birth in 70 is of twins."""
    rng = maker.rng
    her_age = (maker.world.first - mother.born) / YEAR
    oldest = her_age - rng.triangular(17, min(38, her_age), 26)
    if oldest > OLDEST_AT_HOME:
        # Spread over the years before, not all on one day: a birth date that thousands share says nothing.
        oldest = OLDEST_AT_HOME - (oldest - OLDEST_AT_HOME) % 6
    age, count = oldest, rng.choices((1, 2, 3, 4), (36, 38, 18, 8))[0]
    for _ in range(count):
        if age < 0.02:
            break
        first = maker.child(mother, father, max(age - 1, 0.0))
        first.born = maker.world.first - max(3, round(age * YEAR))
        h.children.append(first)
        if rng.random() < 0.014:
            twin = maker.child(mother, father, max(age - 1, 0.0))
            twin.born, twin.family, twin.tail = (
                first.born,
                first.family if twin.sex == first.sex else twin.family,
                twin.tail,
            )
            h.children.append(twin)
        age -= rng.triangular(1.3, 6, 2.4)


def _single_parent(maker: Maker, h: Household) -> None:
    rng = maker.rng
    t = naming.tradition(rng)
    mother = maker.adult(t, "2", rng.uniform(19, 46))
    h.adults.append(mother)
    father = None
    if rng.random() < 0.5:
        father = maker.adult(
            t if rng.random() < 0.8 else naming.tradition(rng),
            "1",
            max(19, (maker.world.first - mother.born) / YEAR + rng.gauss(2, 3)),
        )
        maker.apart.append(father)
    children(maker, h, mother, father)


def _three_generations(maker: Maker, h: Household) -> None:
    rng = maker.rng
    man, woman = _couple(maker, h, 52, 70)
    t = naming.BY_NAME[man.tradition]
    young = (maker.world.first - woman.born) / YEAR - rng.uniform(20, 32)
    son = maker.child(woman, man, max(19.0, young), t=t)
    if son.sex == "1":
        bride = maker.wife(t, son, max(19.0, young - 1))
        marry(maker.world, son, bride, h.since)
        h.adults += [son, bride]
        children(maker, h, bride, son)
    else:
        h.adults.append(son)
        children(maker, h, son, None)


def _grown_children(maker: Maker, h: Household) -> None:
    rng = maker.rng
    man, woman = _couple(maker, h, 44, 66)
    for _ in range(rng.choice((1, 1, 2))):
        age = (maker.world.first - woman.born) / YEAR - rng.uniform(19, 32)
        made = maker.child(woman, man, max(18.0, age))
        if made.sex == "1" and rng.random() < 0.06:
            made.given = (man.given[0], *made.given[1:])
        h.adults.append(made)


def _students(maker: Maker, h: Household) -> None:
    for _ in range(maker.rng.choice((2, 3, 4))):
        h.adults.append(maker.adult(naming.tradition(maker.rng), maker.rng.choice("12"), maker.rng.uniform(18, 24)))


def _sharers(maker: Maker, h: Household) -> None:
    for _ in range(maker.rng.choice((2, 2, 3))):
        h.adults.append(maker.adult(naming.tradition(maker.rng), maker.rng.choice("12"), maker.rng.uniform(20, 40)))


def _shared_house(maker: Maker, rooms: list[Property]) -> None:
    maker.let.add(rooms[0].uprn)
    for room in rooms[1:]:
        h = Household(room, "bedsit", _since(maker, "single"), free=False)
        h.adults.append(maker.adult(naming.tradition(maker.rng), maker.rng.choice("112"), maker.rng.uniform(19, 58)))
        maker.settle(h)


_KINDS: dict[str, tuple[float, Callable[[Maker, Household], None]]] = {
    "single": (16, _single),
    "elderly_single": (9, _elderly_single),
    "elderly_couple": (9, _elderly_couple),
    "couple": (15, _childless),
    "family": (23, _family),
    "single_parent": (8, _single_parent),
    "three_generations": (4, _three_generations),
    "grown_children": (9, _grown_children),
    "students": (1.2, _students),
    "sharers": (2, _sharers),
}
