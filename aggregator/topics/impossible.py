"""Clauses that contradict each other: nothing is ever let in."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.topics.tree import And, Node, Not, Or, Value

# An entry has one of each.
_SINGLE = frozenset({"source", "group"})


def contradictions(node: Node) -> Iterator[tuple[Node, str]]:
    """Walk over clauses that can never be true where they stand, each with the reason."""
    if isinstance(node, And):
        yield from _between(tuple(_clauses(node)))
    if isinstance(node, And | Or):
        for child in node.children:
            yield from contradictions(child)


def _clauses(node: And) -> Iterator[Node]:
    """Walk over all that has to hold at once, through parentheses."""
    for child in node.children:
        if isinstance(child, And):
            yield from _clauses(child)
        else:
            yield child


def _between(clauses: tuple[Node, ...]) -> Iterator[tuple[Node, str]]:
    wanted = [clause for clause in clauses if not isinstance(clause, Not)]
    for clause in clauses:
        if isinstance(clause, Not) and clause.child in wanted:
            yield clause, "the same is asked for and excluded"
    values: dict[str, str] = {}
    for value in wanted:
        if not isinstance(value, Value) or value.field not in _SINGLE or value.open_ended:
            continue
        if values.setdefault(value.field, value.value) != value.value:
            yield value, f"an entry has one {value.field}, and two are asked for at once"
