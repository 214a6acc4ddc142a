"""Documents full of strangers: what of them was published before, what is history, and what has to wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.identity.evidence import Agreement, agreement, may_agree
from aggregator.identity.pairing import Found
from aggregator.identity.trust import Trust
from aggregator.model.entry import Entry, EntryKey
from aggregator.model.habits import IdentityPolicy, QuirkKind
from aggregator.model.verdict import KnownEntry, Trace
from aggregator.text.shingles import shingles
from aggregator.text.tokens import tokens
from aggregator.text.traces import trace_of

_TITLE_WORDS: Final = 3
_MOST_OF_A_RUN: Final = 8
_TELLING_CHARS: Final = 200
"""A text as long as this is not what a series has below every headline."""


@dataclass(frozen=True, slots=True)
class Times:
    """Moments by which news is told from history.

    Attributes:
        now: Of this document.
        last: When the source last answered well; None when that is unknown.
        since: When its first document was read; None when that is unknown.
    """

    now: datetime
    last: datetime | None
    since: datetime | None


def is_flood(strangers: int, size: int, trust: Trust) -> bool:
    """Say whether so many entries of a document are unknown that it may be an old one in new clothes."""
    return strangers >= trust.policy.flood_least and strangers >= trust.policy.flood_share * size


def is_emptied(strangers: int, size: int, gone: int, trust: Trust) -> bool:
    """Say whether so few strangers, and nothing else, took the place of so many that they may be some of these."""
    least = trust.policy.flood_least
    return trust.policy.disguises and strangers == size < least <= gone


def replaced(
    strangers: Sequence[Entry], left: Sequence[KnownEntry], size: int, trust: Trust
) -> Mapping[EntryKey, Found]:
    """Pair strangers with entries that left the document as they came.

    They have one date, and headline or text are akin; or the headline is equal, and one that does not return every
    day, and the text is akin; or the headline is akin, and the text as good as equal.

    Args:
        strangers: Unknown entries of a document.
        left: What the last document held, and this one does not.
        size: Of the document; where it holds next to nothing, all that comes takes the place of something.
        trust: What counts.
    """
    policy, dated = trust.policy, not trust.habits.has(QuirkKind.REDATED)
    recurring = trust.habits.values(QuirkKind.RECURRING)
    pairs = []
    for entry in strangers:
        for other in left:
            # Texts are compared last, and only where they can decide: cutting them into words costs most.
            if not may_agree(entry, other, min(policy.akin, policy.same_headline), trust.affixes):
                continue
            shared = agreement(entry, other, trust.affixes)
            text = shared.text or 0.0
            again = shared.title == 1.0 and entry.title not in recurring and size > 1
            told = dated and entry.published_at is not None and other.published_at is not None
            least = policy.same_headline if told else policy.akin
            telling = not told or _is_telling(entry, other, shared)
            edited = shared.title >= least and shared.numbers and text >= policy.republished and telling
            dates = told and shared.dated and _is_edited(shared, policy)
            if dates or edited or (again and text >= policy.same_text):
                pairs.append((-shared.title - text, other.key, entry.key, Found(other, "replaced", shared)))
    return _one_to_one(pairs)


def _is_telling(entry: Entry, other: KnownEntry, shared: Agreement) -> bool:
    """Say whether equal texts tell anything: the bulletins of a day have one line below all their headlines."""
    lengths = [len(one) for one in (entry.summary, other.summary) if one]
    return shared.dated or min(lengths, default=0) >= _TELLING_CHARS


def _is_edited(shared: Agreement, policy: IdentityPolicy) -> bool:
    """Say whether headline or text are akin; where the numbers of headlines differ only the text counts."""
    text = shared.text or 0.0
    return text >= policy.same_text or (shared.numbers and (shared.title >= policy.akin or text >= policy.akin))


def republished(
    strangers: Sequence[Entry], kept: Sequence[KnownEntry], taken: AbstractSet[EntryKey], times: Times, trust: Trust
) -> Mapping[EntryKey, Found]:
    """Pair the strangers of a flood with anything that is kept of their source, by headline and text.

    A text that comes again needs a headline that is akin, or the date that it had; one that is short and has another
    date the same headline.
    Without a text an equal headline is believed only when its date is not that of news: some sources use a set of
    headlines every day.
    """
    index = _Index([other for other in kept if other.key not in taken and not other.is_bare])
    fresh = {entry.key for entry in strangers if is_news(entry, times, trust)} - _all_at_once(strangers)
    recurring, dated = trust.habits.values(QuirkKind.RECURRING), not trust.habits.has(QuirkKind.REDATED)
    pairs = []
    for entry in strangers:
        for other in index.near(entry):
            shared = agreement(entry, other, trust.affixes)
            if shared.text is not None:
                akin = shared.dated or shared.title >= trust.policy.akin
                told = dated and entry.published_at is not None and other.published_at is not None
                telling = not told or shared.title == 1.0 or _is_telling(entry, other, shared)
                same = shared.text >= trust.policy.republished and shared.numbers and akin and telling
            else:
                same = shared.title == 1.0 and entry.key not in fresh
            returns = shared.text is None and entry.title in recurring
            if same and not returns:
                pairs.append(
                    (-shared.title - (shared.text or 0.0), other.key, entry.key, Found(other, "flood", shared))
                )
    return _one_to_one(pairs)


def is_news(entry: Entry, times: Times, trust: Trust) -> bool:
    """Say whether the date of an entry is that of something that was published since the last document."""
    if entry.published_at is None or times.last is None or trust.habits.has(QuirkKind.REDATED):
        return False
    return entry.published_at >= times.last - trust.policy.slack


def stamped(strangers: Sequence[Entry], size: int, gone: int, trust: Trust) -> frozenset[EntryKey]:
    """Find the strangers whose dates show nothing, fresh as they are: at one moment they took the place of all others.

    A source that does this again and again publishes in batches.
    """
    least = trust.policy.flood_least
    if (
        not trust.policy.stamps
        or len(strangers) < max(size, least)
        or gone < least
        or trust.habits.has(QuirkKind.BATCHES)
    ):
        return frozenset()
    return frozenset(entry.key for entry in strangers) if _all_at_once(strangers) else frozenset()


def history_of(strangers: Sequence[Entry], times: Times, trust: Trust, backfill: int) -> frozenset[EntryKey]:
    """Find the entries that were published before their source was known, where there are more than it may announce.

    One without a date goes with most others.
    """
    if not trust.policy.archive or times.since is None:
        return frozenset()
    since = times.since - trust.policy.slack
    old = {entry.key for entry in strangers if entry.published_at is not None and entry.published_at < since}
    if 2 * len(old) > len(strangers):
        old |= {entry.key for entry in strangers if entry.published_at is None}
    return frozenset(old) if len(old) > backfill else frozenset()


def _all_at_once(strangers: Sequence[Entry]) -> frozenset[EntryKey]:
    """Find the entries whose dates are made by a machine: most of a flood within the same few minutes."""
    minutes: defaultdict[int, list[EntryKey]] = defaultdict(list)
    for entry in strangers:
        if entry.published_at is not None:
            minutes[int(entry.published_at.timestamp()) // 600].append(entry.key)
    biggest = max(minutes.values(), key=len, default=[])
    return frozenset(biggest) if 2 * len(biggest) >= len(strangers) else frozenset()


class _Index:
    """Stored entries by their headlines and by a few runs of words of their texts; pruned ones by digests of these."""

    def __init__(self, kept: Sequence[KnownEntry]) -> None:
        self._by_title: defaultdict[tuple[str, ...], list[KnownEntry]] = defaultdict(list)
        self._by_run: defaultdict[str, list[KnownEntry]] = defaultdict(list)
        self._by_words: defaultdict[frozenset[int], list[KnownEntry]] = defaultdict(list)
        self._by_digest: defaultdict[int, list[KnownEntry]] = defaultdict(list)
        for other in kept:
            if other.trace is not None:
                self._add_traced(other, other.trace)
                continue
            words = tokens(other.title)
            if len(words) >= _TITLE_WORDS:
                self._by_title[words].append(other)
            for run in _runs(other.summary):
                self._by_run[run].append(other)

    def _add_traced(self, other: KnownEntry, trace: Trace) -> None:
        if len(trace.words) >= _TITLE_WORDS:
            self._by_words[trace.words].append(other)
        for digest in trace.runs[:_MOST_OF_A_RUN]:
            self._by_digest[digest].append(other)

    def near(self, entry: Entry) -> list[KnownEntry]:
        found = list(self._by_title.get(tokens(entry.title), ()))
        for run in _runs(entry.summary):
            found.extend(self._by_run.get(run, ()))
        if self._by_words or self._by_digest:
            trace = trace_of(entry.title, entry.summary)
            found.extend(self._by_words.get(trace.words, ()))
            for digest in trace.runs[:_MOST_OF_A_RUN]:
                found.extend(self._by_digest.get(digest, ()))
        return list({other.key: other for other in found}.values())


def _runs(text: str) -> list[str]:
    return sorted(shingles(tokens(text)))[:_MOST_OF_A_RUN]


def _one_to_one(pairs: list[tuple[float, EntryKey, EntryKey, Found]]) -> dict[EntryKey, Found]:
    found: dict[EntryKey, Found] = {}
    taken: set[EntryKey] = set()
    for _, other, entry, pair in sorted(pairs, key=lambda one: one[:3]):
        if entry not in found and other not in taken:
            found[entry] = pair
            taken.add(other)
    return found
