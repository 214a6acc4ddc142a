"""Configurations of Planet and Planet Venus."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.model.outline import FeedList, Lost, Outline
from aggregator.text.characters import one_line

_SECTION = re.compile(r"^\[([^\]\n]+)\]\s*(?:[#;].*)?$")
_OPTION = re.compile(r"^([\w.-]+)\s*[=:]\s*(.*)$")
_OWN = frozenset({"planet", "default"})
_READING_LISTS = frozenset({"opml", "foaf", "csv", "config"})
# Facts about the author, which planets show beside the posts, and what our own defaults do anyway.
_DECORATION = frozenset({"face", "facewidth", "faceheight", "portrait", "link", "nick", "irc", "twitter", "email"})

Section = tuple[str, dict[str, str]]


def looks_like_planet(text: str) -> bool:
    """Say whether a text is such a configuration: a ``[Planet]`` section, or sections named by addresses."""
    heads = [found[1].strip().lower() for line in text.splitlines() if (found := _SECTION.match(line))]
    return any(head == "planet" or head.startswith(("http://", "https://", "feed:")) for head in heads)


def read_planet(text: str) -> FeedList:
    """Read the feeds of a configuration; templates, filters and reading lists are named as lost.

    Follows:
        Planet Venus, docs/config.html.
    """
    outlines: list[Outline] = []
    lost: list[Lost] = []
    for name, options in _sections(text):
        kind = options.get("content_type", "").strip().lower()
        if name.lower() in _OWN:
            lost.extend(_of_the_planet(options))
        elif kind in _READING_LISTS:
            why = f"a reading list ({kind}); import it by itself, or name an OPML file in `include`"
            lost.append(Lost(what=name, why=why))
        elif "://" in name:
            outlines.append(_outline(name, options))
        else:
            lost.append(Lost(what=f"[{name}]", why="a template, a filter or a local file, no feed on the web"))
    return FeedList(format="Planet", outlines=tuple(outlines), lost=tuple(lost))


def _outline(name: str, options: dict[str, str]) -> Outline:
    kept = {"name", "link", "tags", "language"} | _DECORATION
    return Outline(
        url=re.sub(r"\Afeed://", "http://", name),
        title=one_line(options.get("name", "")) or None,
        site_url=options.get("link") or None,
        tags=tuple(filter(None, re.split(r"[,\s]+", options.get("tags", "")))),
        language=options.get("language") or None,
        lost=tuple(f"{key} = {one_line(value)[:60]}" for key, value in options.items() if key not in kept),
    )


def _of_the_planet(options: dict[str, str]) -> Iterator[Lost]:
    for key, value in options.items():
        if key in {"filters", "filter", "exclude", "new_feed_items", "activity_threshold", "filter_directories"}:
            yield Lost(what=f"{key} = {one_line(value)[:60]}", why="holds for the whole planet: say it in a topic")


def _sections(text: str) -> Iterator[Section]:
    """Walk over the sections; a line that is neither head, option, comment nor continuation says nothing."""
    name, options, last = "", dict[str, str](), ""
    for line in text.splitlines():
        head = _SECTION.match(line)
        option = _OPTION.match(line)
        if head:
            if name:
                yield name, options
            name, options, last = head[1].strip(), {}, ""
        elif not line.strip() or line.lstrip()[:1] in {"#", ";"}:
            continue
        elif line[0].isspace() and last:
            options[last] = f"{options[last]} {line.strip()}".strip()
        elif option:
            last = option[1].lower()
            options[last] = option[2].strip()
    if name:
        yield name, options
