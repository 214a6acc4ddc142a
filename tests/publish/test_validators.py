"""Every document obeys every rule, and every rule can be broken."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from aggregator.model.edition import Edition
from aggregator.model.topic import Access, Output
from aggregator.publish.atom_rss import render_atom, render_rss
from aggregator.publish.json_feed import render_json
from aggregator.publish.renditions import Painter
from tests.e2e.corpora import needs_corpora, real_feeds
from tests.publish.editions import EDITIONS, edition_of
from tests.publish.real_editions import complaints
from tests.publish.validators import atom_complaints, differences, json_complaints, rss_complaints
from tests.publish.views import SITE

STORY = edition_of("story")


def documents(edition: Edition) -> tuple[bytes, bytes, bytes]:
    return render_atom(edition, SITE), render_rss(edition, SITE), render_json(edition, SITE)


@pytest.mark.parametrize("name", sorted(EDITIONS))
@pytest.mark.parametrize("access", Access)
def test_every_edition_obeys_every_rule_in_every_format(name: str, access: Access) -> None:
    output = Output(hub="https://hub.example/", why=True)
    edition = replace(edition_of(name), access=access, older="2026-10", output=output)
    atom, rss, feed = documents(edition)
    private = access is Access.TOKEN
    assert atom_complaints(atom, private=private) == []
    assert rss_complaints(rss, private=private) == []
    assert json_complaints(feed, private=private) == []
    assert differences(atom, rss, feed) == []
    assert all((b"https://hub.example/" in body) is not private for body in (atom, rss, feed))


@pytest.mark.parametrize("access", Access)
def test_an_archive_obeys_every_rule(access: Access) -> None:
    edition = replace(STORY, access=access, month="2026-11", older="2026-10", final=True)
    archive = Painter().render_archive(edition, SITE)
    assert archive.name == "world/2026-11.atom"
    assert b"<fh:archive/>" in archive.body
    assert atom_complaints(archive.body, private=access is Access.TOKEN) == []


ATOM_FAULTS = {
    "author of the feed": ("  <entry>", "  <author><name>A</name></author>\n  <entry>"),
    "id of the feed": ("<id>tag:feeds", "<id>feeds"),
    "date": ("<updated>2026-11-23T12:00:00+00:00", "<updated>yesterday"),
    "rel=self": ('rel="self" type="application/atom', 'rel="via" type="application/atom'),
    "rel=alternate": ('<link href="https://feeds.example.org/world" rel="alternate"', '<link href="/" rel="alternate"'),
    "generator": ("<generator>aggregator 0.0</generator>", ""),
    "no author": ("<author>", "<x>"),
    "within the source": ("<source>", "<source><author><name>A</name></author>"),
    "source has no title": ("<title>The Wire</title>", "<title/>"),
    "hub": ('rel="related"', 'rel="hub"'),
    "id is no URI": ("<id>tag:feeds.example.org,2026:entry", "<id>entry"),
    "plain text": ("<title>The ferry", '<title type="html">The ferry'),
    "line breaks": ("<title>The ferry", "<title>The \ufffd ferry"),
    "before it was published": ("<published>2026-11-23T09", "<published>2027-11-23T09"),
    "more than one alternate": ('rel="replies"', 'rel="alternate"'),
    "rel=next": ('rel="related"', 'rel="next"'),
    "a link to": ('href="https://gazette.example/2026/ferry?ref', 'href="/2026/ferry?ref'),
    "enclosure": ('length="4711"', 'length="much"'),
    "replies": ('type="text/html" href="https://gazette.example/2026/ferry#', 'href="https://gazette.example/#'),
    "related link without": (' title="Nordpost: Fähre im Nebel"', ""),
    "content of type html": ('<content type="html">', "<content>"),
    "href leads": ('&lt;a href="https://gazette.example/fog', '&lt;a href="javascript:fog'),
    "attribute on": ("&lt;p&gt;It left", "&lt;p onclick='x'&gt;It left"),
    "runs": ("&lt;p&gt;It left", "&lt;script&gt;x&lt;/script&gt;It left"),
    "no picture": ("&lt;img", "&lt;i"),
    "short plain text": ("<summary>", '<summary type="html">'),
    "two entries": ("<id>https://gazette.example/2026/ferry</id>", "<id>SAME</id>"),
    "discourages": ("<title>World", "<title>World\x7f"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(ATOM_FAULTS))
def test_every_rule_of_atom_can_be_broken(fault: str) -> None:
    sound, broken = ATOM_FAULTS[fault]
    text = render_atom(replace(STORY, older=None), SITE).decode()
    assert sound in text
    if fault == "no author":
        text = text.replace("<author>\n      <name>Ann Ahoi</name>\n    </author>", "")
        text = text.replace("<author>\n      <name>Bo Buoy</name>\n    </author>", "")
    elif fault == "two entries":
        text = text.replace(f"<id>{STORY.entries[0].id}</id>", sound)
    else:
        text = text.replace(sound, broken, 1)
    assert any(fault in one for one in atom_complaints(text.encode())), atom_complaints(text.encode())


RSS_FAULTS = {
    "no RSS": ('version="2.0"', 'version="0.91"'),
    "author of the channel": ("<ttl>", "<managingEditor>a@b.example</managingEditor><ttl>"),
    "to itself": ('rel="self"', 'rel="via"'),
    "has no ttl": ("<ttl>15</ttl>", ""),
    "isPermaLink": ('isPermaLink="false"', 'isPermaLink="true"'),
    "mail": ("<dc:creator>Ann", "<author>Ann</author><dc:creator>Ann"),
    "no title": ("<title>A quiet day</title>", "<title/>"),
    "a link to": ("<link>https://gazette.example/2026", "<link>gazette.example/2026"),
    "no date": ("<pubDate>Mon, 23", "<pubDate>2026"),
    "one enclosure": ("<enclosure ", '<enclosure url="https://a.example/"/><enclosure '),
    "without a description": ("<description>Nobody", "<x>Nobody"),
    "no picture": ("&lt;img", "&lt;i"),
}


@pytest.mark.parametrize("fault", sorted(RSS_FAULTS))
def test_every_rule_of_rss_can_be_broken(fault: str) -> None:
    sound, broken = RSS_FAULTS[fault]
    text = render_rss(STORY, SITE).decode()
    assert sound in text
    text = text.replace(sound, broken, 1)
    if fault == "without a description":
        text = text.replace("return.</description>", "return.</x>")
    assert any(fault in one for one in rss_complaints(text.encode())), rss_complaints(text.encode())


JSON_FAULTS = {
    "no JSON Feed": ("version", "https://jsonfeed.org/version/1"),
    "author of the feed": ("authors", [{"name": "A"}]),
    "name itself": ("feed_url", None),
    "wants items": ("items", None),
}
ITEM_FAULTS = {
    "no URI": ("id", "17"),
    "without content": ("content_html", None),
    "no author": ("authors", [{"url": "https://a.example/"}]),
    "no title": ("title", " "),
    "no date": ("date_published", "yesterday"),
    "without a type": ("attachments", [{"url": "https://a.example/a"}]),
    "leads nowhere": ("url", "javascript:x"),
    "extension": ("_aggregator", {}),
}


@pytest.mark.parametrize("fault", [*JSON_FAULTS, *ITEM_FAULTS])
def test_every_rule_of_json_can_be_broken(fault: str) -> None:
    feed = json.loads(render_json(STORY, SITE))
    place = feed if fault in JSON_FAULTS else feed["items"][1]
    name, value = (JSON_FAULTS | ITEM_FAULTS)[fault]
    place[name] = value
    if value is None:
        del place[name]
    found = json_complaints(json.dumps(feed).encode())
    assert any(fault in one for one in found), found


def test_formats_that_differ_are_told_apart() -> None:
    atom, rss, feed = documents(STORY)
    assert differences(atom, rss, feed) == []
    shorter = render_rss(replace(STORY, entries=STORY.entries[:1]), SITE)
    assert "entry 1: id" in differences(atom, shorter, feed)[0]
    assert "authors" in differences(atom.replace(b"Ann Ahoi", b"Ann A."), rss, feed)[0]


@needs_corpora
def test_topics_over_real_feeds_obey_every_rule_and_every_grammar() -> None:
    feeds = real_feeds()[::20]
    assert [(feed.name, one) for feed in feeds for one in complaints(feed, feed.number)] == []
