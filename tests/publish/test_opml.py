from __future__ import annotations

from lxml import etree

from aggregator.model.topic import FeedFormat, Output
from aggregator.publish import render_sources_opml, render_topics_opml
from tests.builders import make_source, make_topic
from tests.publish.views import SITE


def test_topics_are_listed_in_their_order_with_feed_and_page() -> None:
    topics = [
        make_topic("iraq", title="Iraq & <more>\x00", description="What happens there."),
        make_topic("art", output=Output(formats=(FeedFormat.JSON, FeedFormat.RSS))),
    ]
    body = render_topics_opml(topics, SITE)
    root = etree.fromstring(body)
    assert root.get("version") == "2.0"
    assert root.findtext("head/title") == "My river: topics"
    assert [dict(one.attrib) for one in root.iterfind("body/outline")] == [
        {
            "type": "rss",
            "text": "Iraq & <more>",
            "title": "Iraq & <more>",
            "xmlUrl": "https://feeds.example.org/iraq.atom",
            "htmlUrl": "https://feeds.example.org/iraq",
            "description": "What happens there.",
        },
        {
            "type": "rss",
            "text": "Art",
            "title": "Art",
            "xmlUrl": "https://feeds.example.org/art.rss",
            "htmlUrl": "https://feeds.example.org/art",
        },
    ]
    assert body == render_topics_opml(topics, SITE)


def test_sources_stand_within_their_groups() -> None:
    sources = [
        make_source("a", group="news", title="A & Co", tags=("world", "a,b"), language="de_AT"),
        make_source("b"),
        make_source("c", group="news"),
    ]
    root = etree.fromstring(render_sources_opml(sources, SITE))
    group, single = root.findall("body/outline")
    assert dict(group.attrib) == {"text": "news", "title": "news"}
    assert [one.get("text") for one in group] == ["A & Co", "c"]
    assert (group[0].get("category"), group[0].get("language")) == ("world,a b", "de-AT")
    assert (single.get("text"), single.get("xmlUrl")) == ("b", "https://b.example/feed.xml")


def test_secrets_stay_at_home() -> None:
    sources = [
        make_source("private", url="https://inside.example/feed", private=True, group="inside"),
        make_source("local", url="file:///srv/feeds/wire.xml"),
        make_source("token", url="https://t.example/feed?api_key=hunter2"),
        make_source("user", url="https://me:hunter2@u.example/feed", authorization="Basic hunter2"),
        make_source("open", headers=(("X-Token", "hunter2"),)),
    ]
    body = render_sources_opml(sources, SITE)
    assert b"hunter2" not in body
    assert b"inside" not in body
    assert b"/srv" not in body
    urls = [one.get("xmlUrl") for one in etree.fromstring(body).iterfind("body/outline")]
    assert urls == ["https://u.example/feed", "https://open.example/feed.xml"]


def test_empty_lists_are_documents_too() -> None:
    for body in (render_topics_opml([], SITE), render_sources_opml([], SITE)):
        assert etree.fromstring(body).find("body") is not None
