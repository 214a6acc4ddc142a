"""Kill the real command while it announces and sends, and look at what a hook got."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic

from tests.e2e.daemons import AGGREGATOR
from tests.web.receivers import ScriptedHook

START = datetime.now(UTC) - timedelta(days=30)
AT_FIRST = 40
"""Entries of the first document: what comes later is a small part of it, and no flood."""
CONFIG = """\
data: data
network: {allow-private: [127.0.0.0/8]}
sources: [{path: feed.xml, id: wire, backfill: 100}]
topics:
  world:
    mode: entries
    limit: 1000
    send: [{hook: "HOOK", secret: a long secret, name: chat}]
"""


@dataclass
class Told:
    """What came of all the kills.

    Attributes:
        announced: Ids that the store says were announced.
        by_message: Ids of items, by the id of the message that told of them.
        missing: Announced, and never told.
        twice: Told by messages of different ids.
        changed: Messages that came again with another body.
        killed: How many runs were killed before they ended.
        repeats: Messages that came more than once.
    """

    announced: set[str] = field(default_factory=set)
    by_message: dict[str, set[str]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    killed: int = 0
    repeats: int = 0


async def kill_and_tell(folder: Path, *, kills: int, seed: int) -> Told:
    """Let a feed grow, and kill every round of work at a random moment; the first and the last end by themselves."""
    chance = random.Random(seed)
    told = Told()
    async with ScriptedHook() as hook:
        (folder / "aggregator.yaml").write_text(CONFIG.replace("HOOK", hook.url), encoding="utf-8")
        grow(folder, AT_FIRST)
        began = monotonic()
        await work(folder)
        longest = monotonic() - began
        for number in range(kills):
            grow(folder, AT_FIRST + number + 1)
            killed = await work(folder, kill_after=chance.uniform(0.5, 1.0) * longest)
            told.killed += killed
            # Others use this machine, too: some rounds have to end by themselves, or all that waits comes as a flood.
            longest *= 1.3 if killed else 0.6
        grow(folder, AT_FIRST + kills)
        await work(folder)
        posts = list(hook.posts)
    bodies: defaultdict[str, set[bytes]] = defaultdict(set)
    for post in posts:
        bodies[post.headers["webhook-id"]].add(post.body)
    told.repeats = len(posts) - len(bodies)
    told.changed = [one for one, found in bodies.items() if len(found) > 1]
    for one, found in bodies.items():
        told.by_message[one] = {item["id"] for item in json.loads(min(found))["items"]}
    with closing(sqlite3.connect(folder / "data" / "aggregator.db")) as database:
        told.announced = {row[0] for row in database.execute("SELECT atom_id FROM ledger")}
    everything = [item for items in told.by_message.values() for item in items]
    told.missing = told.announced - set(everything)
    told.twice = {item for item in everything if everything.count(item) > 1}
    return told


def grow(folder: Path, entries: int) -> None:
    """Write the feed with so many entries, and let an hour pass for who polls it."""
    items = "".join(_item(number) for number in reversed(range(entries)))
    text = f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"
    (folder / "feed.xml").write_text(text, encoding="utf-8")
    kept = folder / "data" / "aggregator.db"
    if kept.exists():
        with closing(sqlite3.connect(kept, timeout=30)) as database, suppress(sqlite3.OperationalError), database:
            database.execute("UPDATE sources SET next_poll_at = '2026-01-01T00:00:00.000000+00:00'")


def _item(number: int) -> str:
    """Write an entry that is like no other, each an hour later than the one before."""
    chance = random.Random(number)
    words = " ".join("".join(chance.choices("abdefgiklmnoprstu", k=7)) for _ in range(9))
    at = format_datetime(START + timedelta(hours=number))
    link = f"https://wire.example/{number}"
    return f"<item><guid>{link}</guid><link>{link}</link><title>{number} {words}</title><pubDate>{at}</pubDate></item>"


async def work(folder: Path, *, kill_after: float | None = None) -> bool:
    """Do a round of work; give whether it was killed before it ended by itself."""
    process = await asyncio.create_subprocess_exec(
        str(AGGREGATOR), "-c", str(folder / "aggregator.yaml"), "-q", "run", "--once", stderr=asyncio.subprocess.PIPE
    )
    try:
        _, errors = await asyncio.wait_for(process.communicate(), kill_after)
    except TimeoutError:
        process.kill()
        await process.wait()
        return True
    assert process.returncode == 0, errors.decode()
    return False
