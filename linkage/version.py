"""The version of the software, as run.json and reports print it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    SOFTWARE = version("linkage")
except PackageNotFoundError:
    SOFTWARE = "0.1.0"
