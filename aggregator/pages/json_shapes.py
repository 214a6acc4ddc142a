"""The stable JSON of ``status``, ``entries``, ``discover`` and acts of editors, for the command line and the web."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aggregator.model.discovery import Discovery
from aggregator.model.editing import DoneAct
from aggregator.model.entry import StoredEntry
from aggregator.model.pace import Pace
from aggregator.model.searching import SearchHit
from aggregator.model.sending import TargetStatus
from aggregator.model.status import Explanation, SourceStatus, Status, TopicStatus
from aggregator.model.verdict import PollRecord
from aggregator.model.websub import PushState
from aggregator.pages.queues import next_of, total_of
from aggregator.pages.secrecy import for_everyone, shown_url, without_secrets

_MILLISECOND = timedelta(milliseconds=1)


def instant(at: datetime | None) -> str | None:
    """Write a moment as RFC 3339 in UTC, to the second.

    >>> instant(datetime(2026, 11, 23, 12, 0, 5, 900, tzinfo=UTC))
    '2026-11-23T12:00:05Z'
    """
    if at is None:
        return None
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def status_json(status: Status) -> dict[str, Any]:
    """Shape the status for the operator: errors and addresses of private sources included, credentials not."""
    return _shape(without_secrets(status))


def page_status_json(status: Status) -> dict[str, Any]:
    """Shape the status for everybody; ``url`` is null for private sources."""
    return _shape(for_everyone(status))


def entry_json(stored: StoredEntry, story_short_id: str) -> dict[str, Any]:
    """Shape a stored entry.

    Args:
        stored: The entry.
        story_short_id: Short id of its story; empty when it was not curated yet, which becomes null.
    """
    entry = stored.entry
    return {
        "id": entry.key.short,
        "source": entry.key.source,
        "guid": entry.key.guid,
        "url": entry.url,
        "title": entry.title,
        "authors": list(entry.authors),
        "published_at": instant(entry.published_at),
        "updated_at": instant(entry.updated_at),
        "first_seen_at": instant(stored.first_seen_at),
        "language": entry.language,
        "story": story_short_id or None,
        "duplicate_of": stored.duplicate_of.short if stored.duplicate_of else None,
        "revision": stored.revision,
        "topics": list(stored.topics),
        "extras": {name: value for name, value in asdict(entry.extras).items() if value not in (None, ())},
    }


def hit_json(hit: SearchHit) -> dict[str, Any]:
    """Shape an entry that a search found, with where it was found."""
    return entry_json(hit.stored, hit.story) | {"found": hit.reason.evidence, "at": dict(hit.reason.facts).get("at")}


def explanation_json(one: Explanation) -> dict[str, Any]:
    """Shape an explanation."""
    return {
        "subject": {"kind": one.kind, "id": one.id, "url": one.url, "title": one.title, "state": one.state},
        "records": [
            {"stage": record.stage, "verdict": record.verdict, "rule": record.rule, "evidence": record.evidence}
            for record in one.records
        ],
    }


def act_json(act: DoneAct) -> dict[str, Any]:
    """Shape what an editor did."""
    if act.scope is not None:
        return _mark(act)
    return {
        "number": act.number,
        "act": act.kind.value,
        "at": instant(act.at),
        "by": act.who,
        "reason": act.why,
        "story": act.story,
        "others": list(act.others),
        "entries": list(act.entries),
        "undone_at": instant(act.undone_at),
    }


def _mark(act: DoneAct) -> dict[str, Any]:
    return {
        "number": act.number,
        "act": act.kind.value,
        "at": instant(act.at),
        "by": act.who,
        "reason": act.why,
        "topic": act.topic or "*",
        str(act.scope): act.target,
        "until": instant(act.until),
        "undone_at": instant(act.undone_at),
    }


def override_json(act: DoneAct) -> dict[str, Any]:
    """Shape what holds of an editor's acts, without what is not said."""
    shaped = act_json(act)
    named = {"topic": shaped.get("topic")} if act.scope is not None else {}
    about = {name: shaped[name] for name in ("entry", "source", "story", "others", "entries") if shaped.get(name)}
    kept = {
        "action": act.kind.value,
        "until": shaped.get("until"),
        "reason": act.why,
        "by": act.who,
        "at": shaped["at"],
    }
    return named | about | {name: value for name, value in kept.items() if value}


