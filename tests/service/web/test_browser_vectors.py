"""A real browser on what came of hostile feeds: nothing runs, and no policy has to forbid it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from tests.e2e.corpora import needs_corpora
from tests.pages.samples import make_edition, make_edition_entry
from tests.service.web.browser import needs_chromium, visit
from tests.service.web.visits import build, fill
from tests.vectors import carried, vectors
from tests.web.exchange import document
from tests.web.server import ScriptedWeb

pytestmark = [pytest.mark.anyio, needs_chromium, needs_corpora, pytest.mark.corpora]

# Pictures, sound and film of the web, and nothing else; a frame, a style or a script is reported.
POLICY = "default-src 'none'; img-src http: https:; media-src http: https:; base-uri 'none'; form-action 'none'"
HEADERS = (("Content-Security-Policy", POLICY),)
TITLE = "Nothing ran"


def reported(log: str) -> list[str]:
    return [line for line in log.splitlines() if "Content Security Policy" in line or "Refused to" in line]


async def test_a_browser_finds_nothing_to_forbid_in_the_texts_of_hostile_feeds(tmp_path: Path):
    texts = "".join(f"<article>{entry.content_html}</article>" for entry in carried(vectors()))
    page = f"<!doctype html><title>{TITLE}</title><meta charset=utf-8><body>{texts}".encode()
    async with ScriptedWeb() as web:
        web.script("/texts", document(page, media_type="text/html", headers=HEADERS))
        web.script(
            "/guard", document(b"<!doctype html><p style='color:red'>x", media_type="text/html", headers=HEADERS)
        )
        _, guard = await visit(web.url("/guard"), tmp_path / "guard")
        dom, log = await visit(web.url("/texts"), tmp_path / "texts")
    assert reported(guard), "the browser does not report what a policy forbids"
    assert f"<title>{TITLE}</title>" in dom
    assert dom.count("<article>") > 2_000
    assert reported(log) == []


async def test_a_browser_finds_nothing_to_forbid_on_our_page_of_hostile_entries(tmp_path: Path):
    entries = tuple(
        make_edition_entry(
            number,
            title=entry.title,
            url=entry.url,
            authors=entry.authors,
            summary=entry.summary,
            content_html=entry.content_html,
            categories=entry.categories,
            image_url=entry.image_url,
        )
        for number, entry in enumerate(carried(vectors()), 1)
    )
    shelf = Shelf()
    fill(shelf, make_edition(title="Harbour", entries=entries))
    server = WebServer(build(shelf), "127.0.0.1", 0)
    await server.start()
    try:
        dom, log = await visit(f"{server.url}harbour", tmp_path)
    finally:
        await server.stop()
    assert escape(entries[0].title, quote=False) in dom
    assert reported(log) == []
