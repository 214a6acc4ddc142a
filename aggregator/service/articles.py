"""Reading the pages that entries link to, for the sources that want whole articles; one batch at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aggregator.model.source import ContentPolicy, Source
from aggregator.pipeline.full_text import FullTextParts, read_pages
from aggregator.pipeline.ports import Fetcher
from aggregator.service.house import House


class Articles:
    """Keeps the step of reading pages; without the extra for it there is nothing to do.

    Args:
        house: The parts.
        fetcher: Takes the turns at hosts.
    """

    def __init__(self, house: House, fetcher: Fetcher) -> None:
        self._busy = asyncio.Lock()
        self._parts: FullTextParts | None = None
        if house.articles is not None:
            self._parts = FullTextParts(
                store=house.store,
                fetcher=fetcher,
                articles=house.articles,
                clock=house.clock,
                user_agent=house.user_agent,
            )

    async def read(self, sources: Iterable[Source]) -> int:
        """Read a batch of pages; say how many articles were kept. While another batch is read, do nothing.

        Raises:
            StoreError: A result could not be written.
        """
        wanting = [source.id for source in sources if source.content is ContentPolicy.FULL_TEXT]
        if not wanting or self._parts is None or self._busy.locked():
            return 0
        async with self._busy:
            return await read_pages(wanting, self._parts)
