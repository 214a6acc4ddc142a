"""The postman with a whole engine, on a clock that is turned: hubs after half a minute, mailboxes at their hour."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import make_plan, read_settings
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.service.postman import Postman
from aggregator.service.web.shelf import Shelf
from tests.builders import NOON
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.mailer import FakeMailer
from tests.fakes.poster import FakePoster
from tests.fakes.store import FakeStore
from tests.service.houses import house_on
from tests.service.test_engine import told

pytestmark = pytest.mark.anyio

URL = "https://ap.example/feed.xml"
HUB = "https://hub.example/"
HOOK = "https://hook.example/in"
HOUR = timedelta(hours=1)
CONFIG = f"""\
site: {{base-url: "https://feeds.example.org"}}
mail: {{server: "smtp://mail.example", from: r@r.example}}
sources: ['{URL}']
topics:
  all:
    output: {{hub: "{HUB}", formats: [atom, json]}}
    send: [{{hook: "{HOOK}"}}, MAILBOX]
"""
ANN = "{mail: ann@a.example, at: 'daily at 07:00'}"
BOB = "{mail: bob@b.example, at: 'daily at 08:00'}"


class World:
    """An engine, a postman, and the wire between them and everybody else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetcher, self.poster, self.mailer = FakeFetcher(), FakePoster(), FakeMailer()
        self.house: House = replace(house_on(FakeStore(), fetcher=self.fetcher), poster=self.poster, mailer=self.mailer)
        self.engine = Engine(self.house, self.plan(ANN), Shelf())
        self.postman = Postman(self.house, self.engine)
        for url in (HUB, HOOK):
            self.poster.answer(url, 200)

    def plan(self, *mailboxes: str) -> Plan:
        path = self.folder / "aggregator.yaml"
        path.write_text(CONFIG.replace("MAILBOX", ", ".join(mailboxes)), encoding="utf-8")
        return make_plan(read_settings(path, {}))

    async def publish(self, title: str) -> None:
        self.fetcher.script(URL, fetched(URL, told(title), etag=f'"{title}"'))
        await self.engine.poll_named(["ap.example"])

    async def turn(self, by: timedelta, *, step: timedelta = timedelta(seconds=10)) -> None:
        """Let time pass as the daemon does: looking for letters, and sending, now and then."""
        for _ in range(int(by / step)):
            self.house.clock.turn(step)  # type: ignore[attr-defined]
            await self.postman.letters()
            await self.postman.round()

    def pinged(self) -> list[str]:
        return [dict(one.form)["hub.url"] for one in self.poster.sent if one.url == HUB]

    def hooked(self) -> int:
        return sum(one.url == HOOK for one in self.poster.sent)

    def mailed(self) -> list[tuple[str, str]]:
        return [(one.to, str(email.message_from_bytes(one.body)["Subject"])) for one in self.mailer.taken]


@pytest.fixture
async def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    await made.engine.start()
    await made.postman.letters()
    return made


async def test_a_hub_is_told_of_each_feed_half_a_minute_after_the_last_change_but_one(world):
    await world.turn(timedelta(minutes=1))
    # The feeds are new, which is a change as well.
    feeds = ["https://feeds.example.org/all.atom", "https://feeds.example.org/all.json"]
    assert world.pinged() == feeds
    await world.publish("Ferry aground off Malta")
    await world.turn(timedelta(seconds=20))
    await world.publish("Parliament votes on budget")
    assert world.pinged() == feeds
    assert world.hooked() == 1
    await world.turn(timedelta(seconds=20))
    assert world.pinged() == feeds * 2
    assert world.hooked() == 2
    await world.turn(timedelta(minutes=5))
    assert world.pinged() == feeds * 2


async def test_a_mailbox_gets_a_letter_at_its_hour_if_there_is_news(world):
    await world.publish("Ferry aground off Malta")
    await world.turn(18 * HOUR, step=HOUR)
    assert world.mailed() == []
    await world.turn(HOUR, step=HOUR)
    assert world.mailed() == [("ann@a.example", "All: Ferry aground off Malta")]
    await world.turn(30 * HOUR, step=HOUR)
    assert len(world.mailed()) == 1


async def test_a_machine_that_slept_through_the_hour_sends_when_it_wakes_and_once(world):
    await world.publish("Ferry aground off Malta")
    await world.turn(timedelta(days=3), step=timedelta(days=3))
    assert len(world.mailed()) == 1


async def test_a_process_that_starts_anew_sends_what_is_due(world):
    await world.publish("Ferry aground off Malta")
    world.house.clock.turn(timedelta(hours=19))
    await Postman(world.house, world.engine).letters()
    await world.turn(timedelta(minutes=1))
    assert len(world.mailed()) == 1


async def test_a_mailbox_that_comes_with_a_reload_is_told_of_what_comes_from_then_on(world):
    await world.publish("Ferry aground off Malta")
    await world.turn(HOUR, step=HOUR)
    await world.engine.change(world.plan(ANN, BOB))
    await world.turn(HOUR, step=HOUR)
    await world.publish("Parliament votes on budget")
    await world.turn(20 * HOUR, step=HOUR)
    assert world.mailed() == [("ann@a.example", "All: 2 new"), ("bob@b.example", "All: Parliament votes on budget")]
    assert world.house.clock.now() > datetime(2026, 11, 24, 8, tzinfo=UTC) > NOON


async def test_a_round_of_work_tells_letters_of_what_it_brought(world, monkeypatch):
    monkeypatch.setattr(world.house.clock, "sleep", lambda seconds: _turn(world, seconds))
    world.house.clock.turn(timedelta(hours=19))
    await world.publish("Ferry aground off Malta")
    await Postman(world.house, world.engine).finish()
    assert world.mailed() == [("ann@a.example", "All: Ferry aground off Malta")]


async def _turn(world: World, seconds: float) -> None:
    world.house.clock.turn(timedelta(seconds=seconds))  # type: ignore[attr-defined]
