"""Hidden adult: from the SQL's rows to weighed findings, one for each adult and mother."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from linkage.detect import wording
from linkage.detect.finding import Benign, Finding
from linkage.detect.records import Records, Row
from linkage.night import Night

QUERY = """
    SELECT h.*, n.person_id IS NOT NULL AS same_name, g.subject_id IS NOT NULL AS generation,
        r.person_id IS NOT NULL AS professional
    FROM hidden_adult AS h
    LEFT JOIN benign_generation AS g ON h.mother_id = g.mother_id AND h.subject_id = g.subject_id
    LEFT JOIN benign_professional AS r
        ON h.supplier = r.supplier AND h.record_id = r.record_id AND h.subject_id = r.person_id
    LEFT JOIN (SELECT DISTINCT person_id, uprn FROM benign_same_name) AS n
        ON h.subject_id = n.person_id AND h.uprn = n.uprn
    ORDER BY h.subject_id, h.mother_id, h.is_current DESC, h.booked_on DESC, h.supplier, h.record_id
"""


def find(told: list[Row], night: Night, records: Records) -> list[Finding]:
    """One finding an adult and mother, resting on her latest pregnancy."""
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in told:
        grouped[(row["subject_id"], row["mother_id"])].append(row)
    return [_finding(night, records, found[0]) for _, found in sorted(grouped.items()) if _hidden(found[0])]


def _hidden(row: dict[str, Any]) -> bool:
    """Whether the row is a claim at all: a part, and records that do not say so (exceptions.md, hidden_adult)."""
    # Once she has died nobody is with a single parent: who is registered with her child has it in their care.
    alone = row["single_parent"] == "Y" and not row["mother_died"]
    if (row["registered_with_mother"] or row["registered_at_childs_home"]) and not alone:
        return False
    if row["named_alike"]:
        return False
    return bool(_variant(row))


def _variant(row: dict[str, Any]) -> str:
    """The strongest ground on which the adult is held to have a part; empty when there is none."""
    unnamed = not row["father_named"] and not row["partner_named"]
    if row["told_elsewhere"]:
        return "named_by_another_record"
    if row["vague_contact"] and (row["lives_with_mother"] or row["met_mother"]):
        return "contact_who_lives_or_met_with_mother"
    if row["domestic_with_mother"]:
        return "domestic_occurrence_with_mother"
    if row["police_home_with_mother"] and not row["registered_with_mother"]:
        return "police_home_with_mother"
    if row["registered_with_mother"] and row["single_parent"] == "Y" and unnamed:
        return "registered_with_single_parent"
    # A contact who is nobody that another record knows is a name and a phone: no claim can rest on it.
    if row["vague_contact"] and unnamed and row["adult_sex"] != "2" and row["on_a_register"]:
        return "contact_without_a_part"
    return ""


def _finding(night: Night, records: Records, row: dict[str, Any]) -> Finding:
    adult, mother, babies = row["subject_id"], row["mother_id"], list(row["baby_ids"])
    shared = (row["uprn"],) if row["uprn"] else ()
    finding = Finding(
        kind="hidden_adult",
        variant=_variant(row),
        subject_id=adult,
        subject_role="adult",
        family_id=mother,
        child_ids=tuple(babies),
        mother_id=mother,
        pregnancy=(row["supplier"], row["record_id"]),
        unborn=bool(row["is_current"]),
        infant=bool(row["infant"]),
        since=row["booked_on"],
        observed=shared if row["lives_with_mother"] else (),
        registered=(),
        mother_died=row["mother_died"],
        place=records.place_of(adult),
        mention_ids=(*records.between(adult, mother, babies), *(records.claims_of(adult, *shared) if shared else ())),
    )
    _weigh(finding, row, night)
    _look_for_benign(finding, row)
    return finding


def _weigh(finding: Finding, row: dict[str, Any], night: Night) -> None:
    weights = night.settings.table("score.hidden_adult")
    parts = [("starting point", weights["base"]), (wording.ground(finding.variant), weights[finding.variant])]
    for fact, words in (
        ("vague_contact", "stands in the booking only as a contact"),
        ("lives_with_mother", "records put both at one home"),
        ("met_mother", "in one police occurrence with the mother"),
    ):
        if row[fact] and fact not in finding.variant:
            parts.append((words, weights[fact]))
    if row["friend_stated"] and finding.variant == "contact_without_a_part":
        parts.append(("stated to be a friend, and no other record says more", weights["friend"]))
    if row["single_parent"] == "Y":
        parts.append(("booking says single parent", weights["single_parent"]))
    if row["father_named"] or row["partner_named"]:
        parts.append(("booking names somebody else as father or partner", weights["other_named"]))
    if row["adult_older_by"] is not None and abs(row["adult_older_by"]) > 15:
        parts.append(("more than 15 years apart in age", weights["age_apart"]))
    if row["adult_older_by"] is not None and abs(row["adult_older_by"]) <= 10:
        parts.append(("within ten years of the mother's age", weights["age_near"]))
    if row["adult_age"] is None:
        parts.append(("age of the adult not known", weights["age_unknown"]))
    if row["adult_sex"] == "2" and finding.variant in ("registered_with_single_parent", "contact_without_a_part"):
        parts.append(("a woman who shares the home or is a contact is more often a friend or sister", weights["woman"]))
    finding.score_parts = parts


def _look_for_benign(finding: Finding, row: dict[str, Any]) -> None:
    finding.benign = [
        Benign(
            "relative_by_their_own_word",
            _is_relative(row),
            "looked for a stated parent, sibling or other relative whom no other record calls partner",
        ),
        Benign("professional_or_landlord", row["professional"], "looked for a stated professional relationship"),
        Benign("another_generation", row["generation"], "looked at the gap in age to the mother"),
        Benign(
            "same_person_registered",
            bool(row["same_name"] or row["may_be_mother"]),
            "looked for a registered resident of the same name and age, and whether it may be the mother herself",
        ),
    ]


def _is_relative(row: dict[str, Any]) -> bool:
    """A cousin may be the husband: where another record says partner, kinship explains nothing. A bare "relative" says less
    still, and nothing where police know the two from a domestic occurrence or have his home as hers.
    """
    if row["told_partner"]:
        return False
    seen_together = row["domestic_with_mother"] or row["police_home_with_mother"]
    return bool(row["kin_stated"] or (row["relative_stated"] and not seen_together))
