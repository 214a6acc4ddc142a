"""Say which topics an entry belongs to, and why, or why not.

A source with credentials comes first: its entries reach no public topic, only such with ``access: token``. Then the
topic's ``from``, then what is muted, then its query; a topic without a query takes everything that its ``from`` lets
in. What is left has to be like its examples, where it names some.

A topic is restless when its query, or a topic that it draws from, asks for the story or the time: its members change
although nobody edits an entry. What is restless is decided apart, whenever it may have changed; all else once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.story import StoryFacts
from aggregator.model.topic import Access, Match, Senses, Topic
from aggregator.topics.anchors import AnchorIndex
from aggregator.topics.evaluate import absence, evidence, holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.liking import is_alike, like_reason, senses_of, with_likeness
from aggregator.topics.query import Query, parse_query
from aggregator.topics.speaking import language_reason, speaks, with_language
from aggregator.topics.spelling import shortened
from aggregator.topics.tree import asks_for_story, periods

_PRIVATE = "an entry from a source with credentials never reaches a public topic"

_NOBODY = SourceFacts(id="", title="", url="")
_LATER = (timedelta(0), timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class _Rule:
    """A topic, ready to be asked.

    Attributes:
        number: Its place among the topics as given.
        feeders: Topics that its ``from`` names.
        mutes: What does not enter.
    """

    number: int
    topic: Topic
    query: Query | None
    selectors: frozenset[str]
    feeders: tuple[str, ...]
    mutes: tuple[Query, ...]


class TopicSet:
    """Topics whose queries were read once, in an order in which each comes after those that its ``from`` names.

    Attributes:
        restless: Slugs of the topics that ``judge`` leaves to ``weigh``.
    """

    def __init__(self, rules: Sequence[_Rule], senses: Senses) -> None:
        self._rules = {rule.topic.slug: rule for rule in rules}
        self._order = tuple(rules)
        self.restless = _restless(rules)
        self._steady = frozenset(self._rules) - self.restless
        own = [query for slug in self.restless for query in _queries(self._rules[slug])]
        self._periods = frozenset(one for query in own for one in periods(query.root))
        self._doors = _Doors.of(rules)
        self._senses = senses
        self._index = AnchorIndex((place, rule.query.root) for place, rule in enumerate(rules) if rule.query)

    @classmethod
    def compile(cls, topics: Sequence[Topic], senses: Senses | None = None) -> TopicSet:
        """Read the queries and order the topics.

        A name in ``from`` may be a group, a source and a topic at once; a topic's own slug never means itself.

        Args:
            topics: In any order.
            senses: Where these are not all topics; what they bring themselves, unless said.

        Raises:
            QueryError: A query cannot be read.
            ValueError: Topics take from each other in a circle.
        """
        slugs = {topic.slug for topic in topics}
        mutes = {text: parse_query(text) for topic in topics for text in topic.mutes}
        rules = {
            topic.slug: _Rule(
                number=number,
                topic=topic,
                query=None if topic.match is None else parse_query(topic.match),
                selectors=frozenset(topic.selectors),
                feeders=_feeders(topic, slugs),
                mutes=tuple(mutes[text] for text in topic.mutes),
            )
            for number, topic in enumerate(topics)
        }
        try:
            order = tuple(TopologicalSorter({slug: rule.feeders for slug, rule in rules.items()}).static_order())
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"topics take from each other in a circle: {circle}") from error
        return cls([rules[slug] for slug in order], senses_of(topics) if senses is None else senses)

    def judge(self, stored: StoredEntry, source: SourceFacts) -> tuple[Match, ...]:
        """Find the topics that an entry belongs to, in the order in which they were given, but no restless ones."""
        return self._matches(stored, source, self._read(stored, source), self._steady)

    def weigh(self, stored: StoredEntry, source: SourceFacts, now: datetime, story: StoryFacts) -> tuple[Match, ...]:
        """Find the restless topics that an entry belongs to now, with its story as it is."""
        return self._matches(stored, source, self._read(stored, source, now, story), self.restless)

    def next_change(self, stored: StoredEntry, now: datetime, story: StoryFacts) -> datetime | None:
        """Say when time alone may next change the restless topics of an entry; None when it cannot."""
        since = {"age": IndexedEntry(stored, _NOBODY).moment, "story-age": story.first_at}
        # What is compared with > turns a moment later than what is compared with >=.
        moments = [since[name] + period + late for name, period in self._periods for late in _LATER]
        return min((moment for moment in moments if moment > now), default=None)

    def explain(
        self,
        slug: str,
        stored: StoredEntry,
        source: SourceFacts,
        now: datetime | None = None,
        story: StoryFacts | None = None,
    ) -> tuple[Reason, ...]:
        """Say step by step why an entry is in a topic, or where it was stopped.

        Args:
            slug: Of the topic.
            stored: The entry.
            source: Where it is from.
            now: At which time; when it was first seen, unless said.
            story: What it is part of, for topics that ask for it.

        Raises:
            KeyError: There is no such topic.
        """
        rule = self._rules[slug]
        if not _is_open(rule.topic, source):
            return (Reason("topic", "not entered", "private", _PRIVATE),)
        entry = self._read(stored, source, now, story)
        entered = self._entered(entry, source)
        names = _names(source)
        door = _door(rule, names, entered)
        if not door:
            return (Reason("topic", "not entered", "from", f"{_introduced(source)}; from: {_asked(rule)}"),)
        spoken = language_reason(rule.topic, entry)
        if spoken is not None and not speaks(rule.topic, entry):
            return (spoken,)
        muting = _muting(rule, entry)
        if muting is not None:
            found, facts = evidence(muting, entry)
            return (Reason("topic", "not entered", "mute", f"{shortened(muting.text)} found {found}", facts),)
        passed = (Reason("topic", "let in", "from", door),) if rule.query and rule.selectors else ()
        passed = passed if spoken is None else (*passed, spoken)
        if slug in entered:
            return (*passed, _entrance(rule, door, entry))
        if rule.query and not holds(rule.query.root, entry):
            return (*passed, Reason("topic", "not entered", "match", absence(rule.query, entry)))
        unlike = like_reason(rule.topic, entry)
        return passed if unlike is None else (*passed, unlike)

    def _read(
        self, stored: StoredEntry, source: SourceFacts, now: datetime | None = None, story: StoryFacts | None = None
    ) -> IndexedEntry:
        return IndexedEntry(stored, source, now, story, self._senses)

    def _matches(
        self, stored: StoredEntry, source: SourceFacts, entry: IndexedEntry, wanted: Collection[str]
    ) -> tuple[Match, ...]:
        if not wanted:
            return ()
        entered = self._entered(entry, source)
        names = _names(source)
        rules = sorted((self._rules[slug] for slug in entered if slug in wanted), key=lambda rule: rule.number)
        key = stored.entry.key
        return tuple(
            Match(topic=rule.topic.slug, key=key, reason=_entrance(rule, _door(rule, names, entered), entry))
            for rule in rules
        )

    def _entered(self, entry: IndexedEntry, source: SourceFacts) -> frozenset[str]:
        names = _names(source)
        entered: set[str] = set()
        for place in self._places(entry, names):
            rule = self._order[place]
            if not _is_open(rule.topic, source):
                continue
            if rule.selectors and rule.selectors.isdisjoint(names) and entered.isdisjoint(rule.feeders):
                continue
            holding = speaks(rule.topic, entry) and (rule.query is None or holds(rule.query.root, entry))
            if holding and _muting(rule, entry) is None and is_alike(rule.topic, entry):
                entered.add(rule.topic.slug)
        return frozenset(entered)

    def _places(self, entry: IndexedEntry, names: frozenset[str]) -> list[int]:
        """Give the places of the few topics that may take an entry, in the order of drawing."""
        doors = self._doors
        named = doors.drawing.union(*(doors.by_name[name] for name in names if name in doors.by_name))
        found = (named - doors.asking) | doors.taking_all
        if doors.asking_all or not named.isdisjoint(doors.asking):
            # Only now is it certain that the entry has to be cut into words at all.
            candidates = self._index.candidates(entry)
            found |= {place for place in candidates if place in doors.everywhere or place in named}
        return sorted(found)


@dataclass(frozen=True, slots=True)
class _Doors:
    """By which sources topics are reached; all by their places in the order of drawing.

    Attributes:
        everywhere: Topics that take from every source.
        by_name: Topics that take from a source, a group or a tag.
        drawing: Topics that draw from other ones.
        asking: Topics with a query.
        taking_all: Those of ``everywhere`` without one.
        asking_all: Whether one of ``everywhere`` has one.
    """

    everywhere: frozenset[int]
    by_name: Mapping[str, frozenset[int]]
    drawing: frozenset[int]
    asking: frozenset[int]
    taking_all: frozenset[int]
    asking_all: bool

    @classmethod
    def of(cls, rules: Sequence[_Rule]) -> _Doors:
        everywhere = frozenset(place for place, rule in enumerate(rules) if not rule.selectors)
        asking = frozenset(place for place, rule in enumerate(rules) if rule.query)
        by_name: defaultdict[str, set[int]] = defaultdict(set)
        for place, rule in enumerate(rules):
            for name in rule.selectors:
                by_name[name].add(place)
        return cls(
            everywhere=everywhere,
            by_name={name: frozenset(places) for name, places in by_name.items()},
            drawing=frozenset(place for place, rule in enumerate(rules) if rule.feeders),
            asking=asking,
            taking_all=everywhere - asking,
            asking_all=not everywhere.isdisjoint(asking),
        )


def _restless(rules: Sequence[_Rule]) -> frozenset[str]:
    """Name the restless topics; the rules come in the order of drawing."""
    found: set[str] = set()
    for rule in rules:
        own = (asks_for_story(query.root) or periods(query.root) for query in _queries(rule))
        if any(own) or not found.isdisjoint(rule.feeders):
            found.add(rule.topic.slug)
    return frozenset(found)


def _queries(rule: _Rule) -> tuple[Query, ...]:
    return rule.mutes if rule.query is None else (rule.query, *rule.mutes)


def _muting(rule: _Rule, entry: IndexedEntry) -> Query | None:
    return next((mute for mute in rule.mutes if entry.answers(mute.root, holds)), None)


def _is_open(topic: Topic, source: SourceFacts) -> bool:
    """Say whether entries of a source may reach a topic at all."""
    return not source.private or topic.access is Access.TOKEN


def _feeders(topic: Topic, slugs: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in topic.selectors if name in slugs and name != topic.slug)


def _names(source: SourceFacts) -> frozenset[str]:
    group = (source.group,) if source.group else ()
    return frozenset((source.id, *group, *(f"tag:{tag}" for tag in source.tags)))


def _door(rule: _Rule, names: frozenset[str], entered: Collection[str]) -> str:
    """Name the selectors through which an entry came; empty when none let it in."""
    if not rule.selectors:
        return "every source"
    doors = [name for name in rule.topic.selectors if name in names]
    doors += [f"topic {slug}" for slug in rule.feeders if slug in entered and slug not in doors]
    return ", ".join(doors)


def _entrance(rule: _Rule, door: str, entry: IndexedEntry) -> Reason:
    if rule.query is None:
        reason = Reason("topic", "entered", "from", door)
    else:
        reason = Reason("topic", "entered", "match", *evidence(rule.query, entry))
    return with_likeness(with_language(reason, rule.topic, entry), rule.topic, entry)


def _introduced(source: SourceFacts) -> str:
    group = f", group {source.group}" if source.group else ""
    tags = "".join(f", tag:{tag}" for tag in source.tags)
    return f"source {source.id}{group}{tags}"


def _asked(rule: _Rule) -> str:
    return ", ".join(f"topic {name}" if name in rule.feeders else name for name in rule.topic.selectors)
