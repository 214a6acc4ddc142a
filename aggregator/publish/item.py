"""From a subject to one item of an edition: what is shown of its lead, and how its source is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from aggregator.model.edition import AlsoCovered, EditionEntry, LedgerRow, Member
from aggregator.model.entry import Enclosure, Entry, SourceFacts
from aggregator.model.extras import NO_EXTRAS, Extras, Person, Transcript
from aggregator.model.reason import Reason
from aggregator.model.source import FeedProfile
from aggregator.model.topic import Attribution, Output, Shown
from aggregator.publish.clean import language_tag, line, markup, media_type, open_url, web_url
from aggregator.publish.ids import is_lasting_uri
from aggregator.publish.lead import MAX_NAME_CHARS, MAX_TITLE_CHARS, source_title

MAX_SUMMARY_CHARS = 2_000
MAX_CONTENT_CHARS = 1_000_000
MAX_LISTED = 50
"""Authors, categories or enclosures of one item."""

_TRANSCRIPTS = {"vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json", "html": "text/html"}
_IMAGE = re.compile(r"<img\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of an item beside its lead: how the ledger has it, who else covers it, and why it is here."""

    row: LedgerRow
    announced_at: datetime
    also: tuple[AlsoCovered, ...] = ()
    why: tuple[Reason, ...] = ()


def make_item(lead: Member, told: Told, output: Output) -> EditionEntry:
    """Make the item: id, link and dates from the ledger, everything else from the lead's current revision."""
    entry, row = lead.stored.entry, told.row
    url = web_url(row.url)
    title = line(entry.title, MAX_TITLE_CHARS) or url or "Untitled"
    summary = line(entry.summary, MAX_SUMMARY_CHARS)
    image_url = web_url(entry.image_url)
    source = shown_facts(lead)
    return EditionEntry(
        id=row.atom_id,
        short_id=entry.key.short,
        story_id=(lead.stored.story or row.subject).short,
        title=f"{source.title}: {title}" if output.attribution is Attribution.TITLE else title,
        url=url,
        published_at=row.published_at,
        updated_at=row.updated_at,
        announced_at=told.announced_at,
        authors=_authors(entry, source.title, output.attribution),
        summary=summary,
        content_html=_body(entry, summary, image_url, output) + _footer(source, url, told, output),
        source=source,
        categories=_lines(entry.categories),
        enclosures=_enclosures(entry),
        image_url=image_url,
        comments_url=web_url(entry.comments_url),
        language=language_tag(entry.language) or language_tag(lead.source.language),
        rights=line(entry.rights or "", MAX_SUMMARY_CHARS) or None,
        also=told.also,
        reasons=told.why,
        extras=_extras(entry.extras),
    )


def shown_facts(member: Member) -> SourceFacts:
    """Reduce what is known of a source to what may be shown and stays the same from poll to poll."""
    facts, profile = member.source, member.source.profile
    feed_id = profile.feed_id or ""
    return SourceFacts(
        id=facts.id,
        title=source_title(member),
        url=open_url(facts.url) or "",
        group=facts.group,
        tags=facts.tags,
        weight=facts.weight,
        owner=facts.owner,
        language=facts.language,
        profile=FeedProfile(
            feed_id=feed_id if is_lasting_uri(feed_id) and open_url(feed_id) == web_url(feed_id) else None,
            site_url=open_url(profile.site_url),
            rights=line(profile.rights or "", MAX_SUMMARY_CHARS) or None,
        ),
    )


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    lines = (line(text, MAX_NAME_CHARS) for text in texts[:MAX_LISTED])
    return tuple(dict.fromkeys(text for text in lines if text))


def _authors(entry: Entry, source: str, attribution: Attribution) -> tuple[str, ...]:
    names = _lines(entry.authors)
    if not names:
        return (source,)
    if attribution is not Attribution.AUTHOR:
        return names
    return tuple(name if name.casefold() == source.casefold() else f"{name} ({source})" for name in names)


def _enclosures(entry: Entry) -> tuple[Enclosure, ...]:
    kept: dict[str, Enclosure] = {}
    for one in entry.enclosures[:MAX_LISTED]:
        url = web_url(one.url)
        if url is not None and url not in kept:
            kept[url] = Enclosure(
                url=url,
                media_type=media_type(one.media_type),
                length=one.length if one.length and one.length > 0 else None,
                duration_seconds=one.duration_seconds,
                title=line(one.title or "", MAX_TITLE_CHARS) or None,
            )
    return tuple(kept.values())


def _body(entry: Entry, summary: str, image_url: str | None, output: Output) -> str:
    """Give the text as markup; an image that the publisher sent beside the text goes into it.

    NetNewsWire and others ignore ``media:thumbnail``: a picture that is not in the markup is not seen.
    """
    full = output.content is Shown.FULL and 0 < len(entry.content_html) <= MAX_CONTENT_CHARS
    text = markup(entry.content_html) if full else f"<p>{escape(summary, quote=False)}</p>" if summary else ""
    if image_url is not None and not _IMAGE.search(text):
        text = f'<p><img src="{escape(image_url)}" alt=""></p>{text}'
    return text


def _footer(source: SourceFacts, url: str | None, told: Told, output: Output) -> str:
    footer = ""
    if output.attribution is Attribution.FOOTER:
        others = ", ".join(_anchor(one.source_title, one.url, one.title) for one in told.also)
        tail = f" · also covered by {others}" if others else ""
        footer = f"<p>From {_anchor(source.title, source.profile.site_url or url)}{tail}</p>"
    if output.why and told.why:
        footer += f"<p>Here because of {escape('; '.join(map(_because, told.why)), quote=False)}</p>"
    return footer


def _because(reason: Reason) -> str:
    return line(f"{reason.rule}: {reason.evidence}" if reason.evidence else reason.rule, MAX_SUMMARY_CHARS)


def _extras(extras: Extras) -> Extras:
    """Wash what only some entries have, once more."""
    if extras == NO_EXTRAS:
        return NO_EXTRAS
    return replace(
        extras,
        source_title=line(extras.source_title or "", MAX_TITLE_CHARS) or None,
        source_url=open_url(extras.source_url),
        license_url=web_url(extras.license_url),
        reply_to=extras.reply_to if is_lasting_uri(extras.reply_to or "") else None,
        season=line(extras.season or "", MAX_NAME_CHARS) or None,
        episode=line(extras.episode or "", MAX_NAME_CHARS) or None,
        chapters_url=web_url(extras.chapters_url),
        transcripts=tuple(_transcripts(extras.transcripts[:MAX_LISTED])),
        people=tuple(_people(extras.people[:MAX_LISTED])),
    )


def _transcripts(transcripts: Sequence[Transcript]) -> Iterator[Transcript]:
    for one in transcripts:
        if url := web_url(one.url):
            kind = one.media_type if "/" in one.media_type else _TRANSCRIPTS.get(url.rpartition(".")[2], "text/plain")
            yield Transcript(url=url, media_type=media_type(kind), language=language_tag(one.language))


def _people(people: Sequence[Person]) -> Iterator[Person]:
    for one in people:
        if name := line(one.name, MAX_NAME_CHARS):
            yield Person(name=name, role=line(one.role, MAX_NAME_CHARS), url=web_url(one.url))


def _anchor(text: str, url: str | None, hint: str = "") -> str:
    if url is None:
        return escape(text, quote=False)
    title = f' title="{escape(hint)}"' if hint else ""
    return f'<a href="{escape(url)}"{title}>{escape(text, quote=False)}</a>'
