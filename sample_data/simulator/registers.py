"""What practices and councils hold of each household: registrations with their lag, accounts with their discounts."""

from __future__ import annotations

import random

from sample_data.simulator.clock import FAR
from sample_data.simulator.maker import Household, Maker
from sample_data.simulator.model import Account, Contact, Liable, Person, Property, Registration, World
from sample_data.simulator.towns import BIRMINGHAM, DUDLEY, SANDWELL

GP_SUPPLIER = {DUDLEY: "dudley_emis", SANDWELL: "sandwell_systmone"}
COUNCIL_SUPPLIER = {DUDLEY: "dudley_mbc", SANDWELL: "sandwell_mbc"}
KINDS_TOLD_BY = "dudley_emis"
"""The supplier whose extract says what kind of registration a row is; the other leaves the column out."""
_PRACTICES = {"dudley_emis": ("M87", 44), "sandwell_systmone": ("M88", 50)}


def practice_of(place: Property, rng: random.Random) -> tuple[str, str]:
    """Supplier and practice for a home; of those outside the two councils half use a practice across the border."""
    supplier = GP_SUPPLIER.get(place.council)
    if supplier is None:
        supplier = "sandwell_systmone" if place.council == BIRMINGHAM or rng.random() < 0.5 else "dudley_emis"
    prefix, count = _PRACTICES[supplier]
    spot = sum(map(ord, place.postcode[:-2])) % count
    number = spot + 1 if rng.random() < 0.75 else rng.randrange(1, count + 1)
    return supplier, f"{prefix}{number:03d}"


def gp_lag(rng: random.Random, family: bool) -> int:
    """Days until a practice shows a new address: median four months, one in eight over a year (domain notes section 6).

    Families with children tell sooner: the new school and the next vaccination ask.
    """
    return round(rng.lognormvariate(3.9, 1.05) if family else rng.lognormvariate(4.85, 1.15)) + 2


def register_household(maker: Maker, household: Household) -> None:
    """Registrations for all members, in step with each other mostly."""
    rng, world = maker.rng, maker.world
    family = bool(household.children)
    together = gp_lag(rng, family)
    outside = household.place.council not in GP_SUPPLIER
    for who in household.members:
        if rng.random() < (0.5 if outside else 0.02):
            continue
        lag = together if rng.random() < 0.8 else gp_lag(rng, family)
        made = register(world, who, rng, lag)
        next_of_kin(maker, household, made)
        _oddities(maker, made)


def _oddities(maker: Maker, made: Registration) -> None:
    """A few registrations are withdrawn on a night, doubled at a second practice, or only temporary somewhere else."""
    rng, world = maker.rng, maker.world
    draw = rng.random()
    if draw < 0.0004 * (world.last - world.first + 1) and made.withdrawn_on == FAR:
        made.withdrawn_on = rng.randrange(world.first + 1, world.last + 2)
    elif draw > 0.997:
        _, practice = practice_of(made.addresses[-1][1], rng)
        double = Registration(
            made.person, made.supplier, practice, min(made.registered_on + 400, world.first - 9), [made.addresses[0]]
        )
        world.registrations.append(double)
    elif draw > 0.99 and made.person.born < world.first - 5000:
        place = rng.choice(maker.households).place
        supplier, practice = practice_of(place, rng)
        began = world.first - rng.randrange(5, 80)
        if supplier == KINDS_TOLD_BY:
            stay = Registration(made.person, supplier, practice, began, [(0, place)], kind="temporary")
            world.registrations.append(stay)


def _newborn(made: Registration, rng: random.Random, first: int) -> None:
    """A baby comes to a practice one to seven weeks after birth, sometimes as `Baby`, sometimes without number."""
    born = made.person.born
    if born <= first - 60:
        return
    made.known_on = born + rng.randrange(8, 50)
    made.registered_on, made.blank_number = made.known_on - 1, rng.random() < 0.05
    if rng.random() < 0.15:
        made.placeholder, made.named_on = (
            rng.choice(("Baby", "Baby Boy" if made.person.sex == "1" else "Baby Girl")),
            born + 43,
        )


