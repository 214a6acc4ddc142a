"""WebSub, against a scripted hub: what the Recommendation demands of a subscriber, each demand with its test.

``MUSTS`` lists them; a test below fails when one of them has no test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.fetch import client as fetch_client
from tests.service.push_world import World, certificate, feed, made_world
from tests.web import Reply

pytestmark = pytest.mark.anyio

MUSTS = {
    "4: hub and topic are discovered by the Link header": "test_the_link_header_names_hub_and_topic",
    "4: and by link elements in the document": "test_link_elements_do_where_no_header_names_a_hub",
    "5.1: a form with callback, mode and topic is posted": "test_the_hub_gets_a_form_with_callback_mode_and_topic",
    "5.1: the callback is unguessable and unique": "test_every_subscription_has_a_callback_of_its_own",
    "5.1: the secret is shorter than 200 bytes, and for secure hubs only": "test_only_a_secure_hub_gets_a_secret",
    "5.1: 307 and 308 of the hub are followed": "test_a_hub_that_moved_is_followed",
    "5.2: a denial is taken at any time": "test_a_denial_is_taken_at_any_time",
    "5.3: what was asked for gets its challenge": "test_what_was_asked_for_is_confirmed_with_the_challenge",
    "5.3: anything else is 404": "test_what_was_not_asked_for_is_404",
    "5.3: unsubscribing is confirmed only when it was asked for": "test_a_source_that_goes_is_unsubscribed",
    "6: a subscription is renewed before its lease ends": "test_a_subscription_is_renewed_before_its_lease_ends",
    "7: a push is answered with 2xx at once, and read later": "test_a_push_is_received_at_once_and_read_later",
    "7: 410 says that nothing is wanted any more": "test_410_for_what_has_ended",
    "7: the callback alone says what a push is for": "test_the_callback_alone_says_what_a_push_is_for",
    "7.1: a signature is checked": "test_a_signed_push_brings_content",
    "7.1: a push with another signature is ignored": "test_a_push_with_another_signature_is_ignored",
}


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    async with made_world(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def secure(tmp_path, pem, monkeypatch) -> AsyncIterator[World]:
    """A world whose hub is secure, so it gets a secret and signs."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    fetch_client.tls_context.cache_clear()
    async with made_world(tmp_path / "secure", pem=pem) as made:
        yield made
    fetch_client.tls_context.cache_clear()


async def test_every_demand_has_its_test():
    assert sorted(name for name in MUSTS.values() if name not in globals()) == []


# Discovery


async def test_the_link_header_names_hub_and_topic(world):
    await world.subscribed()
    (asked,) = world.hub.asked
    assert asked.form["hub.topic"] == world.web.url("/feed.xml")
    assert (await world.push_state()).offer.hub_url == world.hub.url


async def test_link_elements_do_where_no_header_names_a_hub(world):
    links = (
        f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='{world.hub.url}'/>"
        "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='https://p.example/all.xml'/>"
    )
    body = feed("one").replace(b"<title>P</title>", b"<title>P</title>" + links.encode())
    world.web.publish("/feed.xml", body)
    await world.poll_due()
    await world.tend()
    assert world.hub.asked[0].form["hub.topic"] == "https://p.example/all.xml"


async def test_a_document_without_a_hub_asks_nobody(world):
    world.publish("one", hub=False)
    await world.poll_due()
    await world.tend()
    assert world.hub.asked == []
    assert (await world.state()).push is None


# Subscribing


async def test_the_hub_gets_a_form_with_callback_mode_and_topic(world):
    await world.subscribed()
    (asked,) = world.hub.asked
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["user-agent"] == "aggregator/test"
    assert asked.form["hub.mode"] == "subscribe"
    assert asked.form["hub.callback"].startswith(world.base)
    assert asked.form["hub.lease_seconds"] == "864000"
    await world.tend()
    assert len(world.hub.asked) == 1


