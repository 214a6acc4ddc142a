"""Lists of feeds as lines: newsboat's ``urls``, plain addresses, tables with a heading."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from aggregator.model.outline import FeedList, Lost, Outline
from aggregator.text.characters import one_line

_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_ADDRESS = re.compile(r"(?:https?|feed|file)://[^\s<>\"'|,]+", re.IGNORECASE)
_COMMANDS = ("exec:", "query:")
_MAX_LOST = 1000
_COLUMNS = {
    "url": ("feed", "xmlurl", "feed_url", "feedurl", "feed url", "rss", "url"),
    "title": ("title", "name", "feed title"),
    "group": ("category", "folder", "group"),
}


def read_urls(text: str) -> FeedList:
    """Read one feed a line: an address, then newsboat's tags, a title as ``~Title``.

    Follows:
        newsboat(1), "URLs file": ``filter:COMMAND:URL``, ``exec:`` and ``query:`` lines, ``!`` for hidden tags.
    """
    outlines: list[Outline] = []
    lost: list[Lost] = []
    special = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip().strip("\ufeff")  # noqa: PLW2901 - the line, without what is around it
        if not line or line.startswith(("#", ";", "//")):
            continue
        words = [one_line(quoted.replace('\\"', '"') or bare) for quoted, bare in _WORDS.findall(line)]
        outline = _outline(words, line)
        special |= len(words) > 1
        if outline is not None:
            outlines.append(outline)
        elif len(lost) < _MAX_LOST:
            lost.append(Lost(what=f"line {number}: {line[:80]}", why=_why_not(line.lstrip('"'))))
    return FeedList(
        format="newsboat urls" if special else "list of addresses", outlines=tuple(outlines), lost=tuple(lost)
    )


def table_columns(text: str) -> dict[str, int]:
    """Find the columns of a table by its heading; empty when this is none with a column of feeds."""
    head = next(iter(_rows(text)), [])
    names = [name.strip().lower() for name in head]
    found = {key: next((names.index(name) for name in wanted if name in names), -1) for key, wanted in _COLUMNS.items()}
    return {key: at for key, at in found.items() if at >= 0} if found["url"] >= 0 and len(names) > 1 else {}


def read_table(text: str) -> FeedList:
    """Read comma, semicolon or tab separated values with a heading."""
    columns = table_columns(text)
    outlines: list[Outline] = []
    lost: list[Lost] = []
    for number, row in enumerate(_rows(text), 1):
        cells = {key: one_line(row[at]) for key, at in columns.items() if at < len(row)}
        url = cells.get("url", "")
        if number == 1 or not any(row):
            continue
        if not _ADDRESS.match(url):
            lost.append(Lost(what=f"row {number}: {url[:80]}", why="no address in the column of feeds"))
            continue
        groups = (cells["group"],) if cells.get("group") else ()
        outlines.append(Outline(url=url, title=cells.get("title") or None, groups=groups))
    return FeedList(format="table", outlines=tuple(outlines), lost=tuple(lost[:_MAX_LOST]))


def _rows(text: str) -> Iterator[list[str]]:
    head = text.lstrip("\ufeff\r\n").partition("\n")[0]
    delimiter = max("\t;,", key=head.count)
    try:
        yield from csv.reader(text.lstrip("\ufeff\r\n").splitlines(), delimiter=delimiter)
    except csv.Error:
        return


def _outline(words: list[str], line: str) -> Outline | None:
    first, lost = words[0] if words else "", ()
    if first.startswith(_COMMANDS):
        return None
    if first.startswith("filter:"):
        found = _ADDRESS.search(first)
        if found is None:
            return None
        return _tagged(found[0], words[1:], lost=(first[: found.start()].rstrip(":"),))
    if _ADDRESS.match(first):
        return _tagged(first.rstrip(","), words[1:], lost=lost)
    found = _ADDRESS.search(line)
    return (
        Outline(url=_web(found[0]), title=one_line(line[: found.start()].strip(" \t-*|,:<[]()")) or None)
        if found
        else None
    )


def _tagged(url: str, words: list[str], *, lost: tuple[str, ...]) -> Outline:
    comment = next((number for number, word in enumerate(words) if word.startswith("#")), len(words))
    words = words[:comment]
    titles = [word[1:] for word in words if word.startswith("~")]
    tags = tuple(dict.fromkeys(word.lstrip("!") for word in words if not word.startswith("~") and word.lstrip("!")))
    return Outline(url=_web(url), title=(titles[0] or None) if titles else None, tags=tags, lost=lost)


def _web(url: str) -> str:
    return re.sub(r"\Afeed://", "http://", url, flags=re.IGNORECASE)


def _why_not(line: str) -> str:
    if line.startswith("query:"):
        return "a query over other feeds: say it as a topic"
    if line.startswith("exec:"):
        return "the output of a program: let it write a file, and list that with path:"
    return "no address on this line"
