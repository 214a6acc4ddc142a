"""The text of an entry as our pages show it: only what is known, closed where it was opened, below our own headings.

Normalising has cleaned it already. Nothing leaves on trust all the same: what a page shows is written anew, element
by element. Pictures, sound and film become links, for to load them tells their servers who reads what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from types import MappingProxyType

from aggregator.pages.words import language_tag, web_url

_VOID = frozenset({"br", "col", "hr", "wbr"})
_KEPT = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "blockquote", "caption", "cite", "code", "colgroup", "dd", "del", "details"}
    | {"dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "i", "ins", "kbd", "li"}
    | {"mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup"}
    | {"summary", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var"}
    | _VOID
)
# Headings go below that of the page, landmarks stay ours, and what HTML has given up gets its heir.
_HEIRS: Mapping[str, str] = MappingProxyType(
    {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6"}
    | dict.fromkeys(("address", "article", "aside", "center", "footer", "header", "main", "section"), "div")
    | {"acronym": "abbr", "big": "span", "strike": "s", "tt": "code"}
)
_ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "del": frozenset({"datetime"}),
        "ins": frozenset({"datetime"}),
        "time": frozenset({"datetime"}),
        "ol": frozenset({"start", "reversed", "type"}),
        "td": frozenset({"colspan", "rowspan"}),
        "th": frozenset({"colspan", "rowspan"}),
        "col": frozenset({"span"}),
        "colgroup": frozenset({"span"}),
    }
)
_EVERYWHERE = frozenset({"title", "lang", "dir"})
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
# Elements that mean something only inside these; elsewhere their text stays.
_HOMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "li": frozenset({"ul", "ol"}),
        "dt": frozenset({"dl"}),
        "dd": frozenset({"dl"}),
        "summary": frozenset({"details"}),
        "figcaption": frozenset({"figure"}),
        "rt": frozenset({"ruby"}),
        "rp": frozenset({"ruby"}),
        "caption": frozenset({"table"}),
        "colgroup": frozenset({"table"}),
        "col": frozenset({"table", "colgroup"}),
        "thead": frozenset({"table"}),
        "tbody": frozenset({"table"}),
        "tfoot": frozenset({"table"}),
        "tr": frozenset({"table", "thead", "tbody", "tfoot"}),
        "td": frozenset({"tr"}),
        "th": frozenset({"tr"}),
    }
)
_LISTS = frozenset({"ul", "ol"})
_MEDIA: Mapping[str, str] = MappingProxyType({"img": "picture", "audio": "sound", "video": "film"})
_SEEN = re.compile(r"<img |>[^<]*[^<\s]")
_MAX_DEPTH = 100
_DIGITS = 4


def prose(html: str, *, pictures: bool = False) -> str:
    """Write the text of an entry for a page.

    Args:
        html: Of any kind; cleaned markup is expected, nothing is relied on.
        pictures: Show pictures of https instead of links to them; they are loaded when they come into sight, and are
            not told who asks.

    >>> prose('<h1>News</h1><a href="javascript:x()">A & B</a><marquee onstart="x()">by <b>me')
    '<h3>News</h3>A &amp; Bby <b>me</b>'
    """
    writer = _Writer(pictures=pictures)
    writer.feed(html)
    writer.close()
    return writer.written()


class _Writer(HTMLParser):
    """Reads markup, writes ours."""

    def __init__(self, *, pictures: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._pictures = pictures
        self._parts: list[str] = []
        self._open: list[tuple[str, str, int]] = []  # as it was read, as it is written, and where it begins

    def written(self) -> str:
        """Close what is open and give all of it."""
        while self._open:
            self._close()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _MEDIA:
            self._medium(tag, given)
            return
        name = _HEIRS.get(tag, tag)
        if name == "li" and self._open and self._open[-1][:2] == ("", "li"):
            self._close()
        attributes = _written_attributes(name, given)
        if not self._fits(name, attributes):
            return
        if name not in _VOID:
            self._open.append((tag, name, len(self._parts)))
        self._parts.append(f"<{name}{attributes}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in {read for read, _, _ in self._open}:
            return
        while self._open[-1][0] != tag:
            self._close()
        self._close()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] in _LISTS and not data.isspace():
            self._open.append(("", "li", len(self._parts)))
            self._parts.append("<li>")
        self._parts.append(escape(data, quote=False))

    def _fits(self, name: str, attributes: str) -> bool:
        """Say whether an element may begin here; where it may not, its text stays."""
        if name not in _KEPT or len(self._open) >= _MAX_DEPTH:
            return False
        inside = self._open[-1][1] if self._open else ""
        if name in _HOMES and inside not in _HOMES[name]:
            self._parts.append(" ")
            return False
        if inside in _LISTS and name != "li":
            return False
        if name == "a":
            return "href" in attributes and not any(written == "a" for _, written, _ in self._open)
        return True

    def _medium(self, tag: str, given: Mapping[str, str]) -> None:
        url = web_url(given.get("src", "").strip())
        if self._open and self._open[-1][1] in _LISTS:
            return
        linked = any(name == "a" for _, name, _ in self._open)
        words = " ".join(given.get("alt", "").split())
        named = f"{_MEDIA[tag]}: {words}" if words else _MEDIA[tag]
        if url is None:
            self._parts.append(escape(words, quote=False))
        elif tag == "img" and self._pictures and url.startswith("https://"):
            size = "".join(
                f' {side}="{given[side]}"' for side in ("width", "height") if _is_number(given.get(side, ""))
            )
            seen = words or ("picture" if linked else "")
            self._parts.append(
                f'<img src="{escape(url)}" alt="{escape(seen)}"{size} loading="lazy" decoding="async" '
                'referrerpolicy="no-referrer">'
            )
        elif linked:
            self._parts.append(f'<span class="medium">{escape(named, quote=False)}</span>')
        else:
            self._parts.append(f'<a class="medium"{_link(url)}>{escape(named, quote=False)}</a>')

    def _close(self) -> None:
        _, name, start = self._open.pop()
        if name == "a" and not _SEEN.search("".join(self._parts[start:])):
            del self._parts[start]  # a link that nobody sees would stop whoever walks by keyboard
            return
        self._parts.append(f"</{name}>")


def _written_attributes(name: str, given: Mapping[str, str]) -> str:
    if name == "a":
        url = given.get("href", "").strip()
        if web_url(url):
            return _link(url) + _plain(given, _EVERYWHERE)
        return f' href="{escape(url)}"' if url.lower().startswith("mailto:") else ""
    return _plain(given, _EVERYWHERE | _ATTRIBUTES.get(name, frozenset()))


def _plain(given: Mapping[str, str], names: frozenset[str]) -> str:
    kept = []
    for name in sorted(names & given.keys()):
        value = given[name]
        if name == "lang":
            value = language_tag(value) or ""
        elif name == "dir" and value not in _DIRECTIONS:
            continue
        if value or name == "reversed":
            kept.append(f' {name}="{escape(value)}"')
    return "".join(kept)


def _link(url: str) -> str:
    return f' href="{escape(url)}" rel="noopener noreferrer nofollow"'


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
