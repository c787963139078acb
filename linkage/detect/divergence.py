"""Address divergence: from the SQL's rows to weighed findings, one for each set of properties and its people."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from linkage.detect import wording
from linkage.detect.finding import Benign, Finding, Young, grace_days, in_grace
from linkage.detect.records import Records, Row, places_of
from linkage.night import Night

QUERY = """
    SELECT d.*, b.uprn_a IS NOT NULL AS same_building, q.uprn_a IS NOT NULL AS same_property, m.account_since,
        i.since AS institution_since,
        EXISTS (SELECT 1 FROM benign_shared_care AS c WHERE c.child_id = d.subject_id
            AND ((c.uprn = d.older_uprn AND c.other_uprn = d.uprn) OR (c.uprn = d.uprn AND c.other_uprn = d.older_uprn)))
            AS shared_care,
        EXISTS (SELECT 1 FROM benign_registered_carer AS c WHERE c.child_id = d.subject_id AND c.uprn = d.uprn) AS carer,
        EXISTS (SELECT 1 FROM benign_landlord AS l WHERE l.person_id = d.subject_id
            AND l.uprn IN (d.older_uprn, d.uprn)) AS landlord,
        -- Where a child of the family is registered, the family lives: no home that is let.
        EXISTS (SELECT 1 FROM stay AS k WHERE k.person_id = d.child_id AND k.uprn = d.uprn AND k.registered) AS child_there,
        -- A disregard speaks of one grown-up of the home: of this one, if of the age of most students.
        EXISTS (SELECT 1 FROM benign_student AS s WHERE s.uprn IN (d.older_uprn, d.uprn)
            AND (s.whole OR (f.is_grown_up AND coalesce(f.born > $night - INTERVAL 26 YEAR, TRUE)))) AS students,
        EXISTS (SELECT 1 FROM benign_number_slip AS e WHERE e.person_id = d.subject_id
            AND ((e.uprn_slipped = d.older_uprn AND e.uprn_meant = d.uprn)
                OR (e.uprn_slipped = d.uprn AND e.uprn_meant = d.older_uprn))) AS number_slip,
        EXISTS (SELECT 1 FROM benign_namesake AS k WHERE k.person_id = d.subject_id
            AND k.uprn IN (d.older_uprn, d.uprn)) AS namesake
    FROM address_divergence AS d
    LEFT JOIN benign_same_building AS b ON d.older_uprn = b.uprn_a AND d.uprn = b.uprn_b
    LEFT JOIN benign_same_property AS q ON d.older_uprn = q.uprn_a AND d.uprn = q.uprn_b
    LEFT JOIN benign_recent_move AS m ON d.uprn = m.uprn
    LEFT JOIN benign_institution AS i ON d.subject_id = i.person_id
    INNER JOIN profile AS f ON d.subject_id = f.person_id
    ORDER BY d.subject_id, d.older_uprn, d.uprn, d.family_id, d.child_id
"""
_PART_ORDER = {"child": 0, "mother": 1, "carer": 2}
_OF_THE_HOMES = {"same_building", "same_property", "student_or_boarding", "shared_care", "registered_carer"}
"""Explanations that explain the two homes, whoever of the family is looked at. The others speak of one person's records."""


def find(told: list[Row], night: Night, records: Records) -> list[Finding]:
    """One finding a set of properties: a family that two homes are given for is one situation."""
    grouped: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in told:
        grouped[frozenset((row["older_uprn"], row["uprn"]))].append(row)
    return [_finding(night, records, found) for _, found in sorted(grouped.items(), key=lambda g: sorted(g[0]))]


def _finding(night: Night, records: Records, found: list[dict[str, Any]]) -> Finding:
    young = Young.of(found)
    found = sorted(found, key=lambda r: (_PART_ORDER[r["part"]], r["older_uprn"], *places_of(r, records)))
    row, benign = _spokesman(night, found, young)
    subject = row["subject_id"]
    people = sorted({r["subject_id"] for r in found}, key=records.place_of)
    carers = sorted({r["subject_id"] for r in found if r["part"] == "carer"} - {subject}, key=records.place_of)
    children = sorted(
        {r["subject_id"] for r in found if r["part"] == "child"} | {r["child_id"] for r in found if r["child_id"]},
        key=records.place_of,
    )
    mothers = sorted(
        {r["subject_id"] for r in found if r["part"] == "mother"} | {r["mother_id"] for r in found if r["mother_id"]},
        key=records.place_of,
    )
    pregnancy = next((r["pregnancy"] for r in found if r["pregnancy"]), None)
    uprns = sorted({row["older_uprn"], row["uprn"]})
    finding = Finding(
        kind="address_divergence",
        variant=_variant(row),
        subject_id=subject,
        subject_role=row["part"],
        family_id=mothers[0] if mothers else children[0] if children else subject,
        child_ids=tuple(c for c in children if c != subject),
        mother_id=next((m for m in mothers if m != subject), None),
        pregnancy=(pregnancy["supplier"], pregnancy["record_id"]) if pregnancy else None,
        unborn=all(r["unborn"] for r in found),
        infant=young.tonight,
        since=min(r["since"] for r in found),
        observed=(row["uprn"],),
        registered=(row["older_uprn"],),
        carer_ids=tuple(carers),
        place=records.place_of(subject),
        mention_ids=tuple(key for person in people for key in records.claims_of(person, *uprns)),
    )
    _weigh(finding, row, len(people), night)
    finding.benign = benign
    return finding


