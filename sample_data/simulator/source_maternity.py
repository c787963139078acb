"""Writes pregnancies and births as maternity units hold them (contracts `maternity_booking` and `maternity_birth`)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sample_data.simulator import address_text, written
from sample_data.simulator.clock import FAR, iso, iso_or_empty
from sample_data.simulator.mess import date_as_written, nhs_as_written, phone_as_written
from sample_data.simulator.model import Contact, Person, Pregnancy, World
from sample_data.simulator.record import Keys, Record, Version, change_days
from sample_data.simulator.source_gp import title

_GROUP = ("address_line_1", "address_line_2", "address_line_3", "address_line_4", "address_line_5", "postcode", "uprn")
BOOKING_HEADER = (
    "record_id",
    "nhs_number",
    "title",
    "given_names",
    "family_name",
    "previous_family_name",
    "date_of_birth",
    "ethnic_category",
    *_GROUP,
    "mobile",
    "email",
    "practice_code",
    "booked_on",
    "expected_delivery_on",
    "number_of_fetuses",
    "status",
    "single_parent",
    "father_name",
    "father_date_of_birth",
    "father_recorded_reason",
    "next_of_kin_name",
    "next_of_kin_relationship",
    "next_of_kin_phone",
    "partner_name",
    "partner_phone",
    "emergency_contact_name",
    "emergency_contact_relationship",
    "emergency_contact_phone",
    *(f"emergency_contact_{c}" for c in _GROUP),
    "previous_children",
    "previous_social_care",
    "routine_enquiry",
    "disclosure",
)
BIRTH_HEADER = (
    "record_id",
    "booking_record_id",
    "nhs_number",
    "given_names",
    "family_name",
    "date_of_birth",
    "sex",
    "birth_order",
    "births_in_delivery",
    *(f"discharge_{c}" for c in _GROUP),
    "discharged_on",
    "disclosure",
)


def booking_keys(world: World, supplier: str) -> list[tuple[str, Pregnancy]]:
    """The pregnancies of one unit by booking date, with their keys."""
    prefix = "DGFP" if supplier.startswith("dgft") else "SWBP"
    mine = [p for p in world.pregnancies if p.supplier == supplier and p.booked_on + 1 <= world.last]
    return [
        (f"{prefix}{1000 + 2 * i:07d}", p)
        for i, p in enumerate(sorted(mine, key=lambda p: (p.booked_on, p.mother.key)))
    ]


def bookings(world: World, supplier: str, rng: random.Random) -> Iterator[Record]:
    """Every pregnancy of one unit."""
    for key, made in booking_keys(world, supplier):
        yield _Booking(world, made, rng).record(key)


class _Booking:
    """One pregnancy; slips are made once."""

    def __init__(self, world: World, made: Pregnancy, rng: random.Random) -> None:
        self.world, self.made, self.rng = world, made, rng
        who = made.mother
        given, family = written.written(who, written.MATERNITY, rng)
        self.texts = {p.uprn: address_text.write(p, address_text.MATERNITY, rng) for _, p in made.addresses}
        self.head = (
            nhs_as_written(who.nhs, rng, 0.01, 0.004),
            title(who.sex, who.born, world.first, bool(who.partner), rng),
            given,
            family,
            who.previous if rng.random() < 0.5 else "",
            date_as_written(iso(who.born), rng, 0.006),
            who.ethnic,
        )
        self.reach = (
            phone_as_written(who.phone, rng) if rng.random() < 0.9 else "",
            who.email if rng.random() < 0.5 else "",
            made.practice,
            iso(made.booked_on),
            iso(made.expected_on),
        )
        self.father = written.free_text(made.father.person, rng) if made.father else ""
        self.father_born = (
            date_as_written(iso(made.father.person.born), rng, 0.04) if made.father and made.father_born else ""
        )
        self.kin, self.partner, self.emergency = (self._said(c) for c in (made.kin, made.partner, made.emergency))
        place = made.emergency.place if made.emergency else None
        self.contact_text = address_text.write(place, address_text.CONTACT, rng) if place else address_text.EMPTY

    def _said(self, contact: Contact | None) -> tuple[str, str, str]:
        if contact is None:
            return ("", "", "")
        name = contact.name or written.free_text(contact.person, self.rng)
        return (name, contact.relationship, phone_as_written(contact.phone, self.rng))

    def record(self, key: str) -> Record:
        made, world = self.made, self.world
        roles: list[tuple[str, Person]] = [("mother", made.mother)]
        named = (
            ("father", made.father),
            ("partner", made.partner),
            ("emergency_contact", made.emergency),
            ("next_of_kin", made.kin),
        )
        roles += [(role, contact.person) for role, contact in named if contact is not None]
        start = max(made.booked_on + 1, world.first)
        days = [start, made.delivered_on + 1, made.ended_on, made.transferred_on, *(d for d, _ in made.addresses)]
        versions = [self._version(key, d) for d in change_days(days, start, world.last)]
        return Record(key, tuple(roles), versions)

    def _version(self, key: str, day: int) -> Version:
        made = self.made
        text = self.texts[[p for d, p in made.addresses if d <= day or d == made.addresses[0][0]][-1].uprn]
        cells = (
            key,
            *self.head,
            *text.cells,
            *self.reach,
            f"{made.fetuses}",
            _status(made, day),
            made.single_parent,
            self.father,
            self.father_born,
            made.reason,
            *self.kin,
            self.partner[0],
            self.partner[2],
            *self.emergency,
            *self.contact_text.cells,
            f"{made.children_before}",
            made.social_care,
            made.enquiry,
            "withhold" if made.withhold else "",
        )
        addresses = [("mother", "home", text)]
        if any(self.contact_text.cells):
            addresses.append(("emergency_contact", "emergency_contact", self.contact_text))
        return Version(day, cells, tuple(addresses))


def _status(made: Pregnancy, day: int) -> str:
    if day >= made.ended_on:
        return "ended"
    if day >= made.transferred_on:
        return "transferred"
    return "delivered" if day > made.delivered_on else "active"


def births(world: World, supplier: str, rng: random.Random) -> Iterator[Record]:
    """Every baby of one unit, a row each, from the night after the birth."""
    keys = Keys("DGFB" if supplier.startswith("dgft") else "SWBB", 7, 2000)
    for booking_key, made in booking_keys(world, supplier):
        if made.delivered_on + 1 > world.last or made.ended_on < FAR:
            continue
        for order, baby in enumerate(made.babies, start=1):
            yield _birth(
                world, made, baby, order=order, key=keys.key(rng.choice((1, 2))), booking_key=booking_key, rng=rng
            )


def _birth(
    world: World, made: Pregnancy, baby: Person, *, order: int, key: str, booking_key: str, rng: random.Random
) -> Record:
    place = made.discharge
    text = address_text.write(place, address_text.MATERNITY, rng) if place else address_text.EMPTY
    home = made.delivered_on + rng.choice((1, 1, 2, 2, 3, 5))
    given, family = _baby_name(made, baby, order, rng)
    nhs = nhs_as_written(baby.nhs, rng, 0.03, 0.004)
    head = (
        key,
        booking_key,
        nhs,
        given,
        family,
        iso(baby.born),
        baby.sex,
        f"{order}",
        f"{len(made.babies)}",
    )
    end = "withhold" if made.withhold else ""
    start = max(made.delivered_on + 1, world.first)
    versions = [] if start >= home else [Version(start, (*head, *address_text.EMPTY.cells, "", end))]
    later = max(start, home)
    versions.append(
        Version(
            later,
            (*head, *text.cells, iso_or_empty(home), end),
            (("baby", "discharge", text),) if any(text.cells) else (),
        )
    )
    return Record(key, (("baby", baby),), versions)


def _baby_name(made: Pregnancy, baby: Person, order: int, rng: random.Random) -> tuple[str, str]:
    """What stands on the birth row: mostly `Baby` or `Twin 1` and the mother's family name."""
    mother = written.written(made.mother, written.MATERNITY, rng)
    if made.named_at_birth:
        return written.written(baby, written.MATERNITY, rng)[0], mother[1]
    if len(made.babies) > 1:
        return f"Twin {order}" if len(made.babies) == 2 else f"Triplet {order}", mother[1]
    word = rng.choice(("Baby", "Baby", "Baby", "Baby Boy" if baby.sex == "1" else "Baby Girl", "BABY", "Infant"))
    return word, mother[1]
