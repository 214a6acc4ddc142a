"""What a source sends to be let in, and which header fields a user may set."""

from __future__ import annotations

import base64
import re

from aggregator.settings.units import Unfit

# RFC 9110, 5.6.2 "token".
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_SECRET_NAME = re.compile(r"authorization|cookie|x-api-key|api-?key|token|secret|password", re.IGNORECASE)
_OURS = frozenset(
    (
        *("host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "trailer", "keep-alive"),
        *("if-none-match", "if-modified-since", "accept-encoding", "a-im", "range", "if-range"),
    )
)


def parse_auth(text: str) -> str:
    """Turn ``basic USER:PASSWORD`` or ``bearer TOKEN`` into the value of an ``Authorization`` header.

    Raises:
        Unfit: It is something else; the message never quotes it.

    Follows:
        RFC 7617 (in UTF-8) and RFC 6750.

    >>> parse_auth("basic ann:secret")
    'Basic YW5uOnNlY3JldA=='
    """
    scheme, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if scheme.lower() == "basic":
        if ":" not in rest:
            raise Unfit("basic takes USER:PASSWORD", "the colon is missing")
        return basic(*rest.split(":", 1))
    if scheme.lower() == "bearer":
        if not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", rest):
            raise Unfit("bearer takes one TOKEN", "it holds letters, digits and -._~+/= only")
        return f"Bearer {rest}"
    raise Unfit('expected "basic USER:PASSWORD" or "bearer TOKEN"', "other schemes go into headers: {Authorization: …}")


def basic(user: str, password: str) -> str:
    """Write credentials as a ``Basic`` authorization.

    Raises:
        Unfit: They hold control characters.
    """
    if re.search(r"[\x00-\x1f\x7f]", user + password):
        raise Unfit("a line break or control character in the credentials")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def check_header_name(name: str) -> str:
    """Take the name of a request header.

    Raises:
        Unfit: It is no name, or a field that polling sets by itself.
    """
    if not _NAME.fullmatch(name):
        raise Unfit("this is no name of a header", "letters, digits and - only")
    if name.lower() in _OURS:
        raise Unfit(f"'{name}' is set by the aggregator itself", "leave it out")
    return name


def check_header_value(text: str) -> str:
    """Take the value of a request header.

    Raises:
        Unfit: It cannot be sent in a header.
    """
    value = text.strip()
    if _UNSENDABLE.search(value):
        raise Unfit("a line break or another character that no header can carry")
    return value


def is_secret(name: str) -> bool:
    """Say whether a header of this name carries credentials.

    >>> is_secret("X-Auth-Token"), is_secret("Accept-Language")
    (True, False)
    """
    return bool(_SECRET_NAME.search(name))
