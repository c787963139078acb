"""The model of people: every comparison, level by level, and the blocking rules, as one readable list.

A level's m is how often two mentions of one person fall in it, u how often mentions of two people do. m is trained
(parameters.json); u comes from the region at hand where it depends on it: `tf` from how common a value is,
`per_person` as a constant divided by the number of people, so that one model serves a town and a county.

Two rules shape the list. Home and family name are one comparison, since people of one home share a name: kept apart
they would count one fact twice, and every brother would be his brother. And where somebody lives carries little weight
without a name, since the job asks whether people live where they say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkage.settings import Settings, SettingsError
from linkage.standardise.names import HONORIFIC_GIVEN, HONORIFIC_INITIAL, title_letters

SHORT_SLIP_U = 0.0002
"""Chance that two people's short given names are one letter apart: of two drawn at random .00007 (counted on an invented region),
of two born on one day more, since twins are named alike. Set so that such a slip weighs a little against a link, and forbids none."""
HONORIFIC_U = 0.0014
"""Chance that one of two mentions gives only an honorific name. Among pairs of one birth date or phone alone, where it is heard, it is
said of two people as often as of one (24 of 63 pairs of one birth date on four invented regions were one person)."""
PARAMETERS = Path(__file__).with_name("parameters.json")


@dataclass(frozen=True)
class Level:
    """One level of a comparison: its name, its SQL over `_l` and `_r` columns, and how its u is found.

    weighs_as: the level whose match weight it takes, where a u of its own would count another comparison's fact again.
    least_u: below it no region's counts are believed; least_tf: below it no frequency is.
    """

    name: str
    sql: str
    says: str
    tf: str | None = None
    per_person: bool = False
    weighs_as: str | None = None
    least_u: float = 1e-12
    least_tf: float = 1e-5


@dataclass(frozen=True)
class Comparison:
    """One comparison. `says` is what a reviewer reads on the page; `silent` is the SQL under which it says nothing."""

    name: str
    says: str
    silent: str
    levels: tuple[Level, ...] = field(default_factory=tuple)
    otherwise: str = "differs"


def _one_letter_off(column: str) -> str:
    """SQL: one letter is another, more or fewer, or two neighbours are swapped. What is further apart is spared the dearer distance."""
    texts = f"({column}_l, {column}_r)"
    return f"levenshtein{texts} <= 2 AND damerau_levenshtein{texts} = 1"


# Conditions are put in the order of what they cost: whatever is rarely true and cheaply told stands first.
_BOTH_FULL = "len(given_l) > 0 AND len(given_r) > 0"
_HONORIFICS = "[" + ", ".join(f"'{name}'" for name in sorted(HONORIFIC_GIVEN)) + "]"
# Whose family name is the other's second name, and who are called by different names, are a father and a child: Hassan Farah
# beside Fadumo Farah Hassan. Which name is the called one is not sure beside an honorific or a title.
_CALLED_BY_BOTH = " AND ".join(
    f"(list_contains(given_keys_{one}, given_called_{other}) OR list_contains(family_called_{one}, given_called_{other}) "
    f"OR list_contains(family_called_{one}, given_joined_{other}) OR list_contains(family_readings_{one}, given_called_{other}) "
    f"OR list_has_any(given_readings_{other}, family_called_{one}) "
    f"OR list_has_any(family_called_{one}, {_HONORIFICS}))"
    for one, other in ("lr", "rl")
)
_BOTH_CALLED = f"(len(family_keys_l) = 0 OR len(family_keys_r) = 0 OR ({_CALLED_BY_BOTH}))"
# The family name of one record stands among the given names of the other, in whichever romanisation: Huang Kaming is Ka-Ming Wong.
_FAMILY_AS_GIVEN = {
    one: f"(list_contains(given_{other}, family_last_{one}) OR list_contains(given_readings_{other}, family_last_{one}) "
    f"OR list_has_any(family_readings_{one}, given_{other}))"
    for one, other in ("lr", "rl")
}
_SWAPPED = (
    f"((({_FAMILY_AS_GIVEN['l']} AND given_called_l <> family_last_l AND list_has_any(family_called_r, given_keys_l))"
    f" OR ({_FAMILY_AS_GIVEN['r']} AND given_called_r <> family_last_r AND list_has_any(family_called_l, given_keys_r)))"
    f" AND {_BOTH_CALLED})"
    " OR (name_letters_l = name_letters_r AND family_last_l <> family_last_r)"
    # With a father's or second name: Osman Asha is Asha Osman Hersi.
    " OR (given_called_r = family_last_l AND given_called_l <> given_called_r AND list_has_any(given_l, later_r))"
    " OR (given_called_l = family_last_r AND given_called_l <> given_called_r AND list_has_any(given_r, later_l))"
)
_NEAR_SWAPPED = (
    "(jaro_winkler_similarity(given_written_l, family_written_r) >= 0.88 "
    "AND jaro_winkler_similarity(family_written_l, given_written_r) >= 0.88)"
)
_INITIAL_SWAPPED = (
    "((len(given_l) = 0 AND list_has_any(family_keys_l, given_keys_r) AND list_has_any(initials_l, leading_initials_r))"
    " OR (len(given_r) = 0 AND list_has_any(family_keys_r, given_keys_l) AND list_has_any(initials_r, leading_initials_l)))"
)
# S Begum is Hussain Begum Shaheen, written family first: where one record gives no family name, its initial may be of the other's.
_INITIAL_IN_FAMILY_PLACE = (
    "((len(given_l) = 0 AND len(family_l) = 0 AND list_has_any(initials_l, family_initials_r)) "
    "OR (len(given_r) = 0 AND len(family_r) = 0 AND list_has_any(initials_r, family_initials_l)))"
)
# A Sadia may be Sadia Akhtar, whom another record gives a family name and no title.
_TITLE_LETTERS = "[" + ", ".join(f"'{letter}'" for letter in title_letters()) + "]"
_BEHIND_TITLE_INITIAL = (
    f"((len(given_l) = 0 AND list_has_any(family_keys_l, given_keys_r) AND list_has_any(initials_l, {_TITLE_LETTERS})) "
    f"OR (len(given_r) = 0 AND list_has_any(family_keys_r, given_keys_l) AND list_has_any(initials_r, {_TITLE_LETTERS})))"
)
_SURNAME_ONLY = (
    "((len(family_keys_l) = 0 AND list_has_any(given_keys_l, family_keys_r)) "
    "OR (len(family_keys_r) = 0 AND list_has_any(given_keys_r, family_keys_l)))"
)
# Mrs Parveen, of Maryam Parveen: a title where there is no family name.
_TITLE_ONLY = (
    "((len(given_l) = 1 AND family_last_l IS NULL AND len(family_r) = 0 AND list_contains(given_l, family_last_r)) "
    "OR (len(given_r) = 1 AND family_last_r IS NULL AND len(family_l) = 0 AND list_contains(given_r, family_last_l)))"
)
# A father's name stands last on one record and second on another: Khadra Yusuf is Khadra Yusuf Hersi.
_FATHERS_NAME = "(list_has_any(later_l, family_keys_r) OR list_has_any(later_r, family_keys_l))"
_FATHERS_INITIAL = (
    "((len(given_l) = 0 AND list_has_any(two_initials_l, name_initials_r)) "
    "OR (len(given_r) = 0 AND list_has_any(two_initials_r, name_initials_l)))"
)
_ONLY_HONORIFIC = f"(len(given_l) > 0 AND list_has_all({_HONORIFICS}, given_l)) OR (len(given_r) > 0 AND list_has_all({_HONORIFICS}, given_r))"
_ONLY_M = (
    f"(len(given_l) = 0 AND len(two_initials_l) = 0 AND list_contains(initials_l, '{HONORIFIC_INITIAL}')) "
    f"OR (len(given_r) = 0 AND len(two_initials_r) = 0 AND list_contains(initials_r, '{HONORIFIC_INITIAL}'))"
)
_SAME_FAMILY = f"(list_has_any(family_keys_l, family_keys_r) OR {_FATHERS_NAME} OR {_SWAPPED} OR {_NEAR_SWAPPED} OR {_INITIAL_SWAPPED})"
_NEAR_FAMILY = (
    "(jaro_winkler_similarity(family_written_l, family_written_r) >= 0.9 "
    "OR (len(family_written_l) >= 4 AND levenshtein(family_written_l, family_written_r) <= 1))"
)
_SAME_HOME = "list_has_any(home_keys_l, home_keys_r)"
# One left before the other came: a later tenant, or a person whose other record is late. A forwarding address is no home left.
_AT_OTHER_TIMES = (
    "(home_until_l < home_since_r OR home_until_r < home_since_l) "
    "AND NOT list_has_any(forward_keys_l, home_keys_r) AND NOT list_has_any(forward_keys_r, home_keys_l)"
)
_NAMED_FROM_HOME = "(list_has_any(home_keys_l, context_keys_r) OR list_has_any(context_keys_l, home_keys_r))"
_NAMED_TOGETHER = "list_has_any(context_keys_l, context_keys_r)"
# Begum alone says nothing of the family name Khan. Begum beside Khatun, each alone, is no name left out.
# A name borne before marriage is no family name of today: Amarjit Kaur, before Lally, may be A Gill.
_NO_FAMILY = (
    "(((len(family_l) = 0 OR len(family_r) = 0) AND NOT coalesce(len(family_l) = 0 "
    f"AND len(family_r) = 0 AND family_last_l <> family_last_r, false)) OR {_FATHERS_INITIAL})"
)
# In one home, a title that both bear where there is no family name is a name in common as a family name is, and so is one that
# sounds alike: Chowdry and Chaudhry.
_FAMILY_OF_HOME = (
    f"({_SAME_FAMILY} OR {_NEAR_FAMILY} OR coalesce(family_last_l = family_last_r, false) "
    "OR coalesce(family_sound_l = family_sound_r, false))"
)

Conditions = Mapping[str, str]
"""SQL over the two rows of a pair, by name."""
SHARED: tuple[Conditions, ...] = (
    {
        "is_swapped": _SWAPPED,
        "is_near_swapped": _NEAR_SWAPPED,
        "is_initial_swapped": _INITIAL_SWAPPED,
        "is_near_family": _NEAR_FAMILY,
        "is_without_family": _NO_FAMILY,
        "is_same_home": _SAME_HOME,
        "is_named_from_home": _NAMED_FROM_HOME,
        "is_named_together": _NAMED_TOGETHER,
        "is_at_other_times": _AT_OTHER_TIMES,
        "is_honorific_alone": _ONLY_HONORIFIC,
        "is_honorific_initial": _ONLY_M,
    },
    {"is_same_family": _SAME_FAMILY},
)
"""What several levels ask, each holding those before it. No level asks whether one of them is unknown (splink_sql.py)."""

GIVEN_NAME = Comparison(
    "given_name",
    "The name they are called by, whatever its spelling, order or short form.",
    "(len(given_l) = 0 AND len(initials_l) = 0) OR (len(given_r) = 0 AND len(initials_r) = 0)",
    (
        # Weighed by how often the second name goes with the first: Hoi is mostly Hoi-Ching, and Ching then says nothing new.
        Level("several", "given_pair_l = given_pair_r", "two or more given names the same", tf="given_pair", least_tf=1e-7),
        Level("same_apart", "given_called_l = given_called_r AND len(later_initials_l) > 0 AND len(later_initials_r) > 0 "
              "AND NOT list_has_any(later_initials_l, later_initials_r)", "the same given name beside other second names"),
        Level("same", "given_called_l = given_called_r", "the same given name", tf="given_called"),
        Level("joined", "given_joined_l = given_joined_r", "the same given names, written as one or as two"),
        # Two names that agree crosswise agree in the family name too, which is weighed with the home: here it is one name.
        Level("swapped", _SWAPPED, "given and family name in the other order", weighs_as="same"),
        Level("swapped_near", _NEAR_SWAPPED, "given and family name in the other order, with a letter or two wrong",
              weighs_as="near"),
        Level("shared", "list_has_any(given_keys_l, given_keys_r)", "one given name or its short form in common"),
        Level("slip", f"{_BOTH_FULL} AND len(given_written_l) >= 4 AND len(given_written_r) >= 4 "
              f"AND {_one_letter_off('given_written')}", "given names that differ by one letter"),
        Level(
            "near",
            f"{_BOTH_FULL} AND (jaro_winkler_similarity(given_written_l, given_written_r) >= 0.88 "
            "OR (len(given_written_l) >= 4 AND levenshtein(given_written_l, given_written_r) <= 1))",
            "given names that differ by a letter or two",
        ),
        Level("part", "list_contains(given_parts_l, given_called_r) OR list_contains(given_parts_r, given_called_l)",
              "one given name is the start or the end of the other"),
        Level("initials", "(len(given_l) = 0 OR len(given_r) = 0) AND list_has_any(two_initials_l, two_initials_r)",
              "two initials that fit the given names"),
        Level("swapped_initial", _INITIAL_SWAPPED, "an initial that fits, given and family name in the other order",
              weighs_as="initial"),
        Level("behind_initial", "(len(given_l) = 0 AND list_has_any(two_initials_l, behind_initials_r)) "
              "OR (len(given_r) = 0 AND list_has_any(two_initials_r, behind_initials_l))",
              "an initial that fits, behind an M that may stand for Mohammed"),
        Level("second_initial", "(len(given_l) = 0 OR len(given_r) = 0) AND list_has_any(initials_l, initials_r) "
              "AND len(two_initials_l) > 0 AND len(two_initials_r) > 0", "one initial that fits and one that does not"),
        Level(
            "initial",
            "(len(given_l) = 0 OR len(given_r) = 0) AND list_has_any(lead_initials_l, lead_initials_r)",
            "an initial that fits the given name",
        ),
        Level("family_initial", _INITIAL_IN_FAMILY_PLACE,
              "an initial that fits the family name, one record without a family name"),
        Level("behind_title_initial", _BEHIND_TITLE_INITIAL,
              "the given name in the family name's place, behind an initial that may be a title's"),
        Level("later_initial", "(len(given_l) = 0 OR len(given_r) = 0) AND list_has_any(initials_l, initials_r)",
              "an initial that fits another given name than the first"),
        Level("surname_only", _SURNAME_ONLY, "one record names them by the surname alone"),
        Level("title_only", _TITLE_ONLY, "one record names them only by what they bear as a title"),
        # No evidence for or against: the birth date or the phone that lets it be heard is weighed by itself.
        Level("honorific", "(born_l = born_r OR phone_l = phone_r OR email_l = email_r) AND coalesce(sex_l = sex_r, true) "
              f"AND ({_ONLY_HONORIFIC} OR {_ONLY_M})",
              "one record gives only an honorific name, such as Mohammed, or its M", least_u=HONORIFIC_U),
        # Whoever is called Mohammed on one record is called by another name on the next: it contradicts none, and finds nobody.
        Level("honorific_alone", _ONLY_HONORIFIC, "one record gives only an honorific name, such as Mohammed"),
        Level("honorific_initial", _ONLY_M, "one record gives only an M that may stand for Mohammed"),
        # Ali and Alo, but Tim and Tom as well: a slip in so short a name is heard only where the birth date agrees, and the
        # birth date, which is weighed by itself, must not be weighed here again.
        Level("short_slip", f"born_l = born_r AND {_BOTH_FULL} AND (len(given_written_l) = 3 OR len(given_written_r) = 3) "
              "AND len(given_written_l) >= 2 AND len(given_written_r) >= 2 "
              f"AND {_one_letter_off('given_written')}",
              "short given names that differ by one letter, beside the same date of birth", least_u=SHORT_SLIP_U),
    ),
    "given names that differ",
)  # fmt: skip

FAMILY_AND_HOME = Comparison(
    "family_and_home",
    "The family name, and whether the records put them at one property at all, as one comparison.",
    # Begum beside Khan says nothing; Begum beside Begum is a name in common, weighed by how many bear it.
    f"(len(family_l) = 0 OR len(family_r) = 0) AND NOT ({_SAME_HOME} OR {_NAMED_FROM_HOME} OR {_NAMED_TOGETHER} "
    "OR list_has_any(family_keys_l, family_keys_r) OR coalesce(postcode_l = postcode_r, false) "
    "OR coalesce(family_last_l = family_last_r, false))",
    (
        Level("home_and_family_apart", f"{_SAME_HOME} AND {_AT_OTHER_TIMES} AND {_FAMILY_OF_HOME}",
              "the same home and family name, one having left before the other came", per_person=True),
        Level("home_and_family", f"{_SAME_HOME} AND {_FAMILY_OF_HOME}",
              "the same home and family name", per_person=True),
        Level("home_without_family_apart", f"{_SAME_HOME} AND {_AT_OTHER_TIMES} AND {_NO_FAMILY}",
              "the same home, one record without a family name, one having left before the other came", per_person=True),
        Level("home_without_family", f"{_SAME_HOME} AND {_NO_FAMILY}",
              "the same home, one record without a family name", per_person=True),
        Level("home_apart", f"{_SAME_HOME} AND {_AT_OTHER_TIMES}",
              "the same home under another family name, one having left before the other came", per_person=True),
        Level("home", _SAME_HOME, "the same home under another family name", per_person=True),
        Level("named_from_home_and_family", f"{_NAMED_FROM_HOME} AND {_FAMILY_OF_HOME}",
              "the same family name, living where the person who named them lives", per_person=True),
        Level("named_from_home_without_family", f"{_NAMED_FROM_HOME} AND {_NO_FAMILY}",
              "living where the person who named them lives, one record without a family name", per_person=True),
        Level("named_from_home", _NAMED_FROM_HOME, "living where the person who named them lives", per_person=True),
        Level("named_together_and_family", f"{_NAMED_TOGETHER} AND {_FAMILY_OF_HOME}",
              "the same family name, named by the same person", per_person=True),
        Level("named_together_without_family", f"{_NAMED_TOGETHER} AND {_NO_FAMILY}",
              "named by the same person, one record without a family name", per_person=True),
        Level("named_together", _NAMED_TOGETHER, "named by the same person", per_person=True),
        Level("moved_together", "list_has_any(together_keys_l, together_keys_r) AND given_called_l = given_called_r",
              "two homes that hold the same two names", per_person=True),
        # Two homes that are known to be two are not one person's as often as one that no gazetteer knows may be the other's.
        Level("postcode_and_family_unplaced", "postcode_l = postcode_r AND (len(home_keys_l) = 0 OR len(home_keys_r) = 0) "
              f"AND ({_SAME_FAMILY} OR {_NEAR_FAMILY})",
              "the same postcode and family name, one record at no known home", per_person=True),
        Level("postcode_and_family", f"postcode_l = postcode_r AND ({_SAME_FAMILY} OR {_NEAR_FAMILY})",
              "the same postcode and family name at two homes", per_person=True),
        # Where few given names meet few family names, two who share both are less surprising than each name alone says.
        Level("full_name", "full_name_l = full_name_r", "the same family name, as common as it is beside that given name",
              tf="full_name"),
        Level("family", "family_last_l = family_last_r", "the same family name", tf="family_last"),
        Level("family_shared", _SAME_FAMILY, "an earlier or second family name in common"),
        Level("family_near", _NEAR_FAMILY, "family names that differ by a letter or two"),
        Level("family_sounds", "family_sound_l = family_sound_r", "family names that sound alike"),
        Level("postcode", "postcode_l = postcode_r", "the same postcode under another family name", per_person=True),
    ),
    "family names and homes that differ",
)  # fmt: skip

BIRTH_DATE = Comparison(
    "birth_date",
    "The date of birth, allowing for a day and month swapped or one digit mistyped.",
    "born_l IS NULL OR born_r IS NULL",
    (
        Level("same_january", "born_l = born_r AND substr(born_l, 6) = '01-01'",
              "the same 1 January, which is often written where the day is not known"),
        Level("same", "born_l = born_r", "the same date of birth"),
        Level("swapped", "substr(born_l, 1, 4) = substr(born_r, 1, 4) AND substr(born_l, 6, 2) = substr(born_r, 9, 2) "
              "AND substr(born_l, 9, 2) = substr(born_r, 6, 2)", "day and month of birth swapped"),
        Level("digit", "levenshtein(born_l, born_r) <= 2 AND damerau_levenshtein(born_l, born_r) <= 1",
              "dates of birth that differ by one digit"),
        Level("two_parts", "(substr(born_l, 1, 7) = substr(born_r, 1, 7)) OR (substr(born_l, 6) = substr(born_r, 6) "
              "AND abs(CAST(substr(born_l, 1, 4) AS INTEGER) - CAST(substr(born_r, 1, 4) AS INTEGER)) <= 10) OR "
              "(substr(born_l, 1, 4) = substr(born_r, 1, 4) AND substr(born_l, 9) = substr(born_r, 9))",
              "dates of birth that agree in two of three parts"),
        Level("year", "substr(born_l, 1, 4) = substr(born_r, 1, 4) "
              "AND (substr(born_l, 6) = '01-01' OR substr(born_r, 6) = '01-01')",
              "the same year of birth, with 1 January on one record"),
    ),
    "dates of birth that differ",
)  # fmt: skip

SEX = Comparison(
    "sex",
    "Sex as recorded, or as a title or stated relationship implies. It never rules a link out.",
    "sex_l IS NULL OR sex_r IS NULL",
    (Level("same", "sex_l = sex_r", "the same sex"),),
    "different sex recorded",
)

NHS_NUMBER = Comparison(
    "nhs_number",
    "The NHS number, where both pass the check digit. A number that fails it identifies nobody.",
    "nhs_number_l IS NULL OR nhs_number_r IS NULL",
    (Level("same", "nhs_number_l = nhs_number_r", "the same NHS number", per_person=True),),
    "two different valid NHS numbers",
)

PHONE = Comparison(
    "phone",
    "The phone number, weighed by how many others give the same one.",
    "phone_l IS NULL OR phone_r IS NULL",
    (
        Level("same", "phone_l = phone_r", "the same phone number", tf="phone"),
        # Families are sold numbers that stand side by side, whatever numbers drawn at random say. So a slip confirms what a
        # home or a birth date says and finds nobody by itself: a contact with a mistyped number stays unknown.
        Level("digit", f"{_one_letter_off('phone')} AND (born_l = born_r OR "
              f"{_SAME_HOME} OR {_NAMED_FROM_HOME})", "phone numbers that differ by one digit", least_u=1e-4),
    ),
    "different phone numbers",
)  # fmt: skip

EMAIL = Comparison(
    "email",
    "The e-mail address.",
    "email_l IS NULL OR email_r IS NULL",
    (Level("same", "email_l = email_r", "the same e-mail address", per_person=True),),
    "different e-mail addresses",
)

FORCE_KEY = Comparison(
    "force_key",
    "The police force's own key for a person. It is not always merged, so a different key says little.",
    "force_key_l IS NULL OR force_key_r IS NULL",
    (Level("same", "force_key_l = force_key_r", "the same police key", per_person=True),),
    "different police keys",
)

MOVE_DAY = Comparison(
    "move_day",
    "Whether one council-tax account ends on the day that another begins.",
    "len(move_days_l) = 0 OR len(move_days_r) = 0 OR (len(left_on_l) = 0 AND len(left_on_r) = 0) "
    "OR list_has_any(home_keys_l, home_keys_r)",
    # Two accounts that begin on one day (1 April, a new estate) tell of no move.
    (
        Level(
            "same",
            "list_has_any(left_on_l, came_on_r) OR list_has_any(left_on_r, came_on_l)",
            "one account begins on the day another ends",
        ),
    ),
    "accounts that begin and end on other days",
)

COMPARISONS = (GIVEN_NAME, FAMILY_AND_HOME, BIRTH_DATE, SEX, NHS_NUMBER, PHONE, EMAIL, FORCE_KEY, MOVE_DAY)

BLOCKING: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("nhs_number",), ()),
    (("force_key",), ()),
    (("born", "given_initial"), ()),
    (("born", "family_last"), ()),
    (("born", "both_initials"), ("both_initials",)),
    (("phone", "any_initial"), ("any_initial",)),
    (("email",), ()),
    (("place_key", "any_initial"), ("place_key", "any_initial")),
    (("place_key", "born"), ("place_key",)),
    (("given_called", "family_last", "outward"), ()),
    (("postcode", "family_last", "any_initial"), ("any_initial",)),
    (("rare_name",), ()),
    (("together_keys", "given_called"), ("together_keys",)),
    (("move_keys",), ("move_keys",)),
)
"""Each rule: the columns that must be equal, and those of them that are lists to be taken apart."""


@dataclass(frozen=True)
class Design:
    """What is compared and what is compared at all. A night has one, PEOPLE; benchmarks lay out others for other data."""

    comparisons: tuple[Comparison, ...]
    blocking: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def gammas(self) -> tuple[str, ...]:
        """The columns in which Splink gives the level of each comparison."""
        return tuple(f"gamma_{comparison.name}" for comparison in self.comparisons)

    @property
    def tf_columns(self) -> tuple[str, ...]:
        """The columns whose values are weighed by how common they are."""
        return tuple(dict.fromkeys(level.tf for c in self.comparisons for level in c.levels if level.tf))


PEOPLE = Design(COMPARISONS, BLOCKING)


def parameters_file(settings: Settings) -> Path:
    """The file of the model in force: `people.model` of the settings, or the shipped one where that is empty."""
    named = settings.text("people.model")
    return Path(named) if named else PARAMETERS


def load_parameters(path: Path = PARAMETERS) -> dict[str, Any]:
    """The trained parameters: version, m and u of every level, prior, calibration; what was measured when it was trained.

    Raises SettingsError when the file cannot be read or is not a model of these comparisons.
    """
    try:
        parameters: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = [
            f"{c.name}.{level}"
            for c in COMPARISONS
            for level in level_names(c)
            if "m" not in parameters["comparisons"][c.name][level]
        ]
        missing += [name for name in ("version", "prior_per_person", "calibration") if not parameters[name]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"the people model {path} (setting people.model) cannot be used: {type(error).__name__} {error}; "
            "name a file that `linkage train --promote` wrote, or leave the setting empty for the shipped model"
        ) from None
    if missing:
        raise SettingsError(f"the people model {path} (setting people.model) lacks {', '.join(missing)}; train it anew")
    return parameters


def in_force(settings: Settings) -> dict[str, Any]:
    """The parameters that a night with these settings runs with. Raises SettingsError."""
    return load_parameters(parameters_file(settings))


def as_text(parameters: Mapping[str, Any]) -> str:
    """The text of a model file: the same parameters, the same bytes."""
    return json.dumps(parameters, indent=1) + "\n"


def level_names(comparison: Comparison) -> tuple[str, ...]:
    """Names of the levels in order, the last being `else`."""
    return (*(level.name for level in comparison.levels), "else")


def gammas_of(comparison: Comparison, *names: str) -> tuple[int, ...]:
    """Splink's numbers of some levels of a comparison: `else` is 0 and the first level the highest."""
    told = level_names(comparison)
    return tuple(len(told) - 1 - told.index(name) for name in names)


