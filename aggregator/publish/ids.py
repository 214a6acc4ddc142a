"""The ids that readers see. Once announced an id stands in the ledger and is never made again."""

from __future__ import annotations

import re
from itertools import count

from aggregator.model.edition import own_id
from aggregator.model.entry import EntryKey

MAX_ID_CHARS = 1_000

_ESCAPED = r"%[0-9A-Fa-f]{2}"
_IRI = rf"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=\u00a1-\U0010ffff]|{_ESCAPED})"
_URI = rf"(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|{_ESCAPED})"
_HOST = r"[A-Za-z0-9\-._~\u00a1-\U0010ffff]+(?::\d{1,5})?"
_SHAPES = (
    re.compile(rf"(?i:https?)://{_HOST}(?:[/?]{_IRI}*)?(?:\#{_IRI}*)?"),
    re.compile(
        rf"tag:(?:[a-z0-9._-]+@)?[a-z0-9][a-z0-9.-]*,\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?:{_URI}*(?:\#{_URI}*)?", re.ASCII
    ),
    re.compile(rf"urn:(?!urn:)[A-Za-z0-9][A-Za-z0-9-]{{1,31}}:(?:[A-Za-z0-9()+,\-.:=@;$_!*']|{_ESCAPED})+"),
)


def is_lasting_uri(guid: str) -> bool:
    """Say whether a publisher's identifier is unique beyond its feed, so that it may stand as an Atom id.

    Only absolute URIs are; a bare ``1234`` is not unique across sources, and what looks like a URI but is malformed
    is refused by validators.

    Follows:
        RFC 4287, 4.2.6 (an id does not change when an entry is republished); RFC 3986; RFC 4151, 2.1 (tag);
        RFC 2141, 2 (urn: the name of the namespace has two characters or more).

    >>> [is_lasting_uri(it) for it in ("https://a.example/1", "tag:a.example,2020:1", "urn:isbn:0451450523")]
    [True, True, True]
    >>> [is_lasting_uri(it) for it in ("1234", "urn:x:1", "link:https://a.example/1", "http://a.example/a b")]
    [False, False, False, False]
    """
    if len(guid) > MAX_ID_CHARS or not guid.isprintable():
        return False
    return any(shape.fullmatch(guid) for shape in _SHAPES)


def apart(url: str, short_id: str) -> str:
    """Make the link of an item its own, where another item has the very same: it leads to the same page.

    Readers that know entries by their links would show one of the two only.

    >>> apart("https://a.example/", "k3x9"), apart("https://a.example/live#top", "k3x9")
    ('https://a.example/#k3x9', 'https://a.example/live#top-k3x9')
    """
    return f"{url}-{short_id}" if "#" in url else f"{url}#{short_id}"


def choose_id(lead: EntryKey, subject: EntryKey, authority: str, taken: set[str], *, ours: bool = False) -> str:
    """Choose the Atom id of a subject that is announced for the first time.

    The lead's own id, where it is lasting and free; else one of ours, made from the subject, with a number where
    another subject was announced under the same key. Ids under our own authority are never taken from a publisher:
    only we may give them. ``ours`` wants one of ours whatever the publisher gave.
    """
    guid = lead.guid
    if not ours and is_lasting_uri(guid) and guid not in taken and not guid.startswith(f"tag:{authority}:"):
        return guid
    own = own_id(authority, subject)
    return own if own not in taken else next(one for one in (f"{own}-{n}" for n in count(2)) if one not in taken)
