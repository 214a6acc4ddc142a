"""One link, one story, as far as the sources' own use of the link allows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from aggregator.model.entry import EntryKey
from aggregator.model.reason import Fact
from aggregator.text.tokens import tokens

Title = tuple[str, ...]

SHARED_BY_ALL: Final = 3
"""A source with so many titles on one link puts its front page or a live page on everything: no key at all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that already has its story.

    Attributes:
        title: As written.
        root: The entry that it repeats, or its own key.
    """

    first_seen_at: datetime
    key: EntryKey
    story: EntryKey
    title: str
    root: EntryKey

    @property
    def compared(self) -> Title:
        """The title in the form in which those of one link are told apart."""
        return _compared(self.title)


@dataclass(slots=True)
class Page:
    """All that was seen under one link key, and under how many titles each source puts it.

    Most links are seen once: titles are cut into words when there is a second.
    """

    seen: list[Seen] = field(default_factory=list)
    titles: defaultdict[str, set[Title]] = field(default_factory=lambda: defaultdict(set))
    widest: int = 0
    counted: int = 0

    def add(self, one: Seen) -> None:
        """Take note of an entry."""
        self.seen.append(one)

    def widest_with(self, one: Seen) -> int:
        """Count the titles of the source that has most of them, were ``one`` among the entries."""
        for seen in self.seen[self.counted :]:
            self.titles[seen.key.source].add(seen.compared)
            self.widest = max(self.widest, len(self.titles[seen.key.source]))
        self.counted = len(self.seen)
        return max(self.widest, len(self.titles[one.key.source] | {one.compared}))

    def repeated_by(self, one: Seen) -> Seen | None:
        """Find the oldest entry that tells what ``one`` tells; ``decide_link`` decides the same from ``facts``.

        As long as every source has one title for the link, the link decides. As soon as one of them has two,
        only entries under an equal title belong together. Never do two titles of one source meet by their link.
        """
        if not self.seen:
            return None
        width = self.widest_with(one)
        if width >= SHARED_BY_ALL:
            return None
        if width == 1:
            return min(self.seen, key=_age, default=None)
        return min(self._equal(one), key=_age, default=None)

    def facts(self, one: Seen) -> tuple[tuple[str, Fact], ...]:
        """Give what decides whether ``one`` tells what an earlier entry tells."""
        same = ("same_title", bool(self._equal(one)))
        return ("titles", self.widest_with(one)), ("most_titles", SHARED_BY_ALL), same

    def _equal(self, one: Seen) -> list[Seen]:
        """List what was seen under an equal title, but in no story of another title of the same source."""
        others = {
            seen.story for seen in self.seen if seen.key.source == one.key.source and seen.compared != one.compared
        }
        return [seen for seen in self.seen if seen.compared == one.compared and seen.story not in others]


def decide_link(facts: Mapping[str, Fact]) -> bool:
    """Decide from what was seen under a link whether an entry tells what an earlier one tells."""
    titles, most = facts["titles"], facts["most_titles"]
    if not isinstance(titles, int) or not isinstance(most, int) or titles >= most:
        return False
    return titles == 1 or bool(facts["same_title"])


@lru_cache(maxsize=1024)
def _compared(title: str) -> Title:
    return tokens(title) or (title,)


def _age(seen: Seen) -> tuple[datetime, EntryKey]:
    return seen.first_seen_at, seen.key
