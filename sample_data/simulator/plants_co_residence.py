"""Plants people who live where no register shows them (exceptions.md, `unregistered_co_residence`)."""

from __future__ import annotations

from sample_data.simulator.clock import FAR
from sample_data.simulator.model import Contact, Liable
from sample_data.simulator.plants_kit import GRACE_GP, GRACE_INFANT, UC, Kit


def partner_behind_discount(kit: Kit) -> bool:
    """A man moved in with a mother whose account says one adult; his own records say elsewhere.

    The police have his home as hers.
    """
    family = kit.single_mother()
    man = family and kit.man(family.adults[0])
    if not family or not man:
        return False
    mother, him, moved = family.adults[0], man.adults[0], kit.first - kit.rng.randrange(110, 420)
    old = kit.move(him, family.place, moved)
    kit.partners(him, mother, moved - 60)
    kit.settle(family)
    kit.gp(him, old)
    left = kit.account(old, [him], man.since)
    if kit.rng.random() < 0.5:
        left.liable[0].end, left.liable[0].left_known_on = moved, moved + 20
    seen = kit.recent(3, 90)
    kit.domestic(him, mother, seen, family.place, family.place, family.place)
    if kit.rng.random() < 0.4:
        kit.police(him, max(moved + 5, seen - 60), "traffic", "suspect", family.place, None)
    found = max(seen + 1, moved + GRACE_GP)
    kit.true(UC, "partner_behind_discount", him, mother, family.place, moved, found)
    return True


def relative_moved_in(kit: Kit) -> bool:
    """A grown relative lives with a family; every register has him at the old home. Police have the new one twice."""
    family = kit.couple_with_children()
    man = family and kit.man()
    if not family or not man:
        return False
    him, moved = man.adults[0], kit.first - kit.rng.randrange(120, 500)
    old = kit.move(him, family.place, moved)
    kit.settle(family)
    kit.gp(him, old)
    seen = kit.recent(2, 80)
    kit.police(him, seen, "violence", "arrested", family.place, None, markers="violent", address_role="home")
    kit.police(him, max(moved + 3, seen - 70), kit.rng.choice(("drugs", "traffic")), "suspect", family.place, None)
    kit.true(UC, "relative_moved_in", him, family.children[0], family.place, moved, max(seen + 1, moved + GRACE_GP))
    return True


def mother_and_baby_at_fathers(kit: Kit) -> bool:
    """Mother and baby live at the father's; every register says her parents'. Police met them there."""
    man = kit.take("single", lambda h: h.adults[0].sex == "1" and kit.first - h.adults[0].born < 15000)
    parents = man and kit.take(
        "grown_children", lambda h: any(a.sex == "2" and 6800 < kit.first - a.born < 13500 for a in h.adults[2:])
    )
    if not man or not parents:
        return False
    him = man.adults[0]
    mother = next(a for a in parents.adults[2:] if a.sex == "2" and 6800 < kit.first - a.born < 13500)
    born = kit.first - kit.rng.randrange(100, 300)
    made = kit.pregnancy(mother, him, born, parents)
    made.single_parent, made.emergency = kit.rng.choice(
        (("Y", Contact(him, "", him.phone)), ("N", Contact(him, "partner", him.phone)))
    )
    if made.single_parent == "N":
        made.father, made.reason = Contact(him), "known"
    moved = born + kit.rng.randrange(15, 60)
    baby = made.babies[0]
    for who in (mother, baby):
        kit.move(who, man.place, moved)
    kit.partners(him, mother, born - 400)
    kit.settle(parents, without=(mother, baby))
    kit.settle(man)
    kit.gp(mother, parents.place, mother.born + 400, sure_phone=True)
    kit.gp(baby, parents.place, born + 30)
    seen = kit.recent(2, 30)
    number = kit.domestic(him, mother, seen, man.place, man.place, man.place)
    kit.police(baby, seen, "domestic_abuse", "child_present", man.place, man.place, number)
    found = max(seen + 1, moved + GRACE_INFANT)
    kit.true(UC, "mother_and_baby_at_fathers", mother, him, man.place, moved, found)
    kit.true(UC, "mother_and_baby_at_fathers", baby, him, man.place, moved, found)
    return True