def _spokesman(night: Night, found: list[dict[str, Any]], young: Young) -> tuple[dict[str, Any], list[Benign]]:
    """Whose records tell of the two homes, and what was looked for: the child before the mother before a carer.

    Where the child's own were put right a while ago, a father's may have been wrong for months: of several people the
    first whose records nothing explains, unless something explains the two homes themselves. found: in that order.
    """
    looked = [(row, _look_for_benign(row, night, young)) for row in found]
    explained = [{b.explanation for b in benign if b.found} for _, benign in looked]
    of_homes = (place for place, names in enumerate(explained) if names & _OF_THE_HOMES)
    unexplained = (place for place, names in enumerate(explained) if not names)
    return looked[next(of_homes, next(unexplained, 0))]


def _variant(row: dict[str, Any]) -> str:
    older = "gp" if row["older_on_gp"] else "council_tax" if row["older_on_council_tax"] else "maternity"
    if row["newer_on_council_tax"]:
        newer = "council_tax"
    elif row["newer_on_gp"]:
        newer = "gp"
    elif row["newer_on_booking"] or row["newer_on_discharge"]:
        newer = "maternity"
    else:
        newer = "police" if row["newer_on_police"] else "forwarding"
    return f"{older}_then_{newer}"


def _weigh(finding: Finding, row: dict[str, Any], people: int, night: Night) -> None:
    weights = night.settings.table("score.address_divergence")
    parts = [("starting point", weights["base"]), (wording.ground(finding.variant), weights.get(finding.variant, 0.0))]
    if row["newer_contracts"] > 1:
        parts.append(("two agencies give the newer home", weights["two_sources"]))
    if people > 1:
        parts.append(("more than one of the family diverges", weights["several_people"]))
    if row["part"] == "carer":
        parts.append(("about a carer, not the child", weights["carer"]))
    finding.score_parts = parts


def _look_for_benign(row: dict[str, Any], night: Night, young: Young) -> list[Benign]:
    register = "gp" if row["older_on_gp"] else "council_tax" if row["older_on_council_tax"] else "maternity_booking"
    if row["newer_on_police"] and not row["newer_registered"]:
        # A police address tells of a stay some time after it began, not of the move itself.
        register = "statement"
    days = grace_days(night.settings, register, row["since"], young)
    recent = row["since"] > night.date - timedelta(days=days) or _all_new(row, night, young)
    return [
        Benign(
            "recent_move", recent, f"the newer home was first given on {wording.day(row['since'])}; {wording.lag(days)}"
        ),
        Benign(
            "same_building",
            row["same_building"],
            "looked whether the two are a flat and its building, or neighbours in one",
        ),
        Benign("same_property", row["same_property"], "looked for one home listed under two reference numbers"),
        Benign(
            "namesake",
            row["namesake"],
            "looked for a namesake registered where only a record without a birth date puts them",
        ),
        Benign(
            "number_slip",
            row["number_slip"],
            "looked whether one record alone puts them a door or a digit away from the other home",
        ),
        Benign(
            "landlord_or_second_home",
            (row["landlord"] and not row["newer_on_gp"] and not row["child_there"]) or _pays_for_both(row, night),
            "looked for council tax that one adult alone pays at more than one property",
        ),
        Benign(
            "student_or_boarding", row["students"], "looked for a student exemption or disregard at either property"
        ),
        Benign(
            "institution",
            row["institution_since"] is not None,
            "looked for a care home, hostel, prison, hospital or hall that a record gives",
        ),
        Benign(
            "shared_care", row["shared_care"], "looked whether one home is of a parent whom the child's records name"
        ),
        Benign(
            "registered_carer", row["carer"], "looked whether a practice has somebody of the home as the child's carer"
        ),
    ]


def _all_new(row: dict[str, Any], night: Night, young: Young) -> bool:
    """The household at the newer home began there a short while ago, whatever first gave it as theirs."""
    register = "gp" if row["older_on_gp"] else "council_tax" if row["older_on_council_tax"] else "maternity_booking"
    return in_grace(night.settings, night.date, register, row["account_since"], young)


def _pays_for_both(row: dict[str, Any], night: Night) -> bool:
    """Two accounts side by side through more than one year's bills: a second home or a let one, not one left open."""
    days = night.settings.integer("grace.two_accounts_days")
    both = row["older_on_council_tax"] and row["newer_on_council_tax"]
    return bool(both and row["since"] <= night.date - timedelta(days=days))
