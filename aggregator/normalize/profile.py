"""What a document says of its source."""

from __future__ import annotations

from aggregator.model.parsed import ParsedFeed, RawText
from aggregator.model.source import FeedProfile
from aggregator.normalize.links import web_url
from aggregator.normalize.names import language_tag, short_text
from aggregator.text.characters import one_line

_MAX_ID_CHARS = 2_000


def profile_of(feed: ParsedFeed, document_url: str) -> FeedProfile:
    """Give the profile: texts plain, addresses absolute and of the web, everything else left out."""
    return FeedProfile(
        feed_id=one_line((feed.feed_id or "")[:_MAX_ID_CHARS]) or None,
        title=short_text(feed.title) or None,
        site_url=web_url(feed.site_url, document_url),
        subtitle=short_text(feed.subtitle) or None,
        language=language_tag(feed.language),
        icon_url=web_url(feed.icon_url, document_url),
        rights=short_text(_text(feed.rights)) or None,
        hub_url=web_url(feed.hub_url, document_url),
        self_url=web_url(feed.self_url, document_url),
        format=feed.format[:20],
    )


def _text(value: str | None) -> RawText | None:
    return RawText(value, "text/html") if value else None
