"""One view of each exception for each reader, built once and cut to the reader's allow-list. Every format comes from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from linkage import vocabulary as words
from linkage.report import allow
from linkage.report.allow import View, cut
from linkage.report.content import Detail, Family, LinkEvidence, NightContent
from linkage.report.dates import spoken

__all__ = ["View", "likelihood", "views"]
ORDER = {"A": 0, "B": 1, "C": 2, "H": 3}


def views(content: NightContent, gss: str) -> list[View]:
    """A hub's exceptions: those to look at first, by priority, then score; what waits comes last."""
    mine = [e for e in content.exceptions if gss in e["hubs"]]
    ranked = sorted(
        mine,
        key=lambda e: (e["status"] == "resolved", e["waiting"], ORDER[e["priority"]], -e["score"], e["exception_id"]),
    )
    return [_lead(content, e) if e["hubs"][0] == gss else _notified(content, e, gss) for e in ranked]


def _common(exception: Mapping[str, Any], reader: str) -> View:
    return {
        "reference": exception["exception_id"],
        "reader": reader,
        "kind": exception["kind"],
        "kind_words": words.KIND_WORDS[words.Kind(exception["kind"])],
        "priority": exception["priority"],
        "priority_words": words.PRIORITY_WORDS[words.Priority(exception["priority"])],
        "status": exception["status"],
        "status_words": words.STATUS_WORDS[words.Status(exception["status"])],
        "first_raised": exception["first_raised"],
        "last_changed": exception["last_changed"],
    }


UNSAID = (
    "people", "addresses", "ties", "evidence", "benign", "supporting", "checks", "not_known", "link_evidence", "speaks_for",
    "speaks_against", "changed", "stale_sources",
)  # fmt: skip
"""Lists that are empty where a hub is told only that there is something."""
HELD = "Held: a data officer must first confirm that the records are of one person. Until then nothing more is said."


def _unsaid(view: View, claim: str, *kept: str) -> View:
    """A view that says of whom, where and why nothing but what is `kept`."""
    said: View = {name: [] for name in UNSAID if name not in kept}
    return view | said | {"claim": claim, "family": {"members": [], "ties": []}}


def _shown(view: View) -> View:
    """What of a view may be said as things stand: of a resolved exception that and why, not again what the records said
    (some of it may have come under protection since); of a held one nothing, since it may be about the wrong person.
    """
    if view["status"] == "resolved":
        return _unsaid(view, "This is no longer raised.", "people", "changed")
    return _unsaid(view, HELD) if view["priority"] == "H" else view


def _lead(content: NightContent, exception: Mapping[str, Any]) -> View:
    detail = content.details.get(exception["exception_id"], Detail())
    evidence = [_evidence(content, number, e) for number, e in enumerate(exception["evidence"], start=1)]
    view = _common(exception, "lead") | {
        "priority_reasons": list(detail.priority_reasons),
        "waiting": bool(exception["waiting"]),
        "likelihood": likelihood(exception["score"]),
        "speaks_for": list(detail.speaks_for),
        "speaks_against": list(detail.speaks_against),
        "claim": exception["claim"],
        "people": [_known_person(content, exception, p) for p in _each_once(exception)],
        "addresses": [_address(content, exception, a) for a in exception["addresses"]],
        "ties": _ties(content, exception),
        "evidence": evidence,
        "family": _family(content, exception, detail.family),
        "benign": [_benign(b) for b in exception["benign_considered"]],
        "supporting": [s["claim"] for s in exception["supporting"]],
        "checks": list(exception["checks"]),
        "not_known": list(detail.not_known) + _stale(content, exception),
        "link_evidence": [_link(link) for link in detail.link_evidence],
        "changed": list(detail.changed),
        "resolved_because": exception.get("resolved_because", ""),
        "stale_sources": _stale(content, exception),
        "notified": [content.hubs[g].name for g in exception["hubs"][1:] if g in content.hubs],
    }
    return cut(_shown(view), allow.LEAD)


