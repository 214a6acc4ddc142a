"""Texts that reading has found reach curating, and what is decided is the same without them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies as st

from aggregator.model.entry import StoredEntry
from aggregator.model.parsed import RawText
from aggregator.model.reading import Document, EntryText, Reading
from aggregator.pipeline.hand_over import TextsInHand
from aggregator.pipeline.read import read_document
from aggregator.text.tokens import fold
from aggregator.text.visible import beginning_of, seen_of
from aggregator.topics import TopicSet
from tests.builders import NOON, make_entry, make_facts, make_topic

FEED = b"""<rss version="2.0"><channel><title>T</title>
<item><guid>1</guid><title>One</title><description>A &lt;b&gt;caf\xc3\xa9&lt;/b&gt; opens</description></item>
<item><guid>2</guid><title>Two</title></item></channel></rss>"""


def read() -> Reading:
    url = "https://a.example/feed"
    found = read_document(Document(source_id="a", url=url, source_url=url, headers=(), body=FEED, now=NOON))
    assert isinstance(found, Reading)
    return found


def test_reading_finds_the_text_of_every_entry():
    assert read().texts == (EntryText("A café opens", "a cafe opens"), EntryText("", ""))


def test_a_text_is_given_once_and_only_for_the_content_that_it_is_of():
    reading, hands = read(), TextsInHand()
    one, two = reading.entries
    hands.keep(reading)
    assert hands.take([replace(one, content_html="<p>other</p>")]) == {}
    assert hands.take([one, two]) == {two.key: reading.texts[1]}
    assert hands.take([two]) == {}


def test_of_too_many_texts_the_oldest_are_let_go_of():
    hands = TextsInHand(most_characters=100)
    entries = tuple(make_entry(str(n), content_html=f"<p>{n}</p>") for n in range(30))
    texts = tuple(EntryText("0123456789", "0123456789") for _ in entries)
    hands.keep(replace(read(), entries=entries, texts=texts))
    assert list(hands.take(entries)) == [entry.key for entry in entries[-5:]]


@given(st.text(st.sampled_from("aé <b>/p&amp;;\n-!'\""), max_size=60).map(lambda text: text * 40), st.integers(0, 400))
def test_the_beginning_of_a_text_is_that_of_the_whole(html: str, limit: int):
    assert beginning_of(RawText(html, "text/html"), limit)[:limit] == seen_of(html)[:limit]


def test_topics_find_the_same_in_a_text_that_was_found_before():
    topics = TopicSet.compile([make_topic("cafes", match='cafe AND "opens"'), make_topic("rest", match="text:NOTHING")])
    entry = make_entry("1", content_html="<p>The Café <i>opens</i></p>", summary="")
    seen = seen_of(entry.content_html)
    stored = StoredEntry(entry=entry, first_seen_at=NOON)
    found = topics.judge(stored, make_facts("a"), EntryText(seen, fold(seen)))
    assert found == topics.judge(stored, make_facts("a"))
    assert [match.topic for match in found] == ["cafes"]
