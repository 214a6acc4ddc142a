"""One entry, from what the publisher wrote to what we keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import Entry
from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.model.source import ContentPolicy
from aggregator.normalize.body import read_body
from aggregator.normalize.dates import read_dates
from aggregator.normalize.fingerprint import fingerprint_of
from aggregator.normalize.keys import identify
from aggregator.normalize.links import web_url
from aggregator.normalize.markup import first_image
from aggregator.normalize.media import enclosures, lead_image
from aggregator.normalize.names import categories, language_tag, people, short_text, title_of
from aggregator.text.link_keys import link_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an entry takes from around it.

    Attributes:
        url: Of the document; the last resort for relative addresses.
        languages: Of the document and of the source, in this order.
        authors: Of the document, where its format says that they are those of its entries.
        shared_links: Links, as written, that several entries have, and that therefore identify none.
    """

    source_id: str
    url: str
    now: datetime
    content: ContentPolicy = ContentPolicy.FEED
    languages: tuple[str | None, ...] = ()
    authors: tuple[str, ...] = ()
    shared_links: frozenset[str] = frozenset()


def normalize_entry(entry: ParsedEntry, setting: Setting) -> Entry:
    """Clean one entry; never raises."""
    dates = read_dates(entry.dates, setting.now)
    fingerprint = fingerprint_of(entry)
    url = web_url(entry.link, setting.url)
    base_url = _base(entry, url, setting)
    body = read_body(entry, base_url, setting.content)
    own_url = None if entry.link in setting.shared_links else url
    key, keys = identify(entry, setting.source_id, url=own_url, day_of=dates.published_at, fingerprint=fingerprint)
    media = enclosures(entry, base_url)
    return Entry(
        key=key,
        keys=keys,
        title=title_of(entry.title, body.beginning, url or (media[0].url if media else None)),
        url=url,
        link_key=link_key(url) if url else None,
        published_at=dates.published_at,
        updated_at=dates.updated_at,
        date_reason=dates.reason,
        authors=people(entry.authors) or people(setting.authors),
        summary=body.summary,
        content_html=body.content_html,
        categories=categories(entry.categories),
        enclosures=media,
        image_url=lead_image(entry, media, base_url, first_image(body.content_html)),
        comments_url=web_url(entry.comments_url, base_url),
        language=language_tag(entry.language, *setting.languages),
        rights=short_text(RawText(entry.rights, "text/html")) or None if entry.rights else None,
        fingerprint=fingerprint,
    )


def _base(entry: ParsedEntry, url: str | None, setting: Setting) -> str | None:
    """Say what relative addresses are relative to: an ``xml:base``, else the entry's page, else the document.

    feedparser gives the address of the document where nothing was said.
    """
    said = web_url(entry.base_url, setting.url)
    return said if said and said != web_url(setting.url) else url or said or web_url(setting.url)
