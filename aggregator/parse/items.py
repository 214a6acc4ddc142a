"""Cut a document into its items without parsing it: byte ranges, and what stands before and behind them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.text.digests import digest128

# Bounded and without alternatives that overlap: the scan is linear on any input.
_MARK = re.compile(
    rb"<(?:(!\[CDATA\[)|(!--)|(/?)((?:[A-Za-z_][\w.-]{0,29}+:)?+(?:item|entry|(rss|feed|RDF|channel)))(?=[\s/>]))"
)
# Declarations within an item hold for it alone; one item cannot be taken out of their reach.
_DECLARES = re.compile(rb"\sxmlns[\s:=]|\sxml:base[\s=]")
_TAG = re.compile(rb"<(/?)[A-Za-z_][^<>]*?(/?)>")
_ROOT = re.compile(rb"<[A-Za-z_][^<>]{0,9999}>")
# What items inherit from the elements around them, without which the same bytes are another item.
_INHERITED = re.compile(rb"\s(?:xmlns(?::[\w.-]{1,99})?|xml:base|xml:lang|lang)\s{0,9}=\s{0,9}[\"'][^\"'<>]{0,999}")


@dataclass(frozen=True, slots=True)
class Cut:
    """A document in pieces.

    Attributes:
        head: Up to the first item.
        items: Each from its opening to its closing tag.
        foot: What stands between items, then what follows the last one.
    """

    head: bytes
    items: tuple[bytes, ...]
    foot: bytes

    @property
    def frame(self) -> str:
        """A digest of the document without its items."""
        return digest128(self.holding(()))

    def digests(self) -> tuple[str, ...]:
        """Give a digest of the bytes of each item, and of the declarations around it."""
        root = _ROOT.search(self.head)
        around = digest128(b"\0".join((root[0] if root else b"", *_INHERITED.findall(self.head)))).encode()
        return tuple(digest128(around + item) for item in self.items)

    def holding(self, items: Iterable[bytes]) -> bytes:
        """Give the document with these of its items only."""
        return b"".join((self.head, *items, self.foot))


@dataclass(frozen=True, slots=True)
class Whole:
    """Why a document is not cut."""

    reason: str


def cut_items(body: bytes) -> Cut | Whole:
    """Cut a document into its items, or say why that is not safe: then it is to be parsed as a whole."""
    if b"\0" in body[:200]:
        return Whole("utf-16 or utf-32")
    ranges = _ranges(body)
    if isinstance(ranges, Whole):
        return ranges
    first, last = (ranges[0][0], ranges[-1][1]) if ranges else (len(body), len(body))
    head = body[:first]
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        return Whole("a document type")
    items = tuple(body[start:end] for start, end in ranges)
    # Two words that are hardly ever there are found much faster than the pattern that tells what they mean.
    if _holds_any(body, first, b"xmlns", b"xml:base") and any(map(_DECLARES.search, items)):
        return Whole("a declaration in an item")
    between = [body[end:start] for (_, end), (start, _) in itertools.pairwise(ranges)]
    if not all(map(_is_balanced, between)):
        return Whole("items in several places")
    return Cut(head, items, b"".join((*between, body[last:])))


def _is_balanced(piece: bytes) -> bool:
    """Say whether all that is opened in a piece is closed in it, and nothing else."""
    depth = 0
    for closing, empty in _TAG.findall(piece) if b"<" in piece else ():
        depth += -1 if closing else not empty
        if depth < 0:
            return False
    return depth == 0


def _holds_any(body: bytes, start: int, *words: bytes) -> bool:
    return any(body.find(word, start) >= 0 for word in words)


def _ranges(body: bytes) -> list[tuple[int, int]] | Whole:
    found: list[tuple[int, int]] = []
    opened: tuple[bytes, int] | None = None
    at = 0
    while mark := _MARK.search(body, at):
        end = _behind(body, mark)
        if isinstance(end, Whole):
            return end
        at = end
        slash, name, holder = mark.group(3, 4, 5)
        if holder and (opened or (found and not slash)):
            return Whole("a document in a document")
        if holder or not name:
            continue
        if bool(slash) != bool(opened) or (opened and opened[0] != name):
            return Whole("items within items")
        if opened:
            found.append((opened[1], at))
        opened = None if slash else (name, mark.start())
    return found if opened is None else Whole("an item that does not end")


def _behind(body: bytes, mark: re.Match[bytes]) -> int | Whole:
    """Say where a section or a tag ends."""
    if not mark[4]:
        closing = b"]]>" if mark[1] else b"-->"
        at = body.find(closing, mark.end()) + len(closing)
        return at if at >= len(closing) else Whole("a section that does not end")
    if mark[5]:
        return mark.end()
    end = body.find(b">", mark.end())
    if end < 0 or body[end - 1] == ord("/"):
        return Whole("a tag that does not end" if end < 0 else "an empty item")
    return end + 1
