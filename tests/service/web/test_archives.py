"""Months of topics, over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import urljoin

import pytest
from lxml import etree
from starlette.types import ASGIApp

from aggregator.errors import StoreError
from aggregator.model.editing import Act, ActKind
from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.topic import Access, Topic
from aggregator.publish import Painter, render
from aggregator.service.archives import GRACE, Archives
from aggregator.service.doors import Doors
from aggregator.service.site import LOOK, look, make_site
from aggregator.service.site_months import Before
from aggregator.service.web.shelf import Shelf
from aggregator.store.sqlite import SqliteStore
from tests.builders import NOON, make_topic
from tests.contract.house import SITE, House, settled
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.publish.validators import atom_complaints
from tests.service.web.visits import ask, build
from tests.web.words import Sentences

pytestmark = pytest.mark.anyio

WORLD = make_topic("world", limit=1, aliases=("earth",))
MINE = make_topic("mine", limit=1, access=Access.TOKEN)
DECEMBER, JANUARY = 31 * 24, 62 * 24
TITLES = {
    0: "Ferry aground",
    1: "Bridge reopens",
    DECEMBER: "Glacier retreats",
    JANUARY: "Museum robbed",
    JANUARY + 1: "Council resigns",
}


@dataclass
class Facts:
    topics: tuple[Topic, ...] = (WORLD, MINE)
    site: SiteFacts = SITE


class Web:
    """A house with a front, three months long."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.clock = FakeClock()
        self.shelf = Shelf()
        self.shelf.forward({"earth": "world"}, frozenset({"gone"}))
        self.doors = Doors(house.store, self.clock)
        self.painted = 0
        self.archives = Archives(house.store, self.clock, Facts, self.paint, most=2)
        self.app = build(self.shelf, site=SITE, archives=self.archives, doors=self.doors)

    def paint(self, edition: Edition, site: SiteFacts) -> Rendition:
        self.painted += 1
        return Painter().render_archive(edition, site)

    def turn_to(self, at: datetime) -> None:
        self.clock.turn(at - self.clock.now())

    async def live(self, *hours: int) -> None:
        for hour in hours:
            self.turn_to(NOON + timedelta(hours=hour))
            await self.house.arrive("ap", TITLES[hour], hour)
            await self.house.curate()
            for topic in self.house.topics:
                edition = await self.house.announce(topic, hour)
                self.shelf.put(edition, render(edition, SITE))


@pytest.fixture
async def web() -> Web:
    web = Web(await settled(FakeStore(), WORLD, MINE))
    await web.live(0, 1, DECEMBER, JANUARY)
    return web


def titles(body: bytes) -> list[str]:
    return etree.fromstring(body).xpath("//*[local-name()='entry']/*[local-name()='title']/text()")


def link(body: bytes, rel: str) -> str:
    return str(etree.fromstring(body).xpath(f"string(/*/*[local-name()='link'][@rel='{rel}']/@href)"))


async def test_everything_that_was_ever_announced_is_found_by_following_the_archives(web: Web):
    answer, found = await ask(web.app, "/world.atom"), list[str]()
    while True:
        assert atom_complaints(answer.content) == []
        found += titles(answer.content)
        older = link(answer.content, "prev-archive")
        if not older:
            break
        answer = await ask(web.app, older.removeprefix(SITE.base_url))
        assert link(answer.content, "current") == f"{SITE.base_url}/world.atom"
    assert found == ["Museum robbed", "Glacier retreats", "Bridge reopens", "Ferry aground"]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore.open(tmp_path / "a.db", site_authority="t.example")
    yield made
    await made.close()


async def follow(app: ASGIApp, first: str) -> dict[str, bytes]:
    """Ask for a feed and for whatever it leads back to, as RFC 5005 wants it; give the documents by address."""
    found: dict[str, bytes] = {}
    path = first
    while path:
        assert path not in found
        answer = await ask(app, path)
        assert (answer.status_code, atom_complaints(answer.content)) == (200, [])
        found[path] = answer.content
        path = link(answer.content, "prev-archive").removeprefix(SITE.base_url)
    return found


