"""The documents against the schemas of others, which are not ours to copy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from aggregator.publish.atom_rss import render_atom
from aggregator.publish.json_feed import render_json
from tests.publish.editions import EDITIONS, edition_of
from tests.publish.views import SITE

pytestmark = pytest.mark.corpora
NAMES = pytest.mark.parametrize("name", sorted(EDITIONS))


@pytest.fixture
def schemas() -> Path:
    folder = os.environ.get("AGGREGATOR_CORPORA")
    if not folder:
        pytest.skip("AGGREGATOR_CORPORA does not name the folder with suites/schema")
    return Path(folder) / "suites" / "schema"


@NAMES
def test_atom_is_valid_by_the_grammar_of_rfc_4287(schemas: Path, name: str) -> None:
    grammar = etree.RelaxNG(etree.parse(schemas / "atom-rfc4287.rng"))
    document = etree.fromstring(render_atom(edition_of(name), SITE))
    assert grammar.validate(document), grammar.error_log


@NAMES
def test_json_feed_is_valid_by_its_schema(schemas: Path, name: str) -> None:
    schema = json.loads((schemas / "jsonfeed-v1.1.schema.json").read_bytes())
    demand(json.loads(render_json(edition_of(name), SITE)), schema, schema)


TYPES: dict[str, Any] = {"string": str, "number": (int, float), "boolean": bool, "array": list, "object": dict}


def demand(value: Any, rule: dict[str, Any], schema: dict[str, Any]) -> None:
    """Demand as much of JSON Schema as this schema needs: references, types, required and unknown members, items."""
    if "$ref" in rule:
        demand(value, schema["definitions"][rule["$ref"].rpartition("/")[2]], schema)
        return
    wanted = rule.get("type", [])
    for_types = [wanted] if isinstance(wanted, str) else wanted
    assert not for_types or any(isinstance(value, TYPES[one]) for one in for_types), (value, rule)
    for one in rule.get("allOf", []):
        demand(value, one, schema)
    if isinstance(value, list):
        assert not rule.get("uniqueItems") or len({json.dumps(one) for one in value}) == len(value)
        for one in value:
            demand(one, rule.get("items", {}), schema)
    if isinstance(value, dict):
        assert set(rule.get("required", [])) <= value.keys()
        known = rule.get("properties", {})
        for name, one in value.items():
            assert name in known or name.startswith("_") or rule.get("additionalProperties", True), name
            demand(one, known.get(name, {}), schema)
