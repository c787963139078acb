"""The table contract: every table of a night, what one row of it is, its columns, types and meaning.

Extract contracts (what suppliers hand over) and the tables of the night are described once, here. The loader,
the gates, the DDL of the store and the data dictionary (docs/reference/tables.md) are derived from this module.

Invariant: a column that is not described here is neither loaded nor written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Need = Literal["R", "r", "o"]  # R column and value; r column, value may be empty; o the column itself may be missing


@dataclass(frozen=True)
class Column:
    """One column: its name, DuckDB type, meaning, and whether it holds a value about a person.

    `allowed` lists the permitted values (empty: any). `personal` marks what may never reach a log, an error or a
    file name.
    """

    name: str
    type: str = "VARCHAR"
    need: Need = "r"
    meaning: str = ""
    allowed: tuple[str, ...] = ()
    personal: bool = False


@dataclass(frozen=True)
class Contract:
    """One kind of extract: what one row is, its columns, and the mentions a row can hold.

    `mentions` maps the name of a mention to the prefix of its address group, or None where it has none.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    mentions: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str, str], ...] = ()  # (mention, address_role, column prefix)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def _c(name: str, need: Need, meaning: str, *, type: str = "VARCHAR", allowed: tuple[str, ...] = ()) -> Column:
    personal = (
        name not in _IMPERSONAL and not name.endswith(("_on", "_from", "_to", "_code"))
    ) or name in _DATES_OF_PEOPLE
    return Column(name, type, need, meaning, allowed, personal)


_DATES_OF_PEOPLE = {"date_of_birth", "date_of_death"}
_IMPERSONAL = {"record_id", "account_ref", "occurrence_ref", "booking_record_id", "uprn", "parent_uprn", "disregards"}
_D = "DATE"
_I = "INTEGER"


def _address(prefix: str = "", need: Need = "r") -> tuple[Column, ...]:
    lines = tuple(_c(f"{prefix}address_line_{i}", need, f"address line {i}, as a clerk typed it") for i in range(1, 6))
    return (
        *lines,
        _c(f"{prefix}postcode", need, "postcode, may be wrong"),
        _c(f"{prefix}uprn", need, "UPRN as the supplier gives it"),
    )


_DISCLOSURE = _c("disclosure", "o", "`withhold`: restricted record, as GP sensitivity S", allowed=("withhold",))

GP = Contract(
    "gp",
    "a registration of a patient at a practice",
    (
        _c("record_id", "R", "registration key"),
        _c("nhs_number", "r", "10 digits; may fail its check digit"),
        _c("practice_code", "R", "ODS code of the practice"),
        _c("title", "r", "title"),
        _c("given_names", "r", "one or several names, or an initial"),
        _c("family_name", "r", "family name"),
        _c("previous_family_name", "o", "earlier family name"),
        _c("known_as", "o", "name used"),
        _c("date_of_birth", "r", "date of birth", type=_D),
        _c("sex", "r", "1 male, 2 female, 9 indeterminate, 0 not known", allowed=("0", "1", "2", "9")),
        _c("ethnic_category", "o", "NHS 2001 code; for measuring error by group only"),
        *_address(),
        _c("mobile", "o", "mobile phone"),
        _c("email", "o", "e-mail"),
        _c("registered_on", "R", "start of the registration", type=_D),
        _c("deregistered_on", "o", "end of the registration", type=_D),
        _c("date_of_death", "o", "date of death", type=_D),
        _c("address_updated_on", "o", "when the practice last changed the address", type=_D),
        _c(
            "registration_type",
            "o",
            "only regular says where someone lives",
            allowed=("regular", "temporary", "emergency", "private", "dummy"),
        ),
        _c("nhs_number_status", "o", "01 verified … 08 postponed (baby under six weeks)"),
        _c("residential_institute_code", "o", "filled: care home, hostel, prison or the like"),
        _c("sensitivity", "o", "S: restricted record", allowed=("S",)),
        _c("next_of_kin_name", "o", "one free-text name"),
        _c("next_of_kin_relationship", "o", "free text"),
        _c("next_of_kin_phone", "o", "phone"),
        _DISCLOSURE,
    ),
    mentions=("patient", "next_of_kin"),
    addresses=(("patient", "home", ""),),
)

