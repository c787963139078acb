"""Who gets what and how, from the settings: [recipients.<hub's GSS code or agency>]. A misspelt key is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from linkage.settings import Settings, SettingsError

WAYS = ("outbox", "sftp", "mesh")
KEYS = {
    "way": str, "age": list, "notice": list, "host": str, "port": int, "user": str, "key_file": str, "host_key": str,
    "folder": str, "mailbox": str,
}  # fmt: skip
AGENCIES = ("gp__", "maternity__")
"""How the folder of a source agency begins (report/agency.py)."""
NEEDED = {"outbox": (), "sftp": ("host", "user", "key_file", "host_key"), "mesh": ("mailbox",)}


@dataclass(frozen=True)
class Recipient:
    """One reader's place: the way there, the age keys it is sealed to, and whom to tell by e-mail (without content).

    `host_key` is the server's public key as in a known_hosts file ("ssh-ed25519 AAAA…"): pinned, never learned.
    """

    name: str
    way: str = "outbox"
    age: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    host: str = ""
    port: int = 22
    user: str = ""
    key_file: str = ""
    host_key: str = ""
    folder: str = ""
    mailbox: str = ""


def recipient(settings: Settings, name: str) -> Recipient:
    """The recipient of that name; one that is not configured gets the outbox on disk. Raises SettingsError."""
    told = settings.table("recipients").get(name, {})
    found = Recipient(name, **_checked(name, told))
    clear = not found.age
    if clear and (found.way != "outbox" or settings.text("governance.mode") != "synthetic"):
        raise SettingsError(f'recipients.{name} has no age key: nothing leaves in the clear; add age = ["age1…"]')
    return found


def check(settings: Settings) -> None:
    """Read every configured recipient. Raises SettingsError on the first that cannot be used."""
    hubs = settings.table("hubs")
    for name in settings.table("recipients"):
        if name not in hubs and not name.startswith(AGENCIES):
            raise SettingsError(
                f"recipients.{name} is no reader: give a hub's GSS code, or an agency as its folder is named"
            )
        recipient(settings, name)


def _checked(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in told.items():
        if key not in KEYS:
            raise SettingsError(f"unknown setting recipients.{name}.{key}; there are {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]):
            raise SettingsError(f"setting recipients.{name}.{key} must be of type {KEYS[key].__name__}")
    way = told.get("way", "outbox")
    if way not in WAYS:
        raise SettingsError(f"setting recipients.{name}.way must be one of {', '.join(WAYS)}")
    if missing := [key for key in NEEDED[way] if not told.get(key)]:
        raise SettingsError(f"recipients.{name} goes by {way} and needs {', '.join(missing)}")
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
