"""All ways to answer a query, held against its plainest reading: index of topics, evaluation, FTS5, printing."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from random import Random

from aggregator.pipeline.search import index_some
from aggregator.store.sqlite import SqliteStore
from aggregator.store.sqlite.searching import match_text
from aggregator.topics import Query, TopicSet, parse_query, senses_of
from aggregator.topics.evaluate import holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.printing import printed
from aggregator.topics.searching import narrowed
from tests.builders import NOON, make_source, make_topic
from tests.contract.steps import bring, new
from tests.topics.worlds import ABS, NOW, SOURCES, Case, Rule, make_case, make_rule

SENSES = senses_of([ABS])


@dataclass
class Agreement:
    """What was compared.

    Attributes:
        exact: Queries that FTS5 can express whole.
        narrowed: Those that it can narrow down only.
    """

    pairs: int = 0
    matching: int = 0
    exact: int = 0
    narrowed: int = 0


def rules_of(queries: int, seed: int) -> list[Rule]:
    """Make random queries."""
    chance = Random(seed)
    return [make_rule(chance) for _ in range(queries)]


def compare(queries: int, entries: range, folder: Path, *, seed: int = 1) -> Agreement:
    """Answer random queries for random entries, made from their numbers, in every way.

    Raises:
        AssertionError: Two ways differ; it names the query and the entry.
    """
    cases = [make_case(Random(seed * 1_000_003 + number), number) for number in entries]
    rules = rules_of(queries, seed)
    read = [parse_query(rule.text) for rule in rules]
    for query in read:
        assert parse_query(printed(query.root)).root == query.root, query.text
    asking = [make_topic(f"t{number}", match=rule.text) for number, rule in enumerate(rules)]
    topics = TopicSet.compile(asking, SENSES)
    found = Agreement(pairs=queries * len(cases))
    plain: list[set[int]] = [set() for _ in rules]
    for row, case in enumerate(cases, 1):
        meant = {number for number, rule in enumerate(rules) if rule.holds(case)}
        _by_index(topics, case, meant, rules)
        _by_evaluation(read, case, meant)
        found.matching += len(meant)
        for number in meant:
            plain[number].add(row)
    asyncio.run(_by_fts5(read, cases, plain, folder, found))
    return found


def _by_index(topics: TopicSet, case: Case, meant: set[int], rules: list[Rule]) -> None:
    entry = IndexedEntry(case.stored, case.source, NOW, case.story, SENSES)
    got = {int(slug[1:]) for slug in topics._entered(entry, case.source)}
    differing = [rules[number].text for number in sorted(got ^ meant)[:3]]
    assert got == meant, (differing, case.words)


def _by_evaluation(read: list[Query], case: Case, meant: set[int]) -> None:
    """Evaluate a tenth of the queries by themselves, on an entry that no index has touched."""
    entry = IndexedEntry(case.stored, case.source, NOW, case.story, SENSES)
    first = len(meant) % 10
    for number in range(first, len(read), 10):
        assert holds(read[number].root, entry) is (number in meant), (read[number].text, case.words)


async def _by_fts5(read: list[Query], cases: list[Case], plain: list[set[int]], folder: Path, found: Agreement) -> None:
    store = SqliteStore.open(folder / "words.db", site_authority="t.example")
    await store.sync_sources([make_source(one.id) for one in SOURCES], NOON)
    # One after another, so that rows are numbered as the cases are.
    for case in cases:
        await bring(store, new(case.stored.entry), source_id=case.source.id)
    while await index_some(store):
        pass
    await store.close()
    db = sqlite3.connect(folder / "words.db")
    for query, meant in zip(read, plain, strict=True):
        wanted = narrowed(query)
        if wanted.terms is None:
            continue
        got = {row[0] for row in db.execute("SELECT rowid FROM words WHERE words MATCH ?", [match_text(wanted.terms)])}
        if wanted.exact:
            assert got == meant, (query.text, sorted(got ^ meant)[:3])
        else:
            assert got >= meant, (query.text, sorted(meant - got)[:3])
        found.exact += wanted.exact
        found.narrowed += not wanted.exact
    db.close()
