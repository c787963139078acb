"""The codes that people choose from, each with its words: reasons of verdicts, answers of hubs."""

from __future__ import annotations

from linkage.people.verdict import Outcome

OUTCOME_WORDS = {
    Outcome.SAME: "Same person",
    Outcome.DIFFERENT: "Different people",
    Outcome.SPLIT: "Split into groups",
    Outcome.CANNOT_TELL: "Not enough to say",
    Outcome.WITHDRAWN: "Taken back",
}
REASONS = {
    "names_and_birth": "Names and date of birth",
    "number": "An NHS number or police key",
    "contact": "A phone number or e-mail address",
    "address": "Addresses over time",
    "family": "Family: who named whom",
    "generation": "Another generation, a twin or a namesake",
    "data_error": "A slip in a record",
    "known": "Confirmed with the source agency",
    "too_little": "The records say too little",
}
"""Why an officer judges so."""
NOTE_NEEDED = frozenset({"known", "data_error"})
"""Reasons that say nothing without a note."""
ANSWERS = {
    "new_and_useful": ("New and useful", "We did not know this, and it matters."),
    "already_known": ("Already known", "True, and we knew."),
    "benign": ("Innocent reason", "True or not, there is an innocent reason. It stays quiet until the records change."),
    "wrong_person": ("Wrong person", "Records of two people are mixed. Say which is somebody else's. It is kept apart from the next night."),
    "wrong_address": ("Wrong address", "The address is not theirs, or is misread."),
    "stale_source": ("Out-of-date record", "A record behind this is old news."),
    "cannot_tell": ("Cannot tell", "We looked and cannot say."),
    "unsafe_to_pursue": ("Unsafe to pursue", "Looking further could put somebody at risk."),
}  # fmt: skip
"""What a hub may answer (exceptions.md, Life cycle): words and what it means."""
ANSWER_NOTE_NEEDED = frozenset({"wrong_address", "cannot_tell", "unsafe_to_pursue"})
