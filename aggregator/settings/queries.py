"""Queries in the configuration, read before anything depends on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aggregator.errors import QueryError
from aggregator.model.topic import Access, Topic
from aggregator.settings.files import Part
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.known import near
from aggregator.settings.shapes import DefaultsSection, MainFile
from aggregator.settings.sources import Names
from aggregator.settings.tree import Tree
from aggregator.text.folding import fold


class Remark(Protocol):
    """Something in a query that was perhaps meant otherwise; as ``QueryError``."""

    @property
    def what(self) -> str:
        """Say what."""

    @property
    def column(self) -> int:
        """Say where, counted from 1."""

    @property
    def hint(self) -> str:
        """Say what was probably meant."""


class Checked(Protocol):
    """A query that can be read."""

    @property
    def warnings(self) -> Sequence[Remark]:
        """Give the remarks, in the order of the text."""

    @property
    def names(self) -> Sequence[tuple[str, str, int]]:
        """Give the sources, groups and tags that it names: field, folded name, and where, counted from 1."""

    @property
    def likes(self) -> Sequence[tuple[str, int]]:
        """Give the topics to whose examples it compares, and where, counted from 1."""

    @property
    def story_column(self) -> int | None:
        """Say where it first asks for the story of an entry, counted from 1; None when it does not."""


QueryCheck = Callable[[str], Checked | None]


@dataclass(frozen=True, slots=True)
class Remarked:
    """Something that was perhaps meant otherwise."""

    what: str
    column: int
    hint: str


def check_text(check: QueryCheck, text: str | None, tree: Tree, loc: Loc, findings: Findings) -> Checked | None:
    """Read a query, and note what is wrong with it or was perhaps meant otherwise, where it stands."""
    return _check(check, text, tree.spot(loc), loc, findings)


def check_names(checked: Checked | None, names: Names, tree: Tree, loc: Loc, findings: Findings) -> None:
    """Note sources, groups and tags that a query names and that are not there: that clause is never true."""
    if checked is None or names.lost:
        return
    known = {"source": names.ids, "group": names.groups - {""}, "tag": names.tags}
    for field, name, column in checked.names:
        there = {fold(one): one for one in known[field]}
        if name not in there:
            hint = near(name, there).replace("'", f"'{field}:", 1) or f"there are: {', '.join(sorted(there)) or 'none'}"
            what = f"there is no {field} '{name}': this is never true"
            _tell(findings.warning, Remarked(what, column, hint), tree.spot(loc), loc)


def wrong_likes(checked: Checked | None, topics: Mapping[str, Topic], access: Access) -> Iterator[QueryError]:
    """Find topics to whose examples a query compares and that have none, or none that its readers may know of.

    Args:
        checked: The query.
        topics: By slug.
        access: Who reads what the query lets in.
    """
    for name, column in checked.likes if checked else ():
        topic = topics.get(name)
        if topic is None:
            yield QueryError(f"no topic is named '{name}'", column=column, hint=near(name, topics))
        elif topic.like is None:
            hint = "give it like: {entries: […]}, or name one that has it"
            yield QueryError(f"the topic '{name}' names no examples", column=column, hint=hint)
        elif topic.access is Access.TOKEN and access is Access.PUBLIC:
            hint = "reasons would show its examples: make both private, or none"
            yield QueryError(f"the topic '{name}' is private, and this is public", column=column, hint=hint)


def note_wrong(wrong: Iterable[QueryError], tree: Tree, loc: Loc, findings: Findings) -> None:
    """Note what is wrong with a query, where it stands."""
    for one in wrong:
        _tell(findings.error, one, tree.spot(loc), loc)


def check_text_without_story(check: QueryCheck, text: str | None, tree: Tree, loc: Loc, findings: Findings) -> None:
    """Read a query that is asked before an entry has a story."""
    spot = tree.spot(loc)
    checked = _check(check, text, spot, loc, findings)
    if checked is not None and checked.story_column is not None:
        what, hint = "the story of an entry is not known here yet", "ask for it in a topic's match"
        _tell(findings.error, QueryError(what, column=checked.story_column, hint=hint), spot, loc)
    for _, column in checked.likes if checked else ():
        what, hint = "what topics learned is not asked here", "ask for it in a topic's match"
        _tell(findings.error, QueryError(what, column=column, hint=hint), spot, loc)


def _check(check: QueryCheck, text: str | None, spot: Spot, loc: Loc, findings: Findings) -> Checked | None:
    if text is None:
        return None
    try:
        checked = check(text)
    except QueryError as error:
        _tell(findings.error, error, spot, loc)
        return None
    for remark in checked.warnings if checked else ():
        _tell(findings.warning, remark, spot, loc)
    return checked


def check_mutes(
    check: QueryCheck,
    mutes: Sequence[str | None] | None,
    topics: Sequence[Topic],
    tree: Tree,
    findings: Findings,
) -> tuple[str, ...]:
    """Read what no topic takes."""
    by_slug = {topic.slug: topic for topic in topics}
    several = isinstance((tree.root.get("policies") or {}).get("mute"), list)
    for number, text in enumerate(mutes or ()):
        loc: Loc = ("policies", "mute", *((number,) if several else ()))
        checked = check_text(check, text, tree, loc, findings)
        note_wrong(wrong_likes(checked, by_slug, Access.PUBLIC), tree, loc, findings)
    return tuple(dict.fromkeys(text.strip() for text in mutes or () if text))


def check_drops(check: QueryCheck, parts: Sequence[Part], findings: Findings) -> None:
    """Read what sources, groups and defaults drop."""
    for part in parts:
        for section, loc in _readings(part):
            check_text_without_story(check, section.drop, part.tree, (*loc, "drop"), findings)


def _readings(part: Part) -> Iterator[tuple[DefaultsSection, Loc]]:
    if isinstance(part.shape, MainFile) and part.shape.defaults:
        yield part.shape.defaults, ("defaults",)
    for name, group in (part.shape.groups or {}).items():
        if group:
            yield group, ("groups", name)
    plain = isinstance(part.tree.root.get("sources"), list)
    for name, sources in (part.shape.sources or {}).items():
        at: Loc = ("sources",) if plain else ("sources", name)
        yield from ((source, (*at, number)) for number, source in enumerate(sources or ()) if source)


def _tell(note: Callable[[Spot, Loc, str, str], None], found: QueryError | Remark, spot: Spot, loc: Loc) -> None:
    inside = spot.inside(found.column - 1)
    what = found.what if inside else f"column {found.column} of the query: {found.what}"
    note(inside or spot, loc, what, found.hint)
