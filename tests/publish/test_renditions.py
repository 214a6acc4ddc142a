from __future__ import annotations

import gzip
from dataclasses import replace

from aggregator.model.topic import FeedFormat, Output
from aggregator.publish import render, rendition
from tests.builders import NOON
from tests.publish.editions import edition_of
from tests.publish.views import SITE


def test_every_format_is_named_typed_and_packed() -> None:
    edition = edition_of("story")
    documents = render(edition, SITE)
    assert [(one.name, one.media_type) for one in documents] == [
        ("world.atom", "application/atom+xml; charset=utf-8"),
        ("world.rss", "application/rss+xml; charset=utf-8"),
        ("world.json", "application/feed+json; charset=utf-8"),
    ]
    for one in documents:
        assert gzip.decompress(one.gzipped) == one.body
        assert one.changed_at == edition.changed_at


def test_only_the_wanted_formats_are_rendered() -> None:
    wanted = Output(formats=(FeedFormat.JSON, FeedFormat.ATOM, FeedFormat.JSON))
    assert [one.name for one in render(replace(edition_of("empty"), output=wanted), SITE)] == [
        "world.json",
        "world.atom",
    ]


def test_the_tag_is_strong_and_follows_the_body() -> None:
    one, same, other = (rendition("a.opml", "text/x-opml", body, NOON) for body in (b"a", b"a", b"b"))
    assert one == same
    assert one.etag[0] == one.etag[-1] == '"'
    assert one.etag != other.etag


def test_the_packed_bytes_hold_no_time() -> None:
    assert rendition("a", "b", b"body", NOON).gzipped[4:8] == bytes(4)
