"""Two stores that live through the same show the same: the real one and the fake, through random weeks."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from aggregator.errors import EditError
from aggregator.model.article import FullText
from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.entry import EntryKey
from aggregator.model.fetching import Failure, FetchFailed, FetchOutcome, NotModified
from aggregator.model.following import FollowChange
from aggregator.model.shape import NO_SHAPE, Quiet, Rate, Shape
from aggregator.model.source import Claim, Source
from aggregator.model.status import EntryFilter
from aggregator.model.story import Recalled
from aggregator.model.timetable import Timetable
from aggregator.model.topic import TopicMode
from aggregator.model.websub import Offer, PushState
from aggregator.pipeline.curate import Desk, rematch
from aggregator.pipeline.poll import PollParts, poll
from aggregator.pipeline.weigh import weigh
from aggregator.schedule import spread
from aggregator.store.sqlite import SqliteStore
from aggregator.topics import TopicSet
from tests.builders import NOON, make_source, make_topic
from tests.contract.house import POLICY, TEXT, House
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.reader import FakeReader
from tests.fakes.store import FakeStore

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")
HOUR = timedelta(hours=1)
SHAPES = (
    *(NO_SHAPE, NO_SHAPE),
    Shape(budget=Rate(2, timedelta(days=1)), per_source=Rate(1, 6 * HOUR)),
    Shape(min_outlets=2, settle=HOUR / 2),
    Shape(digest=Timetable(at=time(7), zone="Europe/London"), quiet=Quiet(time(22), time(6))),
    Shape(unless_in=("world",), weights=(("s1", 3.0),)),
)
TITLES = (
    "Ferry aground off Malta coast",
    "Malta: ferry aground near coast",
    "Rescue helicopters lift passengers",
    "Parliament votes on budget after long debate",
    "Budget: parliament votes",
    "Storm closes the harbour of Valletta",
)


RULES = ("ferry", "malta OR budget", "outlets>=2 age<9h", "ferry story-age>1d")


@dataclass(slots=True)
class Twins:
    """The same house twice, and what befalls both."""

    real: House
    fake: House
    chance: Random
    clock: FakeClock

    async def both(self, act: Callable[[House], Awaitable[Result]]) -> Result:
        """Let the same happen to both; what is told must be the same."""
        told = await act(self.real)
        assert await act(self.fake) == told
        return told

    async def sync(self) -> None:
        """Take over other settings: sources come, go, move and get ids."""
        sources = [self._source(number) for number in range(4) if self.chance.random() < 0.9]
        await self.both(lambda house: house.store.sync_sources(sources, self.clock.now()))
        for house in (self.real, self.fake):
            house.desk = Desk(POLICY)  # as the service does: ids may have changed

    async def poll(self) -> None:
        """Poll what is due; some answers are lost on the way, and some claims given back."""
        claims = await self.both(lambda house: house.store.claim_due(self.clock.now(), 6))
        await self._poll(claims)

    async def poll_named(self) -> None:
        """Poll as somebody says."""
        name = f"s{self.chance.randrange(4)}"
        await self._poll(await self.both(lambda house: house.store.claim([name], self.clock.now())))

    async def curate(self) -> None:
        await self.both(lambda house: house.curate())
        if self.chance.random() < 0.7:
            await self.both(lambda house: weigh(house.store, TopicSet.compile(house.topics), self.clock.now()))

    async def announce(self) -> None:
        self.chance.shuffle(order := list(self.real.topics))
        for topic in order:
            hours = (self.clock.now() - NOON) / HOUR
            await self.both(lambda house, one=topic, at=hours: house.announce(one, at))

    async def change_topics(self) -> None:
        """Change a rule, a mode or a limit; a topic retires, or takes another slug."""
        mode = self.chance.choice(list(TopicMode))
        shape = self.chance.choice(SHAPES)
        topics = [make_topic("world", mode=mode, limit=self.chance.choice([1, 3, 60]), shape=shape)]
        if self.chance.random() < 0.7:
            slug, other = self.chance.sample(["ships", "boats"], 2)
            topics.append(
                make_topic(
                    slug,
                    match=self.chance.choice(RULES),
                    aliases=(other,),
                    shape=self.chance.choice(SHAPES),
                )
            )
        self.real.topics = self.fake.topics = topics
        await self.both(lambda house: rematch(house.store, house.topics))

    async def prune(self) -> None:
        vanished_for = HOUR * self.chance.choice([1, 24, 48])
        await self.both(lambda house: house.store.prune(self.clock.now(), vanished_for=vanished_for))

    async def read_pages(self) -> None:
        """Read pages; some come to nothing for now."""
        wanted = await self.both(lambda house: house.store.pages_wanted(["s0", "s1"], self.clock.now(), 3))
        for page in wanted:
            markup = f"<p>{TEXT}</p>" if self.chance.random() < 0.5 else None
            again_at = None if markup else self.clock.now() + HOUR
            read = FullText(
                key=page.key,
                revision=page.revision,
                outcome="kept" if markup else "timeout",
                asked_at=self.clock.now(),
                content_html=markup,
                summary="A summary.",
                attempts=page.attempts + 1,
                again_at=again_at,
            )
            await self.both(lambda house, one=read: house.store.keep_full_text(one))

    async def follow(self) -> None:
        """A hub tells something."""
        name = f"s{self.chance.randrange(4)}"
        push = PushState(offer=Offer("https://hub.example/", "https://a.example/"), pushes=self.chance.randrange(9))
        change = FollowChange(push=push, due_at=self.clock.now() + HOUR / 2, due_why="pushed")
        await self.both(lambda house: house.store.follow(name, lambda _: change))

    async def pause(self) -> None:
        """Somebody pauses or resumes a source."""
        name = f"s{self.chance.randrange(4)}"
        since = self.chance.choice([None, self.clock.now()])
        await self.both(lambda house: house.store.pause(name, since))

    async def mark(self) -> None:
        """An editor pins, hides, notes or takes back."""
        found = await self.real.store.entries(EntryFilter(), self.clock.now())
        named = self.chance.choice(found)[0].entry.key if found else EntryKey("s0", "none")
        scope = self.chance.choice(list(Scope))
        act = Act(
            kind=self.chance.choice([ActKind.PIN, ActKind.HIDE, ActKind.NOTE, ActKind.UNDO]),
            named=(named.source if scope is Scope.SOURCE else named.short,),
            topic=self.chance.choice([None, "world", "ships", "boats"]),
            scope=scope,
            until=self.chance.choice([None, self.clock.now() + 9 * HOUR]),
        )

        async def edit(house: House) -> object:
            try:
                return await house.store.edit(act, self.clock.now())
            except EditError:
                return "refused"

        await self.both(edit)

    async def bring_up(self) -> None:
        """Announce what is due by time alone."""
        due = await self.both(lambda house: house.store.due_topics(self.clock.now()))
        hours = (self.clock.now() - NOON) / HOUR
        for topic in [topic for topic in self.real.topics if topic.slug in due]:
            await self.both(lambda house, one=topic: house.announce(one, hours))

    async def spread(self) -> None:
        await self.both(lambda house: house.store.reschedule(self.clock.now(), spread))

    async def step(self) -> None:
        """The clock is set."""
        by = HOUR * self.chance.randint(0, 30)
        self.clock.step(by)
        await self.both(lambda house: house.store.shift(by))

    def _source(self, number: int) -> Source:
        given = self.chance.random() < 0.5
        name = f"s{number}" if given else f"slug-{number}"
        path = self.chance.choice(["a", "a", "a", "a", "b"])
        host = f"h{number % 2}.many.example"
        url = f"https://{host}/{number}/{path}.xml"
        return make_source(name, id_given=given, url=url, pace_key=host, keep=timedelta(days=3), backfill=3)

    async def _poll(self, claims: tuple[Claim, ...]) -> None:
        for claim in claims:
            fate = self.chance.random()
            if fate < 0.1:
                continue
            if fate < 0.2:
                await self.both(lambda house, one=claim: house.store.give_back([one]))
                continue
            outcome = self._answer(claim)
            await self.both(lambda house, one=claim, came=outcome: self._polled(house, one, came))

    async def _polled(self, house: House, claim: Claim, outcome: FetchOutcome) -> object:
        fetcher = FakeFetcher()
        fetcher.script(claim.state.moved_to or claim.source.url, outcome)
        parts = PollParts(store=house.store, fetcher=fetcher, reader=FakeReader(), clock=self.clock, user_agent="t")
        return await poll(claim, parts)

    def _answer(self, claim: Claim) -> FetchOutcome:
        url = claim.state.moved_to or claim.source.url
        fate = self.chance.random()
        if fate < 0.1:
            return FetchFailed(kind=Failure.TIMEOUT, detail="no answer", url=url)
        if fate < 0.2:
            return FetchFailed(kind=Failure.RATE_LIMITED, detail="too much", url=url, status=429, retry_after=HOUR)
        if fate < 0.35 and claim.state.documents:
            return NotModified(url=url)
        body = "".join(self._item() for _ in range(self.chance.randrange(6)))
        document = f"<rss version='2.0'><channel><title>T</title><language>en</language>{body}</channel></rss>".encode()
        answer = fetched(url, document, etag=f'"{self.chance.randrange(99)}"')
        return replace(answer, status=226) if fate > 0.9 and claim.state.documents else answer

    def _item(self) -> str:
        number = self.chance.randrange(12)
        text = TEXT if self.chance.random() < 0.3 else f"Text {number}."
        return (
            f"<item><title>{self.chance.choice(TITLES)}</title><guid isPermaLink='false'>g{number}</guid>"
            f"<link>https://a.example/{number % 7}</link><description>{text}</description></item>"
        )


async def seen(house: House, clock: FakeClock) -> dict[str, Any]:
    """Look at everything."""
    store, now = house.store, clock.now()
    status = await store.status(house.topics, now, polls=30)
    recalled = await store.recall()
    names = [one.source.id for one in status.sources]
    documents = [await store.known_document(name) for name in names]
    entries = await store.entries(EntryFilter(), now)
    return {
        "status": status,
        "entries": entries,
        "views": [await store.entry_views(stored.entry.key.short) for stored, _ in entries[:3]],
        "stories": [await store.story_view(story) for _, story in entries[:3] if story],
        "activity": await store.activity(now),
        "sources": [await store.source_view(name, now) for name in names],
        "followed": await store.followed(),
        "next": await store.next_due_at(),
        "weighing": await store.next_weighing_at(),
        "pages": await store.pages_wanted(names, now, 99),
        "acts": await store.acts(),
        "due": await store.due_topics(now),
        "documents": [(frozenset(one.items), one.frame) for one in documents],
        "recalled": Recalled(
            recent=tuple(replace(one, terms=tuple(sorted(one.terms))) for one in recalled.recent),
            counts=tuple(replace(one, terms=tuple(sorted(one.terms))) for one in recalled.counts),
        ),
    }


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(2, 150))])
async def test_the_fake_lives_as_the_real_store_does(seed: int, tmp_path: Path, empty_database: Path):
    shutil.copy(empty_database, tmp_path / "a.db")
    store = SqliteStore.open(tmp_path / "a.db", site_authority="t.example")
    twins = Twins(House(store, ()), House(FakeStore(), ()), Random(seed), FakeClock())
    ways = [twins.poll, twins.poll, twins.poll, twins.curate, twins.curate, twins.announce, twins.announce]
    ways += [twins.sync, twins.poll_named, twins.change_topics, twins.prune, twins.read_pages, twins.follow]
    ways += [twins.spread, twins.step, twins.mark, twins.mark, twins.pause, twins.bring_up, twins.bring_up]
    await twins.sync()
    await twins.change_topics()
    for _ in range(60):
        way = twins.chance.choice(ways)
        await way()
        assert await seen(twins.fake, twins.clock) == await seen(twins.real, twins.clock), way.__name__
        twins.clock.turn(HOUR * twins.chance.choice([0, 1, 1, 6, 30]))
    await store.close()
