"""The JSON Schema of the configuration, for editors."""

from __future__ import annotations

import json
from typing import Any

from aggregator.settings.shapes import MainFile

_NULL = {"type": "null"}
_NAMES = frozenset(("properties", "$defs"))


def json_schema() -> bytes:
    """Write the schema of the main file; the same bytes for the same version."""
    schema = MainFile.model_json_schema()
    tidy = _tidy(schema)
    tidy["title"] = "aggregator.yaml"
    tidy["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return (json.dumps(tidy, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _tidy(node: Any, key: str = "") -> Any:
    """Take out what editors do not need: generated titles, and null where a key is simply left out.

    Args:
        node: A part of the schema.
        key: Under which it stands. Below ``properties`` and ``$defs`` stand names, and ``title`` is one of them;
            below ``additionalProperties`` stands what a name of the user's own may be followed by, also nothing.
    """
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if key in _NAMES:
        return {name: _tidy(value) for name, value in node.items()}
    kept = {name: _tidy(value, name) for name, value in node.items() if name not in {"title", "default"}}
    return kept if key == "additionalProperties" else _without_null(kept)


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in node.get("anyOf", ()) if choice != _NULL]
    if not choices or len(choices) == len(node["anyOf"]):
        return node
    if len(choices) > 1:
        return {**node, "anyOf": choices}
    return {**{name: value for name, value in node.items() if name != "anyOf"}, **choices[0]}
