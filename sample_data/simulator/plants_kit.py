"""Tools for planting: take a household that is part of nothing yet, write its registers, add police and claims.

Whatever is planted is true by the records' own rules: `first_night` gives the first night whose extracts hold it.
"""

from __future__ import annotations

from collections.abc import Callable

from sample_data.simulator import policing, pregnancies, registers
from sample_data.simulator.clock import FAR
from sample_data.simulator.maker import YEAR, Household, Maker, marry
from sample_data.simulator.model import (
    Account,
    Involvement,
    Liable,
    Person,
    Pregnancy,
    Property,
    Registration,
    Relation,
    Situation,
    Stay,
)
from sample_data.simulator.places import Places

GRACE_INFANT, GRACE_GP, GRACE_COUNCIL_TAX = 14, 84, 42
"""Days of grace (exceptions.md and domain notes, section 7)."""
LOOKED_AT = 600
"""Households looked at for one that fits, so that planting costs the same per person in a large region."""
UC, HA, AD = "unregistered_co_residence", "hidden_adult", "address_divergence"


class Kit:
    """Plants into one world."""

    def __init__(self, maker: Maker, places: Places) -> None:
        self.maker, self.places, self.world, self.rng = maker, places, maker.world, maker.rng
        self.first, self.last = maker.world.first, maker.world.last
        self._pools: dict[str, list[Household]] = {}
        self._bedsits: list[list[Property]] | None = None

    def take(self, kind: str, test: Callable[[Household], bool] = lambda h: True) -> Household | None:
        """A household of this kind that has lived there for years and is part of nothing yet, or None."""
        pool = self._pools.get(kind)
        if pool is None:
            pool = self._pools[kind] = [h for h in self.maker.households if h.kind == kind and self._settled(h)]
            self.rng.shuffle(pool)
        for i in range(len(pool) - 1, max(len(pool) - LOOKED_AT, 0) - 1, -1):
            if pool[i].free and test(pool[i]):
                found = pool[i]
                pool[i] = pool[-1]
                pool.pop()
                found.free, found.registered = False, True
                return found
        return None

    def _settled(self, h: Household) -> bool:
        stayed = all(len(m.stays) == 1 for m in h.members)
        return h.free and h.place.listed and stayed and h.since < self.first - 700

    def single_mother(self) -> Household | None:
        """A mother of 18 to 42 alone with children, none of them a baby."""
        return self.take("single_parent", lambda h: self._may_bear(h.adults[0], h))

    def couple_with_children(self) -> Household | None:
        return self.take("family", lambda h: len(h.adults) == 2 and self._may_bear(h.adults[1], h))

    def _may_bear(self, woman: Person, h: Household) -> bool:
        age = (self.first - woman.born) / YEAR
        return (
            woman.sex == "2"
            and 18 < age < 42
            and bool(h.children)
            and min(self.first - c.born for c in h.children) > 500
        )

    def man(self, near: Person | None = None, *, across: Property | None = None) -> Household | None:
        """A man living alone, of an age with `near`; `across` asks for one outside that property's council."""

        def fits(h: Household) -> bool:
            who = h.adults[0]
            apart = abs(who.born - near.born) / YEAR if near else 0
            far = across is None or h.place.council != across.council
            return who.sex == "1" and apart < 11 and far and bool(who.phone)

        return self.take("single", fits)

    def relative_home(self, of: Person) -> Household | None:
        """An elderly couple, best of the same tradition, who can be her parents."""
        found = self.take("elderly_couple", lambda h: h.adults[1].tradition == of.tradition) or self.take(
            "elderly_couple"
        )
        if found and of.mother is None:
            of.mother, of.father = found.adults[1], found.adults[0]
        return found

    def vacant(self) -> Property | None:
        """An empty listed home of the two councils; None when none is left."""
        empty = self.maker.vacant
        for i in range(len(empty) - 1, -1, -1):
            if empty[i].listed:
                return empty.pop(i)
        return None

    def next_bedsits(self) -> list[Property] | None:
        """The house and rooms of a shared house nobody lives in yet, or None."""
        if self._bedsits is None:
            rooms = self.places.bedsits
            self._bedsits = [rooms[u] for u in sorted(rooms) if rooms[u][0].listed and u not in self.maker.let]
        return self._bedsits.pop() if self._bedsits else None

    def settle(self, h: Household, *, without: tuple[Person, ...] = ()) -> None:
        """Ordinary registrations and account of a household, except for these people."""
        for who in h.members:
            if who not in without:
                made = registers.register(self.world, who, self.rng, 10)
                registers.next_of_kin(self.maker, h, made)
        registers.open_account(self.maker, h)

    def gp(self, who: Person, place: Property, since: int | None = None, *, sure_phone: bool = False) -> Registration:
        """A registration that gives this home (since long ago unless said)."""
        supplier, practice = registers.practice_of(place, self.rng)
        began = since if since is not None else max(who.born + 20, self.first - self.rng.randrange(800, 4000))
        known = began + 1 if began > self.first - 200 else 0
        made = Registration(who, supplier, practice, began, [(0, place)], known_on=known, sure_phone=sure_phone)
        self.world.registrations.append(made)
        return made

    def account(self, place: Property, who: list[Person], start: int, *, spd: bool = False, lag: int = 14) -> Account:
        """An account of a home in the delivered councils."""
        supplier = registers.COUNCIL_SUPPLIER.get(place.council, "sandwell_mbc")
        made = Account(place, supplier, [Liable(p, start, start + lag) for p in who], start if spd else FAR)
        self.world.accounts.append(made)
        return made

    def move(self, who: Person, place: Property, day: int) -> Property:
        """The person's one home changes; returns the home before."""
        before = who.stays[-1]
        before.end = day
        who.stays.append(Stay(place, day))
        return before.place

    def police(
        self,
        who: Person,
        day: int,
        kind: str,
        role: str,
        told: Property | None,
        scene: Property | None,
        number: int = 0,
        *,
        risk: str = "",
        markers: str = "",
        address_role: str = "",
    ) -> Involvement:
        number = number or policing.next_occurrence(self.maker)
        return policing.add(
            self.maker, who, number, day, kind, role, told, scene, risk=risk, markers=markers, address_role=address_role
        )

    def domestic(
        self, man: Person, woman: Person, day: int, his: Property | None, hers: Property | None, scene: Property
    ) -> int:
        """One domestic occurrence of a man and a woman; returns its number."""
        number = policing.next_occurrence(self.maker)
        markers = self.rng.choice(("violent;domestic_abuse", "domestic_abuse", "", "weapons;violent"))
        risk = self.rng.choice(("standard", "medium", "high"))
        self.police(man, day, "domestic_abuse", "suspect", his, scene, number, risk=risk, markers=markers)
        self.police(woman, day, "domestic_abuse", "victim", hers, scene, number, risk=risk)
        return number

    def pregnancy(self, mother: Person, father: Person | None, born: int, h: Household, babies: int = 1) -> Pregnancy:
        """A pregnancy delivered on this day (later than the last night: still going on), with an empty set of roles."""
        children = [pregnancies.newborn(self.maker, mother, father, born) for _ in range(babies)]
        made = pregnancies.book(self.maker, mother, father, born, children)
        made.father = made.partner = made.emergency = made.kin = None
        made.reason, made.father_born = "", False
        if born <= self.last:
            h.children += children
        return made

    def partners(self, a: Person, b: Person, since: int) -> None:
        """A partnership that need not mean one home."""
        if a.partner is None and b.partner is None:
            marry(self.world, a, b, since)
            a.partner = b.partner = None
        else:
            self.world.relations.append(Relation(a, "partner", b, since))

    def carer(self, a: Person, child: Person, since: int) -> None:
        self.world.relations.append(Relation(a, "carer", child, since))

    def first_night(self, day: int) -> int:
        """The first night on or after a day; FAR when none is left."""
        return next((n for n in self.world.nights if n >= day), FAR)

    def recent(self, low: int, high: int) -> int:
        """A day `low` to `high` days before the first night; one in four instead falls on the nights."""
        if self.rng.random() < 0.25 and self.last > self.first:
            return self.rng.randrange(self.first - 1, self.last)
        return self.first - self.rng.randrange(low, high)

    def true(
        self,
        kind: str,
        variant: str,
        who: Person,
        other: Person | None,
        place: Property | None,
        start: int,
        discoverable: int,
        end: int = FAR,
    ) -> None:
        found = Situation(kind, who, other, place, start, end, self.first_night(discoverable), variant)
        self.world.situations.append(found)

    def benign(
        self,
        kind: str,
        explanation: str,
        who: Person,
        other: Person | None,
        place: Property | None,
        since: int,
        variant: str = "",
    ) -> None:
        """What looks like a situation of this kind and is not; `since` is when the records began to look so."""
        night = self.first_night(max(since, self.first))
        self.world.situations.append(
            Situation(kind, who, other, place, since, FAR, night, variant or explanation, explanation)
        )
