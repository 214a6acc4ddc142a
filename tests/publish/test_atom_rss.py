"""What a reader finds in the Atom and RSS documents, read back with feedparser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from lxml import etree

from aggregator.model.edition import Edition
from aggregator.model.topic import Access, Output
from aggregator.publish import Painter, compose
from aggregator.publish.atom_rss import render_atom, render_rss
from aggregator.publish.json_feed import render_json
from tests.builders import NOON
from tests.publish.editions import EDITIONS, edition_of
from tests.publish.views import SITE, make_candidate, make_member, make_view

BOTH = pytest.mark.parametrize("write", [render_atom, render_rss])
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(body: bytes) -> Any:
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def moment(parsed: Any) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


@pytest.fixture
def edition() -> Edition:
    return edition_of("story")


@BOTH
@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_equal_editions_give_equal_bytes(name: str, write: Any) -> None:
    assert write(edition_of(name), SITE) == write(edition_of(name), SITE)


@BOTH
def test_the_feed_comes_back(edition: Edition, write: Any) -> None:
    feed = read(write(edition, SITE)).feed
    kind = "atom" if write is render_atom else "rss"
    assert feed.title == "World"
    assert feed.subtitle == "What the harbour talks of."
    assert feed.link == "https://feeds.example.org/world"
    assert [(one.href, one.type) for one in feed.links if one.rel == "self"] == [
        (f"https://feeds.example.org/world.{kind}", f"application/{kind}+xml")
    ]
    assert feed.language == "en"
    assert feed.generator == "aggregator 0.0"
    assert moment(feed.updated_parsed) == NOON
    assert "author" not in feed
    if write is render_atom:
        assert feed.id == edition.feed_id
    else:
        assert feed.ttl == "15"


@BOTH
def test_every_field_of_an_entry_comes_back(edition: Edition, write: Any) -> None:
    entry = edition.entries[1]
    parsed = read(write(edition, SITE)).entries[1]
    assert (parsed.id, parsed.title, parsed.link) == (entry.id, entry.title, entry.url)
    assert moment(parsed.published_parsed) == entry.published_at
    assert moment(parsed.updated_parsed) == entry.updated_at
    assert parsed.content[0].value == entry.content_html
    assert parsed.content[0].type == "text/html"
    assert [tag.term for tag in parsed.tags] == list(entry.categories)
    assert parsed.source.title == entry.source.title
    assert parsed.media_thumbnail == [{"url": entry.image_url}]
    assert {"url": entry.image_url, "medium": "image"} in parsed.media_content
    assert parsed.rights == entry.rights
    related = [(one.href, one.title) for one in parsed.links if one.rel == "related"]
    assert related == [(one.url, f"{one.source_title}: {one.title}") for one in entry.also]
    first = parsed.enclosures[0]
    assert (first.href, first.type, first.length) == ("https://media.example/horn.mp3", "audio/mpeg", "4711")


def test_atom_says_what_rss_has_no_words_for(edition: Edition) -> None:
    entry = edition.entries[1]
    parsed = read(render_atom(edition, SITE)).entries[1]
    assert parsed.summary == entry.summary
    assert parsed.summary_detail.type == "text/plain"
    assert [one.name for one in parsed.authors] == list(entry.authors)
    assert [one.href for one in parsed.enclosures] == [one.url for one in entry.enclosures]
    assert parsed.source.id == "tag:gazette.example,2019:all"
    assert moment(parsed.source.updated_parsed) == entry.updated_at
    assert {one.rel: one.href for one in parsed.source.links} == {
        "self": entry.source.url,
        "alternate": entry.source.profile.site_url,
    }
    assert "author" not in parsed.source
    replies = [one for one in parsed.links if one.rel == "replies"]
    assert [(one.href, one.type) for one in replies] == [(entry.comments_url, "text/html")]


def test_rss_says_the_same_in_its_own_way(edition: Edition) -> None:
    entry = edition.entries[1]
    body = render_rss(edition, SITE)
    parsed = read(body).entries[1]
    assert parsed.comments == entry.comments_url
    assert parsed.author == "Bo Buoy"
    assert parsed.summary == "Nobody saw 1 &lt; 2 ferries leave &amp; return."
    assert parsed.source.href == entry.source.url
    assert len(parsed.enclosures) == 1
    assert {"url": "https://media.example/fog.mp4", "type": "video/mp4", "duration": "75"} in parsed.media_content
    root = etree.fromstring(body)
    assert {one.get("isPermaLink") for one in root.iterfind("channel/item/guid")} == {"false"}
    creators = [
        one.text for one in root.findall("channel/item")[1].iterfind("{http://purl.org/dc/elements/1.1/}creator")
    ]
    assert creators == list(entry.authors)


@BOTH
def test_what_podcasts_places_and_threads_say_comes_back(edition: Edition, write: Any) -> None:
    parsed = read(write(edition, SITE)).entries[1]
    assert (parsed.itunes_duration, parsed.itunes_season, parsed.itunes_episode) == ("61", "2", "7")
    assert parsed.itunes_explicit is False
    assert parsed.image.href == edition.entries[1].image_url
    assert parsed.where.coordinates == (-4.25, 54.1)
    assert {one.href for one in parsed.links if one.rel in {"via", "license"}} == {
        "https://tide.example/feed",
        "https://creativecommons.org/licenses/by/4.0/",
    }
    root = etree.fromstring(write(edition, SITE))
    told = [(etree.QName(one).localname, dict(one.attrib), one.text) for one in root.iter(f"{{{PODCAST}}}*")]
    assert told == [
        ("chapters", {"url": "https://media.example/horn.json", "type": "application/json+chapters"}, None),
        ("transcript", {"url": "https://media.example/horn.vtt", "type": "text/vtt", "language": "en"}, None),
        ("person", {"role": "host", "href": "https://ann.example/"}, "Ann Ahoi"),
        ("person", {}, "Dee"),
    ]
    assert root.xpath("string(//*[local-name()='in-reply-to']/@ref)") == "tag:tide.example,2026:3"
    counts = root.xpath("//*[local-name()='link']/@*[local-name()='count'] | //*[local-name()='comments']/text()")
    assert "12" in counts


def test_an_episode_that_is_counted_in_words_is_told_in_json_only(edition: Edition) -> None:
    entry = replace(edition.entries[1], extras=replace(edition.entries[1].extras, episode="seven"))
    assert b"itunes:episode" not in render_rss(replace(edition, entries=(entry,)), SITE)
    assert b'"episode":"seven"' in render_json(replace(edition, entries=(entry,)), SITE)


@BOTH
def test_the_hub_and_the_archive_are_named_and_no_private_feed_names_itself(edition: Edition, write: Any) -> None:
    edition = replace(edition, output=Output(hub="https://hub.example/"), older="2026-10")
    links = {one.rel: one.href for one in read(write(edition, SITE)).feed.links}
    assert links["hub"] == "https://hub.example/"
    assert links["prev-archive"] == "https://feeds.example.org/world/2026-10.atom"
    private = etree.fromstring(write(replace(edition, access=Access.TOKEN), SITE))
    told = {
        one.get("rel"): one.get("href") for one in private.iter(f"{ATOM}link") if one.getparent() in {private, *private}
    }
    told = {rel: href for rel, href in told.items() if rel in {"self", "hub", "prev-archive"}}
    assert told == {"prev-archive": "world/2026-10.atom"}


@pytest.mark.parametrize(
    ("access", "links"),
    [
        (
            Access.PUBLIC,
            {
                "self": "https://feeds.example.org/world/2026-10-2.atom",
                "current": "https://feeds.example.org/world.atom",
                "prev-archive": "https://feeds.example.org/world/2026-10-1.atom",
                "next-archive": "https://feeds.example.org/world/2026-10.atom",
            },
        ),
        (
            Access.TOKEN,
            {"current": "../world.atom", "prev-archive": "2026-10-1.atom", "next-archive": "2026-10.atom"},
        ),
    ],
)
def test_a_part_of_a_month_names_its_neighbours(edition: Edition, access: Access, links: dict[str, str]) -> None:
    part = replace(edition, month="2026-10-2", older="2026-10-1", newer="2026-10", final=True, access=access)
    feed = etree.fromstring(Painter().render_archive(part, SITE).body)
    told = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert {rel: href for rel, href in told.items() if rel != "alternate"} == links


def test_the_language_of_an_entry_is_said_where_it_differs() -> None:
    view = make_view(make_candidate(make_member("1", language="de")), make_candidate(make_member("2", language="en")))
    edition = compose(view, NOON, SITE).edition
    entries = etree.fromstring(render_atom(edition, SITE)).findall(f"{ATOM}entry")
    said = {one.findtext(f"{ATOM}title"): one.get("{http://www.w3.org/XML/1998/namespace}lang") for one in entries}
    assert said == {"Entry 1": "de", "Entry 2": None}


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_every_entry_has_an_author_of_its_own_and_none_is_inherited(name: str) -> None:
    root = etree.fromstring(render_atom(edition_of(name), SITE))
    assert root.find(f"{ATOM}author") is None
    for entry in root.iterfind(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert entry.find(f"{ATOM}source/{ATOM}author") is None


@BOTH
def test_a_hostile_entry_harms_nobody(write: Any) -> None:
    body = write(edition_of("hostile"), SITE)
    text = body.decode()
    assert "javascript:" not in text
    assert "secret" not in text
    assert "token=" not in text
    assert "\u202e" not in text
    assert "<script" not in text
    (entry,) = etree.fromstring(body).xpath("//*[local-name()='entry' or local-name()='item']")
    title = next(one.text for one in entry if etree.QName(one).localname == "title")
    assert title == "</title><script>alert(1)</script> ]]> &amp;"


@BOTH
def test_an_edition_that_was_not_washed_is_still_well_formed(edition: Edition, write: Any) -> None:
    broken = "a\x00b\ud800c\ufffed"
    entry = replace(
        edition.entries[1], title=broken, content_html=broken, summary=broken, authors=(broken,), url="javascript:x"
    )
    body = write(replace(edition, title=broken, entries=(entry,)), SITE)
    assert etree.fromstring(body) is not None
    assert b"javascript" not in body
    assert body.count(b"abcd") >= 5


def test_dates_have_four_digits_for_the_year() -> None:
    text = render_rss(edition_of("hostile"), SITE).decode()
    assert "<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate>" in text
    assert "<lastBuildDate>Fri, 31 Dec 9999 23:59:59 +0000</lastBuildDate>" in text
