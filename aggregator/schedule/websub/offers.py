"""What a document offers to be subscribed to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from aggregator.model.source import FeedProfile
from aggregator.model.websub import Offer

_MAX_CHARS = 2_000
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s;,=\"]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?)*)")
_PARAMETER = re.compile(r";\s*([^\s;,=\"]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*))")


def offered(headers: Iterable[tuple[str, str]], url: str, profile: FeedProfile) -> Offer | None:
    """Find hub and topic: in the ``Link`` headers when they name a hub, else in the document itself.

    A topic that only the other of the two places names will do. Of several hubs the first secure one is taken.

    Args:
        headers: Of the answer; lower-case names.
        url: Final address of the document, for relative links.
        profile: What the document says, its addresses absolute.

    Follows:
        WebSub, 4: discovery.
    """
    said = dict(_relations(headers, url))
    topic = said.get("self", ())[:1] or tuple(filter(None, (profile.self_url,)))
    hubs = said.get("hub", ())
    if not hubs and profile.hub_url:
        hubs = (profile.hub_url,)
        topic = tuple(filter(None, (profile.self_url,))) or topic
    if not hubs or not topic:
        return None
    hub = next((one for one in hubs if one.startswith("https:")), hubs[0])
    return Offer(hub_url=hub, topic_url=topic[0])


def _relations(headers: Iterable[tuple[str, str]], url: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Group the links of a response by relation (RFC 8288, 3); those about something else are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        if name != "link":
            continue
        for target, written in _LINK.findall(value):
            parameters = {key.lower(): quoted or token for key, quoted, token in reversed(_PARAMETER.findall(written))}
            address = _web(url, target)
            if address is None or "anchor" in parameters:
                continue
            for relation in parameters.get("rel", "").lower().split():
                found[relation] = (*found.get(relation, ()), address)
    yield from found.items()


def _web(base: str, target: str) -> str | None:
    try:
        joined = urljoin(base, target.strip())
        parts = urlsplit(joined)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    plain = parts.scheme in {"http", "https"} and named and joined.isascii() and not re.search(r"[\s\x00-\x20]", joined)
    return joined if plain and len(joined) <= _MAX_CHARS else None
