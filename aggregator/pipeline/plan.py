"""Plan: what another configuration would do to topics, by doing it in a store beside the real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.model.entry import EntryKey
from aggregator.model.membership import Membership, Told, TopicRecord
from aggregator.model.planned import (
    Change,
    Fate,
    Mark,
    Planned,
    PlannedEntry,
    PlannedTopic,
    Proposed,
    Shared,
)
from aggregator.model.reason import Reason
from aggregator.model.topic import Retroactive, Topic
from aggregator.pipeline.announce import announce, in_turn
from aggregator.pipeline.curate import When, rematch, with_context
from aggregator.pipeline.explain import reasons_in
from aggregator.pipeline.liking import school, with_tastes
from aggregator.pipeline.ports import Clock, Rehearsal, RehearseStore
from aggregator.topics import TopicSet

MOST_SHARED = 20
_DAY = timedelta(days=1)
_TOLD = {Told.ANNOUNCED: Fate.ANNOUNCED, Told.WAITING: Fate.WAITING, Told.SILENT: Fate.SILENT}
_REMOVED = Reason("topic", "not entered", "removed", "the topic is not there any more")

Members = Mapping[EntryKey, Membership]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a plan.

    Attributes:
        since: How far back it looks.
        shown: So many entries that enter, and as many that leave, get their reason; of topics asked for, of each kind.
        asked: Slugs of topics that are told of although they do not change.
        only: Slugs of the topics that may differ; None for all.
    """

    since: timedelta
    shown: int = 3
    asked: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One topic on its way: as it would be, and the slug that it has now."""

    slug: str
    change: Change
    topic: Topic | None
    was: str | None


async def plan(store: RehearseStore, proposed: Proposed, clock: Clock, question: Question) -> Planned:
    """Take a configuration over, match and announce, beside the real store; tell how that differs from what is there.

    It is what a reload does, over entries seen since. What waits to be curated is not part of it.
    """
    aside = await store.rehearse()
    try:
        return await _rehearsed(aside, proposed, clock, question)
    finally:
        await aside.close()


async def _rehearsed(aside: Rehearsal, proposed: Proposed, clock: Clock, question: Question) -> Planned:
    now = clock.now()
    start = now - question.since
    sources = await aside.sync_sources(proposed.sources, now)
    taught = with_tastes(proposed.topics, await school(aside, proposed.topics, proposed.meaning))
    topics = with_context(taught, sources)
    records = {record.slug: record for record in await aside.topic_records()}
    steps = [step for step in _steps(topics, records) if _may_differ(step, question)]
    before = _by_topic(await aside.members({step.was for step in steps if step.was is not None}, start))
    await rematch(aside, topics, When(since=start, now=now))
    for topic in in_turn(topics, {step.slug for step in steps if step.topic is not None}):
        await announce(aside, topic, proposed.site, clock)
    told = {record.slug: record.announced for record in await aside.topic_records()}
    fresh = {step.slug: told.get(step.slug, 0) - _told(records, step) if step.topic else 0 for step in steps}
    steps = [
        one for one in steps if one.change is not Change.UNCHANGED or one.slug in question.asked or fresh[one.slug]
    ]
    slugs = [step.slug for step in steps if step.topic is not None]
    after = _by_topic(await aside.members(slugs, start))
    shared = await _shared(aside, slugs, start)
    look = _Look(
        aside=aside,
        now=now,
        shown=question.shown,
        days=await _days(aside, now, question.since),
        rules=TopicSet.compile(topics),
        not_taken=await _not_taken(aside, topics, When(since=start, now=now)),
    )
    found = [
        replace(
            await look.topic(step, before.get(step.was or "", {}), after.get(step.slug, {}) if step.topic else {}),
            announced=fresh[step.slug],
            shared=shared.get(step.slug, ()),
        )
        for step in steps
    ]
    return Planned(at=now, since=question.since, topics=tuple(found), unchanged=len(topics) - len(slugs))


def _told(records: Mapping[str, TopicRecord], step: _Step) -> int:
    """Count what a topic has announced, also one that comes back."""
    record = records.get(step.was or step.slug)
    return 0 if record is None else record.announced


def _may_differ(step: _Step, question: Question) -> bool:
    return question.only is None or step.change is not Change.UNCHANGED or step.slug in question.only | question.asked


def _steps(topics: Sequence[Topic], records: Mapping[str, TopicRecord]) -> Iterator[_Step]:
    """Say of each topic, as it would be or as it is now, what would become of it."""
    here = {slug for slug, record in records.items() if not record.retired}
    slugs = {topic.slug for topic in topics}
    followed: set[str] = set()
    for topic in topics:
        record = records.get(topic.slug)
        former = next((alias for alias in topic.aliases if alias in records and alias not in slugs), None)
        if record is None and former is not None:
            followed.add(former)
            yield _Step(topic.slug, Change.RENAMED, topic, former)
        elif record is None or record.retired:
            yield _Step(topic.slug, Change.NEW, topic, None)
        else:
            change = Change.CHANGED if _differs(topic, record) else Change.UNCHANGED
            yield _Step(topic.slug, change, topic, topic.slug)
    for slug in sorted(here - slugs - followed):
        yield _Step(slug, Change.REMOVED, None, slug)


def _differs(topic: Topic, record: TopicRecord) -> bool:
    """Say whether a topic has another rule, mode or shape than before."""
    shaped_otherwise = record.shape not in {"", topic.shape.fingerprint}
    return record.rule_digest != topic.rule_digest or record.mode not in {None, topic.mode} or shaped_otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How before and after are compared.

    Attributes:
        shown: So many entries that leave are told where they are stopped.
        days: For so many days something is kept, of those that are looked at.
        not_taken: Entries that the rules of topics let in, which want nothing old.
    """

    aside: Rehearsal
    now: datetime
    shown: int
    days: float
    rules: TopicSet
    not_taken: Mapping[str, Members]

    async def topic(self, step: _Step, before: Members, after: Members) -> PlannedTopic:
        """Compare one topic with itself."""
        had, let_in = _current(before), _current(after)
        taken_or_not = _current(self.not_taken.get(step.slug, {}))
        passed_over = {key: one for key, one in taken_or_not.items() if key not in let_in}
        found = [
            *(_entry(Mark.STAYS if key in had else Mark.ENTERS, _TOLD[one.told], one) for key, one in let_in.items()),
            *(_entry(Mark.ENTERS, Fate.NOT_TAKEN, one) for key, one in passed_over.items() if key not in had),
            *(
                _entry(Mark.LEAVES, Fate.KEPT if key in after else Fate.GONE, one)
                for key, one in had.items()
                if key not in let_in and key not in passed_over
            ),
        ]
        found.sort(key=lambda one: (one.key, one.mark))
        found.sort(key=lambda one: one.first_seen_at, reverse=True)
        return PlannedTopic(
            slug=step.slug,
            change=step.change,
            was=step.was,
            before=len(had),
            after=len(let_in) + len(passed_over),
            per_day_before=self._per_day(had),
            per_day_after=self._per_day({**let_in, **passed_over}),
            entries=tuple(await self._with_reasons(step, found)),
        )

    def _per_day(self, members: Members) -> float:
        return len({one.subject for one in members.values()}) / self.days

    async def _with_reasons(self, step: _Step, entries: Sequence[PlannedEntry]) -> list[PlannedEntry]:
        """Say where the rule now stops the first of those that leave."""
        if step.topic is None:
            return [replace(one, reason=_REMOVED) for one in entries]
        leaving = [one.key for one in entries if one.mark is Mark.LEAVES][: self.shown]
        return [await self._stopped(step, one) if one.key in leaving else one for one in entries]

    async def _stopped(self, step: _Step, one: PlannedEntry) -> PlannedEntry:
        for view in await self.aside.entry_views(one.key.short):
            if view.stored.entry.key == one.key:
                return replace(one, reason=reasons_in(step.slug, view, self.rules, self.now)[-1])
        return one


