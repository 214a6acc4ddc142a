"""Markup made harmless for a tree builder: not too long, not too deep."""

from __future__ import annotations

import re

from aggregator.text.visible import TAG_END

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)")

# Elements that hold nothing, and those that the next of their kind ends: neither makes a tree deep.
_FLAT = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "colgroup", "rp", "rt"}
)
# A tree builder opens these again in every paragraph until they are closed.
_REOPENED = frozenset({"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"})
_MAX_DEPTH = 256
_MAX_REOPENED = 32


def cut_markup(html: str, max_chars: int) -> str:
    """Cut markup to at most ``max_chars`` characters, neither within a tag nor within a character reference."""
    if len(html) <= max_chars:
        return html
    cut = html[:max_chars]
    tag = cut.rfind("<")
    if tag > cut.rfind(">"):
        cut = cut[:tag]
    reference = cut.rfind("&", -32)
    if reference >= 0 and ";" not in cut[reference:]:
        cut = cut[:reference]
    return cut


def flatten(html: str) -> str:
    """Drop the tags that would open more than 256 levels; linear, and nothing to do for ordinary markup.

    Elements that close each other, such as ``li``, are not counted: they add one level at most to each that is.
    """
    if html.count("<") <= _MAX_DEPTH:
        return html
    kept: list[str] = []
    levels = _Levels()
    at = 0
    while found := _TAG.search(html, at):
        end = TAG_END.match(html, found.end())
        if end is None:
            break
        name = found[2].lower()
        keep = name in _FLAT or (levels.leave(name) if found[1] else levels.enter(name))
        kept.append(html[at : end.end() if keep else found.start()])
        at = end.end()
    kept.append(html[at:])
    return "".join(kept)


class _Levels:
    """Counts the elements that are open, by name."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        self._depth = 0

    def enter(self, name: str) -> bool:
        """Open an element, or say that there is no room for it."""
        same = self._open.get(name, 0)
        if self._depth >= _MAX_DEPTH or (name in _REOPENED and same >= _MAX_REOPENED):
            return False
        self._open[name] = same + 1
        self._depth += 1
        return True

    def leave(self, name: str) -> bool:
        """Close an element, or say that none was open."""
        same = self._open.get(name, 0)
        if not same:
            return False
        self._open[name] = same - 1
        self._depth -= 1
        return True
