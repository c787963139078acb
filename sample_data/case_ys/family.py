"""The people of the case and where they live. All names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass

from sample_data.case_ys.calendar import BIRTH, NEW_PROPERTY, day
from sample_data.case_ys.variants import Facts
from sample_data.simulator.clock import FAR
from sample_data.simulator.maker import Maker
from sample_data.simulator.model import Person, Property, Relation, Situation, Stay
from sample_data.simulator.towns import DUDLEY, SANDWELL


@dataclass(slots=True)
class Family:
    """Everybody of the case, and its four homes: both pairs of grandparents, the aunt's, the father's new one."""

    mother: Person
    father: Person
    twin_1: Person
    twin_2: Person
    grandmother: Person
    grandfather: Person
    aunt: Person
    siblings: list[Person]
    his_mother: Person
    his_father: Person
    neighbour: Person
    namesake: Person | None
    home: Property
    aunts_home: Property
    his_home: Property
    new_home: Property
    next_door: Property
    two_streets_away: Property


def make(maker: Maker, empty: dict[str, list[list[Property]]], facts: Facts) -> Family:
    """The family, with its stays and relations added to the world."""
    home, aunts_home = empty[DUDLEY][0][0], empty[DUDLEY][-1][0]
    his_home, (new_home, next_door, *_), away = empty[SANDWELL][0][0], empty[SANDWELL][-1], empty[SANDWELL][1][0]
    grandmother = _person(maker, "2", -22_300, ("Zubaida",), "Begum", phone="07671 440182", place=home)
    grandfather = _person(maker, "1", -23_400, ("Mohammed", "Latif"), "Rafiq", phone="07671 440181", place=home)
    mother = _person(
        maker, "2", -12_150, ("Samina",), "Rafiq", phone="07674 902615", place=home, parents=(grandmother, grandfather)
    )
    aunt = _person(
        maker,
        "2",
        -13_300,
        ("Nazia",),
        "Rafiq",
        phone="07672 118830",
        place=aunts_home,
        parents=(grandmother, grandfather),
    )
    his_mother = _person(maker, "2", -21_000, ("Parveen",), "Akhtar", phone="07673 550917", place=his_home)
    his_father = _person(maker, "1", -22_100, ("Yaqub",), "Ali", phone="07673 550916", place=his_home)
    father = _person(
        maker,
        "1",
        -11_480,
        ("Kamran",),
        "Yaqub",
        phone="07675 120348",
        place=his_home,
        parents=(his_mother, his_father),
    )
    born = (-5_900, -5_200, -4_700)
    siblings = [
        _person(
            maker,
            sex,
            at,
            (given,),
            "Iqbal",
            phone="",
            place=aunts_home if given == "Hamza" else home,
            parents=(mother, None),
        )
        for at, sex, given in zip(born, "112", ("Bilal", "Hamza", "Iqra"), strict=True)
    ]
    twins = [
        _person(maker, sex, BIRTH, (given,), "Rafiq", phone="", place=home, parents=(mother, father))
        for sex, given in zip("12", ("Yusuf", "Sana"), strict=True)
    ]
    neighbour = _person(maker, "2", -17_000, ("Carol", "Ann"), "Whitehouse", phone="07676 300411", place=next_door)
    other = (
        _person(maker, "1", -8_020, ("Kamran",), "Yaqub", phone="07670 815526", place=away) if facts.namesake else None
    )
    made = Family(
        mother,
        father,
        twins[0],
        twins[1],
        grandmother,
        grandfather,
        aunt,
        siblings,
        his_mother,
        his_father,
        neighbour,
        other,
        home,
        aunts_home,
        his_home,
        new_home,
        next_door,
        away,
    )
    _moves(made, facts)
    maker.world.relations.append(Relation(grandfather, "partner", grandmother, day(-14_000)))
    maker.world.relations.append(Relation(his_father, "partner", his_mother, day(-12_500)))
    maker.world.relations.append(Relation(father, "partner", mother, day(-500)))
    maker.world.relations.append(Relation(aunt, "carer", siblings[1], day(-900)))
    maker.world.situations = _situations(made, facts)
    return made


def _person(
    maker: Maker,
    sex: str,
    born: int,
    given: tuple[str, ...],
    family: str,
    *,
    phone: str,
    place: Property,
    parents: tuple[Person, Person | None] | None = None,
) -> Person:
    who = Person(
        len(maker.world.people) + 1, sex, day(born), "pakistani", given, family, ethnic="J", nhs=maker.numbers.nhs()
    )
    if family == "Whitehouse":
        who.tradition, who.ethnic = "english", "A"
    who.phone = phone.replace(" ", "")
    who.mother, who.father = parents or (None, None)
    who.stays = [Stay(place, max(who.born, day(-4_000)))]
    maker.world.people.append(who)
    return who


def _moves(made: Family, facts: Facts) -> None:
    """The father takes a home of his own; mother and Yusuf divide their time, or (variant g) all move there."""
    new, at = made.new_home, day(NEW_PROPERTY)
    made.father.stays[0].end = at
    made.father.stays.append(Stay(new, at))
    for who in (made.mother, made.twin_1, made.twin_2):
        if facts.moves_and_registers:
            who.stays[0].end = at
            who.stays.append(Stay(new, at))
        elif who is not made.twin_2:
            who.stays[0].end = at
            who.stays += [Stay(made.home, at, share=0.5), Stay(new, at, share=0.5)]


def _situations(made: Family, facts: Facts) -> list[Situation]:
    """What is there to be found, and from which night the records hold enough."""
    found: list[Situation] = []
    if not (facts.father_recorded or facts.sensitive):
        found.append(Situation("hidden_adult", made.mother, made.father, None, day(-182), FAR, day(-181), "case_ys"))
    seen = 191 if facts.health_contact else 196 if facts.neighbour_call else 214
    if not (facts.moves_and_registers or facts.sensitive):
        discoverable = day(max(seen, 198) if seen < 214 else seen)
        for who in (made.mother, made.twin_1):
            kind = "address_divergence"
            found.append(
                Situation(kind, who, made.father, made.new_home, day(NEW_PROPERTY), FAR, discoverable, "case_ys")
            )
    return found
