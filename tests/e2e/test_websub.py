"""The daemon and a hub: subscribed after the start, received over HTTP, the key kept apart."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.daemons import aggregator, free_port, running, wait_for
from tests.service.push_world import feed
from tests.web import ScriptedWeb
from tests.web.hub import ScriptedHub

pytestmark = pytest.mark.anyio

CONFIG = """\
site: {{base-url: "https://feeds.example.org/river"}}
server: {{listen: "127.0.0.1:{port}"}}
network: {{allow-private: [127.0.0.0/8], websub: {wanted}}}
sources: [{{id: p, url: "{url}"}}]
topics: {{all: {{}}}}
"""


@pytest.mark.parametrize("wanted", ["true", "false"])
async def test_a_daemon_that_the_world_can_reach_subscribes_and_receives_unless_told_not_to(tmp_path, wanted):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    async with ScriptedWeb() as web, ScriptedHub(seen_as=("https://feeds.example.org/river", base)) as hub:
        links = f'<{hub.url}>; rel="hub", </feed.xml>; rel="self"'
        url = web.publish("/feed.xml", feed("one"), headers=(("Link", links),))
        config = tmp_path / "aggregator.yaml"
        config.write_text(CONFIG.format(port=port, url=url, wanted=wanted), encoding="utf-8")
        await asyncio.to_thread(aggregator, "-c", str(config), "poll")
        with running("-c", str(config), "run"):
            await asyncio.to_thread(wait_for, f"{base}/all.atom", b"<entry>")
            if wanted == "false":
                assert hub.asked == []
                return
            await asyncio.wait_for(hub.verified.wait(), 10)
            assert hub.verifications == [(200, "c0")]
            assert await hub.push(feed("two")) == [202]
            status = await asyncio.to_thread(wait_for, f"{base}/status.json", b'"since": "2')
            assert b'"hub": "127.0.0.1"' in status
        key = tmp_path / "data" / "websub.key"
        assert key.stat().st_mode & 0o777 == 0o600