MATERNITY_BOOKING = Contract(
    "maternity_booking",
    "a pregnancy",
    (
        _c("record_id", "R", "pregnancy key"),
        _c("nhs_number", "r", "the mother's"),
        _c("title", "r", "the mother's"),
        _c("given_names", "r", "the mother's"),
        _c("family_name", "r", "the mother's"),
        _c("previous_family_name", "o", "the mother's"),
        _c("date_of_birth", "r", "the mother's", type=_D),
        _c("ethnic_category", "o", "for measuring error by group only"),
        *_address(),
        _c("mobile", "o", "the mother's"),
        _c("email", "o", "the mother's"),
        _c("practice_code", "r", "the practice she says she is registered with"),
        _c("booked_on", "R", "booking appointment", type=_D),
        _c("expected_delivery_on", "r", "expected date of delivery", type=_D),
        _c("number_of_fetuses", "r", "how many babies are expected", type=_I),
        _c("status", "R", "state of the pregnancy", allowed=("active", "delivered", "ended", "transferred")),
        _c("single_parent", "r", "as she reported it", allowed=("Y", "N")),
        _c("father_name", "o", "only if she names a father"),
        _c("father_date_of_birth", "o", "only if she names a father", type=_D),
        _c(
            "father_recorded_reason",
            "o",
            "declined is not the same as not asked",
            allowed=("known", "declined", "unknown", "not_asked"),
        ),
        _c("next_of_kin_name", "o", "one free-text name"),
        _c("next_of_kin_relationship", "o", "free text"),
        _c("next_of_kin_phone", "o", "phone"),
        _c("partner_name", "o", "only if she names a partner"),
        _c("partner_phone", "o", "phone"),
        _c("emergency_contact_name", "o", "one free-text name"),
        _c("emergency_contact_relationship", "o", "free text"),
        _c("emergency_contact_phone", "o", "phone"),
        *_address("emergency_contact_", "o"),
        _c("previous_children", "o", "a count", type=_I),
        _c("previous_social_care", "o", "as she reported it", allowed=("Y", "N")),
        _c(
            "routine_enquiry",
            "o",
            "a negative answer never lowers anything",
            allowed=("no_disclosure", "disclosure", "not_asked"),
        ),
        _DISCLOSURE,
    ),
    mentions=("mother", "father", "partner", "emergency_contact", "next_of_kin"),
    addresses=(
        ("mother", "home", ""),
        ("emergency_contact", "emergency_contact", "emergency_contact_"),
    ),
)

MATERNITY_BIRTH = Contract(
    "maternity_birth",
    "a baby",
    (
        _c("record_id", "R", "birth key"),
        _c("booking_record_id", "R", "the booking in the same supplier's file"),
        _c("nhs_number", "r", "the baby's, issued at birth"),
        _c("given_names", "r", "often Baby, Twin 1"),
        _c("family_name", "r", "often the mother's"),
        _c("date_of_birth", "R", "date of birth", type=_D),
        _c("sex", "r", "1 male, 2 female, 9 indeterminate, 0 not known", allowed=("0", "1", "2", "9")),
        _c("birth_order", "r", "1, 2 …", type=_I),
        _c("births_in_delivery", "r", "1, 2 …", type=_I),
        *_address("discharge_"),
        _c("discharged_on", "r", "when mother and baby went home", type=_D),
        _DISCLOSURE,
    ),
    mentions=("baby",),
    addresses=(("baby", "discharge", "discharge_"),),
)

COUNCIL_TAX = Contract(
    "council_tax",
    "a liable person of an account",
    (
        _c("record_id", "R", "key of the liable person's row"),
        _c("account_ref", "R", "shared by the liable persons of one account"),
        _c("title", "r", "title"),
        _c("forenames", "r", "often initials"),
        _c("surname", "r", "surname"),
        _c("date_of_birth", "o", "empty on most accounts", type=_D),
        _c("phone", "o", "phone"),
        _c("email", "o", "e-mail"),
        *_address(),
        _c("liable_from", "R", "start of liability", type=_D),
        _c("liable_to", "r", "empty: still liable", type=_D),
        _c("discount_code", "o", "SPD single person discount; provenance only"),
        _c("discount_from", "o", "start of discount", type=_D),
        _c("discount_to", "o", "end of discount", type=_D),
        _c("disregards", "o", "`;`-separated reasons why a resident adult does not count"),
        _c("exemption_class", "o", "e.g. N all students, F estate of someone who died"),
        *_address("forwarding_", "o"),
        _DISCLOSURE,
    ),
    mentions=("liable",),
    addresses=(("liable", "home", ""), ("liable", "forwarding", "forwarding_")),
)

