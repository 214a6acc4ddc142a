"""Pages as JSON: what their HTML says, for programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from aggregator.model.edition import SiteFacts
from aggregator.model.looking import Activity, Stretch
from aggregator.model.reason import Reason
from aggregator.model.status import Status
from aggregator.pages.cards import TopicCard
from aggregator.pages.json_shapes import entry_json, instant, page_status_json
from aggregator.pages.openness import OpenEntry, OpenStory
from aggregator.pages.timeline import events_of, outlets_of
from aggregator.pages.words import web_url


def index_json(site: SiteFacts, topics: Sequence[TopicCard]) -> dict[str, Any]:
    """Shape the list of topics."""
    return {
        "title": site.title,
        "topics": [
            {
                "slug": card.slug,
                "title": card.title,
                "description": card.description,
                "language": card.language,
                "url": f"{site.base_url}/{card.slug}",
                "feeds": {one.value: f"{site.base_url}/{card.slug}.{one.value}" for one in card.formats},
                "entries": card.entries,
                "last_entry_at": instant(card.last_entry_at),
                "daily": list(card.daily),
            }
            for card in topics
        ],
    }


def sources_json(status: Status) -> dict[str, Any]:
    """Shape the health of every source, as anybody may see it."""
    return {"at": instant(status.at), "sources": page_status_json(status)["sources"]}


def full_status_json(status: Status, activity: Activity | None) -> dict[str, Any]:
    """Shape the status, and what happened lately, as anybody may see it."""
    shown = page_status_json(status)
    topics = frozenset(topic["slug"] for topic in shown["topics"])
    return shown | {"activity": None if activity is None else _activity(activity, topics)}


def _activity(activity: Activity, topics: Collection[str]) -> dict[str, Any]:
    """Shape what happened lately; only the topics given are named."""
    return {
        "at": instant(activity.at),
        "counted_since": instant(activity.counted_since) if activity.counted_since else None,
        "hours": [_stretch(hour) for hour in activity.hours],
        "days": [_stretch(day) for day in activity.month],
        "announced": {topic: list(days) for topic, days in activity.days if topic in topics},
    }


def _stretch(one: Stretch) -> dict[str, Any]:
    return {
        "at": instant(one.at),
        "polls": dict(one.polls),
        "entries": one.entries,
        "delay_s": None if one.delay is None else int(one.delay.total_seconds()),
        "bytes": one.bytes,
    }


def entry_page_json(shown: OpenEntry) -> dict[str, Any]:
    """Shape an entry with its text, reasons and versions."""
    view = shown.view
    entry = view.stored.entry
    return entry_json(view.stored, view.story) | {
        "source_title": view.source.title,
        "source_url": web_url(view.source.profile.site_url),
        "summary": entry.summary,
        "content_html": entry.content_html,
        "categories": list(entry.categories),
        "enclosures": [
            {
                "url": one.url,
                "type": one.media_type,
                "length": one.length,
                "duration_s": one.duration_seconds,
                "title": one.title,
            }
            for one in entry.enclosures
        ],
        "reasons": [_reason(one) for one in view.reasons],
        "matches": [{"topic": slug} | _reason(one) for slug, one in view.topics],
        "versions": [
            {
                "number": one.number,
                "replaced_at": instant(one.replaced_at),
                "title": one.title,
                "url": one.url,
                "published_at": instant(one.published_at),
                "updated_at": instant(one.updated_at),
                "authors": list(one.authors),
                "summary": one.summary,
                "content_html": one.content_html,
            }
            for one in view.revisions
        ],
    }


def story_json(shown: OpenStory) -> dict[str, Any]:
    """Shape a story."""
    story = shown.story
    return {
        "id": story.id,
        "title": shown.lead.stored.entry.title,
        "lead": shown.lead.stored.entry.key.short,
        "topics": list(shown.topics),
        "outlets": [
            {
                "title": one.title,
                "url": web_url(one.site_url),
                "entries": one.entries,
                "first_at": instant(one.first_at),
            }
            for one in outlets_of(story)
        ],
        "entries": [
            entry_json(one.stored, one.story) | {"source_title": one.source.title, "summary": one.stored.entry.summary}
            for one in story.members
        ],
        "events": [
            {
                "at": instant(event.at),
                "entry": event.member.stored.entry.key.short,
                "event": "edited" if event.edited else "came",
                "title": event.title,
                "before": event.before or None,
                "why": _reason(event.joined) if event.joined else None,
            }
            for event in events_of(story)
        ],
    }


def _reason(one: Reason) -> dict[str, Any]:
    return {"stage": one.stage, "verdict": one.verdict, "rule": one.rule, "evidence": one.evidence}
