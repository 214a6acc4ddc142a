"""Addresses without what only tracks the reader, and the pictures that do nothing else.

Only names that no site is known to need: an address is shown and followed, not merely compared as link keys are.
"""

from __future__ import annotations

import re

_SIGNS = re.compile(
    r"utm_|clid|wbraid|gbraid|mc_[ce]id|mkt_tok|_hs|igsh|xtor|vero_|oly_|at_c|at_m|srsltid|mtm_|pk_|ns_camp"
)
_TRACKING = re.compile(
    r"(?:amp;)?(?:utm_[a-z0-9_]+|(?:fb|g|dc|ms|y|ys|tw|tt)clid|[gw]braid|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|igshid|igsh"
    r"|xtor|vero_(?:id|conv)|oly_(?:anon|enc)_id|at_(?:medium|campaign|custom[0-9]|link_[a-z]+|format|ptr_name)"
    r"|srsltid|(?:mtm|pk)_(?:campaign|kwd|keyword|source|medium|content|cid|group|placement)"
    r"|ns_(?:campaign|mchannel|source|linkname|fee))(?:=.*)?",
    re.IGNORECASE | re.DOTALL,
)
# Hosts that serve nothing else, with all below them.
_COUNTING = frozenset(
    {"chartbeat.net", "counter.theconversation.com", "doubleclick.net", "feedsportal.com", "google-analytics.com"}
    | {"googlesyndication.com", "imrworldwide.com", "pheedo.com", "pixel.wp.com", "quantserve.com"}
    | {"scorecardresearch.com", "statcounter.com", "stats.wordpress.com"}
)
# Hosts that serve other things, too: where their counters are.
_COUNTING_PATHS = {
    "feeds.feedburner.com": re.compile(r"/~[rf]f?/"),
    "feedproxy.google.com": re.compile(r"/~[rf]f?/"),
    "feeds.wordpress.com": re.compile(r"/1\.0/(?!comments/)"),
    "feeds.feedblitz.com": re.compile(r"/~/"),
    "facebook.com": re.compile(r"/tr[/?]"),
    "medium.com": re.compile(r"/_/stat"),
}
_MAX_HOST_CHARS = 253
_OWN_COUNTER = re.compile(r"[^?#]*/(?:piwik|matomo)\.php\b")


def is_tracked(url: str) -> bool:
    """Say, at small cost, whether there may be something to take out of an address."""
    return _SIGNS.search(url) is not None


def untracked(url: str) -> str:
    """Take tracking parameters out of an address; all the rest stays as it is written.

    >>> untracked("https://a.example/x?id=1&utm_source=rss&utm_medium=feed#xtor=RSS-1")
    'https://a.example/x?id=1'
    """
    if not is_tracked(url):
        return url
    rest, hash_mark, fragment = url.partition("#")
    path, question_mark, query = rest.partition("?")
    if question_mark:
        kept = [parameter for parameter in query.split("&") if not _TRACKING.fullmatch(parameter)]
        rest = f"{path}?{'&'.join(kept)}" if any(kept) else path
    if fragment and all(_TRACKING.fullmatch(part) for part in fragment.split("&")):
        return rest
    return f"{rest}{hash_mark}{fragment}"


def counts_readers(url: str) -> bool:
    """Say whether a picture is one of those that count who reads.

    >>> counts_readers("https://pixel.wp.com/b.gif?x=1"), counts_readers("https://a.example/pixel.gif")
    (True, False)
    """
    host, _, rest = url.partition("://")[2].partition("/")
    if len(host) > _MAX_HOST_CHARS:
        return False
    host = host.lower().removeprefix("www.")
    if (path := _COUNTING_PATHS.get(host)) is not None:
        return path.match(f"/{rest}") is not None
    while host:
        if host in _COUNTING:
            return True
        host = host.partition(".")[2]
    return ".php" in rest and _OWN_COUNTER.match(f"/{rest}") is not None
