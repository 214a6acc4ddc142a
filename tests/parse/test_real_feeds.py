"""All real feeds at hand: what feedparser reads, but for the repairs that are named; and what others expect of them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from aggregator.model.entry import Entry
from aggregator.model.reading import Document, Reading
from aggregator.pipeline.read import read_document
from tests.e2e.corpora import FOLDER, RealFeed, needs_corpora, real_feeds
from tests.parse.feedparser_views import Text
from tests.parse.real_feeds import FIELDS, NOW, compared

_SAMPLE = 12
_EXPECTED = re.compile(r"^feed\.(?:items\[(\d+)\]\.)?([a-z_.]+(?:\[\d+\])?(?:\.[a-z]+)?):\s+(.+?)\s*$", re.MULTILINE)
_MOMENT = re.compile(r">>> DateTime\.new\(([^)]*)\)")


@needs_corpora
@pytest.mark.corpora
def test_a_sample_of_the_real_feeds_is_read_as_feedparser_reads_it_but_for_the_repairs():
    kinds, open_questions = compared([feed for feed in real_feeds()[::_SAMPLE] if len(feed.body) < 200_000])
    assert open_questions == []
    assert set(FIELDS) <= kinds.keys()


@needs_corpora
@pytest.mark.corpora
def test_every_real_json_feed_is_read_whole():
    feeds = [feed for feed in real_feeds() if feed.path.suffix == ".json"]
    assert feeds
    for feed in feeds:
        written = json.loads(feed.body.decode("utf-8-sig"))["items"]
        items = list({item.get("id", number): item for number, item in reversed(list(enumerate(written)))}.values())[
            ::-1
        ]
        entries = read(feed).entries
        assert len(entries) == len(items)
        for item, entry in zip(items, entries, strict=True):
            guid = item.get("id")
            assert guid is None or entry.key.guid == str(guid)
            assert entry.url == (item.get("url") or item.get("external_url") or guid)
            assert Text(entry.title) == item["title"] if item.get("title") else entry.title
            assert len(entry.enclosures) == len({one["url"] for one in item.get("attachments", [])})


def read(feed: RealFeed) -> Reading:
    url = f"https://feeds.example/{feed.name}"
    headers = (("content-type", feed.media_type),)
    document = Document(source_id="s", url=url, source_url=url, headers=headers, body=feed.body, now=NOW)
    reading = read_document(document)
    assert isinstance(reading, Reading)
    return reading


def by_path(name: str) -> RealFeed:
    return next(feed for feed in real_feeds() if feed.name == name)


def expectations(suffix: str) -> list[str]:
    folder = FOLDER / "feeds"
    found = sorted(folder.rglob(f"*.expected.{suffix}"))
    return [path.relative_to(folder).as_posix().removesuffix(f".expected.{suffix}") for path in found]


@needs_corpora
@pytest.mark.corpora
@pytest.mark.parametrize("name", expectations("json"))
def test_what_the_neighbours_of_a_feed_expect_of_it_holds(name):
    expected = json.loads((FOLDER / "feeds" / f"{name}.expected.json").read_text(encoding="utf-8"))
    entries = read(by_path(name)).entries
    wanted = expected["entries"]
    assert len(entries) == len(wanted)
    for entry, want in zip(entries, wanted, strict=True):
        assert seen(entry, want) == want


def seen(entry: Entry, want: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of an entry that are asked for, each under its name; what is not kept is as it is wanted."""
    own = dict(want)
    own["title"] = Text(entry.title)
    own["link"] = entry.url
    if want.get("id"):
        own["id"] = entry.key.guid
    for name, moment in (("published", entry.published_at), ("updated", entry.updated_at)):
        if want.get(name):
            own[name] = _as_written(moment, want[name])
    if want.get("authors"):
        own["authors"] = [other | {"name": name} for other, name in zip(want["authors"], entry.authors, strict=True)]
    return own


def _as_written(moment: datetime | None, wanted: str) -> str:
    assert moment is not None
    return wanted if datetime.fromisoformat(wanted).astimezone(UTC) == moment else moment.isoformat()


@needs_corpora
@pytest.mark.corpora
@pytest.mark.parametrize("name", expectations("txt"))
def test_what_another_parser_expects_of_a_feed_holds(name):
    written = (FOLDER / "feeds" / f"{name}.expected.txt").read_text(encoding="utf-8")
    reading = read(by_path(name))
    asked = 0
    for number, field, value in _EXPECTED.findall(written):
        own = _entry_field(reading.entries[int(number)], field) if number else _feed_field(reading, field)
        if own is None or (field == "url" and "feedproxy.google.com" in value):
            # The other parser leaves the counter in its place; that we do not is held by the comparison above.
            continue
        asked += 1
        moment = _MOMENT.match(value)
        assert own == (_moment(moment[1]) if moment else value.removeprefix(">>> ")), field
    assert asked >= 4


def _entry_field(entry: Entry, field: str) -> object:
    names = {
        "title": Text(entry.title),
        "url": entry.url,
        "id": entry.key.guid,
        "guid": entry.key.guid,
        "published": entry.published_at,
        "updated": entry.updated_at,
        "author.text": Text(", ".join(entry.authors)),
        "categories.size": str(len(entry.categories)),
    }
    category = re.fullmatch(r"categories\[(\d+)\]\.title", field)
    return Text(entry.categories[int(category[1])]) if category else names.get(field)


def _feed_field(reading: Reading, field: str) -> object:
    profile = reading.profile
    return {
        "title": Text(profile.title or ""),
        "url": _Page(profile.site_url or ""),
        "feed_url": profile.self_url,
        "subtitle": Text(profile.subtitle or ""),
        "description": Text(profile.subtitle or ""),
        "summary": Text(profile.subtitle or ""),
        "items.size": str(len(reading.entries)),
    }.get(field)


class _Page(str):
    """The address of a front page, with or without the slash that stands for its path."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        return isinstance(expected, str) and self.rstrip("/") == expected.rstrip("/")


def _moment(arguments: str) -> datetime:
    *parts, last = (part.strip() for part in arguments.split(","))
    if not last.startswith("'"):
        return datetime(*map(int, (*parts, last)), tzinfo=UTC)
    hours, _, minutes = last.strip("'").partition(":")
    offset = timedelta(hours=int(hours), minutes=-int(minutes or 0))
    return datetime(*map(int, parts), tzinfo=timezone(offset)).astimezone(UTC)
