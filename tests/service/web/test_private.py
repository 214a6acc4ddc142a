"""Feeds that only who knows their address may read."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from aggregator.model.topic import Access
from aggregator.service.doors import Doors
from aggregator.service.web.front import Front
from aggregator.service.web.shelf import Shelf
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.pages.samples import SITE, make_edition
from tests.service.web.visits import ask, build, fill, filled_shelf

pytestmark = pytest.mark.anyio


class Place:
    """A shelf with a public topic and a private one, and a token for the latter."""

    def __init__(self) -> None:
        self.shelf: Shelf = filled_shelf()
        fill(self.shelf, make_edition(slug="mine", title="Mine alone", access=Access.TOKEN))
        self.doors = Doors(FakeStore(), FakeClock())
        self.app: ASGIApp = build(self.shelf, doors=self.doors)


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
async def test_who_has_a_token_gets_every_format_for_no_shared_cache_to_keep(place: Place, ending: str):
    token = await place.doors.open("mine")
    answer = await ask(place.app, f"/f/{token}/mine.{ending}")
    assert answer.status_code == 200
    assert answer.content == f"<feed>mine.{ending}</feed>".encode() * 50
    assert answer.headers["cache-control"] == "private, max-age=300"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in answer.headers
    unchanged = await ask(place.app, f"/f/{token}/mine.{ending}", if_none_match=answer.headers["etag"])
    assert (unchanged.status_code, unchanged.headers["cache-control"]) == (304, "private, max-age=300")
    assert (await ask(place.app, f"/f/{token}/mine.{ending}", method="HEAD")).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/mine",
        "/mine.atom",
        "/mine.json",
        "/mine/feed",
        "/mine/",
        "/mine/2026-11.atom",
        "/f/mine.atom",
        "/f//mine.atom",
        "/f/wrong/mine.atom",
        "/f/wrong/harbour.atom",
        "/f/TOKEN",
        "/f/TOKEN/",
        "/f/TOKEN/mine",
        "/f/TOKEN/mine.opml",
        "/f/TOKEN/../mine.atom",
        "/f/TOKEN/mine/2026-11.rss",
        "/f/TOKEN/mine/x/2026-11.atom",
    ],
)
async def test_nobody_else_learns_anything(place: Place, path: str):
    token = await place.doors.open("mine")
    answer = await ask(place.app, path.replace("TOKEN", token))
    assert answer.status_code == 404
    assert "alone" not in answer.text


async def test_a_private_topic_stands_in_no_list_and_on_no_page(place: Place):
    for path in ("/", "/sources", "/status", "/status.json", "/harbour", "/harbour.atom"):
        assert "mine" not in (await ask(place.app, path)).text.lower().replace("determine", ""), path
    assert [edition.slug for edition in place.shelf.editions()] == ["harbour"]
    assert place.shelf.rendition("mine.atom") is None


async def test_tokens_are_many_and_hold_until_they_are_revoked(place: Place):
    first, second = await place.doors.open("mine"), await place.doors.open("mine")
    assert len({first, second}) == 2
    assert {(await ask(place.app, f"/f/{one}/mine.atom")).status_code for one in (first, second)} == {200}
    assert await place.doors.close("mine") == 2
    assert {(await ask(place.app, f"/f/{one}/mine.atom")).status_code for one in (first, second)} == {404}


async def test_a_token_of_one_topic_opens_no_other_and_leads_on_where_its_own_was_renamed(place: Place):
    token = await place.doors.open("mine")
    answer = await ask(place.app, f"/f/{token}/former.rss")
    assert (answer.status_code, answer.headers["location"]) == (301, f"/f/{token}/mine.rss")
    assert answer.headers["cache-control"] == "private, max-age=300"
    deeper = build(place.shelf, site=replace(SITE, base_url="https://a.example/feeds"), doors=place.doors)
    assert (await ask(deeper, f"/f/{token}/former/2026-10.atom")).headers["location"] == (
        f"/feeds/f/{token}/mine/2026-10.atom"
    )


async def test_a_topic_that_turns_private_leaves_its_public_places_and_back(place: Place):
    edition = make_edition()
    token = await place.doors.open("harbour")
    fill(place.shelf, replace(edition, access=Access.TOKEN))
    assert (await ask(place.app, "/harbour.atom")).status_code == 404
    assert (await ask(place.app, f"/f/{token}/harbour.atom")).status_code == 200
    fill(place.shelf, edition)
    assert (await ask(place.app, "/harbour.atom")).status_code == 200
    assert (await ask(place.app, f"/f/{token}/harbour.atom")).status_code == 404
    place.shelf.remove("mine")
    assert (await ask(place.app, f"/f/{await place.doors.open('mine')}/mine.atom")).status_code == 404


async def test_a_browser_gets_the_document_too_for_there_is_no_page(place: Place):
    token = await place.doors.open("mine")
    answer = await ask(place.app, f"/f/{token}/mine.atom", sec_fetch_dest="document")
    assert answer.headers["content-type"].startswith("application/atom+xml")


async def test_the_store_holds_no_token_and_the_log_no_path_with_one(caplog: pytest.LogCaptureFixture):
    store = FakeStore()
    doors = Doors(store, FakeClock())
    token = await doors.open("mine")
    assert token not in str(await store.tokens())
    assert len(token) == 32

    async def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    with caplog.at_level(logging.DEBUG):
        await ask_until_it_breaks(Front(Shelf(), SITE, broken, doors=doors), f"/f/{token}/mine.atom")
        await ask_until_it_breaks(Front(Shelf(), SITE, broken, doors=doors), f"/websub/{token}")
    assert "/websub/…" in caplog.text
    assert "/f/…" in caplog.text
    assert token not in caplog.text


async def ask_until_it_breaks(app: Front, path: str) -> None:
    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}

    async def nothing(*_: object) -> None:
        raise AssertionError("the broken part was to answer")

    await app(scope, nothing, nothing)  # type: ignore[arg-type]
