"""What placing remembers from one batch to the next: the open stories and the words of these days, by language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model.entry import EntryKey, SourceFacts, StoredEntry
from aggregator.model.reason import Fact, Reason
from aggregator.model.source import is_local
from aggregator.model.story import (
    STORY_AGE,
    Granularity,
    Recalled,
    Recent,
    StoryMerge,
    StoryPolicy,
    TermCounts,
)
from aggregator.stories.index import THRESHOLDS, Likeness, OpenStory, Probe, StoryIndex
from aggregator.stories.lexicon import Lexicon
from aggregator.text.equivalents import EQUIVALENTS, read_equivalents

Facts = tuple[tuple[str, Fact], ...]

_SHOWN_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """The story of an entry, and what follows from its joining."""

    story: EntryKey
    reason: Reason
    terms: tuple[tuple[str, int], ...] = ()
    merges: tuple[StoryMerge, ...] = ()


class StoryMemory:
    """Open stories and counts of words. Loaded from what was stored it is what it was, to the last weight.

    Args:
        policy: What belongs together.
    """

    def __init__(self, policy: StoryPolicy) -> None:
        self.policy = policy
        self._equivalents = {**EQUIVALENTS, **read_equivalents(policy.equivalents)}
        self._indexes: dict[str, StoryIndex] = {}
        self._lexicons: dict[str, Lexicon] = {}
        self._merged: dict[EntryKey, EntryKey] = {}
        self._apart: defaultdict[EntryKey, set[EntryKey]] = defaultdict(set)
        self._now = 0.0

    @property
    def stories(self) -> int:
        """Count the open stories."""
        return sum(map(len, self._indexes.values()))

    @property
    def weights(self) -> int:
        """Count the weights that are held, which is what memory is used for."""
        return sum(index.weights for index in self._indexes.values())

    def load(self, recalled: Recalled) -> None:
        """Take over what is stored. Nothing is decided again: each entry is added to the story that it has."""
        for counts in recalled.counts:
            self._lexicon(counts.language).load(counts)
        for pair in recalled.apart:
            for story, other in (pair, pair[::-1]):
                self._apart[story].add(other)
        if self.policy.granularity is Granularity.OFF:
            return
        for one in recalled.recent:
            if one.terms:
                self._now = max(self._now, one.seen_at.timestamp())
                index = self._index(one.language)
                index.expire(self._now)
                index.add(one.story, dict(one.terms), self._now)

    def begin(self) -> None:
        """Begin a batch; what the batches before it merged is merged in the store."""
        self._merged.clear()

    def current(self, story: EntryKey) -> EntryKey:
        """Say which story a story has become a part of in this batch, or that it is still itself."""
        while story in self._merged:
            story = self._merged[story]
        return story

    def cluster(self, stored: StoredEntry, language: str, title: Sequence[str], summary: Sequence[str]) -> Clustered:
        """Find the story of an entry, or open one, and learn from it."""
        key, at = stored.entry.key, stored.first_seen_at
        lexicon = self._lexicon(language)
        lexicon.turn(at.date())
        said = lexicon.words(title, summary)
        vector = lexicon.vector(said)
        # Time never runs backwards here, whatever the clock does.
        self._now = now = max(self._now, at.timestamp())
        index = self._index(language)
        index.expire(now)
        probe = index.probe(vector, now)
        reason = _reason(index, probe, vector, {term: word for term, (word, _) in said.items()}, now)
        story = index.add(probe.best[0].story.key if probe.best else key, vector, now)
        story, merges = self._merge(index, story, probe, key)
        lexicon.learn(vector)
        return Clustered(story=story.key, reason=reason, terms=tuple(vector.items()), merges=merges)

    def news(self) -> tuple[TermCounts, ...]:
        """Give the counts that have changed since the last call."""
        found = (lexicon.news() for lexicon in self._lexicons.values())
        return tuple(counts for counts in found if counts is not None)

    def _merge(
        self, index: StoryIndex, story: OpenStory, probe: Probe, bridge: EntryKey
    ) -> tuple[OpenStory, tuple[StoryMerge, ...]]:
        """Join the other stories that the entry is just as like."""
        merges: list[StoryMerge] = []
        least = index.thresholds.merge
        for other in probe.best[1:4]:
            if other.score < least:
                break
            if other.story.key in self._apart.get(story.key, ()):
                continue
            facts: Facts = (
                *_compared(other, least),
                ("bridge_source", bridge.source),
                ("bridge_guid", bridge.guid),
            )
            evidence = f"an entry of {bridge.source} is like both: {other.score:.2f} ≥ {least}"
            story, gone = index.merge(story, other.story)
            self._become_one(gone.key, story.key)
            merges.append(
                StoryMerge(story=gone.key, into=story.key, reason=Reason("story", "merged", "bridge", evidence, facts))
            )
        return story, tuple(merges)

    def _become_one(self, gone: EntryKey, kept: EntryKey) -> None:
        """Take note that a story is another one now: for all languages, and for those it was parted from."""
        self._merged[gone] = kept
        for index in self._indexes.values():
            index.rename(gone, kept)
        for other in self._apart.pop(gone, ()):
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
            self._apart[kept].add(other)

    def _index(self, language: str) -> StoryIndex:
        found = self._indexes.get(language)
        if found is None:
            found = self._indexes[language] = StoryIndex(THRESHOLDS[self.policy.granularity])
        return found

    def _lexicon(self, language: str) -> Lexicon:
        found = self._lexicons.get(language)
        if found is None:
            found = self._lexicons[language] = Lexicon(language, self._equivalents)
        return found


def is_current(stored: StoredEntry, source: SourceFacts) -> bool:
    """Say whether an entry is news, to be compared with what others write; history is kept and never looked at.

    A document of our own is told as if it came today, whatever its dates: samples, and archives that somebody plays.
    """
    if is_local(source.url):
        return not stored.backfilled
    return decide_current(dict(age_facts(stored)))


def age_facts(stored: StoredEntry) -> Facts:
    """Give what decides whether an entry is news."""
    published_at = stored.entry.published_at
    age = None if published_at is None else (stored.first_seen_at - published_at) / timedelta(hours=1)
    return ("backfilled", stored.backfilled), ("age_hours", age), ("most_hours", STORY_AGE / timedelta(hours=1))


def decide_current(facts: Mapping[str, Fact]) -> bool:
    """Decide from its age whether an entry is news; one without a date is."""
    age, most = facts["age_hours"], facts["most_hours"]
    if facts["backfilled"]:
        return False
    return not isinstance(age, float) or not isinstance(most, float) or age <= most


def recent(stored: StoredEntry, clustered: Clustered, language: str, prints: tuple[int, ...]) -> Recent:
    """Say what is to be remembered of an entry that has found its story."""
    return Recent(
        key=stored.entry.key,
        story=clustered.story,
        seen_at=stored.first_seen_at,
        language=language,
        terms=clustered.terms,
        prints=prints,
    )


def _reason(index: StoryIndex, probe: Probe, vector: Mapping[str, int], words: Mapping[str, str], now: float) -> Reason:
    least = index.thresholds.join
    if probe.best:
        found = probe.best[0]
        story = found.story
        shared = [words[term] for term in index.shared(vector, story)[:_SHOWN_WORDS]]
        hours = round((now - story.last) / 3600, 2)
        evidence = f"{found.score:.2f} ≥ {least}; shared {' · '.join(shared)}; {hours:g} h after its last entry"
        facts: Facts = (
            *_compared(found, least),
            ("hours", hours),
            ("entries", story.size),
            ("shared", " ".join(shared)),
            ("partner_source", story.key.source),
            ("partner_guid", story.key.guid),
        )
        return Reason("story", "joined", "similar", evidence, facts)
    if probe.former is not None:
        former, since = probe.former, now - probe.former.story.first
        facts = (
            *_compared(former, least),
            ("age_hours", since / 3600),
            ("most_hours", STORY_AGE / timedelta(hours=1)),
            ("former_source", former.story.key.source),
            ("former_guid", former.story.key.guid),
        )
        return Reason("story", "new", "chapter", "the story that it goes on with takes no more entries", facts)
    nearest = probe.nearest
    facts = _compared(nearest, least)
    if nearest is None:
        return Reason("story", "new", "nothing-like-it", "no open story shares its rarer words", facts)
    if nearest.score >= least:
        evidence = f"like the story of {nearest.story.key.source} by a name only"
    else:
        evidence = f"the most like it scored {nearest.score:.2f} < {least}"
    return Reason("story", "new", "nothing-like-it", evidence, facts)


def _compared(found: Likeness | None, least: float) -> Facts:
    """Give the numbers that decide whether a story is like enough."""
    score, rest, least_rest = (found.score, found.rest, found.least_rest) if found else (0.0, 0.0, 0.0)
    return ("score", score), ("threshold", least), ("rest", rest), ("least_rest", least_rest)


def ago(earlier: datetime, later: datetime) -> str:
    """Say in words how much earlier something was."""
    minutes = int((later - earlier).total_seconds() // 60)
    if minutes <= 0:
        return "at the same time"
    if minutes < 120:  # noqa: PLR2004 - minutes up to two hours, hours up to two days
        return f"{minutes} min earlier"
    return f"{minutes // 60} h earlier" if minutes < 48 * 60 else f"{minutes // 1440} d earlier"
