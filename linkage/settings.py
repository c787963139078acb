"""Settings: every threshold of the job, read from settings.toml with an operator's file laid over it.

Invariant: a key that the shipped settings.toml does not hold is refused, so a misspelt setting never passes in
silence; so is a number that cannot be meant, since a night would follow it without a word. A table that ends in an
operator's own names (suppliers, column maps) is open: see OPEN_TABLES.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).with_name("settings.toml")
OPEN_TABLES = ("suppliers", "column_maps", "hubs", "recipients", "spark")
"""Tables whose keys are the operator's own names, or Spark's."""
WEIGHTS = ("score.", "people.keep_pairs_above_weight", "review.weak_bridge_below_weight")
"""Beginnings of the names of numbers that may be anything: sums of log-odds."""
SHARES = (
    "people.warn_weights_moved_by", "people.warn_link_rate_moved_by", "people.link_at_probability",
    "people.sole_bearer_probability", "decay.moves_per_year", "priority.hold_below_link", "raise_above.",
    "review.ask_below_link", "review.near_threshold_", "households.link_at_probability", "gates.refuse_shrunk_by",
    "gates.refuse_set_aside_above", "gates.warn_",
)  # fmt: skip
"""The same of shares and probabilities. Whatever is in neither list counts something and is not negative."""
FACTORS = ("people.warn_pairs_grown_to", "gates.refuse_grown_to")
MOST_DAYS = 100_000  # a day so far from tonight is still a date
PORTS = ("delivery.smtp_port",)


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
    if path is None:
        return Settings(shipped)
    settings = Settings(_overlay(shipped, _read(path), ""))
    for name in numbers(shipped):
        _check_range(name, settings.get(name), path)
    return settings


def numbers(values: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """The dotted names of the settings that are numbers, but for those of an operator's own tables."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            if where or key not in OPEN_TABLES:
                yield from numbers(value, f"{where}{key}.")
        elif _is_number(value):
            yield f"{where}{key}"


def range_of(name: str) -> tuple[float, float]:
    """The least and the greatest that a number may be."""
    if name.startswith(WEIGHTS):
        return -math.inf, math.inf
    if name.startswith(SHARES):
        return 0, 1
    if name in FACTORS:
        return 1, math.inf
    if name in PORTS:
        return 1, 65_535
    return 0, MOST_DAYS if name.endswith("_days") else math.inf


def _check_range(name: str, value: Any, path: Path) -> None:
    least, most = range_of(name)
    if _is_number(value) and math.isfinite(value) and least <= value <= most:
        return
    permitted = f" from {least} to {most}" if most < math.inf else f" of {least} or more" if least > -math.inf else ""
    raise SettingsError(f"setting {name} must be a number{permitted}; correct it in {path}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
        elif isinstance(known, Mapping):
            raise SettingsError(f"setting {name} must be a table, [{name}]")
        elif known is not None and isinstance(known, str) != isinstance(value, str):
            raise SettingsError(f"setting {name} must be {'text' if isinstance(known, str) else 'a number'}")
        else:
            merged[key] = value
    return merged
