"""The ways in which a feed can be served, good and bad: ``/m/<mode>/<feed>.xml``."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.web.exchange import Asked, Reply

if TYPE_CHECKING:
    from tests.web.server import ScriptedWeb

Mode = Callable[["ScriptedWeb", Asked, int], Reply | Awaitable[Reply | None]]

_CHUNK = 4096


def _ok(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    return web.document(feed)


def _gzip(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    good = web.document(feed)
    if "gzip" not in (asked.header("accept-encoding") or ""):
        return _with(good, ("Vary", "Accept-Encoding"))
    packed = gzip.compress(good.body, 6, mtime=0)
    return _with(replace(good, body=packed), ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))


def _chunked(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    good = web.document(feed)
    if good.settled(asked).status == 304:
        return good
    pieces = [good.body[start : start + _CHUNK] for start in range(0, len(good.body), _CHUNK)]
    body = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"
    return _with(replace(good, body=body), ("Transfer-Encoding", "chunked"))


def _trickle(size: int, pause: float, total: int | None) -> Mode:
    async def serve(web: ScriptedWeb, asked: Asked, feed: int) -> None:
        body = web.document(feed).body
        length = len(body) if total is None else total
        _head(web, asked, f"Content-Length: {length}")
        for start in range(0, length, size):
            asked.write(body[start % len(body) :][:size].ljust(size)[: length - start])
            if not await asked.drain():
                return
            await asyncio.sleep(pause)

    return serve


async def _hang(web: ScriptedWeb, asked: Asked, feed: int) -> None:
    await asked.gone()


async def _cut(web: ScriptedWeb, asked: Asked, feed: int) -> None:
    body = web.document(feed).body
    _head(web, asked, f"Content-Length: {len(body)}")
    asked.write(body[: len(body) // 2])
    asked.close()


async def _reset(web: ScriptedWeb, asked: Asked, feed: int) -> None:
    body = web.document(feed).body
    _head(web, asked, f"Content-Length: {len(body)}")
    asked.write(body[: len(body) // 2])
    await asyncio.sleep(0.05)
    asked.abort()


async def _endless(web: ScriptedWeb, asked: Asked, feed: int) -> None:
    _head(web, asked, "Connection: close")
    block = web.document(feed).body
    while await asked.drain():
        asked.write(block)


def _bomb(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    return Reply(200, (("Content-Type", "application/xml"), ("Content-Encoding", "gzip")), web.once("bomb", _pack_bomb))


def _pack_bomb() -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join(squeeze.compress(block) for _ in range(200)) + squeeze.flush()


def _status(status: int, *headers: tuple[str, str]) -> Mode:
    reply = Reply(status, (("Content-Type", "text/plain"), *headers), f"{status}\n".encode())
    return lambda _web, _asked, _feed: reply


def _moved(status: int) -> Mode:
    return lambda _web, _asked, feed: Reply(status, (("Location", f"/f/{feed}.xml"),))


def _loop(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    return Reply(302, (("Location", asked.target),))


def _no_validators(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    return Reply(200, (("Content-Type", "application/xml"),), web.document(feed).body)


def _bozo(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    good = web.document(feed)
    head, start, rest = good.body.partition(b"<item><title>" if feed % 3 != 2 else b"<entry><title>")
    return replace(good, body=head + start + b"Caf&eacute; <br> " + rest)


def _latin1(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    good = web.document(feed)
    text = good.body.decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
    text = text.replace('encoding="utf-8"', 'encoding="ISO-8859-1"')
    return replace(good, body=text.replace("“", "«").replace("”", "»").encode("latin-1", "xmlcharrefreplace"))


def _html(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    page = f"""<!doctype html><html><head><title>Site {feed}</title>
<link rel=alternate type=application/rss+xml href=/f/{feed}.xml></head><body><h1>Hello</h1></body></html>
"""
    return Reply(200, (("Content-Type", "text/html; charset=utf-8"),), page.encode())


def _churn(web: ScriptedWeb, asked: Asked, feed: int) -> Reply:
    body = web.document(feed).body + f"<!-- {asked.number} -->\n".encode()
    return Reply(200, (("Content-Type", "application/xml"), ("ETag", f'"churn-{asked.number}"')), body)


def _with(reply: Reply, *headers: tuple[str, str]) -> Reply:
    return replace(reply, headers=(*reply.headers, *headers))


def _head(web: ScriptedWeb, asked: Asked, *lines: str) -> None:
    asked.status = 200
    head = "\r\n".join(("HTTP/1.1 200 OK", "Content-Type: application/xml", *lines))
    asked.write(head.encode() + b"\r\nDate: " + web.date() + b"\r\n\r\n")


MODES: dict[str, Mode] = {
    "ok": _ok,
    "gzip": _gzip,
    "chunked": _chunked,
    "slow": _trickle(2048, 0.05, None),
    "drip": _trickle(1, 0.1, 10_000),
    "hang": _hang,
    "cut": _cut,
    "reset": _reset,
    "endless": _endless,
    "bomb": _bomb,
    "404": _status(404),
    "410": _status(410),
    "500": _status(500),
    "503": _status(503, ("Retry-After", "120")),
    "429": _status(429, ("Retry-After", "60")),
    "301": _moved(301),
    "302": _moved(302),
    "loop": _loop,
    "no-validators": _no_validators,
    "bozo": _bozo,
    "latin1": _latin1,
    "html": _html,
    "empty": lambda _web, _asked, _feed: Reply(200, (("Content-Type", "application/xml"),)),
    "churn": _churn,
}