async def test_every_subscription_has_a_callback_of_its_own(world):
    world.sources["q"] = replace(world.sources["p"], id="q", url=world.web.url("/feed.xml?q"), pace_key="q")
    await world.sync()
    await world.subscribed()
    world.turn(days=9)
    await world.tend()
    tokens = [asked.form["hub.callback"].rpartition("/")[2] for asked in world.hub.asked]
    subscribed = [asked for asked in world.hub.asked if asked.form["hub.mode"] == "subscribe"]
    assert len(subscribed) == 4
    assert len(set(tokens)) == 4
    assert all(len(token) == 43 for token in tokens)


async def test_only_a_secure_hub_gets_a_secret(world, secure):
    await world.subscribed()
    assert "hub.secret" not in world.hub.asked[0].form
    await secure.subscribed()
    assert 32 <= len(secure.hub.asked[0].form["hub.secret"]) < 200


@pytest.mark.parametrize("status", [307, 308])
async def test_a_hub_that_moved_is_followed(world, status):
    world.hub.moved = [(status, "/elsewhere")]
    await world.subscribed()
    asked = world.hub.asked
    assert [one.path for one in asked] == ["/hub", "/elsewhere"]
    assert asked[0].form == asked[1].form
    assert (await world.push_state()).since is not None


@pytest.mark.parametrize("status", [301, 302, 303, 400, 404, 500, 503])
async def test_a_hub_that_refuses_is_asked_again_later_and_the_source_polled_as_always(world, status):
    world.hub.reply = (status, {"Location": "/elsewhere", "Retry-After": "7200"}, "no such topic")
    await world.subscribed()
    due_before = (await world.state()).next_poll_at
    push = await world.push_state()
    assert (push.since, push.attempts) == (None, 1)
    assert str(status) in push.detail
    world.turn(minutes=10)
    await world.tend()
    assert len(world.hub.asked) == 1
    world.turn(minutes=10 if status != 503 else 115)
    world.hub.reply = (202, {}, "")
    await world.tend()
    assert (await world.push_state()).since is not None
    assert (await world.state()).next_poll_at == due_before


async def test_a_hub_that_cannot_be_reached_is_asked_once_a_round_for_all_its_sources(world):
    for number in range(5):
        name = f"s{number}"
        world.sources[name] = replace(world.sources["p"], id=name, url=world.web.url(f"/feed.xml?{number}"))
    await world.sync()
    dead = '<http://127.0.0.1:9/>; rel="hub", </feed.xml>; rel="self"'
    world.web.publish("/feed.xml", feed("one"), headers=(("Link", dead),))
    await world.poll_due()
    sent = []
    post = world.fetcher.post

    async def counted(request):
        sent.append(request)
        return await post(request)

    world.desk._parts = replace(world.desk._parts, poster=type("Counted", (), {"post": staticmethod(counted)})())
    await world.tend()
    assert len(sent) == 1
    followed = await world.store.followed()
    assert [(one.push.attempts, one.subscriptions) for one in followed] == [(1, ())] * 6


# Verifying


async def test_what_was_asked_for_is_confirmed_with_the_challenge(world):
    await world.subscribed()
    assert world.hub.verifications == [(200, "c0")]
    push = await world.push_state()
    assert push.since == world.clock.now()
    assert push.lease_until == world.clock.now() + timedelta(days=10)
    (callback,) = world.hub.callbacks
    again = await world.hub.verify(
        callback, "subscribe", world.web.url("/feed.xml"), challenge="<b>", lease_seconds="9"
    )
    assert (again.status_code, again.text) == (200, "<b>")
    assert again.headers["content-type"] == "text/plain; charset=utf-8"
    assert again.headers["x-content-type-options"] == "nosniff"


