"""By NHS MESH: to the recipient's mailbox, with the delivery's id as local id, so that a message sent twice is known."""

from __future__ import annotations

from pathlib import Path

from linkage.deliver.outbox import NotSent
from linkage.deliver.recipients import Recipient
from linkage.settings import Settings, SettingsError


def send(settings: Settings, recipient: Recipient, file: Path, key: str) -> str:
    """Send the file; gives MESH's message id. Raises NotSent, or SettingsError when the sender's mailbox is not set up."""
    try:
        import mesh_client
        import requests
    except ImportError:
        raise NotSent("mesh-client is not installed; pip install -r requirements-deliver.lock") from None
    try:
        with _mailbox(settings) as mailbox:
            mailbox.handshake()
            message: str = mailbox.send_message(
                recipient.mailbox, file.read_bytes(), workflow_id=settings.text("delivery.mesh_workflow"),
                filename=file.name, local_id=key, content_type="application/octet-stream",
            )  # fmt: skip
            return message
    except (mesh_client.MeshError, requests.RequestException) as error:
        raise NotSent(f"MESH: {type(error).__name__}") from None


def is_read(settings: Settings, message: str) -> bool:
    """Whether the recipient has taken the message out of its mailbox. Raises NotSent when MESH cannot be asked."""
    try:
        import mesh_client
        import requests
    except ImportError:
        raise NotSent("mesh-client is not installed; pip install -r requirements-deliver.lock") from None
    try:
        with _mailbox(settings) as mailbox:
            return str(mailbox.track_message(message).get("status", "")).lower() == "acknowledged"
    except (mesh_client.MeshError, requests.RequestException) as error:
        raise NotSent(f"MESH: {type(error).__name__}") from None


def _mailbox(settings: Settings):  # type: ignore[no-untyped-def]
    import mesh_client

    def given(name: str) -> str:
        return settings.text(f"delivery.mesh_{name}")

    def secret(name: str) -> str:
        return _secret(f"delivery.mesh_{name}_file", given(f"{name}_file"))

    if not given("url") or not given("mailbox"):
        raise SettingsError("a recipient goes by mesh: set delivery.mesh_url and delivery.mesh_mailbox")
    pair = (given("certificate_file"), given("key_file"))
    return mesh_client.MeshClient(
        given("url"), given("mailbox"), secret("password"), shared_key=secret("shared_key").encode(),
        cert=pair if all(pair) else None, verify=given("ca_file") or None, application_name="linkage",
    )  # fmt: skip


def _secret(setting: str, file: str) -> str:
    """A secret is read from a file of its own; settings hold none."""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{setting}: cannot read {file or 'a file that is not named'}: {error.strerror}") from None
