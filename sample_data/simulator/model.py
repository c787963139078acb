"""What is true of the invented region, and what each agency was told.

Invariant: people, stays and relations are the truth; registrations, accounts, pregnancies and involvements are what
an agency holds, by the day it came to hold it. Sources are written from the second, truth from both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_data.simulator.clock import FAR


@dataclass(slots=True, eq=False)
class Property:
    """One addressable property. `listed`: it is in a gazetteer that is delivered."""

    uprn: str
    council: str
    sub: str
    building: str
    number: str
    street: str
    locality: str
    town: str
    postcode: str
    classification: str
    parent: Property | None
    easting: int
    northing: int
    start: int
    listed: bool


@dataclass(slots=True, eq=False)
class Stay:
    """One person's home at one property from `start` up to, not including, `end`. `share` 0.5: one of two homes."""

    place: Property
    start: int
    end: int = FAR
    share: float = 1.0


@dataclass(slots=True, eq=False)
class Person:
    """One invented human being. `tail` is a title or religious name (Kaur, Singh, Begum); `called` what they go by."""

    key: int
    sex: str
    born: int
    tradition: str
    given: tuple[str, ...]
    family: str
    tail: str = ""
    previous: str = ""
    called: str = ""
    ethnic: str = "Z"
    nhs: str = ""
    phone: str = ""
    email: str = ""
    died: int = FAR
    mother: Person | None = None
    father: Person | None = None
    partner: Person | None = None
    stays: list[Stay] = field(default_factory=list)
    sensitive_from: int = FAR
    protected: bool = False

    @property
    def true_key(self) -> str:
        return f"P{self.key:08d}"

    def home(self, day: int) -> Property | None:
        """The main home on a day."""
        best = [s for s in self.stays if s.start <= day < s.end]
        return max(best, key=lambda s: s.share).place if best else None


@dataclass(slots=True, eq=False)
class Contact:
    """A person as another person names them: relationship as written, phone as given, address if any."""

    person: Person
    relationship: str = ""
    phone: str = ""
    place: Property | None = None
    name: str = ""


@dataclass(slots=True, eq=False)
class Registration:
    """One registration at a practice. `addresses`: (day the extract first shows it, property), oldest first."""

    person: Person
    supplier: str
    practice: str
    registered_on: int
    addresses: list[tuple[int, Property]]
    known_on: int = 0
    deregistered_on: int = FAR
    kind: str = ""
    institute: str = ""
    kin: Contact | None = None
    withdrawn_on: int = FAR
    blank_number: bool = False
    status: str = "01"
    placeholder: str = ""
    """Given name shown until the registration of the birth reached the practice."""
    named_on: int = 0
    sure_phone: bool = False
    """The practice holds the phone that the person gives everywhere."""


@dataclass(slots=True, eq=False)
class Liable:
    """One liable person of an account; `known_on` and `left_known_on` are when the extract shows it."""

    person: Person
    start: int
    known_on: int
    end: int = FAR
    left_known_on: int = FAR
    forwarding: Property | None = None


@dataclass(slots=True, eq=False)
class Account:
    """One council-tax account of one property."""

    place: Property
    supplier: str
    liable: list[Liable]
    discount_from: int = FAR
    disregards: str = ""
    exemption: str = ""
    withhold: bool = False


@dataclass(slots=True, eq=False)
class Pregnancy:
    """One pregnancy as a maternity unit holds it. `addresses` as in Registration."""

    mother: Person
    supplier: str
    booked_on: int
    expected_on: int
    addresses: list[tuple[int, Property]]
    babies: list[Person] = field(default_factory=list)
    delivered_on: int = FAR
    fetuses: int = 1
    ended_on: int = FAR
    transferred_on: int = FAR
    single_parent: str = ""
    father: Contact | None = None
    father_born: bool = False
    reason: str = ""
    partner: Contact | None = None
    emergency: Contact | None = None
    kin: Contact | None = None
    discharge: Property | None = None
    named_at_birth: bool = False
    practice: str = ""
    children_before: int = 0
    social_care: str = "N"
    enquiry: str = "no_disclosure"
    withhold: bool = False


@dataclass(slots=True, eq=False)
class Involvement:
    """One person in one police occurrence. `told` is the home given to the officer, `scene` where it happened."""

    person: Person
    occurrence: int
    day: int
    kind: str
    role: str
    told: Property | None
    scene: Property | None
    address_role: str = "home"
    outcome: str = ""
    risk: str = ""
    markers: str = ""
    nominal: int = 0
    known_on: int = 0
    withhold: bool = False


@dataclass(slots=True, eq=False)
class Listed:
    """One row of a hub's restricted list."""

    hub: str
    reason: str
    start: int
    uprn: str = ""
    nhs: str = ""
    person: Person | None = None


@dataclass(slots=True, eq=False)
class Situation:
    """One truth about a child or pregnancy (or, with `explanation`, what only looks like one)."""

    kind: str
    person: Person
    other: Person | None
    place: Property | None
    start: int
    end: int
    discoverable: int
    variant: str
    explanation: str = ""


@dataclass(slots=True, eq=False)
class Relation:
    a: Person
    relation: str
    b: Person
    start: int
    end: int = FAR


@dataclass(slots=True, eq=False)
class World:
    """The whole region: the truth, and what each agency holds."""

    nights: list[int]
    properties: list[Property] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    pregnancies: list[Pregnancy] = field(default_factory=list)
    involvements: list[Involvement] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)
    occurrences: int = 0
    police_days: int = 1461
    """The look-back of the police extract: involvements leave the file after this many days (four years)."""

    @property
    def first(self) -> int:
        return self.nights[0]

    @property
    def last(self) -> int:
        return self.nights[-1]
