"""By SFTP: to a server whose key is pinned, written aside and renamed, so that the reader never sees half a file."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from linkage.deliver.outbox import NotSent
from linkage.deliver.recipients import Recipient

TIMEOUT = 60
"""Seconds to connect and log in."""


def send(recipient: Recipient, file: Path) -> str:
    """Put the file into the recipient's folder; gives its path there. Raises NotSent."""
    try:
        import asyncssh
    except ImportError:
        raise NotSent("asyncssh is not installed; pip install -r requirements-deliver.lock") from None
    try:
        return asyncio.run(_put(recipient, file))
    except asyncssh.HostKeyNotVerifiable:
        raise NotSent(
            "the server's key is not the pinned one; nothing was sent. Ask the recipient before changing it"
        ) from None
    except (asyncssh.Error, OSError, ValueError) as error:
        raise NotSent(f"SFTP to {recipient.host}: {type(error).__name__}") from None


async def _put(recipient: Recipient, file: Path) -> str:
    import asyncssh

    host = f"[{recipient.host}]:{recipient.port}" if recipient.port != 22 else recipient.host
    pinned = asyncssh.import_known_hosts(f"{host} {recipient.host_key}\n")
    # Neither the user's own SSH configuration nor an agent has a say in where this goes.
    async with (
        asyncssh.connect(
            recipient.host, recipient.port, username=recipient.user, client_keys=[recipient.key_file],
            known_hosts=pinned, config=[], agent_path=None, connect_timeout=TIMEOUT, login_timeout=TIMEOUT,
        ) as connection,
        connection.start_sftp_client() as client,
    ):  # fmt: skip
        target = PurePosixPath(recipient.folder or ".") / file.name
        if not await _there(client, target, file):
            aside = target.with_name(f".{file.name}.part")
            await client.put(str(file), str(aside))
            if (await client.stat(str(aside))).size != file.stat().st_size:
                raise NotSent(f"SFTP to {recipient.host}: the file arrived short")
            await client.posix_rename(str(aside), str(target))
    return str(target)


async def _there(client: object, target: PurePosixPath, file: Path) -> bool:
    """Whether an earlier try got through before its receipt was written: the name bears the content's id."""
    import asyncssh

    try:
        return bool((await client.stat(str(target))).size == file.stat().st_size)  # type: ignore[attr-defined]
    except asyncssh.SFTPNoSuchFile:
        return False
