"""Writes council-tax accounts, one row a liable person (contract `council_tax`)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sample_data.simulator import address_text, written
from sample_data.simulator.address_text import AddressText
from sample_data.simulator.clock import FAR, iso, iso_or_empty
from sample_data.simulator.mess import date_as_written, phone_as_written
from sample_data.simulator.model import Account, Liable, World
from sample_data.simulator.record import Keys, Record, Version, change_days
from sample_data.simulator.source_gp import title

HEADER = (
    "record_id",
    "account_ref",
    "title",
    "forenames",
    "surname",
    "date_of_birth",
    "phone",
    "email",
    "address_line_1",
    "address_line_2",
    "address_line_3",
    "address_line_4",
    "address_line_5",
    "postcode",
    "uprn",
    "liable_from",
    "liable_to",
    "discount_code",
    "discount_from",
    "discount_to",
    "disregards",
    "exemption_class",
    "forwarding_address_line_1",
    "forwarding_address_line_2",
    "forwarding_address_line_3",
    "forwarding_address_line_4",
    "forwarding_address_line_5",
    "forwarding_postcode",
    "forwarding_uprn",
    "disclosure",
)


def records(world: World, supplier: str, rng: random.Random) -> Iterator[Record]:
    """Every liable person of one council's accounts."""
    keys, accounts = Keys(supplier[:2].upper(), 8, 2000), Keys("", 8, 2000)
    for account in world.accounts:
        if account.supplier != supplier:
            continue
        text = address_text.write(account.place, address_text.COUNCIL_TAX, rng)
        reference = accounts.key(rng.choice((1, 2, 3)))
        for liable in account.liable:
            if liable.known_on <= world.last:
                again = text if rng.random() < 0.8 else address_text.write(account.place, address_text.COUNCIL_TAX, rng)
                yield _record(
                    world,
                    account,
                    liable,
                    key=keys.key(rng.choice((1, 2, 3))),
                    reference=reference,
                    text=again,
                    rng=rng,
                )


def _record(
    world: World, account: Account, liable: Liable, *, key: str, reference: str, text: AddressText, rng: random.Random
) -> Record:
    who = liable.person
    given, family = written.written(who, written.COUNCIL_TAX, rng)
    forenames = written.initials(given, rng) if rng.random() < 0.55 else given
    born = date_as_written(iso(who.born), rng, 0.01) if rng.random() < 0.2 else ""
    fixed = (
        key,
        reference,
        title(who.sex, who.born, world.first, bool(who.partner), rng).upper(),
        forenames.upper(),
        family.upper(),
        born,
        phone_as_written(who.phone, rng) if rng.random() < 0.45 else "",
        who.email if rng.random() < 0.25 else "",
        *text.cells,
        iso(liable.start),
    )
    forward = (
        address_text.write(liable.forwarding, address_text.FORWARDING, rng) if liable.forwarding else address_text.EMPTY
    )
    days = [liable.known_on, liable.left_known_on]
    if account.discount_from < FAR:
        days.append(max(liable.known_on, account.discount_from + 10))
    versions = [
        _version(account, liable, fixed, day, text=text, forward=forward)
        for day in change_days(days, max(liable.known_on, world.first), world.last)
    ]
    return Record(key, (("liable", who),), versions)


def _version(
    account: Account, liable: Liable, fixed: tuple[str, ...], day: int, *, text: AddressText, forward: AddressText
) -> Version:
    left = day >= liable.left_known_on
    discount = day >= account.discount_from + 10 or account.discount_from == liable.start
    moved_to = forward if left else address_text.EMPTY
    cells = (
        *fixed,
        iso_or_empty(liable.end) if left else "",
        "SPD" if discount else "",
        iso_or_empty(account.discount_from) if discount else "",
        iso_or_empty(liable.end) if discount and left else "",
        account.disregards,
        account.exemption,
        *moved_to.cells,
        "withhold" if account.withhold else "",
    )
    addresses = [("liable", "home", text)]
    if any(moved_to.cells):
        addresses.append(("liable", "forwarding", moved_to))
    return Version(day, cells, tuple(addresses))
