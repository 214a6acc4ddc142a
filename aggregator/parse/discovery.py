"""The feeds that a web page offers."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from lxml import etree

from aggregator.text.characters import clean_text

_MAX_PAGE_BYTES = 1_000_000
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/x.atom+xml",
        "application/x-atom+xml",
        "application/json",
        "application/xml",
        "text/xml",
    }
)


def offered_feeds(page: bytes, *, url: str) -> tuple[str, ...]:
    """Name the addresses of the feeds that a page offers, in its order, absolute, without repetition.

    Follows:
        RSS Autodiscovery and HTML, 4.6.7.1: ``link`` elements whose ``rel`` holds ``alternate`` and whose type
        is that of a feed; ``base href`` counts.
    """
    try:
        parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
        root: etree._Element | None = etree.fromstring(page[:_MAX_PAGE_BYTES], parser)
    except (etree.LxmlError, ValueError):
        return ()
    if root is None:
        return ()
    base = url
    found: dict[str, None] = {}
    for element in root.iter("base", "link"):
        address = (element.get("href") or "").strip()
        if element.tag == "base":
            base = _join(url, address) or base
        elif _is_offer(element) and (offer := _join(base, address)):
            found[offer] = None
    return tuple(found)


def _is_offer(link: etree._Element) -> bool:
    relations = (link.get("rel") or "").lower().split()
    media_type = (link.get("type") or "").partition(";")[0].strip().lower()
    if media_type in {"application/json", "application/xml", "text/xml"}:
        # Not only feeds are of these types; WordPress offers its programming interface as JSON.
        return "alternate" in relations and "wp-json" not in (link.get("href") or "")
    return media_type in _FEED_TYPES and bool({"alternate", "feed"} & set(relations)) and "stylesheet" not in relations


def _join(base: str, address: str) -> str | None:
    if not address:
        return None
    try:
        joined = urljoin(base, clean_text(address))
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in {"http", "https"} and parts.netloc else None
