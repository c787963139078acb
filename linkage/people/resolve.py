"""Pairs to people: clusters that hold no contradiction, strongest evidence first.

First the mentions that identify somebody by themselves (a full name with a birth date, or an NHS number) are joined
along their strongest links. Then every weaker mention (a contact, an initial on a council-tax account) may join one
person, if that person's claim to it is strong against all rivals' claims together: two brothers with one initial
at one address each have half a claim, so neither gets it. Mentions that neither phase placed stand alone.

Before either phase data officers' verdicts are obeyed: what they held to be one person is joined whatever the rules
say, and what they held to be different people never meets in one cluster again.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from linkage.people.cluster import Cluster, Facts, conflict, singles

OUTSIDER = 0.1
"""Odds that a claim in sight is somebody's whom no record names, against the 1 that the prior allows for anybody at all.

Fitted by benchmarks/fit_people.py: the prior counts everybody in the region, a home's records name nearly all who live there.
"""

ANOTHER_SEX = -5.0
"""Match weight of two different sexes: the model's own, where sex was recorded for an earlier mention of the person and not here."""

YOUNGER_AND_LIABLE = -6.0
"""Match weight of a home's child (or a resident's brother or sister), as somebody who lives there calls them, and the person liable for it.

Not one link in four hundred of such a pair with an initial or a name in common was true on invented regions. A grown child who takes a parent in is
both, so it is no veto: a phone or a birth date outweighs it, and without one it is a question for an officer.
"""


class Edge(NamedTuple):
    """Match weight (log2 odds) of two mention ids, the smaller first.

    in_sight: they share a home or a household's naming, and no name speaks against it: rivals for it stand in the same place.
    """

    weight: float
    a: str
    b: str
    in_sight: bool = False


Offer = tuple[float, str, bool]
"""Match weight of a weak mention with another, that mention, and whether the two are in sight of each other."""


class Ruling(NamedTuple):
    """A verdict in force on two mentions: whether they are one person."""

    a: str
    b: str
    same: bool

    @classmethod
    def on(cls, one: str, other: str, *, same: bool) -> Ruling:
        """A ruling on two mentions given in either order."""
        return cls(min(one, other), max(one, other), same)


def probability(weight: float) -> float:
    """Match weight (log2 odds) to probability."""
    return 1.0 / (1.0 + math.exp2(-max(-60.0, min(60.0, weight))))


