"""Watch: from what is amiss now to incidents, and from incidents to the feed of the aggregator's own events."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.topic import Topic
from aggregator.pipeline.ports import Clock, EventStore
from aggregator.publish import events_edition
from aggregator.publish.events import SHOWN
from aggregator.schedule.incidents import watch
from aggregator.schedule.symptoms import symptoms

logger = logging.getLogger(__name__)


async def look_around(store: EventStore, topics: Sequence[Topic], clock: Clock) -> int:
    """Look at everything once, and write what became of incidents; say how many have changed.

    Raises:
        StoreError: Nothing was written.
    """
    now = clock.now()
    seen = symptoms(await store.sights(topics, now))
    watched = watch(await store.incidents_going(), seen, now)
    if watched.kept or watched.blips:
        await store.keep_incidents(watched.kept, watched.blips)
    for one in watched.kept:
        if one.closed_at is not None or one.opened_at == now:
            logger.warning("%s %s: %s", one.kind, one.subject, "over" if one.closed_at else "opened")
    return len(watched.kept) + len(watched.blips)


async def tell_events(store: EventStore, site: SiteFacts) -> Edition:
    """Compose the feed of incidents."""
    return events_edition(await store.events(SHOWN), site)
