"""How a night went, told to machines: the status file beside the store, and the operator's alert command.

Both work without Prefect, so that monitoring does not depend on it. They hold the night, its outcome, counts and the words
an operator is shown on standard error; never a personal value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.nightly import Job
from linkage.settings import Settings, SettingsError

WORDS = {0: "done", 1: "done_with_warnings", 2: "not_done"}
"""Outcome by exit status."""


@dataclass(frozen=True)
class Outcome:
    """One night's outcome. `messages` are the lines of standard error; `last_published` the night that stands now.

    `passed_over`: the night was done before and nothing changed, so that there is nothing to announce.
    """

    night: str
    exit_code: int
    messages: list[str]
    last_published: str | None
    counts: dict[str, int] = field(default_factory=dict)
    passed_over: bool = False
    outcome: str = ""
    finished_at: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcome", WORDS[self.exit_code])
        object.__setattr__(self, "finished_at", datetime.now(UTC).isoformat(timespec="seconds"))


def counts_of(job: Job) -> dict[str, int]:
    """The counts that may be told of a night: people, households, exceptions by priority. Of protection, nothing."""
    standing = [e.exception for e in job.handed["entries"] if e.exception["status"] != "resolved"]
    priorities = Counter(f"exceptions_{e['priority']}" for e in standing)
    return {
        "mentions": job.counts["people"]["mentions"],
        "people": job.counts["people"]["people"],
        "households": job.counts["households"]["households"],
        "rows_set_aside": job.counts["gates"]["quarantined"],
        **dict(sorted(priorities.items())),
        "exceptions_new": sum(e["status"] == "new" for e in standing),
        "exceptions_waiting": sum(bool(e["waiting"]) for e in standing),
    }


def status_file(store: Path) -> Path:
    """Where the outcome of the last night is kept for monitoring."""
    return store.with_name(store.name + ".status.json")


def announce(outcome: Outcome, store: Path, settings: Settings) -> None:
    """Write the status file and run the alert command. What fails here is said and changes nothing of the night."""
    if outcome.passed_over:
        return
    told = {name: value for name, value in asdict(outcome).items() if name != "passed_over"}
    text = json.dumps(told, indent=2, sort_keys=True) + "\n"
    file = status_file(store)
    fresh = file.with_name(file.name + ".new")
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, file)
    except OSError as error:
        print(f"linkage: cannot write the status file {file}: {error.strerror}", file=sys.stderr)
        with suppress(OSError):
            fresh.unlink()
    _alert(outcome, text, settings)


def alert_command(settings: Settings) -> list[str]:
    """The operator's alert command, [] for none. Raises SettingsError for what is none."""
    command = settings.get("alerts.command")
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command):
        raise SettingsError(
            'alerts.command must be a list of texts, e.g. ["/usr/local/bin/tell-the-duty-desk", "--quiet"]'
        )
    if unknown := set(settings.get("alerts.on")) - set(WORDS.values()):
        raise SettingsError(f"alerts.on knows {', '.join(WORDS.values())}; not {', '.join(sorted(unknown))}")
    return command


def _alert(outcome: Outcome, text: str, settings: Settings) -> None:
    command = alert_command(settings)
    if not command or outcome.outcome not in settings.get("alerts.on"):
        return
    told = {
        "LINKAGE_NIGHT": outcome.night,
        "LINKAGE_OUTCOME": outcome.outcome,
        "LINKAGE_EXIT_CODE": str(outcome.exit_code),
    }
    # The store's key is not the alert command's business.
    kept = {name: value for name, value in os.environ.items() if name != "LINKAGE_STORE_KEY"}
    try:
        subprocess.run(  # noqa: S603  the operator's own command, from the settings, without a shell
            command, input=text, text=True, env=kept | told, check=True, capture_output=True,
            timeout=settings.number("alerts.timeout_seconds"),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        print(f"linkage: the alert command failed ({type(error).__name__}); see alerts.command", file=sys.stderr)


def report(store: Path, oldest: timedelta | None) -> tuple[int, str]:
    """The exit status of the last night and its outcome in words, for monitoring; 2 when there is none or it is too old."""
    file = status_file(store)
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        ended = datetime.fromisoformat(told["finished_at"])
        code, words = int(told["exit_code"]), f"night {told['night']}: {told['outcome']}, ended {told['finished_at']}"
    except OSError:
        return 2, f"there is no status file {file}: no night was run, or it could not be written"
    except (ValueError, KeyError, TypeError):
        return 2, f"the status file {file} cannot be read; the next night writes it anew"
    if oldest is not None and datetime.now(UTC) - ended > oldest:
        return 2, f"{words}; that is longer ago than it should be: is the schedule running?"
    return code, "\n".join([words, *told["messages"]])
