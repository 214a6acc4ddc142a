from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from tests.builders import NOON
from tests.web import Asked, FeedFactory, Recipe, Reply, ScriptedWeb, document

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web() -> AsyncIterator[ScriptedWeb]:
    async with ScriptedWeb(Recipe(base=NOON, feeds=9, changed=1.0), now=lambda: NOON) as running:
        yield running


async def talk(web: ScriptedWeb, *lines: str, address: str = "127.0.0.1") -> tuple[int, dict[str, str], bytes]:
    """Send one raw request and read what comes back until the end."""
    reader, writer = await asyncio.open_connection(address, web.port)
    writer.write("\r\n".join((*lines, "Connection: close", "", "")).encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    writer.close()
    return int(head[0].split()[1]), headers, body


async def get(web: ScriptedWeb, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
    return await talk(web, f"GET {path} HTTP/1.1", "Host: x", *lines)


async def test_generated_feeds_are_well_formed_and_recent(web: ScriptedWeb) -> None:
    for feed in range(3):
        _, _, body = await get(web, f"/f/{feed}.xml")
        parsed = feedparser.parse(body)
        assert not parsed.bozo
        assert parsed.version == ("atom10" if feed == 2 else "rss20")
        assert len(parsed.entries) == 30
        assert 40_000 < len(body) < 90_000
        assert all(entry.author and entry.tags and entry.content for entry in parsed.entries)
        newest = datetime(*parsed.entries[0].published_parsed[:6], tzinfo=NOON.tzinfo)
        assert timedelta() < NOON - newest < timedelta(hours=1)


def test_seed_feed_and_generation_fix_every_byte() -> None:
    recipe = Recipe(base=NOON, dup=0.3)
    assert FeedFactory(recipe).body(4, 2) == FeedFactory(recipe).body(4, 2)
    assert FeedFactory(recipe).body(4, 2) != FeedFactory(Recipe(base=NOON, dup=0.3, seed=2)).body(4, 2)


def test_a_tick_changes_its_share() -> None:
    factory = FeedFactory(Recipe(base=NOON, feeds=2000, changed=0.1))
    assert 150 < sum(factory.revision(feed, 1) for feed in range(2000)) < 250


async def test_a_tick_brings_a_new_entry_and_a_new_tag(web: ScriptedWeb) -> None:
    _, before, old = await get(web, "/f/0.xml")
    status, _, _ = await get(web, "/f/0.xml", f"If-None-Match: {before['etag']}")
    assert status == 304
    await get(web, "/_/tick")
    status, after, new = await get(web, "/f/0.xml", f"If-None-Match: {before['etag']}")
    assert (status, after["etag"] == before["etag"]) == (200, False)
    links = [[entry.link for entry in feedparser.parse(body).entries] for body in (old, new)]
    assert links[1][1:] == links[0][:-1]


async def test_the_entity_tag_wins_over_the_date(web: ScriptedWeb) -> None:
    _, headers, _ = await get(web, "/f/0.xml")
    since = f"If-Modified-Since: {headers['last-modified']}"
    assert (await get(web, "/f/0.xml", since))[0] == 304
    assert (await get(web, "/f/0.xml", since, 'If-None-Match: "other"'))[0] == 200
    assert (await get(web, "/f/0.xml", f"if-none-match: {headers['etag']}"))[0] == 304
    assert (await get(web, "/f/0.xml", f'If-None-Match: "a", W/{headers["etag"]}'))[0] == 304
    assert (await get(web, "/f/0.xml", "If-None-Match: *"))[0] == 304


async def test_a_script_goes_on_and_its_last_reply_stays(web: ScriptedWeb) -> None:
    web.script("/x", Reply(500), document(b"one", etag='"1"'), lambda asked: Reply(200, (), asked.path.encode()))
    replies = [await get(web, "/x") for _ in range(4)]
    assert [status for status, _, _ in replies] == [500, 200, 200, 200]
    assert [body for _, _, body in replies] == [b"", b"one", b"/x", b"/x"]


async def test_the_log_keeps_what_was_asked_and_said(web: ScriptedWeb) -> None:
    web.turn(timedelta(hours=2))
    web.publish("/x", b"one", etag='"1"')
    await get(web, "/x?a=b", 'If-None-Match: "1"', "X-Odd:  Spaces ")
    status, _, body = await get(web, "/_/log")
    assert status == 200
    row = json.loads(body)
    assert row["path"] == "/x?a=b"
    assert (row["status"], row["etag"], row["if_none_match"]) == (304, '"1"', '"1"')
    assert datetime.fromisoformat(row["at"]) == NOON + timedelta(hours=2)
    assert ["X-Odd", "Spaces"] in row["headers"]
    assert row["address"] == "127.0.0.1"
    assert row["ended"] >= row["monotonic"]


async def test_the_clock_is_turned_from_outside(web: ScriptedWeb) -> None:
    await get(web, "/_/clock?turn=3600")
    _, headers, _ = await get(web, "/f/0.xml")
    assert headers["date"] == "Mon, 23 Nov 2026 13:00:00 GMT"


async def test_feeds_have_addresses_of_their_own(web: ScriptedWeb) -> None:
    if not web.own_addresses:
        pytest.skip("the loopback device cannot be bound here")
    _, _, body = await get(web, "/_/urls")
    urls = body.decode().split()
    assert len(set(urls)) == 9
    host = urls[4].split("/")[2].split(":")[0]
    assert (await talk(web, "GET /f/4.xml HTTP/1.1", address=host))[0] == 200
    assert web.log[-1].address == host


async def test_counts_and_reset(web: ScriptedWeb) -> None:
    await get(web, "/f/0.xml")
    await get(web, "/nothing")
    stats = json.loads((await get(web, "/_/stats"))[2])
    assert (stats["requests"], stats["200"], stats["304"], stats["others"]) == (2, 1, 0, 1)
    await get(web, "/_/reset")
    assert json.loads((await get(web, "/_/stats"))[2])["requests"] == 0


@pytest.mark.parametrize(
    ("mode", "status"),
    [("404", 404), ("410", 410), ("500", 500), ("503", 503), ("429", 429), ("301", 301), ("302", 302), ("ok", 200)],
)
async def test_modes_have_their_status(web: ScriptedWeb, mode: str, status: int) -> None:
    found, headers, _ = await get(web, f"/m/{mode}/1.xml")
    assert found == status
    assert ("retry-after" in headers) == (mode in ("429", "503"))
    assert headers.get("location", "/f/1.xml") == "/f/1.xml"


async def test_odd_documents_are_odd(web: ScriptedWeb) -> None:
    assert "etag" not in (await get(web, "/m/no-validators/1.xml"))[1]
    assert feedparser.parse((await get(web, "/m/bozo/1.xml"))[2]).bozo
    assert feedparser.parse((await get(web, "/m/latin1/1.xml"))[2]).encoding == "iso-8859-1"
    assert (await get(web, "/m/html/1.xml"))[1]["content-type"].startswith("text/html")
    churn = [await get(web, "/m/churn/1.xml") for _ in range(2)]
    assert churn[0][1]["etag"] != churn[1][1]["etag"]


async def test_a_folder_is_served_with_validators(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "feed.xml").write_bytes(b"<rss/>")
    (tmp_path / "secret.txt").write_bytes(b"no")
    async with ScriptedWeb(folder=tmp_path / "site") as web:
        status, headers, body = await get(web, "/feed.xml")
        assert (status, body) == (200, b"<rss/>")
        assert (await get(web, "/feed.xml", f"If-None-Match: {headers['etag']}"))[0] == 304
        assert (await get(web, "/feed.xml", f"If-Modified-Since: {headers['last-modified']}"))[0] == 304
        assert (await get(web, "/../secret.txt"))[0] == 404
        assert (await get(web, "/%2e%2e/secret.txt"))[0] == 404


async def test_requests_on_one_connection_are_answered_in_order(web: ScriptedWeb) -> None:
    web.script("/late", Reply(200, (), b"late", wait=0.1))
    web.script("/soon", Reply(200, (), b"soon"))
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(b"GET /late HTTP/1.1\r\n\r\nGET /soon HTTP/1.1\r\n\r\n")
    answers = [await reader.readuntil(word) for word in (b"late", b"soon")]
    writer.close()
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)


async def test_shares_of_the_feeds_are_served_in_a_mode() -> None:
    async with ScriptedWeb(Recipe(base=NOON, feeds=40), shares={"404": 0.25}) as web:
        statuses = [(await get(web, f"/f/{feed}.xml"))[0] for feed in range(40)]
    assert 8 <= statuses.count(404) <= 12


async def test_a_script_may_break_the_rules(web: ScriptedWeb) -> None:
    async def rude(asked: Asked) -> None:
        asked.write(b"rude")
        asked.close()

    web.script("/x", rude)
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(b"GET /x HTTP/1.1\r\n\r\n")
    assert await reader.read() == b"rude"
    writer.close()


def test_it_runs_as_a_process_and_quits() -> None:
    command = [sys.executable, "-m", "tests.web", "--feeds", "3", "--items", "2", "--life", "20", "--share", "404=0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().rpartition(":")[2])

        async def visit() -> tuple[int, bytes]:
            web = ScriptedWeb(port=port)
            found = await get(web, "/_/warm")
            await get(web, "/_/quit")
            return found[0], found[2]

        status, body = asyncio.run(visit())
        assert process.wait(timeout=5) == 0
    assert status == 200
    assert json.loads(body)["items"] == 6
