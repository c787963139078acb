"""Enumerations shared by Python, pages and reports, each value with its plain words."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The three kinds of exception (exceptions.md)."""

    CO_RESIDENCE = "unregistered_co_residence"
    HIDDEN_ADULT = "hidden_adult"
    DIVERGENCE = "address_divergence"


class Priority(StrEnum):
    """How soon to look."""

    A = "A"
    B = "B"
    C = "C"
    H = "H"


class Status(StrEnum):
    """What the machine says of an exception from night to night."""

    NEW = "new"
    CONTINUING = "continuing"
    CHANGED = "changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class IdentityEvent(StrEnum):
    """What happens to a person_id or household_id."""

    CREATED = "created"
    MERGED = "merged"
    SPLIT = "split"
    ABSORBED = "absorbed"
    RETIRED = "retired"
    RETURNED = "returned"


KIND_WORDS = {
    Kind.CO_RESIDENCE: "Living at an address that no register shows",
    Kind.HIDDEN_ADULT: "An adult whose part in a child's life the maternity record does not show",
    Kind.DIVERGENCE: "Records give two different homes",
}
PRIORITY_WORDS = {
    Priority.A: "A: look the same day",
    Priority.B: "B: look within three working days",
    Priority.C: "C: weekly list for the source agency to verify",
    Priority.H: "H: held until a data officer has confirmed the records are one person",
}
STATUS_WORDS = {
    Status.NEW: "New tonight",
    Status.CONTINUING: "Continuing, unchanged",
    Status.CHANGED: "Changed tonight",
    Status.RESOLVED: "Resolved",
    Status.REOPENED: "Reopened",
}
IDENTITY_EVENT_WORDS = {
    IdentityEvent.CREATED: "created",
    IdentityEvent.MERGED: "merged: members came to it from",
    IdentityEvent.SPLIT: "split: members went from it to",
    IdentityEvent.ABSORBED: "absorbed: it is now",
    IdentityEvent.RETIRED: "retired",
    IdentityEvent.RETURNED: "returned",
}
ROLE_WORDS = {
    "child": "Child",
    "mother": "Mother",
    "adult": "Adult",
    "co_resident": "Person at the address",
    "carer": "Adult who cares for the child",
}
BASIS_WORDS = {
    "self_reported": "as the person told the agency",
    "verified": "recorded by an official",
    "inferred": "worked out, not stated",
}
OCCURRENCE_BASIS = "as police recorded it"
"""How what police say of an occurrence is known; the words above are for homes."""
CONTRACT_WORDS = {
    "gp": "GP registration",
    "maternity_booking": "Maternity booking",
    "maternity_birth": "Birth record",
    "council_tax": "Council tax",
    "police": "Police",
    "gazetteer": "Property list",
}
ADDRESS_WORDS = {"registered": "Where a register puts them", "observed": "Where other records put them"}
"""Seen from the person whom the claim is about."""
BENIGN_WORDS = {
    "recent_move": "A recent move that records have not caught up with",
    "same_person_registered": "The same person registered there under another spelling",
    "student_or_boarding": "A student or boarding address",
    "lodger_or_shared_house": "A lodger or shared house",
    "newborn_not_yet_registered": "A newborn not yet registered with a practice",
    "relative_by_their_own_word": "A relative, by the family's own word",
    "professional_or_landlord": "A professional contact or landlord",
    "another_generation": "Somebody of another generation",
    "same_building": "One building written two ways",
    "namesake": "Two people with one name",
    "number_slip": "One home, its number written wrong once",
    "landlord_or_second_home": "A landlord, or a second home",
    "same_property": "One home under two reference numbers",
    "address_not_placed": "A registration whose address cannot be found, and may be this home",
    "institution": "A care home, hostel, prison, hospital or hall",
    "shared_care": "Care shared by parents whom the records name",
    "registered_carer": "A carer whom a practice has on record",
    "death": "A death",
}


def plain(code: object) -> str:
    """A code as words: `maternity_birth` is maternity birth, `gp` is GP."""
    words = str(code).replace("_", " ")
    return f"GP{words[2:]}" if words.startswith("gp ") or words == "gp" else words
