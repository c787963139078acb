"""The seed case and its counterfactual variants (a) to (h): what differs, as data (domain notes, section 1b)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records of one telling of the case hold. Names of the father are (given, family) by source."""

    father_gp: tuple[str, str] = ("Kamran", "Yaqub")
    father_police: tuple[str, str] = ("Kamran", "Yaqub")
    father_account: tuple[str, str] = ("KAMRAN", "YAQUB")
    contact_name: str = "Kamran Yaqub"
    contact_phone: str = "07675 120348"
    health_contact: bool = False
    neighbour_call: bool = False
    sensitive: bool = False
    father_recorded: bool = False
    moves_and_registers: bool = False
    namesake: bool = False
    incident: bool = True


SEED = Facts()

VARIANTS: dict[str, Facts] = {
    "a": replace(SEED, health_contact=True),
    "b": replace(SEED, neighbour_call=True),
    "c": replace(SEED, contact_phone="07675 120343"),
    "d": replace(
        SEED,
        father_gp=("Kamran", "Yaqoob"),
        father_police=("Kamraan", "Yakub"),
        father_account=("K", "YAQUB"),
        contact_name="Kamran Yakoub",
    ),
    "e": replace(SEED, sensitive=True),
    "f": replace(SEED, father_recorded=True),
    "g": replace(SEED, moves_and_registers=True, incident=False),
    "h": replace(SEED, namesake=True),
}


def facts(variant: str | None) -> Facts:
    """The facts of a variant; None is the seed itself. Raises KeyError for a letter that is none."""
    return SEED if variant is None else VARIANTS[variant]
