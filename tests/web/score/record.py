"""One request of a reader and what it was answered, as the judge sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from tests.web.exchange import Asked

Resource = tuple[str, str]
"""Host and path: what an address names, without its query."""

PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a document says about when it wants to be asked.

    Attributes:
        ttl: Of RSS 2.0, or what the syndication module amounts to.
        skip_hours: In GMT, from 0 to 23.
        skip_days: English names of days.
    """

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()


NONE = Rhythm()
"""Most documents say nothing of the kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    Attributes:
        at: Turned time at which the request had come.
        ended_at: The same, when the answer was out; ``at`` for one that never was.
        began: Real monotonic seconds, for what runs side by side while the turned clock stands still.
        ended: Likewise.
        sent: Request headers, lower-case names.
        given: Reply headers, lower-case names; empty when the answer was cut off.
        rhythm: Of the document that the answer is about.
    """

    number: int
    host: str
    path: str
    query: str
    at: datetime
    ended_at: datetime
    began: float
    ended: float
    sent: Mapping[str, str]
    status: int
    given: Mapping[str, str]
    rhythm: Rhythm = NONE

    @property
    def resource(self) -> Resource:
        return self.host, self.path

    @property
    def is_conditional(self) -> bool:
        return "if-none-match" in self.sent or "if-modified-since" in self.sent

    @property
    def has_document(self) -> bool:
        """Whether a whole feed came, or word that the last one still holds; a page to sign in on is neither."""
        is_page = "html" in self.given.get("content-type", "")
        return self.status == 304 or (self.status == 200 and bool(self.given) and not is_page)

    @property
    def leads_to(self) -> Resource | None:
        """Where a redirect leads."""
        location = self.given.get("location", "") if self.status in REDIRECTS else ""
        if not location:
            return None
        target = urlsplit(urljoin(f"http://{self.host}{self.path}", location))
        return target.hostname or "", target.path

    def line(self) -> str:
        """Show it as evidence."""
        shown = [f"{name}: {self.sent[name]}" for name in _TELLING if name in self.sent]
        return " | ".join((f"{self.at:%Y-%m-%d %H:%M:%S} GET {self.host}{self.path}{self.query}", *shown))


_TELLING = ("if-none-match", "if-modified-since", "cookie", "referer", "user-agent")


def exchange(asked: Asked, rhythm: Rhythm = NONE) -> Exchange:
    """Take a row of the server's log."""
    target, mark, query = asked.target.partition("?")
    return Exchange(
        number=asked.number,
        host=asked.address,
        path=target,
        query=mark + query,
        at=asked.at,
        ended_at=asked.ended_at or asked.at,
        began=asked.monotonic,
        ended=asked.monotonic if asked.ended is None else asked.ended,
        sent={name.lower(): value for name, value in asked.headers},
        status=asked.status,
        given={name.lower(): value for name, value in asked.given},
        rhythm=rhythm,
    )
