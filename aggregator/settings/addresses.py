"""Addresses: of sources, of ourselves, and of networks that are not public."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from aggregator.settings.credentials import basic
from aggregator.settings.units import Unfit

_HTTP = ("http", "https")
_STANDARD_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")
_ANY_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?://)?(.*)")
_LOCAL_NAMES = ("localhost", "localhost.localdomain")
_MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a source is.

    Attributes:
        url: Without credentials and fragment.
        host: Lower case, without brackets, in ASCII.
        identity: Equal for two spellings of one address.
        authorization: From the credentials in the address.
    """

    url: str
    host: str
    port: int
    identity: str
    authorization: str | None = None


def parse_address(text: str) -> Address:
    """Read the http or https address of a source.

    Raises:
        Unfit: It is something else; the message never quotes credentials.
    """
    parts, host, port = _web_address(text.strip())
    netloc = parts.netloc.rpartition("@")[2]
    authorization = None
    if parts.username is not None:
        authorization = basic(unquote(parts.username), unquote(parts.password or ""))
    query = f"?{parts.query}" if parts.query else ""
    named = f"[{host}]" if ":" in host else host
    return Address(
        url=f"{parts.scheme}://{netloc}{parts.path}{query}",
        host=host,
        port=port,
        identity=f"{parts.scheme}://{named}:{port}{parts.path or '/'}{query}",
        authorization=authorization,
    )


def _web_address(text: str) -> tuple[SplitResult, str, int]:
    if _SPACE.search(text):
        raise Unfit("an address holds no spaces", "write %20 for one that is meant")
    scheme = _ANY_SCHEME.fullmatch(text)
    if not scheme or scheme[1].lower() not in _HTTP:
        raise _no_web_address(text, scheme)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unfit("this is no address", "is a bracket or the port wrong?") from error
    if not host:
        rest = scheme[2].lstrip("/")
        raise Unfit(
            "the address names no host", f"did you mean {scheme[1]}://{rest}?" if rest and "@" not in rest else ""
        )
    return parts, ascii_host(host), _STANDARD_PORTS[parts.scheme] if port is None else port


def _no_web_address(text: str, scheme: re.Match[str] | None) -> Unfit:
    if scheme and scheme[1].lower() == "file":
        return Unfit("'file' is no scheme of a feed on the web", "local documents are listed with path:")
    if scheme and scheme[1].lower() == "feed":
        rest = scheme[2].lstrip("/")
        meant = rest if rest.startswith("http") else f"https://{rest}"
        return Unfit("'feed' is no scheme that can be polled", f"did you mean {meant}?" if "@" not in rest else "")
    if scheme and "://" in text:
        return Unfit(f"'{scheme[1][:20]}' is no scheme that can be polled", "http and https are")
    rest = text.lstrip("/")
    fits = looks_like_host(rest.partition("/")[0]) and "@" not in rest
    return Unfit("this is no address", f"did you mean https://{rest}?" if fits else "it starts with https://")


def looks_like_host(text: str) -> bool:
    """Say whether a text may be meant as a host name: ``example.org``, but not ``feed.xml``."""
    name, _, port = text.partition(":")
    labels = name.lower().split(".")
    known_file = labels[-1] in {"xml", "rss", "atom", "json", "rdf", "opml", "yaml", "yml"}
    valid = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and labels[-1].isalpha()
    return valid and not known_file and (not port or port.isdigit())


