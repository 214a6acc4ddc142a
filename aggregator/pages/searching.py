"""What a search shows: hits with what was found marked, what is wrong with a query, the topic that it would make."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aggregator.model.edition import SiteFacts
from aggregator.model.searching import Found, SearchHit
from aggregator.pages.json_shapes import hit_json
from aggregator.pages.links import SERVED, Links
from aggregator.pages.render import render

_PLACE = re.compile(r"(title|summary):0:(\d{1,9}):(\d{1,9})@")
_SLUG_CHARS = 40
_NO_SLUG = "my-topic"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a query: a mistake, or what was perhaps meant otherwise; ``column`` is counted from 1."""

    what: str
    column: int
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What came of a query.

    Attributes:
        text: As it was asked; empty before anything was.
        found: None without a query, or with one that cannot be read.
        said: The query in words.
        error: Why it cannot be read.
        remarks: What was perhaps meant otherwise.
    """

    text: str = ""
    found: Found | None = None
    said: str = ""
    error: Remark | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Some text, found or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHit:
    """A hit with its headline and summary taken apart where something was found."""

    hit: SearchHit
    title: tuple[Run, ...]
    summary: tuple[Run, ...]


def render_search(
    site: SiteFacts, results: Results, topics: Mapping[str, str], reserved: Collection[str], links: Links = SERVED
) -> str:
    """Render the question, and what came of it.

    Args:
        site: Where we publish.
        results: What came of it.
        topics: Titles of the public topics by slug.
        reserved: Slugs that no topic may have.
        links: Where our own pages lie.
    """
    found = results.found
    return render(
        "search.html",
        site,
        links,
        here="search",
        results=results,
        hits=tuple(_shown(hit, topics) for hit in found.hits) if found else (),
        topics=topics,
        yaml=topic_yaml(results.text, frozenset({*topics, *reserved})) if found else "",
    )


def search_json(results: Results, topics: Collection[str]) -> dict[str, Any]:
    """Shape what came of a query."""
    if results.error is not None:
        return {"query": results.text, "error": _remark_json(results.error)}
    found = results.found
    return {
        "query": results.text,
        "said": results.said,
        "warnings": [_remark_json(one) for one in results.remarks],
        "hits": [hit_json(_opened(hit, topics)) for hit in found.hits] if found else [],
        "before": found.before if found else None,
    }


def topic_yaml(text: str, taken: Collection[str]) -> str:
    r"""Write the topic that a query would make, to be put into the configuration.

    >>> print(topic_yaml('title:"prime minister" OR varga', ["varga"]))
    topics:
      title-prime-minister-or-varga:
        match: "title:\"prime minister\" OR varga"
    """
    slug = "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:_SLUG_CHARS].strip("-") or _NO_SLUG
    number = 2
    name = slug
    while name in taken:
        name = f"{slug}-{number}"
        number += 1
    # A string of JSON is one of YAML.
    return f"topics:\n  {name}:\n    match: {json.dumps(text, ensure_ascii=False)}"


def marked(text: str, places: Collection[tuple[int, int]]) -> tuple[Run, ...]:
    """Take a text apart where something was found.

    >>> marked("one two three", [(4, 7), (5, 9)])
    (Run(text='one ', marked=False), Run(text='two t', marked=True), Run(text='hree', marked=False))
    """
    runs: list[Run] = []
    at = 0
    for start, end in _joined(places, len(text)):
        if start > at:
            runs.append(Run(text[at:start], marked=False))
        runs.append(Run(text[start:end], marked=True))
        at = end
    if at < len(text):
        runs.append(Run(text[at:], marked=False))
    return tuple(runs)


def _joined(places: Collection[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if not 0 <= start < end <= length:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _shown(hit: SearchHit, topics: Collection[str]) -> ShownHit:
    at = str(dict(hit.reason.facts).get("at", ""))
    places: dict[str, list[tuple[int, int]]] = {"title": [], "summary": []}
    for found in map(_PLACE.match, at.split()):
        if found:
            places[found[1]].append((int(found[2]), int(found[3])))
    entry = hit.stored.entry
    return ShownHit(
        hit=_opened(hit, topics),
        title=marked(entry.title, places["title"]),
        summary=marked(entry.summary, places["summary"]),
    )


def _opened(hit: SearchHit, topics: Collection[str]) -> SearchHit:
    """Take out topics that are not public."""
    return replace(hit, stored=replace(hit.stored, topics=tuple(slug for slug in hit.stored.topics if slug in topics)))


def _remark_json(one: Remark) -> dict[str, Any]:
    return {"what": one.what, "column": one.column, "hint": one.hint}
