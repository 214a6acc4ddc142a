"""The feeds that a web page offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from aggregator.model.discovery import How, Offer, PageFacts
from aggregator.parse.generators import likely_paths
from aggregator.parse.hosts import known_feeds, named_on_page
from aggregator.text.characters import clean_text, one_line
from aggregator.text.joining import join_address

_MAX_PAGE_BYTES = 1_000_000
_MAX_LINKED = 10
_MAX_TITLE = 200
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
_AMBIGUOUS_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_SAYS_CHARSET = re.compile(rb"<meta[^>]+charset", re.IGNORECASE)
# A path that is called like a feed, and words by which sites link to one.
_FEED_PATH = re.compile(
    r"/(?:[\w-]{1,20}[._-])?(?:feeds?|rss2?|atom|rdf|syndication)(?:[._-]?\d)?(?:[._-]\w{1,12})?"
    r"(?:\.(?:xml|json|php|aspx?))?(?:/|$)|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
_FEED_WORDS = re.compile(r"\b(?:rss|atom|feeds?|xml|syndicat\w+|json feed)\b", re.IGNORECASE)
# Services that take the address of a feed to do something with it: the feed is in their query, if anywhere.
_READERS = re.compile(
    r"(?:^|\.)(?:feedly\.com|inoreader\.com|theoldreader\.com|newsblur\.com|netvibes\.com|feedbin\.com|subtome\.com"
    r"|add\.my\.yahoo\.com|bloglines\.com|validator\.w3\.org|facebook\.com|twitter\.com|x\.com)$",
    re.IGNORECASE,
)
# Feeds of comments and of single posts are offered beside that of the site, and are hardly ever meant.
_ASIDE = re.compile(r"comment|kommentar|commentaire|replies|\breply\b", re.IGNORECASE)


def read_page(page: bytes, *, url: str, content_type: str = "") -> PageFacts:
    """Read what a page says about feeds; a page that cannot be read says nothing.

    Args:
        page: Of the page; what stands after its first megabyte is not looked at.
        url: Its final address.
        content_type: As its server said; names the character encoding where the page does not.

    Follows:
        RSS Autodiscovery and HTML, 4.6.7.1: ``link`` elements whose ``rel`` holds ``alternate`` and whose type
        is that of a feed; ``base href`` counts.
    """
    root = _tree(page[:_MAX_PAGE_BYTES], content_type)
    if root is None:
        return PageFacts()
    base = _base(root, url)
    named = named_on_page(page[:_MAX_PAGE_BYTES], url)
    found: dict[str, Offer] = {}
    for offer in (*_declared(root, base), *known_feeds(url), *named, *_linked(root, base)):
        found.setdefault(offer.url, offer)
    found.pop(url, None)
    title = next((one_line("".join(map(str, element.itertext()))) for element in root.iter("title")), "")
    generator = next(
        (one_line(m.get("content") or "") for m in root.iter("meta") if (m.get("name") or "").lower() == "generator"),
        "",
    )
    offers = tuple(found.values())
    return PageFacts(
        title=title[:_MAX_TITLE], best=_best(offers), offers=offers, guesses=likely_paths(url, generator=generator)
    )


def _best(offers: tuple[Offer, ...]) -> Offer | None:
    """Choose the feed to follow for a page: a sure one before a linked one, one of comments only without another."""
    sure = [offer for offer in offers if offer.how is not How.LINKED]
    candidates = sure or list(offers)
    return next((offer for offer in candidates if not is_aside(offer)), candidates[0] if candidates else None)


def is_aside(offer: Offer) -> bool:
    """Say whether a feed carries comments rather than what the site publishes."""
    return bool(_ASIDE.search(offer.title) or _ASIDE.search(urlsplit(offer.url).path))


def _tree(page: bytes, content_type: str) -> etree._Element | None:
    said = _CHARSET.search(content_type)
    guessed = None if _SAYS_CHARSET.search(page) else _guessed_encoding(page)
    for name in dict.fromkeys((said[1] if said else guessed, guessed)):
        try:
            parser = etree.HTMLParser(
                no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding=name
            )
            root: etree._Element | None = etree.fromstring(page, parser)
        except LookupError:
            continue  # an encoding that nobody knows
        except (etree.LxmlError, ValueError):
            return None
        return root
    return None


def _guessed_encoding(page: bytes) -> str | None:
    """Read a page that does not say its encoding as UTF-8 where it is that."""
    try:
        # The last bytes may be the beginning of a character that was cut off.
        page[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _base(root: etree._Element, url: str) -> str:
    """Give the address that relative ones are relative to; only the first ``base`` with an address counts."""
    addresses = (element.get("href") or "" for element in root.iter("base"))
    return next((joined for address in addresses if (joined := _join(url, address))), url)


def _declared(root: etree._Element, base: str) -> Iterator[Offer]:
    for link in root.iter("link"):
        address = _join(base, link.get("href") or "")
        if address and _is_declaration(link):
            yield Offer(
                url=address, how=How.DECLARED, title=_title(link.get("title")), reason="link in the page's head"
            )


def _is_declaration(link: etree._Element) -> bool:
    relations = frozenset((link.get("rel") or "").lower().split())
    media_type = (link.get("type") or "").partition(";")[0].strip().lower()
    if media_type in _AMBIGUOUS_TYPES:
        # Not only feeds are of these types; WordPress offers its programming interface as JSON.
        return "alternate" in relations and not re.search(r"wp-json|oembed", link.get("href") or "")
    return media_type in _FEED_TYPES and bool({"alternate", "feed"} & relations) and "stylesheet" not in relations


def _linked(root: etree._Element, base: str) -> Iterator[Offer]:
    """Find links in the text of the page that look like feeds: by type, by address, or by their words."""
    found = 0
    for anchor in root.iter("a", "area"):
        written = (anchor.get("href") or "").strip()
        address = _join(base, written)
        if address is None or _READERS.search(urlsplit(address).hostname or ""):
            continue
        words = one_line(" ".join(map(str, anchor.itertext())))
        said = " ".join((words, anchor.get("title") or "", anchor.get("class") or ""))
        reason = "link for feed readers" if written[:5].lower() == "feed:" else _looks_like_feed(anchor, address, said)
        if reason:
            yield Offer(url=address, how=How.LINKED, title=_title(words), reason=reason)
            found += 1
            if found == _MAX_LINKED:
                return


def _looks_like_feed(anchor: etree._Element, address: str, said: str) -> str:
    media_type = (anchor.get("type") or "").partition(";")[0].strip().lower()
    if media_type in _FEED_TYPES - _AMBIGUOUS_TYPES:
        return f"link of type {media_type}"
    parts = urlsplit(address)
    path = parts.path
    if _FEED_PATH.search(path) or re.search(r"(?:^|&)(?:feed|format)=(?:rss|atom|feed)", parts.query, re.IGNORECASE):
        return "link that is called like a feed"
    if path.lower().endswith((".xml", ".json")) and _FEED_WORDS.search(said):
        return f"link that says {one_line(said)[:40]}"
    return ""


def _title(text: str | None) -> str:
    return one_line(text or "")[:_MAX_TITLE]


def _join(base: str, address: str) -> str | None:
    """Make an address of the web absolute, without its fragment; None for anything else."""
    address = "".join(clean_text(address).split("\n")).strip()
    if not address:
        return None
    address = re.sub(r"\Afeed:(?://)?(?=https?:)", "", address, flags=re.IGNORECASE)
    address = re.sub(r"\Afeed(?=://)", "http", address, flags=re.IGNORECASE)
    try:
        joined = join_address(base, address)
        parts = urlsplit(joined)
    except ValueError:
        return None
    return parts._replace(fragment="").geturl() if parts.scheme in {"http", "https"} and parts.netloc else None
