"""What to send: one conditional GET that says who asks."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from aggregator.model.fetching import FetchRequest
from aggregator.model.source import READING_VERSION, Source, SourceState, is_local

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"

ACCEPT_PAGE = ACCEPT.replace("*/*", "text/html;q=0.8, */*")

MOST_DELTAS = 50
"""After so many deltas in a row the whole document is asked for, to see what has gone from it."""

# Characters that would end the comment of a User-Agent, or start an escape in it (RFC 9110, 5.6.5).
_COMMENT_BREAKERS = frozenset("()\\")
# A source's own value for these is a preference, no secret: it is sent wherever a redirect leads.
_OPEN_HEADERS = frozenset({"accept", "accept-language", "user-agent"})


def user_agent(version: str, contact: str | None) -> str:
    """Name the product and where its operator can be reached.

    >>> user_agent("0.1", "https://feeds.example.org")
    'aggregator/0.1 (+https://feeds.example.org)'

    Follows: RFC 9110, 10.1.5.
    """
    reachable = "".join(c for c in contact or "" if " " <= c <= "~" and c not in _COMMENT_BREAKERS).strip()
    return f"aggregator/{version}" + (f" (+{reachable})" if reachable else "")


def counting(agent: str, subscribers: int) -> str:
    """Add to a name of ours for how many the answer is read; nothing when nobody is known to.

    >>> counting("aggregator/0.1 (+https://feeds.example.org)", 12), counting("aggregator/0.1", 1)
    ('aggregator/0.1 (+https://feeds.example.org; 12 subscribers)', 'aggregator/0.1 (1 subscriber)')

    Follows: RFC 9110, 10.1.5; publishers count subscribers by this comment.
    """
    if subscribers < 1:
        return agent
    said = f"{subscribers} subscriber{'' if subscribers == 1 else 's'}"
    return f"{agent[:-1]}; {said})" if agent.endswith(")") else f"{agent} ({said})"


def plan_request(source: Source, state: SourceState, *, user_agent: str) -> FetchRequest:
    """Plan the request of one poll.

    It goes to where the source has moved for good, if it has. Both validators are sent as they came, to the byte,
    and to no other host than the one that gave them. A header that the settings give a source replaces ours of
    the same name.

    Follows: RFC 9110, 13.1.2 and 13.1.3; RFC 3229, 10.5.3.
    """
    accept = ACCEPT_PAGE if source.page and state.moved_to is None else ACCEPT
    headers = [("User-Agent", user_agent), ("Accept", accept), *conditions(source, state)]
    if source.authorization is not None:
        headers.append(("Authorization", source.authorization))
    own = {name.lower() for name, _ in source.headers}
    headers = [(name, value) for name, value in headers if name.lower() not in own]
    return FetchRequest(
        url=address_of(source, state),
        headers=(*headers, *source.headers),
        secret_headers=frozenset({"authorization", "cookie"} | own) - _OPEN_HEADERS,
        timeout=source.timeout,
        max_wire_bytes=source.max_bytes,
        max_bytes=2 * source.max_bytes,
        validators_host=host_of(state.validators_url) if state.validators_url else None,
        proxy=source.proxy,
        spacing=source.spacing,
    )


def is_personal(source: Source) -> bool:
    """Say whether requests carry anything that is meant for the host of the source alone."""
    return source.authorization is not None or any(name.lower() not in _OPEN_HEADERS for name, _ in source.headers)


def address_of(source: Source, state: SourceState) -> str:
    """Give the address that is polled: the configured one, or the one that it has moved to for good."""
    return state.moved_to or source.url


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """Give the host of an address in lower case; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def conditions(source: Source, state: SourceState) -> tuple[tuple[str, str], ...]:
    """Give the conditional headers for what is known of a source.

    None while no document was read, when the last one was read otherwise than today, and when an unconditional
    request is due. A delta is asked for only with the tag of the document that it is to start from.
    """
    if not state.documents or state.full_fetch or state.read_by != READING_VERSION:
        return ()
    known = (("If-None-Match", state.validators.etag), ("If-Modified-Since", state.validators.last_modified))
    sent = [(name, value) for name, value in known if value]
    deltas = source.deltas and not is_local(source.url) and not state.deltas_refused
    if state.validators.etag and deltas and state.partial_bodies < MOST_DELTAS:
        sent.append(("A-IM", "feed"))
    return tuple(sent)