async def live_long(web: Web) -> list[str]:
    """Announce up to five on every fourth day of three months, those of a day at once; give their titles."""
    told, sentences, rng = list[str](), Sentences(), Random(3)
    for day in range(0, 92, 4):
        web.turn_to(NOON + timedelta(days=day))
        for _ in range(day % 6):
            told.append(sentences.headline(rng))
            await web.house.arrive("ap", told[-1], day * 24)
        await web.house.curate()
        edition = await web.house.announce(WORLD, day * 24)
        web.shelf.put(edition, render(edition, SITE))
    return told


async def test_whoever_follows_three_months_finds_each_item_once_and_what_is_over_stays_to_the_byte(store: SqliteStore):
    web = Web(await settled(store, WORLD))
    told = await live_long(web)
    found = await follow(web.app, "/world.atom")
    archives = {path: body for path, body in found.items() if path != "/world.atom"}
    items = [title for body in archives.values() for title in titles(body)]
    assert len(items) == len(set(items))
    assert set(items) | set(titles(found["/world.atom"])) == set(told)
    assert max(len(titles(body)) for body in archives.values()) == 2
    for path, body in archives.items():
        newer, older = link(body, "next-archive"), link(body, "prev-archive")
        if newer:
            assert link(archives[newer.removeprefix(SITE.base_url)], "prev-archive") == SITE.base_url + path
        assert (not older) == (path == list(archives)[-1])
    over = {path: body for path, body in archives.items() if b"<fh:archive" in body}
    assert {path[7:14] for path in over} == {"2026-11", "2026-12", "2027-01"}
    await web.house.store.prune(NOON + timedelta(days=900), vanished_for=timedelta())
    assert {path: (await ask(web.app, path)).content for path in over} == over


async def test_the_static_site_has_the_same_chain_with_pages_and_leaves_what_is_over_alone(store: SqliteStore):
    web = Web(await settled(store, WORLD))
    await live_long(web)
    chain = await follow(web.app, "/world.atom")
    named = await web.archives.chain("world", "2027-02")
    assert [f"/world/{part.name}.atom" for part in named] == list(chain)[1:]
    files: dict[str, bytes] = {}

    async def build() -> set[str]:
        """Build over what is there; name the files of months that were made."""
        status = await store.status([WORLD], web.clock.now(), polls=1)
        before = Before(frozenset(files), files.get(LOOK, b"").decode())
        seen = await look(SITE, store, web.shelf, months=web.archives, status=status, before=before)
        made = make_site(SITE, web.shelf, seen, ["world"])
        assert all(made.keeps(name) != (name in made.files) for name in files if name.startswith("world/2"))
        files.update(made.files)
        return {name for name in made.files if name.startswith("world/2")}

    everything = {path[1:] for path in chain if path != "/world.atom"}
    everything |= {name.replace(".atom", ".html") for name in everything}
    assert await build() == everything
    assert await build() == {"world/2027-02.atom", "world/2027-02.html"}
    await store.edit(Act(kind=ActKind.HIDE, named=(web.shelf.edition("world").entries[0].short_id,)), NOON)
    assert await build() == {name for name in everything if name.endswith(".html") or name.startswith("world/2027-02")}
    assert {path: files[path[1:]] for path in chain} == chain
    for name in (path[1:].replace(".atom", ".html") for path in chain):
        page = files[name].decode()
        shown = re.findall(r'href="([^":]+\.(?:html|atom))"', page)
        assert shown
        assert all(urljoin(f"/{name}", one)[1:] in files for one in shown), name


async def test_a_month_that_was_written_down_whole_before_has_no_parts(web: Web):
    whole = replace((await web.archives.find("mine", "2026-12")).document, name="world/2026-11.atom")
    await web.house.store.keep_archive("world", "2026-11", whole)
    narrow = Archives(web.house.store, web.clock, Facts, web.paint, most=1)
    assert (await narrow.find("world", "2026-11")).document.body == whole.body
    assert await narrow.find("world", "2026-11-1") is None
    assert await web.house.store.kept_months("world") == ("2026-11",)


