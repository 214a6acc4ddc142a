"""Ten thousand topics for each entry: candidates by an index, beside evaluating all, and beside FTS5 row by row."""

from __future__ import annotations

import gc
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import accumulate

from aggregator.model.entry import Entry, EntryKey, SourceFacts, StoredEntry
from aggregator.model.searching import WORDS_IN
from aggregator.model.topic import Topic
from aggregator.store.sqlite.searching import match_text
from aggregator.topics import Query, TopicSet, parse_query, words_of
from aggregator.topics.evaluate import holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.searching import narrowed
from benchmarks.results import Result
from tests.builders import NOON

TOPICS = 10_000
ENTRIES = 400
_VOCABULARY = 40_000
_COMMON = 300
"""Nobody makes a topic of the words that are in every other text."""
_SOURCE = SourceFacts(id="wire", title="Wire", url="https://wire.example/")


def measure(topics: int = TOPICS, entries: int = ENTRIES) -> list[Result]:
    """Measure matching and reading of many topics; CPU time."""
    world = _World(random.Random(1))
    rules = [Topic(slug=f"t{number}", title="T", match=world.query()) for number in range(topics)]
    texts = [world.entry(number) for number in range(entries)]
    reading = _timed(lambda: TopicSet.compile(rules))
    compiled = TopicSet.compile(rules)
    found = [compiled.judge(stored, _SOURCE) for stored in texts]
    matches = sum(map(len, found))
    gc.set_threshold(10_000, 20, 20)  # as the service does
    rounds = [_timed(lambda: [compiled.judge(stored, _SOURCE) for stored in texts]) for _ in range(5)]
    judged = min(rounds) / entries * 1_000
    queries = [parse_query(rule.match or "") for rule in rules]
    few = texts[: max(1, entries // 40)]
    everything = _timed(lambda: [_all_that_hold(queries, stored) for stored in few]) / len(few) * 1_000
    assert [_all_that_hold(queries, stored) for stored in few] == [
        [int(match.topic[1:]) for match in one] for one in found[: len(few)]
    ]
    by_fts5 = _fts5(queries, few[:3])
    print(f"topics: {matches / entries:.2f} of {topics} topics an entry")
    return [
        Result(f"topics.match.{topics}", judged, "ms an entry", "evaluating all", everything),
        Result(f"topics.match.{topics}.fts5", judged, "ms an entry", "FTS5, one MATCH a topic", by_fts5),
        Result(f"topics.read.{topics}", reading, "s", "", None),
    ]


class _World:
    """Words as rare and as common as in a language, by Zipf's law."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        letters = "abcdefghijklmnoprstuvwz"
        made: dict[str, None] = {}
        while len(made) < _VOCABULARY:
            made["".join(chance.choice(letters) for _ in range(chance.randint(3, 10)))] = None
        self._words = list(made)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(_VOCABULARY)))

    def entry(self, number: int) -> StoredEntry:
        """Make an entry of a title and a summary."""
        return StoredEntry(
            entry=Entry(
                key=EntryKey("wire", str(number)),
                keys=(),
                title=self._text(10),
                summary=self._text(45),
                url=f"https://wire.example/{number}",
                categories=(self._text(1),),
                authors=(self._text(2),),
            ),
            first_seen_at=NOON,
        )

    def query(self) -> str:
        """Make a query of the kinds that people write."""
        one, two, three = (self._rare() for _ in range(3))
        return self._chance.choice(
            (
                f"{one} {two}",
                f'"{one} {two}" OR {three}',
                f"({one}* OR {two}) -{three}",
                f"title:{one} OR title:{two}",
                f'"{one} {two}"~5 OR "{two} {three}"',
                f"{one} AND ({two} OR {three}) NOT category:sport",
                f"{one} /{two}/i",
            )
        )

    def _rare(self) -> str:
        return self._words[self._chance.randrange(_COMMON, _VOCABULARY)]

    def _text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=words))


def _all_that_hold(queries: Sequence[Query], stored: StoredEntry) -> list[int]:
    entry = IndexedEntry(stored, _SOURCE)
    return [number for number, query in enumerate(queries) if holds(query.root, entry)]


def _fts5(queries: Sequence[Query], texts: Sequence[StoredEntry]) -> float:
    """Match every topic by FTS5 against a table of one row, as far as FTS5 can; milliseconds an entry."""
    wanted = [match_text(terms) for query in queries if (terms := narrowed(query).terms)]
    took = 0.0
    for stored in texts:
        db = sqlite3.connect(":memory:")
        db.execute(f"CREATE VIRTUAL TABLE words USING fts5({', '.join(WORDS_IN)})")
        db.execute(f"INSERT INTO words VALUES ({', '.join('?' * len(WORDS_IN))})", words_of(stored, _SOURCE))  # noqa: S608
        started = time.process_time()
        for one in wanted:
            db.execute("SELECT 1 FROM words WHERE words MATCH ?", [one]).fetchall()
        took += time.process_time() - started
        db.close()
    return took / len(texts) * 1_000


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
