"""Linkage and exceptions measured against a truth folder. Reads only what outputs.md fixes."""

from linkage.evaluate.report import EvaluationError, render, render_people, run

__all__ = ["EvaluationError", "render", "render_people", "run"]
