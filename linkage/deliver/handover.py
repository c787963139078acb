"""Deliver a published night: each reader's share once, with a receipt; what does not get through is dead, and loud."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from linkage.deliver import bundle, mesh, notice, outbox, recipients, sftp
from linkage.deliver.outbox import Delivery, NotSent
from linkage.deliver.recipients import Recipient
from linkage.settings import Settings, SettingsError


def deliver(
    night: Path,
    box: Path,
    settings: Settings,
    wait: Callable[[float], None] = time.sleep,
    sent: Callable[[Delivery], None] = lambda delivery: None,
) -> list[Delivery]:
    """Deliver a published night's folder, and what earlier runs left undelivered. Returns all of these, however they went.

    `sent` is called for each that gets through in this run. Raises SettingsError before anything is sent, and OutboxBusy
    when another run delivers.
    """
    recipients.check(settings)
    with outbox.lock(box):
        tonight = [_prepared(box, night.name, name, share, settings) for name, share in bundle.shares(night).items()]
        ids = {d.id for d in tonight}
        _withdraw(box, night.parent)
        left = [d for d in outbox.known(box) if d.state in ("waiting", "dead") and d.id not in ids]
        for delivery in [*left, *tonight]:
            _try(delivery, settings, wait, sent)
        _ask_whether_read(box, settings)
        return [*left, *tonight]


def _prepared(box: Path, night: str, name: str, share: Path, settings: Settings) -> Delivery:
    """The delivery of one share. One that cannot be sealed is dead at once: nothing leaves in the clear."""
    try:
        return outbox.prepare(box, night, recipients.recipient(settings, name), share)
    except (SettingsError, bundle.CannotSeal) as error:
        return Delivery("", night, name, "", "", 0, "", state="dead", problem=str(error))


def _withdraw(box: Path, out: Path) -> None:
    """Take from the outbox what its night no longer holds: something in it came under protection, or was corrected or let go."""
    for delivery in outbox.known(box):
        if not delivery.path.exists():
            continue
        share = bundle.shares(out / delivery.night).get(delivery.recipient)
        if share and bundle.identity(delivery.recipient, delivery.night, bundle.packed(share)) == delivery.id:
            continue
        delivery.path.unlink()
        delivery.state, delivery.problem = "withdrawn", ""
        delivery.save()


def _try(
    delivery: Delivery, settings: Settings, wait: Callable[[float], None], sent: Callable[[Delivery], None]
) -> None:
    if not delivery.id:
        return
    recipient = recipients.recipient(settings, delivery.recipient)
    if delivery.state != "sent":
        _send(delivery, recipient, settings, wait)
        if delivery.state == "sent":
            sent(delivery)
    if delivery.state == "sent" and recipient.notice and not delivery.noticed_at:
        _notify(delivery, recipient, settings)


def _send(delivery: Delivery, recipient: Recipient, settings: Settings, wait: Callable[[float], None]) -> None:
    tries, pause = settings.integer("delivery.attempts"), settings.number("delivery.wait_seconds")
    delivery.way = recipient.way
    for number in range(tries):
        delivery.attempts += 1
        try:
            delivery.remote = _carry(delivery, recipient, settings)
        except (NotSent, SettingsError) as error:
            delivery.state, delivery.problem = "dead", str(error)
            delivery.save()
            if number + 1 < tries:
                wait(pause * 2**number)
            continue
        delivery.state, delivery.problem, delivery.sent_at = "sent", "", _now()
        delivery.save()
        if recipient.way != "outbox":
            delivery.path.unlink()  # it is with its reader; the receipt stays
        return


def _carry(delivery: Delivery, recipient: Recipient, settings: Settings) -> str:
    if not delivery.path.exists():
        raise NotSent(f"its file is gone from the outbox; remove {delivery.id}.json there and deliver the night again")
    if recipient.way == "sftp":
        return sftp.send(recipient, delivery.path)
    if recipient.way == "mesh":
        return mesh.send(settings, recipient, delivery.path, delivery.id)
    return str(delivery.path)


def _notify(delivery: Delivery, recipient: Recipient, settings: Settings) -> None:
    """A notice that fails is named and sent with the next run; the delivery itself stands."""
    try:
        notice.send(settings, recipient, delivery)
    except NotSent as error:
        delivery.problem = str(error)
    else:
        delivery.noticed_at, delivery.problem = _now(), ""
    delivery.save()


def _ask_whether_read(box: Path, settings: Settings) -> None:
    """Note in the receipt when MESH says that a message was taken. What cannot be asked now is asked by a later run."""
    for delivery in outbox.known(box):
        if delivery.way != "mesh" or delivery.state != "sent" or delivery.read_at:
            continue
        try:
            read = mesh.is_read(settings, delivery.remote)
        except (NotSent, SettingsError):
            return
        if read:
            delivery.read_at = _now()
            delivery.save()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
