"""Finds what became true of itself: families whose practice is behind council tax, some within the grace period.

The rule is that of exceptions.md: a child's mother or carer has two current claims of residence at different
properties, and the grace period (84 days of a practice; 14 with a child under one) is over.
"""

from __future__ import annotations

from collections import defaultdict

from sample_data.simulator.clock import FAR
from sample_data.simulator.maker import Household
from sample_data.simulator.model import Person, Property, Registration
from sample_data.simulator.plants_kit import AD, GRACE_GP, GRACE_INFANT, HA, Kit


def behind(kit: Kit) -> None:
    """Adds the situations and the look-alikes of ordinary families that moved."""
    by_person: dict[int, list[Registration]] = defaultdict(list)
    for made in kit.world.registrations:
        if made.kind == "":
            by_person[made.person.key].append(made)
    accounts = {(liable.person.key, a.place.uprn): liable.known_on for a in kit.world.accounts for liable in a.liable}
    for h in kit.maker.households:
        if h.children and not h.registered and h.before is not None:
            for who in h.adults:
                known = accounts.get((who.key, h.place.uprn))
                if known is not None and not who.protected:
                    _judge(kit, h, who, known, by_person[who.key])


def _judge(kit: Kit, h: Household, who: Person, account_known: int, held: list[Registration]) -> None:
    infant = any(kit.first - c.born < 365 for c in h.children)
    over = h.since + (GRACE_INFANT if infant else GRACE_GP)
    told = practice_told(held, h.place)
    old = h.before
    if old is None or told <= account_known or not held or not (old.listed and h.place.listed):
        return
    starts = max(over, account_known, kit.first)
    if starts < told and starts <= kit.last:
        kit.true(AD, "practice_behind", who, None, h.place, h.since, starts, told)
    elif account_known < told and max(account_known, kit.first) <= kit.last and told > kit.first:
        kit.benign(AD, "recent_move", who, None, h.place, max(account_known, kit.first), "practice_behind_in_grace")


def practice_told(held: list[Registration], place: Property) -> int:
    """The day from which a practice's extract shows this home; FAR when none does."""
    days = [max(known, made.known_on) for made in held for known, at in made.addresses if at is place]
    return min(days, default=FAR)


def same_property(kit: Kit) -> None:
    """Families in a house with a name and a number: their records may give either, and mean one property."""
    for h in kit.maker.households:
        place = h.place
        if h.children and h.free and place.building and not place.sub and place.number and place.listed:
            kit.benign(AD, "same_property", h.adults[0], None, place, max(h.since, kit.first))


def list_natural(kit: Kit) -> None:
    """Look-alikes that nobody planted: newborns unregistered, recorded fathers living apart, women as contacts."""
    planted = {id(s.person) for s in kit.world.situations}
    for made in kit.world.pregnancies:
        if id(made.mother) in planted or made.booked_on >= kit.last or made.ended_on < FAR:
            continue
        place = made.mother.home(kit.first)
        if kit.first - 42 < made.delivered_on <= kit.last:
            kit.benign(AD, "newborn", made.babies[0], made.mother, made.discharge, made.delivered_on + 1)
        father = made.father.person if made.father else None
        if father is not None and made.mother.partner is not father:
            kit.benign(HA, "registered_father", made.mother, father, place, made.booked_on + 1)
        elif made.single_parent == "Y" and made.emergency and made.emergency.person.sex == "2":
            kit.benign(HA, "contact_is_other", made.mother, made.emergency.person, place, made.booked_on + 1)