POLICE = Contract(
    "police",
    "a person's involvement in an occurrence",
    (
        _c("record_id", "R", "involvement key"),
        _c("nominal_ref", "r", "the force's own person key; not always merged"),
        _c("occurrence_ref", "R", "shared by the people of one occurrence"),
        _c("occurred_on", "R", "when it happened", type=_D),
        _c(
            "occurrence_type",
            "R",
            "kind of occurrence",
            allowed=(
                "domestic_abuse",
                "child_concern",
                "missing_person",
                "violence",
                "drugs",
                "traffic",
                "public_order",
                "other",
            ),
        ),
        _c(
            "role",
            "R",
            "the person's part in it",
            allowed=("suspect", "arrested", "victim", "witness", "reporting", "child_present", "occupant"),
        ),
        _c("given_names", "r", "given names"),
        _c("family_name", "r", "family name"),
        _c("alias", "o", "other name used"),
        _c("date_of_birth", "r", "date of birth", type=_D),
        _c("sex", "r", "1 male, 2 female, 9 indeterminate, 0 not known", allowed=("0", "1", "2", "9")),
        _c("ethnicity", "o", "self-defined 16+1 code; for measuring error by group only"),
        _c("phone", "o", "phone"),
        *_address(),
        _c(
            "address_role",
            "o",
            "only home and temporary say where someone stays",
            allowed=("home", "temporary", "bail", "institution"),
        ),
        *_address("occurrence_"),
        _c(
            "outcome",
            "o",
            "an allegation is not a conviction",
            allowed=("allegation", "charged", "convicted", "no_further_action"),
        ),
        _c("risk_grade", "o", "domestic abuse only", allowed=("standard", "medium", "high")),
        _c("warning_markers", "o", "`;`-separated: violent, weapons, drugs, mental_health, domestic_abuse"),
        _DISCLOSURE,
    ),
    mentions=("person",),
    addresses=(("person", "home", ""), ("person", "occurrence", "occurrence_")),
)

GAZETTEER = Contract(
    "gazetteer",
    "an addressable property",
    (
        _c("uprn", "R", "Unique Property Reference Number"),
        _c("parent_uprn", "o", "the building a flat or room belongs to"),
        _c("custodian_code", "R", "local custodian; the council follows from it"),
        Column("sub_building", meaning="flat or room"),
        Column("building_name", meaning="name of the building"),
        Column("building_number", meaning="number in the street"),
        Column("street", meaning="street"),
        Column("locality", meaning="locality"),
        Column("post_town", meaning="post town"),
        Column("postcode", meaning="postcode"),
        Column("classification", need="R", meaning="BLPU class, e.g. RD03, RD06, PP, RH01, RI01"),
        Column("easting", "DOUBLE", "o", "OSGB36 metres"),
        Column("northing", "DOUBLE", "o", "OSGB36 metres"),
        Column("start_date", _D, "o", "first day the property stood"),
        Column("end_date", _D, "o", "last day the property stood"),
    ),
)

PROTECTED = Contract(
    "protected",
    "a place or person whose whereabouts must not be disclosed, or a number that must not be used",
    (
        _c("record_id", "R", "key in the hub's list"),
        _c("uprn", "r", "a refuge, a safe house"),
        _c("nhs_number", "r", "a person under protection, or an invalidated number"),
        _c("nominal_ref", "r", "the same two, by police key"),
        _c(
            "reason",
            "R",
            "why",
            allowed=("refuge", "witness_protection", "court_order", "invalidated", "other"),
        ),
        _c("from_date", "r", "start; it protects from the night on which the list is known", type=_D),
        _c("to_date", "r", "end", type=_D),
    ),
)

CONTRACTS: dict[str, Contract] = {
    c.name: c for c in (GP, MATERNITY_BOOKING, MATERNITY_BIRTH, COUNCIL_TAX, POLICE, GAZETTEER, PROTECTED)
}
PEOPLE_CONTRACTS: tuple[str, ...] = tuple(c.name for c in CONTRACTS.values() if c.mentions)
"""Contracts whose rows mention people."""


def required_columns(contract: Contract) -> Iterator[str]:
    """Columns that the header of a file must have (needs R and r of extracts.md)."""
    return (c.name for c in contract.columns if c.need != "o")
