"""The test is the feed: a folder for each quirk, with what must be read from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.model.entry import Entry
from aggregator.model.reading import Document, Reading, Unreadable
from aggregator.normalize import normalize
from aggregator.parse import parse_feed
from aggregator.pipeline.read import read_document
from tests.builders import NOON

FEEDS = Path(__file__).parents[1] / "data" / "feeds"
QUIRKS = sorted(folder.name for folder in FEEDS.iterdir())
URL = "https://feeds.example/sub/feed.xml"


def read(folder: Path) -> Reading:
    (feed,) = folder.glob("feed.*")
    body = feed.read_bytes()
    return normalize(parse_feed(body, url=URL, headers={}), document(body))


def document(body: bytes) -> Document:
    return Document(source_id="src", url=URL, source_url=URL, headers=(), body=body, now=NOON)


def shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    return {name: shown(each) for name, each in value.items()} if isinstance(value, dict) else value


def seen(entry: Entry, field: str) -> Any:
    """Give a field as expected.json names it."""
    derived = {
        "guid": entry.key.guid,
        "guid_starts": entry.key.guid[:7],
        "key_kinds": [key.kind.value for key in entry.keys],
        "date_rule": entry.date_reason.rule if entry.date_reason else None,
        "date_verdict": entry.date_reason.verdict if entry.date_reason else None,
    }
    return derived[field] if field in derived else shown(asdict(entry)[field])


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_feed_is_read_as_expected(quirk):
    folder = FEEDS / quirk
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if "error" in expected:
        (feed,) = folder.glob("feed.*")
        unreadable = read_document(document(feed.read_bytes()))
        assert isinstance(unreadable, Unreadable)
        assert unreadable.detail == expected["error"]
        return
    reading = read(folder)
    profile, hints = shown(asdict(reading.profile)), shown(asdict(reading.hints))
    assert {name: profile[name] for name in expected.get("profile", {})} == expected.get("profile", {})
    assert {name: hints[name] for name in expected.get("hints", {})} == expected.get("hints", {})
    assert reading.repeated == expected.get("repeated", 0)
    assert "bozo" not in expected or reading.bozo == expected["bozo"]
    assert bool(reading.bozo) or not expected.get("bozo_present")
    if "entries" in expected:
        wanted = expected["entries"]
        assert len(reading.entries) == len(wanted)
        assert [
            {field: seen(entry, field) for field in fields}
            for entry, fields in zip(reading.entries, wanted, strict=True)
        ] == wanted


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_feed_says_why_it_is_here(quirk):
    assert (FEEDS / quirk / "why.txt").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("quirk", [name for name in QUIRKS if (FEEDS / name / "feed.xml").exists()])
def test_reading_twice_gives_the_same(quirk):
    folder = FEEDS / quirk
    if "error" not in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        assert read(folder) == read(folder)
