"""Linkage and exceptions measured against a truth folder. Reads only what outputs.md fixes."""

from linkage.evaluate.report import render, run

__all__ = ["render", "run"]
