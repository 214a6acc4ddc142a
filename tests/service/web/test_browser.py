"""A real browser on the served pages; skipped where Chromium is absent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from tests.pages.samples import SITE, make_edition, make_edition_entry
from tests.service.web.browser import needs_chromium, visit
from tests.service.web.visits import build, fill

pytestmark = [pytest.mark.anyio, needs_chromium]

HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


async def test_a_browser_on_a_feed_shows_its_page_runs_our_script_and_none_of_the_feed(tmp_path: Path):
    shelf = Shelf()
    entry = make_edition_entry(title=HOSTILE, summary=HOSTILE, url="https://x.example/'\"><script>alert(1)</script>")
    fill(shelf, make_edition(title="Harbour", entries=(entry,)))
    server = WebServer(build(shelf, site=replace(SITE, title="River")), "127.0.0.1", 0)
    await server.start()
    try:
        dom, log = await visit(f"{server.url}harbour.atom", tmp_path)
    finally:
        await server.stop()
    assert "<title>Harbour · River</title>" in dom
    assert "This is a feed" in dom
    # The script takes `hidden` from the button: it was loaded and ran under the policy.
    assert '<button type="button" data-copy="address" aria-describedby="address">Copy</button>' in dom
    assert "Content Security Policy" not in log
    assert "Refused to" not in log
