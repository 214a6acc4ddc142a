"""A few days with difficult hosts; the full proof is in tests/prove."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.fetch import HttpFetcher
from aggregator.model.pace import Scope
from tests.builders import NOON
from tests.fakes.clock import FakeClock
from tests.web.difficult_hosts import HOSTS, HOUR, MINUTE, Difficult, spend
from tests.web.gates import Away, BadRoute, Banning, Every
from tests.web.loopback import feed_address
from tests.web.newsrooms import LoopbackNames, newsrooms, serve
from tests.web.server import ScriptedWeb
from tests.web.turned_days import Span, TurnedDays

SAMPLES = {
    "one in five minutes, 12 feeds": (
        Difficult(hosts=("one.example",) * 12, gates=lambda: (Banning(Every(5 * MINUTE), 10),)),
        1.8,
    ),
    "one in five minutes over 10 sub-domains, without Retry-After": (
        Difficult(
            hosts=tuple(f"h{number}.many.example" for number in range(10)),
            gates=lambda: (Banning(Every(5 * MINUTE, retry_after=False), 10),),
        ),
        1.8,
    ),
    "404 for seven hours": (
        Difficult(
            hosts=("one.example",) * 6,
            gates=lambda: (Away(2, 9),),
            every=HOSTS["404 for seven hours each day, 20 feeds"].every,
            away=Away(2, 9),
        ),
        3,
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", list(SAMPLES))
async def test_no_ban_no_dead_source_and_news_nearly_as_soon_as_an_oracle_would_have_it(name, tmp_path):
    difficult, days = SAMPLES[name]
    spent = await spend(difficult, tmp_path, days=days)
    assert (spent.bans, spent.unwell) == (0, 0), spent.line()
    assert spent.ratio <= 1.35, spent.line()


@pytest.mark.anyio
async def test_one_bad_route_stops_its_neighbours_once_and_never_again(tmp_path):
    difficult = Difficult(
        hosts=("one.example",) * 8,
        gates=lambda: (BadRoute("/3.xml", 429, ("Retry-After", "3600")),),
        every=HOSTS["one route of 20 answers 404"].every,
        bad="/3.xml",
    )
    spent = await spend(difficult, tmp_path, days=1.5)
    (pace,) = spent.days.paces
    assert (pace.findings[0].rule, pace.findings[0].scope, pace.paced) == ("alone", Scope.ROUTE, False)
    assert sum(one.rule == "refused" for one in pace.findings) == 1
    assert spent.unwell == 0


@pytest.mark.anyio
async def test_a_limit_over_sub_domains_is_found_through_real_sockets(tmp_path):
    clock = FakeClock()
    hosts = {f"h{number}.many.example": feed_address(number) for number in range(10)}
    rooms = newsrooms(list(hosts), start=NOON, days=0.5, rates=(2, 24), seed=5)
    gate = Banning(Every(2 * MINUTE), 5)
    async with ScriptedWeb(now=clock.now) as web:
        serve(web, rooms, (gate,))
        fetcher = HttpFetcher(allow_private=["127.0.0.0/8"], now=clock.now)
        # The fetcher keeps pauses by the real clock, the days by the turned one.
        names = LoopbackNames(fetcher, web.port, hosts if web.own_addresses else dict.fromkeys(hosts, "127.0.0.1"))
        turned = TurnedDays(rooms, names, every=HOSTS["one a minute over 40 sub-domains"].every, clock=clock)
        span = Span(start=NOON, warm=NOON + HOUR, end=NOON + timedelta(hours=6))
        found = await turned.run(tmp_path, span)
        await fetcher.close()
    joined = next(pace for pace in found.paces if pace.merged)
    assert (joined.key, joined.spacing) == ("many.example", 2 * MINUTE)
    assert (gate.bans, len(gate.refused)) == ([], 2)
    assert set(found.conditions.values()) == {"ok"}
    assert {row.status for row in web.log} == {200, 304, 429}
