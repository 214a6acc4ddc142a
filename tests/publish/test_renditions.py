from __future__ import annotations

import gzip
from dataclasses import replace

from aggregator.model.topic import FeedFormat, Output
from aggregator.publish import Painter, render, rendition
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


def test_what_is_remembered_changes_no_byte() -> None:
    painter = Painter()
    edition = edition_of("story")
    first, second = edition.entries
    for entries in ((first,), (second, first), (replace(second, title="Other"), first), (), (first, second)):
        changed = replace(edition, entries=entries)
        assert painter.render(changed, SITE) == render(changed, SITE)
    for other in (replace(edition, language="de"), replace(edition, title="New"), edition):
        assert painter.render(other, SITE) == render(other, SITE)
    moved = replace(SITE, base_url="https://moved.example")
    assert painter.render(edition, moved) == render(edition, moved)


def test_an_entry_that_cannot_be_written_is_left_out_and_told_of() -> None:
    faults: list[str] = []
    painter = Painter(lambda edition, entry, error: faults.append(f"{edition.slug} {entry.id} {error!r}"))
    edition = edition_of("story")
    # No part of ours makes such a thing; this is what a bug would look like.
    poisoned = replace(edition.entries[0], id="https://a.example/", authors=(object(),))  # type: ignore[arg-type]
    documents = painter.render(replace(edition, entries=(poisoned, edition.entries[1])), SITE)
    assert documents == render(replace(edition, entries=(edition.entries[1],)), SITE)
    assert {fault.split()[1] for fault in faults} == {"https://a.example/"}
    assert painter.render(edition, SITE) == render(edition, SITE)
