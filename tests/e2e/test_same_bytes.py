"""Documents keep their bytes, tags and dates through a restart, another build, a copy and its restoring."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.bootstrap import database_path, opened, read_settings
from aggregator.model.edition import Rendition
from aggregator.service.keeping import Keeping
from aggregator.store.sqlite.copies import back_up, restore, set_aside
from tests.builders import NOON
from tests.e2e.daemons import aggregator, free_port, get, running, wait_for
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio

CONFIG = """\
data: ./data
server: {{listen: "127.0.0.1:{port}"}}
site: {{base-url: "https://feeds.example.org"}}
sources:
  - {{id: harbour, path: harbour.xml, tags: [sea]}}
topics:
  all: {{limit: 2}}
  each: {{mode: entries, output: {{why: true, attribution: author}}}}
  mine: {{access: token}}
"""
ITEM = (
    "<item><title>{0}</title><guid isPermaLink='false'>{0}</guid><link>https://h.example/{0}</link>"
    "<description>&lt;p&gt;About {0} &amp;amp; more&lt;/p&gt;</description><author>Ann</author>"
    "<enclosure url='https://h.example/{0}.mp3' type='audio/mpeg' length='7'/></item>"
)


def place(folder: Path, *titles: str) -> Path:
    folder.mkdir(exist_ok=True)
    config = folder / "aggregator.yaml"
    config.write_text(CONFIG.format(port=free_port()), encoding="utf-8")
    publish(folder, *titles)
    return config


def publish(folder: Path, *titles: str) -> None:
    items = "".join(map(ITEM.format, titles))
    (folder / "harbour.xml").write_text(
        f"<rss version='2.0'><channel><title>Harbour</title><link>https://h.example/</link>{items}</channel></rss>",
        encoding="utf-8",
    )


NAMES = [f"{topic}.{ending}" for topic in ("all", "each") for ending in ("atom", "rss", "json")]


async def shown(config: Path, clock: FakeClock, *, poll: bool = True) -> dict[str, Rendition]:
    """Run one round, and give every document with its tag and date, and the months that are over."""
    async with opened(read_settings(config), clock) as (house, engine, shelf):
        await engine.start()
        if poll:
            await engine.poll_due()
        documents = {name: found for name in NAMES if (found := shelf.rendition(name)) is not None}
        for topic in ("all", "each", "mine"):
            month = await Keeping(house, engine).archives.find(topic, "2026-11")
            if month is not None and month.final:
                documents[f"{topic} 2026-11"] = month.document
        await engine.stop(timedelta())
        return documents


async def test_no_byte_no_tag_and_no_date_changes(tmp_path: Path):
    config, clock = place(tmp_path / "a", "Ferry", "Bridge", "Lamps"), FakeClock(NOON)
    first = await shown(config, clock)
    assert len(first) == 6
    clock.turn(timedelta(days=2))
    assert await shown(config, clock, poll=False) == first, "a restart"
    publish(config.parent, "Ferry", "Bridge", "Lamps", "Glacier")
    second = await shown(config, clock)
    assert all(second[name] != first[name] for name in NAMES)
    clock.turn(timedelta(days=30))
    third = await shown(config, clock, poll=False)
    assert {name: third[name] for name in NAMES} == second, "the turn of a month"
    assert set(third) - set(second) == {"all 2026-11", "each 2026-11", "mine 2026-11"}
    back_up(database_path(read_settings(config)), tmp_path / "copy.db")
    other = place(tmp_path / "b", "Ferry", "Bridge", "Lamps", "Glacier")
    restore(tmp_path / "copy.db", database_path(read_settings(other)))
    clock.turn(timedelta(days=3))
    assert await shown(other, clock, poll=False) == third, "another machine"
    assert await shown(other, clock) == third, "polled again"
    back_up(database_path(read_settings(other)), tmp_path / "copy.db")
    set_aside(database_path(read_settings(config)))
    restore(tmp_path / "copy.db", database_path(read_settings(config)))
    assert await shown(config, clock, poll=False) == third, "and back"


def test_building_again_rewrites_no_file(tmp_path: Path):
    config = place(tmp_path / "a", "Ferry", "Bridge")
    aggregator("-c", str(config), "run", "--once", "--out", str(tmp_path / "site"))
    feeds = {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir() if path.name in NAMES}
    assert len(feeds) == 6
    again = json.loads(aggregator("-c", str(config), "--json", "build", str(tmp_path / "site")).stdout)
    assert again["written"] <= 3, "only what tells the time of a status"
    aggregator("-c", str(config), "build", str(tmp_path / "other"))
    assert {name: (tmp_path / "other" / name).read_bytes() for name in feeds} == feeds


def test_a_copy_is_made_beside_the_daemon_and_restored_only_without_it(tmp_path: Path):
    config, copy = place(tmp_path / "a", "Ferry", "Bridge"), tmp_path / "copy.db"
    base = f"http://{read_settings(config).server.host}:{read_settings(config).server.port}"
    with running("-c", str(config), "run"):
        wait_for(f"{base}/all.atom", b"<entry>", 60)
        _, headers, body = get(f"{base}/all.atom")
        made = json.loads(aggregator("-c", str(config), "--json", "backup", str(copy)).stdout)
        assert (made["entries"], made["sources"]) == (2, 1)
        refused = aggregator("-c", str(config), "restore", str(copy), check=False)
        assert (refused.returncode, "already in use by process" in refused.stderr) == (1, True)
    refused = aggregator("-c", str(config), "restore", str(copy), check=False)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    done = aggregator("-c", str(config), "restore", "--replace", str(copy)).stdout
    assert "before-restore" in done
    assert "2 entries of 1 sources" in done
    with running("-c", str(config), "run", "--no-poll"):
        wait_for(f"{base}/all.atom", b"<entry>", 60)
        status, unchanged, _ = get(f"{base}/all.atom", {"If-None-Match": headers["etag"]})
        assert (status, unchanged["last-modified"]) == (304, headers["last-modified"])
        assert get(f"{base}/all.atom")[2] == body
