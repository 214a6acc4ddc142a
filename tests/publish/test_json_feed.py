from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from aggregator.publish.json_feed import render_json
from tests.publish.editions import EDITIONS, edition_of
from tests.publish.views import SITE

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
TEXTS = ("url", "title", "content_html", "summary", "image", "language")


def check(feed: dict[str, Any]) -> None:
    """Check what JSON Feed 1.1 demands: what is required, and of which type everything is."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert isinstance(feed["items"], list)
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert "content_html" in item
        assert all(isinstance(item[name], str) for name in TEXTS if name in item)
        assert all(INSTANT.fullmatch(item[name]) for name in ("date_published", "date_modified"))
        assert all(one["name"] for one in item["authors"])
        assert item["authors"]
        assert len(set(item.get("tags", []))) == len(item.get("tags", []))
        for one in item.get("attachments", []):
            assert isinstance(one["url"], str)
            assert "/" in one["mime_type"]
            assert isinstance(one.get("size_in_bytes", 0), int)
            assert isinstance(one.get("duration_in_seconds", 0), int)
        assert isinstance(item["_aggregator"]["about"], str)
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_every_edition_obeys_the_standard(name: str) -> None:
    body = render_json(edition_of(name), SITE)
    check(json.loads(body))
    assert body == render_json(edition_of(name), SITE)


def test_the_feed_names_itself_and_its_page() -> None:
    feed = json.loads(render_json(edition_of("story"), SITE))
    assert feed["home_page_url"] == "https://feeds.example.org/world"
    assert feed["feed_url"] == "https://feeds.example.org/world.json"
    assert feed["description"] == "What the harbour talks of."
    assert "author" not in feed
    assert "authors" not in feed


def test_our_own_words_stand_under_one_key() -> None:
    item = json.loads(render_json(edition_of("story"), SITE))["items"][1]
    ours = item["_aggregator"]
    assert ours["source"] == {
        "id": "gazette",
        "title": "The Harbour Gazette",
        "feed_url": "https://gazette.example/feed.xml",
        "url": "https://gazette.example/",
        "rights": "© The Harbour Gazette",
    }
    assert [one["source"] for one in ours["also"]] == ["Nordpost", "The Wire"]
    assert ours["why"][0]["rule"] == "match"


def test_content_is_there_even_when_it_is_empty_and_nothing_else_is() -> None:
    item = json.loads(render_json(edition_of("by-title"), SITE))["items"][0]
    assert item["content_html"] == ""
    assert {"url", "summary", "tags", "attachments", "image"}.isdisjoint(item)


def test_text_is_written_as_it_is() -> None:
    assert "“Tuesday”".encode() in render_json(edition_of("story"), SITE)


def test_an_edition_that_was_not_washed_can_still_be_written() -> None:
    edition = edition_of("story")
    entry = replace(edition.entries[1], title="a\ud800\x00b", url="javascript:x", image_url="data:x")
    (item,) = json.loads(render_json(replace(edition, entries=(entry,)), SITE))["items"]
    assert item["title"] == "ab"
    assert {"url", "image"}.isdisjoint(item)