def register(world: World, who: Person, rng: random.Random, lag: int) -> Registration:
    """One person's registration, following their stays with this lag. Crossing to another practice's area makes a new
    registration; the old one goes then, or (one in 25) stays behind as a ghost.
    """
    stays = [s for s in who.stays if s.share == 1.0]
    first = stays[0]
    supplier, practice = practice_of(first.place, rng)
    began = max(who.born + 20, first.start + min(lag, 60))
    made = Registration(who, supplier, practice, began, [(0, first.place)], kin=None)
    for stay in stays[1:]:
        known = stay.start + lag
        new_supplier, new_practice = practice_of(stay.place, rng)
        if new_supplier == made.supplier:
            made.addresses.append((known, stay.place))
            continue
        made.withdrawn_on = known if rng.random() > 0.04 else FAR
        world.registrations.append(made)
        made = Registration(who, new_supplier, new_practice, known, [(0, stay.place)], known_on=known)
    _newborn(made, rng, world.first)
    if who.died < FAR:
        made.deregistered_on = who.died + 20
    world.registrations.append(made)
    return made


def next_of_kin(maker: Maker, household: Household, made: Registration) -> None:
    """About half of registrations name a next of kin; relationship is free text and often vague."""
    rng, who = maker.rng, made.person
    others = [m for m in household.members if m is not who and m.born < maker.world.first - 6000]
    if not others or rng.random() < 0.5:
        return
    kin = rng.choice(others)
    made.kin = Contact(kin, relationship(who, kin, rng), kin.phone if rng.random() < 0.6 else "")


def relationship(who: Person, kin: Person, rng: random.Random) -> str:
    """What the kin is to the person, as a clerk writes it; blank or vague for one in six."""
    if rng.random() < 0.17:
        return rng.choice(("", "", "relative", "family", "friend", "NOK", "other"))
    return rng.choice(_WORDS[_fact(who, kin)])


def _fact(who: Person, kin: Person) -> str:
    if who.partner is kin:
        return "husband" if kin.sex == "1" else "wife"
    if who.mother is kin:
        return "mother"
    if who.father is kin:
        return "father"
    if kin.mother is who or kin.father is who:
        return "son" if kin.sex == "1" else "daughter"
    if who.mother is not None and who.mother is kin.mother:
        return "brother" if kin.sex == "1" else "sister"
    return "friend"


_WORDS: dict[str, tuple[str, ...]] = {
    "husband": ("Husband", "H", "husband", "HUSBAND", "partner", "P", "spouse"),
    "wife": ("Wife", "W", "wife", "partner", "spouse", "WIFE"),
    "mother": ("Mother", "mum", "mom", "M", "Mam", "mother"),
    "father": ("Father", "dad", "F", "father", "DAD"),
    "son": ("Son", "son", "SON"),
    "daughter": ("Daughter", "dau", "daughter", "Dtr"),
    "brother": ("Brother", "bro", "B", "brother"),
    "sister": ("Sister", "sis", "SISTER", "S"),
    "friend": ("friend", "Friend", "relative", "housemate", "flatmate", "other"),
}


def open_account(maker: Maker, household: Household) -> None:
    """The council-tax account of a home, and of the home before it where that was left within two years."""
    rng, world = maker.rng, maker.world
    liable = _liable(household, rng)
    stays = [s for s in liable[0].stays if s.share == 1.0] if liable else []
    for stay in stays:
        supplier = COUNCIL_SUPPLIER.get(stay.place.council)
        if supplier is None or stay.end < world.first - 730:
            continue
        known, closed = stay.start + rng.randrange(5, 40), stay.end + rng.randrange(4, 40) if stay.end < FAR else FAR
        account = Account(stay.place, supplier, [])
        next_place = next((s.place for s in stays if s.start == stay.end), None)
        for who in liable:
            forwarding = next_place if rng.random() < 0.6 else None
            account.liable.append(Liable(who, stay.start, known, stay.end, closed, forwarding))
        _discount(account, household, stay.start, rng)
        world.accounts.append(account)


def _liable(household: Household, rng: random.Random) -> list[Person]:
    adults = [a for a in household.adults if a.born < household.since - 6574 or a is household.adults[0]]
    if household.kind == "bedsit":
        return []
    if household.kind in ("students", "sharers"):
        return adults[: rng.choice((1, 2, len(adults)))]
    head = adults[0]
    return [head, head.partner] if head.partner in adults and head.partner and rng.random() < 0.8 else adults[:1]


def _discount(account: Account, household: Household, start: int, rng: random.Random) -> None:
    """Single person discount where one adult counts; a lawful disregard lets it stand beside another adult."""
    adults = household.adults
    if household.kind == "students":
        account.exemption = "N"
    elif len(adults) == 1 and rng.random() < 0.93:
        account.discount_from = start if rng.random() < 0.7 else start + rng.randrange(10, 400)
    elif len(adults) == 2 and len(account.liable) == 1 and rng.random() < 0.12:
        account.discount_from = start
        account.disregards = rng.choice(("student", "carer", "severe_impairment", "apprentice"))
