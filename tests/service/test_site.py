"""The static site: complete, every link right at any host, and nothing touched that did not change."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from aggregator.bootstrap import build_site, opened, read_settings
from aggregator.publish import WrittenSite
from aggregator.service import site as site_module
from aggregator.service.engine import Engine
from aggregator.service.house import House
from aggregator.service.watchman import Watchman
from aggregator.service.web.shelf import Shelf
from tests.web import ScriptedWeb

pytestmark = pytest.mark.anyio

BASE = "https://files.example/river"
CONFIG = """\
site: {{title: River, base-url: "{base}"}}
data: data
sources: [{{path: a.xml, id: courier}}, {{path: b.xml, id: herald}}]
topics:
  world: {{aliases: [earth]}}
  ferries: {{match: ferry}}
"""


def feed(title: str, *items: str) -> str:
    entries = "".join(
        f"<item><guid>{title}-{n}</guid><title>{item}</title><link>https://{title}.example/{n}</link>"
        f"<description>{item} &lt;p>said the harbour master on Monday.&lt;/p></description></item>"
        for n, item in enumerate(items)
    )
    return f"<rss version='2.0'><channel><title>{title}</title><language>en</language>{entries}</channel></rss>"


def write_feeds(folder: Path, *more: str) -> None:
    told = "Ferry runs aground off the north coast of Malta"
    (folder / "a.xml").write_text(feed("courier", told, "Council votes on the new harbour", *more), encoding="utf-8")
    (folder / "b.xml").write_text(feed("herald", told), encoding="utf-8")


@asynccontextmanager
async def river(folder: Path, base: str = BASE) -> AsyncIterator[tuple[House, Engine, Shelf]]:
    write_feeds(folder)
    path = folder / "aggregator.yaml"
    path.write_text(CONFIG.format(base=base), encoding="utf-8")
    async with opened(read_settings(path, {})) as (house, engine, shelf):
        await engine.start()
        await engine.poll_due()
        await Watchman(house, engine, shelf).look()
        yield house, engine, shelf


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[House, Engine, Shelf]]:
    async with river(tmp_path) as parts:
        yield parts


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class Addresses(HTMLParser):
    """Collects what a page links to and loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


async def test_everything_that_is_served_is_there(world, tmp_path):
    await build_site(*world, tmp_path / "out")
    found = names(tmp_path / "out")
    pages = {"index.html", "sources.html", "status.html", "404.html", "world.html", "ferries.html"}
    feeds = {f"{slug}.{ending}" for slug in ("world", "ferries") for ending in ("atom", "rss", "json", "md")}
    lists = {"topics.opml", "sources.opml", "ops.atom", "index.json", "sources.json", "status.json"}
    assert found >= pages | feeds | lists | {"_headers", ".htaccess", ".nojekyll", "-/style.css"}
    assert len([name for name in found if name.startswith("s/") and name.endswith(".html")]) == 2
    assert len([name for name in found if name.startswith("e/") and name.endswith(".html")]) == 3
    assert not any("search" in name or "admin" in name for name in found)


@pytest.mark.parametrize("base", [BASE, "https://files.example"])
async def test_every_link_of_every_page_leads_to_a_file(tmp_path, base):
    async with river(tmp_path, base) as parts:
        await build_site(*parts, tmp_path / "out")
    found = names(tmp_path / "out")
    followed = 0
    for name in sorted(found):
        if not name.endswith(".html"):
            continue
        # A host shows 404.html at whatever address was asked for.
        shown_at = f"{base}/deep/down/there" if name == "404.html" else f"{base}/{name}"
        for address in Addresses((tmp_path / "out" / name).read_text(encoding="utf-8")).found:
            target = urljoin(shown_at, address)
            if target.startswith(base) and not address.startswith("#"):
                path = urlsplit(target.removeprefix(base)).path.lstrip("/")
                followed += 1
                assert path in found or f"{path}/index.html" in found, (name, address)
    assert followed > 60


