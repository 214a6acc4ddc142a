"""Big hosts that keep their feeds at places one can tell from the address of a page, without asking."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

from aggregator.model.discovery import How, Offer

_YOUTUBE = "https://www.youtube.com/feeds/videos.xml"
_CHANNEL = re.compile(rb'"(?:externalId|channelId|externalChannelId)"\s*:\s*"(UC[\w-]{22})"')
_CHANNEL_ADDRESS = re.compile(rb"youtube\.com/channel/(UC[\w-]{22})")

Found = Iterator[tuple[str, str]]
"""Addresses, each with what it is."""


def known_feeds(url: str) -> tuple[Offer, ...]:
    """Name the feeds that a page of a big host has, best first; none for a host that is not known.

    >>> [offer.url for offer in known_feeds("https://github.com/ann/tool")][0]
    'https://github.com/ann/tool/releases.atom'
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    found: dict[str, Offer] = {}
    for pattern, name, find in _HOSTS:
        if pattern.fullmatch(host):
            for address, what in find(parts):
                found.setdefault(address, Offer(url=address, how=How.KNOWN, title=what, reason=f"how {name} does it"))
    found.pop(url, None)
    return tuple(found.values())


def lookup_address(url: str) -> str | None:
    """Give the address of a directory's answer that names the feed of a page, in JSON under ``feedUrl``.

    >>> lookup_address("https://podcasts.apple.com/de/podcast/a-show/id1200361736")
    'https://itunes.apple.com/lookup?id=1200361736&entity=podcast'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if (parts.hostname or "") not in {"podcasts.apple.com", "itunes.apple.com"}:
        return None
    number = re.search(r"/(?:id)(\d{5,12})(?:/|$)", parts.path)
    return f"https://itunes.apple.com/lookup?id={number[1]}&entity=podcast" if number else None


def read_lookup(body: bytes) -> str | None:
    """Read the address of a feed out of a directory's answer; None when it names none."""
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    results = answer.get("results") if isinstance(answer, dict) else None
    for result in results if isinstance(results, list) else ():
        address = result.get("feedUrl") if isinstance(result, dict) else None
        if isinstance(address, str) and address.lower().startswith(("http://", "https://")):
            return address
    return None


def named_on_page(page: bytes, url: str) -> Iterator[Offer]:
    """Find the feed of a page that names itself only within its text, as channels of YouTube do."""
    if not re.search(r"(?:^|\.)youtube\.com$", urlsplit(url).hostname or ""):
        return
    channel = _CHANNEL.search(page) or _CHANNEL_ADDRESS.search(page)
    if channel:
        address = f"{_YOUTUBE}?channel_id={channel[1].decode()}"
        yield Offer(url=address, how=How.KNOWN, title="videos", reason="the channel that the page names")


def _youtube(parts: SplitResult) -> Found:
    query = parse_qs(parts.query)
    channel = re.match(r"/channel/(UC[\w-]{22})", parts.path)
    if channel:
        yield f"{_YOUTUBE}?channel_id={channel[1]}", "videos"
    for playlist in query.get("list", ()):
        if parts.path in {"/playlist", "/watch"}:
            yield f"{_YOUTUBE}?playlist_id={quote(playlist)}", "playlist"
    user = re.match(r"/user/([\w.-]+)", parts.path)
    if user:
        yield f"{_YOUTUBE}?user={user[1]}", "videos"


def _reddit(parts: SplitResult) -> Found:
    path = parts.path.rstrip("/")
    if path.endswith(".rss"):
        return
    if re.match(r"/(?:r|u|user|domain)/[\w.+-]+", path):
        path = re.sub(r"\A/u/", "/user/", path)
        yield f"https://www.reddit.com{path}/.rss" + (f"?{parts.query}" if parts.query else ""), "posts"
    elif not path:
        yield "https://www.reddit.com/.rss", "front page"


