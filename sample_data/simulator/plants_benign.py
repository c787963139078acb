"""Plants what looks like a situation and is not (domain notes, section 7), each with its explanation."""

from __future__ import annotations

from sample_data.simulator.maker import YEAR
from sample_data.simulator.model import Contact, Stay
from sample_data.simulator.plants_kit import AD, HA, UC, Kit


def recent_move(kit: Kit) -> bool:
    """A family moved days ago: council tax or police have the new home, the practice not yet."""
    family = kit.couple_with_children()
    new = kit.vacant() if family else None
    if not family or new is None:
        return False
    moved, old = kit.first - kit.rng.randrange(10, 45), family.place
    for who in family.members:
        kit.move(who, new, moved)
        made = kit.gp(who, old)
        made.addresses.append((moved + kit.rng.randrange(50, 80), new))
    kit.account(new, family.adults, moved, lag=6)
    mother = family.adults[1]
    kit.police(mother, moved + 7, "other", "victim", new, new)
    kit.benign(AD, "recent_move", mother, None, new, moved + 8)
    return True


def father_and_son(kit: Kit) -> bool:
    """A son of his father's name lives elsewhere; the police name could be either's."""
    family = kit.take("grown_children", lambda h: any(a.sex == "1" for a in h.adults[2:]))
    home = kit.man() if family else None
    if not family or not home:
        return False
    son = next(a for a in family.adults[2:] if a.sex == "1")
    son.given, son.family, son.tail = family.adults[0].given, family.adults[0].family, family.adults[0].tail
    kit.move(son, home.place, kit.first - 700)
    kit.settle(family, without=(son,))
    kit.settle(home)
    kit.gp(son, home.place, kit.first - 650)
    kit.police(son, kit.recent(5, 200), "traffic", "suspect", home.place, None)
    kit.benign(UC, "same_name", family.adults[0], son, home.place, kit.first)
    return True


def cousins(kit: Kit) -> bool:
    """Two cousins of one name and near dates of birth; one lives with children, the other is known to the police."""
    family = kit.couple_with_children()
    other = family and kit.man(family.adults[0])
    if not family or not other:
        return False
    him, cousin = family.adults[0], other.adults[0]
    cousin.given, cousin.family, cousin.tail, cousin.tradition = him.given[:1], him.family, him.tail, him.tradition
    cousin.born = him.born + kit.rng.choice((-25, -3, 4, 30))
    kit.settle(family)
    kit.settle(other)
    kit.police(cousin, kit.recent(5, 300), "violence", "arrested", other.place, None, markers="violent")
    kit.benign(AD, "same_name", him, cousin, other.place, kit.first)
    return True


def student(kit: Kit) -> bool:
    """A grown child is away at a hall and registered there; the police have the family home."""
    family = kit.take(
        "family", lambda h: any(kit.first - c.born > 16.5 * YEAR for c in h.children) and len(h.children) > 1
    )
    halls = kit.places.institutions["Hall"]
    if not family:
        return False
    young = next(c for c in family.children if kit.first - c.born > 16.5 * YEAR)
    young.born -= round(2 * YEAR)
    away = kit.rng.choice(halls)
    kit.move(young, away, kit.first - 100)
    kit.settle(family, without=(young,))
    made = kit.gp(young, away, kit.first - 90)
    made.institute = "HALL"
    kit.police(young, kit.recent(5, 80), "public_order", "witness", family.place, None)
    kit.benign(UC, "student", young, family.children[0], family.place, kit.first)
    return True


def shared_care(kit: Kit) -> bool:
    """A child lives half with each parent and both are recorded: the practice names the father as next of kin."""
    family = kit.single_mother()
    man = family and kit.man(family.adults[0])
    if not family or not man:
        return False
    child = family.children[0]
    child.father, since = man.adults[0], max(kit.first - 600, child.born + 2)
    child.stays[-1].end = since
    child.stays += [Stay(family.place, since, share=0.5), Stay(man.place, since, share=0.5)]
    kit.settle(family, without=(child,))
    kit.settle(man)
    made = kit.gp(child, family.place)
    made.kin = Contact(man.adults[0], kit.rng.choice(("Father", "dad", "FATHER")), man.adults[0].phone)
    kit.police(child, kit.recent(5, 200), "other", "child_present", man.place, man.place)
    kit.benign(AD, "shared_care", child, man.adults[0], man.place, kit.first)
    return True


def grandparent_carers(kit: Kit) -> bool:
    """A child lives with grandparents who are registered as carers; the parents live elsewhere."""
    family = kit.couple_with_children()
    old = family and kit.relative_home(family.adults[1])
    if not family or not old:
        return False
    child, since = family.children[0], kit.first - kit.rng.randrange(200, 900)
    since = max(since, child.born + 2)
    kit.move(child, old.place, since)
    kit.carer(old.adults[1], child, since)
    kit.settle(family, without=(child,))
    kit.settle(old)
    made = kit.gp(child, old.place, since + 20)
    word = kit.rng.choice(("guardian", "nan (carer)", "grandmother - carer", "Guardian"))
    made.kin = Contact(old.adults[1], word, old.adults[1].phone)
    kit.benign(HA, "grandparent_carers", child, old.adults[1], old.place, since)
    return True


