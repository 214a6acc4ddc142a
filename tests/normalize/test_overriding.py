from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model.entry import Entry
from aggregator.model.overrides import DateSource, Identity, Ignored, Overrides, TextType
from aggregator.model.reading import Document, Reading
from aggregator.pipeline.read import read_document
from tests.builders import NOON

URL = "https://feeds.example/sub/feed.xml"
ITEM = """<item><title>R&amp;amp;D &lt;b&gt;now&lt;/b&gt; | My Blog</title><link>https://a.example/1/</link><guid>g1</guid>
<author>A &lt;b&gt;B&lt;/b&gt;</author><category>c</category><pubDate>Mon, 23 Nov 2026 07:17:43 GMT</pubDate>
<description>&lt;a href="x"&gt;one&lt;/a&gt;</description><enclosure url="https://a.example/e.mp3" type="audio/mpeg"/>
<dc:language>de</dc:language></item>"""
HEAD = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><language>en</language>'


def reading(*items: str, **changes: Any) -> Reading:
    body = (HEAD + "".join(items or (ITEM,)) + "</channel></rss>").encode()
    document = Document(source_id="src", url=URL, source_url=URL, headers=(), body=body, now=NOON)
    outcome = read_document(replace(document, **changes))
    assert isinstance(outcome, Reading)
    return outcome


def read(**overrides: Any) -> Entry:
    (entry,) = reading(overrides=Overrides(**overrides)).entries
    return entry


def test_without_overrides_a_document_means_what_it_says():
    entry = read()
    assert (entry.title, entry.key.guid, entry.authors, entry.language) == ("R&D now | My Blog", "g1", ("A B",), "de")
    assert 'href="https://a.example/1/x"' in entry.content_html


@pytest.mark.parametrize(
    ("identity", "guid"),
    [
        (Identity.AUTO, "g1"),
        (Identity.GUID, "g1"),
        (Identity.LINK, "link:https://a.example/1/"),
        (Identity.TITLE, "day:r&d now | my blog|2026-11-23"),
    ],
)
def test_the_identity_can_be_chosen(identity, guid):
    assert read(identity=identity).key.guid == guid


def test_a_link_that_is_everybodys_is_no_identity_also_when_links_are_chosen():
    other = ITEM.replace("g1", "g2").replace("R&amp;amp;D", "Other")
    keys = [entry.key.guid for entry in reading(ITEM, other, overrides=Overrides(identity=Identity.LINK)).entries]
    assert [key[:4] for key in keys] == ["day:", "day:"]


def test_types_can_be_forced():
    assert read(title_type=TextType.TEXT).title == "R&amp;D <b>now</b> | My Blog"
    assert read(name_type=TextType.TEXT).authors == ("A <b>B</b>",)
    assert read(content_type=TextType.TEXT).content_html == '<p>&lt;a href="x"&gt;one&lt;/a&gt;</p>'
    assert read(content_type=TextType.TEXT).summary == '<a href="x">one</a>'


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("auto", "https://a.example/1/x"),
        ("entry", "https://a.example/1/x"),
        ("feed", "https://feeds.example/sub/x"),
        ("https://b.example/deep/", "https://b.example/deep/x"),
    ],
)
def test_the_base_can_be_chosen(base, address):
    assert f'href="{address}"' in read(base=base).content_html


@pytest.mark.parametrize("affix", [" | My Blog", "| My Blog", "R&D"])
def test_what_every_title_has_is_taken_off(affix):
    assert read(strip_title=(affix,)).title in {"R&D now", "now | My Blog"}


def test_nothing_is_left_of_no_title():
    assert read(strip_title=("R&D now | My Blog",)).title == "R&D now | My Blog"


@pytest.mark.parametrize(
    ("ignored", "field", "left"),
    [
        (Ignored.GUID, "key", "link:https://a.example/1/"),
        (Ignored.LINK, "url", None),
        (Ignored.PUBLISHED, "published_at", None),
        (Ignored.AUTHORS, "authors", ()),
        (Ignored.CATEGORIES, "categories", ()),
        (Ignored.SUMMARY, "content_html", ""),
        (Ignored.ENCLOSURES, "enclosures", ()),
        (Ignored.LANGUAGE, "language", None),
    ],
)
def test_fields_can_be_passed_over(ignored, field, left):
    entry = read(ignore=(ignored,))
    assert (entry.key.guid if field == "key" else getattr(entry, field)) == left


def test_the_language_of_the_settings_counts_when_that_of_the_document_does_not():
    (entry,) = reading(overrides=Overrides(ignore=(Ignored.LANGUAGE,)), language="fr").entries
    assert entry.language == "fr"
    (entry,) = reading(language="fr").entries
    assert entry.language == "de"


def test_what_is_passed_over_makes_no_revision_and_how_it_is_read_neither():
    changed = ITEM.replace("<category>c</category>", "<category>d</category>")
    ignore = Overrides(ignore=(Ignored.CATEGORIES,))
    assert (
        reading(ITEM, overrides=ignore).entries[0].fingerprint
        == reading(changed, overrides=ignore).entries[0].fingerprint
    )
    assert reading(ITEM).entries[0].fingerprint != reading(changed).entries[0].fingerprint
    assert read(title_type=TextType.TEXT, base="feed", dates=DateSource.SEEN).fingerprint == read().fingerprint


def test_a_source_drops_what_its_query_holds_for():
    other = ITEM.replace("g1", "g2").replace("R&amp;amp;D", "Sponsored")
    found = reading(ITEM, other, drop="title:sponsored OR category:nothing")
    assert [entry.key.guid for entry in found.entries] == ["g1"]
    assert found.dropped == 1
    assert reading(ITEM, other).dropped == 0
