"""Unregistered co-residence: from the SQL's rows to weighed findings, one for each person (or family) and property."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from linkage.detect import wording
from linkage.detect.finding import Benign, Finding, Young, grace_days, in_grace
from linkage.detect.records import Records, Row, places_of
from linkage.night import Night

QUERY = """
    SELECT u.*, f.born, h.subject_id IS NOT NULL AS hidden, n.person_id IS NOT NULL AS same_name,
        -- A disregard speaks of one grown-up of the home: of this one, if of the age of most students.
        s.uprn IS NOT NULL AND (s.whole OR coalesce(f.born > $night - INTERVAL 26 YEAR, TRUE)) AS students,
        l.on_gp AS elsewhere_on_gp, l.uprns AS elsewhere, f.name_display, coalesce(f.is_grown_up, FALSE) AS grown_up,
        m.account_since, i.since AS institution_since, d.person_id IS NOT NULL AS died, r.uprn IS NOT NULL AS shared_house,
        k.within_42_days, o.person_id IS NOT NULL AS unplaced,
        EXISTS (SELECT 1 FROM benign_shared_care AS c WHERE c.child_id = u.subject_id AND c.uprn = u.uprn) AS shared_care,
        EXISTS (SELECT 1 FROM benign_registered_carer AS c WHERE c.child_id = u.subject_id AND c.uprn = u.uprn) AS carer,
        EXISTS (SELECT 1 FROM benign_same_property AS c
            WHERE c.uprn_a = u.uprn AND list_contains(l.uprns, c.uprn_b)) AS same_property
    FROM unregistered_co_residence AS u
    LEFT JOIN (SELECT DISTINCT person_id, uprn FROM benign_same_name) AS n
        ON u.subject_id = n.person_id AND u.uprn = n.uprn
    LEFT JOIN benign_student AS s ON u.uprn = s.uprn
    LEFT JOIN benign_recent_move AS m ON u.uprn = m.uprn
    LEFT JOIN benign_institution AS i ON u.subject_id = i.person_id
    LEFT JOIN benign_death AS d ON u.subject_id = d.person_id
    LEFT JOIN benign_shared_house AS r ON u.uprn = r.uprn
    LEFT JOIN benign_newborn AS k ON u.subject_id = k.person_id
    LEFT JOIN benign_unplaced AS o ON u.subject_id = o.person_id
    LEFT JOIN (SELECT person_id, bool_or(on_gp) AS on_gp, list(uprn ORDER BY uprn) AS uprns
        FROM stay WHERE registered GROUP BY ALL) AS l ON u.subject_id = l.person_id
    LEFT JOIN (SELECT DISTINCT subject_id, mother_id FROM hidden_adult) AS h
        ON u.subject_id = h.subject_id AND u.mother_id = h.mother_id
    INNER JOIN profile AS f ON u.subject_id = f.person_id
    ORDER BY u.subject_id, u.uprn, u.family_id, u.child_id