def away_in_institution(kit: Kit) -> bool:
    """A father in prison or a parent in a hostel: the institution is where they are, home stays home for the rest."""
    family = kit.couple_with_children()
    if not family:
        return False
    word = kit.rng.choice(("Prison", "Hostel", "Hospital"))
    him, away = family.adults[0], kit.rng.choice(kit.places.institutions[word])
    since = kit.first - kit.rng.randrange(60, 500)
    kit.move(him, away, since)
    kit.settle(family, without=(him,))
    made = kit.gp(him, away, since + 10)
    made.institute = {"Prison": "PRIS", "Hostel": "HOST", "Hospital": "HOSP"}[word]
    kit.police(him, since - 20, "violence", "arrested", family.place, family.place, markers="violent")
    kit.police(him, kit.recent(5, 50), "other", "witness", away, away, address_role="institution")
    kit.benign(AD, "institution", him, family.children[0], away, since)
    return True


def death(kit: Kit) -> bool:
    """A father died; his name stays on old police rows and for a while on the account."""
    family = kit.couple_with_children()
    if not family:
        return False
    him = family.adults[0]
    kit.settle(family)
    him.died = kit.first - kit.rng.randrange(20, 200)
    for own in kit.world.registrations[-len(family.members) - 2 :]:
        if own.person is him:
            own.deregistered_on = him.died + 20
    kit.police(him, him.died - 60, "other", "reporting", family.place, family.place)
    kit.benign(UC, "death", him, family.adults[1], family.place, him.died)
    return True


def lawful_disregard(kit: Kit) -> bool:
    """Single person discount with two adults, one of whom does not count by law; both are registered there."""
    family = kit.couple_with_children()
    if not family:
        return False
    for who in family.members:
        kit.gp(who, family.place)
    made = kit.account(family.place, family.adults[1:2], family.since, spd=True)
    made.disregards = kit.rng.choice(("carer", "student", "severe_impairment", "apprentice;student"))
    kit.benign(UC, "lawful_disregard", family.adults[0], family.adults[1], family.place, family.since)
    return True


def brother_as_contact(kit: Kit) -> bool:
    """A single mother's emergency contact is her brother (or a friend) who has no part in the child's upbringing."""
    family = kit.single_mother()
    man = family and kit.man()
    if not family or not man:
        return False
    born = kit.first - kit.rng.randrange(20, 250) if kit.rng.random() < 0.5 else kit.first + kit.rng.randrange(20, 150)
    made = kit.pregnancy(family.adults[0], None, born, family)
    word = kit.rng.choice(("brother", "Brother", "bro", "friend", "neighbour", "landlord", "uncle", "cousin"))
    made.single_parent, made.reason = "Y", kit.rng.choice(("declined", "unknown", ""))
    made.emergency = Contact(man.adults[0], word, man.adults[0].phone)
    kit.settle(family)
    kit.settle(man)
    kit.benign(HA, "contact_is_other", family.adults[0], man.adults[0], family.place, made.booked_on + 1)
    return True


def fitting_next_of_kin(kit: Kit) -> bool:
    """A partner living apart stands as next of kin `partner` with the mother's practice, as father on the booking."""
    family = kit.single_mother()
    man = family and kit.man(family.adults[0])
    if not family or not man:
        return False
    him, mother = man.adults[0], family.adults[0]
    made = kit.pregnancy(mother, him, kit.first + kit.rng.randrange(20, 150), family)
    made.single_parent, made.father, made.reason = "N", Contact(him), "known"
    made.emergency, made.father_born = Contact(him, "partner", him.phone), True
    kit.partners(him, mother, made.booked_on - 300)
    kit.settle(family, without=(mother,))
    kit.settle(man)
    kit.gp(mother, family.place).kin = Contact(him, kit.rng.choice(("partner", "Partner", "boyfriend")), him.phone)
    kit.benign(HA, "registered_father", mother, him, family.place, made.booked_on + 1)
    return True


def separation(kit: Kit) -> bool:
    """A father left, council tax took him off and gave the discount, and his practice followed: all as it should be."""
    family = kit.couple_with_children()
    new = kit.vacant() if family else None
    if not family or new is None:
        return False
    him, left = family.adults[0], kit.first - kit.rng.randrange(100, 400)
    kit.move(him, new, left)
    for who in family.members:
        own = kit.gp(who, family.place)
        if who is him:
            own.withdrawn_on = left + 20
            kit.gp(him, new, left + 20)
    account = kit.account(family.place, family.adults, family.since)
    account.liable[0].end, account.liable[0].left_known_on, account.discount_from = left, left + 15, left
    kit.account(new, [him], left, spd=True)
    kit.police(him, left - 30, "domestic_abuse", "suspect", family.place, family.place, risk="standard")
    kit.benign(UC, "separation", him, family.adults[1], family.place, left)
    return True


VARIANTS = (
    recent_move,
    father_and_son,
    cousins,
    student,
    shared_care,
    grandparent_carers,
    away_in_institution,
    death,
    lawful_disregard,
    brother_as_contact,
    fitting_next_of_kin,
    separation,
)
