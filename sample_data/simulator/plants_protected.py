"""Plants whereabouts that must not be disclosed, and numbers never to be used again (exceptions.md, Protected)."""

from __future__ import annotations

from sample_data.simulator import naming
from sample_data.simulator.model import Listed, Person, Property, Stay
from sample_data.simulator.plants_kit import Kit
from sample_data.simulator.towns import DUDLEY

SENSITIVE_SHARE = 0.0015
"""Share of people under GP sensitivity S (domain notes, section 6: 0.1 to 0.2%)."""


def hub_of(place: Property) -> str:
    return "dudley_hub" if place.council == DUDLEY else "sandwell_hub"


def sensitive_households(kit: Kit) -> None:
    """Mothers with their children, or people alone, under sensitivity S; some from one of the nights on."""
    wanted = max(2, round(len(kit.world.people) * SENSITIVE_SHARE))
    done = 0
    while done < wanted:
        h = kit.take(kit.rng.choice(("single_parent", "single", "single_parent")))
        if h is None:
            return
        since = kit.rng.choice(kit.world.nights) if kit.rng.random() < 0.12 else 0
        for who in h.members:
            who.sensitive_from, who.protected = since, True
            done += 1
        kit.settle(h)


def withheld_elsewhere(kit: Kit) -> None:
    """`withhold` by a source other than the practice, whose own record says nothing of it."""
    for kind in ("account", "police", "maternity"):
        h = kit.single_mother()
        if h is None:
            return
        mother = h.adults[0]
        mother.protected = True
        kit.settle(h)
        if kind == "account":
            for account in kit.world.accounts[-2:]:
                account.withhold = account.place is h.place
        elif kind == "police":
            kit.police(mother, kit.first - 50, "domestic_abuse", "victim", h.place, h.place).withhold = True
        else:
            kit.pregnancy(mother, None, kit.first + 60, h).withhold = True


def refuges(kit: Kit) -> None:
    """Every refuge is on a hub's list; a mother and her children live there, registered there, one with a booking."""
    for n, place in enumerate(kit.places.institutions["Refuge"]):
        kit.world.listed.append(Listed(hub_of(place), "refuge", kit.first - 500 + n, uprn=place.uprn))
        for _ in range(2):
            h = kit.single_mother()
            if h is None:
                break
            moved = kit.first - kit.rng.randrange(20, 150)
            old = h.place
            for i, who in enumerate(h.members):
                who.protected = True
                kit.move(who, place, moved)
                if i % 3 == 2:
                    kit.gp(who, old)
                else:
                    kit.gp(who, place, moved + 8)
            kit.police(h.adults[0], moved - 10, "domestic_abuse", "victim", old, old, risk="high")
            if n % 2 == 0:
                kit.pregnancy(h.adults[0], None, kit.first + 70, h).discharge = place


def listed_people(kit: Kit) -> None:
    """Court orders by NHS number, witness protection by the force's key; the latter also by NHS number."""
    for n in range(max(2, round(len(kit.world.people) / 4000))):
        h = kit.take("family") if n % 2 == 0 else kit.take("single")
        if h is None:
            return
        kit.settle(h)
        for who in h.members:
            who.protected = True
            kit.world.listed.append(
                Listed(
                    hub_of(h.place), "court_order" if n % 2 == 0 else "witness_protection", kit.first - 300, nhs=who.nhs
                )
            )
        if n % 2:
            who = h.adults[0]
            kit.police(who, kit.first - 80, "violence", "witness", h.place, None).nominal = who.key
            kit.world.listed.append(Listed(hub_of(h.place), "witness_protection", kit.first - 300, person=who))


def new_identities(kit: Kit) -> None:
    """Adoption and gender recognition: the old number is listed as invalidated; one supplier still sends the old row.

    Old and new are different people in the truth: nothing may join them.
    """
    for n in range(max(2, round(len(kit.world.people) / 5000))):
        if n % 2 == 0:
            _adoption(kit, kit.first - 100 if n % 4 == 0 else kit.rng.choice(kit.world.nights))
        else:
            _gender_recognition(kit, kit.first - 60 if n % 4 == 1 else kit.rng.choice(kit.world.nights))


def _adoption(kit: Kit, day: int) -> None:
    birth_home, home = kit.single_mother(), kit.couple_with_children()
    if not birth_home or not home:
        return
    old, new_name = birth_home.children[-1], naming.BY_NAME[home.adults[0].tradition]
    kit.settle(birth_home)
    kit.settle(home)
    made = kit.maker.child(home.adults[1], home.adults[0], 1.0, t=new_name)
    made.born, made.sex, made.given = old.born, old.sex, (old.given[0],)
    made.stays = [Stay(home.place, day)]
    _replace(kit, old, made, home.place, day)


def _gender_recognition(kit: Kit, day: int) -> None:
    h = kit.take("single")
    if not h:
        return
    old = h.adults[0]
    kit.settle(h)
    sex = "2" if old.sex == "1" else "1"
    t = naming.BY_NAME[old.tradition]
    made = kit.maker.person(t, sex, 30, naming.Name((naming.first_name(t, sex, kit.rng),), old.family))
    made.born, made.stays = old.born, [Stay(h.place, day)]
    _replace(kit, old, made, h.place, day)
    kit.police(old, day - 200, "traffic", "suspect", h.place, None).nominal = old.key
    kit.world.listed.append(Listed(hub_of(h.place), "invalidated", day, person=old))


def _replace(kit: Kit, old: Person, new: Person, place: Property, day: int) -> None:
    """The old number is invalidated from this day; the new identity registers by itself. The old row is still sent."""
    old.protected = new.protected = True
    for stay in old.stays:
        stay.end = min(stay.end, day)
    kit.world.listed.append(Listed(hub_of(place), "invalidated", day, nhs=old.nhs))
    kit.gp(new, place, max(day, new.born + 5))


PLANTED = (sensitive_households, withheld_elsewhere, refuges, listed_people, new_identities)
