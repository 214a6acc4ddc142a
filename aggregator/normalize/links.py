"""Addresses of the web, absolute, or none."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from aggregator.text.characters import clean_text

_MAX_CHARS = 4_000
_SCHEME_ONLY = re.compile(r"[A-Za-z]+:/*")
_LINE_ENDS = re.compile(r"[\t\r\n]+")
_HOST_FIRST = re.compile(r"[/\\]{2}")
# By far the most are like this, and need no more than a look.
_PLAIN = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*+(?::\d{1,4})?(?:[/?#][A-Za-z0-9/?#&=%~+,;:@!$'()*._-]*)?")
_FRONT_PAGE = re.compile(r"https?://[^/?#]+/?(?:index\.(?:html?|php))?")
_UNSAFE = re.compile(r"[\s<>\"\\^`{|}]")


def web_url(address: str | None, base: str | None = None) -> str | None:
    """Make an address absolute; None unless it is one of the web that can be asked for.

    Spaces and characters that would end an attribute are escaped, line ends within it removed, as browsers do.
    Without a scheme but with a host it is taken to be https.

    >>> web_url("../b c", "https://a.example/x/y"), web_url("//b.example/"), web_url("javascript:alert(1)")
    ('https://a.example/b%20c', 'https://b.example/', None)
    """
    if not address:
        return None
    if _PLAIN.fullmatch(address) and len(address) <= _MAX_CHARS:
        return address
    written = _LINE_ENDS.sub("", clean_text(address[: 2 * _MAX_CHARS])).strip()
    if not written or _SCHEME_ONLY.fullmatch(written):
        return None
    try:
        # Browsers take either slash for the other at the beginning of an address.
        joined = f"https://{written[2:]}" if _HOST_FIRST.match(written) else urljoin(base or "", written)
        parts = urlsplit(joined)
        port_and_host = (parts.port, parts.hostname)  # reading them finds what urlsplit lets pass
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not port_and_host[1]:
        return None
    url = parts.scheme + _UNSAFE.sub(_escape, joined[len(parts.scheme) :])
    return url if len(url) <= _MAX_CHARS else None


def shows_site(url: str | None) -> bool:
    """Say whether an address is that of a site's front page: the link of a site, and of no entry.

    >>> shows_site("https://a.example/"), shows_site("https://a.example/?p=1"), shows_site("https://a.example/a")
    (True, False, False)
    """
    return url is not None and _FRONT_PAGE.fullmatch(url) is not None


def _escape(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
