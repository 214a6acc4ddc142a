"""What it costs to place one entry: with 50,000 in the window, and with ever more stored behind them."""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from pathlib import Path
from statistics import median, quantiles

from sqlite_utils import Database

from aggregator.identity import Around, judge
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind, StoredEntry
from aggregator.model.story import Arrival, StoryPolicy
from aggregator.model.verdict import New
from aggregator.pipeline.curate import deciding
from aggregator.store.sqlite import curation, near
from aggregator.store.sqlite.entries import insert_new
from aggregator.store.sqlite.opening import open_to_write
from aggregator.store.sqlite.schema import MIGRATIONS
from aggregator.store.sqlite.sources import sync
from aggregator.stories import StoryMemory
from aggregator.text.digests import digest64
from aggregator.text.link_keys import link_key
from aggregator.topics import TopicSet
from benchmarks.results import Result
from tests.builders import make_facts, make_source

START = datetime(2026, 11, 2, tzinfo=UTC)
WINDOW = timedelta(hours=72)
SOURCES = 400
BATCH = 25
STEPS = 80
_SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "os", "um")]


class Press:
    """Made-up news: a running set of events, each told by many in other words; some texts are copies."""

    def __init__(self, seed: int = 3) -> None:
        self._chance = random.Random(seed)
        words = ["".join(self._chance.choices(_SYLLABLES, k=self._chance.choice((2, 3, 3, 4)))) for _ in range(40_000)]
        self._words = words
        # As in any language, the n-th word is said about 1/n as often as the first.
        self._weights = list(accumulate(1 / (rank + 20) for rank in range(len(words))))
        self._events = [self._event() for _ in range(3_000)]
        self._texts: list[str] = []

    def entry(self, number: int, at: datetime) -> Entry:
        """Write one entry."""
        chance = self._chance
        if chance.random() < 0.2:
            self._events[chance.randrange(len(self._events))] = self._event()
        event = self._events[min(int(chance.expovariate(1 / 700)), len(self._events) - 1)]
        title = " ".join(chance.sample(event, 5) + self._say(4)).capitalize()
        if self._texts and chance.random() < 0.05:
            text = chance.choice(self._texts[-500:])
        else:
            text = " ".join(chance.sample(event, 8) + self._say(50))
            self._texts.append(text)
        source = f"s{number % SOURCES}"
        url = f"https://{source}.example/news/{number}?utm_source=rss"
        return Entry(
            key=EntryKey(source, str(number)),
            keys=(CandidateKey(KeyKind.GUID, digest64("guid", source, str(number))),),
            title=title,
            url=url,
            link_key=link_key(url),
            summary=text[:300],
            content_html=f"<p>{text}</p>",
            language="en",
            published_at=at,
            fingerprint=str(number),
        )

    def _say(self, count: int) -> list[str]:
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def _event(self) -> list[str]:
        return self._say(12)


def measure(entries: int = 50_000, stored: Sequence[int] = (100_000, 3_000_000)) -> list[Result]:
    """Measure CPU time an entry: identity, copies and story with their look-ups and writes, but no topics."""
    with tempfile.TemporaryDirectory() as folder:
        db, reader = open_to_write(Path(folder) / "a.db", MIGRATIONS, authority="b,2026", patience=timedelta(seconds=5))
        reader.close()
        sync(db, [make_source(f"s{n}") for n in range(SOURCES)], START)
        memory, press = StoryMemory(StoryPolicy()), Press()
        for _ in _placed(db, memory, press, range(entries), 500, window=entries):
            pass
        costs = list(_placed(db, memory, press, range(entries, entries + BATCH * STEPS), BATCH, window=entries))
        results = [
            Result("entry.judge", median(costs), "ms"),
            Result("entry.judge.p95", quantiles(costs, n=20)[-1], "ms"),
            Result("entry.judge.stories", memory.stories, "open"),
            Result("entry.judge.weights", memory.weights, "held"),
            Result("entry.judge.memory", _loaded(db) / 2**20, "MiB"),
        ]
        return [*results, *_flatness(db, press, stored, entries)]


def _placed(
    db: Database, memory: StoryMemory, press: Press, numbers: range, size: int, *, window: int
) -> Iterator[float]:
    """Bring entries in batches and give what each batch cost, in milliseconds of CPU an entry.

    Counted are identity and curating with its look-ups and writes, not the storing of the entries themselves.
    """
    for start in range(numbers.start, numbers.stop, size):
        at = START + WINDOW * (start / window)
        fresh = [press.entry(n, at) for n in range(start, min(start + size, numbers.stop))]
        begun = time.process_time()
        documents = [list(some) for _, some in groupby(sorted(fresh, key=_source_of), key=_source_of)]
        around = Around(now=at, vanished=(), kept=())
        verdicts = [
            one for document in documents for one in judge(document, (), around).verdicts if isinstance(one, New)
        ]
        identity = time.process_time() - begun
        db.conn.execute("BEGIN IMMEDIATE")
        for verdict in verdicts:
            insert_new(db.conn, int(verdict.entry.key.source[1:]) + 1, [verdict], at)
        # As polls do; what is curated is another transaction.
        db.conn.execute("COMMIT")
        begun = time.process_time() - identity
        db.conn.execute("BEGIN IMMEDIATE")
        curation.curate(db, size, deciding(TopicSet.compile(()), memory))
        db.conn.execute("COMMIT")
        yield (time.process_time() - begun) * 1000 / len(fresh)


def _source_of(entry: Entry) -> str:
    return entry.key.source


def _loaded(db: Database) -> int:
    """Give the bytes that the open stories take in memory, loaded anew."""
    recalled = near.recall(db)
    memory = StoryMemory(StoryPolicy())
    tracemalloc.start()
    memory.load(recalled)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken


def _flatness(db: Database, press: Press, stored: Sequence[int], number: int) -> list[Result]:
    """Measure the look-ups alone, with more and more entries stored behind those of the window."""
    results = []
    for count in stored:
        _fill(db, count)
        costs = []
        for step in range(STEPS):
            at = START + WINDOW
            entries = [press.entry(number + step * BATCH + n, at) for n in range(BATCH)]
            how = deciding(TopicSet.compile(()), StoryMemory(StoryPolicy()))
            traces = how.trace([_arrival(entry, at) for entry in entries])
            begun = time.process_time()
            near.find_near(db, traces, {})
            costs.append((time.process_time() - begun) * 1000 / BATCH)
        beside, value = (f"{stored[0]} stored", results[0].value) if results else (None, None)
        results.append(Result(f"entry.lookup.{count}", median(costs), "ms", beside, value))
    return results


def _arrival(entry: Entry, at: datetime) -> Arrival:
    return Arrival(number=1, stored=StoredEntry(entry=entry, first_seen_at=at), source=make_facts(entry.key.source))


def _fill(db: Database, count: int) -> None:
    """Store so many entries in all; the new ones are years old."""
    (there,) = db.execute("SELECT max(id) FROM entries").fetchone()
    db.conn.execute(
        "WITH RECURSIVE n(id) AS (SELECT ? UNION ALL SELECT id + 1 FROM n WHERE id < ?) "
        "INSERT INTO entries (id, source_id, guid, short, first_seen_at, backfilled, identity_reason, story_id, keys, "
        "title, link_key, authors, summary, content_html, categories, enclosures, fingerprint) "
        "SELECT id, 1 + id % ?, 'old' || id, 'o' || id, '2020-01-01T00:00:00.000000+00:00', 0, '', id, '[]', "
        "'Old news', random(), '[]', '', '', '[]', '[]', '' FROM n",
        [there + 1, count, SOURCES],
    )