def _current(members: Members) -> Members:
    """Give the members that the rule in force lets in."""
    return {key: one for key, one in members.items() if not one.lapsed}


def _entry(mark: Mark, fate: Fate, one: Membership) -> PlannedEntry:
    return PlannedEntry(
        mark=mark, fate=fate, key=one.key, title=one.title, first_seen_at=one.first_seen_at, reason=one.reason
    )


def _by_topic(members: Sequence[Membership]) -> Mapping[str, Members]:
    found: dict[str, dict[EntryKey, Membership]] = {}
    for one in members:
        found.setdefault(one.topic, {})[one.key] = one
    return found


async def _not_taken(aside: Rehearsal, topics: Sequence[Topic], when: When) -> Mapping[str, Members]:
    """Find what the rules of topics let in that want nothing old, by letting it in after all."""
    wanting = {topic.slug for topic in topics if topic.retroactive is Retroactive.NONE}
    if not wanting:
        return {}
    # Another context makes another rule of it, which is matched anew.
    taking = [
        replace(topic, retroactive=Retroactive.SILENT, context=f"{topic.context}+") if topic.slug in wanting else topic
        for topic in topics
    ]
    await rematch(aside, taking, when)
    return _by_topic(await aside.members(wanting, when.since or datetime.min.replace(tzinfo=UTC)))


async def _days(aside: Rehearsal, now: datetime, since: timedelta) -> float:
    first = await aside.kept_since()
    kept = since if first is None else min(since, now - first)
    return max(kept / _DAY, 1.0)


async def _shared(aside: Rehearsal, slugs: Sequence[str], start: datetime) -> dict[str, tuple[Shared, ...]]:
    found = await aside.overlaps(slugs, start)
    own = {one.topic: one.entries for one in found if one.topic == one.other}
    shared: dict[str, list[Shared]] = {}
    for one in sorted(found, key=lambda it: (-it.entries, it.other)):
        if one.topic != one.other and len(shared.setdefault(one.topic, [])) < MOST_SHARED:
            entry = Shared(topic=one.other, entries=one.entries, share=one.entries / own[one.topic])
            shared[one.topic].append(entry)
    return {slug: tuple(ones) for slug, ones in shared.items()}
