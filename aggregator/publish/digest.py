"""A digest: the stories of a day, or of a week, as one item, written once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from aggregator.model.edition import EditionEntry, Member, SiteFacts, TopicView
from aggregator.model.entry import EntryKey, SourceFacts
from aggregator.model.reason import Reason
from aggregator.model.shape import Digest
from aggregator.publish.clean import line, web_url
from aggregator.publish.lead import MAX_TITLE_CHARS, also_covered, source_title

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SUMMARY_CHARS = 300
_IN_SUMMARY = 3


def make_digest(
    view: TopicView, at: datetime, now: datetime, told: Sequence[tuple[Member, Sequence[Member]]], site: SiteFacts
) -> Digest:
    """Write a digest.

    Args:
        view: Of the topic.
        at: The moment of the timetable.
        now: To the second.
        told: Of each story who speaks, and all that may be seen of it; the best first.
        site: Where we publish.
    """
    topic = view.topic
    zone = ZoneInfo(topic.shape.digest.zone if topic.shape.digest else "UTC")
    day = at.astimezone(zone)
    name = line(topic.title, MAX_TITLE_CHARS) or topic.slug
    stamp = f"{at:%Y-%m-%dT%H:%M}"
    titles = [_title(lead) for lead, _ in told]
    more = f" and {len(titles) - _IN_SUMMARY} more" if len(titles) > _IN_SUMMARY else ""
    return Digest(
        at=at,
        made_at=now,
        atom_id=f"{view.feed_id}/digest/{stamp}Z",
        url=f"{site.base_url}/{topic.slug}#digest-{stamp}",
        title=f"{name}, {day.day} {_MONTHS[day.month - 1]} {day.year}",
        summary="; ".join(titles[:_IN_SUMMARY]) + more,
        content_html=f"<ol>{''.join(_story(lead, members) for lead, members in told)}</ol>",
        stories=len(told),
    )


def digest_entry(digest: Digest, view: TopicView, site: SiteFacts) -> EditionEntry:
    """Show a digest as an item of its topic."""
    key = EntryKey(view.feed_id, digest.atom_id)
    title = line(view.topic.title, MAX_TITLE_CHARS) or view.topic.slug
    return EditionEntry(
        id=digest.atom_id,
        short_id=key.short,
        story_id=key.short,
        title=digest.title,
        url=digest.url,
        published_at=digest.at,
        updated_at=digest.at,
        announced_at=digest.made_at,
        authors=(title,),
        summary=digest.summary,
        content_html=digest.content_html,
        source=SourceFacts(id=view.topic.slug, title=title, url=f"{site.base_url}/{view.topic.slug}"),
        reasons=(Reason("publish", "announced", "digest", f"{digest.stories} stories"),),
    )


def _title(lead: Member) -> str:
    entry = lead.stored.entry
    return line(entry.title, MAX_TITLE_CHARS) or web_url(entry.url) or "Untitled"


def _story(lead: Member, members: Sequence[Member]) -> str:
    url, title = web_url(lead.stored.entry.url), escape(_title(lead), quote=False)
    head = f'<a href="{escape(url)}">{title}</a>' if url else title
    others = [one.source_title for one in also_covered(members, lead)]
    outlets = escape(", ".join((source_title(lead), *others)), quote=False)
    summary = line(lead.stored.entry.summary, _SUMMARY_CHARS)
    text = f"<br>{escape(summary, quote=False)}" if summary else ""
    return f"<li><p>{head} · {outlets}{text}</p></li>"
