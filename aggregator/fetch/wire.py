"""What the fetcher knows of a transport: one request out, one answer back, faults as `Fault`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """An absolute address, read once and by one parser only, so that no two can differ about its host.

    Attributes:
        url: Normalised, without credentials and fragment.
        scheme: Lower case.
        host: ASCII, lower case; IPv6 without brackets.
        port: The scheme's own where none is written; 0 for other schemes than http and https.
        host_port: As the Host header has it.
        path: With the query, as the request line has it; ASCII.
        authorization: Made of the credentials that stood in the address; None without them.
        parsed: The transport's own form.
    """

    url: str
    scheme: str
    host: str
    port: int
    host_port: str
    path: str
    authorization: str | None
    parsed: Any


class Answer(Protocol):
    """A response whose head has come; the body waits. It must be closed."""

    status: int
    headers: Headers
    """Lower-case names; of repeated fields the values are joined by ", "."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Give the body as it comes, undecoded; raises ``Fault``."""
        ...

    async def close(self) -> None:
        """Drop the connection, read to the end or not."""
        ...


class Wire(Protocol):
    """Sends requests; asks the address guard at every connect; follows nothing, keeps nothing, adds nothing."""

    async def ask(self, target: Target, headers: Headers, body: bytes | None = None) -> Answer:
        """Send one GET, or a POST where there is a body, and wait for the head of the answer; raises ``Fault``."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...
