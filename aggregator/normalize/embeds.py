"""Players of other sites, as links: a frame would let them see every reader, and no page of ours may hold one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from aggregator.normalize.links import web_url
from aggregator.normalize.tags import attributes_in, tag_pattern

_FRAME = tag_pattern("iframe", r"(?:[^<]*+</iframe\s*+>)?")
_MAX_TITLE_CHARS = 200

# host -> path of a player, and the page that shows the same; the first group is what is played.
_PAGES: Mapping[str, tuple[re.Pattern[str], str]] = MappingProxyType(
    {
        host: (re.compile(path), page)
        for hosts, path, page in (
            (
                "youtube.com youtube-nocookie.com",
                r"/(?:embed|v)/(?!videoseries)([\w-]{6,})",
                "https://www.youtube.com/watch?v={}",
            ),
            ("player.vimeo.com", r"/video/(\d+)", "https://vimeo.com/{}"),
            ("dailymotion.com geo.dailymotion.com", r"/embed/video/(\w+)", "https://www.dailymotion.com/video/{}"),
            ("open.spotify.com", r"/embed(?:-podcast)?/(\w+/\w+)", "https://open.spotify.com/{}"),
            ("archive.org", r"/embed/([\w.-]+)", "https://archive.org/details/{}"),
            ("embed.ted.com", r"/talks/([\w/]+)", "https://www.ted.com/talks/{}"),
            ("codepen.io", r"/(\w+/)embed/(?:preview/)?(\w+)", "https://codepen.io/{}pen/{}"),
            ("bandcamp.com", r"(/EmbeddedPlayer/[^?#]*)", "https://bandcamp.com{}"),
            ("embed.podcasts.apple.com", r"(/[^?#]+)", "https://podcasts.apple.com{}"),
        )
        for host in hosts.split()
    }
)
_SOUNDCLOUD = "w.soundcloud.com"
_PICTURE = "https://i.ytimg.com/vi/{}/hqdefault.jpg"


def link_embeds(html: str) -> str:
    """Put a link in the place of every frame that holds a player of a known site; other frames stay, to be dropped."""
    return _FRAME.sub(_link, html) if "<iframe" in html or "<IFRAME" in html else html


def _link(found: re.Match[str]) -> str:
    attributes = attributes_in(found[1])
    url = web_url(attributes.get("src") or attributes.get("data-src"))
    if url is None:
        return found[0]
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    page, picture = _page(host, parts.path, parts.query)
    if page is None:
        return found[0]
    name = " ".join(attributes.get("title", "").split())[:_MAX_TITLE_CHARS] or urlsplit(page).netloc
    image = f'<img src="{escape(picture)}" alt=""><br>' if picture else ""
    return f'<p><a href="{escape(page)}">{image}{escape(name, quote=False)}</a></p>'


def _page(host: str, path: str, query: str) -> tuple[str | None, str | None]:
    """Give the page that shows what a player plays, and a picture of it."""
    if host == _SOUNDCLOUD:
        return web_url(parse_qs(query).get("url", [""])[0]), None
    pattern, page = _PAGES.get(host, (None, ""))
    played = pattern.match(path) if pattern else None
    if played is None:
        return None, None
    return page.format(*played.groups()), _PICTURE.format(played[1]) if host.startswith("youtube") else None
