"""``aggregator search`` as a user meets it."""

from __future__ import annotations

import json

import pytest

from tests.e2e.daemons import aggregator

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description>
<item><title>Ferry reopens after the storm</title><link>https://w.example/1</link></item>
<item><title>Storm closes the harbour</title><link>https://w.example/2</link><category>Weather</category></item>
</channel></rss>"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    (folder / "wire.xml").write_text(FEED, encoding="utf-8")
    path = folder / "aggregator.yaml"
    path.write_text("sources:\n  - {id: wire, path: wire.xml}\ntopics: {all: {}}\n", encoding="utf-8")
    assert "nothing is stored yet" in aggregator("-c", str(path), "search", "storm").stderr
    aggregator("-c", str(path), "-q", "poll")
    return str(path)


def titles(config: str, *asked: str) -> list[str]:
    told = aggregator("-c", config, "--json", "search", *asked).stdout
    return [json.loads(line)["title"] for line in told.splitlines()]


def test_what_is_kept_is_found_in_the_language_of_topics_with_and_without_an_index(config):
    assert titles(config, '"ferry storm"~4', "OR", "/ferr[iy]es/i") == ["Ferry reopens after the storm"]
    aggregator("-c", config, "-q", "run", "--once", "--no-poll")
    assert titles(config, '"ferry storm"~4', "OR", "/ferr[iy]es/i") == ["Ferry reopens after the storm"]
    assert titles(config, "-ferry", "storm category:weather source:wire has:link") == ["Storm closes the harbour"]


def test_each_line_says_what_was_found_and_more_is_offered(config):
    told = aggregator("-c", config, "search", "--limit", "1", "storm")
    first, second = told.stdout.splitlines()
    assert "wire" in first
    assert second.strip() in {'title: "storm"', 'title: "Storm"'}
    before = first.split()[0]
    assert f"--before {before}" in told.stderr
    rest = aggregator("-c", config, "search", "--limit", "1", "--before", before, "storm").stdout.splitlines()
    assert len(rest) == 2
    assert rest[0] != first


def test_what_is_wrong_with_a_query_is_shown_under_its_column(config):
    told = aggregator("-c", config, "search", "storm titel:x", check=False)
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        "  storm titel:x",
        "        ^ unknown field 'titel' (did you mean title:?)",
    ]
    stderr = aggregator("-c", config, "search", "storm and balloon").stderr
    assert "'and' is taken as a word" in stderr
    assert "nothing found: the word “storm” and the word “and” and the word “balloon”" in stderr
