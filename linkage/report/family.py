"""The family around one exception: three generations, with what is not known said to be so.

In it are the people of the exception, the parents and partners that records state for its children or pregnancy, and
the recorded parents of those. Nobody under protection is in it, and nobody else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import polars as pl

from linkage import vocabulary as words
from linkage.detect.records import rows
from linkage.report.content import Family, FamilyTie, Member
from linkage.report.dates import spoken

SEX = {"1": "male", "2": "female"}
PARENT = {"male": "Father", "female": "Mother", "": "Parent"}
NOBODY = "no record here says who"
_STATED = """
    SELECT person_a, relation, person_b, contract, mention, stated_on, basis FROM relation
    WHERE relation IN ('parent', 'child', 'partner', 'father_of_pregnancy')
    AND (person_a IN (SELECT n.person_id FROM told_of AS n) OR person_b IN (SELECT n.person_id FROM told_of AS n))
    ORDER BY stated_on, contract, supplier, record_id, mention, person_a, person_b, relation
"""
_SHOWN = """
    SELECT f.person_id, f.name_display, f.born, f.sex, f.died_on FROM profile AS f
    WHERE f.person_id IN (SELECT n.person_id FROM told_of AS n) AND NOT f.shielded AND NOT EXISTS (
        SELECT 1 FROM person AS p INNER JOIN mention AS m ON p.mention_id = m.mention_id
        WHERE p.person_id = f.person_id AND m.restricted)
    ORDER BY f.person_id
"""
_MOTHERS = (
    "SELECT child_id, min(mother_id) FROM family WHERE child_id IS NOT NULL AND mother_id IS NOT NULL GROUP BY ALL"
)
_BOOKINGS = "SELECT supplier, record_id, expected_delivery_on, number_of_fetuses FROM maternity_booking"
Row = Mapping[str, Any]


class Kin:
    """What records state of the people around tonight's exceptions: read once from the working tables `relation`,
    `family`, `profile` and `maternity_booking`, looked up by person.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, exceptions: Sequence[Mapping[str, Any]]) -> None:
        self.mother_of: dict[str, str] = dict(con.execute(_MOTHERS).fetchall())
        self.booking = {(supplier, record): told for supplier, record, *told in con.execute(_BOOKINGS).fetchall()}
        near = {p["person_id"] for e in exceptions for p in e["people"]}
        near |= {self.mother_of[p] for p in near if p in self.mother_of}
        around = near | {r[end] for r in _about(con, _STATED, near) for end in ("person_a", "person_b")}
        self._stated = _about(con, _STATED, around)
        self._places: dict[str, set[int]] = defaultdict(set)
        for place, row in enumerate(self._stated):
            self._places[row["person_a"]].add(place)
            self._places[row["person_b"]].add(place)
        self._shown = {r["person_id"]: r for r in _about(con, _SHOWN, {*around, *self._places})}

    def stated(self, people: Iterable[str]) -> list[Row]:
        """Statements about any of the people, in order of date."""
        return [self._stated[place] for place in sorted(set().union(*(self._places.get(p, ()) for p in people)))]

    def shown(self, people: Iterable[str]) -> dict[str, Row]:
        """Those of the people whom a report may show, by person_id."""
        return {p: self._shown[p] for p in sorted(people) if p in self._shown}


def _about(con: duckdb.DuckDBPyConnection, query: str, people: Iterable[str]) -> list[Row]:
    con.register("told_of", pl.DataFrame({"person_id": sorted(people)}, schema={"person_id": pl.String}))
    found = rows(con, query)
    con.unregister("told_of")
    return list(found)


def of(kin: Kin, exception: Mapping[str, Any]) -> Family:
    """The family of one exception."""
    return _Drawn(kin, exception).family()


@dataclass
class _Stated:
    """Who is whose parent or partner, by person_id, each with the record that says so."""

    parents: dict[str, dict[str, str]] = field(default_factory=dict)
    partners: dict[str, dict[str, str]] = field(default_factory=dict)
    fathers: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> None:
        one, other, says = row["person_a"], row["person_b"], _says(row)
        match row["relation"]:
            case "parent":
                self.parents.setdefault(other, {}).setdefault(one, says)
            case "child":
                self.parents.setdefault(one, {}).setdefault(other, says)
            case "partner":
                self.partners.setdefault(other, {}).setdefault(one, says)
                self.partners.setdefault(one, {}).setdefault(other, says)
            case _:
                self.fathers.setdefault(other, {}).setdefault(one, says)


