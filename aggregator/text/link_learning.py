"""What the links of one document tell about a source's way of linking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from aggregator.text.link_keys import canonical_link

LEAST_LINKS: Final = 5
_LANGUAGE_NAMES: Final = frozenset({"lang", "language", "locale", "hl", "l"})


def constant_parameters(urls: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Find the parameters that have one value on all links and tell none of them apart, with that value.

    Only where the pages are named by their paths: beside ``id=7`` a constant ``module=news`` is part of the name. A
    language is never tracking, although it is the same throughout a feed.

    >>> constant_parameters([f"https://a.example/story-{n}?maca=en-rss" for n in range(5)])
    (('maca', 'en-rss'),)
    """
    if len(urls) < LEAST_LINKS or not all("?" in url for url in urls):
        return ()
    queries = [dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) for url in urls]
    paths = {urlsplit(canonical_link(url))[1:3] for url in urls}
    if len(paths) < len(set(urls)) or any(query != queries[0] for query in queries):
        return ()
    return tuple((name, value) for name, value in sorted(queries[0].items()) if name.lower() not in _LANGUAGE_NAMES)


def contested_links(entries: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Find the canonical links under which one document has several titles, with those titles.

    Args:
        entries: Link and title.
    """
    titles: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for url, title in entries:
        titles[canonical_link(url)].setdefault(title)
    return {link: tuple(found) for link, found in titles.items() if len(found) > 1}