"""


def find(told: list[Row], night: Night, records: Records) -> list[Finding]:
    """One finding a person (or a family's members together) and property."""
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in told:
        who = row["family_id"] if row["subject_is_family"] else row["subject_id"]
        grouped[(who, row["uprn"])].append(row)
    return [_finding(night, records, found) for _, found in sorted(grouped.items())]


def _finding(night: Night, records: Records, found: list[dict[str, Any]]) -> Finding:
    # The subject is the grown-up where a family moved together: the mother speaks for her children.
    found = sorted(found, key=lambda r: (r["subject_is_child"], *places_of(r, records)))
    row = found[0]
    children = sorted({r["child_id"] for r in found if r["child_id"]}, key=records.place_of)
    mothers = sorted({r["mother_id"] for r in found if r["mother_id"]}, key=records.place_of)
    young = Young.of(found)
    pregnancy = next((r["pregnancy"] for r in found if r["pregnancy"]), None)
    subject = row["subject_id"]
    finding = Finding(
        kind="unregistered_co_residence",
        variant=_variant(row),
        subject_id=subject,
        subject_role="co_resident",
        family_id=mothers[0] if mothers else min((r["family_id"] for r in found), key=records.place_of),
        child_ids=tuple(c for c in children if c != subject),
        mother_id=next((m for m in mothers if m != subject), None),
        pregnancy=(pregnancy["supplier"], pregnancy["record_id"]) if pregnancy else None,
        unborn=all(r["unborn"] for r in found),
        infant=young.tonight,
        since=row["since"],
        observed=(row["uprn"],),
        registered=tuple(u for u in (row["elsewhere"] or []) if u != row["uprn"]),
        place=records.place_of(subject),
        mention_ids=records.claims_of(subject, row["uprn"]),
    )
    _weigh(finding, row | {"hidden": any(r["hidden"] for r in found)}, night)
    _look_for_benign(finding, row, night, young)
    return finding


def _variant(row: dict[str, Any]) -> str:
    if row["subject_is_child"] and not row["infant"]:
        return "child_with_relatives" if row["with_relatives"] else "child_at_other_home"
    if row["subject_is_family"]:
        return "family_at_other_home"
    return "adult_registered_elsewhere" if row["registered_somewhere"] else "adult_on_no_register"


def _weigh(finding: Finding, row: dict[str, Any], night: Night) -> None:
    weights = night.settings.table("score.unregistered_co_residence")
    parts = [("starting point", weights["base"]), (wording.ground(finding.variant), weights[finding.variant])]
    # For an adult an occurrence at the mother's home is where he was, which he may also have called his, unless no other
    # home is known. A child seen twice at a second home is surely there, and has two homes as before.
    if row["verified"] and finding.variant == "adult_on_no_register":
        parts.append(("an official recorded it", weights["verified"]))
    if row["born"] is None and finding.variant == "adult_on_no_register":
        parts.append(("age of the adult not known", weights["age_unknown"]))
    if row["on_contact"] and not row["on_police"]:
        parts.append(("the family's own record gives it as home", weights["family_says"]))
    if row["pays_elsewhere"] and row["on_police"] and not row["subject_is_family"]:
        parts.append(("pays council tax for another home", weights["pays_elsewhere"]))
        if row["hidden"]:
            parts.append(("maternity does not know of them, which says it better", weights["hidden_adult_says_it"]))
    if row["subject_is_family"] and finding.variant != "child_at_other_home":
        if row["verified"]:
            parts.append(("an official recorded it", weights["verified"]))
        if row["last_said"] > row["since"] and finding.variant == "family_at_other_home":
            parts.append(("said more than once", weights["repeated"]))
    if row["discharge_only"]:
        parts.append(("only a discharge address says so", weights["discharge_only"]))
    if (row["on_police"] or row["discharge_only"]) and (night.date - row["last_said"]).days > 150:
        parts.append(("last said more than five months ago", weights["old"]))
    finding.score_parts = parts


def _look_for_benign(finding: Finding, row: dict[str, Any], night: Night, young: Young) -> None:
    days = grace_days(night.settings, _lagging(row), row["since"], young)
    if young.when(row["since"], night.settings) and row["on_police"] and row["verified"]:
        # Officers were at the door: with a child under one nobody waits for a register to follow.
        days = 0
    recent = (
        row["since"] > night.date - timedelta(days=days)
        or _register_is_fresh(row, night)
        or _all_new(row, night, young)
    )
    finding.benign = [
        Benign("recent_move", recent, f"first said on {wording.day(row['since'])}; {wording.lag(days)}"),
        Benign("same_person_registered", row["same_name"], "looked for a registered resident of the same name and age"),
        Benign(
            "student_or_boarding",
            row["students"] or row["student_away"],
            "looked for a student exemption, disregard or hall, here and where they are registered",
        ),
        Benign("same_building", row["registered_at_building"], "looked for a registration that leaves out the flat"),
        Benign("same_property", row["same_property"], "looked for one home listed under two reference numbers"),
        Benign(
            "address_not_placed",
            row["unplaced"] and not row["registered_somewhere"],
            "looked for a registration whose address is in no property list and may be this home",
        ),
        Benign(
            "lodger_or_shared_house", row["shared_house"], "looked whether the home is a shared house or a room in one"
        ),
        Benign("institution", _in_institution(row), "looked for a care home, hostel, prison, hospital or hall"),
        Benign(
            "shared_care", row["shared_care"], "looked whether the home is of a parent whom the child's records name"
        ),
        Benign(
            "registered_carer", row["carer"], "looked whether a practice has somebody of this home as the child's carer"
        ),
        Benign("death", row["died"], "looked for a date of death"),
        _newborn(row),
    ]


def _all_new(row: dict[str, Any], night: Night, young: Young) -> bool:
    """The household itself began here a short while ago: however long ago this person moved, it is no longer than that."""
    register = "gp" if row["elsewhere_on_gp"] else "council_tax"
    return in_grace(night.settings, night.date, register, row["account_since"], young)


def _in_institution(row: dict[str, Any]) -> bool:
    """A registration there says where somebody is until they have been elsewhere for a year of bills and terms."""
    since = row["institution_since"]
    return since is not None and row["last_said"] < since + timedelta(days=365)


def _lagging(row: dict[str, Any]) -> str:
    """Whose lag counts: a police or contact address tells of a stay some time after it began, not of the move itself."""
    if row["on_police"] or row["discharge_only"]:
        return "statement"
    return "gp" if row["elsewhere_on_gp"] else "council_tax"


def _register_is_fresh(row: dict[str, Any], night: Night) -> bool:
    """A register that was itself put right a few days ago is no stale record of where the person lives."""
    said = row["person_register_said"]
    return said is not None and said > night.date - timedelta(days=night.settings.integer("grace.infant_days"))


def _newborn(row: dict[str, Any]) -> Benign:
    unknown = row["subject_is_child"] and not row["registered_somewhere"]
    # Where the mother is registered it is a concern inside an exception that stands for another reason
    # (linked_concern.sql), and none of its own, however old the child.
    found = unknown and bool(row["mother_registered"] or row["within_42_days"])
    return Benign(
        "newborn_not_yet_registered",
        found,
        "looked for a child without a practice: a birth may take 42 days to reach one",
    )
