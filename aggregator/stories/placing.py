"""Place entries into stories: one link, one story, as far as the sources' own use of the link allows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.story import Arrival, CurateBatch, Neighbour, Placement
from aggregator.text.tokens import tokens

_Title = tuple[str, ...]

# A source with so many titles on one link puts its front page or a live page on everything: no key at all.
_SHARED_BY_ALL = 3


@dataclass(frozen=True, slots=True)
class _Seen:
    """An entry that already has its story."""

    first_seen_at: datetime
    key: EntryKey
    story: EntryKey
    title: _Title


@dataclass(slots=True)
class _Page:
    """All that was seen under one link key, and under how many titles each source puts it."""

    seen: list[_Seen] = field(default_factory=list)
    titles: defaultdict[str, set[_Title]] = field(default_factory=lambda: defaultdict(set))
    widest: int = 0

    def add(self, one: _Seen) -> None:
        """Take note of an entry."""
        self.seen.append(one)
        self.widest = max(self.widest, self.widest_with(one))
        self.titles[one.key.source].add(one.title)

    def widest_with(self, one: _Seen) -> int:
        """Count the titles of the source that has most of them, were ``one`` among the entries."""
        return max(self.widest, len(self.titles[one.key.source] | {one.title}))

    def repeated_by(self, one: _Seen) -> _Seen | None:
        """Find the oldest entry that tells what ``one`` tells.

        As long as every source has one title for the link, the link decides. As soon as one of them has two,
        only entries under an equal title belong together. Never do two titles of one source meet in a story.
        """
        width = self.widest_with(one)
        if width >= _SHARED_BY_ALL:
            return None
        if width == 1:
            return min(self.seen, key=_age, default=None)
        others = {seen.story for seen in self.seen if seen.key.source == one.key.source and seen.title != one.title}
        equal = (seen for seen in self.seen if seen.title == one.title and seen.story not in others)
        return min(equal, key=_age, default=None)

    def holds(self, key: EntryKey) -> bool:
        """Say whether an entry is among those that were seen."""
        return any(seen.key == key for seen in self.seen)


def place(batch: CurateBatch) -> tuple[Placement, ...]:
    """Give every arrival that has no story one: that of an entry with its link, or its own.

    Only what came earlier counts, so that a batch cut in two at any place gives the same stories as the
    whole. An entry of another source than the story's founder repeats the founder; one of the same source
    only stands beside it. An entry that has a story keeps it, whatever was edited.
    """
    pages: defaultdict[int, _Page] = defaultdict(_Page)
    done: set[EntryKey] = set()
    for neighbour in (*batch.neighbours, *_placed(batch.arrivals)):
        if neighbour.key not in done:
            pages[neighbour.link_key].add(_seen(neighbour))
        done.add(neighbour.key)
    placements: list[Placement] = []
    for arrival in batch.arrivals:
        key = arrival.stored.entry.key
        if arrival.stored.story is None and key not in done:
            placements.append(_place(arrival, pages))
            done.add(key)
    return tuple(placements)


def _placed(arrivals: Iterable[Arrival]) -> Iterable[Neighbour]:
    for arrival in arrivals:
        stored, link_key = arrival.stored, arrival.stored.entry.link_key
        if stored.story is not None and link_key is not None:
            yield Neighbour(
                key=stored.entry.key,
                link_key=link_key,
                story=stored.story,
                first_seen_at=stored.first_seen_at,
                title=stored.entry.title,
            )


def _seen(neighbour: Neighbour) -> _Seen:
    return _Seen(neighbour.first_seen_at, neighbour.key, neighbour.story, _title(neighbour.title))


def _place(arrival: Arrival, pages: defaultdict[int, _Page]) -> Placement:
    entry, at = arrival.stored.entry, arrival.stored.first_seen_at
    if entry.link_key is None:
        return _founded(entry.key, "no-link", "the entry has no link")
    page = pages[entry.link_key]
    own = _Seen(at, entry.key, entry.key, _title(entry.title))
    older = page.repeated_by(own)
    if older is None:
        placement = _founded(entry.key, *_why_alone(page, own))
        page.add(own)
        return placement
    page.add(_Seen(at, entry.key, older.story, own.title))
    # A founder that was pruned can no longer be pointed at; the oldest that is left stands for it.
    root = older.story if page.holds(older.story) else older.key
    return Placement(
        key=entry.key,
        story=older.story,
        duplicate_of=root if root.source != entry.key.source else None,
        reason=Reason("story", "joined", "link", f"same link as {older.key.source}, {_ago(at - older.first_seen_at)}"),
    )


def _founded(key: EntryKey, rule: str, evidence: str) -> Placement:
    return Placement(key=key, story=key, reason=Reason("story", "new", rule, evidence))


def _why_alone(page: _Page, own: _Seen) -> tuple[str, str]:
    width = page.widest_with(own)
    if not page.seen:
        return "first", "nothing with its link came before"
    if width >= _SHARED_BY_ALL:
        return "shared-link", f"one source puts {width} titles on this link: it tells no entries apart"
    return "shared-link", "one source puts two titles on this link, and no earlier entry has this one"


def _title(title: str) -> _Title:
    return tokens(title) or (title,)


def _age(seen: _Seen) -> tuple[datetime, EntryKey]:
    return seen.first_seen_at, seen.key


def _ago(apart: timedelta) -> str:
    minutes = int(apart / timedelta(minutes=1))
    if minutes <= 0:
        return "at the same time"
    if minutes < 120:  # noqa: PLR2004 - minutes up to two hours, hours up to two days
        return f"{minutes} min earlier"
    return f"{minutes // 60} h earlier" if minutes < 48 * 60 else f"{minutes // 1440} d earlier"