class Resolution:
    """The clusters as they grow. `link` holds the probability of the link that brought a mention in.

    `refused` holds what was to be joined and why it was not; `reviewed` the mentions that a verdict speaks of.
    """

    def __init__(
        self, facts: Iterable[Facts], edges: Iterable[Edge], link_at: float, rulings: Iterable[Ruling] = ()
    ) -> None:
        self.facts = {f.mention_id: f for f in facts}
        self.edges = sorted(edges, key=lambda e: (-e[0], e[1], e[2]))
        self.link_at = link_at
        self.cluster: dict[str, Cluster] = singles(self.facts.values())
        self.link: dict[str, float] = {}
        self.refused: dict[tuple[str, str], str] = {}
        self.rulings = [r for r in rulings if r.a in self.facts and r.b in self.facts]
        self.reviewed = {m for r in self.rulings for m in (r.a, r.b)}

    def run(self) -> dict[str, Cluster]:
        """Cluster by mention_id. Every mention is in exactly one."""
        self._obey()
        self._join_strong()
        rivals = asked = self._rivals()
        for _ in range(3):
            # Again, since a father placed by his phone makes a place for the same man named without one.
            joined = self._place_weak(asked)
            if not joined:
                break
            # Where nothing has changed since, the answer would be the same.
            asked = {
                weak: offers
                for weak, offers in rivals.items()
                if id(self.cluster[weak]) in joined or any(id(self.cluster[other]) in joined for _, other, _ in offers)
            }
        return self.cluster

    def _obey(self) -> None:
        """Verdicts first: those that part before those that join, so that no join can undo a parting."""
        for a, b, same in self.rulings:
            if not same:
                self.cluster[a].barred.add(b)
                self.cluster[b].barred.add(a)
        for a, b, same in self.rulings:
            if same:
                self._join(a, b, 1.0, ruled=True)

    def _join(self, a: str, b: str, chance: float, *, ruled: bool = False) -> bool:
        one, other = self.cluster[a], self.cluster[b]
        if one is other:
            return False
        if (reason := conflict(one, other)) and not (ruled and reason != "verdict"):
            self.refused[(a, b)] = reason
            return False
        if len(one.members) < len(other.members):
            one, other = other, one
        for member in other.members:
            self.cluster[member] = one
        one.absorb(other)
        for mention in (a, b):
            self.link[mention] = max(self.link.get(mention, 0.0), chance)
        return True

    def _join_strong(self) -> None:
        for weight, a, b, _ in self.edges:
            chance = probability(weight)
            if chance < self.link_at:
                return
            if self.facts[a].strong and self.facts[b].strong:
                self._join(a, b, chance)

    def _rivals(self) -> dict[str, list[Offer]]:
        """The mentions that may be each weak mention's person, the strongest link first."""
        rivals: dict[str, list[Offer]] = defaultdict(list)
        for weight, a, b, in_sight in self.edges:
            for weak, other in ((a, b), (b, a)):
                if not self.facts[weak].strong:
                    rivals[weak].append((weight, other, in_sight))
        return rivals

    def _place_weak(self, rivals: dict[str, list[Offer]]) -> set[int]:
        """Offer every weak mention to its rivals; returns the identities of the clusters that grew."""
        claims = sorted(
            (
                (*claim, self._company_weighs(claim[1], claim[2]))
                for weak, offers in rivals.items()
                if (claim := self._claim(weak, offers))
            ),
            key=lambda c: (-c[0], c[1], c[2]),
        )
        # A claim on somebody of whom more came to light since it was made waits for the next round, where it is weighed anew.
        return {
            id(self.cluster[weak])
            for chance, weak, other, weighed in claims
            if self._company_weighs(weak, other) == weighed and self._join(weak, other, chance)
        }

    def _in_company(self, offer: Offer, weak: str) -> Offer:
        """An offer as it stands in the light of the records that are beside either mention by now."""
        weight, other, in_sight = offer
        # Two of one name in a home are often father and son, of whom no record of the home names the second.
        in_sight = in_sight and not _younger_and_liable(self.cluster[weak], self.cluster[other])
        return weight + self._company_weighs(weak, other), other, in_sight

    def _company_weighs(self, weak: str, other: str) -> float:
        """Match weight of what the records beside two mentions say against their being one person."""
        weight = ANOTHER_SEX if self._of_another_sex(weak, other) else 0.0
        return weight + (YOUNGER_AND_LIABLE if _younger_and_liable(self.cluster[weak], self.cluster[other]) else 0.0)

    def _of_another_sex(self, weak: str, other: str) -> bool:
        """Whether two mentions of which one gives no sex are of two, by the records beside them: a Mr and a wife."""
        if self.facts[weak].sex and self.facts[other].sex:
            return False  # The pair's own weight has it.
        sexes, others = self.cluster[weak].sexes, self.cluster[other].sexes
        return bool(sexes and others) and sexes.isdisjoint(others)

    def _claim(self, weak: str, offers: list[Offer]) -> tuple[float, str, str] | None:
        """The strongest claim's share of the odds, against nobody at all and every claim that contradicts it.

        Two clusters that may yet prove one person (a man's old account and his new one) are no rivals.
        """
        own, met = self.cluster[weak], {id(self.cluster[weak])}
        open_: list[Offer] = []
        for weight, other, in_sight in offers:
            odds = 2.0 ** min(weight, 60.0)
            if not open_ and odds / (OUTSIDER + odds) < self.link_at:
                return None
            cluster = self.cluster[other]
            if id(cluster) not in met and conflict(own, cluster) is None:
                open_.append(self._in_company((weight, other, in_sight), weak))
            met.add(id(cluster))
        if not open_:
            return None
        (weight, other, in_sight), *rest = sorted(open_, key=lambda o: (-o[0], o[1]))
        odds = 2.0 ** min(weight, 60.0)
        against = sum(2.0 ** min(w, 60.0) for w, o, _ in rest if conflict(self.cluster[other], self.cluster[o]))
        chance = odds / ((OUTSIDER if in_sight else 1.0) + odds + against)
        return (chance, weak, other) if chance >= self.link_at else None


def _younger_and_liable(a: Cluster, b: Cluster) -> bool:
    """Whether one is liable for a home whose residents call the other their child, brother or sister."""
    return not (a.liable_at.isdisjoint(b.younger_at) and b.liable_at.isdisjoint(a.younger_at))
