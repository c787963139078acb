"""An address as a clerk of one kind of agency types it, and which property the text still says."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sample_data.simulator.mess import recased, typo
from sample_data.simulator.model import Property
from sample_data.simulator.towns import COUNTIES

_ABBREVIATED = {
    "Road": ("Rd", "Rd.", "RD", "road"),
    "Street": ("St", "St.", "Str"),
    "Avenue": ("Ave", "Av", "Ave."),
    "Close": ("Cl", "Clo"),
    "Drive": ("Dr", "Drv"),
    "Crescent": ("Cres", "Cresc"),
    "Lane": ("Ln", "La"),
    "Grove": ("Gr", "Gve"),
    "Gardens": ("Gdns",),
    "Court": ("Ct", "Crt"),
    "Place": ("Pl",),
    "Terrace": ("Ter", "Terr"),
    "Square": ("Sq",),
    "Way": ("Wy",),
    "Walk": ("Wlk",),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """How carefully one kind of agency writes addresses: shares of rows with each slip."""

    abbreviated: float
    misspelt: float
    no_postcode: float
    wrong_postcode: float
    no_flat: float
    one_line: float
    lower: float
    upper: float
    uprn: float
    wrong_uprn: float = 0.003


GP = Hand(0.35, 0.03, 0.006, 0.02, 0.015, 0.01, 0.01, 0.04, 0.45)
SYSTMONE = Hand(0.35, 0.04, 0.01, 0.025, 0.02, 0.015, 0.015, 0.03, 0.25)
MATERNITY = Hand(0.35, 0.05, 0.015, 0.035, 0.02, 0.02, 0.03, 0.03, 0.3)
CONTACT = Hand(0.4, 0.06, 0.25, 0.05, 0.05, 0.15, 0.06, 0.03, 0.03)
COUNCIL_TAX = Hand(0.04, 0.006, 0.002, 0.003, 0.003, 0.0, 0.0, 1.0, 0.97)
FORWARDING = Hand(0.2, 0.03, 0.08, 0.03, 0.05, 0.02, 0.0, 1.0, 0.2)
POLICE = Hand(0.4, 0.11, 0.2, 0.08, 0.08, 0.14, 0.08, 0.09, 0.04)


@dataclass(frozen=True, slots=True)
class AddressText:
    """The seven cells of an address group, and the UPRN the text says: the building's where the flat is left out,
    None where the property is in no gazetteer.
    """

    cells: tuple[str, str, str, str, str, str, str]
    true_uprn: str | None


EMPTY = AddressText(("", "", "", "", "", "", ""), None)


def write(place: Property, hand: Hand, rng: random.Random) -> AddressText:
    """One property as this hand writes it."""
    flat_left_out = bool(place.sub) and rng.random() < hand.no_flat
    said = place.parent if flat_left_out and place.parent else place
    lines = _lines(place, said, hand, rng)
    if rng.random() < hand.one_line:
        lines = [", ".join(lines)]
    lines = _spread([recased(line, rng, 0, 0) for line in lines], rng)
    case = rng.random()
    if case < hand.lower:
        lines = [line.lower() for line in lines]
    elif case < hand.lower + hand.upper:
        lines = [line.upper() for line in lines]
    uprn = _uprn(said, hand, rng)
    cells = (lines[0], lines[1], lines[2], lines[3], lines[4], _postcode(place.postcode, hand, rng), uprn)
    return AddressText(cells, said.uprn if said.listed else None)


def _lines(place: Property, said: Property, hand: Hand, rng: random.Random) -> list[str]:
    street = _street(place.street, hand, rng)
    number = f"{place.number} {street}" if place.number else street
    if place.number and rng.random() < 0.02:
        number = f"{place.number}, {street}"
    lines = [*_inside(said, number, rng)]
    keep_locality = place.locality and rng.random() < 0.55
    if keep_locality:
        lines.append(place.locality)
    if rng.random() < (0.8 if keep_locality else 0.93):
        lines.append(place.town)
    if rng.random() < 0.16:
        lines.append(rng.choice(COUNTIES))
    return lines


def _inside(said: Property, number: str, rng: random.Random) -> list[str]:
    """Flat and building before the street, in one of the ways they are written."""
    draw = rng.random()
    if not said.sub:
        return _house(said, number, draw)
    unit, _, which = said.sub.partition(" ")
    if said.building:
        short = f"{which} {said.building}" if draw < 0.2 else f"{said.sub} {said.building}"
        return [said.sub, said.building, number] if 0.2 <= draw < 0.35 else [short, number]
    if draw < 0.4:
        return [f"{said.sub}, {number}"]
    if draw < 0.7:
        return [said.sub, number]
    if draw < 0.8:
        return [f"{which}/{number}"] if unit != "Room" else [f"Rm {which}", number]
    return [f"{'Flt' if unit == 'Flat' else 'Apt' if unit == 'Apartment' else unit} {which} {number}"]


def _house(said: Property, number: str, draw: float) -> list[str]:
    """A house with a name is written by number, by name, or by both."""
    if not said.building or draw < 0.3:
        return [number]
    street = number.removeprefix(f"{said.number},").removeprefix(said.number).strip()
    return [said.building, street] if draw < 0.55 else [said.building, number]


def _street(street: str, hand: Hand, rng: random.Random) -> str:
    words = street.split(" ")
    if rng.random() < hand.misspelt:
        words[0] = typo(words[0], rng)
    kind = words[-1]
    if rng.random() < hand.abbreviated and kind in _ABBREVIATED:
        words[-1] = rng.choice(_ABBREVIATED[kind])
    elif rng.random() < hand.misspelt / 3:
        words[-1] = typo(kind, rng)
    return " ".join(words)


def _spread(lines: list[str], rng: random.Random) -> list[str]:
    """Five cells: now and then the first is left empty or there is a hole."""
    draw = rng.random()
    if len(lines) < 5 and draw < 0.04:
        lines = ["", *lines]
    elif len(lines) < 5 and draw < 0.07:
        lines = [lines[0], "", *lines[1:]]
    if len(lines) > 5:
        lines = [*lines[:4], ", ".join(lines[4:])]
    return lines + [""] * (5 - len(lines))


def _postcode(postcode: str, hand: Hand, rng: random.Random) -> str:
    draw = rng.random()
    if draw < hand.no_postcode:
        return ""
    if draw < hand.no_postcode + hand.wrong_postcode:
        postcode = _wrong(postcode, rng)
    style = rng.random()
    if style < 0.03:
        return postcode.lower()
    return postcode.replace(" ", "") if style < 0.07 else postcode


def _wrong(postcode: str, rng: random.Random) -> str:
    out, inward = postcode.split(" ")
    kind = rng.random()
    if kind < 0.35:
        return f"{out} {inward[0]}{inward[2]}{inward[1]}"
    if kind < 0.75:
        return f"{out} {inward[:2]}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    return f"{out} {rng.randrange(10)}{inward[1:]}"


def _uprn(said: Property, hand: Hand, rng: random.Random) -> str:
    draw = rng.random()
    if draw >= hand.uprn or (not said.listed and said.council in ("4615", "4620")):
        return ""
    return f"{int(said.uprn) + rng.choice((-2, -1, 1, 2, 3))}" if draw < hand.wrong_uprn * hand.uprn else said.uprn
