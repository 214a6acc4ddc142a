"""``aggregator explain`` as a user meets it."""

from __future__ import annotations

import json

import pytest

from tests.e2e.daemons import aggregator

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description><item><title>Ferry reopens</title><link>https://w.example/1</link>
<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
CONFIG = """
sources:
  - {id: wire, path: wire.xml}
topics:
  ships: {match: ferry}
  planes: {match: aeroplane}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    (folder / "wire.xml").write_text(FEED, encoding="utf-8")
    path = folder / "aggregator.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    assert aggregator("-c", str(path), "explain", "source", "wire", check=False).returncode == 1
    aggregator("-c", str(path), "-q", "poll")
    return str(path)


def test_a_source_is_explained_in_lines_and_as_json(config):
    lines = aggregator("-c", config, "explain", "source", "wire").stdout.splitlines()
    assert lines[0] == "source wire  Wire  (ok)"
    assert any(line.split()[:1] == ["schedule"] and "a local file" in line for line in lines)
    told = json.loads(aggregator("-c", config, "--json", "explain", "source", "wire").stdout)
    assert told["subject"]["kind"] == "source"
    assert {"settings", "pace", "request", "schedule", "poll"} <= {one["stage"] for one in told["records"]}


def test_an_entry_is_explained_with_and_without_a_topic(config):
    listed = json.loads(aggregator("-c", config, "--json", "entries").stdout)
    told = json.loads(aggregator("-c", config, "--json", "explain", listed["id"]).stdout)
    assert told["records"][-1]["verdict"] == "entered ships"
    left_out = aggregator("-c", config, "explain", "https://w.example/1", "planes").stdout
    assert "not entered planes" in left_out


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        (["source"], 2, "which source?"),
        (["source", "nobody"], 1, "source 'nobody' is not known"),
        (["nothing"], 1, "entry 'nothing' is not known"),
        (["https://w.example/1", "boats"], 2, "there is no topic 'boats'"),
    ],
)
def test_what_cannot_be_explained_is_said(config, asked, status, says):
    done = aggregator("-c", config, "explain", *asked, check=False)
    assert done.returncode == status
    assert says in done.stderr
