"""What is asked and what is replied."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from tests.web.protocol import Connection


class Asked:
    """One request, and the row that the log keeps of it.

    Attributes:
        number: Counted from 1.
        monotonic: Seconds, when the request had come.
        ended: The same, when the last byte of the reply was handed over; None until then.
        at: The turned time.
        address: Local address that was dialled, so the host that was asked.
        status: Of the reply; 0 until there is one, and for connections broken off before it.
        etag: That the reply carried; empty without one.
        given: Headers of the reply, as far as the script named them; empty for replies that break the rules.
        ended_at: The turned time of ``ended``.
    """

    __slots__ = (
        "_head",
        "address",
        "at",
        "connection",
        "ended",
        "ended_at",
        "etag",
        "given",
        "method",
        "monotonic",
        "number",
        "status",
        "target",
    )

    def __init__(self, number: int, head: bytes, connection: Connection, monotonic: float, at: datetime) -> None:
        self.number = number
        self._head = head
        method, _, rest = head.partition(b" ")
        self.method = method.decode("latin-1")
        self.target = rest.partition(b" ")[0].decode("latin-1")
        self.connection: Connection | None = connection
        self.address = connection.address
        self.monotonic = monotonic
        self.ended: float | None = None
        self.at = at
        self.status = 0
        self.etag = ""
        self.given: tuple[tuple[str, str], ...] = ()
        self.ended_at: datetime | None = None

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.target.partition("?")[2]).items()}

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Everything as received, in order, names as they were written."""
        lines = self._head.decode("latin-1").split("\r\n")[1:]
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def row(self) -> str:
        """Write the request as a line of JSON."""
        return json.dumps(
            {
                "number": self.number,
                "monotonic": self.monotonic,
                "ended": self.ended,
                "at": self.at.isoformat(),
                "address": self.address,
                "method": self.method,
                "path": self.target,
                "headers": self.headers,
                "status": self.status,
                "etag": self.etag,
                "if_none_match": self.header("if-none-match"),
                "if_modified_since": self.header("if-modified-since"),
            }
        )

    def write(self, chunk: bytes) -> None:
        """Send bytes as they are; for scripts that do not play by the rules."""
        if self.connection is not None:
            self.connection.write(chunk)

    async def drain(self) -> bool:
        """Wait until the peer has taken what was written; False when it has gone."""
        return self.connection is not None and await self.connection.drain()

    async def gone(self) -> None:
        """Wait until the peer has given up."""
        if self.connection is not None:
            await self.connection.gone.wait()

    def close(self) -> None:
        """Close the connection after what was written."""
        if self.connection is not None:
            self.connection.close()

    def abort(self) -> None:
        """Break the connection off with a reset."""
        if self.connection is not None:
            self.connection.abort()


@dataclass(frozen=True, slots=True)
class Reply:
    """A well-behaved response.

    Attributes:
        headers: Date, Content-Length and Connection are added unless they are here.
        wait: Seconds before it is sent.
        conditional: Answer 304 where the validators in the headers match those of the request.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    wait: float = 0.0
    conditional: bool = False

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def settled(self, asked: Asked) -> Reply:
        """Give what this request gets: the document, or 304."""
        if self.conditional and self.status == 200 and fresh(asked, self.header("etag"), self.header("last-modified")):
            kept = tuple(pair for pair in self.headers if pair[0].lower() != "content-type")
            return Reply(304, kept, wait=self.wait)
        return self

    def encode(self, date: bytes, method: str = "GET") -> bytes:
        """Write it out."""
        names = {name.lower() for name, _ in self.headers}
        phrase = HTTPStatus(self.status).phrase if self.status in HTTPStatus._value2member_map_ else "Whatever"
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not names & {"content-length", "transfer-encoding"} and self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode("latin-1")
        if "date" not in names:
            head += b"\r\nDate: " + date
        return head + b"\r\n\r\n" + (b"" if method == "HEAD" else self.body)


Script = Reply | Callable[[Asked], Reply | Awaitable[Reply | None]]


def document(
    body: bytes,
    *,
    etag: str | None = None,
    last_modified: datetime | str | None = None,
    media_type: str = "application/xml",
    headers: tuple[tuple[str, str], ...] = (),
    wait: float = 0.0,
) -> Reply:
    """Make a reply that honours its validators."""
    own: list[tuple[str, str]] = [("Content-Type", media_type)]
    if etag is not None:
        own.append(("ETag", etag))
    if last_modified is not None:
        text = last_modified if isinstance(last_modified, str) else format_datetime(last_modified, usegmt=True)
        own.append(("Last-Modified", text))
    return Reply(200, (*own, *headers), body, wait=wait, conditional=True)


def fresh(asked: Asked, etag: str | None, last_modified: str | None) -> bool:
    """Say whether the peer has the document already; If-None-Match wins (RFC 9110, 13.2.2)."""
    wanted = asked.header("if-none-match")
    if wanted is not None:
        tags = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
        return "*" in tags or (etag is not None and etag.removeprefix("W/") in tags)
    since = asked.header("if-modified-since")
    if since is None or last_modified is None:
        return False
    try:
        return parsedate_to_datetime(last_modified) <= parsedate_to_datetime(since)
    except ValueError:
        return False
