"""Police occurrences over a look-back of four years, with who was involved and the home they gave."""

from __future__ import annotations

from sample_data.simulator.maker import YEAR, Household, Maker
from sample_data.simulator.model import Involvement, Person, Property

LOOK_BACK_YEARS = 4
_KINDS = ("domestic_abuse", "child_concern", "missing_person", "violence", "drugs", "traffic", "public_order", "other")
_WEIGHTS = (22, 5, 3, 17, 8, 15, 12, 18)


def occurrences(maker: Maker, per_person: float = 0.055) -> None:
    """The ordinary occurrences of the region, some of them on the nights themselves."""
    world, rng = maker.world, maker.rng
    span = world.last - (world.first - round(LOOK_BACK_YEARS * YEAR))
    people = [h for h in maker.households if not h.registered]
    for _ in range(round(len(world.people) * per_person)):
        household = rng.choice(people)
        day = world.last - 1 - rng.randrange(span)
        kind = rng.choices(_KINDS, _WEIGHTS)[0]
        lead = _lead(maker, household, kind, day)
        if lead is not None:
            _occurrence(maker, household, lead, kind, day)


def _lead(maker: Maker, household: Household, kind: str, day: int) -> Person | None:
    pool = household.children if kind == "missing_person" and household.children else household.adults
    grown = [p for p in pool if p.born < day - round(12 * YEAR) and p.died > day]
    young = [p for p in grown if p.born > day - round(60 * YEAR)]
    return maker.rng.choice(young or grown) if grown else None


def _occurrence(maker: Maker, household: Household, lead: Person, kind: str, day: int) -> None:
    rng = maker.rng
    home = told_home(maker, lead, day)
    scene = (
        lead.home(day)
        if kind in ("domestic_abuse", "child_concern", "missing_person") or rng.random() < 0.3
        else _anywhere(maker)
    )
    role = rng.choice(("suspect", "arrested", "victim", "witness", "reporting"))
    if kind == "domestic_abuse" and lead.partner and lead.partner in household.adults:
        domestic(maker, lead, lead.partner, household, day, scene)
        return
    markers = (
        rng.choice(("violent", "drugs", "weapons;violent", "mental_health"))
        if role in ("suspect", "arrested") and rng.random() < 0.25
        else ""
    )
    add(
        maker,
        lead,
        next_occurrence(maker),
        day,
        kind,
        role,
        home,
        scene,
        markers=markers,
        address_role=_role(rng.random()),
    )


def domestic(maker: Maker, one: Person, other: Person, household: Household, day: int, scene: Property | None) -> None:
    """Two partners and often their children in one domestic occurrence."""
    rng = maker.rng
    number, risk = next_occurrence(maker), rng.choice(("standard", "standard", "medium", "high"))
    man, woman = (one, other) if one.sex == "1" else (other, one)
    suspect, victim = (man, woman) if rng.random() < 0.8 else (woman, man)
    marker = rng.choice(("", "", "domestic_abuse", "violent;domestic_abuse"))
    role = rng.choice(("suspect", "arrested"))
    add(
        maker,
        suspect,
        number,
        day,
        "domestic_abuse",
        role,
        told_home(maker, suspect, day),
        scene,
        risk=risk,
        markers=marker,
    )
    add(maker, victim, number, day, "domestic_abuse", "victim", told_home(maker, victim, day), scene, risk=risk)
    for child in household.children:
        if child.born < day and rng.random() < 0.35:
            add(maker, child, number, day, "domestic_abuse", "child_present", child.home(day), scene, risk=risk)


def told_home(maker: Maker, who: Person, day: int) -> Property | None:
    """The home given to the officer: now and then none, or the one before."""
    draw = maker.rng.random()
    if draw < 0.03:
        return None
    if draw < 0.05 and who.stays and who.stays[0].start < day:
        return who.stays[0].place
    return who.home(day)


def next_occurrence(maker: Maker) -> int:
    maker.world.occurrences += 1
    return maker.world.occurrences


def add(
    maker: Maker,
    who: Person,
    number: int,
    day: int,
    kind: str,
    role: str,
    told: Property | None,
    scene: Property | None,
    *,
    risk: str = "",
    markers: str = "",
    address_role: str = "",
) -> Involvement:
    """One involvement; a person mostly keeps one nominal, which one in eight times was not merged."""
    rng = maker.rng
    nominal = who.key if rng.random() < 0.88 else who.key + 50_000_000
    outcome = (
        rng.choice(("allegation", "charged", "convicted", "no_further_action", "no_further_action"))
        if role in ("suspect", "arrested")
        else ""
    )
    made = Involvement(
        who, number, day, kind, role, told, scene, address_role, outcome, risk, markers, nominal, day + 1
    )
    maker.world.involvements.append(made)
    return made


def _role(draw: float) -> str:
    return "temporary" if draw < 0.03 else "bail" if draw < 0.05 else "" if draw < 0.5 else "home"


def _anywhere(maker: Maker) -> Property:
    return maker.rng.choice(maker.households).place
