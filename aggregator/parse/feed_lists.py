"""The lists of feeds that other programs keep, told apart by what is in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial

from aggregator.errors import FormatError
from aggregator.model.outline import FeedList
from aggregator.parse.exports import read_funnel, read_json_list
from aggregator.parse.opml import read_opml
from aggregator.parse.planet import looks_like_planet, read_planet
from aggregator.parse.text_lists import read_table, read_urls, table_columns

_MAX_BYTES = 20_000_000
MAX_FEEDS = 100_000
_FUNNEL = re.compile(r"^(?:endpoints|auth)\s*:", re.MULTILINE)

LoadYaml = Callable[[str], object]
"""From YAML to plain values; raises ``FormatError``."""


def read_feed_list(content: bytes, *, load_yaml: LoadYaml) -> FeedList:
    """Read OPML, Planet and Venus INI, rss-funnel YAML, JSON exports, tables, newsboat's urls and plain lists.

    What a format says that we cannot keep comes back as ``lost``, beside the feed that it was said of or for
    the whole list. A line that cannot be read loses itself, never the others.

    Raises:
        FormatError: This is none of them, or too large.
    """
    if len(content) > _MAX_BYTES:
        raise FormatError(f"the list is larger than {_MAX_BYTES // 1_000_000} MB")
    for read in (_opml, partial(_other, load_yaml=load_yaml)):
        found = read(content)
        if found is None:
            continue
        if len(found.outlines) > MAX_FEEDS:
            raise FormatError(f"the list holds more than {MAX_FEEDS:,} feeds")
        if not found.outlines and not found.lost:
            raise FormatError(f"this is {found.format} without any feed")
        return found
    raise FormatError("this is no list of feeds that is known here")


def _opml(content: bytes) -> FeedList | None:
    if not content.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return None
    return FeedList(format="OPML", outlines=read_opml(content))


def _other(content: bytes, *, load_yaml: LoadYaml) -> FeedList | None:
    text = _decoded(content)
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        loaded = _json(text)
        if loaded is not None:
            return read_json_list(loaded)
    if looks_like_planet(text):
        return read_planet(text)
    if _FUNNEL.search(text):
        return read_funnel(load_yaml(text))
    if table_columns(text):
        return read_table(text)
    found = read_urls(text)
    return found if found.outlines else None


def _json(text: str) -> object | None:
    try:
        loaded: object = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return loaded


def _decoded(content: bytes) -> str:
    for encoding in _encodings(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _encodings(content: bytes) -> Iterator[str]:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        yield "utf-16"
    yield "utf-8-sig"
