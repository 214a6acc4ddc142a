"""What was probably meant: names that are near, and what other tools call the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from aggregator.topics.tree import AFTER, FIELDS, HAS, LIKE, MEASURES, PARTS

QUOTE_IT = "put it in quotes to look for it as text"
_FIELDS = (*FIELDS, HAS, AFTER, LIKE)
# What other tools call the same thing.
_SYNONYMS = {
    "body": "text",
    "content": "text",
    "description": "summary",
    "feed": "source",
    "headline": "title",
    "host": "domain",
    "inauthor": "author",
    "intitle": "title",
    "inurl": "url",
    "keyword": "category",
    "label": "tag",
    "language": "lang",
    "link": "url",
    "newer": "after",
    "similar": "like",
    "since": "after",
    "site": "domain",
    "subject": "title",
}
_MEASURE_SYNONYMS = {"sources": "outlets", "entries": "items", "length": "words", "storyage": "story-age"}


def shortened(text: str, limit: int = 40) -> str:
    """Cut a piece of a query so that it fits into a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def field_meant(name: str, rest: str) -> str:
    """Say which field was meant by a name, from what follows the colon."""
    if rest.startswith("//"):
        return 'put an address in quotes and name the field: url:"…"'
    if name in MEASURES:
        return f"compare it: {name}<…, {name}>=…"
    if name == "before":
        return "write -after:2026-11-01"
    if name in _SYNONYMS:
        return f"did you mean {_SYNONYMS[name]}:?"
    return _nearest(name, _FIELDS, sign=":") or QUOTE_IT


def measure_meant(name: str) -> str:
    """Say which measure was meant by a name."""
    if name in _MEASURE_SYNONYMS:
        return f"did you mean {_MEASURE_SYNONYMS[name]}?"
    return _nearest(name, MEASURES) or QUOTE_IT


def part_meant(name: str) -> str:
    """Say what ``has:`` may ask for."""
    return _nearest(name, PARTS) or f"known are {', '.join(PARTS)}"


def _nearest(name: str, known: Iterable[str], *, sign: str = "") -> str:
    near = get_close_matches(shortened(name), sorted(known), 1)
    return f"did you mean {near[0]}{sign}?" if near else ""
