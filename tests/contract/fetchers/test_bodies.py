"""Bodies are unfolded under a cap, whatever they are folded with."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache

import brotli
import pytest
import zstandard

from aggregator.fetch import HttpFetcher
from aggregator.model.fetching import Failure, Fetched
from tests.contract.fetchers.asking import FEED, asking, encoded, failed
from tests.web import Reply, ScriptedWeb

pytestmark = pytest.mark.anyio


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", lambda body: zlib.compress(body, wbits=-15)),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("GZip, br", lambda body: brotli.compress(gzip.compress(body))),
    ("", gzip.compress),
    ("gzip", lambda body: gzip.compress(body) + b"\0\0 trailing"),
    ("gzip", lambda body: gzip.compress(body[:700]) + gzip.compress(body[700:])),
]


@pytest.mark.parametrize(("coding", "pack"), CODINGS)
async def test_a_coded_body_is_decoded(
    web: ScriptedWeb, fetcher: HttpFetcher, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(FEED)
    outcome = await fetcher.fetch(asking(web.script("/feed.xml", encoded(packed, coding))))
    assert isinstance(outcome, Fetched), outcome
    assert outcome.body == FEED
    assert outcome.wire_bytes == len(packed)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("compress", FEED),
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(FEED, mtime=0), mtime=0), mtime=0)),
        ("gzip", FEED),
        ("gzip", gzip.compress(FEED, mtime=0)[:-12]),
        ("deflate", zlib.compress(FEED)[:-6]),
        ("br", brotli.compress(FEED)[:-4]),
        ("zstd", zstandard.compress(FEED)[:-4]),
        ("zstd", b"not zstd at all"),
    ],
    # A name made of the bytes would hold the time at which gzip wrote them.
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes",
)
async def test_a_body_that_cannot_be_decoded_is_bad(
    web: ScriptedWeb, fetcher: HttpFetcher, coding: str, body: bytes
) -> None:
    await failed(fetcher, asking(web.script("/feed.xml", encoded(body, coding))), Failure.BAD_BODY)


@cache
def bomb(coding: str) -> bytes:
    """Pack a hundred megabytes of nothing."""
    nothing = bytes(100_000_000)
    if coding == "gzip twice":
        return gzip.compress(bomb("gzip"), 9)
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": lambda body: gzip.compress(body, 1),
        "br": lambda body: brotli.compress(body, quality=1),
        "zstd": zstandard.compress,
    }
    return packers[coding](nothing)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", "gzip"), ("gzip, gzip", "gzip twice"), ("gzip", "gzip twice"), ("br", "br"), ("zstd", "zstd")],
)
async def test_a_bomb_is_stopped_at_the_cap(web: ScriptedWeb, fetcher: HttpFetcher, coding: str, packed: str) -> None:
    url = web.script("/feed.xml", encoded(bomb(packed), coding))
    await fetcher.fetch(asking(web.url("/warm-up")))
    tracemalloc.start()
    await failed(fetcher, asking(url, max_bytes=2_000_000), Failure.TOO_LARGE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


async def test_an_announced_length_beyond_the_cap_is_not_read(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    url = web.script("/feed.xml", Reply(200, (("Content-Length", "6000000"),), FEED))
    await failed(fetcher, asking(url), Failure.TOO_LARGE)


async def test_an_endless_body_is_stopped_at_the_cap(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(web.url("/m/endless/1.xml"), max_wire_bytes=300_000), Failure.TOO_LARGE)


async def test_a_body_shorter_than_announced_is_bad(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    await failed(fetcher, asking(web.url("/m/cut/1.xml")), Failure.BAD_BODY)


async def test_an_empty_body_is_a_body(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await fetcher.fetch(asking(web.url("/m/empty/1.xml")))
    assert isinstance(outcome, Fetched)
    assert outcome.body == b""


async def test_chunks_are_put_together(web: ScriptedWeb, fetcher: HttpFetcher) -> None:
    outcome = await fetcher.fetch(asking(web.url("/m/chunked/1.xml")))
    assert isinstance(outcome, Fetched)
    assert outcome.body == web.document(1).body
