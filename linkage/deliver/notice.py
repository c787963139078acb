"""The e-mail that says something was delivered: when, by which way, its reference. Nothing of what is in it."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from linkage.deliver.outbox import Delivery, NotSent
from linkage.deliver.recipients import Recipient
from linkage.settings import Settings

SUBJECT = "A report has been delivered"
BODY = """A report for the night of {night} has been delivered to you by {way}.

Reference: {id}

This message holds nothing of the report. Do not reply to it with names or addresses.
"""
WAY_WORDS = {"outbox": "the agreed folder", "sftp": "SFTP", "mesh": "NHS MESH"}


def message(settings: Settings, recipient: Recipient, delivery: Delivery) -> EmailMessage:
    """The notice of one delivery. Its Message-ID follows from the delivery, so that a repeat is known as one."""
    mail = EmailMessage()
    mail["Subject"] = SUBJECT
    mail["From"] = settings.text("delivery.notice_from")
    mail["To"] = ", ".join(recipient.notice)
    mail["Message-ID"] = f"<{delivery.id}@linkage.invalid>"
    mail.set_content(BODY.format(night=delivery.night, way=WAY_WORDS[delivery.way], id=delivery.id))
    return mail


def send(settings: Settings, recipient: Recipient, delivery: Delivery) -> None:
    """Hand the notice to the mail server. Raises NotSent."""
    host, port = settings.text("delivery.smtp_host"), settings.integer("delivery.smtp_port")
    if not host or not settings.text("delivery.notice_from"):
        raise NotSent("a notice is asked for: set delivery.smtp_host and delivery.notice_from")
    try:
        with smtplib.SMTP(host, port, timeout=30) as server:
            if settings.get("delivery.smtp_starttls"):
                server.starttls(context=ssl.create_default_context())
            server.send_message(message(settings, recipient, delivery))
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"e-mail by {host}: {type(error).__name__}") from None
