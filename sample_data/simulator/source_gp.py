"""Writes registrations as GP systems hold them (contract `gp`)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sample_data.simulator import address_text, written
from sample_data.simulator.clock import FAR, iso, iso_or_empty
from sample_data.simulator.mess import date_as_written, nhs_as_written, phone_as_written
from sample_data.simulator.model import Property, Registration, World
from sample_data.simulator.record import Keys, Record, Version, change_days

HEADER = (
    "record_id",
    "nhs_number",
    "practice_code",
    "title",
    "given_names",
    "family_name",
    "previous_family_name",
    "known_as",
    "date_of_birth",
    "sex",
    "ethnic_category",
    "address_line_1",
    "address_line_2",
    "address_line_3",
    "address_line_4",
    "address_line_5",
    "postcode",
    "uprn",
    "mobile",
    "email",
    "registered_on",
    "deregistered_on",
    "date_of_death",
    "address_updated_on",
    "registration_type",
    "nhs_number_status",
    "residential_institute_code",
    "sensitivity",
    "next_of_kin_name",
    "next_of_kin_relationship",
    "next_of_kin_phone",
)


def records(world: World, supplier: str, rng: random.Random) -> Iterator[Record]:
    """Every registration of one supplier."""
    keys = Keys(supplier[:3].upper(), 7, 1000)
    for made in world.registrations:
        if made.supplier == supplier and made.known_on <= world.last:
            yield Writer(world, made, rng).record(keys.key(rng.choice((1, 2, 2, 3))))


class Writer:
    """One registration: its slips are made once, so that night after night only real changes show."""

    def __init__(self, world: World, made: Registration, rng: random.Random) -> None:
        self.world, self.made, self.rng = world, made, rng
        who = made.person
        hand = address_text.SYSTMONE if "systmone" in made.supplier else address_text.GP
        self.texts = {p.uprn: address_text.write(p, hand, rng) for _, p in made.addresses}
        self.name = written.written(who, written.GP, rng)
        self.corrected_on = rng.randrange(world.first, world.first + 400) if rng.random() < 0.05 else FAR
        self.corrected = written.written(who, written.GP, rng) if self.corrected_on < FAR else self.name
        self.nhs = "" if made.blank_number else nhs_as_written(who.nhs, rng, 0.008, 0.003)
        self.born = date_as_written(iso(who.born), rng, 0.006)
        own = who.phone or (who.mother.phone if who.mother is not None and rng.random() < 0.5 else "")
        self.phone = phone_as_written(own, rng) if made.sure_phone or rng.random() < 0.68 else ""
        changes = bool(self.phone) and not made.sure_phone
        self.phone_changed_on = rng.randrange(world.first, world.first + 1500) if changes else FAR
        self.new_phone = (
            "" if rng.random() < 0.3 else self.phone[:-2] + f"{rng.randrange(100):02d}" if self.phone else ""
        )
        self.email = who.email if rng.random() < 0.5 else ""
        self.title = title(who.sex, who.born, self.world.first, bool(who.partner), rng) if rng.random() < 0.85 else ""
        self.ethnic = who.ethnic if rng.random() < 0.93 else "Z"
        self.kin = self._kin()

    def record(self, record_id: str) -> Record:
        made, world = self.made, self.world
        mentions = [("patient", made.person)]
        if made.kin is not None:
            mentions.append(("next_of_kin", made.kin.person))
        days = [
            made.known_on or world.first,
            self.corrected_on,
            self.phone_changed_on,
            made.named_on,
            made.person.sensitive_from,
        ]
        days += [d for d, _ in made.addresses] + [made.person.died + 3, made.deregistered_on]
        if made.person.born > world.first - 42:
            days.append(made.person.born + 42)
        start = max(made.known_on, world.first)
        versions = [self._version(record_id, d) for d in change_days(days, start, world.last)]
        return Record(record_id, tuple(mentions), versions, made.withdrawn_on)

    def _version(self, record_id: str, day: int) -> Version:
        made, who = self.made, self.made.person
        known, place = (
            [a for a in made.addresses if a[0] <= day][-1] if made.addresses[0][0] <= day else made.addresses[0]
        )
        text = self.texts[place.uprn]
        given, family = self.corrected if day >= self.corrected_on else self.name
        if made.placeholder and day < made.named_on:
            given = made.placeholder
        phone = self.new_phone if day >= self.phone_changed_on else self.phone
        cells = (
            record_id,
            self.nhs,
            made.practice,
            self.title,
            given,
            family,
            who.previous if self.rng_once(5) else "",
            who.called,
            self.born,
            who.sex,
            self.ethnic,
            *text.cells,
            phone,
            self.email,
            iso(made.registered_on),
            iso_or_empty(made.deregistered_on) if day >= made.deregistered_on else "",
            iso_or_empty(who.died) if day >= who.died + 3 else "",
            self._updated(known, place),
            made.kind,
            self._status(day),
            made.institute,
            "S" if day >= who.sensitive_from else "",
            *self.kin,
        )
        filled = any(text.cells)
        return Version(day, cells, (("patient", "home", text),) if filled else ())

    def rng_once(self, modulus: int) -> bool:
        """True for all but one in `modulus` people, the same on every night."""
        return self.made.person.key % modulus > 0

    def _updated(self, known: int, place: Property) -> str:
        if known <= 0:
            return iso(self.made.registered_on) if self.rng_once(3) else ""
        return iso(known)

    def _status(self, day: int) -> str:
        return "08" if day < self.made.person.born + 42 else self.made.status if self.rng_once(4) else ""

    def _kin(self) -> tuple[str, str, str]:
        kin = self.made.kin
        if kin is None:
            return ("", "", "")
        name = kin.name or written.free_text(kin.person, self.rng)
        return (name, kin.relationship, phone_as_written(kin.phone, self.rng))


def title(sex: str, born: int, today: int, married: bool, rng: random.Random) -> str:
    """Mr, Mrs, Miss, Ms, Dr or (for boys) Master."""
    if sex == "1":
        return "Master" if today - born < 4000 and rng.random() < 0.5 else "Mr" if rng.random() < 0.97 else "Dr"
    return rng.choice(("Mrs", "Mrs", "Ms")) if married else rng.choice(("Miss", "Ms", "Miss", "Mrs"))