def _github(parts: SplitResult) -> Found:
    words = [word for word in parts.path.split("/") if word]
    if len(words) == 1 and words[0] not in _GITHUB_OWN:
        yield f"https://github.com/{words[0]}.atom", "activity"
    if len(words) < 2 or words[0] in _GITHUB_OWN:  # noqa: PLR2004 - owner and repository
        return
    base = f"https://github.com/{words[0]}/{words[1].removesuffix('.git')}"
    section = words[2] if len(words) > 2 else ""  # noqa: PLR2004 - what of the repository
    if section in {"commits", "tree", "blob"} and words[3:]:
        yield f"{base}/commits/{'/'.join(words[3:])}.atom", "commits"
    elif section == "tags":
        yield f"{base}/tags.atom", "tags"
    elif section in {"discussions", "wiki"}:
        yield f"{base}/{section}.atom", section
    yield f"{base}/releases.atom", "releases"
    yield f"{base}/commits.atom", "commits"
    yield f"{base}/tags.atom", "tags"


_GITHUB_OWN = frozenset(
    (
        *("about", "explore", "features", "login", "marketplace", "orgs"),
        *("pricing", "search", "settings", "sponsors", "topics"),
    )
)


def _gitlab(parts: SplitResult) -> Found:
    project, _, rest = parts.path.strip("/").partition("/-/")
    words = project.split("/")
    if not project or project in {"explore", "users", "help"}:
        return
    if len(words) == 1:
        yield f"https://{parts.netloc}/{project}.atom", "activity"
        return
    base = f"https://{parts.netloc}/{project}"
    branch = re.match(r"(?:commits|tree|blob)/([^/]+)", rest)
    if branch:
        yield f"{base}/-/commits/{branch[1]}?format=atom", "commits"
    yield f"{base}/-/releases.atom", "releases"
    yield f"{base}/-/tags?format=atom", "tags"
    yield f"{base}.atom", "activity"


def _gitea(parts: SplitResult) -> Found:
    words = [word for word in parts.path.split("/") if word]
    if len(words) >= 2:  # noqa: PLR2004 - owner and repository
        base = f"https://{parts.netloc}/{words[0]}/{words[1]}"
        yield f"{base}/releases.rss", "releases"
        yield f"{base}.rss", "activity"
    elif words:
        yield f"https://{parts.netloc}/{words[0]}.rss", "activity"


def _medium(parts: SplitResult) -> Found:
    words = [word for word in parts.path.split("/") if word]
    own = re.fullmatch(r"([\w-]+)\.medium\.com", parts.hostname or "")
    if own and own[1] not in {"www", "help", "policy"}:
        yield f"https://{own[1]}.medium.com/feed", "posts"
    elif words[:1] == ["tag"] and words[1:]:
        yield f"https://medium.com/feed/tag/{words[1]}", f"tag {words[1]}"
    elif words and words[0] not in {"feed", "m", "me", "search", "about", "p"}:
        yield f"https://medium.com/feed/{words[0]}", "posts"


def _tumblr(parts: SplitResult) -> Found:
    words = [word for word in parts.path.split("/") if word]
    blog = (parts.hostname or "").removesuffix(".tumblr.com")
    if blog in {"www", "tumblr.com"}:
        blog, words = (words[1] if words[:2] == ["blog", *words[1:2]] else words[0], []) if words else ("", [])
    if not blog or blog in {"dashboard", "explore", "tagged", "search"}:
        return
    base = f"https://{blog}.tumblr.com"
    if words[:1] == ["tagged"] and words[1:]:
        yield f"{base}/tagged/{words[1]}/rss", f"tag {words[1]}"
    yield f"{base}/rss", "posts"


def _blogger(parts: SplitResult) -> Found:
    base = f"{parts.scheme}://{parts.netloc}/feeds/posts/default"
    label = re.match(r"/search/label/([^/]+)", parts.path)
    if label:
        yield f"{base}/-/{label[1]}", f"label {label[1]}"
    yield base, "posts"


def _wordpress(parts: SplitResult) -> Found:
    base = f"{parts.scheme}://{parts.netloc}"
    inner = re.match(r"/(?:category|tag|author)/[^/]+(?:/[^/]+)*", parts.path.rstrip("/"))
    if inner and not inner[0].endswith("/feed"):
        yield f"{base}{inner[0]}/feed/", "posts of this section"
    yield f"{base}/feed/", "posts"


def _mastodon(parts: SplitResult) -> Found:
    """Offer what a server of the fediverse would have; one cannot tell from the host that it is one."""
    account = re.match(r"/(?:web/)?(@[\w.-]+)(?:/|$)", parts.path)
    tag = re.match(r"/tags/([^/]+)/?$", parts.path)
    if account:
        yield f"https://{parts.netloc}/{account[1]}.rss", "posts"
    elif tag and not tag[1].endswith(".rss"):
        yield f"https://{parts.netloc}/tags/{tag[1]}.rss", f"tag {tag[1]}"


