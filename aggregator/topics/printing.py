"""Print a tree back as a query: reading that gives an equal tree."""

from __future__ import annotations

import re
from datetime import timedelta
from unicodedata import category

from aggregator.text.tokens import is_unspaced
from aggregator.topics.terms import UNITS
from aggregator.topics.tree import (
    AGES,
    After,
    And,
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
    Run,
    Value,
    Word,
)

# Folded texts hold no wide forms, so these come back as what they stand for, and mean nothing on the way.
_WIDE = str.maketrans({'"': "\uff02", "*": "\uff0a"})
_PLAIN = re.compile(r"\w[\w.-]*")
_OPERATORS = frozenset({"and", "or", "not"})


def printed(node: Node) -> str:
    """Write a query as plainly as it can be, without parentheses that group nothing."""
    if isinstance(node, Or):
        return " OR ".join(_grouped(child, (Or,)) for child in node.children)
    if isinstance(node, And):
        return " ".join(_grouped(child, (And, Or)) for child in node.children)
    if isinstance(node, Not):
        return "-" + _grouped(node.child, (And, Or, Not))
    return _leaf(node)


def period_text(seconds: float) -> str:
    """Write a period in the largest unit that it is a whole number of.

    >>> period_text(172_800), period_text(5_400)
    ('2d', '90m')
    """
    sizes = [(name, size) for name, size in UNITS.items() if name != "w"]
    name, size = next((one for one in reversed(sizes) if seconds % one[1] == 0 and seconds >= one[1]), ("s", 1))
    return f"{int(seconds) // size}{name}"


def run_text(run: Run) -> str:
    """Write words in a row; pairs of characters that overlap become the word that they were."""
    said, before = "", None
    for offset, token in run:
        joins = before is not None and before[0] + 1 == offset and len(before[1]) > 1 and is_unspaced(before[1])
        if joins and is_unspaced(token) and before and before[1][-1] == token[0]:
            said += token[1:]
        else:
            # A mark that stands for itself does so behind a letter only.
            apart = said and not category(token[0]).startswith("M")
            said += f" {token}" if apart else token
        before = (offset, token)
    return said


def _grouped(node: Node, kinds: tuple[type, ...]) -> str:
    text = printed(node)
    return f"({text})" if isinstance(node, kinds) else text


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Measure):
        bound = period_text(leaf.bound) if leaf.name in AGES else f"{leaf.bound:.6f}".rstrip("0").rstrip(".")
        return f"{leaf.name}{leaf.sign}{bound}"
    if isinstance(leaf, Has):
        return f"has:{leaf.part}"
    if isinstance(leaf, Like):
        return f"like:{leaf.name}"
    if isinstance(leaf, After):
        since = leaf.since
        return f"after:{period_text(since.total_seconds()) if isinstance(since, timedelta) else since.isoformat()}"
    field = f"{leaf.field}:" if leaf.field else ""
    return field + _body(leaf)


def _body(leaf: Word | Prefix | Phrase | Near | Regex | Value) -> str:
    if isinstance(leaf, Regex):
        return f"/{leaf.pattern}/{'i' if leaf.any_case else ''}"
    if isinstance(leaf, Word):
        return f'"{leaf.token}"' if leaf.token in _OPERATORS and leaf.field is None else leaf.token
    if isinstance(leaf, Prefix):
        return f"{leaf.start}*"
    star = "*" if leaf.open_ended else ""
    if isinstance(leaf, Value):
        plain = _PLAIN.fullmatch(leaf.value)
        return f"{leaf.value}{star}" if plain else f'"{leaf.value.translate(_WIDE)}{star}"'
    if isinstance(leaf, Phrase):
        return f'"{run_text(leaf.placed)}{star}"'
    # What is several words is written as one, so that it stays in a row.
    return f'"{" ".join(run_text(run).replace(" ", "-") for run in leaf.runs)}{star}"~{leaf.distance}'