def ascii_host(host: str) -> str:
    """Give a host in lower case ASCII, without brackets.

    Raises:
        Unfit: It is no host.
    """
    host = host.strip("[]").rstrip(".").lower()
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError:
            raise Unfit("this is no IPv6 address") from None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise Unfit("this is no host name") from None
    if not host or not all(map(_LABEL.fullmatch, host.split("."))):
        raise Unfit("this is no host name")
    return host


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``; an IPv6 address stands in brackets.

    Raises:
        Unfit: It is something else.

    >>> parse_listen("[::1]:8080")
    ('::1', 8080)
    """
    expected = "expected HOST:PORT, such as 127.0.0.1:8080"
    host, colon, port = text.rpartition(":")
    if not colon:
        hint = f"did you mean 127.0.0.1:{text}?" if text.isdigit() else f"did you mean {text}:8080?"
        raise Unfit(expected, hint)
    if not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > _MAX_PORT:  # noqa: PLR2004 - digits
        raise Unfit(expected, f"a port is a number up to {_MAX_PORT}")
    if not host:
        raise Unfit(expected, f"0.0.0.0:{port} listens on every address, 127.0.0.1:{port} on this machine only")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise Unfit(expected, f"an IPv6 address stands in brackets: [{host}]:{port}")
    return ascii_host(host), int(port)


def parse_base_url(text: str) -> str:
    """Read our public address; slashes at the end are dropped.

    Raises:
        Unfit: It is no absolute http or https address, or holds more than host and path.
    """
    parts, _host, _port = _web_address(text)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise Unfit("a base address holds a host and a path only", "leave out ?, # and credentials")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def parse_hub(text: str) -> str:
    """Read the address of a WebSub hub; feeds name it, so it holds no secret.

    Raises:
        Unfit: It is no absolute http or https address, or holds credentials.

    >>> parse_hub("https://hub.example.org/")
    'https://hub.example.org/'
    """
    parts, _host, _port = _web_address(text)
    if parts.fragment or "@" in parts.netloc:
        raise Unfit("the address of a hub is shown to everybody", "leave out # and credentials")
    return text


def parse_proxy(text: str) -> str:
    """Read the address of an http proxy, credentials included; ``none`` is empty and means to go without one.

    Raises:
        Unfit: It is something else; the message never quotes it.

    >>> parse_proxy("http://proxy.lan:3128/"), parse_proxy("none")
    ('http://proxy.lan:3128', '')
    """
    if text.lower() == "none":
        return ""
    scheme = _ANY_SCHEME.fullmatch(text)
    if not scheme or scheme[1].lower() != "http":
        raise Unfit("expected the address of an http proxy", "such as http://proxy.lan:3128, or none")
    parts, _host, _port = _web_address(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Unfit("the address of a proxy holds a host and a port only", "leave out the path")
    if parts.username is not None:
        basic(unquote(parts.username), unquote(parts.password or ""))
    return f"{parts.scheme}://{parts.netloc}"


def is_public_base(url: str) -> bool:
    """Say whether others can reach us at a base address: https, and the host neither local nor private.

    >>> is_public_base("https://feeds.example.org"), is_public_base("https://10.0.0.2"), is_public_base("http://a.org")
    (True, False, False)
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _ip(host)
    if parts.scheme != "https" or (address is not None and not address.is_global):
        return False
    local = host.endswith((".localhost", ".local", ".lan", ".internal", ".home.arpa", ".test", ".invalid"))
    return address is not None or ("." in host and not local)


def parse_contact(text: str) -> str:
    """Read the address that publishers can write to; a bare e-mail address becomes ``mailto:``.

    Raises:
        Unfit: It cannot be sent in a User-Agent.
    """
    found = f"mailto:{text}" if "@" in text and ":" not in text else text
    if not re.fullmatch(r"(?:mailto:[^@]+@.+|https?://.+)", found) or not re.fullmatch(r"[\x21-\x27\x2a-\x7e]+", found):
        raise Unfit("expected an address such as mailto:me@example.org or https://example.org/about")
    return found


def parse_network(text: str) -> str:
    """Read an entry of ``allow-private``: a CIDR, an address, a host name or ``*.suffix``.

    Raises:
        Unfit: It is none of them.
    """
    if "://" in text:
        raise Unfit("expected a host or a network, but this is an address", f"did you mean {urlsplit(text).hostname}?")
    if _network(text) is not None:
        return text
    if "/" in text:
        raise Unfit("this is no network", "write it like 10.0.0.0/8")
    if ":" in text:
        raise Unfit("a host is listed without its port", f"did you mean {text.partition(':')[0]}?")
    ascii_host(text.removeprefix("*."))
    return text


def is_allowed(host: str, port: int, *, allow_private: Iterable[str], ports: Iterable[int]) -> str:
    """Say why a host will not be polled, as far as its name tells; empty when nothing is against it."""
    address = _ip(host)
    reach = list(allow_private)
    if any(_covers(text, host, address) for text in reach):
        return ""
    if host in _LOCAL_NAMES or (address is not None and not address.is_global):
        return f"{host} is not a public address"
    return "" if port in set(ports) else f"port {port} is not polled"


def _covers(text: str, host: str, address: IPv4Address | IPv6Address | None) -> bool:
    name = text.rstrip(".").lower()
    if name == host or (name.startswith("*.") and host.endswith(name[1:])):
        return True
    network = _network(text)
    if network is None or address is None:
        return False
    loopback = network.version != address.version and address.is_loopback and network.is_loopback
    return loopback or (network.version == address.version and address in network)


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address("127.0.0.1" if host in _LOCAL_NAMES else host)
    except ValueError:
        return None


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
