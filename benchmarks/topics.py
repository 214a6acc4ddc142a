"""How well topics take what belongs to them: written as queries, and learned from twenty examples.

The queries are in ``topics.yaml``; who wrote them looked at the first half of each collection. Everything is reported
on the second halves. Beside the queries stand plain keywords, as a filter list has them, and the centroid of TF-IDF
vectors of twenty examples with the threshold that is best on the first half. Examples are drawn from first halves.
"""

from __future__ import annotations

import html
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import yaml

from aggregator.model.liking import Example, Lesson, Meaning, Refused
from aggregator.semantic import load_meaning
from aggregator.text.tokens import tokens
from aggregator.topics import LearnedTaste, parse_query
from aggregator.topics.evaluate import holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.learning import LEAST_BACKGROUND, MOST_BACKGROUND, fit, learn
from benchmarks.corpora import NOTICE
from benchmarks.labelled import Labelled, ag_news, bbc, kagi_filters, kagi_sites, tgcontest, uci, week
from benchmarks.results import Result
from tests.builders import make_facts, make_stored

QUERIES = Path(__file__).with_name("topics.yaml")
EXAMPLES = 20
SEEDS = 3
JUMBLES = 10
COLLECTIONS: Mapping[str, Callable[[Path], list[Labelled]]] = {
    "bbc": bbc,
    "ag-news": ag_news,
    "tgcontest-en": lambda folder: tgcontest(folder, "en"),
    "week": week,
    "kagi-sites": kagi_sites,
}
# Filter lists of Kagi News that are about a subject of a collection; the other plain keywords are the subject's name.
FILTERS = {"sport": "sports", "sports": "sports", "politics": "politics", "AI": "ai"}
NAMES = {"tech": "tech OR technology", "Linux & OSS": 'linux OR "open source"'}
LEARNED: Mapping[str, Callable[[Path], list[Labelled]]] = {
    "bbc": bbc,
    "ag-news": ag_news,
    "uci": lambda folder: uci(folder)[::3],
}
Scores = Sequence[float]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a topic took, in percent."""

    precision: float
    recall: float


def measure(corpora: Path) -> list[Result]:
    """Measure queries and learned topics, print the tables, and give the figures of the second halves."""
    if not (corpora / "news").is_dir():
        print(f"topics: {NOTICE}")
        return []
    return [*_queries(corpora), *_examples(corpora)]


def _queries(corpora: Path) -> list[Result]:
    print(f"\n{'topics by queries':<27}{'query':>14}{'keywords':>16}{'centroid':>16}   on second halves, P and R in %")
    return list(_results({name: judge_queries(name, corpora) for name in written()}))


def written() -> dict[str, dict[str, str]]:
    """Read the queries: collection -> subject -> query."""
    found: dict[str, dict[str, str]] = yaml.safe_load(QUERIES.read_text(encoding="utf-8"))
    return found


def judge_queries(name: str, corpora: Path) -> list[tuple[Taken, Taken, Taken]]:
    """Ask every query of a collection for its second half, and what stands beside it: keywords and centroid."""
    filters = kagi_filters(corpora)
    both = COLLECTIONS[name](corpora)
    second = [one for one in both if not one.is_first]
    entries = [_entry(number, one) for number, one in enumerate(second)]
    found = []
    for subject, query in written()[name].items():
        truth = [one.subject == subject for one in second]
        ways = (
            _taken(_asked(query, entries), truth),
            _taken(_asked(_keywords(subject, filters), entries), truth),
            _by_centroid(both, subject),
        )
        found.append(ways)
        figures = "".join(f"{f'{one.precision:.1f} {one.recall:.1f}':>16}" for one in ways)
        print(f"  {name:<13}{subject:<14}{figures[2:]}  of {sum(truth)}")
    return found


def _results(rows: Mapping[str, Sequence[tuple[Taken, Taken, Taken]]]) -> Iterator[Result]:
    of = {**rows, "mean": [one for found in rows.values() for one in found]}
    for what in ("precision", "recall"):
        for name, found in of.items():
            ours, keywords, centroids = (mean(getattr(one[at], what) for one in found) for at in range(3))
            yield Result(f"topics.{what}.{name}", ours, "%", "keywords", keywords)
        yield Result(f"topics.{what}.all", ours, "%", "centroid", centroids)


def _entry(number: int, one: Labelled) -> IndexedEntry:
    content = html.escape(one.text) if one.text != one.summary else ""
    stored = make_stored(str(number), title=one.title, summary=one.summary, content_html=content)
    return IndexedEntry(stored, make_facts())


def _asked(query: str, entries: Sequence[IndexedEntry]) -> list[bool]:
    root = parse_query(query).root
    return [holds(root, entry) for entry in entries]


def _keywords(subject: str, filters: Mapping[str, Sequence[str]]) -> str:
    words = filters[FILTERS[subject]] if subject in FILTERS else ()
    return " OR ".join(f'"{word}"' for word in words) or NAMES.get(subject, subject)


def _taken(got: Sequence[bool], truth: Sequence[bool]) -> Taken:
    right = sum(one and wanted for one, wanted in zip(got, truth, strict=True))
    return Taken(100 * right / max(1, sum(got)), 100 * right / max(1, sum(truth)))


def _by_centroid(both: Sequence[Labelled], subject: str) -> Taken:
    """Take what is like the middle of examples, above the threshold that is best on the first half."""
    first, second = ([one for one in both if one.is_first is half] for half in (True, False))
    under = [one for one in first if one.subject == subject]
    examples = random.Random(0).sample(under, min(EXAMPLES, (len(under) + 1) // 2))
    # What it was learned from says nothing of what is to come.
    others = [one for one in first if one not in examples]
    scores = [centroid(examples, first, half) for half in (others, second)]
    truths = [[one.subject == subject for one in half] for half in (others, second)]

    def f1(threshold: float) -> float:
        taken = _taken([score >= threshold for score in scores[0]], truths[0])
        return 2 * taken.precision * taken.recall / max(1e-9, taken.precision + taken.recall)

    best = max(sorted(set(scores[0])), key=f1)
    return _taken([score >= best for score in scores[1]], truths[1])


def centroid(examples: Sequence[Labelled], background: Sequence[Labelled], asked: Sequence[Labelled]) -> list[float]:
    """Compare by the cosine with the middle of the examples' TF-IDF vectors: what is usually done."""
    holders = Counter(term for one in background for term in set(_words(one)))

    def vector(one: Labelled) -> dict[str, float]:
        counts = Counter(_words(one))
        weights = {
            t: (1 + math.log(n)) * math.log((len(background) + 1) / (holders[t] + 0.5)) for t, n in counts.items()
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}

    middle: defaultdict[str, float] = defaultdict(float)
    for one in examples:
        for term, weight in vector(one).items():
            middle[term] += weight
    return [sum(weight * middle.get(term, 0.0) for term, weight in vector(one).items()) for one in asked]


