"""Random queries over random entries, and the plainest reading of both, written apart from the code that it judges.

Words are taken from a short list, so that a third of all pairs of a query and an entry match. Each word says by itself
which positions it takes and by which names it is found there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from aggregator.model.entry import Enclosure, SourceFacts, StoredEntry
from aggregator.model.liking import Example, Like, Likeness
from aggregator.model.story import StoryFacts
from tests.builders import NOON, make_facts, make_stored, make_topic

NOW = NOON + timedelta(days=3)
# As written: the names at each of its positions.
WORDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "ab": (frozenset({"ab"}),),
    "Abc": (frozenset({"abc"}),),
    "bé": (frozenset({"be"}),),
    "CD": (frozenset({"cd"}),),
    "C++": (frozenset({"c++", "c"}),),
    "l'ab": (frozenset({"l'ab", "ab"}),),
    "x-ab": (frozenset({"x"}), frozenset({"ab"})),
    "東京都": (frozenset({"東京", "東"}), frozenset({"京都", "京"}), frozenset({"都"})),
    "zz": (frozenset({"zz"}),),
    "no": (frozenset({"no"}),),
}
_WRITTEN = tuple(WORDS)
# What is asked for: as written in a query, the tokens in a row with their offsets, and whether the last one is open.
Run = tuple[tuple[int, str], ...]
ASKED: Mapping[str, Run] = {
    "ab": ((0, "ab"),),
    "ABC": ((0, "abc"),),
    "be": ((0, "be"),),
    "cd": ((0, "cd"),),
    "c++": ((0, "c++"),),
    "c": ((0, "c"),),
    "x": ((0, "x"),),
    "x-ab": ((0, "x"), (1, "ab")),
    "東京": ((0, "東京"),),
    "京": ((0, "京"),),
    "東京都": ((0, "東京"), (1, "京都")),
    "zz": ((0, "zz"),),
    "qq": ((0, "qq"),),
}
_LIKELY = ("ab", "ABC", "be", "cd", "c", "zz")
_FIELDS = ("title", "category", "author", "summary", "text")
_PATTERNS = ("ab", "^ab", "zz$", "b[cé]", r"C\+\+", "(cd|no) ", "東.都", "x.ab")
SOURCES = (
    make_facts("lwn", group="news", tags=("a", "ab"), weight=2.0, owner="lwn", language="de"),
    make_facts("wire", group="blogs", tags=(), weight=0.5),
    make_facts("post", group="news", tags=("b",), weight=1.0),
)


@dataclass(frozen=True)
class Case:
    """An entry with its words, and all that may be asked of it."""

    stored: StoredEntry
    source: SourceFacts
    story: StoryFacts
    words: Mapping[str, tuple[tuple[str, ...], ...]]
    positions: Mapping[str, tuple[tuple[frozenset[str], ...], ...]] = field(default_factory=dict)

    def raw(self, name: str) -> tuple[str, ...]:
        return tuple(" ".join(part) for part in self.words[name])


def make_case(chance: Random, number: int) -> Case:
    """Make an entry; some have much, some have little."""

    def text(most: int) -> tuple[str, ...]:
        return tuple(chance.choice(_WRITTEN) for _ in range(chance.randint(0, most)))

    words = {
        "title": (text(4),),
        "summary": (text(4),),
        "text": (content,) if (content := text(8)) else (),
        "author": tuple(one for one in (text(2) for _ in range(chance.randint(0, 2))) if one),
        "category": tuple(one for one in (text(2) for _ in range(chance.randint(0, 2))) if one),
    }
    joined = {name: tuple(" ".join(part) for part in parts) for name, parts in words.items()}
    source = chance.choice(SOURCES)
    stored = make_stored(
        str(number),
        source=source.id,
        title=joined["title"][0],
        summary=joined["summary"][0],
        content_html="".join(f"<p>{part}</p>" for part in joined["text"]),
        authors=joined["author"],
        categories=joined["category"],
        language=chance.choice([None, "en", "en-GB", "de"]),
        url=chance.choice([None, f"https://news.a.example/{number}", f"https://b.example/ab/{number}"]),
        published_at=chance.choice([None, NOON, NOON - timedelta(days=2), NOON + timedelta(days=2)]),
        enclosures=(Enclosure(url="https://b.example/1", media_type="audio/mpeg"),) if chance.random() < 0.3 else (),
        first_seen_at=NOON + timedelta(hours=chance.randint(0, 48)),
    )
    story = StoryFacts(
        outlets=chance.randint(1, 4),
        items=chance.randint(1, 6),
        first_at=NOON + timedelta(hours=chance.randint(-9, 60)),
    )
    positions = {
        name: tuple(tuple(at for word in part for at in WORDS[word]) for part in words[name]) for name in words
    }
    return Case(stored, source, story, words, positions)


@dataclass(frozen=True)
class Rule:
    """A query as it is written, what it means, which operators it has; and whether its leaves are wanted or not."""

    text: str
    holds: Callable[[Case], bool]
    kinds: tuple[str, ...]
    wants: frozenset[bool] = frozenset({True})


def make_rule(chance: Random) -> Rule:
    """Make a query that can be read."""
    while True:
        rule = _make(chance, chance.choice([0, 1, 1, 2, 2, 3]))
        if True in rule.wants:
            return rule


def operators(rules: Sequence[Rule]) -> Counter[str]:
    """Count how many queries have each operator."""
    return Counter(kind for rule in rules for kind in set(rule.kinds))


def _make(chance: Random, depth: int) -> Rule:
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(_LEAVES)(chance)
    kind = chance.choice(["AND", "AND", "AND", "OR", "OR", "NOT", "()"])
    if kind in {"NOT", "()"}:
        inner = _make(chance, depth - 1)
        if kind == "()":
            return Rule(f"({inner.text})", inner.holds, (*inner.kinds, "()"), inner.wants)
        sign = chance.choice(["-", "NOT "])
        bare = re.fullmatch(r"[a-z]+", inner.text)
        text = sign + (inner.text if bare else f"({inner.text})")
        wants = frozenset(not one for one in inner.wants)
        return Rule(text, lambda case: not inner.holds(case), (*inner.kinds, "NOT"), wants)
    children = [_make(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    signs = (" ", " AND ") if kind == "AND" else (" OR ",)
    joined = chance.choice(signs).join(f"({child.text})" for child in children)
    judge = all if kind == "AND" else any
    kinds = (kind, *(one for child in children for one in child.kinds))
    wants = frozenset(one for child in children for one in child.wants)
    return Rule(joined, lambda case: judge(child.holds(case) for child in children), kinds, wants)


def _scope(name: str) -> tuple[str, ...]:
    return _FIELDS if not name else ("summary", "text") if name == "text" else (name,)


def _field(chance: Random) -> str:
    return chance.choice(["", "", "title", "summary", "text", "author"])


def _said(name: str, text: str) -> str:
    return f"{name}:{text}" if name else text


def _word(chance: Random) -> Rule:
    name, asked = _field(chance), chance.choice((*ASKED, *_LIKELY))
    return Rule(
        _said(name, asked), _anywhere(name, lambda part: _starts(ASKED[asked], part)), ("word", name or "everywhere")
    )


def _prefix(chance: Random) -> Rule:
    name, start = _field(chance), chance.choice(["a", "ab", "be", "c", "z", "l'", "qq"])

    def stands(part: Sequence[frozenset[str]]) -> bool:
        return any(one.startswith(start) for names in part for one in names)

    return Rule(_said(name, f"{start}*"), _anywhere(name, stands), ("prefix",))


def _phrase(chance: Random) -> Rule:
    name, words = _field(chance), [chance.choice(tuple(ASKED)) for _ in range(2)]
    star = chance.random() < 0.3 and words[-1] in {"ab", "c", "be"}
    run = _row([ASKED[word] for word in words])
    return Rule(
        _said(name, f'"{" ".join(words)}{"*" if star else ""}"'),
        _anywhere(name, lambda part: _starts(run, part, open_ended=star)),
        ("phrase",),
    )


def _near(chance: Random) -> Rule:
    name, distance = _field(chance), chance.randint(0, 5)
    words = chance.sample(tuple(ASKED), chance.randint(2, 3))
    runs = [ASKED[word] for word in words]
    reach = sum(map(_width, runs)) + distance

    def stands(part: Sequence[frozenset[str]]) -> bool:
        found = [[(at, at + _width(run)) for at in _starts(run, part)] for run in runs]
        firsts = {start for spans in found for start, _ in spans}
        for first in firsts:
            ends = [min((end for start, end in spans if start >= first), default=None) for spans in found]
            if all(end is not None and end - first <= reach for end in ends):
                return True
        return False

    return Rule(_said(name, f'"{" ".join(words)}"~{distance}'), _anywhere(name, stands), ("near",))


def _regex(chance: Random) -> Rule:
    name, pattern, flag = _field(chance), chance.choice(_PATTERNS), chance.choice(["", "i"])
    found = re.compile(pattern, re.IGNORECASE if flag else 0)

    def holds(case: Case) -> bool:
        return any(found.search(part) for one in _scope(name) for part in case.raw(one))

    return Rule(_said(name, f"/{pattern}/{flag}"), holds, ("regex",))


def _value(chance: Random) -> Rule:
    name = chance.choice(["source", "group", "tag", "category", "domain", "lang", "url"])
    value, holds = chance.choice(_VALUES[name])
    return Rule(f"{name}:{value}", holds, ("value", name))


def _measure(chance: Random) -> Rule:
    name = chance.choice(["outlets", "items", "words", "weight", "age", "story-age"])
    sign = chance.choice([">=", "<=", ">", "<"] + (["="] if "age" not in name else []))
    bound = chance.choice(
        {"outlets": [1, 2, 3], "items": [1, 3, 5], "words": [0, 3, 6], "weight": [0.5, 1, 2]}.get(name, [1, 2, 3])
    )
    compare: Callable[[float], bool] = {
        ">=": lambda value: value >= bound,
        "<=": lambda value: value <= bound,
        ">": lambda value: value > bound,
        "<": lambda value: value < bound,
        "=": lambda value: value == bound,
    }[sign]
    return Rule(
        f"{name}{sign}{bound:g}{'d' if 'age' in name else ''}",
        lambda case: compare(_MEASURES[name](case)),
        ("measure", name),
    )


def _fact(chance: Random) -> Rule:
    text, kind, holds = chance.choice(_FACTS)
    return Rule(text, holds, (kind,))


def _like(_: Random) -> Rule:
    return Rule("like:abs", lambda case: "ab" in case.words["title"][0], ("like",))


def _anywhere(name: str, stands: Callable[[Sequence[frozenset[str]]], object]) -> Callable[[Case], bool]:
    return lambda case: any(stands(part) for one in _scope(name) for part in case.positions[one])


class LikesAb:
    """Finds everything alike that has a word in its title."""

    digest = "ab"

    def score(self, title: str, text: str) -> float:
        return 0.9 if "ab" in title.split() else 0.1

    def likeness(self, title: str, text: str) -> Likeness:
        return Likeness(score=self.score(title, text), nearest=Example(title="ab"))


ABS = make_topic("abs", like=Like(entries=("ab",)), taste=LikesAb(), selectors=("nobody",))


def _row(runs: Sequence[Run]) -> Run:
    placed: list[tuple[int, str]] = []
    at = 0
    for run in runs:
        placed += [(at + offset, token) for offset, token in run]
        at += _width(run)
    return tuple(placed)


def _width(run: Run) -> int:
    offset, token = run[-1]
    return offset + (len(token) if not token.isascii() else 1)


def _starts(run: Run, part: Sequence[frozenset[str]], *, open_ended: bool = False) -> list[int]:
    def fits(at: int, token: str, *, last: bool) -> bool:
        if at >= len(part):
            return False
        return any(one.startswith(token) for one in part[at]) if last and open_ended else token in part[at]

    return [
        start
        for start in range(len(part))
        if all(fits(start + offset, token, last=number == len(run) - 1) for number, (offset, token) in enumerate(run))
    ]


def _moment(case: Case) -> float:
    return ((case.stored.entry.published_at or case.stored.first_seen_at) - NOON) / timedelta(days=1)


def _count(case: Case) -> float:
    text = sum(map(len, case.positions["text"]))
    return text or sum(map(len, case.positions["summary"]))


_MEASURES: Mapping[str, Callable[[Case], float]] = {
    "outlets": lambda case: case.story.outlets,
    "items": lambda case: case.story.items,
    "words": _count,
    "weight": lambda case: case.source.weight,
    "age": lambda case: 3 - _moment(case),
    "story-age": lambda case: (NOW - case.story.first_at) / timedelta(days=1),
}
_VALUES: Mapping[str, tuple[tuple[str, Callable[[Case], bool]], ...]] = {
    "source": (("lwn", lambda case: case.source.id == "lwn"), ("w*", lambda case: case.source.id == "wire")),
    "group": (("News", lambda case: case.source.group == "news"), ("blogs", lambda case: case.source.group == "blogs")),
    "tag": (("a", lambda case: "a" in case.source.tags), ("a*", lambda case: case.source.id == "lwn")),
    "category": (
        ("ab", lambda case: "ab" in case.raw("category")),
        ('"zz cd"', lambda case: "zz CD" in case.raw("category")),
        ("be*", lambda case: any(one.startswith("bé") for one in case.raw("category"))),
    ),
    "domain": (
        ("a.example", lambda case: "news.a" in (case.stored.entry.url or "")),
        ("example", lambda case: case.stored.entry.url is not None),
        ("b*", lambda case: "//b." in (case.stored.entry.url or "")),
    ),
    "lang": (
        ("en", lambda case: (case.stored.entry.language or "").startswith("en")),
        ("en-gb", lambda case: case.stored.entry.language == "en-GB"),
        ("de", lambda case: (case.stored.entry.language or case.source.language) == "de"),
    ),
    "url": (('"/ab/"', lambda case: "/ab/" in (case.stored.entry.url or "")),),
}
_FACTS: tuple[tuple[str, str, Callable[[Case], bool]], ...] = (
    ("has:audio", "has", lambda case: bool(case.stored.entry.enclosures)),
    ("has:author", "has", lambda case: bool(case.words["author"])),
    ("has:date", "has", lambda case: case.stored.entry.published_at is not None),
    ("has:text", "has", lambda case: bool(case.words["text"])),
    ("after:2d", "after", lambda case: _moment(case) > 1),
    ("after:2026-11-24", "after", lambda case: _moment(case) >= 0.5),
)
_LEAVES = (_like, _word, _word, _prefix, _phrase, _near, _regex, _value, _value, _measure, _measure, _fact)
