"""The key of a link: one string for all the addresses under which one page is linked.

It is a key only: what is published is the link as the publisher gave it. Nothing is ever requested to find it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, quote_plus, unquote, unquote_to_bytes, urlsplit

from aggregator.text.digests import digest64
from aggregator.text.tracking import (
    EQUAL_HOSTS,
    EQUAL_LABELS,
    ORIGIN_WORDS,
    ORIGINS,
    REDIRECTORS,
    SWITCHED_ON,
    SWITCHES,
    TRACKING_BY_VALUE,
    TRACKING_NAMES,
    TRACKING_PREFIXES,
)

_UNWRAPPINGS = 3
_SCHEMES = ("http", "https")
_STANDARD_PORTS = frozenset({None, 80, 443})

# RFC 3986, 3.3: what may stand bare in a segment. An encoded slash stays encoded.
_SEGMENT_SAFE = "~-._!$&'()*+,;=:@"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/~\-._!$&'()*+,;=:@]*").fullmatch
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.~\-]*").fullmatch
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_HIDDEN_SEGMENT = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;)+")
_INDEX = re.compile(r"(?:index|default)\.(?:html?|php|aspx?|jsp)").fullmatch
_SLUG = re.compile(r"[-_0-9]").search
_ORIGIN = re.compile(
    f"{'|'.join(map(re.escape, ORIGINS))}|(?<![a-z])(?:{'|'.join(map(re.escape, ORIGIN_WORDS))})(?![a-z])"
).search
# Posts of a live page, comments, answers of a forum: parts of a page that are entries of their own.
_NUMBERED_PART = re.compile(
    r"(?:[a-z]+-)?(?:post|comment|issuecomment|discussioncomment|block|entry|update|msg|message|reply|answer|p|c)"
    r"[-_]?[0-9a-f]*[0-9][0-9a-f]*",
    re.IGNORECASE,
).fullmatch
_GOOGLE = re.compile(r"google\.(?:com?\.)?[a-z]{2,3}").fullmatch
_WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE).match


class _Link(NamedTuple):
    """A link in its canonical parts: the path without its first slash, the parameters sorted and decoded."""

    host: str
    path: str
    query: Sequence[tuple[bytes, bytes]]
    fragment: str

    def __str__(self) -> str:
        query = f"?{_encode_query(self.query)}" if self.query else ""
        return f"https://{self.host}/{self.path}{query}" + (f"#{self.fragment}" if self.fragment else "")


# An entry's link is asked for by its key, by the ladder of its source and by what its neighbours show.
@lru_cache(maxsize=1_024)
def canonical_link(url: str) -> str:
    """Write a link in the one form that all addresses of its page share.

    Never raises. What is no web address, cannot be parsed, or is wrapped in more than three redirectors is
    given back as it is. A canonical link is its own canonical form.

    >>> canonical_link("HTTP://www.Example.com/a/./x/../b/?utm_source=rss&id=7#top")
    'https://example.com/a/b?id=7'

    Follows: RFC 3986, 6.2.2 for what is always equal; the rest is how publishers link.
    """
    try:
        link = _parse(url)
        for _ in range(_UNWRAPPINGS + 1):
            if link is None:
                return url
            target = _target(link)
            if target is None:
                return str(link)
            link = _parse(target)
    except ValueError:
        return url
    return url


def link_key(url: str) -> int:
    """Hash the canonical form of a link to the signed 64-bit key under which entries of all sources meet."""
    return digest64("link", canonical_link(url))


def _parse(url: str) -> _Link | None:
    parts = urlsplit(url.strip())
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return None
    host = _host(parts.hostname, parts.port)
    if not host:
        return None
    path = _without_amp(_path(parts.path))
    if host == "youtu.be" and path and "/" not in path:
        return _Link("youtube.com", "watch", ((b"v", unquote_to_bytes(path)),), "")
    query = _query(parts.query, host, path) if parts.query else ()
    while not query and _INDEX(path[path.rfind("/") + 1 :]):
        path = _without_amp(path[: max(path.rfind("/"), 0)])
    fragment = _requote(parts.fragment, safe=_SEGMENT_SAFE + "/?") if parts.fragment else ""
    return _Link(host, path, query, fragment if fragment.startswith(("!", "/")) or _NUMBERED_PART(fragment) else "")


def _host(name: str, port: int | None) -> str:
    if not name.isascii():
        name = name.encode("idna").decode("ascii").lower()
    if ":" in name:
        name = f"[{name}]"
    labels = name.rstrip(".").split(".")
    while len(labels) > 2 and labels[0] in EQUAL_LABELS:  # noqa: PLR2004 - a name and its top level stay
        del labels[0]
    while len(labels) > 3 and labels[1] == "m":  # noqa: PLR2004 - en.m.wikipedia.org
        del labels[1]
    name = ".".join(labels)
    name = EQUAL_HOSTS.get(name, name)
    return name if port in _STANDARD_PORTS else f"{name}:{port}"


def _path(path: str) -> str:
    if not _PLAIN_PATH(path):
        path = "/".join(_requote(segment, safe=_SEGMENT_SAFE) for segment in path.split("/"))
    if ";" in path:
        path = _SESSION.sub("", path)
    path = path.strip("/")
    if "//" in path or _HIDDEN_SEGMENT.search(path):
        kept: list[str] = []
        for segment in path.split("/"):
            if segment == "..":
                del kept[-1:]
            elif segment not in {"", "."}:
                kept.append(segment)
        path = "/".join(kept)
    return path


def _without_amp(path: str) -> str:
    """Take away what marks the AMP twin of a page; a page may itself be *named* amp."""
    while "amp" in path[-8:]:
        folder, _, last = path.rpartition("/")
        stem = last.removesuffix(".html").removesuffix(".amp")
        if last == "amp" and _SLUG(folder.rpartition("/")[2]):
            path = folder
        elif last.endswith((".amp", ".amp.html")) and stem.strip("."):
            ending = ".html" if last.endswith(".html") else ""
            path = f"{folder}/{stem}{ending}" if folder else stem + ending
        else:
            break
    return path


def _query(query: str, host: str, path: str) -> list[tuple[bytes, bytes]]:
    if "&amp;" in query:
        query = _ESCAPED_AMPERSAND.sub("&", query)
    kept: list[tuple[bytes, bytes]] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        decoded = _decode(name)
        if decoded and not _is_noise(decoded.decode("latin-1").lower(), value, host, path):
            kept.append((decoded, _decode(value)))
    return sorted(kept)


def _is_noise(name: str, value: str, host: str, path: str) -> bool:
    if name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES):
        return True
    if host == "youtube.com" and path == "watch":
        return name != "v"
    if host == "x.com" and name in {"s", "t"}:
        return True
    if name == "source" and (host == "medium.com" or host.endswith(".medium.com")):
        return True
    if name not in TRACKING_BY_VALUE:
        return False
    said = unquote(value).lower()
    return _ORIGIN(said) is not None or (name in SWITCHES and said in SWITCHED_ON)


def _target(link: _Link) -> str | None:
    """Find the address that a redirector's address names, by looking at it only."""
    host, path, query, _ = link
    if host in REDIRECTORS:
        wanted, names = REDIRECTORS[host]
        return _named(query, names) if wanted in {None, path} else None
    if host.startswith("google.") and _GOOGLE(host):
        return _named(query, ("url", "q")) if path == "url" else _shown_by_google(link)
    if host.endswith(".cdn.ampproject.org") and path[:2] in {"c/", "v/", "i/", "r/"}:
        return _inner(link, path[2:])
    if host.endswith(".search.yahoo.com"):
        return _web_address(unquote(part[3:]) for part in path.split("/") if part.startswith("RU="))
    return None


def _shown_by_google(link: _Link) -> str | None:
    return _inner(link, link.path[4:]) if link.path.startswith("amp/") else None


def _inner(link: _Link, rest: str) -> str | None:
    host, _, path = rest.removeprefix("s/").partition("/")
    return str(link._replace(host=host, path=path)) if host and rest != "s" else None


def _named(query: Iterable[tuple[bytes, bytes]], names: Sequence[str]) -> str | None:
    given = dict(query)
    return _web_address(given.get(name.encode(), b"").decode("utf-8", "replace") for name in names)


def _web_address(found: Iterable[str]) -> str | None:
    return next((address for address in found if _WEB_ADDRESS(address)), None)


def _decode(text: str) -> bytes:
    return text.encode() if _PLAIN_VALUE(text) else unquote_to_bytes(text.replace("+", " "))


def _encode_query(query: Iterable[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in query)


def _requote(text: str, *, safe: str) -> str:
    # By way of bytes: what is no UTF-8 keeps its own key instead of sharing that of every other such address.
    return quote(unquote_to_bytes(text), safe=safe)
