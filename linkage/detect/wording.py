"""Plain English for findings: the sentence of the claim, what each record says, what to check next.

Nothing here names a person; addresses are given since the claim is about them. No adjective about a family.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from linkage.detect.finding import Finding

SOURCE = {
    "gp": "GP registration",
    "maternity_booking": "maternity booking",
    "maternity_birth": "birth record",
    "council_tax": "council-tax account",
    "police": "police record",
}
"""What a record of a contract is called in a sentence."""


def day(value: date) -> str:
    """A date as people write it: 3 May 2026."""
    return f"{value.day} {value:%B %Y}"


GROUND = {
    "family_at_other_home": "mother or child is put there by another record than their registers",
    "child_at_other_home": "a child is put at another home than the registered one",
    "child_with_relatives": "grown-ups of the home could not be the parent whom the child's own home lacks",
    "adult_registered_elsewhere": "registers give the adult another home",
    "adult_on_no_register": "no register anywhere shows the adult",
    "named_by_another_record": "another agency's record names them as partner or parent",
    "contact_who_lives_or_met_with_mother": "only a contact in the booking, and another record puts them with the mother",
    "domestic_occurrence_with_mother": "in a domestic occurrence with the mother",
    "police_home_with_mother": "gave police the mother's home as their own",
    "registered_with_single_parent": "registered at the home of a mother who is recorded as single parent",
    "contact_without_a_part": "a contact without a stated part, where no father or partner is named",
}
"""The ground of a finding (its variant) as a part of the score is called."""


def ground(variant: str) -> str:
    """What a variant is called among the parts of a score. Of a divergence it is the kinds of record, in order of time."""
    return GROUND.get(variant, variant.replace("_", " "))


def lag(days: int) -> str:
    """What time a difference is given before it means anything, in days (exceptions.md, Grace period)."""
    if days == 0:
        return "this record tells where somebody was on that day, so that no time is allowed for it"
    return f"a record may be {days} days behind a move"


def claim(finding: Finding, address: dict[str, str]) -> str:
    """The claim in one sentence."""
    if finding.kind == "unregistered_co_residence":
        return _co_residence(finding, address)
    if finding.kind == "hidden_adult":
        return _hidden(finding, address)
    return _divergence(finding, address)


def _concerned(finding: Finding) -> str:
    if finding.unborn:
        return "a pregnant woman"
    return "a child under one" if finding.infant else "a child"


def _co_residence(finding: Finding, address: dict[str, str]) -> str:
    place = address.get(finding.observed[0], "a property")
    if finding.variant == "family_at_other_home":
        return f"Records put {_concerned(finding)} at {place} since {day(finding.since)}, where no register shows the family."
    nobody = "no GP, council-tax or maternity record of their own shows them there."
    if finding.variant.startswith("child"):
        return f"Records put a child at {place} since {day(finding.since)}; {nobody}"
    return f"Records put an adult at {place} since {day(finding.since)}, with {_concerned(finding)}; {nobody}"


def concern(row: dict[str, Any]) -> str:
    """A linked concern in one sentence. `row` is one of linked_concern."""
    if row["concern"] == "earlier_social_care":
        return "At a maternity booking the mother reported earlier contact with social care."
    if row["concern"] == "infant_without_gp":
        return (
            f"A child born on {day(row['born'])} has no GP registration. A practice may take 42 days; these are over."
        )
    return "The GP registrations of children of one birth give different homes."


_HIDDEN = {
    "named_by_another_record": "Another agency's record names an adult as partner or parent{where}",
    "contact_who_lives_or_met_with_mother": "An adult who is only a contact in the maternity record is put with the mother by "
    "another record{where}",
    "domestic_occurrence_with_mother": "A police record names an adult together with the mother in a domestic occurrence{where}",
    "police_home_with_mother": "A police record gives an adult the mother's home as their own{where}",
    "registered_with_single_parent": "Another adult is registered at the home of a mother recorded as a single parent{where}",
    "contact_without_a_part": "An adult is only a contact in the maternity record, and no father or partner is named{where}",
}


def _hidden(finding: Finding, address: dict[str, str]) -> str:
    life = "the pregnancy" if finding.unborn else "the child's life"
    where = f", at {address[finding.observed[0]]}" if finding.observed and finding.observed[0] in address else ""
    return f"{_HIDDEN[finding.variant].format(where=where)}; the maternity record does not say what part they have in {life}."


def _divergence(finding: Finding, address: dict[str, str]) -> str:
    who = {"child": "a child", "mother": "a mother", "carer": "an adult who cares for a child"}[finding.subject_role]
    older = address.get(finding.registered[0], "one property")
    newer = address.get(finding.observed[0], "another")
    return f"Current records give two homes for {who}: {older}, and since {day(finding.since)} also {newer}."


def says(row: dict[str, Any], address: dict[str, str]) -> tuple[str, list[str]]:
    """What one record says, and the fields it rests on. `row` is a mention joined with its claim, if it has one."""
    source = SOURCE[row["contract"]]
    if row["uprn"] is not None:
        place = address.get(row["uprn"], "an address")
        role = {
            "home": "gives as home",
            "discharge": "says mother and baby went home to",
            "forwarding": "gives as forwarding address",
            "occurrence": "records an occurrence at",
            "emergency_contact": "gives as the contact's address",
        }[row["address_role"]]
        prefix = "" if row["address_role"] == "home" else f"{row['address_role']}_"
        return f"The {source} {role} {place}.", [f"{prefix}address", f"{prefix}postcode", _dated(row["contract"])]
    if row["mention"] == "person":
        outcome = f", outcome: {row['outcome'].replace('_', ' ')}" if row["outcome"] else ""
        return (
            f"The police record gives this person as {row['role'].replace('_', ' ')} in an occurrence recorded as "
            f"{row['occurrence_type'].replace('_', ' ')}{outcome}. A police record is not proof.",
            ["occurrence_type", "role", "outcome", "occurred_on"],
        )
    if row["mention"] in ("patient", "mother", "baby", "liable"):
        return f"The {source} is about this person.", ["name", "date_of_birth"]
    part = {
        "father": "father",
        "partner": "partner",
        "emergency_contact": "emergency contact",
        "next_of_kin": "next of kin",
    }[row["mention"]]
    stated = row["relationship"]
    told = (
        f", stated relationship: {stated.replace('_', ' ')}"
        if stated and stated != "other"
        else ", relationship not stated"
    )
    return (
        f"The {source} names this person as {part}{told if row['mention'] in ('emergency_contact', 'next_of_kin') else ''}.",
        [f"{row['mention']}_name", f"{row['mention']}_relationship", f"{row['mention']}_phone"],
    )


def _dated(contract: str) -> str:
    return {
        "gp": "registered_on",
        "maternity_booking": "booked_on",
        "maternity_birth": "discharged_on",
        "council_tax": "liable_from",
        "police": "occurred_on",
    }[contract]


def checks(finding: Finding) -> list[str]:
    """What to ask whom next. The first line always stands."""
    lines = ["Make a safe-contact decision before anyone speaks to the adults, relatives or community."]
    if finding.kind == "hidden_adult":
        lines.append(
            "The mother has died: ask the health visitor who has the child in their care, and who this person is to the child."
            if finding.mother_died
            else "Ask the midwife or health visitor, alone with the mother, who this person is to her and the child."
        )
        lines.append("Ask maternity whether the father was not asked about, not known, or not named by choice.")
    if finding.unborn or finding.infant:
        lines.append("Ask the health visitor or midwife where the baby sleeps, or will sleep.")
    if finding.kind != "hidden_adult":
        lines.append("Ask the practice to confirm the address at the next contact.")
        lines.append("Ask the council-tax team only to confirm who is recorded at the property and since when.")
    if finding.kind == "unregistered_co_residence":
        lines.append("Ask police whether the address given was confirmed by an officer.")
    return lines


def not_known(finding: Finding, pregnancy: dict[str, Any] | None) -> list[str]:
    """What the records do not say."""
    lines = []
    if pregnancy is not None and not pregnancy["father_named"]:
        reason = {
            "declined": "the mother declined to name the father",
            "unknown": "the father is recorded as not known",
            "not_asked": "the father was not asked about",
        }.get(pregnancy["father_recorded_reason"] or "", "no father is recorded, and no reason why")
        lines.append(f"Paternal line: {reason}.")
    elif pregnancy is None:
        lines.append("Paternal line: no maternity record stands for this child, so nothing is known of it here.")
    if finding.kind != "hidden_adult":
        lines.append("Whether the people are there by arrangement, and who agreed it, is in no record here.")
    lines.append("What schools, health visitors and social care know is not part of these records.")
    return lines