def splink_settings(
    parameters: Mapping[str, Any], people: float, tf_u: Mapping[str, float], design: Design = PEOPLE
) -> dict[str, Any]:
    """Splink's settings for a region of that many people. tf_u: the chance that two values of a column agree."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "mention_id",
        "probability_two_random_records_match": min(0.5, parameters["prior_per_person"] / people),
        "comparisons": [_comparison(c, parameters["comparisons"][c.name], people, tf_u) for c in design.comparisons],
        "blocking_rules_to_generate_predictions": [_block(columns, lists) for columns, lists in design.blocking],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
    }


def _comparison(
    comparison: Comparison, trained: Mapping[str, Any], people: float, tf_u: Mapping[str, float]
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.silent, "label_for_charts": "not compared", "is_null_level": True}
    ]
    for level in comparison.levels:
        values = trained[level.name]
        described: dict[str, Any] = {
            "sql_condition": level.sql,
            "label_for_charts": level.name,
            "m_probability": values["m"],
            "u_probability": _u(level, comparison, trained, people, tf_u),
        }
        if level.tf:
            described |= {"tf_adjustment_column": level.tf, "tf_minimum_u_value": level.least_tf}
            # The level's own u is that of an exact match; for Splink to find that out costs a night two seconds of parsing.
            described["disable_tf_exact_match_detection"] = True
        levels.append(described)
    otherwise = trained["else"]
    levels.append({"sql_condition": "ELSE", "label_for_charts": "else", "m_probability": otherwise["m"],
                   "u_probability": otherwise["u"]})  # fmt: skip
    return {
        "output_column_name": comparison.name,
        "comparison_description": comparison.says,
        "comparison_levels": levels,
    }


def _u(
    level: Level, comparison: Comparison, trained: Mapping[str, Any], people: float, tf_u: Mapping[str, float]
) -> float:
    values = trained[level.name]
    if level.weighs_as:
        like = next(other for other in comparison.levels if other.name == level.weighs_as)
        return float(values["m"]) / float(trained[like.name]["m"]) * _u(like, comparison, trained, people, tf_u)
    if level.tf:
        return max(tf_u[level.tf], 1e-7)
    return max(float(values["u"]) / people if level.per_person else float(values["u"]), level.least_u)


def _block(columns: tuple[str, ...], lists: tuple[str, ...]) -> dict[str, Any]:
    rule: dict[str, Any] = {"blocking_rule": " AND ".join(f"l.{c} = r.{c}" for c in columns), "sql_dialect": "duckdb"}
    if lists:
        rule["arrays_to_explode"] = list(lists)
    return rule
