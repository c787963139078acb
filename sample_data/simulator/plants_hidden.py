"""Plants adults with a part in a pregnancy or a baby's life that child-facing records do not show (`hidden_adult`)."""

from __future__ import annotations

from sample_data.simulator.maker import Household
from sample_data.simulator.model import Contact, Person, Pregnancy
from sample_data.simulator.plants_kit import HA, Kit

VAGUE = ("", "", "friend", "Friend", "other", "relative", "family friend")


def _parted(kit: Kit, *, babies: int = 1, across: bool = False) -> tuple[Household, Household, Pregnancy] | None:
    """A single mother, a man who lives elsewhere and is registered there, and her pregnancy or baby by him."""
    family = kit.single_mother()
    man = family and (kit.man(family.adults[0], across=family.place if across else None) or kit.man(family.adults[0]))
    if not family or not man:
        return None
    born = kit.first + kit.rng.randrange(30, 170) if kit.rng.random() < 0.5 else kit.first - kit.rng.randrange(10, 300)
    made = kit.pregnancy(family.adults[0], man.adults[0], born, family, babies)
    made.single_parent = "Y"
    kit.settle(family)
    kit.gp(man.adults[0], man.place, sure_phone=True)
    kit.account(man.place, [man.adults[0]], man.since, spd=True)
    return family, man, made


def _true(kit: Kit, variant: str, family: Household, made: Pregnancy, *, him: Person, found: int) -> None:
    """The claim is about the baby once born, the mother before; both name the same man."""
    mother = family.adults[0]
    subject = made.babies[0] if made.delivered_on <= kit.first else mother
    kit.true(HA, variant, subject, him, family.place, made.booked_on, max(found, made.booked_on + 1))


def contact_only(kit: Kit) -> bool:
    """The seed case's shape: the father stands only as emergency contact, the booking says single parent."""
    twins = 2 if kit.rng.random() < 0.35 else 1
    parted = _parted(kit, babies=twins, across=True)
    if not parted:
        return False
    family, man, made = parted
    made.emergency = Contact(man.adults[0], kit.rng.choice(VAGUE), man.adults[0].phone)
    made.reason = kit.rng.choice(("", "", "not_asked", "declined"))
    _true(
        kit,
        "contact_only_twins" if twins == 2 else "contact_only",
        family,
        made,
        him=man.adults[0],
        found=made.booked_on + 1,
    )
    return True


def contact_with_history(kit: Kit) -> bool:
    """Emergency contact `friend`, father declined; police know the two from a domestic occurrence."""
    parted = _parted(kit)
    if not parted:
        return False
    family, man, made = parted
    him = man.adults[0]
    made.emergency, made.reason = Contact(him, "friend", him.phone), "declined"
    seen = max(made.booked_on - 200, kit.first - 900) + kit.rng.randrange(0, 150)
    kit.domestic(him, family.adults[0], min(seen, kit.first - 5), man.place, family.place, family.place)
    _true(kit, "contact_with_history", family, made, him=him, found=made.booked_on + 1)
    return True


def next_of_kin_only(kit: Kit) -> bool:
    """The father is next of kin with a relationship that says nothing."""
    parted = _parted(kit, across=True)
    if not parted:
        return False
    family, man, made = parted
    made.kin = Contact(man.adults[0], kit.rng.choice(("", "other", "friend")), man.adults[0].phone)
    made.reason = kit.rng.choice(("", "unknown"))
    _true(kit, "next_of_kin_only", family, made, him=man.adults[0], found=made.booked_on + 1)
    return True


def partner_known_to_police(kit: Kit) -> bool:
    """Not on the booking at all: police attended him and the pregnant mother, at her home, as partners."""
    parted = _parted(kit)
    if not parted:
        return False
    family, man, made = parted
    him, seen = man.adults[0], kit.recent(3, 70)
    kit.partners(him, family.adults[0], made.booked_on - 100)
    number = kit.domestic(him, family.adults[0], seen, man.place, family.place, family.place)
    if made.delivered_on < seen:
        kit.police(made.babies[0], seen, "domestic_abuse", "child_present", family.place, family.place, number)
    if kit.rng.random() < 0.5:
        kit.domestic(him, family.adults[0], seen - 120, man.place, family.place, family.place)
    _true(kit, "partner_known_to_police", family, made, him=him, found=seen + 1)
    return True


def police_home_with_her(kit: Kit) -> bool:
    """He gives the police her address as where he stays for now; maternity has never heard of him."""
    parted = _parted(kit)
    if not parted:
        return False
    family, man, made = parted
    him, seen = man.adults[0], kit.recent(3, 60)
    kit.partners(him, family.adults[0], made.booked_on - 60)
    kit.police(him, seen, "violence", "arrested", family.place, None, markers="violent", address_role="temporary")
    kit.domestic(him, family.adults[0], seen - 40, family.place, family.place, family.place)
    _true(kit, "police_home_with_her", family, made, him=him, found=seen + 1)
    return True


def registered_with_single_parent(kit: Kit) -> bool:
    """He lives with her and is registered there; her booking says single parent and names nobody."""
    family = kit.couple_with_children()
    if not family:
        return False
    him, mother = family.adults
    born = kit.first - kit.rng.randrange(10, 250) if kit.rng.random() < 0.5 else kit.first + kit.rng.randrange(20, 150)
    made = kit.pregnancy(mother, him, born, family)
    made.single_parent, made.reason = "Y", kit.rng.choice(("", "declined", "unknown"))
    kit.settle(family)
    # A practice that has him as her partner, or the baby's as father, would say so in that part (exceptions.md).
    for own in kit.world.registrations:
        if own.person in (mother, *made.babies) and own.kin is not None and own.kin.person is him:
            own.kin = None
    kit.true(
        HA,
        "registered_with_single_parent",
        made.babies[0] if born <= kit.first else mother,
        him,
        family.place,
        made.booked_on,
        made.booked_on + 1,
    )
    return True


def another_man_named(kit: Kit) -> bool:
    """The booking names an earlier partner as father; the man in her life is the emergency contact."""
    parted = _parted(kit)
    other = parted and kit.man(parted[0].adults[0])
    if not parted or not other:
        return False
    family, man, made = parted
    kit.settle(other)
    him = man.adults[0]
    made.father, made.reason = Contact(other.adults[0]), "known"
    made.emergency = Contact(him, kit.rng.choice(VAGUE), him.phone)
    kit.partners(him, family.adults[0], made.booked_on - 90)
    seen = kit.recent(4, 60)
    kit.domestic(him, family.adults[0], seen, man.place, family.place, family.place)
    _true(kit, "another_man_named", family, made, him=him, found=seen + 1)
    return True


VARIANTS = (
    contact_only,
    contact_with_history,
    next_of_kin_only,
    partner_known_to_police,
    police_home_with_her,
    registered_with_single_parent,
    another_man_named,
)