async def test_what_was_not_asked_for_is_404(world):
    world.hub.verifies = False
    await world.subscribed()
    callback, topic = world.hub.asked[0].form["hub.callback"], world.web.url("/feed.xml")
    answers = [
        await world.hub.verify(callback, "subscribe", "https://other.example/", challenge="x"),
        await world.hub.verify(callback, "unsubscribe", topic, challenge="x"),
        await world.hub.verify(callback, "publish", topic, challenge="x"),
        await world.hub.verify(callback, "subscribe", topic),
        await world.hub.verify(callback, "subscribe", topic, challenge="x" * 5000),
        await world.hub.verify(f"{world.base}{'A' * 43}", "subscribe", topic, challenge="x"),
        await world.hub.verify(f"{world.base}x", "denied", topic),
        await world.visit(callback, {}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert (await world.push_state()).since is None


async def test_a_verification_that_comes_too_late_is_404(world):
    await world.subscribed()
    (callback,) = world.hub.callbacks
    world.turn(minutes=11)
    late = await world.hub.verify(callback, "subscribe", world.web.url("/feed.xml"), challenge="x")
    assert late.status_code == 404


async def test_a_hub_that_never_verifies_is_asked_again_with_another_callback(world):
    world.hub.verifies = False
    await world.subscribed()
    world.turn(minutes=61)
    await world.tend()
    assert len(world.hub.asked) == 1
    assert "did not verify" in (await world.push_state()).detail
    world.turn(minutes=16)
    await world.tend()
    first, second = (asked.form["hub.callback"] for asked in world.hub.asked)
    assert first != second


async def test_a_denial_is_taken_at_any_time(world):
    await world.subscribed()
    (callback,) = world.hub.callbacks
    denied = await world.hub.verify(callback, "denied", world.web.url("/feed.xml"), reason="no\nmore")
    assert (denied.status_code, denied.text) == (200, "")
    push = await world.push_state()
    assert (push.since, push.detail) == (None, "denied by the hub: no more")
    assert await world.hub.push(feed("two")) == [410]
    world.turn(days=6)
    await world.tend()
    assert len(world.hub.asked) == 1
    world.turn(days=1, minutes=1)
    await world.tend()
    assert len(world.hub.asked) == 2


@pytest.mark.parametrize(
    ("granted", "days"), [(None, 10.0), (86_400, 1.0), (10**9, 14.0)], ids=["as asked", "less", "too long"]
)
async def test_a_lease_is_what_the_hub_grants_within_bounds(world, granted, days):
    world.hub.lease = granted
    await world.subscribed()
    assert (await world.push_state()).lease_until == world.clock.now() + timedelta(days=days)


async def test_a_lease_too_short_to_be_renewed_politely_is_not_taken(world):
    world.hub.lease = 30
    await world.subscribed()
    assert world.hub.verifications[0][0] == 404
    assert "30 s only" in (await world.push_state()).detail


# Renewing and leaving


async def test_a_subscription_is_renewed_before_its_lease_ends(world):
    await world.subscribed()
    (old,) = world.hub.callbacks
    world.turn(days=6.9)
    await world.tend()
    assert len(world.hub.asked) == 1
    world.turn(days=1.2)
    await world.tend()
    await world.tend()
    assert [asked.form["hub.mode"] for asked in world.hub.asked] == ["subscribe", "subscribe", "unsubscribe"]
    assert world.hub.asked[2].form["hub.callback"] == old
    (new,) = world.hub.callbacks
    assert new != old
    push = await world.push_state()
    assert push.lease_until == world.clock.now() + timedelta(days=10)
    assert push.since < world.clock.now()


async def test_a_lease_that_ends_brings_polling_back(world):
    await world.subscribed()
    world.hub.reply = (500, {}, "")
    world.turn(days=10, minutes=1)
    assert await world.hub.push(feed("two")) == [410]
    await world.tend()
    push, state = await world.push_state(), await world.state()
    assert (push.since, push.proven) == (None, 0)
    assert state.next_poll_at <= world.clock.now()


async def test_a_source_that_goes_is_unsubscribed(world):
    await world.subscribed()
    (callback,) = world.hub.callbacks
    topic = world.web.url("/feed.xml")
    assert (await world.hub.verify(callback, "unsubscribe", topic, challenge="x")).status_code == 404
    world.sources.clear()
    await world.sync()
    assert await world.hub.push(feed("two")) == [410]
    await world.tend()
    assert world.hub.asked[-1].form == {"hub.callback": callback, "hub.mode": "unsubscribe", "hub.topic": topic}
    assert world.hub.verifications[-1] == (200, "c1")
    assert world.hub.callbacks == {}


async def test_a_source_that_drops_its_hub_is_unsubscribed_and_polled_as_always(world):
    await world.subscribed()
    world.publish("one", "two", hub=False)
    await world.turn_to_due()
    await world.poll_due()
    await world.tend()
    assert world.hub.asked[-1].form["hub.mode"] == "unsubscribe"
    assert world.hub.callbacks == {}
    assert (await world.push_state()).since is None


async def test_switching_it_off_unsubscribes(world):
    await world.subscribed()
    world.us = replace(world.us, wanted=False)
    await world.tend()
    assert world.hub.callbacks == {}
    await world.tend()
    assert len(world.hub.asked) == 2


async def test_without_an_address_that_hubs_can_reach_nobody_is_asked(world):
    world.us = replace(world.us, callback_base=None)
    await world.subscribed()
    assert world.hub.asked == []


async def test_a_source_with_credentials_is_not_talked_about(world):
    world.sources["p"] = replace(world.sources["p"], authorization="Basic x")
    await world.sync()
    await world.subscribed()
    assert world.hub.asked == []


async def test_another_key_makes_new_callbacks(world):
    await world.subscribed()
    (old,) = world.hub.callbacks
    world.us = replace(world.us, key=b"n" * 32)
    await world.tend()
    assert len(world.hub.asked) == 2
    assert (await world.visit(old, {"hub.mode": "denied", "hub.topic": world.web.url("/feed.xml")})).status_code == 404


# Pushes


async def test_a_push_is_received_at_once_and_read_later(secure):
    await secure.subscribed()
    read = secure.reader.reads
    assert await secure.hub.push(feed("two")) == [202]
    assert secure.reader.reads == read
    await secure.taken()
    assert secure.reader.reads == read + 1


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
async def test_a_signed_push_brings_content(secure, method):
    await secure.subscribed()
    before = await secure.state()
    await secure.hub.push(feed("two", "one"), method=method)
    await secure.taken()
    assert await secure.titles() == {"one", "two"}
    assert secure.news == 1
    status = await secure.store.status((), secure.clock.now(), polls=2)
    pushed, polled = status.sources[0].polls
    assert (pushed.via, pushed.outcome, pushed.new, polled.via) == ("push", "new", 1, "poll")
    assert pushed.detail == f"pushed by 127.0.0.1, signed with {method}"
    after = await secure.state()
    assert after.version == before.version
    assert after.validators == before.validators
    assert after.next_poll_at == before.next_poll_at
    assert (after.push.pushes, after.push.brought, after.push.proven) == (1, 1, 1)


@pytest.mark.parametrize(
    "signature",
    ["sha256=" + "0" * 64, "sha256=", "", "md5=00", "sha256", "sha1=" + "é" * 40, "sha256=zz", "sha512=" + "0" * 64],
)
async def test_a_push_with_another_signature_is_ignored(secure, signature):
    await secure.subscribed()
    before = await secure.state()
    assert await secure.hub.push(feed("forged"), signature=signature) == [202]
    await secure.taken()
    assert await secure.titles() == {"one"}
    assert await secure.state() == before


async def test_a_push_without_the_signature_that_was_agreed_is_ignored(secure):
    await secure.subscribed()
    for callback in secure.hub.callbacks.values():
        callback.secret = ""
    before = await secure.state()
    assert await secure.hub.push(feed("forged")) == [202]
    await secure.taken()
    assert await secure.state() == before


async def test_sha1_causes_a_poll_and_brings_content_where_that_is_configured(secure):
    await secure.subscribed()
    await secure.hub.push(feed("two"), method="sha1")
    await secure.taken()
    assert await secure.titles() == {"one"}
    assert (await secure.push_state()).nudged_at == secure.clock.now()
    secure.us = replace(secure.us, sha1=True)
    await secure.hub.push(feed("three"), method="sha1")
    await secure.taken()
    assert await secure.titles() == {"one", "three"}


async def test_a_replay_is_received_and_not_read(secure):
    await secure.subscribed()
    await secure.hub.push(feed("two"))
    await secure.taken()
    read, before = secure.reader.reads, await secure.state()
    assert await secure.hub.push(feed("two")) == [202]
    await secure.taken()
    assert (secure.reader.reads, await secure.state()) == (read, before)
    secure.turn(days=1, minutes=1)
    await secure.hub.push(feed("two"))
    await secure.taken()
    assert await secure.titles() == {"one", "two"}
    assert (await secure.push_state()).brought == 1


async def test_the_callback_alone_says_what_a_push_is_for(secure):
    await secure.subscribed()
    links = '<https://other.example/>; rel="self", <https://evil.example/>; rel="hub"'
    await secure.hub.push(feed("two"), Link=links)
    await secure.taken()
    entries = await secure.titles()
    assert entries == {"one", "two"}
    offer = (await secure.push_state()).offer
    assert (offer.hub_url, offer.topic_url) == (secure.hub.url, secure.web.url("/feed.xml"))


async def test_410_for_what_has_ended(secure):
    await secure.subscribed()
    (callback,) = secure.hub.callbacks.values()
    secure.sources.clear()
    await secure.sync()
    await secure.tend()
    secure.hub.callbacks[callback.url] = callback
    assert await secure.hub.push(feed("two")) == [410]
    secure.turn(days=31)
    await secure.tend()
    assert await secure.hub.push(feed("two")) == [404]


async def test_a_body_without_end_is_refused_before_it_is_signed(secure):
    await secure.subscribed()
    assert await secure.hub.push(b"x" * 5_000_001) == [413]
    assert secure.desk._waiting.empty()


async def test_an_unknown_callback_is_refused_before_its_body_is_read(world):
    world.publish("one")
    world.hub.callbacks["x"] = type("C", (), {"url": f"{world.base}nobody", "secret": ""})()
    assert await world.hub.push(b"x" * 6_000_000) == [404]


async def test_an_unsigned_push_causes_a_poll_and_no_more(world):
    await world.subscribed()
    world.turn(minutes=30)
    await world.hub.push(feed("forged"))
    await world.taken()
    assert await world.titles() == {"one"}
    world.publish("two", "one")
    (polled,) = await world.poll_due()
    assert polled.record.new == 1
    assert world.web.asked("/feed.xml")[-1].header("if-none-match") is not None
    push = await world.push_state()
    assert (push.brought, push.missed, push.proven, push.nudged_at) == (1, 0, 1, None)


async def test_pushes_cause_no_more_polls_than_is_polite(world):
    await world.subscribed()
    for _ in range(32):
        await world.hub.push(b"ping")
        await world.taken()
        await world.poll_due()
        world.turn(minutes=1)
    assert len(world.web.asked("/feed.xml")) == 3


async def test_a_push_does_not_wake_a_server_that_fails_or_asked_for_peace(world):
    await world.subscribed()
    world.web.script("/feed.xml", Reply(503, (("Retry-After", "7200"),)))
    await world.turn_to_due()
    await world.poll_due()
    await world.hub.push(b"ping")
    await world.taken()
    world.turn(minutes=30)
    assert await world.poll_due() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"ping", b"<html>", feed(), feed("two").replace(b"<description>Text of two.</description>", b"")],
    ids=["empty", "words", "page", "no entries", "thin"],
)
async def test_a_push_that_says_too_little_causes_a_poll(secure, body):
    await secure.subscribed()
    secure.turn(minutes=30)
    await secure.hub.push(body)
    await secure.taken()
    assert await secure.titles() == {"one"}
    assert (await secure.state()).next_poll_at == secure.clock.now()


