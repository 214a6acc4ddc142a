"""Topics over real feeds: every feed a topic of its own, and what comes of composing and rendering it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from lxml import etree

from aggregator.model.edition import Edition, Member
from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.reading import Document, Reading
from aggregator.pipeline.read import read_document
from aggregator.publish import compose, render
from tests.e2e.corpora import FOLDER, RealFeed
from tests.publish.test_schemas import demand
from tests.publish.validators import atom_complaints, differences, json_complaints, rss_complaints
from tests.publish.views import MATCHED, SITE, make_candidate, make_view

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def edition_over(feed: RealFeed, number: int) -> Edition | None:
    """Read a feed and compose the topic of all that it holds; None where it is no feed."""
    url = f"https://feed-{number}.example/{feed.name.rpartition('/')[2]}"
    document = Document(
        source_id=f"s{number}",
        url=url,
        source_url=url,
        headers=(("content-type", feed.media_type),),
        body=feed.body,
        now=NOW,
    )
    reading = read_document(document)
    if not isinstance(reading, Reading):
        return None
    profile = reading.profile
    facts = SourceFacts(id=f"s{number}", title=profile.title or "", url=url, tags=("real",), profile=profile)
    members = (
        Member(
            stored=StoredEntry(entry=entry, first_seen_at=NOW),
            source=facts,
            text_length=len(entry.content_html),
            reason=MATCHED,
        )
        for entry in reading.entries
    )
    view = make_view(*map(make_candidate, members), limit=1000)
    return compose(view, NOW, SITE).edition


def complaints(feed: RealFeed, number: int) -> Iterator[str]:
    """Say what is wrong with the three documents of a topic over a feed."""
    edition = edition_over(feed, number)
    if edition is None:
        return
    atom, rss, feed_json = (one.body for one in render(edition, SITE))
    grammar, schema = _schemas(FOLDER / "suites" / "schema")
    if not grammar.validate(etree.fromstring(atom)):
        yield f"RFC 4287: {grammar.error_log.last_error}"
    try:
        demand(json.loads(feed_json), schema, schema)
    except AssertionError as error:
        yield f"JSON Feed: {error}"
    yield from atom_complaints(atom)
    yield from rss_complaints(rss)
    yield from json_complaints(feed_json)
    yield from differences(atom, rss, feed_json)


@cache
def _schemas(folder: Path) -> tuple[etree.RelaxNG, dict[str, object]]:
    grammar = etree.RelaxNG(etree.parse(folder / "atom-rfc4287.rng"))
    return grammar, json.loads((folder / "jsonfeed-v1.1.schema.json").read_bytes())
