"""Where hubs call: verifications are answered, bodies are received quickly and read afterwards."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from http import HTTPStatus

from aggregator.errors import StoreError
from aggregator.model.following import Pushed
from aggregator.pipeline.websub import PushParts, answer, knock, remind, take, tend_all, weigh
from aggregator.service.rounds import log_poll
from aggregator.text.digests import digest128

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 5_000_000
MAX_WAITING_BYTES = 50_000_000
MAX_WAITING = 500
BODY_SECONDS = 20.0
REMEMBERED = 5_000
REMEMBERED_SECONDS = 86_400.0


class PushDesk:
    """Receives what hubs send; start ``work``, and ``stop`` it.

    Args:
        parts: What WebSub is done with.
        on_news: Called when new entries came with a push.
    """

    def __init__(self, parts: PushParts, on_news: Callable[[], None]) -> None:
        self._parts = parts
        self._on_news = on_news
        self._waiting: asyncio.Queue[Pushed] = asyncio.Queue()
        self._waiting_bytes = 0
        self._seen: OrderedDict[str, float] = OrderedDict()

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Answer a verification: with the text to send, or None for 404.

        Raises:
            StoreError: The hub has to ask again.
        """
        return await answer(self._parts, token, query)

    async def receive(self, token: str, headers: Sequence[tuple[str, str]], body: AsyncIterator[bytes]) -> int:
        """Receive a body and say with which status; it is read later.

        A body that is ignored, because it is signed wrongly or was here already, is received like any other: what
        we make of it is not told (WebSub, 7.1).

        Raises:
            StoreError: The hub has to send it again.
        """
        door = await knock(self._parts, token)
        if door.subscription is None or door.status != HTTPStatus.ACCEPTED:
            return door.status
        if self._waiting.qsize() >= MAX_WAITING or self._waiting_bytes >= MAX_WAITING_BYTES:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            async with asyncio.timeout(BODY_SECONDS):
                content = await _gather(body)
        except TimeoutError:
            return HTTPStatus.REQUEST_TIMEOUT
        if content is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        pushed = weigh(self._parts, door.subscription, headers, content)
        if pushed is not None and not self._is_replay(pushed):
            self._waiting_bytes += len(content)
            self._waiting.put_nowait(pushed)
        return HTTPStatus.ACCEPTED

    async def work(self) -> None:
        """Take what was received, one after another, for ever."""
        while True:
            pushed = await self._waiting.get()
            self._waiting_bytes -= len(pushed.body)
            try:
                await self._take(pushed)
            except StoreError as error:
                logger.error("push for %s: %s; the next poll finds it", pushed.source_id, error)  # noqa: TRY400
            except Exception:
                logger.exception("push for %s: failed in a way that was not foreseen", pushed.source_id)

    async def tend(self) -> None:
        """Subscribe, renew and unsubscribe where it is time to."""
        sent = await tend_all(self._parts)
        if sent:
            logger.debug("websub: %d requests to hubs", sent)

    async def stop(self) -> None:
        """Let what was received and not read cause polls; they are made after the next start, if not before."""
        while not self._waiting.empty():
            pushed = self._waiting.get_nowait()
            try:
                await remind(self._parts, pushed)
            except StoreError as error:
                logger.error("push for %s: %s; the next poll finds it", pushed.source_id, error)  # noqa: TRY400

    async def _take(self, pushed: Pushed) -> None:
        polled = await take(self._parts, pushed)
        if polled is not None:
            self._remember(pushed)
            log_poll(polled)
            if polled.record.new:
                self._on_news()

    def _is_replay(self, pushed: Pushed) -> bool:
        """Say whether the content of the same body was taken for the same source within a day."""
        before = self._seen.get(_key(pushed))
        return before is not None and self._parts.clock.monotonic() - before < REMEMBERED_SECONDS

    def _remember(self, pushed: Pushed) -> None:
        """Remember a body whose content was taken; what only causes polls may come again, word for word."""
        self._seen[_key(pushed)] = self._parts.clock.monotonic()
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def _key(pushed: Pushed) -> str:
    return digest128(pushed.source_id.encode() + b"\0" + pushed.body)


async def _gather(body: AsyncIterator[bytes]) -> bytes | None:
    """Read a body; None as soon as it is too long."""
    parts: list[bytes] = []
    size = 0
    async for chunk in body:
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(chunk)
    return b"".join(parts)
