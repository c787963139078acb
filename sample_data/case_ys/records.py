"""What each agency holds of the case, and from which night (domain notes, section 1a and 1b).

Nothing stands here that the records of the case did not hold: no consultation, no attendance, no free text.
"""

from __future__ import annotations

from sample_data.case_ys import occurrences
from sample_data.case_ys.calendar import (
    ACCOUNT_KNOWN,
    BASELINE,
    BIRTH,
    BOOKING,
    DISCHARGE,
    EXPECTED,
    NAMED,
    NEW_PROPERTY,
    RE_REGISTERED,
    REGISTERED_WITH_PRACTICE,
    on,
)
from sample_data.case_ys.family import Family
from sample_data.case_ys.rows import Said, Sheet
from sample_data.case_ys.variants import Facts
from sample_data.simulator import source_council_tax, source_gp, source_maternity
from sample_data.simulator.clock import iso
from sample_data.simulator.model import Person, Property

DUDLEY_GP, SANDWELL_GP = "dudley_emis", "sandwell_systmone"
UNIT, FORCE = "dgft_russells_hall", "wmp_niche"


def write(family: Family, facts: Facts) -> Sheet:
    """All records of one telling of the case."""
    sheet = Sheet()
    _registrations(sheet, family, facts)
    _booking(sheet, family, facts)
    _births(sheet, family)
    _accounts(sheet, family, facts)
    if family.namesake is not None:
        _namesake(sheet, family.namesake, family.two_streets_away)
    occurrences.write(sheet, family, facts)
    return sheet


def _gp_cells(who: Person, practice: str, registered: str, **more: str) -> dict[str, str]:
    names = {"given_names": " ".join(who.given), "family_name": who.family}
    return {
        "nhs_number": who.nhs,
        "practice_code": practice,
        "date_of_birth": iso(who.born),
        "sex": who.sex,
        "ethnic_category": who.ethnic,
        "mobile": who.phone,
        "registered_on": registered,
        "nhs_number_status": "01",
        **names,
        **more,
    }


def _registrations(sheet: Sheet, f: Family, facts: Facts) -> None:
    dudley = [f.grandmother, f.grandfather, f.mother, f.aunt, *f.siblings]
    for n, who in enumerate(dudley):
        place = f.aunts_home if who in (f.aunt, f.siblings[1]) else f.home
        gone = RE_REGISTERED if facts.moves_and_registers and who is f.mother else None
        mark = {"sensitivity": "S"} if facts.sensitive and who is f.mother else {}
        cells = _gp_cells(who, "M87021", "2014-03-11", **mark)
        said = (Said("patient", "home", place),)
        sheet.add(
            "gp",
            DUDLEY_GP,
            source_gp.HEADER,
            f"DUD09{n:05d}",
            mentions={"patient": who},
            versions=[(BASELINE, cells, said)],
            gone=gone,
        )
    for n, who in enumerate((f.father, f.his_mother, f.his_father)):
        names = dict(zip(("given_names", "family_name"), facts.father_gp, strict=True)) if who is f.father else {}
        cells = _gp_cells(who, "M88017", "2009-09-02", **names)
        said = (Said("patient", "home", f.his_home, uprn=True),)
        sheet.add(
            "gp",
            SANDWELL_GP,
            source_gp.HEADER,
            f"SAN09{n:05d}",
            mentions={"patient": who},
            versions=[(BASELINE, cells, said)],
        )
    for n, twin in enumerate((f.twin_1, f.twin_2)):
        _twin(sheet, f, facts, twin, n)
    if facts.moves_and_registers:
        for n, who in enumerate((f.mother, f.twin_1, f.twin_2)):
            cells = _gp_cells(who, "M88017", on(RE_REGISTERED - 1).isoformat())
            said = (Said("patient", "home", f.new_home),)
            key = f"SAN091{n:04d}"
            sheet.add(
                "gp",
                SANDWELL_GP,
                source_gp.HEADER,
                key,
                mentions={"patient": who},
                versions=[(RE_REGISTERED, cells, said)],
            )


def _twin(sheet: Sheet, f: Family, facts: Facts, twin: Person, n: int) -> None:
    """Registered at the grandparents' home as `Twin 1`, with a name after the birth was registered."""
    kin = {}
    mentions = {"patient": twin}
    if facts.father_recorded:
        kin = {
            "next_of_kin_name": facts.contact_name,
            "next_of_kin_relationship": "Father",
            "next_of_kin_phone": facts.contact_phone,
        }
        mentions["next_of_kin"] = f.father
    named = _gp_cells(twin, "M87021", on(REGISTERED_WITH_PRACTICE).isoformat(), **kin)
    unnamed = named | {"given_names": f"Twin {n + 1}", "nhs_number_status": "08"}
    said = (Said("patient", "home", f.home),)
    versions = [(REGISTERED_WITH_PRACTICE + 1, unnamed, said), (NAMED + 1, named, said)]
    gone = RE_REGISTERED if facts.moves_and_registers else None
    sheet.add("gp", DUDLEY_GP, source_gp.HEADER, f"DUD091{n:04d}", mentions=mentions, versions=versions, gone=gone)


