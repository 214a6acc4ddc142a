"""A private topic from the command line to the wire: what came with a password is found at its address only."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.e2e.daemons import aggregator, free_port, get, running, wait_for
from tests.web import ScriptedWeb

pytestmark = pytest.mark.anyio

CONFIG = """\
server: {{listen: "127.0.0.1:{port}"}}
network: {{allow-private: [127.0.0.0/8], host-spacing: 0s}}
sources:
  - {{id: open, url: "{base}/open.xml"}}
  - {{id: inside, url: "{base}/inside.xml", auth: "basic ann:secret"}}
topics:
  all: {{}}
  canary-mine: {{access: token, output: {{formats: [atom, json]}}, aliases: [canary-old]}}
"""
PUBLIC = (
    "/", "/all", "/all.atom", "/all.rss", "/all.json", "/all/feed", "/sources", "/status", "/status.json",
    "/topics.opml", "/sources.opml",
)  # fmt: skip
CLOSED = ("/canary-mine", "/canary-mine.atom", "/canary-old.atom", "/f/x/canary-mine.atom", "/f/canary-mine.atom")


def feed(title: str) -> bytes:
    item = f"<item><title>{title}</title><guid isPermaLink='false'>{title}</guid></item>"
    return f"<rss version='2.0'><channel><title>T</title><link>https://p.example/</link>{item}</channel></rss>".encode()


async def test_what_came_with_a_password_is_found_at_a_private_address_and_nowhere_else(tmp_path: Path):
    async with ScriptedWeb() as web:
        web.publish("/open.xml", feed("Told to everybody"))
        web.publish("/inside.xml", feed("Canary of the inside"))
        config = tmp_path / "aggregator.yaml"
        port = free_port()
        config.write_text(CONFIG.format(port=port, base=web.url("")), encoding="utf-8")
        await asyncio.to_thread(_live, config, f"http://127.0.0.1:{port}", tmp_path / "site")


def _live(config: Path, base: str, site: Path) -> None:
    with running("-c", str(config), "-v", "run", "--log", "json", stop=False) as process:
        wait_for(f"{base}/all.atom", b"Told to everybody", 60)
        atom, feed_json = aggregator("-c", str(config), "token", "canary-mine").stdout.split()
        token = atom.split("/")[4]
        assert wait_for(atom, b"Canary of the inside").count(b"<entry>") == 2
        assert [item["title"] for item in json.loads(wait_for(feed_json))["items"]].count("Canary of the inside") == 1
        assert get(atom.replace("canary-mine", "canary-old"))[0] == 200, "it leads on"
        for path in PUBLIC:
            status, _, body = get(base + path)
            assert (status, b"anary" in body) == (200, False), path
        for path in CLOSED:
            assert get(base + path)[0] == 404, path
        listed = aggregator("-c", str(config), "--json", "entries", "--source", "inside").stdout
        inside = json.loads(listed.splitlines()[0])
        for path in (f"/e/{inside['id']}", f"/e/{inside['id']}.json", f"/s/{inside['story']}", "/search?q=canary"):
            assert b"anary of" not in get(base + path)[2], path
            assert get(base + path)[0] in {200, 404}, path
        second = json.loads(aggregator("-c", str(config), "--json", "token", "canary-mine").stdout)["addresses"][0]
        assert get(second)[0] == get(atom)[0] == 200
        assert aggregator("-c", str(config), "token", "canary-mine", "--revoke").stdout.split()[1] == "2"
        assert get(second)[0] == get(atom)[0] == 404
        process.send_signal(signal.SIGTERM)
        said = "".join(process.communicate(timeout=30))
    third = aggregator("-c", str(config), "token", "canary-mine").stdout.split()[0]
    aggregator("-c", str(config), "build", str(site))
    stored = b"".join(path.read_bytes() for path in (config.parent / "data").rglob("*") if path.is_file())
    for secret in (token, second.split("/")[4], third.split("/")[4]):
        assert secret not in said
        assert secret.encode() not in stored
    assert all(b"anary" not in path.read_bytes() for path in site.rglob("*") if path.is_file())
    assert not list(site.rglob("*canary*"))


def test_a_topic_that_needs_no_token_gets_none(tmp_path: Path):
    config = tmp_path / "aggregator.yaml"
    config.write_text("sources: [{path: x.xml}]\ntopics: {all: {}, mine: {access: token}}\n", encoding="utf-8")
    public = aggregator("-c", str(config), "token", "all", check=False)
    assert (public.returncode, "access: token" in public.stderr) == (1, True)
    unknown = aggregator("-c", str(config), "token", "mien", check=False)
    assert (unknown.returncode, "are: mine" in unknown.stderr) == (1, True)
