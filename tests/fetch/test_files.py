from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.fetch import FileFetcher, HttpFetcher, RoutingFetcher
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchRequest, NotModified
from aggregator.text.digests import digest128

pytestmark = pytest.mark.anyio

FEED = b"<rss version='2.0'/>"


def asking(url: str, *headers: tuple[str, str], **more: Any) -> FetchRequest:
    return FetchRequest(url=url, headers=headers, **more)


async def test_a_file_comes_with_an_entity_tag_and_then_not_again(tmp_path: Path) -> None:
    path = tmp_path / "a feed & more.xml"
    path.write_bytes(FEED)
    first = await FileFetcher().fetch(asking(path.as_uri()))
    assert isinstance(first, Fetched)
    assert (first.url, first.status, first.body, first.wire_bytes) == (path.as_uri(), 200, FEED, len(FEED))
    assert first.digest == digest128(FEED)
    etag = first.validators.etag
    assert etag is not None
    assert isinstance(await FileFetcher().fetch(asking(path.as_uri(), ("If-None-Match", etag))), NotModified)
    path.write_bytes(FEED + b"\n")
    assert isinstance(await FileFetcher().fetch(asking(path.as_uri(), ("If-None-Match", etag))), Fetched)


async def test_touching_a_file_counts_as_a_change(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    first = await FileFetcher().fetch(asking(path.as_uri()))
    assert isinstance(first, Fetched)
    os.utime(path, ns=(1, 1))
    again = await FileFetcher().fetch(asking(path.as_uri(), ("If-None-Match", str(first.validators.etag))))
    assert isinstance(again, Fetched)


@pytest.mark.parametrize(("size", "fits"), [(100, True), (101, False)])
async def test_the_cap_holds(tmp_path: Path, size: int, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    path = tmp_path / "feed.xml"
    path.write_bytes(b"x" * size)
    outcome = await FileFetcher().fetch(asking(path.as_uri(), max_bytes=100))
    if fits:
        assert isinstance(outcome, Fetched)
    else:
        assert isinstance(outcome, FetchFailed)
        assert outcome.kind is Failure.TOO_LARGE


async def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        outcome = await FileFetcher().fetch(asking(path.as_uri(), timeout=timedelta(seconds=2)))
        assert isinstance(outcome, FetchFailed), path
        assert outcome.kind is Failure.UNREACHABLE
        assert "no ordinary file" in outcome.detail


async def test_a_missing_file_is_unreachable_and_named(tmp_path: Path) -> None:
    outcome = await FileFetcher().fetch(asking((tmp_path / "nothing.xml").as_uri()))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind is Failure.UNREACHABLE
    assert outcome.detail == f"{tmp_path}/nothing.xml cannot be read: no such file or directory"


@pytest.mark.parametrize("url", ["file://server/share/feed.xml", "file:", "file://[/x", "file:///a%00b", "http://x/"])
async def test_what_is_no_local_file_is_unreachable(url: str) -> None:
    outcome = await FileFetcher().fetch(asking(url))
    assert isinstance(outcome, FetchFailed)
    assert outcome.kind is Failure.UNREACHABLE


async def test_addresses_find_their_fetcher(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    fetcher = RoutingFetcher(HttpFetcher(), FileFetcher())
    local = await fetcher.fetch(asking(path.as_uri().replace("file:", "FILE:")))
    loopback = await fetcher.fetch(asking("http://127.0.0.1:80/"))
    strange = await fetcher.fetch(asking("gopher://example.org/"))
    await fetcher.close()
    assert isinstance(local, Fetched)
    assert isinstance(loopback, FetchFailed)
    assert isinstance(strange, FetchFailed)
    assert (loopback.kind, strange.kind) == (Failure.BLOCKED, Failure.BLOCKED)
    assert strange.detail == "only http and https are polled, not gopher"
