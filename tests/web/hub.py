"""A hub with a script: takes subscriptions, verifies them, pushes; and does each of it wrongly when told to."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl

import httpx

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that never speak TLS: reading the authorities takes longer than all else."""


@dataclass(slots=True)
class Asked:
    """A form that came, or a body."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(slots=True)
class Callback:
    """What a subscriber asked for, as the hub keeps it."""

    url: str
    topic: str
    secret: str
    lease: str


@dataclass(slots=True)
class ScriptedHub:
    """Listens on loopback; an async context manager.

    Attributes:
        tls: Certificate and key for https.
        reply: Status, headers and body of the answer to a form.
        verifies: Whether it verifies by itself what it took.
        lease: Seconds that it grants; None grants what was asked for.
        callbacks: Verified subscriptions by callback.
        seen_as: What callbacks begin with, and what is really there.
        transport: How callbacks are reached; None: over the network.
        moved: Redirects that the next forms get: status and target.
        verifications: Status and body of every answer to a verification.
        verified: Set once the first subscription is.
    """

    tls: ssl.SSLContext | None = None
    reply: tuple[int, dict[str, str], str] = (202, {}, "")
    verifies: bool = True
    lease: int | None = None
    asked: list[Asked] = field(default_factory=list)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    verifications: list[tuple[int, str]] = field(default_factory=list)
    transport: httpx.AsyncBaseTransport | None = None
    verified: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    seen_as: tuple[str, str] = ("", "")
    moved: list[tuple[int, str]] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self.settled()
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hub"

    async def settled(self) -> None:
        """Wait until every verification under way is over."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def verify(self, callback: str, mode: str, topic: str, **more: str) -> httpx.Response:
        """Ask a callback whether it meant it."""
        query = {"hub.mode": mode, "hub.topic": topic} | {f"hub.{name}": value for name, value in more.items()}
        async with httpx.AsyncClient(transport=self.transport, trust_env=False, verify=PLAIN) as client:
            return await client.get(callback.replace(*self.seen_as, 1), params=query)

    async def push(
        self, body: bytes, *, method: str = "sha256", signature: str | None = None, **headers: str
    ) -> list[int]:
        """Push a body to every verified callback, signed where the subscriber gave a secret; give the statuses."""
        found = []
        for callback in list(self.callbacks.values()):
            sent: dict[str, str | bytes] = {"Content-Type": "application/rss+xml"} | {
                k.replace("_", "-"): v for k, v in headers.items()
            }
            if callback.secret:
                digest = hmac.new(callback.secret.encode(), body, getattr(hashlib, method)).hexdigest()
                said = f"{method}={digest}" if signature is None else signature
                sent["X-Hub-Signature"] = said.encode("latin-1")
            async with httpx.AsyncClient(transport=self.transport, trust_env=False, verify=PLAIN) as client:
                found.append(
                    (await client.post(callback.url.replace(*self.seen_as, 1), content=body, headers=sent)).status_code
                )
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.asked.append(Asked(line.split(" ")[1], headers, form))
        status, extra, text = self.reply
        if self.moved:
            status, location = self.moved.pop(0)
            extra = {"Location": location}
        if status < 300 and self.verifies:
            task = asyncio.create_task(self._check(form))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        own = {"Content-Length": str(len(text)), "Content-Type": "text/plain", "Connection": "close"} | extra
        fields = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        writer.write(f"HTTP/1.1 {status} So\r\n{fields}\r\n{text}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _check(self, form: dict[str, str]) -> None:
        callback, mode, topic = form["hub.callback"], form["hub.mode"], form["hub.topic"]
        lease = str(self.lease if self.lease is not None else form.get("hub.lease_seconds", ""))
        more = {"challenge": f"c{len(self.verifications)}"} | ({"lease_seconds": lease} if mode == "subscribe" else {})
        answer = await self.verify(callback, mode, topic, **more)
        self.verifications.append((answer.status_code, answer.text))
        if answer.status_code // 100 != 2 or answer.text != more["challenge"]:
            return
        if mode == "subscribe":
            self.verified.set()
            self.callbacks[callback] = Callback(callback, topic, form.get("hub.secret", ""), lease)
        else:
            self.callbacks.pop(callback, None)
