"""Incidents, and what the rules that find them look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aggregator.model.incident import Events, Incident, Pulse, Sights, SourceSight, TopicSight
from aggregator.model.source import SourceCondition
from aggregator.model.topic import Topic
from tests.fakes.store.kept import Kept, KeptSource
from tests.fakes.store.outbox import targets

DAY = timedelta(days=1)


def sights(kept: Kept, topics: Sequence[Topic], now: datetime) -> Sights:
    found = (_source_sight(kept, number, one, now) for number, one in kept.sources.items() if one.active)
    return Sights(
        at=now,
        sources=tuple(sorted((one for one in found if one is not None), key=lambda one: one.id)),
        topics=tuple(_topic_sight(kept, topic, now) for topic in topics),
        targets=targets(kept),
        kept=_pulse(one.first_seen_at for _, one in kept.live()),
    )


def going(kept: Kept) -> tuple[Incident, ...]:
    return tuple(one for _, one in sorted(kept.incidents.items()) if one.closed_at is None)


def events(kept: Kept, limit: int) -> Events:
    opened = [(one.opened_at, one) for _, one in sorted(kept.incidents.items()) if one.opened_at is not None]
    opened.sort(key=lambda pair: pair[0], reverse=True)
    return Events(authority=kept.authority, incidents=tuple(one for _, one in opened[:limit]))


def keep_incidents(kept: Kept, changed: Sequence[Incident], blips: Sequence[Incident]) -> None:
    for one in blips:
        kept.incidents.pop(one.id, None)
    kept.incidents |= {one.id: one for one in changed}


def forget(kept: Kept, now: datetime) -> None:
    kept.incidents = {
        name: one for name, one in kept.incidents.items() if one.closed_at is None or one.closed_at >= now - 365 * DAY
    }


def _source_sight(kept: Kept, number: int, one: KeptSource, now: datetime) -> SourceSight | None:
    state = one.state
    held = sum(entry.source == number and entry.held_until is not None for entry in kept.entries.values())
    news = _pulse(entry.first_seen_at for _, entry in kept.live() if entry.source == number and not entry.backfilled)
    odd = state.errors or state.condition not in {SourceCondition.OK, SourceCondition.MOVED} or state.moves or held
    if odd:
        return SourceSight(
            id=one.source.id,
            condition=state.condition,
            errors=state.errors,
            first_error_at=state.first_error_at,
            last_ok_at=state.last_ok_at,
            moves=state.moves,
            outcome=one.polls[0].outcome if one.polls else "",
            held=held,
        )
    if news.last_at is not None and news.last_at < now - DAY and news.count >= 10:
        return SourceSight(
            id=one.source.id, condition=state.condition, errors=state.errors, last_ok_at=state.last_ok_at, news=news
        )
    return None


def _topic_sight(kept: Kept, topic: Topic, now: datetime) -> TopicSight:
    told = [one.at for (slug, _), one in kept.announced.items() if slug == topic.slug and one.at >= now - 28 * DAY]
    return TopicSight(
        slug=topic.slug,
        ruled=topic.match is not None,
        matches=sum(slug == topic.slug for slug, _ in kept.matches),
        news=_pulse(told, now - DAY),
    )


def _pulse(moments: Iterable[datetime], since: datetime | None = None) -> Pulse:
    found = sorted(moments)
    lately = 0 if since is None else sum(one >= since for one in found)
    return Pulse(
        count=len(found), lately=lately, first_at=found[0] if found else None, last_at=found[-1] if found else None
    )
