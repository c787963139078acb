"""Situations: findings about the same people and properties, joined; the strongest kind speaks, the others support."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from linkage.detect.finding import Finding

STRENGTH = {"unregistered_co_residence": 0, "hidden_adult": 1, "address_divergence": 2}
"""Order of the kinds, strongest first (exceptions.md, The three kinds)."""


@dataclass
class Situation:
    """One situation: the finding that is raised, and those that are listed inside it."""

    finding: Finding
    supporting: list[Finding] = field(default_factory=list)

    @property
    def thread(self) -> str:
        """What stays the same from night to night: the subject and the family, whatever the kind or property."""
        who = "family" if self.finding.subject_id in _family(self.finding) else self.finding.subject_id
        return f"{who}|{self.finding.family_id}"

    def told(self) -> Finding:
        """What is raised. Of a divergence with every property that the person's records give, not the first two alone."""
        finding = self.finding
        if finding.kind != "address_divergence":
            return finding
        more = [f for f in self.supporting if f.kind == finding.kind and f.subject_id == finding.subject_id]
        registered = dict.fromkeys(u for f in (finding, *more) for u in f.registered)
        observed = dict.fromkeys(u for f in (finding, *more) for u in f.observed)
        return replace(
            finding,
            registered=tuple(u for u in registered if u not in finding.observed),
            observed=tuple(u for u in observed if u not in registered or u in finding.observed),
            mention_ids=tuple(dict.fromkeys(key for f in (finding, *more) for key in f.mention_ids)),
        )


def _family(finding: Finding) -> set[str]:
    members = {finding.family_id, *finding.child_ids, *([finding.mother_id] if finding.mother_id else [])}
    return members if finding.kind != "address_divergence" else {*members, finding.subject_id}


def join(findings: list[Finding], weaker: Iterable[Finding] = ()) -> list[Situation]:
    """Join findings into situations: strongest first, each later one inside the first it belongs to.

    weaker: findings that are not raised by themselves, and stand inside one of another kind that is.
    """
    situations: list[Situation] = []
    about: dict[str, list[int]] = defaultdict(list)
    for finding in sorted(findings, key=_strongest):
        # Findings of one situation share a person, so only situations about these people can be its home.
        near = {place for person in finding.people for place in about[person]}
        home = next((place for place in sorted(near) if _same(situations[place].finding, finding)), None)
        if home is not None:
            situations[home].supporting.append(finding)
            continue
        for person in finding.people:
            about[person].append(len(situations))
        situations.append(Situation(finding))
    joined = _one_per_thread(situations)
    for finding in sorted(weaker, key=_strongest):
        told_in = next((s for s in joined if s.finding.kind != finding.kind and _alike(s.finding, finding)), None)
        if told_in is not None:
            told_in.supporting.append(finding)
    return joined


def _strongest(finding: Finding) -> tuple[Any, ...]:
    """Of two alike a family speaks for itself, then the subject who comes first; at last properties and records decide.

    A person_id decides nothing: it depends on the nights before.
    """
    rests_on = [(mention_id, role or "") for mention_id, role in finding.mention_ids]
    alike = (not finding.variant.startswith("family"), finding.place, finding.observed, finding.registered, rests_on)
    return (STRENGTH[finding.kind], -finding.score, *alike, finding.variant)


def _alike(one: Finding, other: Finding) -> bool:
    return _same(*sorted((one, other), key=lambda f: STRENGTH[f.kind]))


def _same(strong: Finding, weak: Finding) -> bool:
    """Whether two findings speak of the same people and properties."""
    shares_place = bool({*strong.observed, *strong.registered} & {*weak.observed, *weak.registered})
    if strong.kind == weak.kind == "hidden_adult":
        return False
    if weak.kind == "hidden_adult":
        return strong.subject_id == weak.subject_id and (
            weak.mother_id in strong.people or strong.family_id == weak.family_id
        )
    if strong.kind == "hidden_adult":
        return strong.subject_id == weak.subject_id and shares_place
    return shares_place and bool(set(strong.people) & set(weak.people))


def _one_per_thread(situations: list[Situation]) -> list[Situation]:
    """Two properties of one subject and family are one situation: the better founded speaks."""
    first: dict[str, Situation] = {}
    for situation in situations:
        kept = first.setdefault(situation.thread, situation)
        if kept is not situation:
            kept.supporting += [situation.finding, *situation.supporting]
    return list(first.values())