async def test_a_push_adds_and_leaves_revisions_to_the_publishers_own_document(secure):
    await secure.subscribed()
    secure.turn(minutes=30)
    await secure.hub.push(feed("one", "two", text="Shortened by the hub:"))
    await secure.taken()
    assert await secure.titles() == {"one", "two"}
    status = await secure.store.status((), secure.clock.now())
    assert (status.sources[0].polls[0].new, status.sources[0].polls[0].revised) == (1, 0)
    assert status.sources[0].state.next_poll_at == secure.clock.now()
    assert (await secure.push_state()).pushes == 1


async def test_entries_that_a_push_leaves_out_have_not_vanished(secure):
    await secure.subscribed("one", "two")
    await secure.hub.push(feed("three"))
    await secure.taken()
    rows = secure.store._reader._db.execute("SELECT guid FROM entries WHERE vanished_at IS NOT NULL").fetchall()
    assert rows == []


# How far it is relied on


async def test_polling_is_thinned_while_the_hub_proves_itself_and_back_when_it_misses_something(secure):
    gaps, names = [], [f"old{number}" for number in range(48)]
    await secure.subscribed(*names)
    for number in range(5):
        names.append(f"n{number}")
        await secure.hub.push(feed(names[-1]))
        await secure.taken()
        secure.publish(*names)
        await secure.turn_to_due()
        await secure.poll_due()
        gaps.append((await secure.state()).next_poll_at - secure.clock.now())
        await secure.tend()
    assert gaps[0] < timedelta(hours=4) < gaps[1]
    assert timedelta(hours=12) <= gaps[-1] <= timedelta(hours=13.2)
    assert "as a net" in (await secure.state()).next_poll_why
    secure.publish(*names, "missed")
    await secure.turn_to_due()
    await secure.poll_due()
    push, state = await secure.push_state(), await secure.state()
    assert (push.missed, push.proven) == (1, 0)
    assert state.next_poll_at - secure.clock.now() < timedelta(hours=6)
    await secure.hub.push(feed("missed"))
    await secure.taken()
    push = await secure.push_state()
    assert (push.missed, push.brought, push.proven) == (0, 6, 1)


