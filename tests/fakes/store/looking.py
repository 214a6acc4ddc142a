"""Looking inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model.entry import StoredEntry
from aggregator.model.liking import Example
from aggregator.model.looking import (
    ACTIVITY_DAYS,
    ACTIVITY_HOURS,
    DAY,
    HOUR,
    MONTH_DAYS,
    Activity,
    Stretch,
    first_day,
    first_hour,
    middle_delay,
)
from aggregator.model.source import SourceCondition, SourceState
from aggregator.model.status import EntryFilter, EntryView, SourceStatus, SourceView, Status, StoryView, TopicStatus
from aggregator.model.topic import Access, Topic
from aggregator.text.link_keys import link_key
from tests.fakes.store import editing, outbox, readers, shaping, tallies, weighing
from tests.fakes.store.kept import Kept, KeptEntry, KeptSource
from tests.fakes.store.memberships import matched

MOST_MEMBERS = 500


def entries(kept: Kept, wanted: EntryFilter, now: datetime) -> tuple[tuple[StoredEntry, str], ...]:
    found = [(number, one) for number, one in kept.live() if _is_wanted(kept, number, one, wanted, now)]
    found.sort(key=lambda pair: (pair[1].first_seen_at, pair[0]), reverse=True)
    limit = None if wanted.limit is None else max(wanted.limit, 0)
    return tuple((kept.stored(number), _story(kept, one)) for number, one in found[:limit])


def status(kept: Kept, topics: Sequence[Topic], now: datetime, polls: int) -> Status:
    active = sorted((one.position, number) for number, one in kept.sources.items() if one.active)
    paces = sorted(kept.paces.values(), key=lambda pace: pace.key)
    paces.sort(key=lambda pace: (pace.paced, kept.paced_at[pace.key]), reverse=True)
    return Status(
        at=now,
        sources=tuple(_source_status(kept, number, polls) for _, number in active),
        topics=tuple(_topic_status(kept, topic) for topic in topics),
        entries=sum(1 for _ in kept.live()),
        waiting=len(kept.arrivals),
        paces=tuple(paces),
        outbox=outbox.targets(kept),
    )


def source_view(kept: Kept, source_id: str, now: datetime) -> SourceView | None:
    number = kept.source_number(source_id)
    one = None if number is None else kept.sources[number]
    if number is None or one is None or not one.active:
        return None
    key = kept.pace_in_force(one)
    sharing = (other.source.id for other in kept.sources.values() if other.active and kept.pace_in_force(other) == key)
    return SourceView(
        at=now,
        status=_source_status(kept, number, len(one.polls)),
        pace=kept.pace(key),
        family=one.family,
        sharing=tuple(sorted(sharing)),
        habits=one.habits,
        held=sum(entry.source == number and entry.held_until is not None for entry in kept.entries.values()),
    )


def entry_views(kept: Kept, wanted: str) -> tuple[EntryView, ...]:
    link = link_key(wanted) if "://" in wanted else None
    named = kept.shorts.get(wanted, ())
    found = [
        (one.first_seen_at, number)
        for number, one in kept.live()
        if number in named or (link is not None and one.entry.link_key == link)
    ]
    return tuple(_entry_view(kept, number) for _, number in sorted(found))


def story_view(kept: Kept, wanted: str) -> StoryView | None:
    named = {kept.merged.get(number, number) for number in kept.shorts.get(wanted, ())}
    members = sorted((one.first_seen_at, number) for number, one in kept.live() if one.story in named)
    if not members:
        return None
    views = tuple(_entry_view(kept, number) for _, number in members[:MOST_MEMBERS])
    return StoryView(id=views[0].story, members=views)


def activity(kept: Kept, now: datetime) -> Activity:
    start = first_hour(now)
    hours = (_hour(kept, start + number * HOUR, now) for number in range(ACTIVITY_HOURS))
    since = first_day(now, MONTH_DAYS)
    return Activity(
        at=now,
        hours=tuple(hours),
        days=tuple(_days(kept, now)),
        month=tuple(tallies.day(kept, since + number * DAY, now) for number in range(MONTH_DAYS)),
        counted_since=tallies.counted_since(kept),
        queues=tuple(shaping.queues(kept).items()),
    )


def _hour(kept: Kept, at: datetime, now: datetime) -> Stretch:
    def within(moment: datetime) -> bool:
        return at <= moment < at + HOUR and moment <= now

    polls, length = tallies.polls_of(kept, at, at + HOUR if at <= now else at)
    seen = [one for _, one in kept.live() if within(one.first_seen_at)]
    delays = (
        one.first_seen_at - one.entry.published_at
        for one in seen
        if one.entry.published_at is not None and not one.backfilled
    )
    return Stretch(at=at, polls=polls, entries=len(seen), delay=middle_delay(delays), bytes=length)


def _days(kept: Kept, now: datetime) -> Iterator[tuple[str, tuple[int, ...]]]:
    start = first_day(now)
    for topic in sorted(slug for slug, row in kept.topics.items() if not row.retired):
        told = [one.at for (slug, _), one in kept.announced.items() if slug == topic and start <= one.at <= now]
        if told:
            days = Counter((at - start) // DAY for at in told)
            yield topic, tuple(days[number] for number in range(ACTIVITY_DAYS))


def _is_wanted(kept: Kept, number: int, one: KeptEntry, wanted: EntryFilter, now: datetime) -> bool:
    return all(_refusals(kept, number, one, wanted, now))


def _refusals(kept: Kept, number: int, one: KeptEntry, wanted: EntryFilter, now: datetime) -> Iterator[bool]:
    if wanted.source is not None:
        yield kept.sources[one.source].source.id == wanted.source
    if wanted.topic is not None:
        yield (wanted.topic, number) in kept.matches
    if wanted.entry is not None:
        yield number in kept.shorts.get(wanted.entry, ())
    if wanted.story is not None:
        yield one.story in {kept.merged.get(named, named) for named in kept.shorts.get(wanted.story, ())}
    if wanted.since is not None:
        yield one.first_seen_at >= now - wanted.since


def background(kept: Kept, limit: int) -> tuple[Example, ...]:
    found = [
        one
        for _, one in kept.live()
        if one.copy_of is None and one.held_until is None and not kept.sources[one.source].source.private
    ]
    found.sort(key=lambda one: one.entry.key.short)
    return tuple(Example(title=one.entry.title, text=one.entry.summary) for one in found[:limit])


def _story(kept: Kept, one: KeptEntry) -> str:
    return "" if one.story is None else kept.key(one.story).short


def _entry_view(kept: Kept, number: int) -> EntryView:
    one = kept.entries[number]
    reasons = (one.entry.date_reason, one.reason, one.copied_why, one.placed_why, *editing.reasons_of(kept, number))
    return EntryView(
        stored=kept.stored(number),
        story=_story(kept, one),
        source=kept.facts(one.source),
        reasons=tuple(reason for reason in reasons if reason is not None),
        topics=kept.topics_of(number),
        fates=shaping.fates_of(kept, number),
        telling=None if one.story is None else weighing.facts(kept, one.story),
        revisions=one.revisions,
    )


def _source_status(kept: Kept, number: int, polls: int) -> SourceStatus:
    one: KeptSource = kept.sources[number]
    return SourceStatus(
        source=replace(one.source, pace_key=one.pace_key),
        state=_shown(one),
        entries=sum(entry.source == number for _, entry in kept.live()),
        polls=one.polls[: max(polls, 0)],
        pace_key=kept.pace_in_force(one),
    )


def _shown(one: KeptSource) -> SourceState:
    if one.paused_at is None:
        return one.state
    why = f"paused since {one.paused_at:%Y-%m-%d %H:%M} UTC, until somebody resumes it"
    return replace(one.state, condition=SourceCondition.PAUSED, next_poll_at=None, next_poll_why=why)


def _topic_status(kept: Kept, topic: Topic) -> TopicStatus:
    members = [number for slug, number in kept.matches if slug == topic.slug]
    row = kept.topics.get(topic.slug)
    return TopicStatus(
        slug=topic.slug,
        title=topic.title,
        entries=len(members),
        stories=len({kept.entries[number].story for number in members}),
        updated_at=row.changed_at if row else None,
        matched=matched(row) if row else 1.0,
        subscribers=readers.subscribers(kept).get(topic.slug, 0),
        private=topic.access is Access.TOKEN,
        queues=shaping.queues(kept).get(topic.slug, ()),
    )
