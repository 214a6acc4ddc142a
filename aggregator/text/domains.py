"""Who runs a host: the name that was registered, by the public suffix list. The one home of publicsuffixlist."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str:
    """Give the registered name that a host belongs to; addresses and bare names belong to themselves.

    Only suffixes of registries count: what a hosting company lets under its own name is still one party on the
    wire, with one limit for all of it.

    >>> registrable_domain("news.bbc.co.uk"), registrable_domain("somebody.github.io")
    ('bbc.co.uk', 'github.io')
    >>> registrable_domain("127.0.0.1"), registrable_domain("localhost")
    ('127.0.0.1', 'localhost')

    Follows: the list's section of ICANN domains, as bundled with the library; nothing is fetched.
    """
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return _suffixes().privatesuffix(host) or host
    return host


def family_of(url: str, pace_key: str) -> str:
    """Name those who may share a limit with a source: its registrable domain, or the group that the settings put it in.

    What the settings say of a group stands; hosts of a domain are joined only where observation shows that they are.
    """
    host = _host(url)
    return registrable_domain(host) if host and pace_key == host else pace_key


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)