def child_with_relatives(kit: Kit) -> bool:
    """A child lives with relatives; the practice has the parents' home. A missing-person report gives the real one."""
    family = kit.take("family", lambda h: any(3000 < kit.first - c.born < 6000 for c in h.children))
    relatives = family and kit.relative_home(family.adults[1])
    if not family or not relatives:
        return False
    child = next(c for c in family.children if 3000 < kit.first - c.born < 6000)
    moved = kit.first - kit.rng.randrange(130, 500)
    kit.move(child, relatives.place, moved)
    kit.carer(relatives.adults[1], child, moved)
    kit.settle(family, without=(child,))
    kit.settle(relatives)
    kit.gp(child, family.place)
    seen = kit.recent(2, 60)
    number_kind = kit.rng.choice(("missing_person", "child_concern"))
    made = kit.police(child, seen, number_kind, "victim", relatives.place, relatives.place)
    kit.police(relatives.adults[1], seen, number_kind, "reporting", relatives.place, relatives.place, made.occurrence)
    kit.true(
        UC, "child_with_relatives", child, relatives.adults[1], relatives.place, moved, max(seen + 1, moved + GRACE_GP)
    )
    return True


def forwarding_address(kit: Kit) -> bool:
    """A man gave up his home; council tax forwards to a mother's address, his practice knows nothing of it."""
    family = kit.single_mother()
    man = family and kit.take("single", lambda h: h.adults[0].sex == "1" and h.place.council in ("4615", "4620"))
    if not family or not man:
        return False
    # A forwarding address speaks for a year (exceptions.md, Current).
    mother, him, moved = family.adults[0], man.adults[0], kit.recent(20, 220) - 90
    old = kit.move(him, family.place, moved)
    kit.partners(him, mother, moved - 100)
    kit.settle(family)
    kit.gp(him, old, sure_phone=True)
    left = kit.account(old, [], man.since)
    left.liable.append(Liable(him, man.since, man.since + 14, moved, moved + 25, family.place))
    kit.true(UC, "forwarding_address", him, mother, family.place, moved, max(moved + 25, moved + GRACE_GP))
    return True


def contact_at_her_address(kit: Kit) -> bool:
    """A pregnant woman's partner lives with her: her booking gives her address as his. His own registers do not."""
    family = kit.single_mother()
    man = family and kit.man(family.adults[0])
    if not family or not man:
        return False
    mother, him = family.adults[0], man.adults[0]
    moved = kit.first - kit.rng.randrange(40, 160)
    old = kit.move(him, family.place, moved)
    made = kit.pregnancy(mother, him, kit.first + kit.rng.randrange(20, 150), family)
    made.single_parent, made.father, made.reason = "N", Contact(him), "known"
    made.emergency = Contact(him, kit.rng.choice(("partner", "P", "boyfriend")), him.phone, family.place)
    kit.partners(him, mother, moved - 200)
    kit.settle(family)
    kit.gp(him, old, sure_phone=True)
    kit.account(old, [him], man.since, spd=True)
    found = max(made.booked_on + 1, moved + GRACE_INFANT)
    kit.true(UC, "contact_at_her_address", him, mother, family.place, moved, found)
    return True


def registered_at_last(kit: Kit) -> bool:
    """As partner_behind_discount, but on a later night he registers at the home: the claim ends."""
    before = len(kit.world.situations)
    if len(kit.world.nights) < 3 or not partner_behind_discount(kit):
        return False
    made = kit.world.situations[before]
    own = next(r for r in kit.world.registrations if r.person is made.person)
    day = kit.rng.choice(kit.world.nights[2:])
    if made.discoverable >= day:
        made.discoverable = FAR
    own.withdrawn_on, made.end, made.variant = day, day, "registered_at_last"
    if made.place is not None:
        kit.gp(made.person, made.place, day - 1)
    return True


VARIANTS = (
    partner_behind_discount,
    relative_moved_in,
    mother_and_baby_at_fathers,
    child_with_relatives,
    forwarding_address,
    contact_at_her_address,
    registered_at_last,
)
