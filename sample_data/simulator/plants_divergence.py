"""Plants people whose own records give different homes (exceptions.md, `address_divergence`)."""

from __future__ import annotations

from sample_data.simulator.clock import FAR
from sample_data.simulator.model import Contact, Stay
from sample_data.simulator.plants_kit import AD, GRACE_GP, GRACE_INFANT, Kit


def account_elsewhere(kit: Kit) -> bool:
    """Mother and children moved; the practice has the old home, council tax and police the new one."""
    family = kit.single_mother()
    new = kit.vacant() if family else None
    if not family or new is None:
        return False
    mother, moved = family.adults[0], kit.first - kit.rng.randrange(120, 500)
    old = family.place
    for who in family.members:
        kit.move(who, new, moved)
        kit.gp(who, old, sure_phone=who is mother)
    kit.account(new, [mother], moved, spd=True)
    before = kit.account(old, [mother], family.since, spd=True)
    before.liable[0].end, before.liable[0].left_known_on = moved, moved + 15
    if kit.rng.random() < 0.6:
        kit.police(mother, kit.first - kit.rng.randrange(3, 90), "other", "victim", new, new)
    kit.true(AD, "account_elsewhere", mother, None, new, moved, moved + GRACE_GP)
    return True


def two_homes(kit: Kit) -> bool:
    """A young child lives half with each parent and neither record says so: practice has one home, police the other."""
    family = kit.single_mother()
    man = family and kit.man(family.adults[0])
    if not family or not man:
        return False
    child = min(family.children, key=lambda c: kit.first - c.born)
    child.father, since = man.adults[0], kit.first - kit.rng.randrange(150, 600)
    child.stays[-1].end = max(since, child.born + 1)
    child.stays += [Stay(family.place, child.stays[-1].end, share=0.5), Stay(man.place, child.stays[-1].end, share=0.5)]
    kit.settle(family, without=(child,))
    kit.settle(man)
    kit.gp(child, family.place)
    seen = kit.recent(3, 80)
    made = kit.police(child, seen, "child_concern", "child_present", man.place, man.place)
    kit.police(man.adults[0], seen, "child_concern", "suspect", man.place, man.place, made.occurrence)
    kit.true(AD, "two_homes", child, man.adults[0], man.place, child.stays[-1].start, max(seen + 1, since + GRACE_GP))
    return True


def discharge_elsewhere(kit: Kit) -> bool:
    """A baby went home to the father's parents and stayed; practice and booking give the mother's home."""
    family = kit.single_mother()
    others = family and kit.take("elderly_couple")
    if not family or not others:
        return False
    mother, born = family.adults[0], kit.recent(40, 200) - 30
    made = kit.pregnancy(mother, None, born, family)
    baby, made.discharge, made.single_parent = made.babies[0], others.place, "Y"
    made.reason = "declined"
    baby.stays = [Stay(others.place, born)]
    kit.carer(others.adults[1], baby, born)
    kit.settle(family, without=(baby,))
    kit.settle(others)
    kit.gp(baby, family.place, born + 10)
    kit.true(AD, "discharge_elsewhere", baby, others.adults[1], others.place, born, max(born + 12, born + GRACE_INFANT))
    return True


def booking_elsewhere(kit: Kit) -> bool:
    """A pregnant woman gave maternity her real home; her practice has had another since long before."""
    family = kit.couple_with_children()
    new = kit.vacant() if family else None
    if not family or new is None:
        return False
    him, mother = family.adults
    moved, old = kit.first - kit.rng.randrange(250, 600), family.place
    for who in family.members:
        kit.move(who, new, moved)
    made = kit.pregnancy(mother, him, kit.first + kit.rng.randrange(20, 140), family)
    made.father, made.reason, made.partner, made.single_parent = Contact(him), "known", Contact(him, "", him.phone), "N"
    kit.account(new, [him], moved)
    for who in family.members:
        kit.gp(who, old if who is mother else new, None if who is mother else moved + 30)
    kit.true(AD, "booking_elsewhere", mother, None, new, moved, max(made.booked_on + 1, moved + GRACE_INFANT))
    return True


def carer_across_the_border(kit: Kit) -> bool:
    """A father's practice is in the other council though he is liable for tax where his children live."""
    family = kit.couple_with_children()
    man = family and kit.man(across=family.place)
    if not family or not man or not family.place.listed:
        return False
    him = family.adults[0]
    elsewhere = man.place
    kit.settle(man)
    kit.settle(family, without=(him,))
    kit.gp(him, elsewhere, sure_phone=True)
    him.stays.insert(0, Stay(elsewhere, family.since - 900, family.since))
    if not any(liable.person is him for account in kit.world.accounts[-4:] for liable in account.liable):
        kit.account(family.place, [him], family.since)
    kit.true(AD, "carer_across_the_border", him, family.children[0], family.place, family.since, kit.first)
    return True


def account_not_closed(kit: Kit) -> bool:
    """A mother stands as liable at two homes for months; the practice knows only the new one."""
    family = kit.single_mother()
    new = kit.vacant() if family else None
    if not family or new is None:
        return False
    mother, moved, old = family.adults[0], kit.first - kit.rng.randrange(110, 400), family.place
    for who in family.members:
        kit.move(who, new, moved)
        kit.gp(who, new, moved + 25)
    kit.account(new, [mother], moved, spd=True)
    kit.account(old, [mother], family.since, spd=True)
    kit.true(AD, "account_not_closed", mother, None, new, moved, moved + GRACE_GP)
    return True


def told_at_last(kit: Kit) -> bool:
    """As account_elsewhere, but on a later night the practice learns the new home: the claim ends."""
    before = len(kit.world.situations)
    if len(kit.world.nights) < 3 or not account_elsewhere(kit):
        return False
    made = kit.world.situations[before]
    day = kit.rng.choice(kit.world.nights[2:])
    for own in kit.world.registrations[-8:]:
        if made.place is not None and own.person.home(kit.first) is made.place:
            own.addresses.append((day, made.place))
    made.end, made.variant = day, "told_at_last"
    if made.discoverable >= day:
        made.discoverable = FAR
    return True


VARIANTS = (
    account_elsewhere,
    two_homes,
    discharge_elsewhere,
    booking_elsewhere,
    carer_across_the_border,
    account_not_closed,
    told_at_last,
)
