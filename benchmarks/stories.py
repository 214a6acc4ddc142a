"""How well stories are found, beside simple methods: B-cubed precision, recall and F1 on titles alone.

Every method has one setting for all sets, as a service has, found on the first half of each set (by story): the best
mean F1 at a mean precision of at least 85. The second halves are reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import mean

from aggregator.model.story import Granularity, StoryPolicy
from benchmarks.corpora import NOTICE, Headline, halves, news_folder, og2021, real_week, uci
from benchmarks.results import Result
from benchmarks.simple_methods import equal_titles, plain_tfidf, token_jaccard
from benchmarks.streams import arrival, place_all, stories_of

LEAST_PRECISION = 85.0


@dataclass(frozen=True, slots=True)
class Score:
    """B-cubed, in percent."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Give the harmonic mean."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


Method = Callable[[Sequence[Headline], float], Sequence[Hashable]]
METHODS: dict[str, tuple[Method, tuple[float, ...]]] = {
    "equal titles": (equal_titles, (1.0,)),
    "token Jaccard": (token_jaccard, tuple(0.1 + 0.05 * step for step in range(13))),
    "plain TF-IDF": (plain_tfidf, tuple(0.1 + 0.025 * step for step in range(15))),
}
GRAINS = (Granularity.FINE, Granularity.NORMAL, Granularity.BROAD)


def score(found: Sequence[Hashable], truth: Sequence[Hashable]) -> Score:
    """Compare stories with the truth, entry by entry."""
    of_found, of_truth = Counter(found), Counter(truth)
    both = Counter(zip(found, truth, strict=True))
    precision = sum(count * count / of_found[story] for (story, _), count in both.items())
    recall = sum(count * count / of_truth[story] for (_, story), count in both.items())
    return Score(100 * precision / len(found), 100 * recall / len(found))


def ours(rows: Sequence[Headline], granularity: Granularity, language: str) -> Sequence[Hashable]:
    """Find the stories as the service does; headlines alone make no copies here."""
    policy = StoryPolicy(granularity=granularity, headline_window=timedelta())
    arrivals = [arrival(n, row.at, row.title, language=language) for n, row in enumerate(rows)]
    return stories_of(place_all(arrivals, policy))


def measure(corpora: Path) -> list[Result]:
    """Measure on three sets, print the whole table, and give the figures of the second halves."""
    folder = news_folder(corpora)
    if folder is None:
        print(f"stories: {NOTICE}")
        return []
    sets = {
        "uci": ("en", halves(uci(folder))),
        "og2021-en": ("en", halves(og2021(folder, "og2021-eng-dev.tsv"))),
        "og2021-es": ("es", halves(og2021(folder, "og2021-spa.tsv"))),
    }
    second = {name: {} for name in sets}
    for method, tried in _tried(sets).items():
        chosen = _choose(tried)
        print(f"\n{method}: setting {chosen}, found on the first halves")
        for name, (_, last) in tried[chosen].items():
            second[name][method] = last
            print(f"  {name:<12} P {last.precision:5.1f}  R {last.recall:5.1f}  F1 {last.f1:5.1f}")
        precision, f1 = _mean(tried[chosen], 1, "precision"), _mean(tried[chosen], 1, "f1")
        print(f"  {'mean':<12} P {precision:5.1f}           F1 {f1:5.1f}")
    return [*_results(second), *_week(folder)]


Tried = dict[str, dict[str, tuple[Score, Score]]]


def _tried(sets: dict[str, tuple[str, tuple[list[Headline], list[Headline]]]]) -> dict[str, Tried]:
    """Try every setting of every method on both halves of every set."""
    tried: dict[str, Tried] = {"ours": {}}
    for grain in GRAINS:
        tried["ours"][grain.value] = {
            name: _both(parts, [ours(part, grain, language) for part in parts])
            for name, (language, parts) in sets.items()
        }
    for method, (run, thresholds) in METHODS.items():
        tried[method] = {
            f"{threshold:.3f}": {
                name: _both(parts, [run(part, threshold) for part in parts]) for name, (_, parts) in sets.items()
            }
            for threshold in thresholds
        }
    return tried


def _both(parts: tuple[list[Headline], list[Headline]], found: Sequence[Sequence[Hashable]]) -> tuple[Score, Score]:
    first, last = (score(stories, [row.story for row in part]) for part, stories in zip(parts, found, strict=True))
    return first, last


def _choose(tried: Tried) -> str:
    precise = {setting: sets for setting, sets in tried.items() if _mean(sets, 0, "precision") >= LEAST_PRECISION}
    return max(precise, key=lambda setting: _mean(precise[setting], 0, "f1"))


def _mean(sets: dict[str, tuple[Score, Score]], half: int, what: str) -> float:
    return mean(float(getattr(scores[half], what)) for scores in sets.values())


def _results(second: dict[str, dict[str, Score]]) -> list[Result]:
    results = []
    for method in ("token Jaccard", "plain TF-IDF"):
        suffix = "" if method == "plain TF-IDF" else ".jaccard"
        for what in ("f1", "precision"):
            for name, scores in second.items():
                values = [float(getattr(scores[one], what)) for one in ("ours", method)]
                results.append(Result(f"stories.{what}.{name}{suffix}", values[0], "%", method, values[1]))
            averages = [
                mean(float(getattr(scores[one], what)) for scores in second.values()) for one in ("ours", method)
            ]
            results.append(Result(f"stories.{what}.mean{suffix}", averages[0], "%", method, averages[1]))
    return results


def _week(folder: Path) -> list[Result]:
    """Tell the sizes of the stories of a real week with summaries; nobody has said which is right."""
    rows = real_week(folder)
    arrivals = [
        arrival(n, row.at, row.title, row.summary, outlet=row.outlet, url=row.url) for n, row in enumerate(rows)
    ]
    curated = place_all(arrivals, StoryPolicy())
    members = defaultdict(list)
    for story, row in zip(stories_of(curated), rows, strict=True):
        members[story].append(row)
    wide = sum(len({row.outlet for row in found}) >= 3 for found in members.values())
    largest = max(len(found) for found in members.values())
    copies = sum(placement.duplicate_of is not None for placement in curated.placements)
    return [
        Result("stories.week.stories", len(members), f"of {len(rows)} entries"),
        Result("stories.week.wide", wide, "of 3 outlets or more"),
        Result("stories.week.largest", largest, "entries"),
        Result("stories.week.copies", copies, "entries"),
    ]
