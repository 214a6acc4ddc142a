"""Counts who reads our feeds, from what their requests say; publishers are told, and so is the operator."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

from aggregator.model.audience import Sighting
from aggregator.pipeline.ports import Clock

MOST: Final = 50_000
"""Readers of topics that are remembered between two notes to the store; a flood of made-up names ends there."""
MOST_SUBSCRIBERS: Final = 10_000_000

# Feedly, Inoreader, NewsBlur, Feedbin, Miniflux and this project itself say it so.
_SUBSCRIBERS: Final = re.compile(r"(\d{1,8}) (?:subscriber|reader|user)s?\b", re.IGNORECASE)
_LOOPBACK: Final = ("127.", "::1", "::ffff:127.")


class Turnstile:
    """Notes each reader of each topic once, until what it noted is taken.

    Args:
        clock: Says when.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], Sighting] = {}
        self._noted: set[tuple[object, ...]] = set()

    def note(self, topic: str, scope: Scope) -> None:
        """Count a request for a feed of a topic; whoever only looks with a browser is no subscriber."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        find = headers.get
        client = scope.get("client")
        # Of most requests nothing new is to be learned, and there may be thousands in a second.
        told = (topic, client[0] if client else "", find(b"user-agent"), find(b"x-forwarded-for"))
        if told in self._noted or b"sec-fetch-mode" in headers:
            return
        if len(self._noted) < MOST:
            self._noted.add(told)
        name = headers.get(b"user-agent", b"").decode("latin-1")[:300]
        reader, subscribers = _who(name, _address(scope, headers))
        if len(self._seen) < MOST or (topic, reader) in self._seen:
            self._seen[topic, reader] = Sighting(
                topic=topic, reader=reader, subscribers=subscribers, at=self._clock.now()
            )

    def take(self) -> tuple[Sighting, ...]:
        """Give what was noted since the last time."""
        seen, self._seen = self._seen, {}
        self._noted.clear()
        return tuple(seen.values())


def _who(name: str, address: str) -> tuple[str, int]:
    """Tell readers apart: a service that reads for many comes from many addresses, and its count changes."""
    said = _SUBSCRIBERS.search(name)
    if said is None:
        return f"{address} {name}", 1
    return name[: said.start()].rstrip(), max(1, min(int(said[1]), MOST_SUBSCRIBERS))


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Give the visitor's address; a proxy on this machine is believed, for nothing but a count hangs on it."""
    client = scope.get("client")
    address = str(client[0]) if client else ""
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    if forwarded and (not address or address.startswith(_LOOPBACK)):
        return forwarded.rpartition(",")[2].strip()
    return address
