"""Curate: give what arrived its story and its topics, one batch at a time, in order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.model.entry import EntryKey
from aggregator.model.source import Source
from aggregator.model.story import Arrival, CurateBatch, Curated, CurateResult, Deciding, StoryPolicy, Traces
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import CurateStore, MatchStore
from aggregator.pipeline.weigh import weigh_batch
from aggregator.stories import StoryMemory, Text, place, read_texts, traces
from aggregator.text.digests import digest128
from aggregator.topics import TopicSet, likes_in

BATCH = 500


class Desk:
    """What curating keeps in mind between batches: the open stories, loaded from the store when they are needed.

    One at a time uses it. When a commit fails it is cleared, for it has learned what the store has not.

    Args:
        policy: What belongs together.
    """

    def __init__(self, policy: StoryPolicy) -> None:
        self.policy = policy
        self._memory: StoryMemory | None = None

    async def memory(self, store: CurateStore) -> StoryMemory:
        """Give what is remembered; load it the first time."""
        if self._memory is None:
            memory = StoryMemory(self.policy)
            memory.load(await store.recall())
            self._memory = memory
        return self._memory

    def clear(self) -> None:
        """Forget; the store knows better."""
        self._memory = None


def deciding(topics: TopicSet, memory: StoryMemory) -> Deciding:
    """Say how a batch is decided about: a story for what has none, topics for all of it."""
    texts: dict[EntryKey, Text] = {}

    def trace(arrivals: Sequence[Arrival]) -> tuple[Traces, ...]:
        texts.update(read_texts(arrivals))
        return traces(arrivals, texts, memory)

    def decide(batch: CurateBatch) -> Curated:
        return _judge(topics, batch, place(batch, texts, memory))

    return Deciding(trace=trace, decide=decide)


async def curate(store: CurateStore, topics: TopicSet, desk: Desk) -> frozenset[str]:
    """Curate all that waits; name the topics whose members may have changed."""
    touched: frozenset[str] = frozenset()
    while True:
        result = await curate_batch(store, topics, desk)
        touched |= result.topics
        if result.arrivals < BATCH:
            return touched


async def curate_batch(store: CurateStore, topics: TopicSet, desk: Desk) -> CurateResult:
    """Curate what has waited longest, at most ``BATCH`` arrivals."""
    memory = await desk.memory(store)
    try:
        return await store.curate(BATCH, deciding(topics, memory))
    except BaseException:
        desk.clear()
        raise


@dataclass(frozen=True, slots=True)
class When:
    """Which entries topics are run over, and when.

    Attributes:
        since: Entries that were first seen before are passed over.
        now: For topics that depend on time; when an entry was first seen, unless said.
    """

    since: datetime | None = None
    now: datetime | None = None


EVER = When()


class Rematching:
    """Topics whose rule changed, on their way over everything that is kept, the latest entries first.

    It is the same deciding as for what arrives, over another range, so a rule gives the same answer
    whether the entry or the rule came first. How far it has come is in the store; it goes on there after a crash.

    Args:
        store: Where entries are kept.
        topics: All that there are.
        stale: Those that are run.
        when: Which entries are passed over, and at which time the others are looked at.
    """

    def __init__(self, store: MatchStore, topics: Sequence[Topic], stale: frozenset[str], when: When = EVER) -> None:
        self.stale = stale
        self.done = not stale
        self._store = store
        self._when = when
        self._changed = [topic for topic in topics if topic.slug in stale]
        # Topics may name topics: those that a stale one refers to are compiled too, only the stale ones are kept.
        self._topics = TopicSet.compile(topics if stale else ())

    async def step(self) -> bool:
        """Run them over one batch; say whether there is more to do."""
        if not self.done:
            self.done = not await self._store.rematch(self._changed, BATCH, self._decide, since=self._when.since)
        return not self.done

    def _decide(self, batch: CurateBatch) -> Curated:
        found = _judge(self._topics, batch, Curated())
        weighed = weigh_batch(self._topics, self._when.now, batch) if self._topics.restless & self.stale else Curated()
        matches = (*found.matches, *weighed.matches)
        return replace(weighed, judged=found.judged, matches=tuple(one for one in matches if one.topic in self.stale))


async def begin_rematch(store: MatchStore, topics: Sequence[Topic], when: When = EVER) -> Rematching:
    """Find the topics whose rule changed since they were last run over everything."""
    return Rematching(store, topics, frozenset(await store.stale_topics(topics)), when)


async def rematch(store: MatchStore, topics: Sequence[Topic], when: When = EVER) -> frozenset[str]:
    """Run topics whose rule changed over everything that is kept; name them."""
    running = await begin_rematch(store, topics, when)
    while await running.step():
        pass
    return running.stale


def _judge(topics: TopicSet, batch: CurateBatch, placed: Curated) -> Curated:
    """Find the topics of every arrival of a batch."""
    return replace(
        placed,
        restless=topics.restless,
        judged=tuple(arrival.stored.entry.key for arrival in batch.arrivals),
        matches=tuple(match for arrival in batch.arrivals for match in topics.judge(arrival.stored, arrival.source)),
    )


def with_context(topics: Sequence[Topic], sources: Sequence[Source]) -> tuple[Topic, ...]:
    """Give each topic the digest of all that its rule depends on outside itself.

    A source that is tagged anew or moved to another group enters and leaves topics although no topic was
    touched; so does everything in a topic that draws on another one.
    """
    by_slug = {topic.slug: topic for topic in topics}
    classes = "\n".join(
        sorted(f"{s.id}\0{s.group}\0{','.join(sorted(s.tags))}\0{s.private}" for s in sources if s.group or s.tags)
    )
    private = "\n".join(sorted(source.id for source in sources if source.private))

    def context(topic: Topic, on_the_way: frozenset[str]) -> str:
        named = [by_slug[slug] for slug in topic.selectors if slug in by_slug and slug not in on_the_way]
        deeper = on_the_way | {topic.slug}
        rules = [replace(other, context=context(other, deeper)).rule_digest for other in named]
        liked = [one for slug in sorted(likes_in(topic)) if (one := by_slug.get(slug)) and one.like]
        learned = (
            f"{one.slug}\1{one.like.at_least}\1{one.taste.digest if one.taste else ''}" for one in liked if one.like
        )
        selected = classes if topic.selectors else private
        return digest128("\0".join((selected, *rules, *learned)).encode("utf-8", "replace"))

    return tuple(replace(topic, context=context(topic, frozenset())) for topic in topics)