def _each_once(exception: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The people of an exception, each once: the person at the address who is the child, or the mother, is told as that."""
    return list({p["person_id"]: p for p in exception["people"]}.values())


def _ties(content: NightContent, exception: Mapping[str, Any]) -> list[View]:
    """Which person the records put where. Disputed: records put that person at more than one of these homes."""
    found = [
        (i, j, content.ties[(p["person_id"], a["uprn"])])
        for i, p in enumerate(_each_once(exception))
        for j, a in enumerate(exception["addresses"])
        if (p["person_id"], a["uprn"]) in content.ties
    ]
    homes = Counter(i for i, _, _ in found)
    return [{"person": i, "address": j, "registered": r, "disputed": homes[i] > 1} for i, j, r in found]


def _family(content: NightContent, exception: Mapping[str, Any], family: Family) -> View:
    return {
        "members": [
            {
                "name": m.name,
                "part": m.part,
                "sex": m.sex,
                "born": m.born,
                "died": m.died,
                "generation": m.generation,
                "known": m.known,
                "homes": [
                    place for place, a in enumerate(exception["addresses"]) if (m.person_id, a["uprn"]) in content.ties
                ],
            }
            for m in family.members
        ],
        "ties": [
            {"one": t.one, "other": t.other, "kind": t.kind, "known": t.known, "says": t.says} for t in family.ties
        ],
    }


def _link(link: LinkEvidence) -> View:
    return {
        "sentence": link.sentence,
        "agreed": list(link.agreed),
        "disagreed": list(link.disagreed),
        "missing": list(link.missing),
        "rarity": link.rarity,
        "strength": link.strength,
    }


def _notified(content: NightContent, exception: Mapping[str, Any], gss: str) -> View:
    lead = content.hubs[exception["hubs"][0]]
    residents = [
        _person(content, p)
        for p in exception["people"]
        if exception["priority"] != "H"  # held: it may be about the wrong person
        and p["role"] not in ("child", "mother")
        and (known := content.people.get(p["person_id"]))
        and known.home_gss == gss
    ]
    view = _common(exception, "notified") | {"lead_hub": lead.name, "ring": lead.contact, "residents": residents}
    return cut(view, allow.NOTIFIED)


def likelihood(score: float) -> str:
    """How likely the claim is to be true, in words that need no knowledge of probability."""
    tenths = max(1, min(9, round(score * 10)))
    return f"About {tenths} in 10 claims like this one are true"


def _person(content: NightContent, told: Mapping[str, str]) -> View:
    known = content.people.get(told["person_id"])
    return {
        "role": words.ROLE_WORDS[told["role"]],
        "name": known.name if known else "name not recorded",
        "born": known.born.isoformat() if known and known.born else "",
        "sex": known.sex if known else "not known",
        "council": _council(content, known.home_gss if known else None),
    }


def _known_person(content: NightContent, exception: Mapping[str, Any], told: Mapping[str, str]) -> View:
    about = [e for e in exception["evidence"] if _about(content, e) == told["person_id"]]
    known = dict.fromkeys(words.CONTRACT_WORDS[e["contract"]] for e in about)
    if told["role"] == "mother" and exception["pregnancy"]:
        known.setdefault(words.CONTRACT_WORDS["maternity_booking"])
    return _person(content, told) | {"known": list(known)}


def _about(content: NightContent, evidence: Mapping[str, Any]) -> str:
    key = "|".join(str(evidence[part]) for part in ("contract", "supplier", "record_id", "mention"))
    return content.about.get(key, "")


def _name(content: NightContent, person_id: str) -> str:
    known = content.people.get(person_id)
    return known.name if known else ""


def _address(content: NightContent, exception: Mapping[str, Any], told: Mapping[str, str]) -> View:
    known = content.properties.get(told["uprn"])
    # What a record says of a property ends in its whole address (detect/wording.py).
    giving = [e for e in exception["evidence"] if known and e["says"].endswith(f" {known.address}.")]
    return {
        "address": known.address if known else "address not in the property list",
        "role": words.ADDRESS_WORDS[told["role"]],
        "council": _council(content, known.gss if known else None),
        "records": [
            {
                "source": words.CONTRACT_WORDS[e["contract"]],
                "about": _name(content, _about(content, e)),
                "date": e["date"] or "",
                "basis": words.BASIS_WORDS[e["basis"]],
            }
            for e in giving
        ],
    }


def _evidence(content: NightContent, number: int, told: Mapping[str, Any]) -> View:
    return {
        "number": number,
        "about": _name(content, _about(content, told)),
        "date": told["date"] or "",
        "source": words.CONTRACT_WORDS[told["contract"]],
        "supplier": told["supplier"].replace("_", " "),
        "says": told["says"],
        # What police know of an occurrence nobody told them as their own home, and nobody in office need have seen.
        "basis": words.OCCURRENCE_BASIS if "occurrence_type" in told["fields"] else words.BASIS_WORDS[told["basis"]],
    }


def _benign(told: Mapping[str, Any]) -> View:
    explanation = words.BENIGN_WORDS.get(told["explanation"], told["explanation"].replace("_", " "))
    return {"explanation": explanation, "found": bool(told["found"]), "why": told["why"]}


def _stale(content: NightContent, exception: Mapping[str, Any]) -> list[str]:
    """Suppliers behind this exception whose file did not come or was refused tonight."""
    used = {(e["contract"], e["supplier"]) for e in exception["evidence"]}
    return [
        f"{words.CONTRACT_WORDS[s.contract]} ({s.supplier.replace('_', ' ')}) brought nothing usable tonight; "
        f"what is shown stands from {spoken(s.last_good_night) if s.last_good_night else 'an earlier night'}."
        for s in content.suppliers
        if s.status != "accepted" and (s.contract, s.supplier) in used
    ]


def _council(content: NightContent, gss: str | None) -> str:
    return content.hubs[gss].name if gss in content.hubs and gss is not None else ""
