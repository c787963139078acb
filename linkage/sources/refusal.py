"""Why a file is refused."""

from __future__ import annotations


class Refused(Exception):
    """A file that may not be loaded. The message says why and what to do, and never holds a value of the file."""
