"""From the outbox to those who are told, on a clock that is turned."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import time, timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.fetch import HttpFetcher
from aggregator.model.edition import Composed, TopicView
from aggregator.model.sending import Attempt, Hook, Mailing, MailServer, Message, Sending, Way
from aggregator.model.status import Status
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Output, Topic
from aggregator.pipeline.sending import SendingParts, send_due
from aggregator.publish import compose
from tests.builders import NOON, make_topic
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer
from tests.fakes.poster import FakePoster
from tests.fakes.store import FakeStore
from tests.publish.test_posts import message as announced
from tests.publish.views import SITE
from tests.web.receivers import ScriptedHook

pytestmark = pytest.mark.anyio

URL = "https://hook.example/in/s3cr3t-path"
HUB = "https://hub.example/"
SERVER = MailServer(host="mail.example", port=25, sender="r@r.example")
SENDING = Sending(
    hooks=(Hook(name="chat", url=URL, secret="s3cr3t-key"), Hook(name="other", url="https://other.example/")),  # noqa: S106 - of a test
    mailings=(Mailing(name="ann", to="ann@a.example", times=Timetable(at=time(7))),),
)


class World:
    """A topic, an outbox, and all who are told."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.poster, self.mailer = FakePoster(), FakeMailer()
        self.topic: Topic | None = make_topic(sending=SENDING, output=Output(hub=HUB))
        self.server: MailServer | None = SERVER
        self.parts = SendingParts(
            store=self.store,
            poster=self.poster,
            mailer=self.mailer,
            clock=self.clock,
            user_agent="a/1",
            topic=lambda _slug: self.topic,
            site=lambda: SITE,
            mail_server=lambda: self.server,
        )

    async def write(self, *messages: Message) -> None:
        def composing(view: TopicView) -> Composed:
            return replace(compose(view, NOON, SITE), messages=messages)

        await self.store.announce(make_topic(), NOON, composing)

    async def send(self) -> int:
        sent = 0
        while tried := await send_due(self.parts):
            sent += tried
        return sent

    async def status(self) -> Status:
        return await self.store.status([], self.clock.now())


@pytest.fixture
def world() -> World:
    return World()


def message(number: int = 1, *, way: Way = Way.HOOK, target: str = "chat") -> Message:
    return replace(announced(f"News {number}"), id=f"m{number}", way=way, target=target)


async def test_what_is_due_goes_where_the_settings_say_and_is_sent_once(world):
    world.poster.answer(URL, 200)
    world.poster.answer(HUB, 204)
    await world.write(message(1), message(2, way=Way.MAIL, target="ann"), message(3, way=Way.HUB, target="atom"))
    assert await world.send() == 3
    assert await world.send() == 0
    assert {request.url for request in world.poster.sent} == {URL, HUB}
    assert [letter.to for letter in world.mailer.taken] == ["ann@a.example"]
    ping = next(request for request in world.poster.sent if request.url == HUB)
    assert dict(ping.form)["hub.url"] == "https://feeds.example.org/world.atom"


async def test_what_fails_is_tried_again_under_its_id_until_it_is_taken(world):
    world.poster.answer(URL, 503)
    await world.write(message())
    assert await world.send() == 1
    world.clock.turn(timedelta(minutes=2))
    world.poster.answer(URL, 200)
    assert await world.send() == 1
    ids = [dict(request.headers)["webhook-id"] for request in world.poster.sent]
    assert ids == ["m1", "m1"]
    assert (await world.status()).outbox[0].sent == 1


async def test_a_target_that_is_down_is_asked_once_a_round_and_holds_up_nobody_else(world):
    world.poster.answer("https://other.example/", 200)
    await world.write(*(message(number) for number in range(5)), message(9, target="other"))
    assert await world.send() == 2
    assert [request.url for request in world.poster.sent].count(URL) == 1


async def test_one_message_that_is_refused_holds_up_no_other(world):
    world.poster.answer(URL, 400)
    await world.write(message(1), message(2))
    assert await world.send() == 2


async def test_news_that_nobody_takes_for_three_days_is_given_up_and_shown(world):
    world.poster.answer(URL, 500, "broken")
    await world.write(message())
    for _ in range(24 * 4):
        await world.send()
        world.clock.turn(timedelta(hours=1))
    assert len(world.poster.sent) < 25
    (target,) = (await world.status()).outbox
    assert (target.waiting, target.dead, target.detail) == (0, 1, "the server answered 500: broken")


async def test_a_hook_that_is_gone_is_asked_once(world):
    world.poster.answer(URL, 410)
    await world.write(message())
    assert await world.send() == 1
    assert (await world.status()).outbox[0].dead == 1


@pytest.mark.parametrize("change", ["topic", "hook", "hub", "mailing", "server"])
async def test_what_the_settings_no_longer_name_is_dropped(world, change):
    sending = {"hook": replace(SENDING, hooks=()), "mailing": replace(SENDING, mailings=())}.get(change, SENDING)
    output = Output() if change == "hub" else Output(hub=HUB)
    world.topic = None if change == "topic" else make_topic(sending=sending, output=output)
    world.server = None if change == "server" else SERVER
    way, target = {"hub": (Way.HUB, "atom"), "mailing": (Way.MAIL, "ann"), "server": (Way.MAIL, "ann")}.get(
        change, (Way.HOOK, "chat")
    )
    await world.write(message(way=way, target=target))
    assert await world.send() == 1
    assert (await world.status()).outbox == ()
    assert (world.poster.sent, world.mailer.taken) == ([], [])


async def test_a_mail_that_is_refused_for_good_is_given_up(world):
    world.mailer.answer = Attempt(ok=False, detail="mail.example refuses the letter (554)", final=True)
    await world.write(message(way=Way.MAIL, target="ann"))
    await world.send()
    assert (await world.status()).outbox[0].dead == 1


async def test_what_was_sent_and_could_not_be_written_down_is_sent_again(world):
    world.poster.answer(URL, 200)
    await world.write(message())
    world.store.fail_commits()
    with pytest.raises(StoreError):
        await world.send()
    assert await world.send() == 1
    assert [dict(request.headers)["webhook-id"] for request in world.poster.sent] == ["m1", "m1"]


async def test_no_log_and_no_status_holds_a_secret_that_a_receiver_sends_back(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.poster.answer(URL, 500, f"cannot take {URL} with s3cr3t-key at /in/s3cr3t-path")
    await world.write(message())
    await world.send()
    status = await world.status()
    assert "the server answered 500" in status.outbox[0].detail
    assert "s3cr3t" not in caplog.text + repr(status) + repr(world.topic) + repr(world.poster.sent[0])


async def test_over_sockets_a_hook_gets_the_message_and_the_guard_is_asked(world):
    async with ScriptedHook() as hook:
        world.topic = make_topic(sending=Sending(hooks=(Hook(name="chat", url=hook.url),)))
        for allowed, posts in (((), 0), (("127.0.0.0/8",), 1)):
            fetcher = HttpFetcher(allow_private=allowed)
            world.parts = replace(world.parts, poster=fetcher)
            await world.write(message(posts))
            world.clock.turn(timedelta(days=1))
            await world.send()
            await fetcher.close()
            (target,) = (await world.status()).outbox
            assert len(hook.posts) >= posts
            assert ("not a public address" in target.detail) is (posts == 0)
    (post, *_) = hook.posts
    assert post.headers["content-type"] == "application/json"
    assert post.path == "/in/s3cr3t-path?key=s3cr3t-key"