def _says(row: Mapping[str, Any]) -> str:
    source = words.CONTRACT_WORDS[row["contract"]]
    return f"{source}, {spoken(row['stated_on'])}" if row["stated_on"] else source


def _born(value: date | None, *, whole: bool) -> str:
    """A child's date, by which twins are known; of others the year is enough."""
    return "" if not value else value.isoformat() if whole else str(value.year)


class _Drawn:
    """One family while it is put together. Members are added once; places are handed out in order."""

    def __init__(self, kin: Kin, exception: Mapping[str, Any]) -> None:
        self.kin = kin
        self.exception = exception
        self.members: list[Member] = []
        self.ties: list[FamilyTie] = []
        self.place: dict[str, int] = {}
        self.stated = _Stated()
        roles: dict[str, list[str]] = {}
        for person in exception["people"]:
            roles.setdefault(person["role"], []).append(person["person_id"])
        self.children = roles.get("child", [])
        self.mother = self._mother(roles)
        self.others = [p for role in ("adult", "co_resident", "carer") for p in roles.get(role, [])]
        self.part = {p["person_id"]: words.ROLE_WORDS[p["role"]] for p in exception["people"]}

    def _mother(self, roles: Mapping[str, list[str]]) -> str | None:
        if roles.get("mother"):
            return roles["mother"][0]
        return min((self.kin.mother_of[c] for c in self.children if c in self.kin.mother_of), default=None)

    def family(self) -> Family:
        self._read()
        if self.mother not in self.known:
            self.mother = self._mother_by_records()
        father = self._father()
        father_place, mother_place = self._parent(father, "male"), self._parent(self.mother, "female")
        self._couple(father, father_place, mother_place)
        theirs = [c for c in self._eldest_first() if not self._parents(c) or {father, self.mother} & self._parents(c)]
        for child in theirs:
            place = self._add(child, "Child", 2, "recorded")
            self._parent_tie(father, father_place, child, place)
            self._parent_tie(self.mother, mother_place, child, place)
        self._unborn(father, father_place, mother_place)
        self._rest_of_parents([c for c in self._eldest_first() if c not in theirs])
        self._rest(mother_place)
        for adult, place in ((father, father_place), (self.mother, mother_place)):
            self._grandparents(adult, place)
        return Family(self.members, self.ties)

    def _read(self) -> None:
        core = [*self.children, *self.others, *([self.mother] if self.mother else [])]
        around = {*core, *(r[end] for r in self.kin.stated(core) for end in ("person_a", "person_b"))}
        for row in self.kin.stated(around):
            self.stated.take(row)
        self.known = self.kin.shown({*around, *(p for known in self.stated.parents.values() for p in known)})

    def _parents(self, child: str) -> set[str]:
        """The parents of a child whom records state and who may be shown."""
        return {p for p in self.stated.parents.get(child, {}) if p in self.known}

    def _mother_by_records(self) -> str | None:
        """Of the women whom records state as a parent of these children, the one with the most of them."""
        stated = Counter(p for c in self.children for p in self._parents(c) if self.known[p]["sex"] == "2")
        return min(stated, key=lambda p: (-stated[p], p), default=None)

    def _father(self) -> str | None:
        """The other parent of a child of the mother, or of the pregnancy; with no mother known, any parent stated."""
        stated: dict[str, None] = {}
        for child in self.children:
            parents = self._parents(child)
            if self.mother is None or self.mother in parents:
                stated |= dict.fromkeys(sorted(parents - {self.mother}))
        if self.mother:
            stated |= dict.fromkeys(p for p in self.stated.fathers.get(self.mother, {}) if p in self.known)
        return next(iter(stated), None)

    def _add(self, person: str, part: str, generation: int, known: str) -> int:
        if person in self.place:
            return self.place[person]
        row = self.known.get(person)
        self.place[person] = len(self.members)
        self.members.append(
            Member(
                person, part, generation, known,
                name=(row and row["name_display"]) or "name not recorded",
                sex=SEX.get((row and row["sex"]) or "", "not known"),
                born=_born(row["born"] if row else None, whole=generation == 2),
                died=bool(row and row["died_on"]),
            )
        )  # fmt: skip
        return self.place[person]

    def _unknown(self, part: str, generation: int, sex: str) -> int:
        self.members.append(Member("", part, generation, "unknown", name="not known", sex=sex))
        return len(self.members) - 1

    def _parent(self, person: str | None, sex: str) -> int:
        if person is None:
            return self._unknown(PARENT[sex], 1, sex)
        return self._add(person, PARENT[SEX.get(self.known[person]["sex"] or "", "")], 1, "recorded")

    def _tie(self, one: int, other: int, kind: str, known: str, says: str) -> None:
        self.ties.append(FamilyTie(one, other, kind, known, says))

    def _couple(self, father: str | None, father_place: int, mother_place: int) -> None:
        if father is None or self.mother is None:
            self._tie(father_place, mother_place, "co_parent", "unknown", NOBODY)
        elif says := self.stated.partners.get(self.mother, {}).get(father):
            self._tie(father_place, mother_place, "couple", "recorded", says)
        else:
            says = "both are parents; no record here says a couple"
            self._tie(father_place, mother_place, "co_parent", "recorded", says)

    def _parent_tie(self, parent: str | None, place: int, child: str, child_place: int) -> None:
        says = self.stated.parents.get(child, {}).get(parent or "")
        self._tie(place, child_place, "parent", "recorded" if says else "unknown", says or NOBODY)

    def _eldest_first(self) -> list[str]:
        born = {c: (self.known[c]["born"] if c in self.known else None) for c in self.children}
        return sorted(self.children, key=lambda c: (born[c] is None, born[c] or date.min, c))

    def _unborn(self, father: str | None, father_place: int, mother_place: int) -> None:
        told = self.exception["pregnancy"]
        if self.children or told is None:
            return
        due, babies = self.kin.booking.get((told["supplier"], told["record_id"]), (None, None))
        for number in range(min(babies or 1, 4)):
            place = len(self.members)
            name = "expected baby" if (babies or 1) == 1 else f"expected baby {number + 1}"
            born = f"due {due:%b %Y}" if due else ""
            self.members.append(Member("", "Expected baby", 2, "expected", name=name, born=born))
            says = self.stated.fathers.get(self.mother or "", {}).get(father or "")
            self._tie(father_place, place, "parent", "recorded" if says else "unknown", says or NOBODY)
            self._tie(mother_place, place, "parent", "recorded", "Maternity booking")

    def _rest_of_parents(self, children: list[str]) -> None:
        """Children of other parents, each under the first of theirs that a record states."""
        for child in children:
            parent = min(self._parents(child))
            above = self._add(parent, PARENT[SEX.get(self.known[parent]["sex"] or "", "")], 1, "recorded")
            self._parent_tie(parent, above, child, self._add(child, "Child", 2, "recorded"))

    def _rest(self, mother_place: int) -> None:
        """Partners whom a record states, and the adults of the exception whose part no record states."""
        for partner, says in sorted(self.stated.partners.get(self.mother or "", {}).items()):
            if partner in self.known and partner not in self.place:
                self._tie(self._add(partner, "Partner", 1, "recorded"), mother_place, "couple", "recorded", says)
        for other in self.others:
            if other not in self.place:
                place = self._add(other, self.part[other], 1, "inferred")
                self._tie(place, mother_place, "part_not_known", "inferred", "read from the records on this page")

    def _grandparents(self, adult: str | None, place: int) -> None:
        whose = self.members[place].part.lower()
        recorded = {p: s for p, s in self.stated.parents.get(adult or "", {}).items() if p in self.known}
        for sex, part in (("male", f"{whose}'s father"), ("female", f"{whose}'s mother")):
            of_sex = [p for p in sorted(recorded) if SEX.get(self.known[p]["sex"] or "") == sex and p not in self.place]
            known = bool(of_sex)
            one = (
                self._add(of_sex[0], part.capitalize(), 0, "recorded")
                if known
                else self._unknown(part.capitalize(), 0, sex)
            )
            self._tie(
                one, place, "parent", "recorded" if known else "unknown", recorded[of_sex[0]] if known else NOBODY
            )
        for parent in sorted(recorded):
            if parent not in self.place and SEX.get(self.known[parent]["sex"] or "") is None:
                one = self._add(parent, f"{whose}'s parent".capitalize(), 0, "recorded")
                self._tie(one, place, "parent", "recorded", recorded[parent])
