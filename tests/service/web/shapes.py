"""Holds values against the part of JSON Schema that our own description uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def complaints(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str = "$") -> Iterator[str]:
    """Say what of a value is not as described; a field that is not described counts, too."""
    if "$ref" in schema:
        yield from complaints(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
        return
    if "anyOf" in schema:
        if all(list(complaints(value, one, schemas, place)) for one in schema["anyOf"]):
            yield f"{place}: {value!r} is none of what it may be"
        return
    if "enum" in schema:
        if value not in schema["enum"]:
            yield f"{place}: {value!r}"
        return
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{place}: {value!r} is not {kind}"
        return
    if schema.get("format") == "date-time":
        datetime.fromisoformat(value)
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{place}: {value!r} is too small"
    if kind == "array":
        for number, item in enumerate(value):
            yield from complaints(item, schema["items"], schemas, f"{place}[{number}]")
    if kind == "object" and schema != {"type": "object"}:
        yield from _fields(value, schema, schemas, place)


def _fields(value: dict[str, Any], schema: dict[str, Any], schemas: dict[str, Any], place: str) -> Iterator[str]:
    fields, more = schema.get("properties", {}), schema.get("additionalProperties")
    yield from (f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value)
    for name, item in value.items():
        if name not in fields and more is None:
            yield f"{place}.{name} is not described"
        else:
            yield from complaints(item, fields.get(name, more), schemas, f"{place}.{name}")
