"""Announce: from stored matches to an edition, its ledger rows committed before anybody sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import TopologicalSorter

from aggregator.model.edition import Composed, Edition, SiteFacts, TopicView
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import AnnounceStore, Clock
from aggregator.publish import compose, with_messages


def in_turn(topics: Sequence[Topic], touched: Collection[str]) -> tuple[Topic, ...]:
    """Give the topics that have to be announced, those that others wait for (``unless-in``) before these.

    Args:
        topics: All that there are, as configured.
        touched: Slugs of those whose members may have changed; what waits for them is announced, too.
    """
    by_slug = {topic.slug: topic for topic in topics}
    first = {topic.slug: [slug for slug in topic.shape.unless_in if slug in by_slug] for topic in topics}
    wanted = set(touched)
    turn: list[Topic] = []
    for slug in TopologicalSorter(first).static_order():
        if slug in wanted or not wanted.isdisjoint(first[slug]):
            wanted.add(slug)
            turn.append(by_slug[slug])
    return tuple(turn)


async def announce(
    store: AnnounceStore, topic: Topic, site: SiteFacts, clock: Clock, *, letters: bool = False
) -> Edition:
    """Bring a topic's edition up to date; with nothing new it is the one that was there, to the byte.

    What tells of it elsewhere is written down in the same commit.

    Args:
        store: Keeps it.
        topic: The definition.
        site: Where we publish.
        clock: Says when.
        letters: Whether letters are written whose time has come.
    """
    now = clock.now()

    def composing(view: TopicView) -> Composed:
        return with_messages(view, compose(view, now, site), now, site, letters=letters)

    return await store.announce(topic, now, composing)
