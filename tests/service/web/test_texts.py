"""A topic as Markdown, and the events: documents beside the feeds, served as they are."""

from __future__ import annotations

import pytest

from aggregator.service.web.shelf import Shelf
from tests.pages.samples import make_edition
from tests.service.web.visits import ask, build, make_rendition

pytestmark = pytest.mark.anyio

MARKDOWN = make_rendition("harbour.md", b"# Harbour\n", media_type="text/markdown; charset=utf-8")


def shelf() -> Shelf:
    made = Shelf()
    made.put(make_edition(), [make_rendition("harbour.atom"), MARKDOWN])
    made.put_document(make_rendition("ops.atom"))
    return made


@pytest.mark.parametrize("headers", [{}, {"sec_fetch_dest": "document"}])
async def test_markdown_is_text_for_everybody_browsers_included(headers: dict[str, str]):
    answer = await ask(build(shelf()), "/harbour.md", **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
    assert answer.text == "# Harbour\n"
    assert answer.headers["x-content-type-options"] == "nosniff"
    unchanged = await ask(build(shelf()), "/harbour.md", if_none_match=answer.headers["etag"], **headers)
    assert unchanged.status_code == 304


async def test_the_markdown_of_a_topic_goes_with_it():
    made = shelf()
    made.remove("harbour")
    assert (await ask(build(made), "/harbour.md")).status_code == 404


async def test_events_are_served_as_feeds_are_and_are_no_topic():
    made = shelf()
    answer = await ask(build(made), "/ops.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["etag"]
    assert (await ask(build(made), "/ops")).status_code == 404
    assert "ops" not in (await ask(build(made), "/")).text
