from __future__ import annotations

from typing import Any

import pytest

from aggregator.model.audience import Sighting
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.audience import Turnstile
from tests.fakes.clock import FakeClock
from tests.service.web.visits import SITE, Insides, Readiness, ask, filled_shelf

pytestmark = pytest.mark.anyio


def scope(agent: str, address: str = "192.0.2.1", **headers: str) -> dict[str, Any]:
    given = {"user-agent": agent} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "client": (address, 4711),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
    }


def noted(*scopes: dict[str, Any]) -> list[tuple[str, int]]:
    turnstile = Turnstile(FakeClock())
    for one in scopes:
        turnstile.note("sea", one)
    return sorted((one.reader, one.subscribers) for one in turnstile.take())


def test_readers_are_told_apart_by_address_and_name():
    assert noted(scope("newsboat/2"), scope("newsboat/2"), scope("newsboat/2", "192.0.2.2"), scope("miniflux")) == [
        ("192.0.2.1 miniflux", 1),
        ("192.0.2.1 newsboat/2", 1),
        ("192.0.2.2 newsboat/2", 1),
    ]


@pytest.mark.parametrize(
    ("agent", "name", "count"),
    [
        ("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)", None, 16),
        ("Feedbin feed-id:1373711 - 1 subscribers", "Feedbin feed-id:1373711 -", 1),
        ("NewsBlur Feed Fetcher - 120 subscribers - http://newsblur.example", "NewsBlur Feed Fetcher -", 120),
        ("Bloglines/3 (99999999 Readers)", "Bloglines/3 (", 10_000_000),
        ("x (0 subscribers)", "x (", 1),
    ],
)
def test_a_service_counts_for_all_that_it_reads_for_wherever_it_comes_from(agent: str, name: str | None, count: int):
    name = name or "Feedly/1.0 (+http://www.feedly.com/fetcher.html;"
    assert noted(scope(agent), scope(agent, "192.0.2.99")) == [(name, count)]


def test_a_person_who_looks_with_a_browser_is_no_subscriber():
    assert noted(scope("Mozilla/5.0", sec_fetch_mode="navigate")) == []


def test_only_a_proxy_on_this_machine_says_for_whom_it_asks():
    forwarded = "10.0.0.1, 198.51.100.7"
    assert noted(scope("a", "127.0.0.1", x_forwarded_for=forwarded)) == [("198.51.100.7 a", 1)]
    assert noted(scope("a", "192.0.2.1", x_forwarded_for=forwarded)) == [("192.0.2.1 a", 1)]


async def test_feeds_are_counted_pages_and_lists_are_not():
    turnstile = Turnstile(FakeClock())
    app = make_app(filled_shelf(), SITE, Behind(inside=Insides(), checks=Readiness(), turnstile=turnstile))
    (slug,) = {edition.slug for edition in filled_shelf().editions()}
    for path in (f"/{slug}.atom", f"/{slug}.rss", f"/{slug}/feed", f"/{slug}", "/", "/topics.opml", "/nothing.atom"):
        await ask(app, path, user_agent="one")
    seen = turnstile.take()
    assert [(one.topic, one.reader.rpartition(" ")[2]) for one in seen] == [(slug, "one")]
    assert isinstance(seen[0], Sighting)
    assert turnstile.take() == ()
