"""Kill the real command at random moments, and look for what must never be missing."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.corpora import RealFeed, configuration, expected_keys, put_on
from tests.e2e.daemons import AGGREGATOR
from tests.web.server import ScriptedWeb


@dataclass
class Findings:
    """What went wrong over all kills; every list has to stay empty."""

    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    returned: int = 0
    kills: int = 0
    before_the_end: int = 0


async def poll(config: Path, *arguments: str, kill_after: float | None = None) -> bool:
    """Run one poll; give whether it was killed before it ended by itself."""
    process = await asyncio.create_subprocess_exec(
        str(AGGREGATOR), "-c", str(config), "-q", "poll", *arguments, stderr=subprocess.DEVNULL
    )
    try:
        await asyncio.wait_for(process.wait(), kill_after)
    except TimeoutError:
        process.kill()
        await process.wait()
        return True
    return False


async def kill_and_look(feeds: list[RealFeed], folder: Path, *, kills: int, seed: int, longest: float) -> Findings:
    """Poll all feeds and kill it, ``kills`` times over, each with a fresh store; then look.

    After a kill two polls follow: one of what is due, which must not touch a source that was asked before;
    and one of everything, which sends back the entity tags that were kept.
    """
    chance = random.Random(seed)
    found = Findings()
    async with ScriptedWeb() as web:
        urls = put_on(web, feeds)
        by_path = {url.split("/", 3)[3]: feed for feed in feeds for url in [urls[feed.source_id]]}
        for number in range(kills):
            place = folder / str(number)
            place.mkdir()
            config = configuration(place, urls)
            web.reset()
            found.before_the_end += await poll(config, "--all", kill_after=chance.uniform(0.3, longest))
            found.kills += 1
            asked_before = {asked.path for asked in web.log}
            web.reset()
            if (place / "data" / "aggregator.db").exists():
                _look(place, found, "after the kill")
            await poll(config)
            found.early += [asked.path for asked in web.log if asked.path in asked_before]
            kept = _stored(place)
            web.reset()
            await poll(config, "--all")
            for asked in web.log:
                feed = by_path[asked.path.lstrip("/")]
                if asked.header("if-none-match") == feed.etag:
                    found.returned += 1
                    keys, _ = expected_keys(feed, urls[feed.source_id])
                    found.missing += [f"{feed.name}: {key}" for key in keys - kept.get(feed.source_id, set())]
            _look(place, found, "at the end")
    return found


def _stored(place: Path) -> dict[str, set[str]]:
    stored: dict[str, set[str]] = {}
    with sqlite3.connect(f"file:{place}/data/aggregator.db?mode=ro", uri=True) as database:
        for source, guid in database.execute(ENTRIES):
            stored.setdefault(source, set()).add(guid)
    database.close()
    return stored


def _look(place: Path, found: Findings, when: str) -> None:
    with sqlite3.connect(f"file:{place}/data/aggregator.db?mode=ro", uri=True) as database:
        (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            found.damaged.append(f"{place.name} {when}: {verdict}")
        # A kill before the first migration leaves a database without tables, and nothing in it to be doubled.
        made = database.execute("select 1 from sqlite_master where name = 'entries'").fetchone()
        doubled = database.execute(DOUBLED) if made else ()
        found.doubled += [f"{place.name} {when}: {row}" for row in doubled]
    database.close()


ENTRIES = "select s.source as source, e.guid as guid from entries e join sources s on s.id = e.source_id"
DOUBLED = f"select source, guid, count(*) n from ({ENTRIES}) group by 1, 2 having n > 1"  # noqa: S608 - constants