async def test_a_rhythm_that_the_user_fixed_is_not_thinned(secure):
    every = replace(secure.sources["p"].every, shortest=timedelta(hours=2), adaptive=False)
    secure.sources["p"] = replace(secure.sources["p"], every=every)
    await secure.sync()
    await secure.subscribed()
    await secure.hub.push(feed("two"))
    await secure.taken()
    secure.turn(hours=3)
    await secure.poll_due()
    assert (await secure.state()).next_poll_at - secure.clock.now() <= timedelta(hours=2.3)


async def test_a_push_and_a_poll_under_way_do_not_drop_each_other(secure):
    await secure.subscribed()
    secure.publish("one", "two")
    await secure.turn_to_due()
    (claim,) = await secure.store.claim_due(secure.clock.now(), 1)
    await secure.hub.push(feed("three"))
    await secure.taken()
    assert claim.state.version == (await secure.state()).version
    assert await secure.titles() == {"one", "three"}


async def test_what_was_received_and_not_read_causes_a_poll_after_a_stop(secure):
    await secure.subscribed()
    secure.turn(minutes=30)
    await secure.hub.push(feed("two"))
    await secure.desk.stop()
    assert (await secure.state()).next_poll_at == secure.clock.now()


async def test_secrets_are_in_no_log_and_no_database(secure, caplog):
    caplog.set_level("DEBUG", logger="aggregator")
    await secure.subscribed()
    await secure.hub.push(feed("two"))
    await secure.hub.push(feed("three"), signature="sha256=00")
    await secure.taken()
    form = secure.hub.asked[0].form
    database = b"".join(path.read_bytes() for path in secure.store._path.parent.glob("a.db*"))
    for secret in (form["hub.secret"], form["hub.callback"].rpartition("/")[2]):
        assert secret not in caplog.text
        assert secret.encode() not in database
    assert "was ignored" in caplog.text
