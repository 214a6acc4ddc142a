"""``doctor`` as a user types it."""

from __future__ import annotations

import json

import pytest

from tests.e2e.test_moving import aggregator

BAD = """<rss version="2.0"><channel><item><title>One</title></item><item><title>Two</title>
<guid isPermaLink="false">2</guid><link>https://a.example/2</link></item></channel></rss>"""
FAIR = """<rss version="2.0"><channel><title>Fair</title><item><title>One</title><guid isPermaLink="false">1</guid>
<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate><link>https://a.example/1</link><description>d</description></item></channel></rss>"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "bad.xml").write_text(BAD, encoding="utf-8")
    (tmp_path / "fair.xml").write_text(FAIR, encoding="utf-8")
    path = tmp_path / "aggregator.yaml"
    path.write_text(
        "sources: [{id: bad, path: bad.xml}, {id: fair, path: fair.xml}]\ntopics: {all: {}}\n", encoding="utf-8"
    )
    return str(path)


def test_a_source_that_is_due_is_polled_and_told_of_in_a_letter(config):
    said = aggregator("-c", config, "doctor", "bad")
    assert said.returncode == 0, said.stderr
    assert "1. Entries have no guid or id (1 of 2; for example: One)." in said.stdout
    assert "The feed has no title." in said.stdout
    # What was found is kept: asked again, nobody is polled.
    again = aggregator("-c", config, "--json", "doctor", "bad")
    report = json.loads(again.stdout)
    assert (report["id"], report["examined"], report["findings"][0]["flaw"]) == ("bad", True, "no-id")
    assert report["letter"] == said.stdout.rstrip("\n")
    polled = json.loads(aggregator("-c", config, "--json", "status").stdout)["sources"]
    assert [bool(source["last_poll"]) for source in polled] == [True, False]


def test_without_a_source_the_worst_come_first_and_nobody_is_polled(config):
    assert "nothing to mend is known" in aggregator("-c", config, "doctor").stderr
    aggregator("-c", config, "poll")
    lines = aggregator("-c", config, "doctor").stdout.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["bad", "fair"]
    assert lines[1] == "  Entries have no guid or id (1 of 2; for example: One)"


def test_a_source_that_nobody_knows_is_an_error(config):
    said = aggregator("-c", config, "doctor", "none")
    assert (said.returncode, "source:none" in said.stderr) == (1, True)