async def test_a_month_that_is_over_never_changes_again_and_may_be_kept_for_ever(web: Web):
    first = await ask(web.app, "/world/2026-11.atom")
    assert first.status_code == 200
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["access-control-allow-origin"] == "*"
    assert etree.fromstring(first.content).xpath("boolean(//*[local-name()='archive'])")
    await web.house.store.prune(NOON + timedelta(days=900), vanished_for=timedelta())
    again = await ask(web.app, "/world/2026-11.atom", accept_encoding="gzip")
    assert again.content == first.content
    assert again.headers["content-encoding"] == "gzip"
    assert (await ask(web.app, "/world/2026-11.atom", if_none_match=first.headers["etag"])).status_code == 304


async def test_months_are_written_down_before_anything_of_them_is_pruned(web: Web):
    assert await web.archives.close_months() == 4
    assert await web.archives.close_months() == 0
    await web.house.store.prune(NOON + timedelta(days=900), vanished_for=timedelta())
    assert titles((await ask(web.app, "/world/2026-11.atom")).content) == ["Bridge reopens", "Ferry aground"]


async def test_the_month_that_runs_is_no_archive_yet(web: Web):
    answer = await ask(web.app, "/world/2027-01.atom")
    assert titles(answer.content) == ["Museum robbed"]
    assert answer.headers["cache-control"].startswith("public, max-age=300")
    assert not etree.fromstring(answer.content).xpath("boolean(//*[local-name()='archive'])")
    web.clock.turn(timedelta(minutes=2))
    again = await ask(web.app, "/world/2027-01.atom")
    assert (again.headers["etag"], again.headers["last-modified"]) == (
        answer.headers["etag"],
        answer.headers["last-modified"],
    )
    await web.live(JANUARY + 1)
    assert titles((await ask(web.app, "/world/2027-01.atom")).content) == ["Council resigns", "Museum robbed"]
    web.turn_to(NOON.replace(year=2027, month=2, day=1, hour=0) + GRACE - timedelta(seconds=1))
    assert "immutable" not in (await ask(web.app, "/world/2027-01.atom")).headers["cache-control"]
    web.clock.turn(timedelta(seconds=1))
    assert "immutable" in (await ask(web.app, "/world/2027-01.atom")).headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/world/2026-11-1.atom", 404, None),
        ("/world/2026-11-0.atom", 404, None),
        ("/world/2027-01-1.atom", 404, None),
        ("/earth/2026-11-1.atom", 301, "/world/2026-11-1.atom"),
        ("/world/2026-09.atom", 404, None),
        ("/world/2026-13.atom", 404, None),
        ("/world/0000-01.atom", 404, None),
        ("/world/2026-11.rss", 404, None),
        ("/other/2026-11.atom", 404, None),
        ("/mine/2026-11.atom", 404, None),
        ("/earth/2026-11.atom", 301, "/world/2026-11.atom"),
        ("/gone/2026-11.atom", 410, None),
    ],
)
async def test_other_months_are_not_there(web: Web, path: str, status: int, location: str | None):
    answer = await ask(web.app, path)
    assert (answer.status_code, answer.headers.get("location")) == (status, location)


async def test_months_of_a_private_topic_are_found_from_its_feed_without_a_token_in_any_document(web: Web):
    token = await web.doors.open("mine")
    feed = await ask(web.app, f"/f/{token}/mine.atom")
    assert atom_complaints(feed.content, private=True) == []
    assert link(feed.content, "prev-archive") == "mine/2026-12.atom"
    month = await ask(web.app, f"/f/{token}/mine/2026-12.atom")
    assert atom_complaints(month.content, private=True) == []
    assert (link(month.content, "current"), link(month.content, "prev-archive")) == ("../mine.atom", "2026-11.atom")
    assert month.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert token.encode() not in feed.content + month.content


async def test_a_month_is_written_once_however_many_ask(web: Web):
    for month in ("2026-11", "2027-01"):
        before = web.painted
        await asyncio.gather(*(ask(web.app, f"/world/{month}.atom") for _ in range(20)))
        assert web.painted == before + 1


async def test_a_store_that_does_not_answer_is_said_to(web: Web):
    class Broken(FakeStore):
        async def archive(self, topic: str, month: str) -> None:
            raise StoreError("the disk is gone")

    archives = Archives(Broken(), web.clock, Facts, Painter().render_archive)
    answer = await ask(build(web.shelf, site=SITE, archives=archives), "/world/2026-11.atom")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert (await ask(build(web.shelf, site=SITE), "/world/2026-11.atom")).status_code == 404
