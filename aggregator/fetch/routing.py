"""Which fetcher takes which address."""

from __future__ import annotations

from aggregator.fetch.files import FileFetcher
from aggregator.fetch.http_fetcher import HttpFetcher
from aggregator.model.fetching import FetchOutcome, FetchRequest


class RoutingFetcher:
    """Sends ``file://`` addresses to the disk and everything else to the network, which refuses what it does not know.

    A redirect never passes through here, so a server cannot lead to a file.
    """

    def __init__(self, web: HttpFetcher, files: FileFetcher) -> None:
        self._web = web
        self._files = files

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Carry out one request; never raises for anything a server, a disk or a network can do."""
        if request.url[:5].lower() == "file:":
            return await self._files.fetch(request)
        return await self._web.fetch(request)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._web.close()
