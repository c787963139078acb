"""Plants look-alikes that lie in the property: a building's flats, shared houses, lodgers, landlords, bail."""

from __future__ import annotations

from sample_data.simulator.plants_kit import AD, UC, Kit


def house_of_many(kit: Kit) -> bool:
    """A mother and child have a room in a shared house; a man of another room gives the police the house."""
    rooms = kit.next_bedsits()
    family = kit.single_mother() if rooms else None
    man = family and kit.man()
    if not family or not man or not rooms:
        return False
    for who in family.members:
        kit.move(who, rooms[1], kit.first - 400)
        kit.gp(who, rooms[1], kit.first - 380)
    kit.move(man.adults[0], rooms[2], kit.first - 500)
    kit.gp(man.adults[0], rooms[2], kit.first - 450)
    kit.police(man.adults[0], kit.recent(5, 200), "drugs", "suspect", rooms[0], None)
    kit.benign(UC, "lodger_or_shared_house", man.adults[0], family.children[0], rooms[0], kit.first)
    return True


def lodger(kit: Kit) -> bool:
    """A registered lodger in a family's home: his practice has the address, so nothing is hidden."""
    family = kit.couple_with_children()
    man = family and kit.man()
    if not family or not man:
        return False
    kit.move(man.adults[0], family.place, kit.first - 300)
    kit.settle(family)
    kit.gp(man.adults[0], family.place, kit.first - 250)
    kit.police(man.adults[0], kit.recent(5, 150), "other", "reporting", family.place, family.place)
    kit.benign(UC, "registered_lodger", man.adults[0], family.children[0], family.place, kit.first - 300)
    return True


def landlord(kit: Kit) -> bool:
    """A father is liable for a shared house that he lets: by law the landlord pays, it is not a home of his."""
    family = kit.couple_with_children()
    rooms = kit.next_bedsits() if family else None
    if not family or not rooms:
        return False
    kit.settle(family)
    kit.account(rooms[0], [family.adults[0]], family.since + 200)
    kit.benign(AD, "landlord", family.adults[0], None, rooms[0], family.since + 214)
    return True


def flat_and_building(kit: Kit) -> bool:
    """A family in a flat, whose practice has only the building."""
    family = kit.take("family", lambda h: bool(h.place.parent)) or kit.take(
        "single_parent", lambda h: bool(h.place.parent)
    )
    if not family or family.place.parent is None:
        return False
    for who in family.members:
        kit.gp(who, family.place.parent)
    kit.account(family.place, family.adults[:1], family.since)
    kit.benign(AD, "flat_and_building", family.adults[-1], None, family.place, family.since)
    return True


def bail_address(kit: Kit) -> bool:
    """A man was bailed to his sister's home: an address of the court, not a home."""
    family = kit.couple_with_children()
    man = family and kit.man()
    if not family or not man:
        return False
    kit.settle(family)
    kit.settle(man)
    kit.police(man.adults[0], kit.recent(5, 60), "violence", "arrested", family.place, None, address_role="bail")
    kit.benign(UC, "bail_address", man.adults[0], family.children[0], family.place, kit.first)
    return True


VARIANTS = (house_of_many, lodger, landlord, flat_and_building, bail_address)
