"""`linkage deliver`: which night, to which outbox, and what an operator is told. Exit status 0 all delivered; 1 something
is dead; 2 it could not be begun.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

from linkage import audit
from linkage.deliver import handover
from linkage.deliver.outbox import Delivery, OutboxBusy
from linkage.settings import Settings


def run(out: Path, outbox: Path | None, night: date | None, settings: Settings, store: Path | None = None) -> int:
    """Deliver one published night (the last one where none is given) and say how it went.

    With a store, its audit log gets a line for each delivery that gets through.
    """
    os.umask(0o077)
    box = outbox or (Path(configured) if (configured := settings.text("delivery.outbox")) else None)
    if box is None:
        return _cannot("no outbox: give --outbox DIR, or set delivery.outbox")
    published = sorted(f.parent for f in out.glob("????-??-??/run.json"))
    chosen = [f for f in published if night is None or f.name == night.isoformat()]
    if not chosen:
        return _cannot(f"{out} holds no published night{f' {night}' if night else ''}")
    try:
        done = handover.deliver(chosen[-1], box, settings, sent=lambda d: _log(store, d))
    except OutboxBusy as error:
        return _cannot(str(error))
    for delivery in done:
        _say(delivery)
    return 1 if any(d.problem for d in done) else 0


def _log(store: Path | None, delivery: Delivery) -> None:
    if store is not None:
        names = ("night", "recipient", "way", "id", "sha256")
        audit.append(audit.log_of(store), {"event": "delivered", **{name: getattr(delivery, name) for name in names}})


def _say(delivery: Delivery) -> None:
    what = f"night {delivery.night}, {delivery.recipient}"
    if delivery.state == "sent":
        print(f"delivered: {what} by {delivery.way} at {delivery.sent_at}, reference {delivery.id}")
    if delivery.problem:
        head = "NOT DELIVERED" if delivery.state != "sent" else "delivered, but its notice was not sent"
        print(f"linkage: {head}: {what}, after {delivery.attempts} tries: {delivery.problem}", file=sys.stderr)


def _cannot(why: str) -> int:
    print(f"linkage: {why}", file=sys.stderr)
    return 2
