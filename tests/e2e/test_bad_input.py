"""Bad input never loses anything: a clear error that names its subject, the last good state goes on, then recovery."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import opened, read_settings
from aggregator.errors import SchemaTooNew, StoreError
from aggregator.model.source import SourceCondition
from aggregator.model.status import EntryFilter
from tests.e2e.daemons import aggregator
from tests.web.exchange import Reply, document
from tests.web.modes import _pack_bomb
from tests.web.server import ScriptedWeb

ITEM = "<item><title>{0}</title><guid isPermaLink='false'>{0}</guid><link>https://a.example/{0}</link></item>"
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{}</channel></rss>'


def feed(*names: str) -> bytes:
    return FEED.format("".join(ITEM.format(name) for name in names)).encode()


HTML = b"<!doctype html><title>Blog</title><link rel=alternate type='application/rss+xml' href='/feed'><p>Hello"
BOMB = gzip.compress(b"\0" * 60_000_000)

BAD = {
    "a-web-page": (document(HTML, media_type="text/html"), "not_a_feed", "web page"),
    "an-error-page-with-200": (
        document(b"<html><h1>503</h1></html>", media_type="text/html"),
        "not_a_feed",
        "web page",
    ),
    "an-empty-body": (document(b""), "not_a_feed", "empty"),
    "junk": (document(b"\x00\x01\x02 no xml at all"), "not_a_feed", ""),
    "json-that-is-no-feed": (document(b'{"error": "quota"}', media_type="application/json"), "not_a_feed", "JSON"),
    "a-huge-document": (document(feed("a") + b" " * 12_000_000), "too_large", "max-size allows 5000000"),
    "a-gzip-bomb": (Reply(200, (("Content-Encoding", "gzip"),), BOMB), "too_large", ""),
    "a-cut-gzip": (Reply(200, (("Content-Encoding", "gzip"),), gzip.compress(feed("a"))[:-12]), "bad_body", ""),
    "not-found": (Reply(404), "http_4xx", "404"),
    "a-server-error": (Reply(500), "http_5xx", "500"),
    "gone": (Reply(410), "gone", "410"),
    "too-many-requests": (Reply(429, (("Retry-After", "120"),)), "rate_limited", "429"),
}


@pytest.fixture
def config(tmp_path):
    def write(url: str):
        path = tmp_path / "aggregator.yaml"
        path.write_text(
            "network: {allow-private: [127.0.0.0/8], host-spacing: 0s}\ndefaults: {timeout: 2s, backfill: 50}\n"
            f"sources: [{{id: news, url: '{url}'}}]\ntopics: {{all: {{}}}}\n",
            encoding="utf-8",
        )
        return read_settings(path, {})

    return write


async def titles(house) -> set[str]:
    found = await house.store.entries(EntryFilter(), house.clock.now())
    return {stored.entry.title for stored, _ in found}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", sorted(BAD))
async def test_a_bad_answer_is_named_loses_nothing_and_is_got_over(kind, config):
    reply, outcome, word = BAD[kind]
    async with ScriptedWeb() as web:
        good = document(feed("a", "b"), etag='"good"')
        url = web.script("/feed", good, reply, document(feed("a", "b", "c"), etag='"later"'))
        async with opened(config(url)) as (house, engine, shelf):
            await engine.start()
            assert await engine.poll_named(["news"]) == ()
            before = shelf.rendition("all.atom").body
            assert await engine.poll_named(["news"]) == ("news",)
            state = (await engine.status()).sources[0]
            assert state.polls[0].outcome == outcome
            assert word in (state.state.last_error or "")
            assert state.state.validators.etag == '"good"'
            assert await titles(house) == {"a", "b"}
            assert shelf.rendition("all.atom").body == before
            held = state.state.hold_until is not None
            assert held == (kind in {"gone", "too-many-requests"})
            if not held:
                assert await engine.poll_named(["news"]) == ()
                assert web.asked("/feed")[-1].header("if-none-match") == '"good"'
                assert await titles(house) == {"a", "b", "c"}
                assert (await engine.status()).sources[0].state.condition is SourceCondition.OK
            await engine.stop(timedelta())


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["drip", "endless", "hang", "cut", "reset", "loop", "bomb"])
async def test_a_hostile_server_fails_within_the_deadline_and_its_neighbour_does_not_notice(mode, tmp_path):
    async with ScriptedWeb() as web:
        # Packed beforehand: the server shares this event loop, and would keep the neighbour waiting.
        web.once("bomb", _pack_bomb)
        good = web.script("/good", document(feed("a")))
        path = tmp_path / "aggregator.yaml"
        path.write_text(
            "network: {allow-private: [127.0.0.0/8], host-spacing: 0s}\ndefaults: {timeout: 1s}\n"
            f"sources: [{{id: bad, url: '{web.url(f'/m/{mode}/0.xml', '127.0.0.2')}'}}, {{id: good, url: '{good}'}}]\n"
            "topics: {all: {}}\n",
            encoding="utf-8",
        )
        async with opened(read_settings(path, {})) as (house, engine, _):
            await engine.start()
            assert await engine.poll_due() == ("bad",)
            bad = (await engine.status()).sources[0]
            assert bad.state.last_error
            assert bad.polls[0].took < timedelta(seconds=3)
            assert await titles(house) == {"a"}
            await engine.stop(timedelta())


@pytest.mark.anyio
async def test_odd_documents_give_the_entries_that_can_be_had(config):
    odd = FEED.format(
        "<item><title>NUL \x00 and \x08 bell</title><guid>1</guid></item>"
        "<item><title>twice</title><guid>1</guid></item>"
        "<item><title>no date, no guid</title><link>https://a.example/x</link></item>"
        "<item><title>bare & ampersand</title><guid>4</guid>"
    ).encode()
    async with (
        ScriptedWeb() as web,
        opened(config(web.script("/feed", document(odd)))) as (house, engine, shelf),
    ):
        await engine.start()
        assert await engine.poll_named(["news"]) == ()
        found = await titles(house)
        assert {"no date, no guid", "bare & ampersand"} <= found
        assert len(found) == 3
        assert b"\x00" not in shelf.rendition("all.atom").body
        await engine.stop(timedelta())


@pytest.mark.anyio
async def test_a_database_of_a_newer_version_is_refused_and_left_alone(config):
    settings = config("http://127.0.0.1:9/feed")
    async with opened(settings) as (_, engine, _shelf):
        await engine.start()
        await engine.stop(timedelta())
    file = f"{settings.data}/aggregator.db"
    with sqlite3.connect(file) as database:
        database.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values (?, ?, ?)",
            ("aggregator", "m999_future", "2099-01-01"),
        )
    database.close()
    with pytest.raises(SchemaTooNew, match=r"aggregator\.db"):
        async with opened(settings):
            pass


@pytest.mark.anyio
async def test_a_damaged_database_is_named_and_never_deleted(config):
    settings = config("http://127.0.0.1:9/feed")
    async with opened(settings) as (_, engine, _shelf):
        await engine.start()
        await engine.stop(timedelta())
    file = Path(settings.data) / "aggregator.db"
    content = bytearray(file.read_bytes())
    content[:64] = b"this is no database at all".ljust(64, b"!")
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"aggregator\.db"):
        async with opened(settings):
            pass
    assert file.read_bytes() == bytes(content)


def test_problems_in_json_are_one_object_a_line(tmp_path):
    path = tmp_path / "aggregator.yaml"
    path.write_text("sources: [{url: 'ftp://a.example/'}]\ntopics: {search: {}}\n", encoding="utf-8")
    done = aggregator("-c", str(path), "--json", "check", check=False)
    problems = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [problem["line"] for problem in problems if problem["severity"] == "error"] == [1, 2]
