"""Who may come in to the operator's pages: the place, the token, the session and what proves that a form is ours.

Pure but for chance: time comes as seconds that never run backwards.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

COOKIE: Final = "aggregator-admin"
SESSION_SECONDS: Final = 12 * 3600.0
MOST_SESSIONS: Final = 100
FREE_TRIES: Final = 3
LONGEST_WAIT: Final = 60.0
MOST_REMEMBERED: Final = 2_000
"""Addresses whose wrong tries are remembered; a flood of them ends there, the oldest first."""

_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Visit:
    """As much of a request as the gate looks at.

    Attributes:
        peer: Address at the other end of the connection.
        headers: By lower-case name; of a repeated one all values, in order.
        posting: Whether it wants to change something.
    """

    peer: str
    headers: Mapping[str, tuple[str, ...]]
    posting: bool = False

    def header(self, name: str) -> str:
        """Give a header's value; empty when it was not sent, or more than once."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else ""


@dataclass(slots=True)
class Session:
    """One browser that came in.

    Attributes:
        proof: What every form of ours carries; who was only sent to us by another page does not know it.
        said: What the next page tells, once.
        wrong: Whether that is a refusal.
    """

    proof: str
    until: float
    said: str = ""
    wrong: bool = False


class Gate:
    """Lets the operator in.

    Args:
        token: Without one only this computer comes in, and no proxy.
        base_url: Where we are reached from outside; empty when it was not said.
        host: The name or address that we listen at.
        now: Seconds that never run backwards.
    """

    def __init__(self, token: str, base_url: str, host: str, now: Callable[[], float]) -> None:
        self._token = hashlib.sha256(token.encode()).digest() if token else None
        self._base = base_url
        self._names = _LOCAL_NAMES | {host.lower(), (urlsplit(base_url).hostname or "").lower()} - {""}
        self._now = now
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._tries = _Tries(now)

    @property
    def asks(self) -> bool:
        """Say whether a token is asked for."""
        return self._token is not None

    def refusal(self, visit: Visit) -> str:
        """Say why a request is turned away at the gate, whoever sends it; empty when it is not."""
        if self._token is None and not _is_loopback(visit.peer):
            return "Without server.admin-token only the computer itself is let in"
        if self._token is None and any(name in visit.headers for name in _FORWARDED):
            return "Without server.admin-token nobody is let in through a proxy"
        names = [visit.header("host"), *visit.headers.get("x-forwarded-host", ())]
        if not all(map(self._is_ours, names)):
            return "The name in the request is none of ours; set site.base-url to the address that you use"
        if visit.posting and not self._is_own(visit):
            return "The form was sent from another site"
        return ""

    def wait(self, visit: Visit) -> float:
        """Say for how many seconds nobody at this address may try a token."""
        return self._tries.wait(visit.peer)

    def opens(self, visit: Visit, token: str) -> bool:
        """Say whether a token is the right one; a wrong one is remembered. Takes as long for either."""
        given = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        right = self._token is not None and hmac.compare_digest(given, self._token)
        self._tries.note(visit.peer, right=right)
        return right

    def enter(self) -> tuple[str, Session]:
        """Begin a session; give the word that its cookie holds."""
        word = secrets.token_urlsafe(32)
        session = Session(proof=secrets.token_urlsafe(32), until=self._now() + SESSION_SECONDS)
        self._sessions[_hidden(word)] = session
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return word, session

    def session(self, visit: Visit) -> Session | None:
        """Find the session of a browser; it lasts for half a day after each visit."""
        for word in _cookies(visit.headers.get("cookie", ()), COOKIE):
            name = _hidden(word)
            session = self._sessions.get(name)
            if session is not None and session.until > self._now():
                session.until = self._now() + SESSION_SECONDS
                return session
            self._sessions.pop(name, None)
        return None

    def leave(self, visit: Visit) -> None:
        """End the session of a browser."""
        for word in _cookies(visit.headers.get("cookie", ()), COOKIE):
            self._sessions.pop(_hidden(word), None)

    def _is_ours(self, name: str) -> bool:
        """Say whether a name in a request is one that we know ourselves by.

        An address is as good as a name once there is a token: to make a browser come to it takes no forged name.
        """
        host = _host(name)
        if host in self._names:
            return self._token is not None or host in _LOCAL_NAMES or _is_loopback(host)
        return self._token is not None and _is_address(host)

    def _is_own(self, visit: Visit) -> bool:
        """Say whether a form was sent from a page of ours, as far as the browser tells."""
        if visit.header("sec-fetch-site") not in {"", "same-origin"}:
            return False
        if "origin" not in visit.headers:
            return True
        origin = visit.header("origin").lower()
        parts = urlsplit(self._base)
        return origin in {
            f"http://{visit.header('host')}".lower(),
            f"https://{visit.header('host')}".lower(),
            f"{parts.scheme}://{parts.netloc}".lower(),
        }


def proves(session: Session, given: str) -> bool:
    """Say whether a form carries the proof of its session; takes as long for either answer."""
    return hmac.compare_digest(session.proof.encode(), given.encode("utf-8", "replace"))


class _Tries:
    """Remembers who tried wrong tokens; each further one takes twice as long, up to a minute."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, peer: str) -> float:
        _, until = self._wrong.get(_network(peer), (0, 0.0))
        return max(0.0, until - self._now())

    def note(self, peer: str, *, right: bool) -> None:
        name = _network(peer)
        if right:
            self._wrong.pop(name, None)
            return
        times = self._wrong.get(name, (0, 0.0))[0] + 1
        wait = min(LONGEST_WAIT, 2.0 ** (times - FREE_TRIES)) if times >= FREE_TRIES else 0.0
        self._wrong[name] = (times, self._now() + wait)
        self._wrong.move_to_end(name)
        while len(self._wrong) > MOST_REMEMBERED:
            self._wrong.popitem(last=False)


def _hidden(word: str) -> str:
    """Hash what a cookie holds, so that looking it up tells nothing by the time that it takes."""
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()


def _cookies(headers: Iterable[str], name: str) -> list[str]:
    pairs = (part.strip().partition("=") for header in headers for part in header.split(";"))
    return [value for key, _, value in pairs if key == name][:3]


def _host(name: str) -> str:
    """Take the port off; what is no host name is empty, and that is none of ours."""
    found = _HOST.fullmatch(name.lower())
    return found[1].strip("[]") if found else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or bool(
        isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped and address.ipv4_mapped.is_loopback
    )


def _network(peer: str) -> str:
    """Take addresses of one IPv6 network for one visitor: who has one has all of them."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    return peer if address.version == 4 else str(ipaddress.ip_network(f"{address}/64", strict=False))  # noqa: PLR2004
