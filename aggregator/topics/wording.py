"""Put a query into English, so that its writer sees what it says before anything depends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aggregator.topics.printing import run_text
from aggregator.topics.query import Query
from aggregator.topics.tree import (
    After,
    And,
    Fact,
    Has,
    Leaf,
    Like,
    Measure,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Regex,
    Value,
    Word,
)

_IN = {"title": "in the title", "summary": "in the summary", "text": "in the text", "author": "among the authors"}
_VALUES = {
    "source": "the source",
    "group": "the group of the source",
    "tag": "a tag of the source",
    "domain": "the site",
    "category": "a category",
    "lang": "the language",
    "url": "the address",
}
_SIGNS = {">=": "at least {}", "<=": "at most {}", ">": "more than {}", "<": "fewer than {}", "=": "exactly {}"}
_AGES = {">=": "at least {} old", "<=": "at most {} old", ">": "more than {} old", "<": "less than {} old"}
_COUNTED: Mapping[str, tuple[str, str, str]] = {
    "outlets": ("{} tells the story", "{} tell the story", "outlet"),
    "items": ("the story has {}", "the story has {}", "entry"),
    "words": ("the text has {}", "the text has {}", "word"),
}
_PARTS = {
    "audio": "has audio attached",
    "video": "has video attached",
    "enclosure": "has something attached",
    "image": "has a picture",
    "author": "names an author",
    "category": "has a category",
    "date": "has a date",
    "link": "has a link",
    "comments": "has a page of comments",
    "text": "has a text",
}
_UNITS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def in_words(query: Query) -> str:
    """Say in English when a query holds.

    >>> from aggregator.topics.query import parse_query
    >>> in_words(parse_query('(iraq* OR "al kadhimi") -category:sport'))
    '(a word that starts with “iraq”, or the words “al kadhimi” in a row) and not: a category is “sport”'
    """
    return _said(query.root)


def _said(node: Node) -> str:
    if isinstance(node, And):
        wanted = [_inside(child, (And, Or)) for child in node.children if not isinstance(child, Not)]
        unwanted = [f"not: {_inside(child.child, (And, Or))}" for child in node.children if isinstance(child, Not)]
        return " and ".join((*wanted, *unwanted))
    if isinstance(node, Or):
        return ", or ".join(_inside(child, (And, Or)) for child in node.children)
    if isinstance(node, Not):
        return f"not: {_inside(node.child, (And, Or))}"
    return _leaf(node)


def _inside(node: Node, kinds: tuple[type, ...]) -> str:
    return f"({_said(node)})" if isinstance(node, kinds) else _said(node)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Measure | Has | After | Like):
        return _fact(leaf)
    if isinstance(leaf, Value):
        return _value(leaf)
    where = f" {_IN[leaf.field]}" if leaf.field in _IN else ""
    if isinstance(leaf, Regex):
        what = _VALUES.get(leaf.field or "", f"what is written{where}")
        return f"{what} fits /{leaf.pattern}/{' in any case' if leaf.any_case else ''}"
    return _words(leaf) + where


def _words(leaf: Word | Prefix | Phrase | Near) -> str:
    if isinstance(leaf, Word):
        return f"the word “{leaf.token}”"
    if isinstance(leaf, Prefix):
        return f"a word that starts with “{leaf.start}”"
    star = "…" if leaf.open_ended else ""
    if isinstance(leaf, Phrase):
        text = run_text(leaf.placed)
        # What is written without spaces is one word to its reader.
        return f"the words “{text}{star}” in a row" if " " in text else f"the word “{text}{star}”"
    quoted = [f"“{run_text(run)}”" for run in leaf.runs]
    quoted[-1] = f"{quoted[-1][:-1]}{star}”"
    return f"{_listed(quoted)} with at most {_count(leaf.distance, 'other word')} among them"


def _value(leaf: Value) -> str:
    name = _VALUES[leaf.field]
    if leaf.field == "url":
        return f"{name} contains “{leaf.value}”"
    return f"{name} {'starts with' if leaf.open_ended else 'is'} “{leaf.value}”"


def _fact(leaf: Fact) -> str:
    if isinstance(leaf, Measure):
        return _measure(leaf)
    if isinstance(leaf, Has):
        return f"the entry {_PARTS[leaf.part]}"
    if isinstance(leaf, Like):
        return f"the entry is like the examples of the topic “{leaf.name}”"
    since = leaf.since
    if isinstance(since, timedelta):
        return f"the entry is less than {_span(since.total_seconds())} old"
    return f"the entry is from {since.isoformat()} or later"


def _measure(leaf: Measure) -> str:
    if leaf.name in {"age", "story-age"}:
        whose = "the story" if leaf.name == "story-age" else "the entry"
        return f"{whose} is {_AGES[leaf.sign].format(_span(leaf.bound))}"
    if leaf.name == "weight":
        than = _SIGNS[leaf.sign].replace("fewer", "less")
        return f"the weight of the source is {than.format(f'{leaf.bound:g}')}"
    one, many, noun = _COUNTED[leaf.name]
    number = int(leaf.bound)
    verb = one if number == 1 and leaf.sign in {">=", "<=", "="} else many
    return verb.format(_SIGNS[leaf.sign].format(_count(number, noun)))


def _span(seconds: float) -> str:
    size, name = next((one for one in _UNITS if seconds >= one[0] and seconds % one[0] == 0), _UNITS[-1])
    return _count(int(seconds) // size, name)


def _count(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number} {noun if number == 1 else many}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