def _stack_exchange(parts: SplitResult) -> Found:
    base = f"https://{parts.netloc}/feeds"
    tag = re.match(r"/questions/tagged/([^/]+)", parts.path)
    question = re.match(r"/questions/(\d+)", parts.path)
    if tag:
        yield f"{base}/tag/{tag[1]}", f"tag {tag[1]}"
    elif question:
        yield f"{base}/question/{question[1]}", "answers"
    else:
        yield base, "questions"


def _rewritten(pattern: str, target: str, what: str) -> Callable[[SplitResult], Found]:
    """Make a finder of a pattern over the path; ``{0}`` is its first group, ``{host}`` the host."""
    compiled = re.compile(pattern)

    def find(parts: SplitResult) -> Found:
        matched = compiled.match(parts.path)
        if matched:
            yield target.format(*matched.groups(), host=parts.netloc), what

    return find


# Hosts that have accounts with an @ in front, and are no servers of the fediverse.
_NOT_FEDERATED = r"(?:.*\.)?(?:youtube|medium|tumblr|substack|tiktok|threads|flipboard|twitter|x)\.(?:com|net)"
_STACK_EXCHANGE = r"(?:[\w-]+\.)?(?:stackoverflow|stackexchange|superuser|serverfault|askubuntu)\.com"
_VIMEO = "https://vimeo.com/{0}/videos/rss"
_PYPI = "https://pypi.org/rss/project/{0}/releases.xml"
_HOSTS: tuple[tuple[re.Pattern[str], str, Callable[[SplitResult], Found]], ...] = tuple(
    (re.compile(pattern), name, find)
    for pattern, name, find in (
        (r"(?:m\.)?youtube\.com", "YouTube", _youtube),
        (r"(?:old\.|new\.|np\.)?reddit\.com", "Reddit", _reddit),
        (r"github\.com", "GitHub", _github),
        (r"gitlab\.(?:com|[\w.-]+)", "GitLab", _gitlab),
        (r"codeberg\.org|gitea\.[\w.-]+", "Forgejo", _gitea),
        (r"bsky\.app", "Bluesky", _rewritten(r"/profile/([^/]+)/?$", "https://bsky.app/profile/{0}/rss", "posts")),
        (r"[\w-]+\.substack\.com", "Substack", _rewritten("", "https://{host}/feed", "posts")),
        (r"(?:[\w-]+\.)?medium\.com", "Medium", _medium),
        (r"[\w-]+\.wordpress\.com", "WordPress", _wordpress),
        (r"[\w-]+\.blogspot\.[a-z.]+", "Blogger", _blogger),
        (r"(?:[\w-]+\.)?tumblr\.com", "Tumblr", _tumblr),
        (r"news\.ycombinator\.com", "Hacker News", _rewritten(r"/(?:news)?$", "https://{host}/rss", "front page")),
        (r"lobste\.rs", "Lobsters", _rewritten(r"/t/([\w,-]+)$", "https://lobste.rs/t/{0}.rss", "tag")),
        (r"lobste\.rs", "Lobsters", _rewritten(r"/?$", "https://lobste.rs/rss", "front page")),
        (r"pypi\.org", "PyPI", _rewritten(r"/project/([\w.-]+)", _PYPI, "releases")),
        (r"arxiv\.org", "arXiv", _rewritten(r"/list/([\w.-]+)", "https://rss.arxiv.org/rss/{0}", "new papers")),
        (r"vimeo\.com", "Vimeo", _rewritten(r"/(channels/[\w-]+)", _VIMEO, "videos")),
        (r"vimeo\.com", "Vimeo", _rewritten(r"/(?!channels|groups|\d)([\w-]+)/?$", _VIMEO, "videos")),
        (r"letterboxd\.com", "Letterboxd", _rewritten(r"/([\w-]+)/?$", "https://letterboxd.com/{0}/rss/", "diary")),
        (_STACK_EXCHANGE, "Stack Exchange", _stack_exchange),
        (rf"(?!{_NOT_FEDERATED}$).+", "Mastodon", _mastodon),
    )
)
