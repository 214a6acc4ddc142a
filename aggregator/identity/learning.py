"""What a document teaches about the habits of its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.identity.pairing import Found
from aggregator.identity.shifting import span_of
from aggregator.model.entry import Entry, KeyKind
from aggregator.model.habits import SIGNS_TO_STAND, Habits, Headline, Quirk, QuirkKind
from aggregator.model.verdict import New

LEAST_ENTRIES: Final = 5
"""Smaller documents show nothing."""
SHARE: Final = 0.3
MOST_HEADLINES: Final = 40
_MOST_CHARS: Final = 80
_MOST_QUIRKS: Final = 24
_LEAST_USES: Final = 3
_DAY: Final = timedelta(hours=20)
_SEPARATOR: Final = re.compile(r" [-\u2013\u2014|\u00b7] |: ")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
# What makes sense only when two documents in a row show it; the others are facts about one document.
_RUNNING: Final = frozenset(
    {QuirkKind.RANDOM_GUIDS, QuirkKind.REUSED_GUIDS, QuirkKind.REDATED, QuirkKind.BATCHES, QuirkKind.TRACKING}
)

Shown = tuple[QuirkKind, str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """A document that was judged.

    Attributes:
        known: Entries that are stored ones.
        new: The others.
        size: Entries of the document, those included that were not read again.
        masked_until: So long strangers with old dates are held; None when nothing came in disguise.
    """

    now: datetime
    known: Sequence[tuple[Entry, Found]]
    new: Sequence[New]
    size: int
    masked_until: datetime | None = None


def learn(habits: Habits, seen: Seen, shown: Sequence[Shown]) -> Habits | None:
    """Add what a document shows to what is known of its source; None when that is nothing."""
    headlines = _headlines(habits, seen)
    found = [*shown, *_of_guids(seen), *_of_dates(seen), *_of_headlines(headlines, habits)]
    waits = (seen.masked_until, *(verdict.held_until for verdict in seen.new))
    held = [until for until in waits if until is not None]
    after = replace(
        habits,
        since=habits.since or seen.now,
        headlines=headlines,
        quirks=_joined(habits.quirks, found, seen),
        held_until=max(held, default=habits.held_until),
    )
    return None if after == habits else after


def _of_guids(seen: Seen) -> Iterator[Shown]:
    """Find guids that change while everything else stays, and guids that wander from one entry to another."""
    if len(seen.known) + len(seen.new) < LEAST_ENTRIES:
        return
    named = [(entry, one) for entry, one in seen.known if _has(entry, KeyKind.GUID) and _knows_guid(one)]
    other = [one for _, one in named if not one.agreement.guid and KeyKind.GUID_ALT not in one.agreement.kinds]
    if len(other) >= SHARE * len(seen.known) and len(other) >= _LEAST_USES:
        yield QuirkKind.RANDOM_GUIDS, "", f"{len(other)} of {len(seen.known)} known entries came under other guids"
    guids = {key: one.known.key for _, one in seen.known for key in one.known.keys if key.kind is KeyKind.GUID}
    wandered = [
        entry
        for entry, one in seen.known
        if not one.agreement.guid
        and any(key.kind is KeyKind.GUID and guids.get(key, one.known.key) != one.known.key for key in entry.keys)
    ]
    reused = sum(verdict.reason.rule == "reused-guid" for verdict in seen.new)
    if len(wandered) + reused >= max(_LEAST_USES, SHARE * (len(seen.known) + reused)):
        yield QuirkKind.REUSED_GUIDS, "", f"{len(wandered) + reused} entries came under the guids of others"


def _of_dates(seen: Seen) -> Iterator[Shown]:
    """Find dates that are made anew; all of them moved by one span are still those of their entries."""
    dated = [(entry, one) for entry, one in seen.known if entry.published_at and one.known.published_at]
    moved = [entry for entry, one in dated if entry.published_at != one.known.published_at]
    if span_of((entry, one.known) for entry, one in dated) is not None:
        return
    if len(seen.known) >= LEAST_ENTRIES and len(moved) >= max(_LEAST_USES, SHARE * len(seen.known)):
        yield QuirkKind.REDATED, "", f"{len(moved)} of {len(seen.known)} known entries came with other dates"


def _of_headlines(headlines: Sequence[Headline], habits: Habits) -> Iterator[Shown]:
    """Find headlines that return, series that count, and what stands before or behind many headlines."""
    if headlines == habits.headlines or len(headlines) < LEAST_ENTRIES:
        return
    times: dict[str, list[datetime]] = {}
    for one in headlines:
        times.setdefault(one.title, []).append(one.at)
    for title, at in times.items():
        if len(at) > 1 and max(at) - min(at) >= _DAY:
            yield QuirkKind.RECURRING, title, f"{len(at)} times since {min(at):%Y-%m-%d}"
    yield from _of_patterns(tuple(times))


def _of_patterns(titles: Sequence[str]) -> Iterator[Shown]:
    masks = Counter(mask for title in titles if (mask := _NUMBER.sub("#", title)) != title)
    for mask, count in masks.items():
        if count >= _LEAST_USES:
            yield QuirkKind.SERIES, mask, f"{count} headlines differ in nothing but numbers"
    for affix, count in _ends(titles).items():
        yield QuirkKind.AFFIX, affix, f"on {count} of {len(titles)} headlines"


def affixes_of(titles: Sequence[str]) -> tuple[str, ...]:
    """Find what stands before or behind many of the headlines of a document."""
    return tuple(_ends(titles))


def _ends(titles: Sequence[str]) -> dict[str, int]:
    least = max(LEAST_ENTRIES, SHARE * len(titles))
    ends = Counter(affix for title in dict.fromkeys(titles) for affix in _affixes(title))
    return {affix: count for affix, count in ends.items() if count >= least}


def _headlines(habits: Habits, seen: Seen) -> tuple[Headline, ...]:
    fresh = [
        Headline(verdict.entry.title[:_MOST_CHARS], min(verdict.entry.published_at or seen.now, seen.now))
        for verdict in sorted(seen.new, key=lambda verdict: verdict.entry.published_at or seen.now)
    ]
    return (*habits.headlines, *fresh)[-MOST_HEADLINES:] if fresh else habits.headlines


def _affixes(title: str) -> Iterator[str]:
    found = list(_SEPARATOR.finditer(title))
    if found:
        yield title[: found[0].end()]
        if found[-1].group() != ": ":
            yield title[found[-1].start() :]


def _joined(quirks: Sequence[Quirk], shown: Sequence[Shown], seen: Seen) -> tuple[Quirk, ...]:
    """Count the signs; what was shown once and not again in the next large document is forgotten."""
    after = {(quirk.kind, quirk.value): quirk for quirk in quirks}
    for kind, value, evidence in shown:
        before = after.get((kind, value))
        if before is None:
            signs = 1 if kind in _RUNNING - {QuirkKind.REUSED_GUIDS} else SIGNS_TO_STAND
            after[kind, value] = Quirk(kind, value, evidence, signs, seen.now, seen.now)
        elif not before.stands or seen.now - before.last_at >= timedelta(days=1):
            signs = min(before.signs + 1, SIGNS_TO_STAND)
            after[kind, value] = replace(before, evidence=evidence, signs=signs, last_at=seen.now)
    if len(seen.known) + len(seen.new) >= LEAST_ENTRIES:
        told = {(kind, value) for kind, value, _ in shown}
        after = {name: quirk for name, quirk in after.items() if quirk.stands or name in told}
    newest = sorted(after.values(), key=lambda quirk: (quirk.last_at, quirk.kind, quirk.value))[-_MOST_QUIRKS:]
    return tuple(newest)


def _has(entry: Entry, kind: KeyKind) -> bool:
    return any(key.kind is kind for key in entry.keys)


def _knows_guid(found: Found) -> bool:
    return any(key.kind is KeyKind.GUID for key in found.known.keys)
