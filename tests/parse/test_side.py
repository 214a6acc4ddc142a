from __future__ import annotations

import pytest

from aggregator.model.parsed import RawPerson, RawResource
from aggregator.parse.side import NO_FACTS, EntryFacts, SideFacts, read_side


def test_documents_without_a_marker_are_not_read_again():
    assert read_side(b"<rss><hour>1</hour><day>Sunday</day></rss>") == SideFacts()


def test_every_hour_and_day_is_kept_once_and_in_range():
    body = b"<rss><skipHours><hour>23</hour><hour> 5 </hour><hour>05</hour><hour>24</hour><hour>25</hour>"
    body += b"<hour>-1</hour></skipHours>"
    body += b"<skipDays><day>Friday</day><day>FRIDAY</day><day></day></skipDays></rss>"
    assert read_side(body) == SideFacts(skip_hours=(0, 5, 23), skip_days=("friday",))


@pytest.mark.parametrize("namespace", ["http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss"])
def test_captions_are_those_of_media_rss_under_either_name(namespace):
    body = f'<rss xmlns:media="{namespace}"><media:description> a &amp; b </media:description></rss>'.encode()
    assert read_side(body).captions == {"a & b"}


@pytest.mark.parametrize("body", [b"skipHours", b"<skipHours", b"\x00skipDays\xff"])
def test_what_is_beyond_repair_gives_nothing(body):
    assert read_side(body) == SideFacts()


def only(item: bytes, root: bytes = b"rss") -> EntryFacts:
    (facts,) = read_side(b"<" + root + b"><item>" + item + b"</item></" + root + b">").entries
    return facts


@pytest.mark.parametrize(
    "guid", [b"<guid>foo</guid>", b"<guid isPermaLink='true'> <![CDATA[foo]]></guid>", b"<id>foo</id>"]
)
def test_a_guid_that_is_no_address_is_as_written(guid):
    assert only(guid).guid == "foo"


@pytest.mark.parametrize(
    "item",
    [b"<guid>https://a.example/</guid>", b"<guid>urn:x:1</guid>", b"<guid isPermaLink='false'>foo</guid>", b"<guid/>"],
)
def test_a_guid_that_feedparser_leaves_alone_needs_no_second_reading(item):
    assert read_side(b"<rss><item>" + item + b"</item></rss>") == SideFacts()


def test_the_id_of_an_author_or_of_another_namespace_is_no_guid():
    facts = only(b"<x:id xmlns:x='urn:x'>no</x:id><author><id>no</id></author><id>yes</id>")
    assert facts.guid == "yes"


@pytest.mark.parametrize(
    "namespace",
    [
        b"xmlns:podcast='https://podcastindex.org/namespace/1.0'",
        b"xmlns:podcast='https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md'",
        b"xmlns:p='https://podcastindex.org/namespace/1.0' xmlns:podcast='urn:x'",
        b"",
    ],
)
def test_everything_of_the_podcast_namespace_is_kept_not_the_last_of_it(namespace):
    prefix = b"p" if b":p=" in namespace else b"podcast"
    body = b"""<rss NS><channel><item>
      <P:person role='host' href='https://a.example/'>Ann</P:person><P:person>Bob</P:person><P:person/>
      <P:transcript url='t.vtt' type='text/vtt'/><P:transcript url='t.srt' language='de'/><P:transcript/>
      <P:chapters url='c.json'/><P:season name='Two'>2</P:season><P:episode>7</P:episode>
    </item><item><x:person xmlns:x='urn:x'>no</x:person></item></channel></rss>"""
    first, second = read_side(body.replace(b"NS", namespace).replace(b"P:", prefix + b":")).entries
    assert first.people == (RawPerson("Ann", "host", "https://a.example/"), RawPerson("Bob"))
    assert first.transcripts == (RawResource("t.vtt", "text/vtt"), RawResource("t.srt", None, "de"))
    assert (first.chapters_url, first.season, first.episode) == ("c.json", "2", "7")
    assert second == NO_FACTS


def test_the_words_for_explicit_are_kept():
    itunes = b"xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    assert only(b"<itunes:explicit " + itunes + b"> True </itunes:explicit><guid>x</guid>").explicit == "True"


@pytest.mark.parametrize(
    "entry",
    [
        b"<entry><content><div dir='rtl'>x</div></content></entry>",
        b"<entry dir='RTL'><title>x</title></entry>",
        b"<entry><summary dir='rtl'>x</summary></entry>",
    ],
)
def test_the_direction_around_a_text_is_kept(entry):
    (facts,) = read_side(b"<feed>" + entry + b"</feed>").entries
    assert facts.direction == "rtl"


def test_an_entry_within_an_entry_is_not_counted():
    body = b"<feed><entry><id>a</id><entry><id>b</id></entry></entry><entry><id>c</id></entry></feed>"
    assert [facts.guid for facts in read_side(body).entries] == ["a", "c"]


def test_the_encoding_that_was_found_is_believed():
    body = "<?xml version='1.0' encoding='iso-8859-1'?><rss><item><guid>é</guid></item></rss>".encode()
    assert [facts.guid for facts in read_side(body, "utf-8").entries] == ["é"]


def test_no_file_and_no_declared_entity_is_read():
    body = b"<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/passwd'><!ENTITY e 'x'>]><rss><item><guid>a</guid></item>"
    body += b"<item><guid>&f;&e;</guid></item></rss>"
    assert [facts.guid for facts in read_side(body).entries] == ["a", None]
