"""What people get, and what they get when there is nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import anyio
import pytest

from aggregator.errors import StoreError
from aggregator.model.shape import Queue
from aggregator.model.source import SourceState
from aggregator.pages.assets import assets
from aggregator.service.web.desk import FRESH_SECONDS
from aggregator.service.web.health import Check
from aggregator.service.web.shelf import Shelf
from tests.builders import NOON
from tests.pages.samples import (
    SITE,
    make_activity,
    make_edition,
    make_edition_entry,
    make_failing,
    make_source_status,
    make_status,
)
from tests.service.web.visits import Insides, Readiness, ask, build, fill, filled_shelf

pytestmark = pytest.mark.anyio

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https:; media-src https:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/", "/harbour", "/sources", "/status"])
async def test_pages_are_html_that_can_be_asked_for_again(path: str):
    app = build()
    answer = await ask(app, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    again = await ask(app, path, if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    packed = await ask(app, path, accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] == answer.headers["etag"][:-1] + '-gzip"'
    assert packed.text == answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/status.json", 200),
        ("GET", "/livez", 200),
        ("GET", "/readyz", 200),
        ("GET", "/-/style.css", 200),
        ("GET", "/harbour.atom", 200),
        ("GET", "/docks", 301),
        ("GET", "/nowhere", 404),
        ("GET", "/a/b/c", 404),
        ("POST", "/harbour.atom", 405),
        ("POST", "/", 405),
        ("GET", "/whales", 410),
    ],
)
async def test_every_answer_carries_the_safety_headers(method: str, path: str, status: int):
    answer = await ask(build(), path, method=method)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_of_a_topic_follows_its_edition():
    shelf = filled_shelf()
    app = build(shelf)
    assert "Ferry line reopens" in (await ask(app, "/harbour")).text
    assert "Brand new" not in (await ask(app, "/")).text
    fill(shelf, make_edition(entries=(make_edition_entry(title="Brand new"),)))
    assert "Brand new" in (await ask(app, "/harbour")).text
    assert "Brand new" in (await ask(app, "/")).text


async def test_the_page_of_a_topic_tells_what_waits_in_it_and_no_other_page_does():
    inside = Insides()
    inside.lately = make_activity(queues=(("harbour", (Queue(rule="digest", waiting=2, next_at=NOON),)),))
    shelf = filled_shelf()
    fill(shelf, make_edition("docks"))
    app = build(shelf, inside=inside)
    assert "2 items wait for the next digest; the next may come out" in (await ask(app, "/harbour")).text
    assert "items wait" not in (await ask(app, "/docks")).text
    inside.failing = StoreError("locked")
    assert (await ask(build(shelf, inside=inside), "/harbour")).status_code == 200


async def test_half_a_character_in_a_title_does_not_take_the_page_down():
    shelf = filled_shelf()
    fill(shelf, make_edition(entries=(make_edition_entry(title="half \ud83d done"),)))
    answer = await ask(build(shelf), "/harbour")
    assert (answer.status_code, "half ? done" in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/docks", "/harbour"),
        ("/docks.atom", "/harbour.atom"),
        ("/docks.json", "/harbour.json"),
        ("/docks/feed", "/harbour/feed"),
        ("/docks/", "/harbour"),
        ("/harbour/", "/harbour"),
        ("/status/", "/status"),
    ],
)
async def test_old_addresses_lead_to_new_ones_for_good(path: str, location: str):
    for headers in ({}, {"sec_fetch_dest": "document"}, {"host": "evil.example"}):
        answer = await ask(build(), path, **headers)
        assert (answer.status_code, answer.headers["location"]) == (301, location)


async def test_redirects_keep_the_path_of_the_public_address():
    app = build(site=replace(SITE, base_url="https://example.org/feeds"))
    assert (await ask(app, "/docks.rss")).headers["location"] == "/feeds/harbour.rss"


async def test_a_topic_that_lives_is_stronger_than_an_alias_or_a_retirement():
    shelf = Shelf()
    shelf.forward({"harbour": "elsewhere"}, frozenset({"harbour"}))
    fill(shelf)
    assert (await ask(build(shelf), "/harbour")).status_code == 200
    assert (await ask(build(shelf), "/harbour.atom")).status_code == 200


@pytest.mark.parametrize("path", ["/whales", "/whales.atom", "/whales.rss", "/whales/feed", "/whales/"])
async def test_a_retired_topic_is_gone(path: str):
    assert (await ask(build(), path)).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/nowhere.atom",
        "/harbour.xml",
        "/harbour.atom.atom",
        "/docks.xml",
        "/.atom",
        "/feed",
        "/-/nothing.css",
        "/-/../style.css",
        "/-/%2e%2e%2fbase.html",
        "/HARBOUR",
        "/%00",
        "/sources.atom",
    ],
)
async def test_what_is_not_there_is_not_found(path: str):
    assert (await ask(build(), path)).status_code == 404


async def test_an_error_page_escapes_what_the_visitor_sent():
    answer = await ask(build(), "/%3Cscript%3Ealert(1)%3C%2Fscript%3E%22'")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_deep_error_page_still_finds_its_style():
    answer = await ask(build(), "/a/b%2Fc/d")
    assert 'href="../../-/style.css?v=' in answer.text


async def test_an_error_page_does_not_grow_with_the_path():
    answer = await ask(build(), "/a" * 5000)
    assert answer.status_code == 404
    assert len(answer.content) < 3000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/harbour", "/harbour.atom", "/topics.opml", "/status.json"])
async def test_other_methods_are_refused_with_the_allowed_ones(method: str, path: str):
    answer = await ask(build(), path, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/harbour", "/status.json", "/nowhere", "/readyz"])
async def test_head_works_everywhere(path: str):
    got = await ask(build(), path)
    head = await ask(build(), path, method="HEAD")
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_no_answer_repeats_the_host_header():
    app = build()
    for path in ("/", "/harbour", "/sources", "/status", "/status.json", "/nowhere", "/docks", "/harbour/"):
        answer = await ask(app, path, host="evil.example", x_forwarded_host="evil.example")
        assert "evil.example" not in answer.text + str(answer.headers)
        assert "visitor.example" not in answer.text + str(answer.headers)


async def test_the_address_to_copy_is_the_public_one():
    assert "https://feeds.example.org/harbour.atom" in (await ask(build(), "/")).text


async def test_static_files_are_served_with_their_types():
    app = build()
    for name, media_type in (("style.css", "text/css"), ("app.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
        answer = await ask(app, f"/-/{name}")
        assert answer.headers["content-type"].startswith(media_type)
        assert answer.content == assets()[name]


async def test_status_json_has_the_contracted_shape():
    answer = await ask(build(), "/status.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert [source["id"] for source in answer.json()["sources"]] == ["courier"]
    assert answer.json()["topics"][0]["slug"] == "harbour"


async def test_visitors_at_the_same_time_share_one_look_into_the_store():
    status = Insides()
    app = build(inside=status)
    for path in ("/status", "/status.json", "/sources"):
        await ask(app, path)
    assert status.asked == 1


@pytest.mark.parametrize("path", ["/status", "/sources"])
async def test_without_a_store_the_last_status_is_shown_as_unavailable(path: str):
    status = Insides()
    status.answer = StoreError("disk on fire at /secret/place")
    app = build(inside=status)
    nothing = await ask(app, path)
    assert (nothing.status_code, nothing.headers["retry-after"]) == (503, "30")
    assert "/secret/place" not in nothing.text
    status.answer = make_status(make_source_status(source={"title": "Harbour Courier"}))
    assert (await ask(app, path)).status_code == 200
    assert "Harbour Courier" in (await ask(app, path)).text


async def test_a_store_that_fails_later_leaves_the_last_status():
    status = Insides()
    status.answer = make_status(make_source_status(source={"title": "Harbour Courier"}))
    app = build(inside=status)
    before = (await ask(app, "/status.json")).json()
    status.answer = StoreError("gone")
    # The shared look is held for a second; only a new look meets the failure.
    await _past_the_shared_look()
    page = await ask(app, "/sources")
    assert (page.status_code, page.headers["cache-control"]) == (503, "no-store")
    assert "Harbour Courier" in page.text
    assert "this is how things stood before" in page.text
    after = await ask(app, "/status.json")
    assert (after.status_code, after.json()) == (503, before)


async def _past_the_shared_look() -> None:
    await anyio.sleep(FRESH_SECONDS + 0.05)


async def test_status_json_without_any_status_says_so():
    status = Insides()
    status.answer = StoreError("gone")
    answer = await ask(build(inside=status), "/status.json")
    assert (answer.status_code, list(answer.json())) == (503, ["error"])


async def test_secrets_and_private_addresses_are_on_no_page():
    canary = "c4n4ry"
    private = make_failing(
        "letters",
        title="Members letter",
        private=True,
        url=f"https://u:{canary}@{canary}.example/{canary}?key={canary}",
        authorization=f"Basic {canary}",
        headers=(("X-Key", canary),),
    )
    state: SourceState = replace(
        private.state,
        last_error=f"cannot reach {canary}.example",
        next_poll_why=f"{canary}.example asked to wait, see https://{canary}.example/why",
    )
    status = Insides()
    status.answer = make_status(replace(private, state=state))
    app = build(inside=status)
    for path in ("/status", "/sources", "/status.json"):
        answer = await ask(app, path)
        assert "letters" in answer.text or "Members letter" in answer.text
        assert canary not in answer.text


async def test_a_bug_in_a_page_shows_nothing_of_itself_and_is_logged(caplog: pytest.LogCaptureFixture):
    status = Insides()
    status.answer = RuntimeError("password is swordfish")
    with caplog.at_level(logging.ERROR):
        answer = await ask(build(inside=status), "/status")
    assert (answer.status_code, answer.headers["content-security-policy"]) == (500, POLICY)
    assert "swordfish" not in answer.text
    assert "Something went wrong" in answer.text
    assert [record.getMessage() for record in caplog.records] == ["cannot answer GET '/status'"]
    assert caplog.records[0].exc_info is not None


async def test_livez_answers_and_readyz_tells_each_check():
    readiness = Readiness()
    app = build(readiness=readiness)
    assert (await ask(app, "/livez")).json() == {"ok": True}
    ready = await ask(app, "/readyz")
    assert ready.json() == {"ok": True, "checks": {"database": {"ok": True, "detail": "answers"}}}
    readiness.checks = {"database": Check(ok=True), "disk": Check(ok=False, detail="1 MB left")}
    unready = await ask(app, "/readyz")
    assert (unready.status_code, unready.json()["ok"]) == (503, False)
    assert unready.json()["checks"]["disk"] == {"ok": False, "detail": "1 MB left"}
    assert unready.headers["cache-control"] == "no-store"
    json.loads(unready.content)
