"""The editions whose bytes are kept in ``tests/data/editions``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.model.edition import Edition, TopicView
from aggregator.model.entry import Enclosure
from aggregator.model.extras import Extras, Person, Transcript
from aggregator.model.source import FeedProfile
from aggregator.model.topic import Attribution, Output, Shown, TopicMode
from aggregator.publish import compose
from tests.builders import NOON
from tests.publish.views import SITE, make_candidate, make_member, make_view

PROFILE = FeedProfile(
    feed_id="tag:gazette.example,2019:all",
    site_url="https://gazette.example/",
    rights="© The Harbour Gazette",
    hub_url="https://hub.example/",
    self_url="https://gazette.example/elsewhere.xml",
)


def story() -> TopicView:
    lead = make_member(
        "https://gazette.example/2026/ferry",
        source="gazette",
        of_title="The Harbour Gazette",
        of_weight=2.0,
        of_profile=PROFILE,
        title="The ferry & the “Tuesday” fog",
        url="https://gazette.example/2026/ferry?ref=feed",
        published_at=NOON - timedelta(hours=3),
        updated_at=NOON - timedelta(hours=1),
        authors=("Ann Ahoi", "Bo Buoy"),
        summary="Nobody saw 1 < 2 ferries leave & return.",
        content_html='<p>It left &amp; <a href="https://gazette.example/fog">the fog</a> did not.</p>\r\n<p>More.</p>',
        categories=("Harbour", "Weather"),
        enclosures=(
            Enclosure(
                url="https://media.example/horn.mp3",
                media_type="audio/mpeg",
                length=4711,
                duration_seconds=61,
                title="The horn",
            ),
            Enclosure(url="https://media.example/fog.mp4", media_type="video/mp4", duration_seconds=75),
        ),
        image_url="https://media.example/fog.jpg",
        comments_url="https://gazette.example/2026/ferry#comments",
        language="en-GB",
        rights="CC BY 4.0",
        extras=Extras(
            source_title="The Tide",
            source_url="https://tide.example/feed",
            license_url="https://creativecommons.org/licenses/by/4.0/",
            comments=12,
            reply_to="tag:tide.example,2026:3",
            place=(54.1, -4.25),
            explicit=False,
            season="2",
            episode="7",
            chapters_url="https://media.example/horn.json",
            transcripts=(Transcript(url="https://media.example/horn.vtt", media_type="text/vtt", language="en"),),
            people=(Person(name="Ann Ahoi", role="host", url="https://ann.example/"), Person(name="Dee")),
        ),
    )
    others = (
        make_member(
            "n-1", source="nordpost", of_title="Nordpost", title="Fähre im Nebel", first_seen_at=NOON, reason=None
        ),
        make_member("n-2", source="nordpost", of_title="Nordpost", title="Fähre wieder da", reason=None),
        make_member("https://wire.example/77", source="wire", of_title="The Wire", title="Fog halts ferry"),
    )
    second = make_member("17", source="wire", of_title="The Wire", title="A quiet day", summary="", published_at=None)
    return make_view(make_candidate(lead, *others), make_candidate(second), description="What the harbour talks of.")


def by_author() -> TopicView:
    member = make_member(
        "urn:uuid:7c0f5b2e-6a43-4c7a-9d38-0d1f0e3f6a11",
        of_profile=PROFILE,
        authors=("Cy Cable", "LWN"),
        summary="Only so much is shown.",
        content_html="<p>This is not.</p>",
    )
    output = Output(content=Shown.SUMMARY, attribution=Attribution.AUTHOR)
    return make_view(make_candidate(member), mode=TopicMode.ENTRIES, output=output)


def by_title() -> TopicView:
    named = make_member("tag:lwn.example,2026:1", title="Kernel")
    bare = make_member(
        "day:bare", title="Bare", url=None, published_at=None, updated_at=None, summary="", content_html=""
    )
    return make_view(make_candidate(named), make_candidate(bare), output=Output(attribution=Attribution.TITLE))


def hostile() -> TopicView:
    member = make_member(
        "http://evil.example/a b",
        of_title="Evil\x00 <b>& Sons</b>\ufffe",
        of_url="https://me:secret@evil.example/feed?token=abc",
        of_profile=FeedProfile(site_url="javascript:alert(1)", feed_id="https://evil.example/?token=abc"),
        title="\x08\u202e</title><script>alert(1)</script>\ud800 ]]> &amp;",
        url="javascript:alert(2)",
        summary="<img src=x onerror=alert(3)> \x1f\uffff",
        content_html="<p>]]> \x0b &#0; \udfff</p>",
        categories=("<x>", "\x01", "a" * 300),
        authors=("\u202eEve", ""),
        enclosures=(
            Enclosure(url="data:text/html,hi"),
            Enclosure(url="https://evil.example/a|b", media_type='x"y', length=-3),
        ),
        image_url="data:image/png;base64,AA",
        comments_url="vbscript:x",
        language="<en>",
        rights="\ud800",
        published_at=datetime(1, 1, 1, tzinfo=UTC),
        updated_at=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    )
    return make_view(make_candidate(member), title="<b>World</b>\x00 & more")


def empty() -> TopicView:
    return make_view()


EDITIONS = {
    "by-author": by_author,
    "by-title": by_title,
    "empty": empty,
    "hostile": hostile,
    "story": story,
}


def edition_of(name: str) -> Edition:
    return compose(EDITIONS[name](), NOON, SITE).edition
