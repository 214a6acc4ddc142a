"""Check: whether topics do what their examples say, and what is wrong with them over what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.errors import Problem
from aggregator.model.entry import Entry, EntryKey, SourceFacts, StoredEntry
from aggregator.model.membership import Overlap
from aggregator.model.planned import Proposed
from aggregator.model.reason import Reason
from aggregator.model.source import Source
from aggregator.model.status import EntryFilter, EntryView
from aggregator.model.topic import Senses, Topic, Trial
from aggregator.pages.words import count
from aggregator.pipeline.curate import When, rematch, with_context
from aggregator.pipeline.explain import reasons_in
from aggregator.pipeline.liking import school, with_tastes
from aggregator.pipeline.ports import Clock, ReadStore, Rehearsal, RehearseStore
from aggregator.topics import TopicSet, senses_of

LOOK_BACK = timedelta(days=30)
LEAST_CONTAINED = 5
_MOST_KINDS = 100
_DAY = timedelta(days=1)
_SHORT = re.compile(r"[a-z2-7]{12}")


@dataclass(frozen=True, slots=True)
class Trials:
    """The examples of topics, tried.

    Args:
        topics: All that there are, taught where they learn.
        sources: Where an example may be thought to come from.
    """

    topics: Sequence[Topic]
    sources: Sequence[Source]

    async def failures(self, store: ReadStore | None, now: datetime) -> tuple[Problem, ...]:
        """Name the examples that are on the wrong side, with the clause that decided.

        An example that is an address or an id is looked up among what is kept, and judged whole; without a store, or
        when it is not kept, it is told that it could not be tried. A headline is judged by ``match`` alone, as if it
        came from any of the sources.
        """
        if not any(topic.trials for topic in self.topics):
            return ()
        rules = TopicSet.compile(self.topics)
        kinds, senses = tuple(_kinds(self.sources)), senses_of(self.topics)
        found: list[Problem] = []
        for topic in self.topics:
            for trial in topic.trials:
                views = await _named(store, trial.text)
                told = [reasons_in(topic.slug, view, rules, now)[-1] for view in views]
                if not views and "://" not in trial.text:
                    told = list(_of_headline(topic, trial.text, kinds, now, senses))
                found += _verdict(topic, trial, told)
        return tuple(found)


async def _named(store: ReadStore | None, text: str) -> tuple[EntryView, ...]:
    """Find the entries that an example names, by their address or short id."""
    if store is None or not ("://" in text or _SHORT.fullmatch(text)):
        return ()
    return await store.entry_views(text)


async def check_over(store: RehearseStore, proposed: Proposed, clock: Clock) -> tuple[Problem, ...]:
    """Find topics that would let in nothing of what the last days brought, and such as contain each other."""
    aside = await store.rehearse()
    try:
        return tuple(await _over(aside, proposed, clock))
    finally:
        await aside.close()


async def _over(aside: Rehearsal, proposed: Proposed, clock: Clock) -> list[Problem]:
    now = clock.now()
    start = now - LOOK_BACK
    sources = await aside.sync_sources(proposed.sources, now)
    taught = with_tastes(proposed.topics, await school(aside, proposed.topics, proposed.meaning))
    first = await aside.kept_since()
    if first is None or not await aside.entries(EntryFilter(since=LOOK_BACK, limit=1), now):
        return []
    await rematch(aside, with_context(taught, sources), When(since=start, now=now))
    shared = await aside.overlaps([topic.slug for topic in proposed.topics], start)
    days = max(1, round(min(LOOK_BACK, now - first) / _DAY))
    return [*_dead(proposed.topics, shared, days), *_contained(proposed.topics, shared, days)]


def _dead(topics: Sequence[Topic], shared: Sequence[Overlap], days: int) -> Iterator[Problem]:
    alive = {one.topic for one in shared}
    for topic in topics:
        if topic.slug not in alive:
            what = f"lets in nothing of what the last {count(days, 'day', 'days')} brought"
            hint = f"`aggregator explain ID {topic.slug}` says which clause stops an entry"
            yield _at_topic(topic, what, hint, "warning")


def _contained(topics: Sequence[Topic], shared: Sequence[Overlap], days: int) -> Iterator[Problem]:
    by_slug = {topic.slug: topic for topic in topics}
    both = {(one.topic, one.other): one.entries for one in shared}
    for (slug, other), entries in both.items():
        own, whole = both[slug, slug], by_slug.get(other)
        if whole is None or slug == other or entries < own or own < LEAST_CONTAINED or _is_meant(by_slug[slug], whole):
            continue
        same = both.get((other, other)) == own
        if same and other < slug:
            continue  # told from the other side
        held = f"all of its {own} entries of the last {count(days, 'day', 'days')} are in '{other}'"
        what = f"{held}, and nothing else is" if same else held
        yield _at_topic(by_slug[slug], what, "if that is meant, take no notice", "note")


def _is_meant(topic: Topic, whole: Topic) -> bool:
    """Say whether a topic is a part of another by the way in which they are written."""
    takes_all = not whole.selectors and whole.match is None and whole.like is None
    return takes_all or whole.slug in topic.selectors or topic.slug in whole.selectors


def _kinds(sources: Iterable[Source]) -> Iterator[SourceFacts]:
    """Walk over sources that rules can tell apart, one of each kind, and one that nobody knows."""
    yield SourceFacts(id="", title="", url="")
    seen: set[tuple[object, ...]] = set()
    for source in sources:
        kind = (source.group, source.tags, source.language, source.weight)
        if kind not in seen and len(seen) < _MOST_KINDS:
            seen.add(kind)
            yield SourceFacts(
                id=source.id,
                title=source.title or source.id,
                url=source.url,
                group=source.group,
                tags=source.tags,
                weight=source.weight,
                owner=source.owner or source.id,
                language=source.language,
            )


def _of_headline(
    topic: Topic, title: str, kinds: Sequence[SourceFacts], now: datetime, senses: Senses
) -> Iterator[Reason]:
    """Judge a headline as if it came from a source of each kind."""
    alone = TopicSet.compile([replace(topic, selectors=())], senses)
    entry = Entry(key=EntryKey("example", title), keys=(), title=title)
    view = EntryView(stored=StoredEntry(entry=entry, first_seen_at=now), story="", source=kinds[0])
    for source in kinds:
        yield reasons_in(topic.slug, replace(view, source=source), alone, now)[-1]


def _verdict(topic: Topic, trial: Trial, told: Sequence[Reason]) -> Iterator[Problem]:
    entered = [reason for reason in told if reason.verdict == "entered"]
    quoted = f"'{trial.text}'"
    if not told:
        hint = "name an entry that is kept, or write its headline"
        yield _at_trial(topic, trial, f"{quoted} is not among what is kept: it was not tried", hint, "warning")
    elif trial.wanted and not entered:
        yield _at_trial(topic, trial, f"{quoted} is not let in: {_why(told[0])}", "", "error")
    elif entered and not trial.wanted:
        yield _at_trial(topic, trial, f"{quoted} is let in: {_why(entered[0])}", "", "error")


def _why(reason: Reason) -> str:
    return reason.evidence or reason.rule


def _at_trial(topic: Topic, trial: Trial, what: str, hint: str, severity: str) -> Problem:
    file, line, column = trial.at
    path = f"topics.{topic.slug}.examples.{trial.path}"
    return Problem(file=file, line=line, column=column, path=path, what=what, hint=hint, severity=severity)


def _at_topic(topic: Topic, what: str, hint: str, severity: str) -> Problem:
    file, _, line = topic.place.rpartition(":")
    path = f"topics.{topic.slug}"
    return Problem(
        file=file, line=int(line) if line.isdigit() else 0, column=1, path=path, what=what, hint=hint, severity=severity
    )
