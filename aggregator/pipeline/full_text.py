"""Full text: the pages that new entries link to, read politely, never at the cost of what the feed carries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from aggregator.model.article import Article, ArticlePage, FullText, PageWanted
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest
from aggregator.model.reading import Unreadable
from aggregator.parse import ALLOWS_ALL, ALLOWS_NOTHING, Robots, read_robots
from aggregator.pipeline.ports import ArticleReader, Clock, Fetcher, FullTextStore
from aggregator.text.visible import visible_text

BATCH = 20
"""So many pages are read in one go."""

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_TIMEOUT = timedelta(seconds=20)
_MAX_PAGE_BYTES = 3_000_000
_MAX_ROBOTS_BYTES = 500_000
_ROBOTS_HOLD = timedelta(days=1)
_ROBOTS_LOST_HOLD = timedelta(hours=1)
_AGAIN = (timedelta(hours=1), timedelta(hours=6))
_KEPT_SITES = 2_000
# An article has to be so much longer than what the feed carries; else the extractor found less, or the same.
_LONGER = 1.2
_PASSING = frozenset(
    {Failure.HTTP_5XX, Failure.RATE_LIMITED, Failure.TIMEOUT, Failure.UNREACHABLE, Failure.DNS, Failure.TLS}
)


@dataclass(frozen=True, slots=True)
class _Known:
    robots: Robots
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTextParts:
    """What pages are read with; the fetcher keeps the turns of hosts and guards addresses.

    Attributes:
        sites: What is known of the ``robots.txt`` of each site; filled and kept from one call to the next.
    """

    store: FullTextStore
    fetcher: Fetcher
    articles: ArticleReader
    clock: Clock
    user_agent: str
    sites: dict[str, _Known] = field(default_factory=dict)


async def read_pages(source_ids: Sequence[str], parts: FullTextParts) -> int:
    """Read the pages of entries that wait for it, at most a batch; say how many articles were kept."""
    wanted = await parts.store.pages_wanted(source_ids, parts.clock.now(), BATCH)
    by_site: dict[str, list[PageWanted]] = {}
    for page in wanted:
        by_site.setdefault(_site(page.url), []).append(page)
    kept = await asyncio.gather(*(_read_site(site, pages, parts) for site, pages in by_site.items()))
    return sum(kept)


async def _read_site(site: str, pages: Sequence[PageWanted], parts: FullTextParts) -> int:
    """Read pages of one site, one after another, until it asks for peace; each result is kept at once.

    The others wait as long as the one that failed, and it does not count as a try of theirs.
    """
    kept = 0
    robots = await _robots(site, parts)
    if isinstance(robots, FetchFailed):
        await _put_off(pages, robots, parts)
        return 0
    for number, page in enumerate(pages):
        result, outcome = await _read(page, robots, parts)
        await parts.store.keep_full_text(result)
        kept += result.content_html is not None
        if isinstance(outcome, FetchFailed) and outcome.kind in _PASSING:
            await _put_off(pages[number + 1 :], outcome, parts)
            break
    return kept


async def _put_off(pages: Sequence[PageWanted], failed: FetchFailed, parts: FullTextParts) -> None:
    """Note that pages were not asked for, because their site is to be left alone."""
    now = parts.clock.now()
    again_at = now + (failed.retry_after or _AGAIN[0])
    for page in pages:
        waits = _stays(page, now, failed.kind.value, failed.detail, again_at)
        await parts.store.keep_full_text(replace(waits, attempts=page.attempts))


async def _read(page: PageWanted, robots: Robots, parts: FullTextParts) -> tuple[FullText, FetchOutcome | None]:
    now = parts.clock.now()
    if not robots.allows(page.url):
        again = now + _ROBOTS_LOST_HOLD if robots is ALLOWS_NOTHING else None
        return _stays(page, now, "robots", "robots.txt asks not to read this page", again), None
    outcome = await parts.fetcher.fetch(_request(page.url, _ACCEPT, _MAX_PAGE_BYTES, parts))
    if isinstance(outcome, FetchFailed) and not outcome.asked:
        waits = _stays(page, now, outcome.kind.value, outcome.detail, now + (outcome.retry_after or timedelta()))
        return replace(waits, attempts=page.attempts), outcome
    if isinstance(outcome, FetchFailed):
        again = _again(page, outcome, now) if outcome.kind in _PASSING else None
        return _stays(page, now, outcome.kind.value, outcome.detail, again), outcome
    if not isinstance(outcome, Fetched):
        return _stays(page, now, Failure.BAD_BODY.value, "an answer without a body", None), outcome
    if _site(outcome.url) != _site(page.url):
        there = await _robots(_site(outcome.url), parts)
        if isinstance(there, FetchFailed) or not there.allows(outcome.url):
            asks = "robots.txt of the site that it leads to asks not to read it"
            return _stays(page, now, "robots", asks, None), outcome
    article = await parts.articles.read(ArticlePage(url=outcome.url, headers=outcome.headers, body=outcome.body))
    return choose(page, article, now), outcome


def choose(page: PageWanted, article: Article | Unreadable, now: datetime) -> FullText:
    """Take the article of a page when it says clearly more than the feed did; else what the feed carries stays."""
    if isinstance(article, Unreadable):
        return _stays(page, now, "no_article", article.detail, None)
    own = len(visible_text(page.content_html))
    if len(article.text) < _LONGER * own or not article.text:
        return _stays(page, now, "shorter", f"{len(article.text)} characters on the page, {own} in the feed", None)
    return FullText(
        key=page.key,
        revision=page.revision,
        outcome="kept",
        asked_at=now,
        detail=f"{len(article.text)} characters on the page, {own} in the feed",
        content_html=article.content_html,
        summary=article.summary,
        attempts=page.attempts + 1,
    )


def _stays(page: PageWanted, now: datetime, outcome: str, detail: str, again_at: datetime | None) -> FullText:
    return FullText(
        key=page.key,
        revision=page.revision,
        outcome=outcome,
        asked_at=now,
        detail=detail,
        attempts=page.attempts + 1,
        again_at=again_at,
    )


def _again(page: PageWanted, failed: FetchFailed, now: datetime) -> datetime | None:
    """Say when to try again: later each time, never before the server wants it, and not for ever."""
    if page.attempts >= len(_AGAIN):
        return None
    return now + max(_AGAIN[page.attempts], failed.retry_after or timedelta())


async def _robots(site: str, parts: FullTextParts) -> Robots | FetchFailed:
    """Give the rules of a site, asked for once a day; a failure while the site may not be asked for anything.

    Follows:
        RFC 9309, 2.3.1: no such file allows everything, a server that fails allows nothing for now.
    """
    now = parts.clock.now()
    known = parts.sites.get(site)
    if known is not None and now < known.until:
        return known.robots
    outcome = await parts.fetcher.fetch(
        _request(f"{site}/robots.txt", "text/plain, */*;q=0.1", _MAX_ROBOTS_BYTES, parts)
    )
    if isinstance(outcome, FetchFailed) and not outcome.asked:
        return outcome
    if isinstance(outcome, Fetched):
        robots, hold = read_robots(outcome.body), _ROBOTS_HOLD
    elif isinstance(outcome, FetchFailed) and _is_absent(outcome):
        robots, hold = ALLOWS_ALL, _ROBOTS_HOLD
    else:
        robots, hold = ALLOWS_NOTHING, _ROBOTS_LOST_HOLD
    if len(parts.sites) >= _KEPT_SITES:
        parts.sites.clear()
    parts.sites[site] = _Known(robots, now + hold)
    return robots


def _is_absent(failed: FetchFailed) -> bool:
    return failed.status is not None and (
        HTTPStatus.BAD_REQUEST <= failed.status < HTTPStatus.INTERNAL_SERVER_ERROR
        and failed.status != HTTPStatus.TOO_MANY_REQUESTS
    )


def _request(url: str, accept: str, max_bytes: int, parts: FullTextParts) -> FetchRequest:
    return FetchRequest(
        url=url,
        headers=(("User-Agent", parts.user_agent), ("Accept", accept)),
        timeout=_TIMEOUT,
        max_wire_bytes=max_bytes,
        max_bytes=2 * max_bytes,
    )


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
