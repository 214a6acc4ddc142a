"""Announce: from stored matches to an edition, its ledger rows committed before anybody sees it."""

from __future__ import annotations

from aggregator.model.edition import Composed, Edition, SiteFacts, TopicView
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import AnnounceStore, Clock
from aggregator.publish import compose, with_messages


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