def _shape(status: Status) -> dict[str, Any]:
    return {
        "sources": [_source(one) for one in status.sources],
        "topics": [_topic(one) for one in status.topics],
        "hosts": [_pace(one) for one in status.paces],
        "outbox": [_target(one) for one in status.outbox],
    }


def _target(one: TargetStatus) -> dict[str, Any]:
    return {
        "way": one.way.value,
        "topic": one.topic,
        "target": one.target,
        "waiting": one.waiting,
        "dead": one.dead,
        "sent": one.sent,
        "oldest_at": instant(one.oldest_at),
        "next_at": instant(one.next_at) if one.waiting else None,
        "sent_at": instant(one.sent_at),
        "error": one.detail or None,
    }


def _source(one: SourceStatus) -> dict[str, Any]:
    return {
        "id": one.source.id,
        "url": one.source.url or None,
        "state": one.state.condition.value,
        "entries": one.entries,
        "interval_s": int(one.state.interval.total_seconds()),
        "next_poll_at": instant(one.state.next_poll_at),
        "next_poll_why": one.state.next_poll_why,
        "pace": one.pace_key or one.source.pace_key or None,
        "last_poll": _poll(one.polls[0]) if one.polls else None,
        "error": one.state.last_error,
        "push": _push(one.state.push),
    }


def _push(push: PushState | None) -> dict[str, Any] | None:
    """Tell how far the hub is relied on; its address may hold more than is meant for all, its name does not."""
    if push is None:
        return None
    return {
        "hub": (urlsplit(push.offer.hub_url).hostname or "") if push.offer else None,
        "since": instant(push.since),
        "lease_until": instant(push.lease_until),
        "last_push_at": instant(push.last_push_at),
        "pushes": push.pushes,
        "brought": push.brought,
        "missed": push.missed,
        "error": push.detail or None,
    }


def _pace(pace: Pace) -> dict[str, Any]:
    latest = pace.findings[0] if pace.findings else None
    return {
        "key": pace.key,
        "shared": pace.merged,
        "spacing_s": pace.spacing.total_seconds() if pace.spacing is not None else None,
        "hold_until": instant(pace.hold_until),
        "failing_since": instant(pace.trouble_since),
        "why": f"{latest.rule}: {latest.evidence}" if latest else "",
        "since": instant(latest.at) if latest else None,
    }


def _poll(poll: PollRecord) -> dict[str, Any]:
    return {
        "at": instant(poll.at),
        "outcome": poll.outcome,
        "status": poll.status,
        "new": poll.new,
        "revised": poll.revised,
        "duplicates": poll.duplicates,
        "via": poll.via,
        "bytes": poll.bytes,
        "ms": poll.took // _MILLISECOND,
    }


def _topic(one: TopicStatus) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "entries": one.entries,
        "stories": one.stories,
        "updated_at": instant(one.updated_at),
        "matched": round(one.matched, 3),
        "subscribers": one.subscribers,
        "waiting": {
            "count": total_of(one.queues),
            "next_at": instant(next_of(one.queues)),
            "by": {queue.rule: queue.waiting for queue in one.queues},
        },
    }


def discovery_json(discovery: Discovery) -> dict[str, Any]:
    """Shape what a search for feeds found, best first."""
    return {
        "url": shown_url(discovery.url),
        "feeds": [
            {
                "url": feed.url,
                "title": feed.title,
                "format": feed.format,
                "entries": feed.entries,
                "newest_at": instant(feed.newest_at),
                "how": feed.how.value,
                "reason": feed.reason,
                "titles": list(feed.titles),
            }
            for feed in discovery.feeds
        ],
        "rejected": [{"url": shown_url(one.url), "how": one.how.value, "why": one.why} for one in discovery.rejected],
        "more": [{"url": one.url, "title": one.title, "how": one.how.value} for one in discovery.more],
        "requests": discovery.requests,
    }
