"""Short names for sources that have none: made from the address, the same in every order of the list."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

_MAX = 64
_HASH_CHARS = 6
_WORD = re.compile(r"[a-z0-9]+")
# Words that say only that there is a feed.
_PLAIN = frozenset(
    (
        *("feed", "feeds", "rss", "rss2", "atom", "xml", "rdf", "json", "index", "default", "posts", "all"),
        *("php", "html", "htm", "aspx", "www"),
    )
)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a name can be made of.

    Attributes:
        given: The id that the user chose.
        host: Empty for a local file.
        path: Without what came from variables, which may be secret.
        identity: What makes the source another one than its neighbours.
    """

    given: str | None
    host: str
    path: str
    identity: str


def source_ids(namings: Sequence[Naming]) -> tuple[str, ...]:
    """Name every source: the given id, else the shortest of three names that no other source wants.

    A name is the host with the words of the path; where two want one, generic words such as ``rss`` join in,
    and where that is not enough a hash of the address does. So neither depends on its place in the list.

    >>> source_ids([Naming(None, "www.lwn.net", "/headlines/rss", "1"), Naming("a", "", "", "2")])
    ('lwn.net-headlines', 'a')
    """
    taken = {naming.given for naming in namings if naming.given}
    names: list[str | None] = [naming.given for naming in namings]
    for make in (_short, _long):
        open_ones = [(number, make(namings[number])) for number, name in enumerate(names) if name is None]
        wanted = Counter(name for _, name in open_ones)
        for number, name in open_ones:
            if wanted[name] == 1 and name not in taken:
                names[number] = name
        taken |= set(wanted)
    return tuple(_hashed(naming) if name is None else name for naming, name in zip(namings, names, strict=True))


def _short(naming: Naming) -> str:
    if not naming.host:
        return _cut(_words(_stem(naming.path)))
    return _cut([_bare(naming.host), *(word for word in _words(naming.path) if word not in _PLAIN)])


def _long(naming: Naming) -> str:
    if not naming.host:
        folder = naming.path.rpartition("/")[0].rpartition("/")[2]
        return _cut([*_words(folder), *_words(_stem(naming.path))])
    return _cut([_bare(naming.host), *_words(naming.path)])


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _hashed(naming: Naming) -> str:
    digest = hashlib.blake2b(naming.identity.encode("utf-8", "replace"), digest_size=8).digest()
    suffix = base64.b32encode(digest).decode().lower()[:_HASH_CHARS]
    return f"{_long(naming)[: _MAX - _HASH_CHARS - 1].rstrip('-.')}-{suffix}"


def _bare(host: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", host.removeprefix("www.")).strip("-.")


def _words(path: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", unquote(path)).encode("ascii", "ignore").decode().lower()
    return _WORD.findall(plain)


def _cut(words: Sequence[str]) -> str:
    name = "-".join(filter(None, words)) or "source"
    return name if len(name) <= _MAX else name[:_MAX].rpartition("-")[0] or name[:_MAX]
