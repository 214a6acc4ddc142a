"""``aggregator merge``, ``split`` and ``undo`` as an editor meets them, with a daemon and without."""

from __future__ import annotations

import asyncio
import json

import pytest
import yaml

from aggregator.errors import ControlError
from aggregator.service.control import ask
from tests.e2e.daemons import aggregator, free_port, running, wait_for

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description>
<item><title>Ferry reopens to Malta</title><link>https://w.example/1</link></item>
<item><title>Parliament votes on budget</title><link>https://w.example/2</link></item></channel></rss>"""
CONFIG = """
sources:
  - {id: wire, path: wire.xml}
topics:
  all: {title: All}
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "wire.xml").write_text(FEED, encoding="utf-8")
    path = tmp_path / "aggregator.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    aggregator("-c", str(path), "-q", "poll")
    return str(path)


def stories(config):
    lines = aggregator("-c", config, "--json", "entries").stdout.splitlines()
    return {entry["title"].split()[0]: entry["story"] for entry in map(json.loads, lines)}


def test_an_editor_merges_splits_and_takes_back(config):
    before = stories(config)
    done = aggregator("-c", config, "merge", *before.values(), "--reason", "one crossing, one vote").stdout
    assert "(act 1)" in done
    kept = done.split()[1].rstrip(":")
    (moved,) = set(before.values()) - {kept}
    told = aggregator("-c", config, "explain", moved).stdout
    assert "editor" in told
    assert "one crossing, one vote" in told
    split = json.loads(aggregator("-c", config, "--json", "split", kept, moved).stdout)
    assert (split["number"], split["story"], split["others"]) == (2, kept, [moved])
    assert "act 2, split, is undone" in aggregator("-c", config, "undo").stdout
    assert "act 1, merge, is undone" in aggregator("-c", config, "undo", "1", "--reason", "wrong").stdout
    assert stories(config) == before
    listed = aggregator("-c", config, "undo", "--list").stdout.splitlines()
    acts = [json.loads(line.removeprefix("- ")) for line in listed]
    assert [(act["act"], act["reason"]) for act in acts] == [("merge", "one crossing, one vote"), ("split", "")]


def test_while_a_daemon_runs_it_does_the_work_and_publishes_it(config, tmp_path):
    port = free_port()
    (tmp_path / "aggregator.yaml").write_text(f"server: {{listen: '127.0.0.1:{port}'}}\n{CONFIG}", encoding="utf-8")
    with running("-c", config, "run", "--no-poll"):
        feed = f"http://127.0.0.1:{port}/all.json"
        assert len(json.loads(wait_for(feed))["items"]) == 2
        aggregator("-c", config, "merge", *stories(config).values(), "--reason", "one day")
        (item,) = json.loads(wait_for(feed))["items"]
        assert item["url"].startswith("https://w.example/")
        refused = aggregator("-c", config, "merge", "nothing", "at-all", check=False)
        assert (refused.returncode, "is no entry and no story" in refused.stderr) == (1, True)
        with pytest.raises(ControlError, match="takes kind, named"):
            asyncio.run(ask(tmp_path / "data", "edit", kind="dance"))
        aggregator("-c", config, "undo")
        assert len(json.loads(wait_for(feed))["items"]) == 2


def test_an_editor_pins_hides_notes_and_exports_what_holds(config):
    ids = {title: json.loads(line)["id"] for line in entries(config) if (title := json.loads(line)["title"])}
    ferry, vote = ids["Ferry reopens to Malta"], ids["Parliament votes on budget"]
    assert f"story {ferry}: pinned in all (act 1)" in aggregator("-c", config, "pin", ferry, "all").stdout
    hidden = aggregator("-c", config, "--json", "hide", "https://w.example/2", "--until", "3d", "--reason", "dull")
    act = json.loads(hidden.stdout)
    assert (act["act"], act["story"], act["topic"], act["reason"]) == ("hide", vote, "*", "dull")
    assert act["until"] > act["at"]
    aggregator("-c", config, "note", "wire", "mostly press releases", "--source", "--topic", "all")
    told = aggregator("-c", config, "explain", ferry).stdout
    assert "pinned in all [pin]" in told
    assert "mostly press releases" in told
    aggregator("-c", config, "undo", "1")
    overrides = yaml.safe_load(aggregator("-c", config, "export", "--acts").stdout)["overrides"]
    assert [(one["action"], one["topic"]) for one in overrides] == [("hide", "*"), ("note", "all")]
    assert (overrides[0]["story"], overrides[1]["source"]) == (vote, "wire")


def entries(config):
    return aggregator("-c", config, "--json", "entries").stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pin", "x", "nowhere"), "there is no topic 'nowhere'"),
        (("hide", "x", "--until", "soon"), "is no date such as"),
        (("hide", "x", "--until", "2020-01-01"), "is over already"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(config, arguments, says):
    refused = aggregator("-c", config, *arguments, check=False)
    assert (refused.returncode, says in refused.stderr) == (2, True)


def test_a_running_daemon_shows_at_once_what_was_hidden_and_pinned(config, tmp_path):
    port = free_port()
    none = "  none: {title: None, match: nothing}\n"
    (tmp_path / "aggregator.yaml").write_text(
        f"server: {{listen: '127.0.0.1:{port}'}}\n{CONFIG}{none}", encoding="utf-8"
    )
    with running("-c", config, "run", "--no-poll"):
        shown = f"http://127.0.0.1:{port}/{{}}.json"
        assert len(json.loads(wait_for(shown.format("all")))["items"]) == 2
        aggregator("-c", config, "hide", "wire", "all", "--source")
        aggregator("-c", config, "pin", "https://w.example/2", "none", "--until", "2099-01-01")
        assert json.loads(wait_for(shown.format("all")))["items"] == []
        (item,) = json.loads(wait_for(shown.format("none")))["items"]
        assert item["title"] == "Parliament votes on budget"
