"""One entry, from what the publisher wrote to what we keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.entry import Entry
from aggregator.model.overrides import NO_OVERRIDES, Identity, Overrides
from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.model.source import ContentPolicy
from aggregator.normalize.body import read_body
from aggregator.normalize.dates import read_dates
from aggregator.normalize.extras import extras_of
from aggregator.normalize.fingerprint import fingerprint_of
from aggregator.normalize.images import first_image
from aggregator.normalize.keys import Ladder, identify
from aggregator.normalize.links import shows_site, web_url
from aggregator.normalize.media import enclosures, lead_image
from aggregator.normalize.names import categories, language_tag, people, short_text, title_of
from aggregator.normalize.overriding import base_of, heeded, retyped, stripped
from aggregator.normalize.untracked import untracked
from aggregator.text.link_keys import link_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an entry takes from around it.

    Attributes:
        url: Of the document; the last resort for relative addresses.
        languages: Of the document and of the source, in this order.
        authors: Of the document, where its format says that they are those of its entries.
        shared_links: Links, as written, that several entries have, and that therefore name none.
        shared_guids: The same of guids.
    """

    source_id: str
    url: str
    now: datetime
    content: ContentPolicy = ContentPolicy.FEED
    languages: tuple[str | None, ...] = ()
    authors: tuple[str, ...] = ()
    shared_links: frozenset[str] = frozenset()
    shared_guids: frozenset[str] = frozenset()
    overrides: Overrides = NO_OVERRIDES


def normalize_entry(written: ParsedEntry, setting: Setting) -> Entry:
    """Clean one entry; never raises."""
    overrides = setting.overrides
    entry = heeded(written, overrides)
    fingerprint = fingerprint_of(entry)
    entry = retyped(entry, overrides)
    dates = read_dates(entry.dates, setting.now, overrides)
    link = web_url(entry.extras.link) or web_url(entry.link, setting.url)
    base_url = base_of(entry, link, setting.url, overrides.base)
    body = read_body(entry, base_url, setting.content)
    own_guid = entry.guid not in setting.shared_guids
    by_guid = bool(entry.guid) and own_guid and overrides.identity is not Identity.LINK
    key, keys = identify(
        entry,
        Ladder(
            source_id=setting.source_id,
            url=link if by_guid or not (entry.link in setting.shared_links or shows_site(link)) else None,
            day_of=dates.published_at,
            fingerprint=fingerprint,
            first=overrides.identity,
            own_guid=own_guid,
        ),
    )
    media = enclosures(entry, base_url)
    url = untracked(link) if link else None
    title = title_of(entry.title, body.beginning, url or (media[0].url if media else None))
    return Entry(
        key=key,
        keys=keys,
        title=stripped(title, overrides.strip_title),
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
        extras=extras_of(entry, base_url),
    )
