"""Canary strings: no password, key or token of the settings comes out anywhere, whatever goes wrong."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from aggregator.model.entry import EntryKey
from tests.e2e.daemons import aggregator, free_port, get, running, wait_for
from tests.web import Reply, ScriptedWeb
from tests.web.proxy import ScriptedProxy

pytestmark = pytest.mark.anyio

WORDS = (
    "canary-basic",
    "canary-userinfo",
    "canary-header",
    "canary-bearer",
    "canary-proxy",
    "canary-own-proxy",
    "canary-admin",
)
SECRETS = (
    *WORDS,
    *(base64.b64encode(f"ann:{word}".encode()).decode() for word in WORDS),
    quote("canary userinfo"),
)
CONFIG = """\
server: {{listen: "127.0.0.1:{listen}", admin-token: canary-admin}}
network:
  allow-private: [127.0.0.0/8]
  host-spacing: 0s
  proxy: "http://ann:canary-proxy@127.0.0.1:{proxy}"
defaults: {{timeout: 2s}}
sources:
  - {{id: good, url: "{base}/good.xml", auth: "basic ann:canary-basic", public: true}}
  - {{id: private, url: "{base}/good.xml?2", auth: "basic ann:canary-basic"}}
  - {{id: userinfo, url: "{with_credentials}/401.xml"}}
  - {{id: header, url: "{base}/loop.xml", headers: {{X-Api-Key: canary-header}}}}
  - {{id: bearer, url: "{base}/page.html", auth: "bearer canary-bearer"}}
  - {{id: nobody, url: "http://ann:canary-userinfo@nobody.invalid/feed.xml"}}
  - {{id: blocked, url: "http://ann:canary-userinfo@10.0.0.1/feed.xml"}}
  - {{id: tls, url: "https://ann:canary-userinfo@127.0.0.3:{port}/feed.xml"}}
  - {{id: elsewhere, url: "http://127.0.0.4:{port}/elsewhere.xml", auth: "basic ann:canary-basic"}}
  - {{id: direct, url: "http://127.0.0.5:{port}/good.xml?3", proxy: none, headers: {{Cookie: canary-header}}}}
  - {{id: lost, url: "http://127.0.0.6:{port}/good.xml?4", proxy: "http://ann:canary-own-proxy@127.0.0.1:9"}}
topics: {{all: {{}}}}
"""
FEED = b"""<rss version='2.0'><channel><title>Good</title><link>https://p.example/</link>
<item><title>One</title><guid isPermaLink='false'>1</guid></item></channel></rss>"""


async def test_no_secret_is_shown_logged_or_stored_and_each_goes_where_it_belongs(tmp_path):
    async with ScriptedWeb() as web, ScriptedProxy() as proxy:
        web.publish("/good.xml", FEED)
        web.script("/401.xml", Reply(401, (), b"no"))
        web.script("/loop.xml", Reply(302, (("Location", "/loop.xml"),)))
        web.script("/page.html", Reply(200, (("Content-Type", "text/html"),), b"<html><body>none"))
        web.script("/elsewhere.xml", Reply(302, (("Location", f"http://127.0.0.2:{web.port}/good.xml"),)))
        base = web.url("")
        config = tmp_path / "aggregator.yaml"
        with_credentials = base.replace("//", "//ann:canary-userinfo@")
        listen = free_port()
        text = CONFIG.format(
            base=base, port=web.port, proxy=proxy.port, with_credentials=with_credentials, listen=listen
        )
        config.write_text(text, encoding="utf-8")
        said = await asyncio.to_thread(_everything, config, tmp_path / "site")
        served = await asyncio.to_thread(_served, config, f"http://127.0.0.1:{listen}")
        sent = [(row.target, row.address, row.headers) for row in web.log]
    assert "userinfo" in said
    assert "127.0.0.1:9 cannot be reached" in said
    told = said + served + _files(tmp_path / "site") + _files(tmp_path / "data")
    assert [secret for secret in SECRETS if secret in told] == []
    for target, address, headers in sent:
        given = {name.lower(): value for name, value in headers}
        assert "proxy-authorization" not in given
        own = {"/401.xml": "canary-userinfo", "/page.html": "canary-bearer"}.get(target, "canary-basic")
        expected = {f"Basic {base64.b64encode(f'ann:{own}'.encode()).decode()}", f"Bearer {own}"}
        if address == "127.0.0.2":
            assert "authorization" not in given
        elif target in {"/good.xml", "/good.xml?2", "/401.xml", "/page.html", "/elsewhere.xml"}:
            assert given["authorization"] in expected
        elif target == "/loop.xml":
            assert given["x-api-key"] == "canary-header"
    assert all("canary-own-proxy" not in head for head in proxy.heads)


def _everything(config: Path, site: Path) -> str:
    """Run what speaks, and give all that was said."""
    said = []
    for arguments in (
        ("-v", "run", "--once", "--log", "json", "--out", str(site)),
        ("--json", "status"),
        ("status",),
        ("check",),
        ("check", "--show", "source:lost"),
    ):
        done = aggregator("-c", str(config), *arguments, check=False)
        said.append(done.stdout + done.stderr)
    return "\n".join(said)


def _served(config: Path, base: str) -> str:
    """Ask a daemon for every kind of page, and give all of it with its log; what is private is not among it."""
    private, public = EntryKey("private", "1").short, EntryKey("good", "1").short
    with running("-v", "-c", str(config), "run", "--no-poll") as daemon:
        wait_for(f"{base}/all.json", b"One", seconds=60)
        found = json.loads(get(f"{base}/search.json?q=one")[2])
        assert {hit["source"] for hit in found["hits"]} <= {"good", "elsewhere"}
        for path in (f"e/{private}", f"e/{private}.json"):
            assert get(f"{base}/{path}")[0] == 404
        names = ("", "all", "all.atom", "index.json", "sources", "sources.json", "status", "status.json", "metrics")
        names += ("search?q=one", "search?q=source:private", f"e/{public}", f"s/{public}.json", "readyz", "admin")
        names += ("topics.opml", "sources.opml", "nothing?token=canary", "api/openapi.json")
        seen = [get(f"{base}/{name}", {"Cookie": "a=b"}) for name in names]
        daemon.terminate()
        _, log = daemon.communicate(timeout=10)
    assert not [name for name, (status, _, _) in zip(names, seen, strict=True) if status >= 500]
    return log + "".join(str(headers) + body.decode() for _, headers, body in seen)


def _files(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
