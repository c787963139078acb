"""Settings: every threshold of the job, read from settings.toml with an operator's file laid over it.

Invariant: a key that the shipped settings.toml does not hold is refused, so a misspelt setting never passes in
silence. A table that ends in an operator's own names (suppliers, column maps) is open: see OPEN_TABLES.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("settings.toml")
OPEN_TABLES = ("suppliers", "column_maps", "hubs", "recipients", "spark")
"""Tables whose keys are the operator's own names, or Spark's."""


class SettingsError(ValueError):
    """A settings file that cannot be used: unknown key, wrong type, unreadable TOML."""


@dataclass(frozen=True)
class Settings:
    """The settings in force. Values are reached by dotted name, e.g. `number("grace.gp_days")`."""

    values: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """The value of a dotted name. Raises SettingsError when there is none."""
        value: Any = self.values
        for part in name.split("."):
            if not isinstance(value, Mapping) or part not in value:
                raise SettingsError(f"no setting is called {name}")
            value = value[part]
        return value

    def number(self, name: str) -> float:
        return float(self.get(name))

    def integer(self, name: str) -> int:
        return int(self.get(name))

    def text(self, name: str) -> str:
        return str(self.get(name))

    def table(self, name: str) -> dict[str, Any]:
        return dict(self.get(name))


def load(path: Path | None = None) -> Settings:
    """The shipped settings with the file at `path` laid over them. Raises SettingsError."""
    shipped = _read(SHIPPED)
    return Settings(_overlay(shipped, _read(path), "") if path else shipped)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {path} is not valid TOML: {error}") from error


def _overlay(base: Mapping[str, Any], over: Mapping[str, Any], where: str) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        name = f"{where}{key}"
        is_open = where.split(".", maxsplit=1)[0] in OPEN_TABLES
        if key not in base and not is_open:
            raise SettingsError(f"unknown setting {name}; see {SHIPPED.name} for the settings there are")
        known = base.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _overlay(known, value, f"{name}.")
        elif known is not None and isinstance(known, str) != isinstance(value, str):
            raise SettingsError(f"setting {name} must be {'text' if isinstance(known, str) else 'a number'}")
        else:
            merged[key] = value
    return merged