async def test_what_has_no_room_in_a_feed_is_in_the_archives_that_it_leads_to(tmp_path):
    write_feeds(tmp_path, *(f"{word} tests the new lighthouse lamp" for word in ("Ann", "Bob", "Eve", "Mia")))
    path = tmp_path / "aggregator.yaml"
    path.write_text(CONFIG.format(base=BASE).replace("aliases: [earth]", "limit: 2"), encoding="utf-8")
    async with opened(read_settings(path, {})) as parts:
        await parts[1].start()
        await parts[1].poll_due()
        await build_site(*parts, tmp_path / "out")
    (month,) = [name for name in names(tmp_path / "out") if name.startswith("world/") and name.endswith(".atom")]
    assert f'href="{BASE}/{month}"'.encode() in (tmp_path / "out" / "world.atom").read_bytes()
    assert b"lighthouse lamp" in (tmp_path / "out" / month).read_bytes()


async def test_addresses_without_an_ending_and_old_slugs_lead_on(world, tmp_path):
    await build_site(*world, tmp_path / "out")
    for name, to in (("world/index.html", "../world.html"), ("earth.html", "world.html")):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert f'content="0; url={to}"' in text
    assert (tmp_path / "out" / "earth.atom").read_bytes() == (tmp_path / "out" / "world.atom").read_bytes()


async def test_a_second_build_touches_nothing(world, tmp_path):
    house, engine, shelf = world
    first = await build_site(*world, tmp_path / "out")
    os.utime(tmp_path / "out" / "world.html", (1, 1))
    await engine.poll_due()
    await Watchman(house, engine, shelf).look()
    second = await build_site(*world, tmp_path / "out")
    assert second == WrittenSite(unchanged=first.written)
    assert (tmp_path / "out" / "world.html").stat().st_mtime == 1


async def test_a_change_touches_only_what_shows_it(world, tmp_path):
    _, engine, _ = world
    await build_site(*world, tmp_path / "out")
    write_feeds(tmp_path, "Lighthouse keeper retires after forty years")
    await engine.poll_named(["courier"])
    changed = set((await build_site(*world, tmp_path / "out")).written)
    assert changed >= {"world.html", "world.atom", "world.rss", "world.json", "world.md", "index.html"}
    assert not changed & {"ferries.html", "ferries.atom", "404.html", "topics.opml", "ops.atom", "-/style.css"}
    assert len([name for name in changed if name.startswith("s/")]) == 2


async def test_a_page_that_cannot_be_made_leaves_the_last_good_one_and_the_others_are_made(
    world, tmp_path, monkeypatch, caplog
):
    await build_site(*world, tmp_path / "out")
    before = names(tmp_path / "out")
    good = (tmp_path / "out" / "world.html").read_bytes()
    whole = site_module.render_topic

    def _poisoned(*_: object) -> None:
        raise ValueError("poison")

    def render(site, edition, links):
        if edition.slug == "world":
            raise ValueError("poison")
        return whole(site, edition, links)

    monkeypatch.setattr(site_module, "render_topic", render)
    monkeypatch.setattr(site_module, "open_story", _poisoned)
    with caplog.at_level(logging.ERROR):
        await build_site(*world, tmp_path / "out")
    assert "world.html cannot be made" in caplog.text
    assert (tmp_path / "out" / "world.html").read_bytes() == good
    assert names(tmp_path / "out") == before


async def test_a_topic_without_an_edition_keeps_all_that_is_there_of_it(world, tmp_path):
    _, _, shelf = world
    await build_site(*world, tmp_path / "out")
    before = names(tmp_path / "out")
    shelf.remove("world")
    written = await build_site(*world, tmp_path / "out")
    assert names(tmp_path / "out") == before
    assert written.removed == ()


async def test_a_private_source_is_in_no_file(tmp_path):
    write_feeds(tmp_path)
    async with ScriptedWeb() as web:
        url = web.publish("/b.xml", (tmp_path / "b.xml").read_bytes())
        config = CONFIG.format(base=BASE).replace(
            "{path: b.xml, id: herald}", f"{{url: '{url}?key=canary-1', id: herald, auth: 'basic ann:canary-2'}}"
        )
        path = tmp_path / "aggregator.yaml"
        path.write_text(f"{config}network: {{allow-private: [127.0.0.0/8]}}\n", encoding="utf-8")
        async with opened(read_settings(path, {})) as parts:
            await parts[1].start()
            await parts[1].poll_due()
            await Watchman(*parts).look()
            await build_site(*parts, tmp_path / "out")
            assert len(web.asked("/b.xml")) == 1
    assert (tmp_path / "out" / "world.html").exists()
    for name in names(tmp_path / "out"):
        text = (tmp_path / "out" / name).read_bytes()
        assert b"canary" not in text, name
        assert b"herald.example" not in text, name
