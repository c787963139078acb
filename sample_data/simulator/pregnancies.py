"""Pregnancies as maternity units hold them: those of the last fifteen months' babies, and those going on now.

The ordinary ones: a father living with her is said so somewhere on the booking; a father living apart is either named,
or stands nowhere on it. Fathers who stand only in a weak role are planted (plants_hidden.py).
"""

from __future__ import annotations

from collections import defaultdict

from sample_data.simulator import registers
from sample_data.simulator.clock import FAR
from sample_data.simulator.maker import YEAR, Household, Maker
from sample_data.simulator.model import Contact, Person, Pregnancy, Property, Stay
from sample_data.simulator.towns import DUDLEY

KEPT_DAYS = 450
"""Bookings and births stay in the file at least twelve months after delivery (extracts.md)."""

FATHER_WORDS = (
    "partner",
    "Partner",
    "P",
    "husband",
    "H",
    "HUSBAND",
    "bd",
    "FOB",
    "boyfriend",
    "fiance",
    "spouse",
    "bf",
)
_WOMEN_WORDS = {
    "mother": ("mother", "mum", "mom", "M", "mam"),
    "sister": ("sister", "SISTER", "sis", "S"),
    "friend": ("friend", "Friend", "mate"),
}


def unit_of(place: Property) -> str:
    return "dgft_russells_hall" if place.council == DUDLEY else "swb_badgernet"


def past(maker: Maker) -> None:
    """The pregnancies of children born within the time that units keep them."""
    for household in maker.households:
        deliveries: dict[tuple[int, int], list[Person]] = defaultdict(list)
        for child in household.children:
            if child.mother and child.born > maker.world.first - KEPT_DAYS:
                deliveries[(child.mother.key, child.born)].append(child)
        for (_, born), babies in sorted(deliveries.items()):
            mother = babies[0].mother
            if mother is not None:
                book(maker, mother, babies[0].father, born, babies)


def current(maker: Maker, per_person: float = 0.0075) -> None:
    """Pregnancies going on at the first night; some end in a birth on the nights."""
    world, rng = maker.world, maker.rng
    able = [
        h
        for h in maker.households
        if h.free and h.kind in ("couple", "family", "single_parent", "single") and _able(maker, h) is not None
    ]
    for household in rng.sample(able, min(len(able), round(len(world.people) * per_person))):
        mother = _able(maker, household)
        if mother is None:
            continue
        household.free, father = False, mother.partner
        delivered = world.first + rng.randrange(1, 225)
        babies = [newborn(maker, mother, father, delivered) for _ in range(2 if rng.random() < 0.016 else 1)]
        pregnancy = book(maker, mother, father, delivered, babies)
        if delivered <= world.last:
            household.children += babies
        if rng.random() < 0.03 and delivered > world.last:
            pregnancy.ended_on, pregnancy.babies = (
                max(pregnancy.booked_on + 20, world.first - 3 + rng.randrange(10)),
                [],
            )


def _able(maker: Maker, household: Household) -> Person | None:
    """A woman of the household who may be pregnant: 18 to 43, and no child under one."""
    first = maker.world.first
    if any(c.born > first - 500 for c in household.children):
        return None
    return next((a for a in household.adults if a.sex == "2" and 18 < (first - a.born) / YEAR < 43), None)


def newborn(maker: Maker, mother: Person, father: Person | None, born: int) -> Person:
    """A baby of this mother, at home with her from birth."""
    made = maker.child(mother, father, 0.5)
    made.born, made.phone, made.email = born, "", ""
    return made


def book(maker: Maker, mother: Person, father: Person | None, born: int, babies: list[Person]) -> Pregnancy:
    """The booking (about the eleventh week) and, when it is time, the delivery."""
    rng = maker.rng
    early = rng.choice((0, 0, 0, 3, 7, 12, 20, -6, -9)) + (14 if len(babies) > 1 else 0)
    expected = born + early
    booked = max(expected - 280 + round(rng.gauss(70, 14)), expected - 250)
    home = mother.home(booked) or mother.stays[-1].place
    discharge = mother.home(born + 1) or home
    made = Pregnancy(
        mother,
        unit_of(home),
        booked,
        expected,
        [(0, home)],
        list(babies),
        born,
        len(babies),
        discharge=discharge,
        children_before=sum(1 for p in maker.children_of(mother) if p.born < born),
        practice=registers.practice_of(home, rng)[1] if rng.random() < 0.9 else "",
        enquiry=rng.choices(("no_disclosure", "not_asked", "disclosure"), (80, 15, 5))[0],
    )
    made.named_at_birth = rng.random() < 0.2
    made.social_care = "Y" if rng.random() < 0.06 else "N"
    _addresses(maker, made)
    _roles(maker, made, father)
    for baby in babies:
        if not baby.stays:
            baby.stays += _from_birth(mother, born)
    maker.world.pregnancies.append(made)
    return made


def _from_birth(mother: Person, born: int) -> list[Stay]:
    return [Stay(s.place, max(s.start, born), s.end, s.share) for s in mother.stays if s.end > born]


def _addresses(maker: Maker, made: Pregnancy) -> None:
    """Half of the mothers who move while with the unit tell it within three weeks."""
    for stay in made.mother.stays:
        if made.booked_on < stay.start < min(made.delivered_on, FAR) and maker.rng.random() < 0.6:
            made.addresses.append((stay.start + maker.rng.randrange(5, 25), stay.place))


def _roles(maker: Maker, made: Pregnancy, father: Person | None) -> None:
    rng, mother = maker.rng, made.mother
    together = father is not None and mother.partner is father
    made.single_parent = ("N" if rng.random() < 0.9 else "") if together else ("Y" if rng.random() < 0.85 else "")
    if father is not None and (together or rng.random() < 0.7):
        _named(maker, made, father, together)
    else:
        made.reason = rng.choice(("declined", "unknown", "not_asked", "", ""))
    if together and father is not None and rng.random() < 0.68:
        made.emergency = contact(maker, father, rng.choice(FATHER_WORDS))
    else:
        made.emergency = woman_contact(maker, mother)
    if rng.random() < 0.4:
        made.kin = (
            contact(maker, father, rng.choice(FATHER_WORDS))
            if together and father and rng.random() < 0.6
            else woman_contact(maker, mother)
        )
    if made.emergency and rng.random() < 0.13:
        made.emergency.relationship = rng.choice(("", "friend", "relative", "other"))


def _named(maker: Maker, made: Pregnancy, father: Person, together: bool) -> None:
    rng = maker.rng
    if together and rng.random() < 0.12:
        made.partner = contact(maker, father, "")
        return
    made.father, made.reason, made.father_born = Contact(father), "known", rng.random() < 0.6
    if together and rng.random() < 0.75:
        made.partner = contact(maker, father, "")


def contact(maker: Maker, who: Person, relationship: str) -> Contact:
    """Somebody named by the mother; the phone is given in nine of ten."""
    rng = maker.rng
    place = who.home(maker.world.first) if rng.random() < 0.12 else None
    return Contact(who, relationship, who.phone if rng.random() < 0.9 else "", place)


def woman_contact(maker: Maker, mother: Person) -> Contact | None:
    """Her mother, a sister or a friend."""
    rng = maker.rng
    if rng.random() < 0.05:
        return None
    if mother.mother is not None:
        return contact(maker, mother.mother, rng.choice(_WOMEN_WORDS["mother"]))
    kind = rng.choice(("mother", "sister", "friend"))
    return contact(maker, maker.woman_like(mother, 25 if kind == "mother" else 0), rng.choice(_WOMEN_WORDS[kind]))
