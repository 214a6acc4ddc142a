"""The postman: empties the outbox, and writes letters whose time has come."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from aggregator.model.topic import Topic
from aggregator.pipeline.sending import SendingParts, send_due
from aggregator.service.engine import Engine
from aggregator.service.house import House
from aggregator.text.timetables import last_moment

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 1_000
_SECOND = timedelta(seconds=1)


class Postman:
    """Sends what the outbox holds; call ``round`` every second or so, and ``letters`` now and then.

    Args:
        house: The parts.
        engine: Knows the configuration in force, and announces.
    """

    def __init__(self, house: House, engine: Engine) -> None:
        self._engine = engine
        self._clock = house.clock
        self._parts = SendingParts(
            store=house.store,
            poster=house.poster,
            mailer=house.mailer,
            clock=house.clock,
            user_agent=house.user_agent,
            topic=lambda slug: next((topic for topic in engine.plan.topics if topic.slug == slug), None),
            site=lambda: engine.plan.site,
            mail_server=lambda: engine.plan.settings.mail,
        )
        self._looked_at: datetime | None = None
        self._known: frozenset[tuple[str, str]] = frozenset()
        self._sending = asyncio.Lock()

    async def round(self) -> None:
        """Send all that is due now; while another round is under way, do nothing.

        Raises:
            StoreError: What became of a message could not be written; it is sent again.
        """
        if self._sending.locked():
            return
        async with self._sending:
            for _ in range(_MOST_ROUNDS):
                if not await send_due(self._parts):
                    return

    async def letters(self) -> None:
        """Write the letters whose time has come since the last look, and begin to tell mailboxes that are new.

        To the first look of a process all of them are new.

        Raises:
            StoreError: They are written at the next look.
        """
        now, topics = self._clock.now(), self._engine.plan.topics
        listed = frozenset((topic.slug, one.name) for topic in topics for one in topic.sending.mailings)
        fresh = {slug for slug, _ in listed - self._known}
        due = [topic.slug for topic in topics if topic.slug in fresh or _comes(topic, self._looked_at, now)]
        if due:
            await self._engine.settler.write_letters(due)
        self._looked_at, self._known = now, listed

    async def finish(self) -> None:
        """Write and send what a single round of work leaves behind, once.

        A letter tells of what was announced up to the second before: that second has to be over.
        """
        if any(topic.sending.mailings for topic in self._engine.plan.topics):
            await self._clock.sleep((_SECOND - timedelta(microseconds=self._clock.now().microsecond)).total_seconds())
            await self.letters()
        await self.round()


def _comes(topic: Topic, since: datetime | None, now: datetime) -> bool:
    return since is not None and any(last_moment(one.times, now) > since for one in topic.sending.mailings)
