"""What to send: one conditional GET that says who asks."""

from __future__ import annotations

from aggregator.model.fetching import FetchRequest
from aggregator.model.source import Source, SourceState

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"

# Characters that would end the comment of a User-Agent, or start an escape in it (RFC 9110, 5.6.5).
_COMMENT_BREAKERS = frozenset("()\\")
# A source's own value for these is a preference, no secret: it is sent wherever a redirect leads.
_OPEN_HEADERS = frozenset({"accept", "accept-language", "user-agent"})


def user_agent(version: str, contact: str | None, subscribers: int | None = None) -> str:
    """Name the product, where its operator can be reached, and how many read the answer.

    >>> user_agent("0.1", "https://feeds.example.org", 3)
    'aggregator/0.1 (+https://feeds.example.org; 3 subscribers)'

    Follows: RFC 9110, 10.1.5; publishers count subscribers by this comment.
    """
    reachable = "".join(c for c in contact or "" if " " <= c <= "~" and c not in _COMMENT_BREAKERS).strip()
    said = [f"+{reachable}"] if reachable else []
    if subscribers is not None:
        said.append(f"{subscribers} subscriber{'' if subscribers == 1 else 's'}")
    return f"aggregator/{version}" + (f" ({'; '.join(said)})" if said else "")


def plan_request(source: Source, state: SourceState, *, user_agent: str) -> FetchRequest:
    """Plan the request of one poll.

    Both validators are sent as they came, to the byte; none while no document of the source was read. A header
    that the settings give a source replaces ours of the same name.

    Follows: RFC 9110, 13.1.2 and 13.1.3.
    """
    headers = [("User-Agent", user_agent), ("Accept", ACCEPT), *conditions(state)]
    if source.authorization is not None:
        headers.append(("Authorization", source.authorization))
    own = {name.lower() for name, _ in source.headers}
    headers = [(name, value) for name, value in headers if name.lower() not in own]
    return FetchRequest(
        url=source.url,
        headers=(*headers, *source.headers),
        secret_headers=frozenset({"authorization", "cookie"} | own) - _OPEN_HEADERS,
        timeout=source.timeout,
        max_wire_bytes=source.max_bytes,
        max_bytes=2 * source.max_bytes,
    )


def conditions(state: SourceState) -> tuple[tuple[str, str], ...]:
    """Give the conditional headers for what is known of a source."""
    if not state.documents:
        return ()
    known = (("If-None-Match", state.validators.etag), ("If-Modified-Since", state.validators.last_modified))
    return tuple((name, value) for name, value in known if value)
