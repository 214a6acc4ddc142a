"""Relative addresses made absolute."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

# Stands for an empty segment of a path; it cannot occur in an address.
_EMPTY = "\ue000"


def join_address(base: str, address: str) -> str:
    """Resolve an address against a base, as the standard has it.

    ``urljoin`` takes empty segments out of a path, which breaks the addresses of archives and proxies.

    Follows: RFC 3986, 5.2.

    Raises:
        ValueError: One of the two is no address.

    >>> join_address("https://web.archive.org/web/2011/http://a.example/b/", "c.xml")
    'https://web.archive.org/web/2011/http://a.example/b/c.xml'
    """
    parts = urlsplit(base)
    if "//" in parts.path:
        path = parts.path.replace("//", f"/{_EMPTY}/").replace("//", f"/{_EMPTY}/")
        base = parts._replace(path=path).geturl()
    return urljoin(base, address).replace(_EMPTY, "")
