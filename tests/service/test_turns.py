from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.model.fetching import FetchOutcome, FetchRequest
from aggregator.service.clock import SystemClock
from aggregator.service.turns import KEPT, PacedFetcher
from tests.fakes.fetcher import FakeFetcher, fetched

GAP = timedelta(seconds=0.03)


class Watch:
    """A fetcher that takes a moment, and notes when."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, float, float]] = []

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(0.01)
        self.spans.append((request.url, started, loop.time()))
        return fetched(request.url, b"")


def by_domain(url: str) -> tuple[str, timedelta]:
    return url.rpartition(".")[0].rpartition(".")[2], GAP


@pytest.mark.anyio
async def test_hosts_of_one_group_are_asked_one_after_another_with_the_gap_and_others_do_not_wait():
    watch = Watch()
    fetcher = PacedFetcher(watch, SystemClock(), by_domain)
    urls = ["https://a.group.example", "https://b.group.example", "https://c.group.example", "https://other.example"]
    await asyncio.gather(*(fetcher.fetch(FetchRequest(url=url)) for url in urls))
    group = [span for span in watch.spans if "group" in span[0]]
    assert len(group) == 3
    for earlier, later in pairwise(group):
        assert later[1] - earlier[2] >= GAP.total_seconds() * 0.99
    (other,) = [span for span in watch.spans if "other" in span[0]]
    assert other[1] < group[1][1]


@pytest.mark.anyio
async def test_the_fetcher_below_is_told_the_spacing_of_the_host():
    below = FakeFetcher()
    await PacedFetcher(below, SystemClock(), lambda _: ("a", timedelta(seconds=7))).fetch(FetchRequest(url="https://a"))
    assert below.requests[0].spacing == timedelta(seconds=7)


@pytest.mark.anyio
async def test_whoever_gives_up_lets_the_next_one_in():
    watch = Watch()
    fetcher = PacedFetcher(watch, SystemClock(), lambda _: ("a", timedelta(hours=1)))
    await fetcher.fetch(FetchRequest(url="https://a"))
    waiting = asyncio.create_task(fetcher.fetch(FetchRequest(url="https://b")))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not fetcher._locks["a"].locked()
    assert len(watch.spans) == 1


@pytest.mark.anyio
async def test_hosts_at_rest_are_forgotten():
    class Later(SystemClock):
        at = 0.0

        def monotonic(self) -> float:
            return self.at

    clock = Later()
    fetcher = PacedFetcher(FakeFetcher(), clock, lambda url: (url, timedelta()))
    for number in range(KEPT + 1):
        clock.at = number * 10.0
        await fetcher.fetch(FetchRequest(url=f"https://{number}.example"))
    assert len(fetcher._locks) == len(fetcher._ready_at) < 10
