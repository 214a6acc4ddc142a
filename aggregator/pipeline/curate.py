"""Curate: give what arrived its story and its topics, one batch at a time, in order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from aggregator.model.source import Source
from aggregator.model.story import CurateBatch, Curated
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import CurateStore
from aggregator.stories import place
from aggregator.text.digests import digest128
from aggregator.topics import TopicSet

BATCH = 500


def decide(topics: TopicSet, batch: CurateBatch) -> Curated:
    """Decide about one batch: a story for what has none, topics for all of it."""
    matches = tuple(match for arrival in batch.arrivals for match in topics.judge(arrival.stored, arrival.source))
    return Curated(
        placements=place(batch),
        judged=tuple(arrival.stored.entry.key for arrival in batch.arrivals),
        matches=matches,
    )


async def curate(store: CurateStore, topics: TopicSet) -> frozenset[str]:
    """Curate all that waits; name the topics whose members may have changed."""
    touched: frozenset[str] = frozenset()
    while True:
        result = await store.curate(BATCH, partial(decide, topics))
        touched |= result.topics
        if result.arrivals < BATCH:
            return touched


async def rematch(store: CurateStore, topics: Sequence[Topic]) -> frozenset[str]:
    """Run topics whose rule changed over everything that is kept; name them.

    It is the same deciding as for what arrives, over another range, so a rule gives the same answer
    whether the entry or the rule came first.
    """
    stale = frozenset(await store.stale_topics(topics))
    if not stale:
        return stale
    # Topics may name topics: those that a stale one refers to are compiled too, only the stale ones are kept.
    decide_stale = partial(_decide_some, TopicSet.compile(topics), stale)
    changed = [topic for topic in topics if topic.slug in stale]
    position: int | None = 0
    while position is not None:
        position = await store.rematch(changed, position, BATCH, decide_stale)
    return stale


def _decide_some(topics: TopicSet, slugs: frozenset[str], batch: CurateBatch) -> Curated:
    found = decide(topics, batch)
    return Curated(judged=found.judged, matches=tuple(m for m in found.matches if m.topic in slugs))


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
        selected = classes if topic.selectors else private
        return digest128("\0".join((selected, *rules)).encode("utf-8", "replace"))

    return tuple(replace(topic, context=context(topic, frozenset())) for topic in topics)
