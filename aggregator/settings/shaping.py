"""The shape of a topic, put together, and held against the other topics and the sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from aggregator.model.shape import Quiet, Shape
from aggregator.model.topic import Topic, TopicMode
from aggregator.settings.findings import Findings, Loc
from aggregator.settings.known import near
from aggregator.settings.shapes import TopicSection
from aggregator.settings.sources import Names
from aggregator.settings.timetables import parse_timetable
from aggregator.settings.tree import Tree


def shape_of(section: TopicSection, zone: str) -> Shape:
    """Put the shape of a topic together.

    Args:
        section: As written; what was complained about is None.
        zone: Whose clocks count where a topic names none.
    """
    said: Mapping[str, Any] = {
        "weights": tuple((name, weight) for name, weight in (section.weights or {}).items() if weight) or None,
        "half_life": section.half_life,
        "least_score": section.least_score,
        "min_outlets": section.min_outlets,
        "per_source": section.per_source,
        "budget": section.budget,
        "unless_in": tuple(dict.fromkeys(slug for slug in section.unless_in or () if slug)) or None,
        "settle": section.settle,
        "quiet": Quiet(section.quiet.start, section.quiet.end, zone) if section.quiet else None,
        "digest": parse_timetable(section.digest, zone=zone) if section.digest else None,
    }
    return Shape(**{name: value for name, value in said.items() if value is not None})


class ShapeCheck:
    """Holds what topics say of each other and of sources against what there is."""

    def __init__(self, names: Names, slugs: Collection[str], findings: Findings) -> None:
        self._names, self._slugs, self._findings = names, slugs, findings

    def check(self, topic: Topic, tree: Tree) -> None:
        """Note what a topic's shape says that cannot be meant."""
        loc: Loc = ("topics", topic.slug)
        if topic.mode is TopicMode.ENTRIES and topic.shape.min_outlets > 1:
            here = (*loc, "min-outlets")
            what = "an entry has one outlet, and this topic is one of entries"
            self._findings.error(tree.spot(here), here, what, "leave out mode: entries")
        for number, slug in enumerate(topic.shape.unless_in):
            here = (*loc, "unless-in", number)
            if slug == topic.slug:
                self._findings.error(tree.spot(here), here, "a topic cannot wait for itself", "name another topic")
            elif slug not in self._slugs:
                self._findings.error(tree.spot(here), here, f"no topic is named '{slug}'", near(slug, self._slugs))
        for name, _ in topic.shape.weights:
            here = (*loc, "weights", name)
            if not self._is_known(name) and not self._names.lost:
                what = f"no source, group or tag is named '{name}'"
                known = {*self._names.ids, *self._names.groups, *(f"tag:{tag}" for tag in self._names.tags)} - {""}
                self._findings.error(tree.key_spot(here), here, what, near(name, known))

    def check_circles(self, topics: Collection[Topic], trees: Mapping[str, Tree]) -> None:
        """Note topics that wait for each other."""
        for circle in circles({topic.slug: set(topic.shape.unless_in) - {topic.slug} for topic in topics}):
            loc: Loc = ("topics", circle[0], "unless-in")
            what = "topics wait for each other in a circle: " + " → ".join(circle)
            self._findings.error(trees[circle[0]].spot(loc), loc, what, "take one of them out of the other's unless-in")

    def _is_known(self, name: str) -> bool:
        if name.startswith("tag:"):
            return name.removeprefix("tag:") in self._names.tags
        return name in self._names.ids or name in self._names.groups


def circles(feeders: dict[str, set[str]]) -> Iterator[list[str]]:
    """Find circles, each told from its first name in the alphabet, until what is left has none."""
    while True:
        try:
            TopologicalSorter(feeders).prepare()
        except CycleError as error:
            # The library names each node behind the one that draws from it.
            ring = list(reversed(error.args[1]))[1:]
            start = ring.index(min(ring))
            yield [*ring[start:], *ring[:start], ring[start]]
            feeders = {slug: names - set(ring) for slug, names in feeders.items() if slug not in ring}
        else:
            return
