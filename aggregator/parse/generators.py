"""Where the programs that make web sites usually keep their feeds."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from aggregator.model.discovery import How, Offer

# By what a page's ``generator`` says; a path without a slash in front is relative to the page.
_BY_GENERATOR = (
    (r"wordpress", ("/feed/",)),
    (r"hugo", ("/index.xml",)),
    (r"jekyll", ("/feed.xml", "/atom.xml")),
    (r"ghost", ("/rss/",)),
    (r"blogger", ("/feeds/posts/default",)),
    (r"discourse", ("/latest.rss",)),
    (r"drupal", ("/rss.xml",)),
    (r"mediawiki", ("/index.php?title=Special:RecentChanges&feed=atom",)),
    (r"wix\.com", ("/blog-feed.xml",)),
    (r"squarespace", ("?format=rss",)),
    (r"joomla", ("?format=feed&type=rss",)),
    (r"typo3", ("/rss.xml", "/feed.xml")),
    (r"eleventy|11ty", ("/feed.xml", "/feed/feed.xml")),
    (r"movable type|typepad", ("/atom.xml", "/index.xml")),
    (r"gatsby|astro|next\.js", ("/rss.xml",)),
    (r"hexo", ("/atom.xml",)),
    (r"pelican", ("/feeds/all.atom.xml",)),
    (r"zola", ("/atom.xml", "/rss.xml")),
    (r"write\.as|writefreely", ("/feed/",)),
    (r"bludit|kirby|october|serendipity", ("/rss.xml", "/feed")),
    (r"mastodon|pleroma|akkoma", (".rss",)),
)
_USUAL = ("/feed", "/feed.xml", "/atom.xml", "/rss.xml", "/index.xml", "/rss", "/feed.json")


def likely_paths(url: str, *, generator: str = "") -> tuple[Offer, ...]:
    """Guess where the feed of a site is: by the program that made the page, then the paths that most sites use.

    The guesses are of the page's own host, each once, and at most ten.

    >>> [offer.url for offer in likely_paths("https://a.example/blog/", generator="Hugo 0.140")][:2]
    ['https://a.example/blog/index.xml', 'https://a.example/index.xml']
    """
    found: dict[str, Offer] = {}
    for pattern, paths in _BY_GENERATOR:
        if generator and re.search(pattern, generator, re.IGNORECASE):
            for path in paths:
                for guess in _placed(url, path):
                    found.setdefault(guess, _guess(guess, f"where {generator[:40]} keeps its feed"))
    for path in _USUAL:
        guess = urljoin(url, path)
        found.setdefault(guess, _guess(guess, "a usual place"))
    found.pop(url, None)
    return tuple(found.values())[:10]


def _placed(url: str, path: str) -> tuple[str, ...]:
    """Put a path below the page's folder, and at the top of its host."""
    parts = urlsplit(url)
    if path.startswith("?"):
        return (parts._replace(query=path[1:], fragment="").geturl(),)
    if path.startswith("."):
        return (parts._replace(path=parts.path.rstrip("/") + path, query="", fragment="").geturl(),)
    folder = parts.path.rpartition("/")[0]
    below = parts._replace(path=folder, query="", fragment="").geturl() + path
    return tuple(dict.fromkeys((below, urljoin(url, path))))


def _guess(url: str, reason: str) -> Offer:
    return Offer(url=url, how=How.GUESSED, reason=reason)