def _words(one: Labelled) -> tuple[str, ...]:
    return (*tokens(one.title), *tokens(one.summary))


def _draws(first: Sequence[Labelled], subject: str, seeds: int) -> list[list[Labelled]]:
    under = [one for one in first if one.subject == subject]
    return [random.Random(seed).sample(under, min(EXAMPLES, len(under))) for seed in range(seeds)]


def average_precision(scores: Scores, truth: Sequence[bool]) -> float:
    """Average the precision at every entry that belongs, in percent."""
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
    found, total = 0, 0.0
    for rank, at in enumerate(order, 1):
        if truth[at]:
            found += 1
            total += found / rank
    return 100 * total / max(1, found)


def _examples(corpora: Path) -> list[Result]:
    meaning = load_meaning()
    print(f"\n{'learned from 20 examples':<27}{'words':>10}{'meaning':>10}{'centroid':>10}   average precision in %")
    results, means = [], defaultdict[str, list[float]](list)
    tally: Counter[str] = Counter()
    for name, read in LEARNED.items():
        for titles_only in (True, False):
            both = [without_text(one) if titles_only else one for one in read(corpora)]
            if not titles_only and not any(one.text for one in both):
                continue
            label = f"{name}.titles" if titles_only else name
            found = compare(both, meaning, tally)
            averages = {way: mean(values) for way, values in found.items()}
            print(
                f"  {label:<25}"
                + "".join(f"{averages.get(way, math.nan):>10.1f}" for way in ("words", "meaning", "centroid"))
            )
            for way in averages.keys() - {"centroid"}:
                means[way].append(averages[way])
                results.append(Result(f"like.ap.{label}.{way}", averages[way], "%", "centroid", averages["centroid"]))
            means["centroid"].append(averages["centroid"])
    results += [
        Result(f"like.ap.mean.{way}", mean(means[way]), "%", "centroid", mean(means["centroid"]))
        for way in sorted(means.keys() - {"centroid"})
    ]
    ways = [way for way in ("words", "meaning", "jumble") if tally[way]]
    results += [Result(f"like.refused.{way}", tally[f"{way} refused"], f"of {tally[way]}") for way in ways]
    return sorted([*results, *_costs(ag_news(corpora), meaning)], key=lambda one: one.name)


