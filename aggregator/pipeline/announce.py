"""Announce: from stored matches to an edition, its ledger rows committed before anybody sees it."""

from __future__ import annotations

from functools import partial

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import AnnounceStore, Clock
from aggregator.publish import compose


async def announce(store: AnnounceStore, topic: Topic, site: SiteFacts, clock: Clock) -> Edition:
    """Bring a topic's edition up to date; with nothing new it is the one that was there, to the byte."""
    now = clock.now()
    return await store.announce(topic, now, partial(compose, now=now, site=site))
