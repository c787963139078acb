"""What the police hold of the case: the history of the father, the drive, what was seen by variant, the incident."""

from __future__ import annotations

from sample_data.case_ys.calendar import BASELINE, DRIVING_ARREST, HEALTH_CONTACT, INCIDENT, NEIGHBOUR_CALL, on
from sample_data.case_ys.family import Family
from sample_data.case_ys.rows import Said, Sheet
from sample_data.case_ys.variants import Facts
from sample_data.simulator import source_police
from sample_data.simulator.clock import iso
from sample_data.simulator.model import Person, Property

FORCE = "wmp_niche"


def write(sheet: Sheet, f: Family, facts: Facts) -> None:
    """All involvements of one telling of the case."""
    _history(sheet, f, facts)
    _this_year(sheet, f, facts)
    if f.namesake is not None:
        fight = _Occurrence(sheet, 8, -400, "violence", None)
        fight.add(f.namesake, "arrested", f.two_streets_away, outcome="charged", warning_markers="violent;weapons")


class _Occurrence:
    """One occurrence; its involvements are known the night after."""

    def __init__(self, sheet: Sheet, number: int, offset: int, kind: str, scene: Property | None) -> None:
        self.sheet, self.number, self.offset, self.kind, self.scene = sheet, number, offset, kind, scene
        self.rows = 0

    def add(self, who: Person, role: str, told: Property, names: tuple[str, str] | None = None, **more: str) -> None:
        given, family = names or (" ".join(who.given), who.family)
        self.rows += 1
        cells = {
            "nominal_ref": f"{who.key + 700_000:08d}",
            "occurrence_ref": f"20/09{self.number:05d}/{on(self.offset):%y}",
            "occurred_on": on(self.offset).isoformat(),
            "occurrence_type": self.kind,
            "role": role,
            "given_names": given,
            "family_name": family,
            "date_of_birth": iso(who.born),
            "sex": who.sex,
            "ethnicity": "A2",
            "address_role": "home",
            **more,
        }
        said = [Said("person", "home", told)]
        if self.scene is not None:
            said.append(Said("person", "occurrence", self.scene, "occurrence_"))
        known = max(self.offset + 1, BASELINE)
        key = f"INV09{self.number:05d}{self.rows:02d}"
        self.sheet.add(
            "police", FORCE, source_police.HEADER, key, mentions={"person": who}, versions=[(known, cells, tuple(said))]
        )


def _history(sheet: Sheet, f: Family, facts: Facts) -> None:
    """What the force knew of the father before: the knife, cannabis, arrests; all at his parents' home."""
    marks = "weapons;mental_health;drugs"
    for number, (offset, kind, outcome, markers) in enumerate(
        (
            (-1700, "violence", "no_further_action", marks),
            (-1410, "drugs", "charged", "drugs"),
            (-1150, "public_order", "convicted", marks),
        ),
        start=1,
    ):
        occurrence = _Occurrence(sheet, number, offset, kind, None)
        occurrence.add(f.father, "arrested", f.his_home, facts.father_police, outcome=outcome, warning_markers=markers)


def _this_year(sheet: Sheet, f: Family, facts: Facts) -> None:
    """Driving while unfit; then, by variant, what was seen at the new home; then the incident."""
    drive = _Occurrence(sheet, 4, DRIVING_ARREST, "traffic", None)
    drive.add(
        f.father,
        "arrested",
        f.his_home,
        facts.father_police,
        outcome="convicted",
        warning_markers="weapons;mental_health;drugs",
    )
    if facts.health_contact:
        contact = _Occurrence(sheet, 5, HEALTH_CONTACT, "child_concern", f.new_home)
        contact.add(f.mother, "victim", f.new_home)
        contact.add(f.twin_1, "child_present", f.new_home)
    if facts.neighbour_call:
        call = _Occurrence(sheet, 6, NEIGHBOUR_CALL, "domestic_abuse", f.new_home)
        call.add(f.neighbour, "reporting", f.next_door, ethnicity="W1")
        call.add(f.mother, "victim", f.new_home, risk_grade="medium")
        call.add(f.father, "suspect", f.new_home, facts.father_police, risk_grade="medium", outcome="allegation")
        call.add(f.twin_1, "child_present", f.new_home, risk_grade="medium")
    if facts.incident:
        incident = _Occurrence(sheet, 7, INCIDENT, "domestic_abuse", f.new_home)
        mark = {"risk_grade": "high", "outcome": "charged", "warning_markers": "violent;weapons;domestic_abuse"}
        incident.add(f.father, "arrested", f.new_home, facts.father_police, **mark)
        incident.add(f.mother, "victim", f.new_home, risk_grade="high")
        incident.add(f.twin_1, "victim", f.new_home, risk_grade="high")
