"""YAML nodes to plain values, each with its place.

Scalars follow the core schema of YAML 1.2: only ``true`` and ``false`` are booleans, ``no``, ``12:30`` and
``2026-01-01`` are text. Variables are expanded here, so that one without a value is reported at its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from aggregator.settings.findings import ConfigFile, Findings, Loc, Scalar, Spot
from aggregator.settings.syntax import compose
from aggregator.settings.variables import Expansion

# Anchors may be used often; they may not be used to make a small file huge.
MAX_COPIES = 100_000

_STANDARD_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)(?:[eE][-+]?[0-9]{1,2})?")


class WrittenInt(int):
    """A whole number that remembers how it was written, for settings that want text."""

    text: str


class WrittenFloat(float):
    """A number that remembers how it was written."""

    text: str


class _TooMuch(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, spot: Spot) -> None:
        self.spot = spot


@dataclass(slots=True)
class Tree:
    """One file, read.

    Attributes:
        root: Mappings, lists and scalars; what was broken is missing from a mapping and None in a list.
        places: Where each value stands.
        keys: Where each key stands, by the location of its value.
        damaged: Locations of what was taken out because it was already complained about.
        empty: Locations of keys without a value.
    """

    file: ConfigFile
    root: dict[str, Any] = field(default_factory=dict)
    places: dict[Loc, Spot] = field(default_factory=dict)
    keys: dict[Loc, Spot] = field(default_factory=dict)
    damaged: set[Loc] = field(default_factory=set)
    empty: list[Loc] = field(default_factory=list)

    def spot(self, loc: Loc) -> Spot:
        """Find the place of a value, or of the nearest value around it."""
        while loc and loc not in self.places:
            loc = loc[:-1]
        return self.places.get(loc) or Spot(self.file)

    def key_spot(self, loc: Loc) -> Spot:
        """Find the place of a key; without one, that of the value."""
        return self.keys.get(loc) or self.spot(loc)

    def remove(self, loc: Loc) -> None:
        """Take out what was complained about, or the nearest value around it.

        An item of a list leaves a gap, so that the others keep their places.
        """
        nodes: list[Any] = [self.root]
        for part in loc[:-1]:
            try:
                nodes.append(nodes[-1][part])
            except (KeyError, IndexError, TypeError):
                break
        while not isinstance(nodes[-1], dict | list):
            nodes.pop()
        loc = loc[: len(nodes)]
        self.damaged.add(loc)
        if isinstance(nodes[-1], dict):
            nodes[-1].pop(loc[-1], None)
        elif isinstance(loc[-1], int):
            nodes[-1][loc[-1]] = None


def read_tree(file: ConfigFile, expand: Callable[[str], Expansion], findings: Findings) -> Tree | None:
    """Read one file; None when it is no YAML mapping, which is then noted."""
    node = compose(file, findings)
    if node is None:
        return None
    tree = Tree(file)
    if not isinstance(node, yaml.MappingNode):
        spot = Spot(file, node.start_mark.line + 1, node.start_mark.column + 1)
        findings.error(spot, "", f"expected 'key: value' lines, but this is {_kind(node)}", "start with `sources:`")
        return None
    try:
        tree.root = _Walk(tree, expand, findings).mapping(node, ())
    except _TooMuch as much:
        findings.error(
            much.spot, "", f"the aliases of this file make more than {MAX_COPIES:,} copies", "write fewer of them"
        )
        return None
    return tree


def resolve(text: str, style: str) -> Any:
    """Give a scalar its type; only plain ones have another type than text.

    Follows:
        YAML 1.2.2, 10.3.2 "Tag Resolution" of the core schema, without octal, hexadecimal, infinity and NaN.
    """
    if style:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return _resolve_number(text)


def _resolve_number(text: str) -> Any:
    """Give what a variable brought its type: quotes cannot tell, for within brackets YAML demands them.

    Text that looks like a number remembers how it was written, so it is still good for a password.
    """
    number: WrittenInt | WrittenFloat
    if _INT.fullmatch(text):
        number = WrittenInt(text)
    elif _FLOAT.fullmatch(text):
        number = WrittenFloat(text)
    else:
        return text or None
    number.text = text
    return number


class _Walk:
    def __init__(self, tree: Tree, expand: Callable[[str], Expansion], findings: Findings) -> None:
        self._tree = tree
        self._expand = expand
        self._findings = findings
        self._seen: set[int] = set()
        self._open: set[int] = set()
        self._copies = 0

    def _spot(self, node: yaml.Node) -> Spot:
        return Spot(self._tree.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _value(self, node: yaml.Node, loc: Loc) -> tuple[Any, bool]:
        """Give the value of a node, and whether it is sound."""
        spot = self._spot(node)
        self._tree.places[loc] = spot
        self._count(node, spot)
        if id(node) in self._open:
            self._findings.error(spot, loc, "this alias stands inside of what it names", "remove it")
            return None, False
        if node.tag not in _STANDARD_TAGS:
            self._findings.error(spot, loc, "tags such as !!int are not used here", "write the value without it")
            return None, False
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, loc, spot)
        self._open.add(id(node))
        try:
            return (self.mapping(node, loc) if isinstance(node, yaml.MappingNode) else self._list(node, loc)), True
        finally:
            self._open.discard(id(node))

    def _count(self, node: yaml.Node, spot: Spot) -> None:
        if id(node) in self._seen:
            self._copies += 1
            if self._copies > MAX_COPIES:
                raise _TooMuch(spot)
        self._seen.add(id(node))

    def _scalar(self, node: yaml.ScalarNode, loc: Loc, spot: Spot) -> tuple[Any, bool]:
        expansion = self._expand(node.value)
        style = node.style or ""
        one_line = node.end_mark.line == node.start_mark.line
        spot = Spot(spot.file, spot.line, spot.column, Scalar(node.value, style, one_line, expansion))
        self._tree.places[loc] = spot
        for offset, what, hint in expansion.faults:
            self._findings.error(spot.within(offset) or spot, loc, what, hint)
        whole = len(expansion.spans) == 1 and expansion.spans[0].written == node.value
        value = _resolve_number(expansion.text) if whole else resolve(expansion.text, style)
        return value, not expansion.faults

    def _list(self, node: yaml.Node, loc: Loc) -> list[Any]:
        items: list[Any] = []
        for number, child in enumerate(node.value):
            value, sound = self._value(child, (*loc, number))
            written = isinstance(child, yaml.ScalarNode) and "${" not in child.value
            if sound and value is None and written:
                self._findings.error(self._spot(child), (*loc, number), "an item without a value", "remove the dash")
                sound = False
            if not sound:
                self._tree.damaged.add((*loc, number))
            items.append(value)
        return items

    def mapping(self, node: yaml.Node, loc: Loc) -> dict[str, Any]:
        """Read a mapping; what it merges in stands behind what it says itself."""
        self._tree.places.setdefault(loc, self._spot(node))
        values: dict[str, Any] = {}
        own = {name: (key, child) for name, key, child in self._own(node, loc)}
        for name, (key, child) in {**dict(self._merged(node, loc)), **own}.items():
            here = (*loc, name)
            self._tree.keys[here] = self._spot(key)
            value, sound = self._value(child, here)
            if not sound:
                self._tree.damaged.add(here)
                continue
            if value is None and isinstance(child, yaml.ScalarNode) and not child.value:
                self._tree.empty.append(here)
            values[name] = value
        return values

    def _own(self, node: yaml.Node, loc: Loc) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        seen: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.style in {"|", ">"}:
                self._findings.error(
                    self._spot(key), loc, "a key must be plain text", "quote it, or check the brackets"
                )
            elif key.value == "<<" and not key.style:
                continue
            elif key.value in seen:
                what = f"duplicate key '{key.value}'"
                self._findings.error(self._spot(key), loc, what, "the first one would be silently lost")
                self._tree.damaged.add((*loc, key.value))
            else:
                seen.add(key.value)
                yield key.value, key, child

    def _merged(
        self, node: yaml.Node, loc: Loc, around: frozenset[int] = frozenset()
    ) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
        """Collect what ``<<`` brings in; of several mappings the first one holds, as YAML 1.1 had it."""
        for key, child in node.value:
            if not (isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style):
                continue
            parts = child.value if isinstance(child, yaml.SequenceNode) else [child]
            for part in reversed(parts):
                if not isinstance(part, yaml.MappingNode) or id(part) in around | self._open:
                    self._findings.error(self._spot(key), loc, "<< takes a mapping, or a list of them", "<<: *anchor")
                    continue
                self._count(part, self._spot(part))
                yield from self._merged(part, loc, around | {id(part)})
                for name, inner in part.value:
                    if isinstance(name, yaml.ScalarNode) and name.value != "<<":
                        yield name.value, (name, inner)


def _kind(node: yaml.Node) -> str:
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
