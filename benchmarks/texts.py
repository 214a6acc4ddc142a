"""How many edited copies of a text are found again, and how many other texts are taken for copies."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aggregator.model.story import Granularity, StoryPolicy
from aggregator.text.shingles import shingles
from aggregator.text.tokens import tokens
from benchmarks.corpora import NOTICE, articles, hours, judged_pairs, news_folder, scored_headlines
from benchmarks.results import Result
from benchmarks.streams import arrival, place_all

POLICY = StoryPolicy(granularity=Granularity.OFF)
START = datetime(2026, 11, 2, 6, tzinfo=UTC)
SHORT = 40
MARKERS = ("UPDATE 1-", "UPDATE 2-", "BREAKING: ", "WATCH LIVE: ", "EXCLUSIVE-", "VIDEO: ", "CORRECTED-", "FACTBOX-")
BOILERPLATE = "Get our newsletter every morning, follow us everywhere, and tell your friends about what you have read. "
REPEATED = (
    "Morning briefing: what you need to know today",
    "Five things to watch this week",
    "The week in pictures and numbers",
    "Your daily horoscope for all signs",
    "Live: the latest traffic and travel",
    "Form 8.3 - disclosure of dealings",
    "Weather forecast for the weekend",
    "Letters to the editor",
    "Quiz of the week",
    "Markets close mixed",
)

Edit = Callable[[str, list[str], random.Random, list[str]], tuple[str, list[str]]]


def _loud(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return f"\u201c{title.upper()}\u201d", "  ".join(words).replace("'", "\u2019").replace('"', "\u201d").split(" ")


def _outlet(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return f"{title} - The Harbour Times", words


def _marked(title: str, words: list[str], chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return chance.choice(MARKERS) + title, words


def _retitled(title: str, words: list[str], chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    said = title.split()
    chance.shuffle(said)
    return f"How {' '.join(said[: max(2, len(said) // 2)])} came about", words


def _dateline(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return title, ["LONDON,", "March", "3", "(Wire)", "-", *words]


def _cut20(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return title, words[:20]


def _summary(title: str, words: list[str], chance: random.Random, other: list[str]) -> tuple[str, list[str]]:
    return _retitled(title, words, chance, other)[0], words[:SHORT]


def _reworded(title: str, words: list[str], chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    changed = list(words)
    for place in chance.sample(range(len(words)), max(1, len(words) * 8 // 100)):
        changed[place] = chance.choice(words)
    return title, changed


def _on_top(title: str, words: list[str], chance: random.Random, other: list[str]) -> tuple[str, list[str]]:
    start = chance.randrange(max(1, len(other) - 35))
    return title, [*other[start : start + 35], *words]


def _cut60(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return title, words[: len(words) * 6 // 10]


def _boilerplate(title: str, words: list[str], _chance: random.Random, _other: list[str]) -> tuple[str, list[str]]:
    return title, [*words, *(BOILERPLATE * 6).split()]


EDITS: dict[str, Edit] = {
    "loud": _loud,
    "outlet": _outlet,
    "marked": _marked,
    "retitled": _retitled,
    "dateline": _dateline,
    "cut20": _cut20,
    "summary": _summary,
    "reworded": _reworded,
    "ontop": _on_top,
    "cut60": _cut60,
    "boilerplate": _boilerplate,
}


def measure(corpora: Path) -> list[Result]:
    """Measure recall by kind of edit, in full and with 40 words, and what is taken for a copy wrongly."""
    folder = news_folder(corpora)
    if folder is None:
        print(f"texts: {NOTICE}")
        return []
    known = articles(folder)
    results = [*_recall(known, None), *_recall(known, SHORT)]
    return [*results, *_wrong(folder, known)]


def _recall(known: list[tuple[str, str]], limit: int | None) -> list[Result]:
    kinds = [kind for kind in EDITS if limit is None or kind not in {"cut60", "boilerplate"}]
    name = "full" if limit is None else str(limit)
    results, ours, equal, overlap = [], 0, 0, 0
    for kind in kinds:
        found, by_title, by_overlap = _found(known, EDITS[kind], limit)
        ours, equal, overlap = ours + found, equal + by_title, overlap + by_overlap
        results.append(_share(f"texts.recall.{kind}.{name}", found, len(known), "85 % overlap", by_overlap))
    total = len(known) * len(kinds)
    results.append(_share(f"texts.recall.{name}", ours, total, "85 % overlap", overlap))
    results.append(_share(f"texts.recall.{name}.title", ours, total, "equal titles", equal))
    return results


def _found(known: list[tuple[str, str]], edit: Edit, limit: int | None) -> tuple[int, int, int]:
    """Count the articles whose edited copy is found, by this project and by two simple methods."""
    chance = random.Random(5)
    arrivals, pairs = [], []
    for number, (title, text) in enumerate(known):
        words = text.split()[:limit]
        _, other = known[(number + 1) % len(known)]
        new_title, new_words = edit(title, words, chance, other.split())
        new_text = " ".join(new_words if limit is None else new_words[:limit])
        arrivals.append(arrival(number, START, title, " ".join(words)))
        pairs.append(((title, " ".join(words)), (new_title, new_text)))
    arrivals += [arrival(len(known) + n, START + hours(2), *pair[1]) for n, pair in enumerate(pairs)]
    placed = place_all(arrivals, POLICY).placements
    roots = {one.key: one.duplicate_of or one.key for one in placed}
    first, second = placed[: len(known)], placed[len(known) :]
    ours = sum(roots[one.key] == roots[two.key] for one, two in zip(first, second, strict=True))
    equal = sum(tokens(one[0]) == tokens(two[0]) for one, two in pairs)
    return ours, equal, sum(_overlap(one[1], two[1]) >= 0.85 for one, two in pairs)


def _overlap(one: str, other: str) -> float:
    a, b = shingles(tokens(one)), shingles(tokens(other))
    return len(a & b) / len(a | b) if a | b else 0.0


def _share(name: str, found: int, of: int, beside: str, other: int) -> Result:
    return Result(name, 100 * found / of, "%", beside, 100 * other / of)


def _wrong(folder: Path, known: list[tuple[str, str]]) -> list[Result]:
    bad = [
        (one, other)
        for name in ("en_train_pool", "ru_honey_pool", "ru_train_pool")
        for same, one, other in judged_pairs(folder, f"clustering_pairs-{name}.tsv")
        if not same
    ]
    wrong = sum(_is_copy(one, other) for one, other in bad)
    wrong_short = sum(_is_copy(_cut(one), _cut(other)) for one, other in bad)
    placed = place_all([arrival(n, START, *one) for n, one in enumerate(known)], POLICY).placements
    folded = sum(one.duplicate_of is not None for one in placed)
    unlike = [(one, other) for score, one, other in scored_headlines(folder) if score < 2]
    return [
        Result("texts.wrong.other-story", wrong, f"of {len(bad)}"),
        Result("texts.wrong.other-story.40", wrong_short, f"of {len(bad)}"),
        Result("texts.folded.articles", folded, f"of {len(known)}"),
        Result("texts.wrong.unlike-headlines", sum(_is_copy((a, ""), (b, "")) for a, b in unlike), f"of {len(unlike)}"),
        Result("texts.wrong.repeated-headlines", _traps(known), "of 1000"),
    ]


def _is_copy(one: tuple[str, str], other: tuple[str, str]) -> bool:
    placed = place_all([arrival(0, START, *one), arrival(1, START + hours(1), *other)], POLICY).placements
    return placed[1].duplicate_of is not None


def _cut(article: tuple[str, str]) -> tuple[str, str]:
    return article[0], " ".join(article[1].split()[:SHORT])


def _traps(known: list[tuple[str, str]], count: int = 1000) -> int:
    """Count how often one headline over two contents makes a copy: daily in one source, and in two on one day."""
    chance = random.Random(11)
    wrong = 0
    for number in range(count):
        title = chance.choice(REPEATED)
        one, other = chance.sample(known, 2)
        while _overlap(one[1], other[1]) > 0.2:  # a few articles of the collection are re-issues of others
            one, other = chance.sample(known, 2)
        length = chance.choice((0, 3, 12, SHORT, 200))
        texts = [" ".join(text.split()[:length]) for _, text in (one, other)]
        outlets = ("daily", "daily") if number % 2 else ("daily", "evening")
        later = hours(24) if number % 2 else hours(chance.choice((0.5, 3, 12)))
        arrivals = [
            arrival(0, START, title, texts[0], outlet=outlets[0]),
            arrival(1, START + later, title, texts[1], outlet=outlets[1]),
        ]
        wrong += place_all(arrivals, POLICY).placements[1].duplicate_of is not None
    return wrong
