"""The address guard: no request of ours reaches a network that is not public, unless the settings allow it.

Feeds come from strangers, and so do the redirects they answer with. What counts is the address that is dialled, not
the one that is written: names are resolved by others, and one address has many spellings. The guard is therefore
asked for every address at the moment of connecting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

# What `is_global` calls public although it leads inside: translation and tunnel prefixes that carry an IPv4 address,
# old site-local and documentation ranges, protocol assignments.
_EXTRA = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
        "192.88.99.0/24",
        "192.0.0.0/24",
    )
)
_LOOPBACK = IPv4Address("127.0.0.1")


class BlockedAddress(OSError):  # noqa: N818 - an OSError, because connectors pass nothing else on
    """This address is not dialled; the message says why and what to do."""


def forbidden(address: str | IPv4Address | IPv6Address) -> bool:
    """Say whether an address is anything but a public unicast address.

    Follows:
        The IANA special-purpose registries (RFC 6890) as `ipaddress` knows them, closed where they leak: multicast,
        IPv4 within IPv6 (RFC 4291, 2.5.5; RFC 6052; RFC 3056; RFC 4380), site-local, RFC 9637, RFC 9602, RFC 7526.

    >>> [forbidden(text) for text in ("1.1.1.1", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "224.0.0.1")]
    [False, True, True, True, True]
    """
    return _forbidden(plain_address(address))


@lru_cache(maxsize=8192)
def plain_address(address: str | IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Read an address, IPv4 out of IPv6 where it is mapped into it; raises ``ValueError`` for what is none."""
    found = ip_address(address)
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


@lru_cache(maxsize=8192)
def _forbidden(address: IPv4Address | IPv6Address) -> bool:
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or any(address.version == network.version and address in network for network in _EXTRA)
    )


class AddressGuard:
    """Decides which addresses may be dialled.

    Args:
        allow_private: CIDRs, addresses, host names and ``*.suffix`` that may be polled whatever they are, on any
            port. Whoever allows 127.0.0.1 allows ::1, for ``localhost`` is both.
        ports: The ports that may be dialled elsewhere.

    Raises:
        ValueError: An entry with a slash is no network.
    """

    def __init__(self, allow_private: Sequence[str], ports: Sequence[int]) -> None:
        networks: list[IPv4Network | IPv6Network] = []
        hosts: set[str] = set()
        for text in allow_private:
            network = _network(text)
            if network is None:
                hosts.add(_bare(text))
            else:
                networks.append(network)
        if any(_LOOPBACK in network for network in networks if network.version == 4):  # noqa: PLR2004 - IPv4
            networks.append(IPv6Network("::1"))
        self._networks = tuple(networks)
        self._hosts = frozenset(host for host in hosts if not host.startswith("*."))
        self._suffixes = tuple(host[1:] for host in hosts if host.startswith("*."))
        self._ports = frozenset(ports)

    def check(self, host: str, address: str, port: int) -> None:
        """Refuse an address that is about to be dialled for a host.

        Raises:
            BlockedAddress: It is not public and not allowed, or the port is not.
        """
        plain = plain_address(address)
        if self._allowed(host, plain):
            return
        if _forbidden(plain):
            where = address if host in ("", address) else f"{host} is {address}, and {address}"
            raise BlockedAddress(
                f"{where} is not a public address; list it in network.allow-private to poll it",
            )
        if port not in self._ports:
            raise BlockedAddress(
                f"port {port} of {host or address} is not polled; add it to network.ports, "
                "or list the host in network.allow-private",
            )

    def check_all(self, host: str, addresses: Iterable[str], port: int) -> None:
        """Refuse a name when any of its addresses is refused, so that an answer of two halves gains nothing.

        Raises:
            BlockedAddress: As ``check``.
        """
        for address in addresses:
            self.check(host, address, port)

    @staticmethod
    @lru_cache(maxsize=8192)
    def check_spelling(host: str) -> None:
        """Refuse an IPv4 address in any but its plain spelling.

        Resolvers read ``2130706433``, ``0x7f.1`` and ``127.1`` as addresses; a name never ends in a number.

        Raises:
            BlockedAddress: The host is a number that is no dotted quad.

        Follows:
            WHATWG URL, 3.5 "ends in a number checker".
        """
        last = host.rstrip(".").rpartition(".")[2]
        if not last.isdigit() and not last.startswith("0x"):
            return
        try:
            plain_address(host)
        except ValueError:
            raise BlockedAddress(f"{host} is an address in an unusual spelling; write it as four numbers") from None

    def _allowed(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        if any(address.version == network.version and address in network for network in self._networks):
            return True
        name = _bare(host)
        return name in self._hosts or (bool(self._suffixes) and name.endswith(self._suffixes))


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        if "/" in text:
            raise
        return None


def _bare(host: str) -> str:
    return host.strip().rstrip(".").lower()