def _booking(sheet: Sheet, f: Family, facts: Facts) -> None:
    """Single parent Y, father not recorded and no reason given; he stands as emergency contact: a name and a phone."""
    who = f.mother
    cells = {
        "nhs_number": who.nhs,
        "title": "Ms",
        "given_names": "Samina",
        "family_name": "Rafiq",
        "previous_family_name": "Iqbal",
        "date_of_birth": iso(who.born),
        "ethnic_category": "J",
        "mobile": "07674 902615",
        "practice_code": "M87021",
        "booked_on": on(BOOKING).isoformat(),
        "expected_delivery_on": on(EXPECTED).isoformat(),
        "number_of_fetuses": "2",
        "status": "active",
        "single_parent": "Y",
        "emergency_contact_name": facts.contact_name,
        "emergency_contact_phone": facts.contact_phone,
        "previous_children": "3",
        "previous_social_care": "Y",
        "routine_enquiry": "no_disclosure",
    }
    mentions = {"mother": who, "emergency_contact": f.father}
    if facts.father_recorded:
        cells |= {
            "father_name": facts.contact_name,
            "father_date_of_birth": iso(f.father.born),
            "father_recorded_reason": "known",
        }
        mentions["father"] = f.father
    said = (Said("mother", "home", f.home),)
    versions = [(BOOKING + 1, cells, said), (BIRTH + 1, cells | {"status": "delivered"}, said)]
    sheet.add(
        "maternity_booking", UNIT, source_maternity.BOOKING_HEADER, "DGFP0900001", mentions=mentions, versions=versions
    )


def _births(sheet: Sheet, f: Family) -> None:
    for n, twin in enumerate((f.twin_1, f.twin_2), start=1):
        cells = {
            "booking_record_id": "DGFP0900001",
            "nhs_number": twin.nhs,
            "given_names": f"Twin {n}",
            "family_name": "Rafiq",
            "date_of_birth": iso(twin.born),
            "sex": twin.sex,
            "birth_order": f"{n}",
            "births_in_delivery": "2",
        }
        said = (Said("baby", "discharge", f.home, "discharge_"),)
        home = cells | {"discharged_on": on(DISCHARGE).isoformat()}
        versions = [(BIRTH + 1, cells, ()), (DISCHARGE + 1, home, said)]
        sheet.add(
            "maternity_birth",
            UNIT,
            source_maternity.BIRTH_HEADER,
            f"DGFB090000{n}",
            mentions={"baby": twin},
            versions=versions,
        )


def _accounts(sheet: Sheet, f: Family, facts: Facts) -> None:
    """Both pairs of grandparents and the aunt; then the father's new home, with a single person discount."""
    new = dict(zip(("forenames", "surname"), facts.father_account, strict=True))
    wanted: list[tuple[str, Person, Property, str, dict[str, str], int]] = [
        (
            "dudley_mbc",
            f.grandfather,
            f.home,
            "2006-05-01",
            {"title": "MR", "forenames": "M L", "surname": "RAFIQ"},
            BASELINE,
        ),
        (
            "dudley_mbc",
            f.aunt,
            f.aunts_home,
            "2016-02-20",
            {"title": "MISS", "forenames": "NAZIA", "surname": "RAFIQ"},
            BASELINE,
        ),
        (
            "sandwell_mbc",
            f.his_father,
            f.his_home,
            "2001-11-12",
            {"title": "MR", "forenames": "Y", "surname": "ALI"},
            BASELINE,
        ),
        (
            "sandwell_mbc",
            f.neighbour,
            f.next_door,
            "2011-06-30",
            {"title": "MRS", "forenames": "C A", "surname": "WHITEHOUSE"},
            BASELINE,
        ),
        (
            "sandwell_mbc",
            f.father,
            f.new_home,
            on(NEW_PROPERTY).isoformat(),
            new | {"title": "MR", "phone": "07675120348"},
            ACCOUNT_KNOWN,
        ),
    ]
    for n, (supplier, who, place, start, names, known) in enumerate(wanted):
        discount = (
            {"discount_code": "SPD", "discount_from": start}
            if who in (f.father, f.neighbour) and not facts.moves_and_registers
            else {}
        )
        cells = {"account_ref": f"0900{n:04d}", "liable_from": start, **names, **discount}
        said = (Said("liable", "home", place, uprn=True),)
        key = f"{supplier[:2].upper()}0900{n:04d}"
        sheet.add(
            "council_tax",
            supplier,
            source_council_tax.HEADER,
            key,
            mentions={"liable": who},
            versions=[(known, cells, said)],
        )


def _namesake(sheet: Sheet, who: Person, place: Property) -> None:
    """Variant h: another man of the father's name, two streets away, nine years younger, with a violent marker."""
    cells = _gp_cells(who, "M88017", "2019-05-14")
    said = (Said("patient", "home", place),)
    sheet.add(
        "gp", SANDWELL_GP, source_gp.HEADER, "SAN0920000", mentions={"patient": who}, versions=[(BASELINE, cells, said)]
    )
