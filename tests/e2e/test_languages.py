"""Topics of some languages over a feed that declares none, as a user meets them with the extra and without it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from aggregator.semantic import can_recognise
from tests.e2e.daemons import aggregator

GERMAN, ENGLISH = "Der Fluss trat nach starkem Regen über die Ufer", "The river burst its banks after heavy rain"
DUTCH, UNCLEAR = "De rivier trad na hevige regen buiten haar oevers en zette de stad blank", "OK"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>https://w.example/</link>
<description>d</description>{}</channel></rss>"""
ITEM = "<item><title>{}</title><link>https://w.example/{}</link></item>"
CONFIG = """
sources: [{{id: wire, path: wire.xml, backfill: 100}}]
policies: {{stories: {{granularity: off}}, languages: {languages}}}
topics:
  german: {{lang: [de], mode: entries}}
  asked: {{match: "lang:de", mode: entries}}
"""
WITHOUT = "import sys; sys.modules['py3langid'] = None; from aggregator.cli import main; main()"
needs_the_extra = pytest.mark.skipif(not can_recognise(), reason="the extra 'language' is not installed")


def without_the_extra(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", WITHOUT, *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=True, timeout=60)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("languages")
    told = [ITEM.format(title, number) for number, title in enumerate((GERMAN, ENGLISH, DUTCH, UNCLEAR))]
    (folder / "wire.xml").write_text(FEED.format("".join(told)), encoding="utf-8")
    for name, languages in (("aggregator.yaml", "true"), ("as-declared.yaml", "false")):
        (folder / name).write_text(CONFIG.format(languages=languages), encoding="utf-8")
    path = str(folder / "aggregator.yaml")
    aggregator("-c", path, "-q", "poll")
    return path


@needs_the_extra
def test_what_declares_nothing_is_recognised_and_explained(config: str):
    told = aggregator("-c", config, "explain", "https://w.example/2", "german").stdout
    assert "not entered german [lang]: nl, recognised (" in told
    assert "sure); lang: de (" in told
    (found,) = aggregator("-c", config, "--json", "search", "lang:de").stdout.splitlines()
    assert json.loads(found)["title"] == GERMAN


@needs_the_extra
def test_another_expectation_and_none_are_planned_like_any_change(config: str):
    planned = aggregator("-c", config, "plan", "--config", config.replace("aggregator.yaml", "as-declared.yaml")).stdout
    assert "german  changed: 2 → 4 entries" in planned
    assert "asked  changed: 1 → 0 entries" in planned


def test_without_the_extra_check_says_what_that_means(config: str):
    lines = without_the_extra("-c", config, "check").stderr.splitlines()
    (note,) = [line for line in lines if "languages are asked for" in line]
    assert ":5:1: note: topics.german: languages are asked for, and the extra that recognises them is not " in note
    assert "pip install 'aggregator[language]'" in note
