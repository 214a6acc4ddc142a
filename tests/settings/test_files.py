"""The files that come with the settings, and where they are found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.errors import AggregatorError
from aggregator.settings import STARTER, find_config, json_schema, load_settings, show_source, starter_config
from aggregator.topics import parse_query
from tests.settings.configs import load, no_lists

ROOT = Path(__file__).parents[2]


def test_the_schema_in_the_repository_is_the_generated_one():
    assert (ROOT / "config" / "aggregator.schema.json").read_bytes() == json_schema()


def test_the_schema_knows_every_key_and_wants_units():
    schema = json.loads(json_schema())
    source = schema["$defs"]["SourceSection"]["anyOf"]
    assert source[0] == {"type": "string"}
    assert {"id", "url", "path", "title", "every", "auth"} <= source[1]["properties"].keys()
    assert source[1]["properties"]["timeout"]["pattern"] == "^([0-9]+[smhdwy])+$"
    assert source[1]["additionalProperties"] is False
    assert {"title", "site", "sources", "topics", "include"} <= schema["properties"].keys()


def test_the_starter_is_read_without_a_problem(tmp_path):
    (tmp_path / "aggregator.yaml").write_text(starter_config(), encoding="utf-8")
    path = tmp_path / "aggregator.yaml"
    settings = load_settings(path, environment={}, read_opml=no_lists, check_query=parse_query)
    assert settings.warnings == ()
    assert len(settings.sources) > 3
    assert [topic.slug for topic in settings.topics] == ["everything", "python", "linux"]
    assert STARTER.startswith("# yaml-language-server: $schema=aggregator.schema.json\n")


def test_the_configuration_of_the_repository_is_read_without_a_problem():
    path = ROOT / "config" / "aggregator.yaml"
    assert load_settings(path, environment={}, read_opml=no_lists, check_query=parse_query).warnings == ()


def test_the_configuration_is_looked_for_in_order(tmp_path):
    home, here = tmp_path / "home", tmp_path / "here"
    environment = {"HOME": str(home)}
    here.mkdir()
    places = [
        home / ".config" / "aggregator" / "aggregator.yaml",
        here / "aggregator.yaml",
        here / "config" / "aggregator.yaml",
    ]
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        assert find_config(None, environment, here) == place
    named = tmp_path / "named.yaml"
    assert find_config(None, {**environment, "AGGREGATOR_CONFIG": "../named.yaml"}, here) is None
    named.touch()
    found = find_config(None, {**environment, "AGGREGATOR_CONFIG": "../named.yaml"}, here)
    assert found is not None
    assert found.samefile(named)
    assert find_config("aggregator.yaml", {"AGGREGATOR_CONFIG": str(named)}, here) == here / "aggregator.yaml"
    assert find_config("nope.yaml", environment, here) is None


def test_a_config_home_of_its_own_is_looked_into(tmp_path):
    place = tmp_path / "xdg" / "aggregator" / "aggregator.yaml"
    place.parent.mkdir(parents=True)
    place.touch()
    assert find_config(None, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}, tmp_path) == place


def test_a_merged_source_shows_where_each_value_came_from(tmp_path):
    text = """\
        defaults: {keep: 30d}
        groups: {papers: {every: 6h..1d}}
        sources:
          papers:
            - url: https://a.example/news.xml
              weight: 2
        """
    lines = show_source(load(tmp_path, text), "a.example-news")
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines[1:]}
    file = f"{tmp_path}/aggregator.yaml"
    assert lines[0] == "source:a.example-news"
    assert rows["id"] == f"a.example-news made from the address {file}:5"
    assert rows["url"] == f"https://a.example/news.xml the source {file}:5"
    assert rows["weight"] == f"2 the source {file}:6"
    assert rows["every"] == f"6h..1d groups.papers {file}:2"
    assert rows["keep"] == f"30d defaults {file}:1"
    assert rows["timeout"] == "20s built-in"


def test_an_unknown_source_is_answered_with_one_that_may_be_meant(tmp_path):
    settings = load(tmp_path, "sources: [{id: lwn, url: https://a.example}]\n")
    with pytest.raises(AggregatorError, match="there is no such source; did you mean 'lwn'"):
        show_source(settings, "lwm")


def test_nothing_heavy_is_imported_with_the_settings():
    program = "import sys, aggregator.settings; print([m for m in ('httpx','feedparser','lxml') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"
