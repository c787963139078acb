"""The JSON Schema of exceptions.json, made from the readers' allow-lists. Published as docs/reference/exceptions.schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from linkage.report.allow import LEAD, NOTIFIED, Field

VERSION = 1
"""Goes up when a field is taken away or changes its meaning; a new field does not raise it."""

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "number": {"type": "integer", "minimum": 0},
    "texts": {"type": "array", "items": {"type": "string"}},
    "numbers": {"type": "array", "items": {"type": "integer", "minimum": 0}},
}


def exceptions_schema() -> dict[str, Any]:
    """The schema of one hub's exceptions.json."""
    head = {
        "version": {"const": VERSION},
        "night": {"type": "string", "format": "date"},
        "hub": {"type": "string", "description": "GSS code of the hub's council"},
        "hub_name": {"type": "string"},
        "marking": {"type": "string"},
        "synthetic": {"type": "boolean", "description": "true: every person in it is invented"},
        "before_anything_else": {"type": "string", "description": "the safe-contact rule"},
    }
    readers = {"oneOf": [_reader("lead", LEAD), _reader("notified", NOTIFIED)]}
    properties = {**head, "exceptions": {"type": "array", "items": readers}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "exceptions.json of one hub and night",
        **_closed(properties),
    }


def text() -> str:
    """The schema as it is published."""
    return json.dumps(exceptions_schema(), indent=2, ensure_ascii=False) + "\n"


def _reader(name: str, fields: Sequence[Field]) -> dict[str, Any]:
    made = _object(fields)
    made["properties"]["reader"] = {"const": name}
    return made


def _object(fields: Sequence[Field]) -> dict[str, Any]:
    return _closed({f.name: _of(f) for f in fields})


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _of(field: Field) -> dict[str, Any]:
    if field.type == "list":
        return {"type": "array", "description": field.says, "items": _object(field.inside)}
    if field.type == "group":
        return {"description": field.says, **_object(field.inside)}
    return {**_TYPES[field.type], "description": field.says}