def _costs(both: Sequence[Labelled], meaning: Meaning | None) -> Iterator[Result]:
    """Say what it costs to judge one entry, and to learn one topic."""
    first, second = ([one for one in both if one.is_first is half] for half in (True, False))
    taught, *_ = _draws(first, first[0].subject, 1)
    lesson = Lesson(
        topic="cost",
        examples=tuple(Example(title=one.title, text=one.summary) for one in taught),
        background=tuple(Example(title=one.title, text=one.summary) for one in first[:MOST_BACKGROUND]),
    )
    for way, how in {"words": None, "meaning": load_meaning()}.items():
        if way == "meaning" and meaning is None:
            continue
        if how is not None:
            how.encode("the model is loaded by this")
        before = time.process_time()
        taste = LearnedTaste(fit(lesson, how), how)
        between = time.process_time()
        for one in second:
            taste.score(one.title, one.summary)
        after = time.process_time()
        yield Result(f"like.learn.{way}", between - before, "s CPU")
        yield Result(f"like.judge.{way}", 1000 * (after - between) / len(second), "ms CPU")


def without_text(one: Labelled) -> Labelled:
    return Labelled(one.title, "", one.subject, one.together)


def compare(both: Sequence[Labelled], meaning: Meaning | None, tally: Counter[str]) -> dict[str, list[float]]:
    """Learn every subject that both halves have, from several draws of examples, and rank the second half."""
    first, second = ([one for one in both if one.is_first is half] for half in (True, False))
    found: dict[str, list[float]] = defaultdict(list)
    shuffled = random.Random(5).sample(first, min(len(first), MOST_BACKGROUND + EXAMPLES))
    background = tuple(Example(title=one.title, text=one.summary) for one in shuffled)
    ways = {"words": None} | ({"meaning": meaning} if meaning else {})
    for subject in sorted({one.subject for one in first} & {one.subject for one in second}):
        truth = [one.subject == subject for one in second]
        for examples in _draws(first, subject, SEEDS):
            taught = tuple(Example(title=one.title, text=one.summary) for one in examples)
            lesson = Lesson(topic=subject, examples=taught, background=background)
            for way, how in ways.items():
                taste = LearnedTaste(fit(lesson, how), how)
                scores = [taste.raw(one.title, one.summary) for one in second]
                found[way].append(average_precision(scores, truth))
                _count(lesson, how, way, tally)
            found["centroid"].append(average_precision(centroid(examples, first, second), truth))
    for seed in range(JUMBLES):
        jumble = tuple(random.Random(seed).sample(background, EXAMPLES))
        _count(Lesson(topic="jumble", examples=jumble, background=background), None, "jumble", tally)
    return found


def _count(lesson: Lesson, meaning: Meaning | None, way: str, tally: Counter[str]) -> None:
    if len(lesson.background) < LEAST_BACKGROUND + EXAMPLES:
        return  # refused for that, whatever the examples are
    tally[way] += 1
    tally[f"{way} refused"] += isinstance(learn(lesson, meaning), Refused)
