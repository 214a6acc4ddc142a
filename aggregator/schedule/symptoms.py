"""What of a moment is a symptom: rules over what is known of sources, topics and targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from aggregator.model.incident import IncidentKind, Pulse, Sights, SourceSight, Symptom, TopicSight
from aggregator.model.reason import Fact
from aggregator.model.sending import TargetStatus
from aggregator.model.source import SourceCondition

DAY: Final = timedelta(days=1)
LEAST_ERRORS: Final = 3
"""Fewer failures in a row are an ordinary day."""
RECENT: Final = timedelta(days=7)
"""A move is news for so long."""
LEAST_NEWS: Final = 10
"""What came less often has no rhythm that it could leave."""
MISSED: Final = 12.0
"""Silence is one once so many were to be expected: by chance it happens once in 160,000 times."""
LEAST_SILENCE: Final = 3 * DAY
FLOOD_LEAST: Final = 20
FLOOD_TIMES: Final = 5.0
HISTORY: Final = 7 * DAY
RULE_AGE: Final = 30 * DAY
RULE_ENTRIES: Final = 100
STUCK: Final = timedelta(hours=6)

Facts = tuple[tuple[str, Fact], ...]


def symptoms(sights: Sights) -> tuple[Symptom, ...]:
    """Name all that is amiss at a moment; whether it is worth telling is decided by how long it lasts."""
    found = [one for source in sights.sources for one in _of_source(source, sights.at)]
    found += [one for topic in sights.topics for one in _of_topic(topic, sights)]
    found += [one for target in sights.targets for one in _of_target(target, sights.at)]
    return tuple(found)


def _of_source(source: SourceSight, now: datetime) -> Iterator[Symptom]:
    down = source.errors >= LEAST_ERRORS or source.condition in {SourceCondition.DEAD, SourceCondition.GONE}
    if down:
        facts: Facts = (("condition", source.condition.value), ("errors", source.errors), ("outcome", source.outcome))
        yield Symptom(kind=IncidentKind.SOURCE_DOWN, subject=source.id, since=source.first_error_at or now, facts=facts)
    for move in source.moves:
        if move.at > now - RECENT:
            # Each move is an incident of its own; the address may be a secret, so it is not told here.
            subject = f"{source.id} {move.at.isoformat(timespec='seconds')}"
            yield Symptom(kind=IncidentKind.SOURCE_MOVED, subject=subject, since=move.at)
    if source.held:
        yield Symptom(kind=IncidentKind.SOURCE_FLOOD, subject=source.id, since=now, facts=(("held", source.held),))
    if not down and source.errors == 0 and (facts := _silence(source.news, source.last_ok_at or now)):
        since = source.news.last_at or now
        yield Symptom(kind=IncidentKind.SOURCE_SILENT, subject=source.id, since=since, facts=facts)


def _of_topic(topic: TopicSight, sights: Sights) -> Iterator[Symptom]:
    now, news = sights.at, topic.news
    if facts := _silence(news, now):
        yield Symptom(kind=IncidentKind.TOPIC_SILENT, subject=topic.slug, since=news.last_at or now, facts=facts)
    if facts := _flood(news, now):
        yield Symptom(kind=IncidentKind.TOPIC_FLOOD, subject=topic.slug, since=now, facts=facts)
    old = sights.kept.first_at is not None and sights.kept.first_at <= now - RULE_AGE
    if topic.ruled and topic.matches == 0 and old and sights.kept.count >= RULE_ENTRIES:
        judged: Facts = (("entries", sights.kept.count), ("days", RULE_AGE.days))
        yield Symptom(kind=IncidentKind.RULE_IDLE, subject=topic.slug, since=now, facts=judged)


def _of_target(target: TargetStatus, now: datetime) -> Iterator[Symptom]:
    stuck = target.oldest_at is not None and target.detail != "" and target.oldest_at <= now - STUCK
    lost = target.dead_at is not None and (target.sent_at is None or target.sent_at < target.dead_at)
    if stuck or lost:
        subject = f"{target.way} {target.topic} {target.target}"
        facts: Facts = (("waiting", target.waiting), ("given up", target.dead), ("error", target.detail))
        since = target.oldest_at or target.dead_at or now
        yield Symptom(kind=IncidentKind.TARGET_DOWN, subject=subject, since=since, facts=facts)


def _silence(news: Pulse, until: datetime) -> Facts:
    """Say of something with a rhythm that far less came than was to be expected; empty when that is not so."""
    if news.first_at is None or news.last_at is None or news.count < LEAST_NEWS:
        return ()
    span, silence = max(news.last_at - news.first_at, DAY), until - news.last_at
    per_day = news.count / (span / DAY)
    expected = per_day * (silence / DAY)
    if silence < LEAST_SILENCE or expected < MISSED:
        return ()
    return (("per day", round(per_day, 2)), ("silent days", round(silence / DAY, 1)), ("expected", round(expected)))


def _flood(news: Pulse, now: datetime) -> Facts:
    """Say of something with a history that far more came in a day than ever; empty when that is not so."""
    if news.first_at is None or now - news.first_at < HISTORY:
        return ()
    before = (news.count - news.lately) / max((now - news.first_at) / DAY - 1, 1)
    most = max(FLOOD_LEAST, FLOOD_TIMES * before)
    if news.lately < most:
        return ()
    return (("last day", news.lately), ("per day before", round(before, 2)), ("from", round(most)))
