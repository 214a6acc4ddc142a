"""Errands: what is asked of the web beside polls, with the same guard, at the same pace, within the same budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aggregator.model.discovery import Discovery
from aggregator.model.source import ContentPolicy, Source
from aggregator.pipeline.discover import DiscoverParts, discover
from aggregator.pipeline.full_text import FullTextParts, read_pages
from aggregator.service.budgeted import BudgetedFetcher
from aggregator.service.house import House
from aggregator.service.turns import Pace, PacedFetcher


class Errands:
    """Searches for feeds, and reads the pages that entries link to.

    Args:
        house: The parts; without an ``articles`` there are no pages to be read.
        pace: From an address to its pace key and spacing.
    """

    def __init__(self, house: House, pace: Pace) -> None:
        budgeted = BudgetedFetcher(house.fetcher, house.store, house.clock, pace)
        fetcher = PacedFetcher(budgeted, house.clock, pace)
        self._search = DiscoverParts(
            fetcher=fetcher, reader=house.reader, clock=house.clock, user_agent=house.user_agent
        )
        self._pages: FullTextParts | None = None
        if house.articles is not None:
            self._pages = FullTextParts(
                store=house.store,
                fetcher=fetcher,
                articles=house.articles,
                clock=house.clock,
                user_agent=house.user_agent,
            )
        self._reading = asyncio.Lock()

    async def discover(self, address: str) -> Discovery:
        """Find the feeds behind an address."""
        return await discover(address, self._search)

    async def read_pages(self, sources: Iterable[Source]) -> int:
        """Read a batch of pages for the sources that want whole articles; say how many articles were kept.

        While another batch is read, do nothing.

        Raises:
            StoreError: A result could not be written.
        """
        wanting = [source.id for source in sources if source.content is ContentPolicy.FULL_TEXT]
        if not wanting or self._pages is None or self._reading.locked():
            return 0
        async with self._reading:
            return await read_pages(wanting, self._pages)
