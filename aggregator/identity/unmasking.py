"""Ones and twos in disguise: who they are is shown by their dates alone, where a document was emptied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from aggregator.identity.evidence import agreement
from aggregator.identity.flood import Times, is_news
from aggregator.identity.pairing import Found
from aggregator.identity.shifting import alone, steps
from aggregator.identity.trust import Trust
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.habits import Quirk, QuirkKind
from aggregator.model.verdict import KnownEntry

REMEMBERED_FOR: Final = timedelta(days=14)
"""So long a source that was in disguise is expected to show what it was."""
SUSPECTED: Final = ""
"""What a quirk is about that knows of a disguise, and not yet of its span."""
_HOUR: Final = timedelta(hours=1)


def unmasked(
    strangers: Sequence[Entry], pool: Sequence[KnownEntry], times: Times, trust: Trust, *, emptied: bool
) -> Mapping[EntryKey, Found]:
    """Pair single strangers with stored entries whose dates are theirs but for whole hours, to the second.

    The span is one by which the source was seen to move; or that of the strangers to what waits, and while a disguise
    is suspected to all that is gone, when there is but one. What has a text is never taken for something with another
    text, nor is news for anything that somebody has seen: programmes come at the same second of every day.

    Args:
        strangers: Unknown entries of a document.
        pool: Stored entries that no entry of the document is.
        times: By which news is told.
        trust: What counts.
        emptied: The strangers took the place of many.
    """
    if not trust.policy.disguises or trust.habits.has(QuirkKind.REDATED):
        return {}
    mine, theirs = alone(strangers), alone(pool)
    suspected = emptied or any(True for _ in _shown(trust, times))
    near = {at: other for at, other in theirs.items() if suspected or other.held}
    spans = {*spans_of(trust, times), *_told(mine, near)}
    found: dict[EntryKey, Found] = {}
    for at, entry in sorted(mine.items()):
        partners = [other for span in sorted(spans) if (other := theirs.get(at - span)) is not None]
        if len(partners) == 1 and _may_be(entry, partners[0], times, trust):
            shared = agreement(entry, partners[0], trust.affixes)
            if shared.text is None or shared.text >= trust.policy.akin:
                found[entry.key] = Found(partners[0], "shifted", shared)
    return found


def may_be_masked(strangers: Sequence[Entry], times: Times, trust: Trust) -> bool:
    """Say whether something old comes where a disguise was seen, or suspected, in the last days."""
    if not trust.policy.disguises or not any(True for _ in _shown(trust, times)):
        return False
    return any(one.published_at is not None and not is_news(one, times, trust) for one in strangers)


def spans_of(trust: Trust, times: Times) -> tuple[timedelta, ...]:
    """Give the spans, there and back, by which a disguise of the last days moved the dates of its source."""
    seconds = [int(quirk.value) for quirk in _shown(trust, times) if quirk.value != SUSPECTED]
    return tuple(timedelta(seconds=sign * one) for one in seconds for sign in (1, -1))


def _shown(trust: Trust, times: Times) -> Iterator[Quirk]:
    return (
        quirk
        for quirk in trust.habits.quirks
        if quirk.kind is QuirkKind.DISGUISED and times.now - quirk.last_at <= REMEMBERED_FOR
    )


def _told(mine: Mapping[datetime, Entry], theirs: Mapping[datetime, KnownEntry]) -> AbstractSet[timedelta]:
    """Find the one span of whole hours at which a stranger and a stored entry stand, at a second that tells."""
    told = {at - before for at, before in steps((at for at in mine if at.second), theirs)}
    whole = {span for span in told if span % _HOUR == timedelta()}
    return whole if len(whole) == 1 else set()


def _may_be(entry: Entry, other: KnownEntry, times: Times, trust: Trust) -> bool:
    """Say whether a stranger may be what is stored: what waits nobody has seen, of all else only what is old."""
    second = entry.published_at is not None and entry.published_at.second > 0
    return other.held or (second and not is_news(entry, times, trust))
