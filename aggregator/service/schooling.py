"""Topics that learn from examples: taught with every configuration, and again while something was still missing."""

from __future__ import annotations

import logging
from datetime import timedelta

from aggregator.model.editing import Edited
from aggregator.model.topic import Topic
from aggregator.pipeline.liking import Schooling, school, with_tastes
from aggregator.service.house import House, Plan

logger = logging.getLogger(__name__)

_AGAIN_AFTER = timedelta(minutes=15)


class School:
    """Teaches topics, one lesson at a time.

    Args:
        house: The parts.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._last: tuple[Schooling, ...] = ()
        self._again_at = 0.0
        self._marked = False

    async def teach(self, plan: Plan) -> tuple[Topic, ...]:
        """Give the topics of a configuration that name examples what they learn from them."""
        self._last = await self._school(plan)
        # What is missing may come with the very next poll.
        self._again_at = self._house.clock.monotonic()
        for one in self._last:
            for what, hint in one.findings:
                logger.warning("topic %s: %s (%s)", one.topic.slug, what, hint)
        return with_tastes(plan.topics, self._last)

    def is_taught_by(self, edited: Edited) -> bool:
        """Say whether an act of an editor is an example for a topic; then there is something to learn."""
        slugs = {one.topic.slug for one in self._last}
        self._marked |= edited.act.scope is not None and edited.act.topic in slugs
        return self._marked

    async def has_news(self, plan: Plan) -> bool:
        """Learn from what editors did, and every quarter of an hour where something was missing; say whether it did."""
        now = self._house.clock.monotonic()
        waits = now < self._again_at or not any(one.refused or one.missing for one in self._last)
        if waits and not self._marked:
            return False
        self._marked = False
        self._again_at = now + _AGAIN_AFTER.total_seconds()
        self._last = await self._school(plan)
        return any(one.fresh for one in self._last)

    async def _school(self, plan: Plan) -> tuple[Schooling, ...]:
        return await school(self._house.store, plan.topics, self._house.meaning if plan.settings.semantic else None)
