"""All real feeds of the corpora, served on loopback: every key is stored, and a second poll adds nothing."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict

import pytest

from tests.e2e.corpora import configuration, expected_keys, needs_corpora, put_on, real_feeds
from tests.e2e.daemons import aggregator
from tests.web.server import ScriptedWeb


async def run(*arguments: str):
    return await asyncio.to_thread(aggregator, *arguments, check=False)


@needs_corpora
@pytest.mark.corpora
@pytest.mark.anyio
async def test_every_real_feed_is_stored_by_its_keys_and_a_second_poll_adds_nothing(tmp_path):
    feeds = real_feeds()
    assert len(feeds) == 497
    async with ScriptedWeb() as web:
        urls = put_on(web, feeds)
        config = configuration(tmp_path, urls)
        first = await run("-c", str(config), "-q", "poll", "--all")
        assert first.returncode in {0, 3}, first.stderr
        stored = defaultdict(set)
        listed = (await run("-c", str(config), "--json", "entries")).stdout.splitlines()
        for line in listed:
            entry = json.loads(line)
            stored[entry["source"]].add(entry["guid"])
        different = {}
        for feed in feeds:
            keys, bare = expected_keys(feed, urls[feed.source_id])
            own = {key for key in stored[feed.source_id] if not key.startswith(("day:", "digest:"))}
            if own != keys or len(stored[feed.source_id] - own) != bare:
                lost, extra = sorted(keys - own)[:2], sorted(own - keys)[:2]
                different[feed.name] = (lost, extra, bare, len(stored[feed.source_id] - own))
        assert not different

        failed = json.loads((await run("-c", str(config), "--json", "status")).stdout)
        broken = {one["id"]: one["error"] for one in failed["sources"] if one["state"] != "ok"}
        web.reset()
        await run("-c", str(config), "-q", "poll", "--all")
        unconditional = [asked.path for asked in web.log if not asked.header("if-none-match")]
        assert len(unconditional) == len(broken)
        assert {asked.status for asked in web.log} <= {200, 304}
        assert len((await run("-c", str(config), "--json", "entries")).stdout.splitlines()) == len(listed)
