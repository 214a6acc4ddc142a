"""Discover: find the feeds behind an address, with few requests, one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from aggregator.model.discovery import Discovery, FoundFeed, How, Offer, PageFacts, Rejected
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest
from aggregator.model.reading import Document, Reading, ReadOutcome
from aggregator.parse import is_aside, known_feeds, lookup_address, read_lookup
from aggregator.pipeline.ports import Clock, Fetcher, Reader
from aggregator.schedule import ACCEPT_PAGE, permanent_target

MAX_REQUESTS = 12
"""In all; a search that has found something takes far fewer."""
MAX_ASKED = 5
"""So many of the offers of one kind are asked."""

_TIMEOUT = timedelta(seconds=20)
_SHOWN_TITLES = 3
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?://|[^\d/])", re.IGNORECASE)
# A server that answers so does not want to be asked for more.
_UNWELCOME = frozenset({Failure.RATE_LIMITED, Failure.BLOCKED, Failure.DNS, Failure.TIMEOUT, Failure.UNREACHABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverParts:
    """What a search is done with; the fetcher keeps the spacing of hosts and guards addresses."""

    fetcher: Fetcher
    reader: Reader
    clock: Clock
    user_agent: str


def web_address(text: str) -> tuple[str, ...]:
    """Give the addresses that a user may have meant: one, or https and then http where no scheme was written.

    >>> web_address("example.org/blog")
    ('https://example.org/blog', 'http://example.org/blog')
    >>> web_address("feed://example.org/rss")
    ('http://example.org/rss',)
    """
    text = text.strip()
    if text.lower().startswith("feed:"):
        rest = text[5:].lstrip("/")
        return (rest if rest.lower().startswith(("http:", "https:")) else f"http://{rest}",)
    return (text,) if _SCHEME.match(text) else (f"https://{text.lstrip('/')}", f"http://{text.lstrip('/')}")


async def discover(address: str, parts: DiscoverParts) -> Discovery:
    """Find the feeds behind an address: the document itself, what it declares, known patterns, links, usual places.

    The search goes on to a less sure kind only while nothing was found; every feed it gives was asked and read.
    """
    search = _Search(parts)
    for url in web_address(address):
        await search.run(url)
        if search.reached:
            break
    return Discovery(
        url=search.url,
        feeds=tuple(
            sorted(search.feeds, key=lambda feed: is_aside(Offer(url=feed.url, how=feed.how, title=feed.title)))
        ),
        rejected=tuple(search.rejected),
        more=tuple(search.more),
        requests=search.requests,
    )


class _Search:
    def __init__(self, parts: DiscoverParts) -> None:
        self._parts = parts
        self._asked: set[str] = set()
        self._unwelcome: set[tuple[str, str]] = set()
        self.url = ""
        self.reached = False
        self.requests = 0
        self.feeds: list[FoundFeed] = []
        self.rejected: list[Rejected] = []
        self.more: list[Offer] = []

    async def run(self, url: str) -> None:
        self.url = url
        known = known_feeds(url)
        # On a host that is known for sure the page itself need not be asked; the @ of the fediverse is a guess.
        sure = tuple(offer for offer in known if "Mastodon" not in offer.reason)
        looked_up = await self._look_up(url)
        await self._ask_all((*looked_up, *sure))
        if self.feeds:
            return
        page = await self._page(url)
        if self.feeds or page is None:
            return
        for how in (How.DECLARED, How.KNOWN, How.LINKED):
            await self._ask_all(offer for offer in page.offers if offer.how is how)
            if self.feeds:
                return
        for guess in page.guesses:
            if not self.feeds and self.requests < MAX_REQUESTS:
                await self._ask(guess)

    async def _page(self, url: str) -> PageFacts | None:
        """Read the document at the address; when there is none, what stands at the top of its site."""
        read = await self._ask(Offer(url=url, how=How.ITSELF, reason="the address itself"))
        if isinstance(read, FetchFailed) and read.status is not None and read.kind not in _UNWELCOME:
            top = urlsplit(url)._replace(path="/", query="", fragment="").geturl()
            read = await self._ask(Offer(url=top, how=How.ITSELF, reason="the top of the site"))
        if isinstance(read, FetchFailed | Reading) or read is None:
            return None
        return read.page

    async def _look_up(self, url: str) -> tuple[Offer, ...]:
        address = lookup_address(url)
        if address is None:
            return ()
        outcome = await self._fetch(address)
        feed = read_lookup(outcome.body) if isinstance(outcome, Fetched) else None
        return (Offer(url=feed, how=How.KNOWN, reason="as the directory names it"),) if feed else ()

    async def _ask_all(self, offers: Iterable[Offer]) -> None:
        for number, offer in enumerate(offers):
            if number >= MAX_ASKED or self.requests >= MAX_REQUESTS:
                self.more.append(offer)
            else:
                await self._ask(offer)

    async def _ask(self, offer: Offer) -> ReadOutcome | FetchFailed | None:
        """Ask one address and note what it is; None when it was asked before, or its host does not want it."""
        if offer.url in self._asked or _origin(offer.url) in self._unwelcome:
            return None
        if not offer.url.lower().startswith(("http://", "https://")):
            self.reached = True
            self.rejected.append(Rejected(url=offer.url, how=offer.how, why="only http and https are looked at"))
            return None
        outcome = await self._fetch(offer.url)
        if isinstance(outcome, FetchFailed):
            self._note_failure(offer, outcome)
            return outcome
        if not isinstance(outcome, Fetched):
            return None
        self.reached = True
        read = await self._parts.reader.read(
            Document(
                source_id="discovery",
                url=outcome.url,
                source_url=offer.url,
                headers=outcome.headers,
                body=outcome.body,
                now=self._parts.clock.now(),
            )
        )
        if isinstance(read, Reading):
            self._note_feed(offer, outcome, read)
        else:
            self.rejected.append(Rejected(url=offer.url, how=offer.how, why=read.detail))
        return read

    async def _fetch(self, url: str) -> FetchOutcome:
        self.requests += 1
        self._asked.add(url)
        headers = (("User-Agent", self._parts.user_agent), ("Accept", ACCEPT_PAGE))
        return await self._parts.fetcher.fetch(FetchRequest(url=url, headers=headers, timeout=_TIMEOUT))

    def _note_failure(self, offer: Offer, failed: FetchFailed) -> None:
        self.reached |= failed.status is not None or failed.kind is Failure.BLOCKED
        if failed.kind in _UNWELCOME:
            self._unwelcome.add(_origin(offer.url))
        self.rejected.append(Rejected(url=offer.url, how=offer.how, why=failed.detail))

    def _note_feed(self, offer: Offer, outcome: Fetched, read: Reading) -> None:
        url = permanent_target(offer.url, outcome.hops) or offer.url
        if any(url == feed.url for feed in self.feeds):
            return
        dates = [entry.published_at for entry in read.entries if entry.published_at]
        self.feeds.append(
            FoundFeed(
                url=url,
                how=offer.how,
                reason=offer.reason,
                title=read.profile.title or offer.title or url,
                format=read.profile.format,
                entries=len(read.entries),
                newest_at=max(dates, default=None),
                titles=tuple(entry.title for entry in read.entries[:_SHOWN_TITLES]),
            )
        )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
